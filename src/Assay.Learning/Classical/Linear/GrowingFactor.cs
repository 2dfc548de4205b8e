using System.Numerics;

namespace Assay.Learning;

/// <summary>A symmetric positive definite matrix as its Cholesky factor, to which weighted squares of rows can be added.</summary>
/// <remarks>A = U' U with U upper triangular, row-major, so that all inner loops run along rows.</remarks>
/// <param name="size">Rows and columns n.</param>
internal sealed class GrowingFactor(int size)
{
    /// <summary>Rows that <see cref="Sum"/> takes.</summary>
    public const int AtOnce = 4;

    private readonly double[] _matrix = new double[size * size]; // first A, then U; the upper triangle
    private readonly double[] _work = new double[size];

    /// <summary>A becomes 0.</summary>
    public void Clear() => Array.Clear(_matrix);

    /// <summary>A += the sum of weight x x' over a few rows x, before it is factored.</summary>
    /// <param name="rows"><see cref="AtOnce"/> rows, one behind the other.</param>
    /// <param name="weights">Their weights.</param>
    public void Sum(ReadOnlySpan<double> rows, ReadOnlySpan<double> weights)
    {
        ReadOnlySpan<double> x0 = rows[..size],
            x1 = rows.Slice(size, size),
            x2 = rows.Slice(2 * size, size),
            x3 = rows.Slice(3 * size, size);
        for (int i = 0; i < size; i++)
        {
            Span<double> to = _matrix.AsSpan(i * size, size);
            double a = weights[0] * x0[i],
                b = weights[1] * x1[i],
                c = weights[2] * x2[i],
                d = weights[3] * x3[i];
            // From the start of the vector that holds the diagonal on; what is left of it is never read.
            int j = i / Vector<double>.Count * Vector<double>.Count;
            for (; j + Vector<double>.Count <= size; j += Vector<double>.Count)
                (
                    new Vector<double>(to[j..])
                    + new Vector<double>(x0[j..]) * a
                    + new Vector<double>(x1[j..]) * b
                    + new Vector<double>(x2[j..]) * c
                    + new Vector<double>(x3[j..]) * d
                ).CopyTo(to[j..]);
            for (; j < size; j++)
                to[j] += a * x0[j] + b * x1[j] + c * x2[j] + d * x3[j];
        }
    }

    /// <summary>Adds to the diagonal, and factors.</summary>
    /// <param name="ridge">What is added, but to the entry <paramref name="free"/>.</param>
    /// <param name="free">An entry of the diagonal that gets only as much as rounding asks for.</param>
    public void Factor(double ridge, int free)
    {
        double largest = 0;
        for (int i = 0; i < size; i++)
            largest = Math.Max(largest, _matrix[i * size + i] += i == free ? 0 : ridge);
        double least = Math.Max(1e-12 * largest, 1e-300);
        for (int k = 0; k < size; k++)
        {
            Span<double> row = _matrix.AsSpan(k * size, size);
            double pivot = Math.Sqrt(Math.Max(row[k], least));
            row[k] = pivot;
            Span<double> rest = row[(k + 1)..];
            for (int j = 0; j < rest.Length; j++)
                rest[j] /= pivot;
            for (int i = k + 1; i < size; i++)
                MixedProducts.AddScaled(_matrix.AsSpan(i * size + i, size - i), -row[i], row[i..]);
        }
    }

    /// <summary>A += weight x x', after it was factored; O(n^2).</summary>
    public void Add(ReadOnlySpan<double> x, double weight)
    {
        double scale = Math.Sqrt(weight);
        for (int i = 0; i < size; i++)
            _work[i] = scale * x[i];
        for (int k = 0; k < size; k++)
        {
            Span<double> row = _matrix.AsSpan(k * size, size);
            double pivot = row[k],
                value = _work[k],
                length = Math.Sqrt(pivot * pivot + value * value),
                c = length / pivot,
                s = value / pivot;
            row[k] = length;
            Rotate(row[(k + 1)..], _work.AsSpan(k + 1, size - k - 1), 1 / c, s / c, c, s);
        }
    }

    /// <summary>Solves A x = b in place of b.</summary>
    public void Solve(Span<double> b)
    {
        for (int k = 0; k < size; k++)
        {
            ReadOnlySpan<double> row = _matrix.AsSpan(k * size, size);
            b[k] /= row[k];
            MixedProducts.AddScaled(b[(k + 1)..size], -b[k], row[(k + 1)..]);
        }
        for (int k = size - 1; k >= 0; k--)
        {
            ReadOnlySpan<double> row = _matrix.AsSpan(k * size, size);
            b[k] = (b[k] - MixedProducts.Dot(row[(k + 1)..], b[(k + 1)..size])) / row[k];
        }
    }

    // u = (u + s x) / c, then x = c x - s u.
    private static void Rotate(Span<double> u, Span<double> x, double inverse, double tangent, double c, double s)
    {
        int width = Vector<double>.Count,
            j = 0;
        for (; j + width <= u.Length; j += width)
        {
            Vector<double> now = new Vector<double>(u[j..]) * inverse + new Vector<double>(x[j..]) * tangent;
            now.CopyTo(u[j..]);
            (new Vector<double>(x[j..]) * c - now * s).CopyTo(x[j..]);
        }
        for (; j < u.Length; j++)
        {
            u[j] = u[j] * inverse + x[j] * tangent;
            x[j] = x[j] * c - u[j] * s;
        }
    }
}
