using Assay.Data;
using Assay.Learning;
using Assay.Models;
using Assay.Numerics;
using Assay.Value;

namespace Assay.Select;

/// <summary>How a staged training goes.</summary>
public sealed record StagedOptions
{
    /// <summary>Stages, the first of which trains on random rows; at least 1.</summary>
    public int Stages { get; init; } = 5;

    /// <summary>Steps of a stage.</summary>
    public int StepsPerStage { get; init; } = 10_000;

    /// <summary>Rows of a step.</summary>
    public int Batch { get; init; } = 512;

    /// <summary>The stable learning rate.</summary>
    public double Rate { get; init; } = 1e-3;

    /// <summary>Steps over which it is reached.</summary>
    public int WarmUp { get; init; } = 2000;

    /// <summary>Steps after the last stage, on its rows, in which the rate falls.</summary>
    public int DecaySteps { get; init; } = 200;

    /// <summary>Steps in which the rate halves.</summary>
    public double Halving { get; init; } = 50;

    /// <summary>The norm that gradients are clipped to; 0 for no clipping.</summary>
    public double Clip { get; init; } = 1;
}

/// <summary>Trains in stages, and chooses the rows of each by the model as it stands at its beginning.</summary>
/// <remarks>
/// <para>Source: MATES, arXiv 2406.06046. What chooses is handed in, so that MATES, random choice and any rival train by the same loop, with the
/// same steps and rows.</para>
/// <para>A stage goes through its rows in the order of the choice, and begins again when they end.</para>
/// </remarks>
public static class StagedTraining
{
    /// <summary>Trains.</summary>
    /// <param name="model">The model.</param>
    /// <param name="optimiser">Moves its parameters.</param>
    /// <param name="rows">All candidates.</param>
    /// <param name="options">How long and how fast.</param>
    /// <param name="choose">Gets the number of the stage and the learning rate at its start; gives the rows to train on, at least one.</param>
    /// <param name="stepped">Called with the number of steps done, or null.</param>
    /// <param name="cancellation">Asks to stop.</param>
    /// <exception cref="AssayException">A stage has no rows, or the loss is not finite.</exception>
    public static void Run(
        Transformer model,
        Optimiser optimiser,
        TokenRows rows,
        StagedOptions options,
        Func<int, double, int[]> choose,
        Action<int>? stepped = null,
        CancellationToken cancellation = default
    )
    {
        int stable = options.Stages * options.StepsPerStage,
            step = 0;
        WarmupStableDecay schedule = new(options.Rate, options.WarmUp, stable, options.Halving);
        int[] batch = new int[options.Batch];
        for (int stage = 0; stage < options.Stages; stage++)
        {
            int[] chosen = choose(stage, schedule.At(Math.Max(step, options.WarmUp)));
            if (chosen.Length == 0)
                throw new AssayException($"stage {stage} has no rows to train on", hint: "Keep more rows.");
            int end = stage == options.Stages - 1 ? stable + options.DecaySteps : step + options.StepsPerStage;
            for (long at = 0; step < end; step++)
            {
                cancellation.ThrowIfCancellationRequested();
                for (int i = 0; i < batch.Length; i++)
                    batch[i] = chosen[(int)(at++ % chosen.Length)];
                using TensorScope scope = new();
                Tensor loss = rows.BatchLoss(model, batch);
                if (!float.IsFinite(loss.Item()))
                    throw new AssayException(
                        $"the loss became {loss.Item()} at step {step + 1}",
                        hint: $"Lower the learning rate, which is {options.Rate}."
                    );
                loss.Backward();
                // Counted from 1, so that the first step is not of rate 0.
                optimiser.Step(schedule.At(step + 1), options.Clip > 0 ? optimiser.ClipTo(options.Clip) : 1);
                optimiser.ZeroGrad();
                stepped?.Invoke(step + 1);
            }
        }
    }

    /// <summary>The choice of MATES: probes some rows, fits a regression to what it finds, predicts all rows, draws.</summary>
    /// <param name="probe">Probes from where training stands.</param>
    /// <param name="texts">The texts of all rows.</param>
    /// <param name="probed">The rows to probe, in random order, at least <see cref="TextScorer.Fewest"/>.</param>
    /// <param name="scorer">What predicts.</param>
    /// <param name="random">Initial weights and order of an encoder.</param>
    /// <param name="cancellation">Asks to stop.</param>
    public static StageScores Score(
        OneStepProbe probe,
        IReadOnlyList<byte[]> texts,
        int[] probed,
        ScorerKind scorer,
        RandomStream random,
        CancellationToken cancellation = default
    )
    {
        double before = probe.Before();
        double[] gains = new double[probed.Length];
        for (int i = 0; i < probed.Length; i++)
        {
            cancellation.ThrowIfCancellationRequested();
            gains[i] = before - probe.After(probed[i]);
        }
        TextScorer fitted = TextScorer.Fit(
            scorer,
            [.. probed.Select(row => texts[row])],
            gains,
            random,
            cancellation: cancellation
        );
        return new(gains, fitted);
    }
}

/// <summary>What a stage of MATES found out.</summary>
/// <param name="Gains">Of each probed row: the reference loss before minus that after a step on it.</param>
/// <param name="Scorer">Predicts gains, in standard deviations.</param>
public sealed record StageScores(double[] Gains, TextScorer Scorer);
