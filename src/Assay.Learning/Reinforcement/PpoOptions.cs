namespace Assay.Learning;

/// <summary>How <see cref="PpoTraining"/> trains. The defaults are the published ones, but for rates and sizes, which are those of small models.</summary>
/// <remarks>Published (arXiv 2406.09279): rate 1e-6, 512 rollouts an iteration at temperature 0.7, minibatches of 64, one epoch.</remarks>
public sealed record PpoOptions
{
    /// <summary>Rounds of sampling and learning, at least 1.</summary>
    public int Iterations { get; init; } = 60;

    /// <summary>Prompts of an iteration, one completion each; at least 1.</summary>
    public int Rollouts { get; init; } = 128;

    /// <summary>How often an iteration's completions are gone through, at least 1.</summary>
    public int Epochs { get; init; } = 1;

    /// <summary>Completions of a step, at least 1.</summary>
    public int Minibatch { get; init; } = 64;

    /// <summary>The learning rate of the policy, above 0.</summary>
    public double LearningRate { get; init; } = 3e-4;

    /// <summary>The learning rate of the value network, above 0.</summary>
    public double ValueLearningRate { get; init; } = 3e-4;

    /// <summary>How the rates go on after the warm-up.</summary>
    public ScheduleShape Schedule { get; init; } = ScheduleShape.Constant;

    /// <summary>Steps over which the rates rise.</summary>
    public long WarmUp { get; init; }

    /// <summary>The norm that each network's gradient is clipped to; 0 for no clipping.</summary>
    public double ClipNorm { get; init; } = 1;

    /// <summary>beta: what a nat away from the reference costs, not negative. Published: 0.05.</summary>
    public double Kl { get; init; } = 0.05;

    /// <summary>What a reward of the next token counts now, from 0 to 1.</summary>
    public double Gamma { get; init; } = 1;

    /// <summary>lambda of <see cref="TokenAdvantages"/>, from 0 to 1.</summary>
    public double Lambda { get; init; } = 0.95;

    /// <summary>How far a token's ratio to the policy that sampled it still counts, on both sides of 1; above 0.</summary>
    public double Clip { get; init; } = 0.2;

    /// <summary>How far a value may move in an iteration, above 0; infinite for no limit.</summary>
    public double ValueClip { get; init; } = 0.2;

    /// <summary>Factor on the value network's loss. It has weights of its own, so that only the clipping of its gradient sees it.</summary>
    public double ValueWeight { get; init; } = 0.1;

    /// <summary>Whether rewards of tokens are divided by their deviation over the iteration; their mean stays.</summary>
    public bool WhitenRewards { get; init; }

    /// <summary>The score of a completion without an end token, whatever it is worth; null: its own. Published: -10.</summary>
    public double? MissingEnd { get; init; } = -10;

    /// <summary>Factor on scores, after <see cref="MissingEnd"/>.</summary>
    public double Gain { get; init; } = 1;

    /// <summary>Added to scores, after <see cref="Gain"/>.</summary>
    public double Bias { get; init; }

    /// <summary>How completions are sampled; log-probabilities are those at temperature 1 all the same. Published: temperature 0.7.</summary>
    public RolloutOptions Sampling { get; init; } = new() { Temperature = 0.7 };

    /// <summary>Iterations between checkpoints, where there is a folder for them; the last always has one. At least 1.</summary>
    public int CheckpointEvery { get; init; } = 5;

    /// <summary>Ends the run after so many iterations, in the middle of its schedule; 0: after all.</summary>
    public int StopAfter { get; init; }
}

/// <summary>One iteration of <see cref="PpoTraining"/>; all numbers are means over its completions or tokens.</summary>
/// <param name="Iteration">From 1.</param>
/// <param name="Score">What the completions were worth, before the rule for missing ends.</param>
/// <param name="Return">Score with that rule, gain and bias, minus the penalty.</param>
/// <param name="Kl">ln of the policy's probability of a completion over the reference's: nats an answer.</param>
/// <param name="Length">Tokens of a completion.</param>
/// <param name="Ended">The share of completions with an end token.</param>
/// <param name="Entropy">Nats a token.</param>
/// <param name="ClipFraction">The share of tokens whose loss the limit held.</param>
/// <param name="PolicyLoss">Of the steps.</param>
/// <param name="ValueLoss">Of the steps, without its weight.</param>
/// <param name="Explained">The share of the returns' variance that the values knew beforehand; at most 1, below 0 if they misled.</param>
public sealed record PpoIteration(
    int Iteration,
    double Score,
    double Return,
    double Kl,
    double Length,
    double Ended,
    double Entropy,
    double ClipFraction,
    double PolicyLoss,
    double ValueLoss,
    double Explained
)
{
    internal const int Fields = 10;

    internal double[] Row =>
        [Score, Return, Kl, Length, Ended, Entropy, ClipFraction, PolicyLoss, ValueLoss, Explained];

    internal static PpoIteration Of(int iteration, ReadOnlySpan<double> row) =>
        new(iteration, row[0], row[1], row[2], row[3], row[4], row[5], row[6], row[7], row[8], row[9]);
}
