using Assay.Numerics;

namespace Assay.Learning;

/// <summary>The sums that make the two factors of a linear layer's block.</summary>
/// <param name="rows">Outputs of the layer.</param>
/// <param name="columns">Inputs of the layer.</param>
/// <param name="biasIndex">Where the layer's bias is among the parameters, or -1.</param>
internal sealed class KroneckerFactors(int rows, int columns, int biasIndex)
{
    private readonly int _inputs = columns + (biasIndex < 0 ? 0 : 1);
    private readonly double[] _inputProducts = new double[Square(columns + (biasIndex < 0 ? 0 : 1))];
    private readonly double[] _gradientProducts = new double[Square(rows)];
    private long _rows;

    public void Add(SampleBlock block)
    {
        if (!block.IsOuterOnly || (block.OwnBias is null) != (biasIndex < 0))
            throw new ArgumentException(
                $"The parameter '{block.Parameter.Name}' is used otherwise in one batch than in another."
            );
        foreach ((Tensor left, Tensor right, int perSample) in block.Outer)
        {
            int count = block.Samples * perSample;
            if (count == 0)
                continue;
            _rows += count;
            using Tensor augmented = biasIndex < 0 ? right.Detach() : KroneckerBlock.WithOnes(right, columns);
            AddProducts(augmented, _inputs, count, _inputProducts);
            AddProducts(left, rows, count, _gradientProducts);
        }
    }

    public KroneckerBlock Decompose(int samples)
    {
        Scale(_inputProducts, 1.0 / Math.Max(1, _rows));
        Scale(_gradientProducts, 1.0 / samples);
        return new(
            SymmetricEigen.Of(_gradientProducts, rows),
            SymmetricEigen.Of(_inputProducts, _inputs),
            columns,
            biasIndex
        );
    }

    private static void AddProducts(Tensor x, int width, int count, double[] to)
    {
        using Tensor products = Tensor.Create([width, width]);
        products.Scope = null;
        Gemm.Multiply(true, false, width, width, count, x.Data, width, x.Data, width, products.Data, width);
        ReadOnlySpan<float> values = products.Data;
        // The product of a matrix with itself need not be symmetric to the last bit.
        for (int i = 0; i < width; i++)
        for (int j = 0; j < width; j++)
            to[i * width + j] += 0.5 * ((double)values[i * width + j] + values[j * width + i]);
    }

    private static void Scale(double[] values, double factor)
    {
        for (int i = 0; i < values.Length; i++)
            values[i] *= factor;
    }

    private static int Square(int side) => checked(side * side);
}
