namespace Assay.Select;

/// <summary>The weights of group distributionally robust optimisation: domains whose loss is high gain.</summary>
/// <remarks>
/// Source: DoReMi (Xie et al., arXiv 2305.10429), algorithm 1; the release's constants. In its symbols: a step sets
/// <c>log alpha_i += eta lambda_i</c>, normalises, and then <c>alpha = (1 - eps) alpha + eps / k</c>.
/// </remarks>
public sealed class GroupDro
{
    private readonly double[] _weights;
    private readonly double[] _sum;
    private readonly double _rate,
        _smoothing;

    /// <summary>Starts with equal weights.</summary>
    /// <param name="domains">Number of domains k, at least 1.</param>
    /// <param name="rate">How fast weights move, eta, above 0.</param>
    /// <param name="smoothing">The share of uniform weights mixed in at each step, epsilon, in [0, 1].</param>
    public GroupDro(int domains, double rate = 1, double smoothing = 1e-4)
        : this([.. Enumerable.Repeat(1.0 / Math.Max(1, domains), Math.Max(1, domains))], rate, smoothing) { }

    /// <summary>Starts with the given weights, which sum to 1.</summary>
    public GroupDro(IReadOnlyList<double> weights, double rate = 1, double smoothing = 1e-4)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(rate);
        ArgumentOutOfRangeException.ThrowIfNegative(smoothing);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(smoothing, 1);
        _weights = [.. weights];
        _sum = new double[weights.Count];
        (_rate, _smoothing) = (rate, smoothing);
    }

    /// <summary>The weights now; they sum to 1.</summary>
    public IReadOnlyList<double> Weights => _weights;

    /// <summary>Steps made.</summary>
    public long Steps { get; private set; }

    /// <summary>The mean of the weights over all steps: what DoReMi gives out. The weights themselves before the first step.</summary>
    public double[] Mean => Steps == 0 ? [.. _weights] : [.. _sum.Select(sum => sum / Steps)];

    /// <summary>Makes a step.</summary>
    /// <param name="excess">
    /// For each domain the mean over its tokens of <c>max(0, loss of the proxy - loss of the reference)</c>, lambda, in nats.
    /// </param>
    /// <exception cref="ArgumentException">A number is not finite, or they are not as many as domains.</exception>
    public void Step(ReadOnlySpan<double> excess)
    {
        if (excess.Length != _weights.Length)
            throw new ArgumentException($"{excess.Length} losses for {_weights.Length} domains", nameof(excess));
        double largest = double.NegativeInfinity;
        for (int i = 0; i < excess.Length; i++)
        {
            if (!double.IsFinite(excess[i]))
                throw new ArgumentException($"the excess loss of domain {i} is {excess[i]}", nameof(excess));
            largest = Math.Max(largest, excess[i]);
        }
        double sum = 0;
        for (int i = 0; i < _weights.Length; i++)
            sum += _weights[i] *= Math.Exp(_rate * (excess[i] - largest));
        for (int i = 0; i < _weights.Length; i++)
        {
            _weights[i] = ((1 - _smoothing) * (_weights[i] / sum)) + (_smoothing / _weights.Length);
            _sum[i] += _weights[i];
        }
        Steps++;
    }

    internal double[] Save() => [Steps, .. _weights, .. _sum];

    internal void Load(ReadOnlySpan<double> state)
    {
        Steps = (long)state[0];
        state.Slice(1, _weights.Length).CopyTo(_weights);
        state[(1 + _weights.Length)..].CopyTo(_sum);
    }
}
