using System.Numerics.Tensors;
using Assay.Numerics;

namespace Assay.Learning;

/// <summary>
/// One parameter's gradient of every sample of a batch, as the sum of what its layers gave: sums of outer products, rows of a
/// table, and vectors that were small enough to make (biases, gains) or could not be had otherwise.
/// </summary>
internal sealed class SampleBlock(Parameter parameter, int samples) : IDisposable
{
    /// <summary>32 MiB: what is made of gradients at a time.</summary>
    public const int SliceFloats = 8 << 20;

    private const int RowsAtOnce = 2048;

    public Parameter Parameter { get; } = parameter;

    public int Samples { get; } = samples;

    /// <summary>The parameter as a matrix: entries of its first axis.</summary>
    public int Rows { get; } = parameter.Tensor.Rank == 0 ? 1 : parameter.Tensor.Shape[0];

    /// <summary>Elements of a row.</summary>
    public int Columns { get; } =
        parameter.Tensor.Rank == 0 ? 1 : parameter.Tensor.Length / Math.Max(1, parameter.Tensor.Shape[0]);

    public int Length => Parameter.Tensor.Length;

    public List<OuterRows> Outer { get; } = [];

    public List<TableRows> Tables { get; } = [];

    /// <summary>[samples, length], or null.</summary>
    public Tensor? Dense { get; set; }

    /// <summary>True if linear layers gave all there is.</summary>
    public bool IsOuterOnly => Outer.Count > 0 && Tables.Count == 0 && Dense is null;

    /// <summary>The bias that came with this weight at every use, and with no other; or null.</summary>
    public SampleBlock? OwnBias =>
        BiasUses.Count == Outer.Count
        && BiasUses is [{ } bias, ..]
        && BiasUses.TrueForAll(one => one == bias)
        && bias.Contributions == Outer.Count
            ? bias
            : null;

    /// <summary>For each use of this weight by a linear layer that has one of the biases: that bias.</summary>
    public List<SampleBlock> BiasUses { get; } = [];

    /// <summary>How often something was added to <see cref="Dense"/>.</summary>
    public int Contributions { get; set; }

    /// <summary>True if a product can be had from products of rows, without making the gradient.</summary>
    public bool IsFactored => Dense is null;

    /// <summary>Multiplications that it takes to make the gradients of all samples.</summary>
    public double CostToMake => Outer.Sum(outer => (double)outer.PerSample * Samples * Length) + 4.0 * Samples * Length;

    public Tensor NewDense()
    {
        Tensor dense = Tensor.Create([Samples, Length]);
        dense.Scope = null;
        return dense;
    }

    /// <summary>Forgets everything, and takes the gradients as they are.</summary>
    public void Replace(Tensor dense)
    {
        Dispose();
        Dense = dense;
    }

    public void Dispose()
    {
        foreach (OuterRows outer in Outer)
        {
            outer.Left.Dispose();
            outer.Right.Dispose();
        }
        Outer.Clear();
        Tables.Clear();
        BiasUses.Clear();
        Contributions = 0;
        Dense?.Dispose();
        Dense = null;
    }

    /// <summary>Writes rows of the parameter's gradient of every sample.</summary>
    /// <param name="first">First row.</param>
    /// <param name="count">Number of rows.</param>
    /// <param name="to">Gets count x columns floats for each sample.</param>
    /// <param name="stride">Floats from one sample to the next.</param>
    public void Make(int first, int count, Span<float> to, int stride)
    {
        int size = count * Columns;
        for (int sample = 0; sample < Samples; sample++)
        {
            Span<float> part = to.Slice(sample * stride, size);
            if (Dense is not null)
                Dense.Data.Slice(sample * Length + first * Columns, size).CopyTo(part);
            else if (Outer.Count == 0)
                part.Clear();
        }
        for (int i = 0; i < Outer.Count; i++)
        {
            (Tensor left, Tensor right, int perSample) = Outer[i];
            if (perSample == 0 || size == 0)
                continue;
            Gemm.MultiplyBatch(
                true,
                false,
                Samples,
                count,
                Columns,
                perSample,
                left.Data[first..],
                Rows,
                perSample * Rows,
                right.Data,
                Columns,
                perSample * Columns,
                to,
                Columns,
                stride,
                accumulate: i > 0 || Dense is not null
            );
        }
        foreach (TableRows table in Tables)
            for (int sample = 0; sample < Samples; sample++)
                AddTable(table, sample, first, count, to.Slice(sample * stride, size));
    }

    /// <summary>Makes the gradients of all samples, a few rows at a time in storage of a fixed size.</summary>
    /// <param name="use">Gets [samples, size] made, the first element of the parameter in it, and the size.</param>
    public void MakeSlices(Action<Tensor, int, int> use)
    {
        if (Length == 0)
            return;
        int rows = (int)Math.Clamp(SliceFloats / ((long)Samples * Columns), 1, Rows);
        using Tensor made = Tensor.Create([Samples, rows * Columns]);
        made.Scope = null;
        for (int first = 0; first < Rows; first += rows)
        {
            int size = Math.Min(rows, Rows - first) * Columns;
            Make(first, size / Columns, made.Data, size);
            use(made, first * Columns, size);
        }
    }

    /// <summary>Adds the product of every sample's gradient with one vector.</summary>
    /// <param name="vector">As long as the parameter.</param>
    /// <param name="to">One number a sample.</param>
    public void AddProducts(ReadOnlySpan<float> vector, Span<double> to)
    {
        if (Dense is not null)
            for (int sample = 0; sample < Samples; sample++)
                to[sample] += TensorPrimitives.Dot(Dense.Data.Slice(sample * Length, Length), vector);
        foreach (TableRows table in Tables)
            for (int sample = 0; sample < Samples; sample++)
                to[sample] += Product(table, sample, vector);
        foreach (OuterRows outer in Outer)
            AddProducts(outer, vector, to);
    }

    // Sum over rows of left' G right: the rows of right G' times those of left.
    private void AddProducts(OuterRows outer, ReadOnlySpan<float> vector, Span<double> to)
    {
        int rows = Samples * outer.PerSample;
        if (rows == 0 || Length == 0)
            return;
        using Tensor images = Tensor.Create([Math.Min(RowsAtOnce, rows), Rows]);
        images.Scope = null;
        double[] products = new double[Math.Min(RowsAtOnce, rows)];
        for (int first = 0; first < rows; first += RowsAtOnce)
        {
            int count = Math.Min(RowsAtOnce, rows - first);
            Gemm.Multiply(
                false,
                true,
                count,
                Rows,
                Columns,
                outer.Right.Data[(first * Columns)..],
                Columns,
                vector,
                Columns,
                images.Data,
                Rows
            );
            Workers.For(
                (count + 63) / 64,
                (outer.Left, images, first, count, Rows, products),
                static (work, piece) =>
                {
                    (Tensor left, Tensor made, int start, int all, int width, double[] found) = work;
                    for (int row = piece * 64; row < Math.Min(all, (piece + 1) * 64); row++)
                        found[row] = TensorPrimitives.Dot(
                            left.Data.Slice((start + row) * width, width),
                            made.Data.Slice(row * width, width)
                        );
                }
            );
            for (int row = 0; row < count; row++)
                to[(first + row) / outer.PerSample] += products[row];
        }
    }

    private double Product(TableRows table, int sample, ReadOnlySpan<float> vector)
    {
        ReadOnlySpan<int> rows = table.Rows(sample);
        ReadOnlySpan<float> values = table.Values(sample);
        double sum = 0;
        for (int i = 0; i < rows.Length; i++)
            sum += TensorPrimitives.Dot(values.Slice(i * Columns, Columns), vector.Slice(rows[i] * Columns, Columns));
        return sum;
    }

    private void AddTable(TableRows table, int sample, int first, int count, Span<float> to)
    {
        ReadOnlySpan<int> rows = table.Rows(sample);
        ReadOnlySpan<float> values = table.Values(sample);
        for (int i = 0; i < rows.Length; i++)
        {
            int row = rows[i] - first;
            if (row >= 0 && row < count)
                Elementwise.Run<AddOf>(
                    to.Slice(row * Columns, Columns),
                    values.Slice(i * Columns, Columns),
                    to.Slice(row * Columns, Columns)
                );
        }
    }
}
