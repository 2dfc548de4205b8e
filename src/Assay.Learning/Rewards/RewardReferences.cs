using Assay.Numerics;

namespace Assay.Learning;

/// <summary>What rewards of a property are compared with: a reference for each prompt, and how the base policy's rewards are spread.</summary>
/// <remarks>
/// References are of the base policy and stay as they are while another policy is optimised: taken anew from that policy they would rise with it, and nothing
/// would ever saturate.
/// </remarks>
public sealed class RewardReferences
{
    private readonly double[][] _samples;

    private RewardReferences(double[] values, double[][] samples)
    {
        (Values, _samples) = (values, samples);
        double[] all = [.. samples.SelectMany(own => own)];
        Mean = all.Length == 0 ? double.NaN : all.Average();
        Deviation = all.Length == 0 ? double.NaN : Math.Sqrt(all.Average(reward => (reward - Mean) * (reward - Mean)));
        (Least, Greatest) = all.Length == 0 ? (double.NaN, double.NaN) : (all.Min(), all.Max());
    }

    /// <summary>The reference of each prompt.</summary>
    public double[] Values { get; }

    /// <summary>The mean of all samples; NaN where references were given.</summary>
    public double Mean { get; }

    /// <summary>Their deviation, over n.</summary>
    public double Deviation { get; }

    /// <summary>The lowest sample.</summary>
    public double Least { get; }

    /// <summary>The highest.</summary>
    public double Greatest { get; }

    /// <summary>The base policy's rewards on a prompt; none where references were given.</summary>
    public ReadOnlySpan<double> SamplesOf(int prompt) => _samples[prompt];

    /// <summary>References that are known: the reward of a canned answer, of a person's, of a model's.</summary>
    /// <param name="values">One for each prompt, finite.</param>
    public static RewardReferences Given(double[] values) =>
        values.All(double.IsFinite)
            ? new(values, [.. values.Select(_ => Array.Empty<double>())])
            : throw new ArgumentException("A reference is not finite.", nameof(values));

    /// <summary>References from rewards of answers that the base policy gave.</summary>
    /// <param name="samples">For each prompt at least one, finite.</param>
    /// <param name="quantile">Above 0, below 1. The paper's for helpfulness: 0.85.</param>
    /// <param name="kind">How it is estimated.</param>
    /// <exception cref="ArgumentException">A prompt has no sample, or one that is not finite.</exception>
    public static RewardReferences OfSamples(
        IReadOnlyList<double[]> samples,
        double quantile,
        RewardReferenceKind kind = RewardReferenceKind.Quantile
    )
    {
        if (!(quantile > 0 && quantile < 1))
            throw new ArgumentOutOfRangeException(nameof(quantile), quantile, "A quantile is above 0 and below 1.");
        double z = Gaussian.Quantile(quantile);
        double[] values = new double[samples.Count];
        for (int prompt = 0; prompt < values.Length; prompt++)
        {
            double[] own = samples[prompt];
            if (own.Length == 0 || !own.All(double.IsFinite))
                throw new ArgumentException(
                    $"Prompt {prompt} has no samples, or one that is not finite.",
                    nameof(samples)
                );
            if (kind == RewardReferenceKind.Quantile)
                values[prompt] = Quantiles.Of(own, [quantile])[0];
            else
            {
                double mean = own.Average();
                values[prompt] = mean + z * Math.Sqrt(own.Average(reward => (reward - mean) * (reward - mean)));
            }
        }
        return new(values, [.. samples]);
    }
}
