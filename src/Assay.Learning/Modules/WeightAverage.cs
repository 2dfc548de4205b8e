namespace Assay.Learning;

/// <summary>A mean of the weights that training passed through: exponential (EMA), or of all equally (SWA, Izmailov and others, 2018).</summary>
/// <remarks>
/// Memory: one float for each parameter. The exponential mean starts at the first weights it is given; there is nothing to
/// correct for.
/// <code>
/// WeightAverage average = WeightAverage.Exponential(model, 0.999);
/// ...after each step: average.Update();
/// using (average.Applied()) { ...evaluate the mean... }   // then training goes on from its own weights
/// </code>
/// </remarks>
public sealed class WeightAverage
{
    private readonly ParameterVector _parameters;
    private readonly double? _decay;
    private readonly float[] _mean,
        _current;

    private WeightAverage(Module model, double? decay)
    {
        _parameters = new(model.Parameters());
        _decay = decay;
        _mean = new float[_parameters.Length];
        _current = new float[_parameters.Length];
    }

    /// <summary>mean = decay mean + (1 - decay) weights at each update.</summary>
    /// <param name="model">The model that is trained.</param>
    /// <param name="decay">In [0, 1): 0.999 remembers about 1,000 updates.</param>
    public static WeightAverage Exponential(Module model, double decay) =>
        decay is >= 0 and < 1
            ? new(model, decay)
            : throw new ArgumentOutOfRangeException(nameof(decay), decay, "Expected a number in [0, 1).");

    /// <summary>The mean of the weights at all updates.</summary>
    public static WeightAverage Uniform(Module model) => new(model, null);

    /// <summary>The weighted mean of snapshots: of several runs, or of checkpoints of one.</summary>
    /// <param name="snapshots">At least one, of one length.</param>
    /// <param name="weights">One for each, with a positive sum; empty for equal ones.</param>
    /// <exception cref="ArgumentException">The lengths differ, or the weights do not fit.</exception>
    public static float[] Of(IReadOnlyList<float[]> snapshots, ReadOnlySpan<double> weights = default)
    {
        if (snapshots.Count == 0 || (!weights.IsEmpty && weights.Length != snapshots.Count))
            throw new ArgumentException($"{weights.Length} weights do not fit {snapshots.Count} snapshots.");
        double total = 0;
        for (int i = 0; i < snapshots.Count; i++)
        {
            if (snapshots[i].Length != snapshots[0].Length)
                throw new ArgumentException(
                    $"Snapshots of {snapshots[0].Length} and {snapshots[i].Length} numbers are not of one model."
                );
            total += weights.IsEmpty ? 1 : weights[i];
        }
        if (!(total > 0) || !double.IsFinite(total))
            throw new ArgumentException($"The weights sum to {total}; expected a positive number.", nameof(weights));
        float[] mean = new float[snapshots[0].Length];
        for (int at = 0; at < mean.Length; at++)
        {
            double sum = 0;
            for (int i = 0; i < snapshots.Count; i++)
                sum += (weights.IsEmpty ? 1 : weights[i]) * snapshots[i][at];
            mean[at] = (float)(sum / total);
        }
        return mean;
    }

    /// <summary>Updates so far.</summary>
    public long Updates { get; private set; }

    /// <summary>The mean, in the order of the parameters; zeros before the first update.</summary>
    public ReadOnlySpan<float> Mean => _mean;

    /// <summary>Takes the current weights into the mean.</summary>
    public void Update()
    {
        _parameters.Read(_current);
        Updates++;
        float share = Updates == 1 ? 1 : (float)(_decay is { } decay ? 1 - decay : 1.0 / Updates);
        for (int i = 0; i < _mean.Length; i++)
            _mean[i] += share * (_current[i] - _mean[i]);
    }

    /// <summary>Puts the mean into the model until the result is disposed.</summary>
    /// <exception cref="InvalidOperationException">There was no update.</exception>
    public IDisposable Applied()
    {
        if (Updates == 0)
            throw new InvalidOperationException("There is no mean before the first update.");
        float[] own = new float[_mean.Length];
        _parameters.Read(own);
        _parameters.Write(_mean);
        return new Restoring(_parameters, own);
    }

    private sealed class Restoring(ParameterVector parameters, float[] own) : IDisposable
    {
        public void Dispose() => parameters.Write(own);
    }
}
