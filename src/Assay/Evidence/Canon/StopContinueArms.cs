using System.Globalization;
using Assay.Learning;
using Assay.Numerics;

namespace Assay.Evidence;

/// <summary>One way to make advantages, as an arm of an experiment.</summary>
/// <param name="Name">Its name among the figures.</param>
/// <param name="Advantage">How.</param>
/// <param name="Aggregation">What losses of tokens add up to.</param>
internal sealed record AdvantageArm(
    string Name,
    AdvantageOptions Advantage,
    PolicyAggregation Aggregation = PolicyAggregation.SequenceMeanTokenSum
)
{
    public static AdvantageArm Canon(
        string name,
        SplitMeasure measure,
        double mu,
        double alpha = 1,
        WeightedHalf weighted = WeightedHalf.High
    ) =>
        new(
            name,
            new()
            {
                Rule = AdvantageRule.Canon,
                Measure = measure,
                Mu = new(MuShape.Constant, mu),
                Alpha = alpha,
                Weighted = weighted,
            }
        );

    /// <summary>Limits of the published code.</summary>
    public PolicyLossOptions Loss =>
        new()
        {
            ClipHigh = 0.28,
            DualClip = 3,
            Aggregation = Aggregation,
        };

    /// <summary>0.25 as figures write it.</summary>
    public static string Number(double number) => number.ToString("0.##", CultureInfo.InvariantCulture);
}

/// <summary>Set-up A: the policy that stops or goes on, under every way to make advantages.</summary>
internal static class StopContinueArms
{
    public static readonly double[] Mus = [0, 0.25, 0.5, 0.75, 1],
        Alphas = [0.96, 0.9, 0.8, 0.5],
        Penalties = [0.02, 0.05, 0.1, 0.15, 0.2, 0.5];

    public static string MuName(double mu) => $"mu-{AdvantageArm.Number(mu)}";

    public static string AlphaName(double alpha) => $"alpha-{AdvantageArm.Number(alpha)}";

    public static string PenaltyName(double penalty) => $"penalty-{AdvantageArm.Number(penalty)}";

    private const float StepSize = 0.5f;
    private const int LastSteps = 20;

    private static IEnumerable<AdvantageArm> All =>
        [
            new("grpo", new() { Rule = AdvantageRule.Grpo }, PolicyAggregation.TokenMean),
            new("dr-grpo", new() { Rule = AdvantageRule.DrGrpo }),
            new("dr-grpo-doubled", new() { Rule = AdvantageRule.DrGrpo, Scale = 0.5 }),
            .. Mus.Select(mu => AdvantageArm.Canon(MuName(mu), SplitMeasure.Length, mu)),
            AdvantageArm.Canon("random-mu-1", SplitMeasure.Random, 1),
            .. Alphas.Select(alpha => AdvantageArm.Canon(AlphaName(alpha), SplitMeasure.Length, 1, alpha)),
            .. Penalties.Select(penalty => new AdvantageArm(
                PenaltyName(penalty),
                new()
                {
                    Rule = AdvantageRule.DrGrpo,
                    Shaping = LengthShaping.Penalty,
                    Coefficient = penalty,
                }
            )),
        ];

    public static void Measure(Trial trial, Figures figures)
    {
        (double accuracy, double length) = new StopContinuePolicy().Expected();
        figures["a/accuracy/start"] = accuracy;
        figures["a/length/start"] = length;
        int steps = trial.Size(300, 30),
            done = 0;
        AdvantageArm[] arms = [.. All];
        foreach (AdvantageArm arm in arms)
        {
            trial.Report("stop or continue", done++, arms.Length);
            (figures[$"a/accuracy/{arm.Name}"], figures[$"a/length/{arm.Name}"]) = Train(
                arm,
                steps,
                trial.Random.Child("stop-continue")
            );
        }
    }

    private static (double Accuracy, double Length) Train(AdvantageArm arm, int steps, RandomStream random)
    {
        StopContinuePolicy policy = new();
        double accuracy = 0,
            length = 0;
        for (int step = 0; step < steps; step++)
        {
            using TensorScope scope = new();
            // The same numbers for every arm: arms differ by what they do, not by what they draw.
            StopContinueSample sample = policy.Sample(32, 16, random.Child(step));
            (double[] advantages, _) = AdvantageEstimator.Of(
                new(sample.Rewards, sample.Prompts, sample.Lengths, policy.Logits.Length)
                {
                    Entropies = policy.Entropies(sample),
                },
                arm.Advantage,
                step,
                random.Child("advantages").Child(step)
            );
            (Tensor now, Tensor mask) = policy.LogProbabilities(sample);
            PolicyLoss
                .Of(
                    now,
                    now.Detach(),
                    Tensor.Of([.. advantages.Select(value => (float)value)], advantages.Length, 1),
                    PolicyLoss.Weights(mask, arm.Aggregation),
                    arm.Loss
                )
                .Backward();
            for (int t = 0; t < policy.Logits.Length; t++)
                policy.Logits.Data[t] -= StepSize * policy.Logits.Grad!.Data[t];
            policy.Logits.ZeroGrad();
            if (step < steps - LastSteps)
                continue;
            (double right, double tokens) = policy.Expected();
            accuracy += right / LastSteps;
            length += tokens / LastSteps;
        }
        return (accuracy, length);
    }
}
