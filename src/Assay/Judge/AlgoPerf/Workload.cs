namespace Assay.Judge;

/// <summary>What runs are to reach: a metric of one model on one dataset, and its target.</summary>
/// <param name="Name">Its name, as the logs have it.</param>
/// <param name="Metric">What is measured on the validation rows, in a word or two; only shown.</param>
/// <param name="IsLessBetter">Whether less of it is better: true of losses, error rates and perplexity.</param>
/// <param name="Target">A run has reached the target once its metric is at this value or better.</param>
/// <param name="Budget">Time after which reaching it no longer counts, in the unit of the logs; infinite if there is none.</param>
/// <param name="VariantOf">Of a held-out variant the workload that it varies; empty for a workload that is scored.</param>
public sealed record Workload(
    string Name,
    string Metric,
    bool IsLessBetter,
    double Target,
    double Budget = double.PositiveInfinity,
    string VariantOf = ""
)
{
    /// <summary>Whether it is scored itself.</summary>
    public bool IsBase => VariantOf.Length == 0;

    /// <summary>Whether a value of the metric reaches the target; NaN, of a run that diverged, never does.</summary>
    public bool IsReachedBy(double metric) => IsLessBetter ? metric <= Target : metric >= Target;
}
