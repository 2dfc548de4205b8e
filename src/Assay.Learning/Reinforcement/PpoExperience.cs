namespace Assay.Learning;

/// <summary>Completions with all that is learned from.</summary>
internal sealed record PpoExperience(
    IReadOnlyList<Rollout> Rollouts,
    IReadOnlyList<float[]> Values,
    IReadOnlyList<float[]> Advantages,
    IReadOnlyList<float[]> Returns,
    double[] Scores,
    double[] Paid,
    double[] Kl
)
{
    public static PpoExperience Of(
        IReadOnlyList<Rollout> rollouts,
        Transformer reference,
        ValueModel values,
        Func<IReadOnlyList<Rollout>, IReadOnlyList<double>> reward,
        PpoOptions options,
        CancellationToken cancellation
    )
    {
        double[] scores = [.. reward(rollouts)];
        if (scores.Length != rollouts.Count)
            throw new TrainingException($"the reward gave {scores.Length} scores for {rollouts.Count} completions");
        if (Array.FindIndex(scores, score => !double.IsFinite(score)) is >= 0 and var bad)
            throw new TrainingException($"the reward of a completion is {scores[bad]}; it has to be finite");
        IReadOnlyList<float[]> expected = values.Values(rollouts),
            likely = Learning.Rollouts.LogProbabilities(reference, rollouts, cancellation: cancellation);
        double[] paid = [.. scores.Select((score, i) => Final(score, rollouts[i].Ended, options))],
            kl = new double[scores.Length];
        double[][] rewards = new double[scores.Length][];
        for (int i = 0; i < scores.Length; i++)
        {
            double[] ratios = TokenRewards.LogRatios(rollouts[i].LogProbabilities, likely[i]);
            kl[i] = ratios.Sum();
            rewards[i] = TokenRewards.Of(ratios, paid[i], options.Kl);
        }
        if (options.WhitenRewards)
            rewards = TokenAdvantages.Whitened(rewards, keepMean: true);
        (double[] Advantages, double[] Returns)[] found =
        [
            .. rewards.Select(
                (row, i) =>
                    TokenAdvantages.Of(
                        row,
                        Array.ConvertAll(expected[i], value => (double)value),
                        options.Gamma,
                        options.Lambda
                    )
            ),
        ];
        double[][] whitened = TokenAdvantages.Whitened([.. found.Select(one => one.Advantages)]);
        return new(
            rollouts,
            expected,
            [.. whitened.Select(Floats)],
            [.. found.Select(one => Floats(one.Returns))],
            scores,
            [.. paid.Select((score, i) => score - options.Kl * kl[i])],
            kl
        );
    }

    public PpoExperience Part(int[] places) =>
        new(
            [.. places.Select(i => Rollouts[i])],
            [.. places.Select(i => Values[i])],
            [.. places.Select(i => Advantages[i])],
            [.. places.Select(i => Returns[i])],
            [],
            [],
            []
        );

    public Tensor At(TokenBatch batch, Func<Rollout, float[]> numbers) =>
        Learning.Rollouts.AtPlaces([.. Rollouts.Select(numbers)], batch, Rollouts);

    public PpoIteration Summary(int iteration, PpoLosses losses)
    {
        float[] returns = [.. Returns.SelectMany(row => row)],
            values = [.. Values.SelectMany(row => row)];
        double spread = Variance([.. returns.Select(value => (double)value)]),
            missed = Variance([.. returns.Zip(values, (r, v) => (double)r - v)]);
        return new(
            iteration,
            Scores.Average(),
            Paid.Average(),
            Kl.Average(),
            Rollouts.Average(rollout => rollout.Completion.Length),
            Rollouts.Average(rollout => rollout.Ended ? 1.0 : 0),
            Rollouts.SelectMany(rollout => rollout.Entropies).Average(value => (double)value),
            losses.ClipFraction,
            losses.Policy,
            losses.Value,
            spread > 0 ? 1 - missed / spread : 0
        );
    }

    private static double Final(double score, bool ended, PpoOptions options) =>
        options.Gain * (ended ? score : options.MissingEnd ?? score) + options.Bias;

    private static float[] Floats(double[] numbers) => Array.ConvertAll(numbers, number => (float)number);

    private static double Variance(double[] numbers)
    {
        double mean = numbers.Average();
        return numbers.Average(number => (number - mean) * (number - mean));
    }
}

/// <summary>Means over the steps of an iteration.</summary>
internal sealed class PpoLosses
{
    private double _policy,
        _value,
        _clipped;
    private int _steps;

    public double Policy => _policy / _steps;

    public double Value => _value / _steps;

    public double ClipFraction => _clipped / _steps;

    public void Add(double policy, double value, double clipped)
    {
        _policy += policy;
        _value += value;
        _clipped += clipped;
        _steps++;
    }
}
