using Assay.Numerics;

namespace Assay.Learning;

/// <summary>A random projection of gradients to a few numbers that keeps their products on average: a fixed matrix that is never stored.</summary>
/// <remarks>
/// <para>E[Pg . Ph] = g . h for all kinds. For <see cref="ProjectionKind.Rademacher"/> and <see cref="ProjectionKind.Sparse"/>
/// the variance of |Pg|^2 / |g|^2 is at most 2 / dimension (Achlioptas, 2003; Kane and Nelson, 2014). For
/// <see cref="ProjectionKind.Kronecker"/> it is at most (1 + 2 / outputs)(1 + 2 / inputs) - 1 for each parameter.</para>
/// <para>The matrix depends on the stream's seed and on names and shapes of parameters only: another process that uses the
/// same gets the same numbers.</para>
/// <code>
/// GradientProjection projection = new(model.TrainableParameters(), new() { Dimension = 512 }, new RandomStream(7, "projection"));
/// using GhostGradients gradients = GhostGradients.Of(model.TrainableParameters(), losses);
/// Matrix features = projection.Project(gradients);   // [samples, 512]
/// </code>
/// </remarks>
public sealed class GradientProjection
{
    private const int Chunk = 256; // elements whose part of the matrix is made at a time
    private const int SparseChunk = 1 << 16;
    private readonly Parameter[] _parameters;
    private readonly ProjectionOptions _options;
    private readonly RandomStream[] _streams;
    private readonly KroneckerProjection[] _kronecker;

    /// <summary>A projection for gradients of some parameters.</summary>
    /// <param name="parameters">Their names must differ.</param>
    /// <param name="options">Kind and size.</param>
    /// <param name="stream">Its child of a parameter's name gives that parameter's part of the matrix.</param>
    /// <exception cref="ArgumentException">A name stands twice, or an option is out of its range.</exception>
    public GradientProjection(IEnumerable<Parameter> parameters, ProjectionOptions options, RandomStream stream)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(options.Dimension, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.NonZeros, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.Outputs, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.Inputs, 1);
        if (options.Kind == ProjectionKind.Sparse && options.Dimension % options.NonZeros != 0)
            throw new ArgumentException(
                $"{options.NonZeros} numbers that are not 0 do not divide a dimension of {options.Dimension}.",
                nameof(options)
            );
        _parameters = [.. parameters];
        _options = options;
        foreach (IGrouping<string, Parameter> same in _parameters.GroupBy(parameter => parameter.Name))
            if (same.Count() > 1)
                throw new ArgumentException($"Two parameters have the name '{same.Key}'.", nameof(parameters));
        _streams = [.. _parameters.Select(parameter => stream.Child(parameter.Name))];
        Length = checked((int)_parameters.Sum(parameter => (long)parameter.Tensor.Length));
        _kronecker =
            options.Kind == ProjectionKind.Kronecker
                ? [.. _parameters.Select((parameter, i) => KroneckerProjection.Of(parameter, options, _streams[i]))]
                : [];
        Dimension =
            options.Kind == ProjectionKind.Kronecker ? _kronecker.Sum(part => part.Dimension) : options.Dimension;
    }

    /// <summary>Elements of a gradient.</summary>
    public int Length { get; }

    /// <summary>
    /// Elements of a projected gradient. For <see cref="ProjectionKind.Kronecker"/> every parameter has its own, at most
    /// outputs x inputs of them, in the order of the parameters.
    /// </summary>
    public int Dimension { get; }

    /// <summary>Projects the gradients of a batch.</summary>
    /// <returns>[samples, <see cref="Dimension"/>].</returns>
    /// <exception cref="ArgumentException">They are of other parameters.</exception>
    public Matrix Project(GhostGradients gradients)
    {
        if (gradients.Blocks.Length != _parameters.Length)
            throw new ArgumentException(
                $"The projection is for {_parameters.Length} parameters, and the gradients are of {gradients.Blocks.Length}."
            );
        float[] projected = new float[checked(gradients.Samples * Dimension)];
        int at = 0;
        for (int i = 0; i < _parameters.Length; i++)
        {
            SampleBlock block = gradients.Blocks[i];
            if (
                block.Parameter.Name != _parameters[i].Name
                || !block.Parameter.Tensor.Shape.SequenceEqual(_parameters[i].Tensor.Shape)
            )
                throw new ArgumentException(
                    $"The projection is for '{_parameters[i].Name}' {TensorShape.Text(_parameters[i].Tensor.Shape)}, and the gradients are of '{block.Parameter.Name}' {TensorShape.Text(block.Parameter.Tensor.Shape)}."
                );
            if (block.Length == 0)
                continue;
            if (_options.Kind == ProjectionKind.Kronecker)
            {
                _kronecker[i].Add(block, projected.AsSpan(at), Dimension);
                at += _kronecker[i].Dimension;
            }
            else
            {
                int parameter = i;
                block.MakeSlices(
                    (made, first, size) =>
                        Add(parameter, first, made.Data[..(block.Samples * size)], block.Samples, size, projected)
                );
            }
        }
        return new(projected, Dimension);
    }

    /// <summary>Projects one gradient, such as that of a validation loss.</summary>
    /// <param name="gradient"><see cref="Length"/> floats, in the order of the parameters.</param>
    /// <returns><see cref="Dimension"/> floats.</returns>
    /// <exception cref="ArgumentException">It has another length.</exception>
    public float[] Project(ReadOnlySpan<float> gradient)
    {
        if (gradient.Length != Length)
            throw new ArgumentException($"A gradient is {Length} numbers, and this has {gradient.Length}.");
        float[] projected = new float[Dimension];
        int from = 0,
            to = 0;
        for (int i = 0; i < _parameters.Length; i++)
        {
            int length = _parameters[i].Tensor.Length;
            ReadOnlySpan<float> part = gradient.Slice(from, length);
            from += length;
            if (length == 0)
                continue;
            if (_options.Kind == ProjectionKind.Kronecker)
            {
                _kronecker[i].Add(part, projected.AsSpan(to, _kronecker[i].Dimension));
                to += _kronecker[i].Dimension;
            }
            else
                Add(i, 0, part, 1, length, projected);
        }
        return projected;
    }

    /// <summary>Adds the image of elements of a parameter's gradient, [samples, count], to [samples, dimension].</summary>
    private void Add(
        int parameter,
        int first,
        ReadOnlySpan<float> values,
        int samples,
        int count,
        Span<float> projected
    )
    {
        if (_options.Kind == ProjectionKind.Sparse)
            AddSparse(_streams[parameter], first, values, samples, count, projected);
        else
            AddDense(_streams[parameter], first, values, samples, count, projected);
    }

    private void AddDense(
        RandomStream stream,
        int first,
        ReadOnlySpan<float> values,
        int samples,
        int count,
        Span<float> projected
    )
    {
        int dimension = Dimension;
        float magnitude = 1 / MathF.Sqrt(dimension);
        float[] part = new float[checked(Math.Min(Chunk, count) * dimension)];
        for (int start = 0; start < count; start += Chunk)
        {
            int rows = Math.Min(Chunk, count - start),
                element = first + start;
            Workers.For(
                rows,
                row =>
                {
                    Span<float> signs = part.AsSpan(row * dimension, dimension);
                    for (int word = 0; word * 64 < dimension; word++)
                        RandomSigns.Fill(
                            stream.BitsOf(new((ulong)(element + row), (ulong)word)),
                            signs[(word * 64)..Math.Min(dimension, word * 64 + 64)],
                            magnitude
                        );
                }
            );
            Gemm.Multiply(
                false,
                false,
                samples,
                dimension,
                rows,
                values[start..],
                count,
                part,
                dimension,
                projected,
                dimension,
                accumulate: true
            );
        }
    }

    private void AddSparse(
        RandomStream stream,
        int first,
        ReadOnlySpan<float> values,
        int samples,
        int count,
        Span<float> projected
    )
    {
        int perElement = _options.NonZeros,
            band = Dimension / perElement;
        float magnitude = 1 / MathF.Sqrt(perElement);
        (int Place, float Sign)[] entries = new (int, float)[checked(Math.Min(SparseChunk, count) * perElement)];
        for (int start = 0; start < count; start += SparseChunk)
        {
            int elements = Math.Min(SparseChunk, count - start);
            for (int i = 0; i < elements; i++)
            for (int k = 0; k < perElement; k++)
            {
                ulong bits = stream.BitsOf(new((ulong)(first + start + i), (ulong)k));
                int place = (int)((UInt128)(bits & ~1UL) * (ulong)band >> 64);
                entries[i * perElement + k] = (k * band + place, (bits & 1) == 0 ? magnitude : -magnitude);
            }
            Workers.For(
                samples,
                new SparseRows(values[start..], entries, perElement, elements, count, Dimension, projected)
            );
        }
    }

    private readonly ref struct SparseRows(
        ReadOnlySpan<float> values,
        (int Place, float Sign)[] entries,
        int perElement,
        int elements,
        int stride,
        int dimension,
        Span<float> projected
    ) : IPieces
    {
        private readonly ReadOnlySpan<float> _values = values;
        private readonly Span<float> _projected = projected;

        public void Run(int piece)
        {
            ReadOnlySpan<float> row = _values.Slice(piece * stride, elements);
            Span<float> to = _projected.Slice(piece * dimension, dimension);
            for (int i = 0, at = 0; i < row.Length; i++)
            for (int k = 0; k < perElement; k++, at++)
                to[entries[at].Place] += entries[at].Sign * row[i];
        }
    }
}

/// <summary>The kind of matrix of a <see cref="GradientProjection"/>.</summary>
public enum ProjectionKind
{
    /// <summary>Random signs everywhere: samples x parameters x dimension multiplications.</summary>
    Rademacher,

    /// <summary>A few random signs for each parameter's element: samples x parameters x that few.</summary>
    Sparse,

    /// <summary>
    /// For every layer the outer product of two small matrices of random signs, applied to its inputs and output gradients:
    /// no gradient is made (LoGra: Choe and others, 2024, arXiv 2405.13954).
    /// </summary>
    Kronecker,
}

/// <summary>Kind and size of a <see cref="GradientProjection"/>.</summary>
public sealed record ProjectionOptions
{
    /// <summary>The kind of matrix.</summary>
    public ProjectionKind Kind { get; init; } = ProjectionKind.Sparse;

    /// <summary>Elements of a projected gradient, at least 1; not for <see cref="ProjectionKind.Kronecker"/>.</summary>
    public int Dimension { get; init; } = 1024;

    /// <summary>Numbers that are not 0 for each element of a gradient, at least 1, a divisor of the dimension; only for <see cref="ProjectionKind.Sparse"/>.</summary>
    public int NonZeros { get; init; } = 1;

    /// <summary>Most numbers that a layer's output gradients become, at least 1; only for <see cref="ProjectionKind.Kronecker"/>.</summary>
    public int Outputs { get; init; } = 16;

    /// <summary>Most numbers that a layer's inputs become, at least 1; only for <see cref="ProjectionKind.Kronecker"/>.</summary>
    public int Inputs { get; init; } = 16;
}
