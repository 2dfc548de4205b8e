namespace Assay.Judge;

/// <summary>How much of a reference's time submissions take, as the geometric mean over the workloads that are scored.</summary>
public static class SpeedUps
{
    // What a target that is missed is taken to cost beyond the budget, by the published script.
    private const double Beyond = 1;

    /// <summary>Time ratios to the reference, in the order of the submissions; NaN where a target without a budget was missed.</summary>
    /// <param name="times">Times to target; a missed one counts as the workload's budget and one unit.</param>
    /// <param name="reference">The submission to compare with.</param>
    /// <exception cref="ArgumentException">There is no such submission.</exception>
    public static double[] Of(TargetTimes times, string reference)
    {
        int other = times.Submissions.ToList().IndexOf(reference);
        if (other < 0)
            throw new ArgumentException($"There is no submission '{reference}'.", nameof(reference));
        int[] scored = [.. Enumerable.Range(0, times.Workloads.Count).Where(w => times.Workloads[w].IsBase)];
        double Logarithm(int submission, int workload)
        {
            double time = times[submission, workload],
                budget = times.Workloads[workload].Budget;
            return Math.Log(
                double.IsFinite(time) ? time
                : double.IsFinite(budget) ? budget + Beyond
                : double.NaN
            );
        }
        return
        [
            .. Enumerable
                .Range(0, times.Submissions.Count)
                .Select(s =>
                    scored.Length == 0
                        ? double.NaN
                        : Math.Exp(scored.Average(w => Logarithm(s, w) - Logarithm(other, w)))
                ),
        ];
    }
}
