using Assay.Numerics;

namespace Assay.Learning;

/// <summary>Pairs of items of one class, of which the first is preferred.</summary>
/// <param name="Winners">Pairs x dimensions.</param>
/// <param name="Losers">Pairs x dimensions.</param>
/// <param name="Classes">The class that both were asked for.</param>
public sealed record ItemPairs(float[] Winners, float[] Losers, int[] Classes);

/// <summary>How a denoiser is trained on preferences.</summary>
public sealed record DenoiserPreferenceOptions
{
    /// <summary>Temperature of the logit, above 0, for errors that are means over numbers.</summary>
    public double Beta { get; init; } = DiffusionPreference.UsualBeta;

    /// <summary>Poly-DPO's alpha; 0 is Diffusion-DPO.</summary>
    public double Alpha { get; init; }

    /// <summary>Steps, at least 1.</summary>
    public int Steps { get; init; } = 300;

    /// <summary>Pairs of a step.</summary>
    public int Batch { get; init; } = 64;

    /// <summary>The learning rate of Adam; it rises over the first twentieth and is constant then.</summary>
    public double LearningRate { get; init; } = 1e-4;
}

/// <summary>Trains a denoiser on preference pairs: Diffusion-DPO, and Poly-DPO on its logit.</summary>
/// <remarks>Both items of a pair get the same noise at the same time step (arXiv 2311.12908 and its release); the reference is a frozen copy.</remarks>
public static class DenoiserPreference
{
    /// <summary>Trains in place.</summary>
    /// <param name="model">What is trained.</param>
    /// <param name="reference">What it is compared with, as a rule a copy from before; not changed.</param>
    /// <param name="pairs">At least one.</param>
    /// <param name="options">How.</param>
    /// <param name="random">Names batches, time steps and noise.</param>
    /// <param name="cancellation">Heard between steps.</param>
    /// <returns>The losses, and of each step the share of pairs whose logit is above 0.</returns>
    /// <exception cref="TrainingException">The loss became infinite.</exception>
    public static (TrainingResult Result, double[] Accuracies) Train(
        Denoiser model,
        Denoiser reference,
        ItemPairs pairs,
        DenoiserPreferenceOptions options,
        RandomStream random,
        CancellationToken cancellation = default
    )
    {
        int d = model.Dimensions;
        Batches batches = new(
            pairs.Classes.Length,
            Math.Min(options.Batch, pairs.Classes.Length),
            random.Child("order")
        );
        int[] rows = new int[batches.Size];
        double[] accuracies = new double[options.Steps];
        Trainer trainer = new(
            new()
            {
                Steps = options.Steps,
                LearningRate = options.LearningRate,
                Schedule = ScheduleShape.Constant,
                WarmUp = options.Steps / 20,
            }
        );
        TrainingResult result = trainer.Run(
            new(model.TrainableParameters(), new AdamW()),
            step =>
            {
                batches.Fill(step, rows);
                RandomStream own = random.Child("noise").Child(step);
                int[] classes = [.. rows.Select(row => pairs.Classes[row])],
                    times = model.Times(rows.Length, own);
                float[] noise = model.Noise(rows.Length, own),
                    winners = [.. rows.SelectMany(row => pairs.Winners[(row * d)..((row + 1) * d)])],
                    losers = [.. rows.SelectMany(row => pairs.Losers[(row * d)..((row + 1) * d)])];
                float[] referenceWinners,
                    referenceLosers;
                using (Tensor.NoGrad())
                {
                    referenceWinners = reference.Errors(winners, classes, times, noise).ToArray();
                    referenceLosers = reference.Errors(losers, classes, times, noise).ToArray();
                }
                (Tensor loss, accuracies[step]) = DiffusionPreference.Loss(
                    model.Errors(winners, classes, times, noise),
                    model.Errors(losers, classes, times, noise),
                    referenceWinners,
                    referenceLosers,
                    options.Beta,
                    options.Alpha
                );
                return loss;
            },
            cancellation
        );
        return (result, accuracies);
    }
}
