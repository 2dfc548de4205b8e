namespace Assay.Learning;

/// <summary>How long and how fast a <see cref="Trainer"/> trains.</summary>
public sealed record TrainingOptions
{
    /// <summary>Steps of the optimiser, at least 1.</summary>
    public long Steps { get; init; } = 1000;

    /// <summary>Ends the run after so many steps, in the middle of its schedule; 0: after all.</summary>
    public long StopAfter { get; init; }

    /// <summary>The highest learning rate, above 0.</summary>
    public double LearningRate { get; init; } = 1e-3;

    /// <summary>How the rate goes on after the warm-up.</summary>
    public ScheduleShape Schedule { get; init; } = ScheduleShape.Cosine;

    /// <summary>Steps over which the rate rises.</summary>
    public long WarmUp { get; init; }

    /// <summary>What the rate falls to, as a share of the highest, from 0 to 1.</summary>
    public double Floor { get; init; } = 0.1;

    /// <summary>The norm that the gradient of all parameters together is clipped to; 0 for no clipping.</summary>
    public double ClipNorm { get; init; } = 1;

    /// <summary>Batches whose gradients are averaged for one step, at least 1.</summary>
    public int Accumulate { get; init; } = 1;

    /// <summary>Radius of sharpness-aware minimisation; 0 for none. Each step then costs two.</summary>
    public double SamRadius { get; init; }

    /// <summary>Evaluate after so many steps, and after the last; 0: after the last only.</summary>
    public long EvaluateEvery { get; init; }

    /// <summary>Stop after so many evaluations without a better one, and go back to the best parameters; 0: never.</summary>
    public int Patience { get; init; }

    /// <summary>Save a checkpoint after so many steps; 0: none.</summary>
    public long CheckpointEvery { get; init; }
}
