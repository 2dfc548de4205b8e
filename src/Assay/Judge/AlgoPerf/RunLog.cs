namespace Assay.Judge;

/// <summary>One training run at one point of the hyper-parameters.</summary>
/// <param name="Submission">The training algorithm: optimiser, schedule, order of data, how it is tuned.</param>
/// <param name="Workload">What it trained.</param>
/// <param name="Study">Of which tuning session: the session's fastest trial counts, and the median over sessions.</param>
/// <param name="Trial">Which trial of the session.</param>
/// <param name="Evaluations">In the order of their times, which do not count evaluating.</param>
public sealed record RunLog(
    string Submission,
    string Workload,
    string Study,
    string Trial,
    IReadOnlyList<TimedMetric> Evaluations
)
{
    /// <summary>The first evaluation that reaches the workload's target within its budget; null if none does.</summary>
    public (int Index, double Time)? Hit(Workload workload)
    {
        for (int i = 0; i < Evaluations.Count; i++)
            if (workload.IsReachedBy(Evaluations[i].Metric))
                return Evaluations[i].Time <= workload.Budget ? (i, Evaluations[i].Time) : null;
        return null;
    }
}

/// <summary>One evaluation of a run.</summary>
/// <param name="Time">Time that the submission has taken so far: seconds, steps, or examples; not negative.</param>
/// <param name="Metric">The workload's metric on the validation rows; NaN if the run had diverged.</param>
public readonly record struct TimedMetric(double Time, double Metric);
