using Assay.Numerics;

namespace Assay.Learning;

/// <summary>One parameter's part of a Kronecker-structured projection: G becomes L' G R, with two matrices of random signs.</summary>
internal sealed class KroneckerProjection
{
    private readonly float[] _left; // [rows, outputs]
    private readonly float[] _right; // [columns, inputs]
    private readonly int _rows,
        _columns,
        _outputs,
        _inputs;

    private KroneckerProjection(int rows, int columns, int outputs, int inputs, RandomStream stream)
    {
        (_rows, _columns, _outputs, _inputs) = (rows, columns, outputs, inputs);
        _left = Signs(stream.Child("left"), rows, outputs);
        _right = Signs(stream.Child("right"), columns, inputs);
    }

    public int Dimension => _outputs * _inputs;

    public static KroneckerProjection Of(Parameter parameter, ProjectionOptions options, RandomStream stream)
    {
        int rows = parameter.Tensor.Rank == 0 ? 1 : parameter.Tensor.Shape[0],
            columns = parameter.Tensor.Length / Math.Max(1, rows);
        // A vector has one side only, which may take all the room.
        int outputs = columns == 1 ? checked(options.Outputs * options.Inputs) : options.Outputs;
        return new(rows, columns, Math.Min(rows, outputs), Math.Min(columns, options.Inputs), stream);
    }

    /// <summary>Adds the image of every sample's gradient.</summary>
    /// <param name="block">The gradients.</param>
    /// <param name="to">Where the first sample's image is.</param>
    /// <param name="stride">Floats from one sample to the next.</param>
    public void Add(SampleBlock block, Span<float> to, int stride)
    {
        foreach (OuterRows outer in block.Outer)
            Add(outer, block.Samples, to, stride);
        for (int sample = 0; sample < block.Samples; sample++)
        {
            Span<float> image = to.Slice(sample * stride, Dimension);
            foreach (TableRows table in block.Tables)
                Add(table.Rows(sample), table.Values(sample), image);
            if (block.Dense is not null)
                Add(block.Dense.Data.Slice(sample * block.Length, block.Length), image);
        }
    }

    /// <summary>Adds the image of one gradient, [rows, columns].</summary>
    public void Add(ReadOnlySpan<float> gradient, Span<float> to)
    {
        float[] half = new float[_rows * _inputs];
        Gemm.Multiply(false, false, _rows, _inputs, _columns, gradient, _columns, _right, _inputs, half, _inputs);
        Gemm.Multiply(true, false, _outputs, _inputs, _rows, _left, _outputs, half, _inputs, to, _inputs, true);
    }

    private void Add(OuterRows outer, int samples, Span<float> to, int stride)
    {
        int rows = samples * outer.PerSample;
        if (rows == 0)
            return;
        using Tensor left = Tensor.Create([rows, _outputs]),
            right = Tensor.Create([rows, _inputs]);
        left.Scope = right.Scope = null;
        Gemm.Multiply(
            false,
            false,
            rows,
            _outputs,
            _rows,
            outer.Left.Data,
            _rows,
            _left,
            _outputs,
            left.Data,
            _outputs
        );
        Gemm.Multiply(
            false,
            false,
            rows,
            _inputs,
            _columns,
            outer.Right.Data,
            _columns,
            _right,
            _inputs,
            right.Data,
            _inputs
        );
        Gemm.MultiplyBatch(
            true,
            false,
            samples,
            _outputs,
            _inputs,
            outer.PerSample,
            left.Data,
            _outputs,
            outer.PerSample * _outputs,
            right.Data,
            _inputs,
            outer.PerSample * _inputs,
            to,
            _inputs,
            stride,
            accumulate: true
        );
    }

    private void Add(ReadOnlySpan<int> rows, ReadOnlySpan<float> values, Span<float> to)
    {
        float[] right = new float[rows.Length * _inputs],
            left = new float[rows.Length * _outputs];
        Gemm.Multiply(false, false, rows.Length, _inputs, _columns, values, _columns, _right, _inputs, right, _inputs);
        for (int i = 0; i < rows.Length; i++)
            _left.AsSpan(rows[i] * _outputs, _outputs).CopyTo(left.AsSpan(i * _outputs));
        Gemm.Multiply(true, false, _outputs, _inputs, rows.Length, left, _outputs, right, _inputs, to, _inputs, true);
    }

    // A side that is not made smaller stays as it is: no noise where there is nothing to gain.
    private static float[] Signs(RandomStream stream, int rows, int columns)
    {
        float[] signs = new float[checked(rows * columns)];
        if (columns < rows)
            RandomSigns.Fill(stream, signs, 1 / MathF.Sqrt(columns));
        else
            for (int i = 0; i < rows; i++)
                signs[i * columns + i] = 1;
        return signs;
    }
}
