using System.Numerics.Tensors;

namespace Assay.Learning;

/// <summary>The eigenvalues of a symmetric matrix, without its eigenvectors: seconds for a thousand rows.</summary>
/// <remarks>
/// Householder's reflections to three diagonals, then QL steps with implicit shifts (Martin, Reinsch and Wilkinson, 1968; Dubrulle, 1970). Errors are
/// some rounding errors of the largest eigenvalue.
/// </remarks>
public static class SymmetricSpectrum
{
    private const int StepsPerValue = 60;

    /// <summary>Finds the eigenvalues.</summary>
    /// <param name="matrix">[size, size], row-major, symmetric, finite; it is overwritten.</param>
    /// <param name="size">Rows and columns.</param>
    /// <param name="cancellation">Asks to stop.</param>
    /// <returns>As many eigenvalues, ascending.</returns>
    /// <exception cref="ArgumentException">The sizes do not fit, or a number is not finite.</exception>
    public static double[] Of(double[] matrix, int size, CancellationToken cancellation = default)
    {
        if (matrix.Length != (long)size * size)
            throw new ArgumentException($"{matrix.Length} numbers are no matrix of {size} rows.", nameof(matrix));
        if (!Array.TrueForAll(matrix, double.IsFinite))
            throw new ArgumentException("A number of the matrix is not finite.", nameof(matrix));
        double[] diagonal = new double[size],
            beside = new double[size];
        Reduce(matrix, size, diagonal, beside, cancellation);
        Diagonalise(diagonal, beside);
        Array.Sort(diagonal);
        return diagonal;
    }

    // Row by row from the last: a reflection leaves of a row its two last numbers, and is applied to the rows above from both sides.
    private static void Reduce(double[] a, int n, double[] diagonal, double[] beside, CancellationToken cancellation)
    {
        double[] image = new double[n];
        for (int i = n - 1; i > 0; i--)
        {
            cancellation.ThrowIfCancellationRequested();
            Span<double> v = a.AsSpan(i * n, i);
            diagonal[i] = a[i * n + i];
            double scale = TensorPrimitives.MaxMagnitude<double>(v);
            scale = Math.Abs(scale);
            if (scale == 0)
                continue;
            TensorPrimitives.Divide(v, scale, v);
            double square = TensorPrimitives.Dot<double>(v, v),
                length = Math.CopySign(Math.Sqrt(square), v[^1]);
            beside[i] = -scale * length;
            double half = square + length * v[^1]; // half of the reflected vector's square
            v[^1] += length;
            Span<double> p = image.AsSpan(0, i);
            p.Clear();
            for (int row = 0; row < i; row++)
            {
                Span<double> left = a.AsSpan(row * n, row);
                p[row] += TensorPrimitives.Dot<double>(left, v[..row]) + a[row * n + row] * v[row];
                TensorPrimitives.MultiplyAdd(left, v[row], p[..row], p[..row]);
            }
            TensorPrimitives.Divide(p, half, p);
            TensorPrimitives.MultiplyAdd(v, -TensorPrimitives.Dot<double>(p, v) / (2 * half), p, p);
            for (int row = 0; row < i; row++)
            {
                Span<double> target = a.AsSpan(row * n, row + 1);
                TensorPrimitives.MultiplyAdd(p[..(row + 1)], -v[row], target, target);
                TensorPrimitives.MultiplyAdd(v[..(row + 1)], -p[row], target, target);
            }
        }
        if (n > 0)
            diagonal[0] = a[0];
    }

    private static void Diagonalise(double[] diagonal, double[] beside)
    {
        int n = diagonal.Length;
        // beside[i] stands between i and i + 1 from here on.
        for (int i = 1; i < n; i++)
            beside[i - 1] = beside[i];
        if (n > 0)
            beside[n - 1] = 0;
        for (int first = 0; first < n; first++)
        for (int step = 0; ; step++)
        {
            int last = first;
            while (last < n - 1)
            {
                double size = Math.Abs(diagonal[last]) + Math.Abs(diagonal[last + 1]);
                if (Math.Abs(beside[last]) <= double.BitIncrement(1) * size - size || beside[last] == 0)
                    break;
                last++;
            }
            if (last == first)
                break;
            if (step == StepsPerValue)
                throw new ArithmeticException("The eigenvalues of a symmetric matrix do not settle.");
            double shift = (diagonal[first + 1] - diagonal[first]) / (2 * beside[first]),
                root = Math.Sqrt(shift * shift + 1),
                g = diagonal[last] - diagonal[first] + beside[first] / (shift + Math.CopySign(root, shift)),
                sine = 1,
                cosine = 1,
                moved = 0;
            int i = last - 1;
            for (; i >= first; i--)
            {
                double f = sine * beside[i],
                    b = cosine * beside[i];
                root = double.Hypot(f, g);
                beside[i + 1] = root;
                if (root == 0)
                {
                    diagonal[i + 1] -= moved;
                    beside[last] = 0;
                    break;
                }
                sine = f / root;
                cosine = g / root;
                g = diagonal[i + 1] - moved;
                double turned = (diagonal[i] - g) * sine + 2 * cosine * b;
                moved = sine * turned;
                diagonal[i + 1] = g + moved;
                g = cosine * turned - b;
            }
            if (root == 0 && i >= first)
                continue;
            diagonal[first] -= moved;
            beside[first] = g;
            beside[last] = 0;
        }
    }
}
