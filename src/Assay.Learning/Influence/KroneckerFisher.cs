using Assay.Numerics;

namespace Assay.Learning;

/// <summary>
/// The Fisher matrix, the mean over samples of g g', of linear layers as Kronecker products of two small matrices each, and of
/// other parameters as its diagonal; with inverses that cost a few matrix products (K-FAC and EK-FAC).
/// </summary>
/// <remarks>
/// <para>A layer's block is A (x) S with A the mean over rows (tokens) of inputs times inputs, with a 1 for the bias, and S the
/// sum over a sample's rows of output gradients times themselves, mean over samples (Martens and Grosse, 2015). With
/// eigenvalue correction the eigenvectors stay and the eigenvalues are replaced by the mean squares of the samples' gradients
/// along them, which is the best fit with these vectors (George and others, 2018). This is the inverse Hessian of
/// influence functions for large models (Grosse and others, 2023, arXiv 2308.03296).</para>
/// <para>The losses decide which Fisher matrix it is: with the data's labels the empirical one, with
/// <see cref="SampledLabels"/> the true one, which for cross-entropy is the Gauss-Newton matrix.</para>
/// <para>A linear layer whose weight also serves otherwise (a tied embedding) is treated as other parameters are.</para>
/// <code>
/// KroneckerFisher fisher = KroneckerFisher.Of(model.TrainableParameters(), batches, LossesOf, new());
/// float[] direction = fisher.Solve(validationGradient);
/// double[] influence = trainGradients.Products(direction);   // one number a sample of training
/// </code>
/// </remarks>
public sealed class KroneckerFisher : ILinearOperator
{
    private readonly KroneckerBlock?[] _kronecker; // of a weight, with its bias if it has one
    private readonly double[]?[] _diagonal;
    private readonly int[] _starts;
    private readonly Parameter[] _parameters;

    private KroneckerFisher(
        Parameter[] parameters,
        KroneckerBlock?[] kronecker,
        double[]?[] diagonal,
        int[] starts,
        int samples
    )
    {
        (_parameters, _kronecker, _diagonal, _starts) = (parameters, kronecker, diagonal, starts);
        Length = starts[^1];
        Samples = samples;
    }

    /// <inheritdoc/>
    public int Length { get; }

    /// <summary>Samples that it was computed from.</summary>
    public int Samples { get; }

    /// <summary>Names of the weights whose block is a Kronecker product; the block of a bias is part of its weight's.</summary>
    public IEnumerable<string> KroneckerParameters =>
        _parameters.Where((_, i) => _kronecker[i] is not null).Select(parameter => parameter.Name);

    /// <summary>Computes the matrix from the gradients of samples: one pass over them, and another with eigenvalue correction.</summary>
    /// <param name="parameters">All require a gradient.</param>
    /// <param name="batches">Number of batches, at least 1.</param>
    /// <param name="losses">
    /// Computes the losses of a batch, numbered from 0, [samples, ..], as <see cref="GhostGradients.Of"/> takes them; twice the same
    /// for the same batch.
    /// </param>
    /// <param name="options">Eigenvalue correction, and which layers are too wide.</param>
    /// <param name="cancellation">Ends the work between batches.</param>
    /// <exception cref="ArgumentException">A layer is used in one batch otherwise than in another.</exception>
    public static KroneckerFisher Of(
        IEnumerable<Parameter> parameters,
        int batches,
        Func<int, Tensor> losses,
        KroneckerFisherOptions options,
        CancellationToken cancellation = default
    )
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(batches, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.WidestLayer, 1);
        Parameter[] all = [.. parameters];
        KroneckerFactors?[] factors = new KroneckerFactors?[all.Length];
        double[]?[] diagonal = new double[]?[all.Length];
        int samples = 0;
        for (int batch = 0; batch < batches; batch++)
        {
            cancellation.ThrowIfCancellationRequested();
            using TensorScope scope = new();
            using GhostGradients gradients = GhostGradients.Of(all, losses(batch));
            if (batch == 0)
                Choose(gradients, options, factors, diagonal);
            samples += gradients.Samples;
            for (int i = 0; i < all.Length; i++)
            {
                factors[i]?.Add(gradients.Blocks[i]);
                if (diagonal[i] is { } squares)
                    AddSquares(gradients.Blocks[i], squares);
            }
        }
        KroneckerBlock?[] blocks = [.. factors.Select(factor => factor?.Decompose(samples))];
        if (options.EigenvalueCorrection)
            Correct(all, batches, losses, blocks, samples, cancellation);
        foreach (double[]? squares in diagonal)
            for (int i = 0; i < squares?.Length; i++)
                squares[i] /= samples;
        int[] starts = new int[all.Length + 1];
        for (int i = 0; i < all.Length; i++)
            starts[i + 1] = checked(starts[i] + all[i].Tensor.Length);
        return new(all, blocks, diagonal, starts, samples);
    }

    /// <summary>The product with a vector.</summary>
    /// <inheritdoc/>
    public void Multiply(ReadOnlySpan<float> vector, Span<float> product)
    {
        FlatGradients.Check(Length, vector, product);
        Apply(vector, product, static (eigenvalue, _) => eigenvalue, static (_, _) => 0);
    }

    /// <summary>The inverse, damped, times a vector.</summary>
    /// <param name="vector"><see cref="Length"/> floats.</param>
    /// <param name="damping">Added to every eigenvalue, at least 0.</param>
    /// <param name="relativeDamping">This share of the mean eigenvalue of a parameter's block is added to that block's, at least 0; Grosse and others (2023) use 0.1.</param>
    /// <returns>(F + damping)^-1 vector; 0 along eigenvectors where eigenvalue and damping are 0.</returns>
    /// <exception cref="ArgumentException">The vector has another length.</exception>
    public float[] Solve(ReadOnlySpan<float> vector, double damping = 0, double relativeDamping = 0.1)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(damping);
        ArgumentOutOfRangeException.ThrowIfNegative(relativeDamping);
        float[] solution = new float[vector.Length];
        FlatGradients.Check(Length, vector, solution);
        Apply(
            vector,
            solution,
            static (eigenvalue, added) => eigenvalue + added > 0 ? 1 / (eigenvalue + added) : 0,
            (sum, count) => damping + relativeDamping * sum / count
        );
        return solution;
    }

    private void Apply(
        ReadOnlySpan<float> vector,
        Span<float> result,
        Func<double, double, double> factor,
        Func<double, int, double> added
    )
    {
        for (int i = 0; i < _kronecker.Length; i++)
        {
            (int start, int length) = (_starts[i], _starts[i + 1] - _starts[i]);
            if (_kronecker[i] is { } block)
            {
                int bias = block.BiasIndex;
                ReadOnlySpan<float> biasVector = bias < 0 ? [] : vector[_starts[bias].._starts[bias + 1]];
                Span<float> biasResult = bias < 0 ? [] : result[_starts[bias].._starts[bias + 1]];
                block.Apply(
                    vector.Slice(start, length),
                    biasVector,
                    result.Slice(start, length),
                    biasResult,
                    factor,
                    added
                );
            }
            else if (_diagonal[i] is { } squares)
            {
                double plus = squares.Length == 0 ? 0 : added(squares.Sum(), squares.Length);
                for (int j = 0; j < length; j++)
                    result[start + j] = (float)(vector[start + j] * factor(squares[j], plus));
            }
        }
    }

    // A weight and the bias that always comes with it make one block.
    private static void Choose(
        GhostGradients gradients,
        KroneckerFisherOptions options,
        KroneckerFactors?[] factors,
        double[]?[] diagonal
    )
    {
        ReadOnlySpan<SampleBlock> blocks = gradients.Blocks;
        HashSet<SampleBlock> taken = [];
        for (int i = 0; i < blocks.Length; i++)
        {
            SampleBlock block = blocks[i];
            if (!block.IsOuterOnly || Math.Max(block.Rows, block.Columns + 1) > options.WidestLayer)
                continue;
            SampleBlock? bias = block.OwnBias;
            int at = bias is null ? -1 : blocks.IndexOf(bias);
            factors[i] = new(block.Rows, block.Columns, at);
            taken.Add(block);
            if (bias is not null)
                taken.Add(bias);
        }
        for (int i = 0; i < blocks.Length; i++)
            if (!taken.Contains(blocks[i]))
                diagonal[i] = new double[blocks[i].Length];
    }

    private static void Correct(
        Parameter[] parameters,
        int batches,
        Func<int, Tensor> losses,
        KroneckerBlock?[] blocks,
        int samples,
        CancellationToken cancellation
    )
    {
        foreach (KroneckerBlock? block in blocks)
            block?.ForgetEigenvalues();
        for (int batch = 0; batch < batches; batch++)
        {
            cancellation.ThrowIfCancellationRequested();
            using TensorScope scope = new();
            using GhostGradients gradients = GhostGradients.Of(parameters, losses(batch));
            for (int i = 0; i < blocks.Length; i++)
                blocks[i]?.AddSquares(gradients.Blocks[i], 1.0 / samples);
        }
    }

    private static void AddSquares(SampleBlock block, double[] squares) =>
        block.MakeSlices(
            (made, first, size) =>
            {
                for (int sample = 0; sample < block.Samples; sample++)
                {
                    ReadOnlySpan<float> part = made.Data.Slice(sample * size, size);
                    Span<double> to = squares.AsSpan(first, size);
                    for (int i = 0; i < part.Length; i++)
                        to[i] += (double)part[i] * part[i];
                }
            }
        );
}

/// <summary>How a <see cref="KroneckerFisher"/> is computed.</summary>
public sealed record KroneckerFisherOptions
{
    /// <summary>Whether eigenvalues are fitted to the samples (EK-FAC) or those of the factors (K-FAC).</summary>
    public bool EigenvalueCorrection { get; init; } = true;

    /// <summary>Layers with more inputs or outputs than this get a diagonal: eigenvectors take time with the cube of it.</summary>
    public int WidestLayer { get; init; } = 2048;
}
