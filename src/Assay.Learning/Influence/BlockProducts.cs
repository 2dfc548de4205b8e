using System.Buffers;
using System.Numerics.Tensors;
using Assay.Numerics;

namespace Assay.Learning;

/// <summary>Products of one parameter's gradients between samples, by the cheaper of two ways.</summary>
/// <remarks>
/// With sums of outer products, &lt;sum a_t (x) b_t, sum c_s (x) d_s&gt; = sum over t and s of (a_t . c_s)(b_t . d_s): the
/// elementwise product of two Gram matrices of the rows, and no gradient is made (Goodfellow, 2015; "ghost" products in Lee and
/// Kifer, 2020, and Wang and others, 2024, arXiv 2406.11011). Else rows of the parameter are made for all samples, a slice at
/// a time. For one product of samples with T rows each, the first costs T^2 (in + out) and the second T in out; in the
/// products of many samples with many, what was made serves for all pairs.
/// </remarks>
internal static class BlockProducts
{
    private const int GramRows = 1024; // rows of the second batch for one Gram matrix

    /// <summary>Adds the squared length of every sample's gradient.</summary>
    public static void AddSquaredNorms(SampleBlock block, Span<double> to)
    {
        double[] norms = new double[block.Samples];
        if (block.IsFactored && block.Samples * GramCost(block, block) < block.CostToMake)
            Workers.For(
                block.Samples,
                (block, norms),
                static (work, sample) =>
                    AddGram(work.block, sample, work.block, sample, 1, work.norms.AsSpan(sample, 1))
            );
        else
            block.MakeSlices(
                (made, _, size) =>
                    Workers.For(
                        norms.Length,
                        sample =>
                        {
                            ReadOnlySpan<float> part = made.Data.Slice(sample * size, size);
                            norms[sample] += TensorPrimitives.Dot(part, part);
                        }
                    )
            );
        Add(norms, to);
    }

    /// <summary>Adds the product of every sample of <paramref name="a"/> with every one of <paramref name="b"/>, [a, b] row by row.</summary>
    public static void AddProducts(SampleBlock a, SampleBlock b, Span<double> to)
    {
        double pairs = (double)a.Samples * b.Samples,
            making = a.CostToMake + (a == b ? 0 : b.CostToMake) + pairs * a.Length;
        double[] products = new double[a.Samples * b.Samples];
        if (a.IsFactored && b.IsFactored && pairs * GramCost(a, b) < making)
            Grams(a, b, products);
        else
            ForSlices(
                a,
                a == b ? null : b,
                (left, right, size) =>
                {
                    using Tensor part = Tensor.Create([a.Samples, b.Samples]);
                    part.Scope = null;
                    Gemm.Multiply(
                        false,
                        true,
                        a.Samples,
                        b.Samples,
                        size,
                        left.Data,
                        size,
                        right.Data,
                        size,
                        part.Data,
                        b.Samples
                    );
                    for (int i = 0; i < products.Length; i++)
                        products[i] += part.Data[i];
                }
            );
        Add(products, to);
    }

    private static void Add(double[] values, Span<double> to)
    {
        for (int i = 0; i < values.Length; i++)
            to[i] += values[i];
    }

    // Multiplications for one pair of samples, with the mean number of rows of tables.
    private static double GramCost(SampleBlock a, SampleBlock b)
    {
        double cost = 0;
        foreach (OuterRows left in a.Outer)
        {
            foreach (OuterRows right in b.Outer)
                cost += (double)left.PerSample * right.PerSample * (a.Rows + a.Columns + 1);
            foreach (TableRows right in b.Tables)
                cost += (double)left.PerSample * right.Count / b.Samples * (a.Columns + 4);
        }
        foreach (TableRows left in a.Tables)
        {
            foreach (OuterRows right in b.Outer)
                cost += (double)right.PerSample * left.Count / a.Samples * (a.Columns + 4);
            foreach (TableRows right in b.Tables)
                cost += (double)left.Count / a.Samples * (a.Columns + 4) + 4.0 * right.Count / b.Samples;
        }
        return cost;
    }

    /// <summary>Makes a few rows of the parameter for all samples of both, and hands them over; then the next ones.</summary>
    private static void ForSlices(SampleBlock a, SampleBlock? b, Action<Tensor, Tensor, int> use)
    {
        if (a.Length == 0)
            return;
        int samples = a.Samples + (b?.Samples ?? 0),
            rows = (int)Math.Clamp(SampleBlock.SliceFloats / ((long)samples * a.Columns), 1, a.Rows);
        using Tensor left = Tensor.Create([a.Samples, rows * a.Columns]);
        using Tensor? right = b is null ? null : Tensor.Create([b.Samples, rows * b.Columns]);
        left.Scope = null;
        if (right is not null)
            right.Scope = null;
        for (int first = 0; first < a.Rows; first += rows)
        {
            int count = Math.Min(rows, a.Rows - first),
                size = count * a.Columns;
            a.Make(first, count, left.Data, size);
            if (right is not null)
                b!.Make(first, count, right.Data, size);
            use(left, right ?? left, size);
        }
    }

    private static void Grams(SampleBlock a, SampleBlock b, double[] products)
    {
        int longest = b.Outer.Select(outer => outer.PerSample).DefaultIfEmpty(1).Max(),
            group = Math.Clamp(GramRows / Math.Max(1, longest), 1, b.Samples),
            groups = (b.Samples + group - 1) / group;
        Workers.For(
            checked(a.Samples * groups),
            piece =>
            {
                (int sample, int which) = Math.DivRem(piece, groups);
                int first = which * group,
                    count = Math.Min(group, b.Samples - first);
                AddGram(a, sample, b, first, count, products.AsSpan(sample * b.Samples + first, count));
            }
        );
    }

    /// <summary>Adds the products of one sample of <paramref name="a"/> with a few of <paramref name="b"/>.</summary>
    private static void AddGram(SampleBlock a, int sample, SampleBlock b, int first, int count, Span<double> to)
    {
        foreach (OuterRows left in a.Outer)
        {
            foreach (OuterRows right in b.Outer)
                OuterByOuter(left, sample, right, first, count, a.Rows, a.Columns, to);
            foreach (TableRows right in b.Tables)
                for (int other = 0; other < count; other++)
                    to[other] += OuterByTable(left, sample, right, first + other, a.Rows, a.Columns);
        }
        foreach (TableRows left in a.Tables)
            for (int other = 0; other < count; other++)
            {
                foreach (OuterRows right in b.Outer)
                    to[other] += OuterByTable(right, first + other, left, sample, a.Rows, a.Columns);
                foreach (TableRows right in b.Tables)
                    to[other] += left.Product(sample, right, first + other);
            }
    }

    private static void OuterByOuter(
        OuterRows left,
        int sample,
        OuterRows right,
        int first,
        int count,
        int outputs,
        int inputs,
        Span<double> to
    )
    {
        int rows = left.PerSample,
            each = right.PerSample,
            columns = count * each;
        if (rows == 0 || columns == 0)
            return;
        float[] shared = ArrayPool<float>.Shared.Rent(checked(2 * rows * columns));
        Span<float> gradients = shared.AsSpan(0, rows * columns),
            activations = shared.AsSpan(rows * columns, rows * columns);
        Gram(left.Left, sample * rows, rows, right.Left, first * each, columns, outputs, gradients);
        Gram(left.Right, sample * rows, rows, right.Right, first * each, columns, inputs, activations);
        for (int row = 0; row < rows; row++)
        for (int other = 0; other < count; other++)
        {
            int at = row * columns + other * each;
            to[other] += TensorPrimitives.Dot<float>(gradients.Slice(at, each), activations.Slice(at, each));
        }
        ArrayPool<float>.Shared.Return(shared);
    }

    private static void Gram(
        Tensor a,
        int firstA,
        int rowsA,
        Tensor b,
        int firstB,
        int rowsB,
        int width,
        Span<float> to
    ) =>
        Gemm.Multiply(
            false,
            true,
            rowsA,
            rowsB,
            width,
            a.Data.Slice(firstA * width, rowsA * width),
            width,
            b.Data.Slice(firstB * width, rowsB * width),
            width,
            to,
            rowsB
        );

    // A row of a table is the outer product of a one at its place with its gradient.
    private static double OuterByTable(
        OuterRows outer,
        int sample,
        TableRows table,
        int tableSample,
        int outputs,
        int inputs
    )
    {
        ReadOnlySpan<int> tokens = table.Rows(tableSample);
        int rows = outer.PerSample;
        if (rows == 0 || tokens.Length == 0)
            return 0;
        float[] products = ArrayPool<float>.Shared.Rent(checked(rows * tokens.Length));
        Gemm.Multiply(
            false,
            true,
            rows,
            tokens.Length,
            inputs,
            outer.Right.Data.Slice(sample * rows * inputs, rows * inputs),
            inputs,
            table.Values(tableSample),
            inputs,
            products,
            tokens.Length
        );
        double sum = 0;
        for (int row = 0; row < rows; row++)
        {
            ReadOnlySpan<float> gradient = outer.Left.Data.Slice((sample * rows + row) * outputs, outputs);
            for (int i = 0; i < tokens.Length; i++)
                sum += products[row * tokens.Length + i] * gradient[tokens[i]];
        }
        ArrayPool<float>.Shared.Return(products);
        return sum;
    }
}
