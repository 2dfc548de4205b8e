namespace Assay.Learning;

/// <summary>How the learning rate goes on after its warm-up.</summary>
public enum ScheduleShape
{
    /// <summary>It stays.</summary>
    Constant,

    /// <summary>It falls in a straight line.</summary>
    Linear,

    /// <summary>It falls along half a cosine.</summary>
    Cosine,

    /// <summary>It stays, and falls in a straight line over the last fifth: warm-up, stable, decay.</summary>
    Wsd,
}

/// <summary>The learning rate over a run, as a factor on its peak.</summary>
/// <param name="Shape">What follows the warm-up.</param>
/// <param name="Steps">Steps of the run, at least 1.</param>
/// <param name="WarmUp">Steps over which it rises in a straight line, from 1 / WarmUp at the first.</param>
/// <param name="Floor">What it falls to by the last step, from 0 to 1.</param>
public sealed record Schedule(ScheduleShape Shape, long Steps, long WarmUp = 0, double Floor = 0)
{
    private const double DecayShare = 0.2;

    /// <summary>The factor of a step, counted from 0; the last one's is <see cref="Floor"/> (1 if constant).</summary>
    public double At(long step)
    {
        if (step < WarmUp)
            return (step + 1.0) / WarmUp;
        long last = Steps - 1;
        double start = Shape == ScheduleShape.Wsd ? Math.Max(WarmUp, Math.Ceiling(last * (1 - DecayShare))) : WarmUp;
        double passed =
            last > start ? Math.Clamp((step - start) / (last - start), 0, 1)
            : step > start ? 1
            : 0;
        double left = Shape switch
        {
            ScheduleShape.Constant => 1,
            ScheduleShape.Cosine => (1 + Math.Cos(Math.PI * passed)) / 2,
            _ => 1 - passed,
        };
        return Floor + (1 - Floor) * left;
    }
}
