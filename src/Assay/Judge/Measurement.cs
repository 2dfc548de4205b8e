using Assay.Numerics;

namespace Assay.Judge;

/// <summary>One number measured for a candidate, over several seeds.</summary>
/// <param name="Metric">Its name as the recipe writes it: <c>bits-per-byte@target</c>.</param>
/// <param name="Unit">Its unit: <c>bits/byte</c>, <c>bytes</c>, <c>rows</c>, <c>share</c>.</param>
/// <param name="Values">One value per seed, in the order of the seeds.</param>
/// <param name="Interval">Mean with its confidence interval over the seeds.</param>
public sealed record Measurement(string Metric, string Unit, IReadOnlyList<double> Values, Interval Interval)
{
    /// <summary>A measurement with Student's interval over the seeds.</summary>
    /// <param name="metric">Its name.</param>
    /// <param name="unit">Its unit.</param>
    /// <param name="values">One finite value per seed, at least two.</param>
    /// <param name="confidence">In (0, 1).</param>
    public static Measurement Of(string metric, string unit, IReadOnlyList<double> values, double confidence)
    {
        MeanInterval interval = MeanInterval.Of([.. values], confidence);
        return new(metric, unit, values, new(interval.Mean, interval.Low, interval.High, confidence));
    }

    /// <summary>
    /// This candidate minus <paramref name="other"/>, seed by seed, at the same confidence: what two candidates share on a
    /// seed (rows of their training text, rows of the target) cancels out.
    /// </summary>
    /// <exception cref="ArgumentException">Another metric, or another number of seeds.</exception>
    public Measurement Minus(Measurement other)
    {
        if (other.Metric != Metric || other.Values.Count != Values.Count)
            throw new ArgumentException(
                $"{Metric} over {Values.Count} seeds was compared with {other.Metric} over {other.Values.Count}.",
                nameof(other)
            );
        return Of(Metric, Unit, [.. Values.Zip(other.Values, (mine, theirs) => mine - theirs)], Interval.Confidence);
    }
}

/// <summary>An estimate and the interval that covers the truth at the stated confidence.</summary>
/// <param name="Mean">The estimate.</param>
/// <param name="Low">Lower end; equal to <paramref name="Mean"/> when nothing varies.</param>
/// <param name="High">Upper end.</param>
/// <param name="Confidence">Confidence in (0, 1), such as 0.95.</param>
public sealed record Interval(double Mean, double Low, double High, double Confidence);
