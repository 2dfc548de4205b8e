using Assay.Data;
using Assay.Learning;
using Assay.Numerics;

namespace Assay.Value;

/// <summary>The curvature of the mean loss over samples, and its damped inverse times a gradient.</summary>
/// <remarks>
/// H is the Gauss-Newton matrix, which is the Fisher matrix of cross-entropy (and the Hessian of a regression), plus what penalised
/// the weights. The Kronecker forms are K-FAC and EK-FAC of Grosse et al., "Studying large language model generalization with
/// influence functions" (arXiv 2308.03296), as Quad uses them (arXiv 2409.16986); attention's queries, keys and values are one layer.
/// </remarks>
public sealed class Curvature
{
    // A Fisher matrix of fewer draws is noise: rows of a small table draw their labels several times.
    private const int LeastDraws = 2000;

    // Series that are averaged: the last terms of one are those of its last batches.
    private const int SeriesRepeats = 4;
    private readonly Parameter[] _parameters;
    private readonly LossSamples _samples;
    private readonly CurvatureOptions _options;
    private readonly RandomStream _random;
    private readonly int _draws;

    /// <summary>The curvature at the parameters' present values.</summary>
    /// <param name="parameters">What to differentiate for.</param>
    /// <param name="samples">Those of training, or some of them.</param>
    /// <param name="options">Damping, penalty, labels, iterations.</param>
    /// <param name="random">Draws labels and batches; its state does not change.</param>
    public Curvature(
        IReadOnlyList<Parameter> parameters,
        LossSamples samples,
        CurvatureOptions options,
        RandomStream random
    )
    {
        (_parameters, _samples, _options, _random) = ([.. parameters], samples, options, random);
        long places = Enumerable.Range(0, samples.Count).Sum(sample => (long)samples.SizeOf(sample));
        _draws = options.Labels == FisherLabels.Data ? 1 : (int)Math.Max(1, (LeastDraws + places - 1) / places);
    }

    /// <summary>(H + damping)^-1 times a gradient; the gradient itself for methods without curvature.</summary>
    /// <param name="method">By which method.</param>
    /// <param name="gradient">As long as the parameters together.</param>
    /// <param name="cancellation">Ends the work between batches or iterations.</param>
    /// <exception cref="AssayException">The iterations did not come near.</exception>
    public float[] Solve(InfluenceMethod method, float[] gradient, CancellationToken cancellation = default) =>
        method switch
        {
            InfluenceMethod.Cg => ConjugateGradients(gradient, cancellation),
            InfluenceMethod.Lissa => Series(gradient, cancellation),
            InfluenceMethod.KFac or InfluenceMethod.EkFac => Kronecker(method == InfluenceMethod.EkFac, cancellation)(
                gradient
            ),
            _ => gradient,
        };

    /// <summary>The damped inverse of the Kronecker form, computed once for many gradients.</summary>
    public Func<float[], float[]> Kronecker(bool corrected, CancellationToken cancellation = default)
    {
        KroneckerFisher fisher = KroneckerFisher.Of(
            _parameters,
            _draws * _samples.Batches.Count,
            FisherLosses,
            new() { EigenvalueCorrection = corrected },
            cancellation
        );
        return gradient => fisher.Solve(gradient, _options.Penalty, _options.Damping);
    }

    /// <summary>The mean eigenvalue of H without its penalty: what damping is a share of.</summary>
    public double MeanEigenvalue(CancellationToken cancellation = default)
    {
        double trace = 0;
        for (int number = 0; number < _draws * _samples.Batches.Count; number++)
        {
            cancellation.ThrowIfCancellationRequested();
            using TensorScope scope = new();
            using GhostGradients gradients = GhostGradients.Of(_parameters, FisherLosses(number));
            trace += gradients.SquaredNorms().Sum();
        }
        return trace / _draws / _samples.Count / _parameters.Sum(parameter => parameter.Tensor.Length);
    }

    // Places of a sequence are independent draws: the matrix of its mean loss is the mean of theirs, and weights of 1 / sqrt(size)
    // make the product of a sample's gradient with itself just that.
    private Tensor FisherLosses(int number)
    {
        int[] batch = _samples.Batches[number % _samples.Batches.Count];
        Tensor logits = _samples.Logits(batch);
        int[] targets = _samples.Targets(batch);
        if (_options.Labels == FisherLabels.Drawn)
            targets = LossSamples.Drawn(logits, targets, _random.Child("labels").Child(number));
        return _samples.Losses(logits, targets, batch, size => 1 / Math.Sqrt(size));
    }

    private float[] ConjugateGradients(float[] gradient, CancellationToken cancellation)
    {
        ConjugateGradientResult solved = ConjugateGradient.Solve(
            new PenalisedOperator(GaussNewton(cancellation), Penalties()),
            gradient,
            new()
            {
                Damping = Added(cancellation),
                MaximumIterations = _options.Iterations ?? 200,
                // With damping the answer is approximate anyway.
                Tolerance = _options.Damping > 0 ? 1e-3 : 1e-6,
            },
            cancellation
        );
        return solved.RelativeResidual < 0.5
            ? solved.Solution
            : throw new AssayException(
                FormattableString.Invariant(
                    $"influence: {solved.Iterations} iterations of conjugate gradients left a residual of {solved.RelativeResidual:0.00}"
                ),
                hint: "Raise 'damping' (0.1 is usual for networks) or 'iterations'."
            );
    }

    private float[] Series(float[] gradient, CancellationToken cancellation)
    {
        PenalisedOperator matrix = new(GaussNewton(cancellation), Penalties());
        double damping = Added(cancellation),
            largest =
                LargestEigenvalue
                    .Of(matrix, _random.Child("start"), tolerance: 0.05, maximumIterations: 20, cancellation)
                    .Value;
        // Single batches may be more curved than all together: then the series grows, and starts again with a larger scale.
        for (double scale = 1.2 * (largest + damping); ; scale *= 2)
        {
            LissaResult found = Lissa.Solve(
                matrix,
                gradient,
                new()
                {
                    Damping = damping,
                    Scale = scale,
                    Depth = _options.Iterations ?? 1000,
                    Repeats = SeriesRepeats,
                },
                _random.Child("batches"),
                cancellation
            );
            if (!found.Diverged)
                return found.Solution;
            if (scale > 1e3 * (largest + damping))
                throw new AssayException(
                    "influence: the series of LiSSA diverges",
                    hint: "Raise 'damping', or take cg or ek-fac."
                );
        }
    }

    private GaussNewtonVector GaussNewton(CancellationToken cancellation)
    {
        IReadOnlyList<int[]> batches = _samples.Batches;
        double share = (double)batches.Count / _samples.Count;
        return new(
            _parameters,
            batches.Count,
            number =>
            {
                cancellation.ThrowIfCancellationRequested(); // a product over all batches may take long
                return _samples.Logits(batches[number]);
            },
            (number, logits) =>
                _samples.Losses(logits, _samples.Targets(batches[number]), batches[number], size => share / size).Sum()
        );
    }

    private double Added(CancellationToken cancellation) =>
        _options.Damping == 0 ? 0 : _options.Damping * MeanEigenvalue(cancellation);

    private float[] Penalties() =>
        [
            .. _parameters.SelectMany(parameter =>
                Enumerable.Repeat(parameter.Decays ? (float)_options.Penalty : 0, parameter.Tensor.Length)
            ),
        ];
}

/// <summary>How a <see cref="Curvature"/> is inverted.</summary>
public sealed record CurvatureOptions
{
    /// <summary>Added to the eigenvalues, as a share of their mean (Kronecker forms: of each layer's own), at least 0; Grosse and others use 0.1.</summary>
    public double Damping { get; init; } = 0.1;

    /// <summary>The second derivative of the penalty of each weight, at least 0.</summary>
    public double Penalty { get; init; }

    /// <summary>By which labels the Fisher matrix of the Kronecker forms is made.</summary>
    public FisherLabels Labels { get; init; } = FisherLabels.Drawn;

    /// <summary>Iterations of conjugate gradients at most (200 if null), or terms of the series of LiSSA (1000 if null).</summary>
    public int? Iterations { get; init; }
}

/// <summary>A matrix plus a diagonal.</summary>
internal sealed class PenalisedOperator(IBatchedOperator matrix, float[] diagonal) : IBatchedOperator
{
    public int Length => matrix.Length;

    public int Batches => matrix.Batches;

    public void Multiply(ReadOnlySpan<float> vector, Span<float> product)
    {
        matrix.Multiply(vector, product);
        Add(vector, product);
    }

    public void Multiply(int batch, ReadOnlySpan<float> vector, Span<float> product)
    {
        matrix.Multiply(batch, vector, product);
        Add(vector, product);
    }

    private void Add(ReadOnlySpan<float> vector, Span<float> product)
    {
        for (int i = 0; i < product.Length; i++)
            product[i] += diagonal[i] * vector[i];
    }
}
