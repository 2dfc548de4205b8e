namespace Assay.Learning;

/// <summary>Turns rewards of one or several properties into the one utility that a policy is optimised for.</summary>
/// <remarks>
/// Source: "Transforming and Combining Rewards for Aligning Large Language Models", arXiv 2402.00742. An answer is good if it is preferred to a reference answer, which
/// a Bradley-Terry reward says with probability s(r - c). A policy aligned with ln s(r - c) is the base policy given that the answer is good; of several properties,
/// judged apart, the sum is ln of the probability that all are good. Far below the reference it is r - c, as good as the reward itself; far above it
/// is flat, so that nothing is gained by making the good better.
/// <code>
/// RewardReferences quality = RewardReferences.OfSamples(samples, 0.85);       // a prompt's rewards of the base policy each
/// RewardTransform transform = new(RewardShape.LogSigmoid, [quality]);
/// double utility = transform.Of(prompt: 0, [2.5]).Combined;
/// </code>
/// </remarks>
public sealed class RewardTransform
{
    /// <summary>A reward so far above its reference is saturated: its slope is below 0.05.</summary>
    public const double Saturation = 3;

    private readonly RewardShape _shape;
    private readonly IReadOnlyList<RewardReferences> _references;
    private readonly double[] _weights,
        _temperatures;

    /// <summary>A transform.</summary>
    /// <param name="shape">What becomes of each reward.</param>
    /// <param name="references">For each property; in the unit of the rewards as they come.</param>
    /// <param name="weights">Factors of the properties in the sum, 0 or more; null: 1 each.</param>
    /// <param name="temperatures">What rewards and references are divided by first, above 0 (<see cref="BradleyTerryScale"/>); null: 1 each.</param>
    /// <exception cref="ArgumentException">Numbers of properties differ, or the shape needs samples and references were given without.</exception>
    public RewardTransform(
        RewardShape shape,
        IReadOnlyList<RewardReferences> references,
        IReadOnlyList<double>? weights = null,
        IReadOnlyList<double>? temperatures = null
    )
    {
        if (references.Count == 0)
            throw new ArgumentException("There is no property.", nameof(references));
        _weights = [.. weights ?? [.. references.Select(_ => 1.0)]];
        _temperatures = [.. temperatures ?? [.. references.Select(_ => 1.0)]];
        if (_weights.Length != references.Count || _temperatures.Length != references.Count)
            throw new ArgumentException(
                $"{_weights.Length} weights and {_temperatures.Length} temperatures for {references.Count} properties."
            );
        if (_weights.Any(weight => !(weight >= 0) || !double.IsFinite(weight)))
            throw new ArgumentException("A weight is not 0 or more.", nameof(weights));
        if (_temperatures.Any(temperature => !(temperature > 0) || !double.IsFinite(temperature)))
            throw new ArgumentException("A temperature is not above 0.", nameof(temperatures));
        if (NeedsSamples(shape) && references.Any(own => double.IsNaN(own.Mean)))
            throw new ArgumentException($"{shape} needs rewards of the base policy, not references alone.");
        (_shape, _references) = (shape, references);
    }

    /// <summary>Number of properties.</summary>
    public int Properties => _references.Count;

    /// <summary>Whether a shape looks at the base policy's rewards, not only at a reference.</summary>
    public static bool NeedsSamples(RewardShape shape) =>
        shape is RewardShape.ZScore or RewardShape.Clip or RewardShape.MinMax or RewardShape.Par;

    /// <summary>The log-sigmoid of a centred reward: ln s(z), in the log domain.</summary>
    /// <param name="z">Reward less reference.</param>
    public static double LogSigmoid(double z) => Logistic.LogSigmoid(z);

    /// <summary>Its slope, s(-z).</summary>
    public static double Slope(double z) => Logistic.Sigmoid(-z);

    /// <summary>The transformed rewards of an answer, and what they come to.</summary>
    /// <param name="prompt">Its prompt, from 0, as in the references.</param>
    /// <param name="rewards">One for each property, finite.</param>
    public TransformedReward Of(int prompt, ReadOnlySpan<double> rewards)
    {
        if (rewards.Length != Properties)
            throw new ArgumentException($"{rewards.Length} rewards of {Properties} properties.", nameof(rewards));
        double[] shaped = new double[Properties],
            centred = new double[Properties];
        double sum = 0,
            least = double.PositiveInfinity,
            all = 0;
        for (int i = 0; i < shaped.Length; i++)
        {
            if (!double.IsFinite(rewards[i]))
                throw new ArgumentException($"The reward of property {i} is {rewards[i]}.", nameof(rewards));
            centred[i] = (rewards[i] - _references[i].Values[prompt]) / _temperatures[i];
            shaped[i] = Shaped(i, prompt, rewards[i], centred[i]);
            sum += _weights[i] * shaped[i];
            least = Math.Min(least, _weights[i] > 0 ? shaped[i] : double.PositiveInfinity);
            all += LogSigmoid(centred[i]);
        }
        return new(shaped, centred, _shape == RewardShape.Minimum ? least : sum, Math.Exp(all));
    }

    private double Shaped(int property, int prompt, double reward, double centred)
    {
        RewardReferences own = _references[property];
        double temperature = _temperatures[property];
        return _shape switch
        {
            RewardShape.LogSigmoid => LogSigmoid(centred),
            RewardShape.Raw => reward / temperature,
            RewardShape.ZScore => own.Deviation > 0 ? (reward - own.Mean) / own.Deviation : 0,
            RewardShape.Uncentred => LogSigmoid(reward / temperature),
            RewardShape.Clip => Math.Clamp(reward, own.Mean - own.Deviation, own.Mean + own.Deviation) / temperature,
            RewardShape.MinMax => own.Greatest > own.Least ? (reward - own.Least) / (own.Greatest - own.Least) : 0,
            RewardShape.Par => MeanPreference(reward, own.SamplesOf(prompt), temperature),
            _ => centred,
        };
    }

    private static double MeanPreference(double reward, ReadOnlySpan<double> samples, double temperature)
    {
        double sum = 0;
        foreach (double sample in samples)
            sum += Logistic.Sigmoid((reward - sample) / temperature);
        return sum / samples.Length;
    }
}

/// <summary>The rewards of an answer after a <see cref="RewardTransform"/>.</summary>
/// <param name="Shaped">One for each property.</param>
/// <param name="Centred">Reward less reference over temperature, for each property.</param>
/// <param name="Combined">What a policy is to be optimised for.</param>
/// <param name="AllGood">The probability that the answer is better than its references in all properties, if they are judged apart from each other.</param>
public sealed record TransformedReward(double[] Shaped, double[] Centred, double Combined, double AllGood);
