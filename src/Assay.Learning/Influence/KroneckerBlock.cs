using Assay.Numerics;

namespace Assay.Learning;

/// <summary>A linear layer's block of a Fisher matrix: eigenvectors of both factors, and an eigenvalue for every pair of them.</summary>
internal sealed class KroneckerBlock
{
    private const int RotatedFloats = 8 << 20;
    private readonly SymmetricEigen _gradients,
        _inputs;
    private readonly int _columns; // inputs without the 1 of the bias
    private readonly double[] _eigenvalues; // [outputs, inputs]

    public KroneckerBlock(SymmetricEigen gradients, SymmetricEigen inputs, int columns, int biasIndex)
    {
        (_gradients, _inputs, _columns, BiasIndex) = (gradients, inputs, columns, biasIndex);
        _eigenvalues = new double[checked(gradients.Size * inputs.Size)];
        for (int i = 0; i < gradients.Size; i++)
        for (int j = 0; j < inputs.Size; j++)
            _eigenvalues[i * inputs.Size + j] = gradients.Values[i] * inputs.Values[j];
    }

    /// <summary>Where the layer's bias is among the parameters, or -1.</summary>
    public int BiasIndex { get; }

    public void ForgetEigenvalues() => Array.Clear(_eigenvalues);

    /// <summary>Adds the squares of the samples' gradients along the eigenvectors, times <paramref name="share"/>, to the eigenvalues.</summary>
    public void AddSquares(SampleBlock block, double share)
    {
        int outputs = _gradients.Size,
            inputs = _inputs.Size,
            size = outputs * inputs,
            group = Math.Clamp(RotatedFloats / size, 1, block.Samples);
        List<OuterRows> rotated = [.. block.Outer.Where(outer => outer.PerSample > 0).Select(Rotate)];
        using Tensor made = Tensor.Create([group, size]);
        made.Scope = null;
        for (int first = 0; first < block.Samples && rotated.Count > 0; first += group)
        {
            int count = Math.Min(group, block.Samples - first);
            for (int i = 0; i < rotated.Count; i++)
            {
                (Tensor left, Tensor right, int rows) = rotated[i];
                Gemm.MultiplyBatch(
                    true,
                    false,
                    count,
                    outputs,
                    inputs,
                    rows,
                    left.Data[(first * rows * outputs)..],
                    outputs,
                    rows * outputs,
                    right.Data[(first * rows * inputs)..],
                    inputs,
                    rows * inputs,
                    made.Data,
                    inputs,
                    size,
                    accumulate: i > 0
                );
            }
            Workers.For(
                outputs,
                (made, _eigenvalues, count, inputs, size, share),
                static (work, output) =>
                {
                    (Tensor samples, double[] eigenvalues, int all, int width, int each, double weight) = work;
                    Span<double> to = eigenvalues.AsSpan(output * width, width);
                    for (int sample = 0; sample < all; sample++)
                    {
                        ReadOnlySpan<float> row = samples.Data.Slice(sample * each + output * width, width);
                        for (int i = 0; i < row.Length; i++)
                            to[i] += weight * row[i] * row[i];
                    }
                }
            );
        }
        foreach (OuterRows outer in rotated)
        {
            outer.Left.Dispose();
            outer.Right.Dispose();
        }
    }

    /// <summary>Multiplies by a function of the eigenvalues.</summary>
    /// <param name="weight">[outputs, inputs]: the weight's part of the vector.</param>
    /// <param name="bias">[outputs], or empty.</param>
    /// <param name="weightResult">Gets the weight's part.</param>
    /// <param name="biasResult">Gets the bias's part.</param>
    /// <param name="factor">Of an eigenvalue and the damping.</param>
    /// <param name="added">The damping, of the sum and number of all eigenvalues.</param>
    public void Apply(
        ReadOnlySpan<float> weight,
        ReadOnlySpan<float> bias,
        Span<float> weightResult,
        Span<float> biasResult,
        Func<double, double, double> factor,
        Func<double, int, double> added
    )
    {
        int outputs = _gradients.Size,
            inputs = _inputs.Size;
        float[] x = new float[outputs * inputs],
            half = new float[outputs * inputs];
        for (int i = 0; i < outputs; i++)
        {
            weight.Slice(i * _columns, _columns).CopyTo(x.AsSpan(i * inputs));
            if (inputs > _columns)
                x[i * inputs + _columns] = bias[i];
        }
        // S-eigenvectors' x A-eigenvectors, the eigenvalues, and back.
        Gemm.Multiply(false, false, outputs, inputs, inputs, x, inputs, _inputs.Vectors, inputs, half, inputs);
        Gemm.Multiply(true, false, outputs, inputs, outputs, _gradients.Vectors, outputs, half, inputs, x, inputs);
        double plus = added(_eigenvalues.Sum(), _eigenvalues.Length);
        for (int i = 0; i < x.Length; i++)
            x[i] = (float)(x[i] * factor(_eigenvalues[i], plus));
        Gemm.Multiply(false, false, outputs, inputs, outputs, _gradients.Vectors, outputs, x, inputs, half, inputs);
        Gemm.Multiply(false, true, outputs, inputs, inputs, half, inputs, _inputs.Vectors, inputs, x, inputs);
        for (int i = 0; i < outputs; i++)
        {
            x.AsSpan(i * inputs, _columns).CopyTo(weightResult[(i * _columns)..]);
            if (inputs > _columns)
                biasResult[i] = x[i * inputs + _columns];
        }
    }

    /// <summary>Rows with a 1 behind each: the input of a bias.</summary>
    public static Tensor WithOnes(Tensor x, int columns)
    {
        int rows = x.Length / columns;
        Tensor augmented = Tensor.Create([rows, columns + 1]);
        augmented.Scope = null;
        for (int row = 0; row < rows; row++)
        {
            x.Data.Slice(row * columns, columns).CopyTo(augmented.Data[(row * (columns + 1))..]);
            augmented.Data[row * (columns + 1) + columns] = 1;
        }
        return augmented;
    }

    private OuterRows Rotate(OuterRows outer)
    {
        int rows = outer.Left.Length / _gradients.Size;
        using Tensor inputs = _inputs.Size == _columns ? outer.Right.Detach() : WithOnes(outer.Right, _columns);
        return new(Rotate(outer.Left, rows, _gradients), Rotate(inputs, rows, _inputs), outer.PerSample);
    }

    private static Tensor Rotate(Tensor x, int rows, SymmetricEigen basis)
    {
        Tensor rotated = Tensor.Create([rows, basis.Size]);
        rotated.Scope = null;
        Gemm.Multiply(
            false,
            false,
            rows,
            basis.Size,
            basis.Size,
            x.Data,
            basis.Size,
            basis.Vectors,
            basis.Size,
            rotated.Data,
            basis.Size
        );
        return rotated;
    }
}
