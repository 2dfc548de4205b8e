namespace Assay.Learning;

/// <summary>How the weight of comparing across halves (mu of <see cref="ConditionalAdvantages"/>) goes on in training.</summary>
public enum MuShape
{
    /// <summary>It stays.</summary>
    Constant,

    /// <summary>The mean reward of the batch: within halves first, across them once most is right.</summary>
    Accuracy,

    /// <summary>1 minus the mean reward: across halves first, within them later.</summary>
    Inaccuracy,

    /// <summary>1 minus a weight that rises to 0.6 and then falls along a cosine, again and again.</summary>
    CosineRestarts,

    /// <summary>Rises to 1 and then falls along a cosine to 0.4, again and again.</summary>
    CosineRestartsUp,
}

/// <summary>The schedules of CANON-Dynamic.</summary>
/// <remarks>Source: arXiv 2509.23962. The published run has 30 steps of warm-up and three restarts in 150 steps.</remarks>
/// <param name="Shape">Which.</param>
/// <param name="Value">The weight of <see cref="MuShape.Constant"/>, from 0 to 1.</param>
/// <param name="Warmup">Steps in which the restarting shapes rise, at least 1.</param>
/// <param name="Steps">Steps of the whole training, above <paramref name="Warmup"/>.</param>
/// <param name="Restarts">How often the cosine falls after the rise, at least 1.</param>
public sealed record MuSchedule(MuShape Shape, double Value = 1, int Warmup = 30, int Steps = 150, int Restarts = 3)
{
    /// <summary>Mu at a step.</summary>
    /// <param name="step">Steps done, from 0.</param>
    /// <param name="meanReward">The mean reward of the batch, from 0 to 1.</param>
    public double At(long step, double meanReward)
    {
        if (Warmup < 1 || Steps <= Warmup || Restarts < 1)
            throw new InvalidOperationException(
                $"A schedule has a warm-up of at least 1 step, more steps than that, and a restart: not {Warmup}, {Steps}, {Restarts}."
            );
        return Shape switch
        {
            MuShape.Constant => Value,
            MuShape.Accuracy => Math.Clamp(meanReward, 0, 1),
            MuShape.Inaccuracy => 1 - Math.Clamp(meanReward, 0, 1),
            MuShape.CosineRestarts => 1 - (step < Warmup ? 0.6 * (step + 1) / Warmup : Falling(step)),
            MuShape.CosineRestartsUp => step < Warmup ? (step + 1.0) / Warmup : 0.4 + Falling(step),
            _ => throw new InvalidOperationException($"There is no shape {Shape}."),
        };
    }

    private double Falling(long step)
    {
        double cycle = (Steps - Warmup) / (double)Restarts,
            at = (step - Warmup) % cycle;
        return 0.3 * (1 + Math.Cos(Math.PI * at / cycle));
    }
}
