namespace Assay.Judge;

/// <summary>Which trial of a tuning session is its fastest.</summary>
public enum FastestTrial
{
    /// <summary>The one that reached the target in the least time, as the rules say.</summary>
    Time,

    /// <summary>The one with the fewest evaluations up to there, equals by time: what the published leaderboards were made by.</summary>
    Index,
}

/// <summary>How long every submission took to every target.</summary>
/// <remarks>
/// Dahl, Schneider, Nado and others, "Benchmarking Neural Network Training Algorithms" (2023): the time of a trial is that of its first
/// evaluation at the target, of a session that of its fastest trial, of a workload the median over sessions. A target that is missed
/// takes infinitely long, and takes part in the median; so does a workload that was not run.
/// </remarks>
public sealed class TargetTimes
{
    private readonly double[,] _times;

    private TargetTimes(IReadOnlyList<string> submissions, IReadOnlyList<Workload> workloads, double[,] times) =>
        (Submissions, Workloads, _times) = (submissions, workloads, times);

    /// <summary>The submissions.</summary>
    public IReadOnlyList<string> Submissions { get; }

    /// <summary>The workloads, variants included.</summary>
    public IReadOnlyList<Workload> Workloads { get; }

    /// <summary>Time to target; infinite if it was missed.</summary>
    public double this[int submission, int workload] => _times[submission, workload];

    /// <summary>Times that are given: rows are submissions, columns workloads.</summary>
    /// <exception cref="ArgumentException">Sizes differ, names repeat, a time is NaN or not positive, a variant's base is unknown.</exception>
    public static TargetTimes Of(IReadOnlyList<string> submissions, IReadOnlyList<Workload> workloads, double[,] times)
    {
        if (times.GetLength(0) != submissions.Count || times.GetLength(1) != workloads.Count)
            throw new ArgumentException(
                $"{times.GetLength(0)} x {times.GetLength(1)} times do not fit {submissions.Count} submissions and {workloads.Count} workloads."
            );
        if (submissions.Distinct().Count() < submissions.Count)
            throw new ArgumentException("A submission is named twice.");
        if (workloads.Select(workload => workload.Name).Distinct().Count() < workloads.Count)
            throw new ArgumentException("A workload is named twice.");
        foreach (Workload variant in workloads.Where(workload => !workload.IsBase))
            if (!workloads.Any(workload => workload.IsBase && workload.Name == variant.VariantOf))
                throw new ArgumentException(
                    $"'{variant.Name}' is a variant of '{variant.VariantOf}', which is no workload that is scored."
                );
        foreach (double time in times)
            if (!(time > 0))
                throw new ArgumentException($"A time to target is {time}; expected more than 0, or infinity.");
        return new(submissions, workloads, (double[,])times.Clone());
    }

    /// <summary>The times of logs.</summary>
    /// <param name="logs">The runs; those of other workloads are left out.</param>
    /// <param name="workloads">The workloads.</param>
    /// <param name="fastest">Which trial is the fastest of a session.</param>
    /// <exception cref="ArgumentException">As for given times.</exception>
    public static TargetTimes Of(
        IEnumerable<RunLog> logs,
        IReadOnlyList<Workload> workloads,
        FastestTrial fastest = FastestTrial.Time
    )
    {
        RunLog[] runs = [.. logs];
        string[] submissions = [.. runs.Select(run => run.Submission).Distinct().Order(StringComparer.Ordinal)];
        ILookup<(string, string), RunLog> cells = runs.ToLookup(run => (run.Submission, run.Workload));
        double[,] times = new double[submissions.Length, workloads.Count];
        for (int s = 0; s < submissions.Length; s++)
        for (int w = 0; w < workloads.Count; w++)
        {
            double[] studies =
            [
                .. cells[(submissions[s], workloads[w].Name)]
                    .GroupBy(run => run.Study)
                    .Select(study => TimeOf(study, workloads[w], fastest)),
            ];
            times[s, w] = studies.Length == 0 ? double.PositiveInfinity : Median(studies);
        }
        return Of(submissions, workloads, times);
    }

    /// <summary>The same without one scored workload and its variants.</summary>
    public TargetTimes Without(string workload)
    {
        int[] kept =
        [
            .. Enumerable
                .Range(0, Workloads.Count)
                .Where(w => Workloads[w].Name != workload && Workloads[w].VariantOf != workload),
        ];
        double[,] times = new double[Submissions.Count, kept.Length];
        for (int s = 0; s < Submissions.Count; s++)
        for (int w = 0; w < kept.Length; w++)
            times[s, w] = _times[s, kept[w]];
        return new(Submissions, [.. kept.Select(w => Workloads[w])], times);
    }

    /// <summary>The place of a workload.</summary>
    internal int Place(string workload)
    {
        for (int w = 0; w < Workloads.Count; w++)
            if (Workloads[w].Name == workload)
                return w;
        throw new ArgumentException($"There is no workload '{workload}'.", nameof(workload));
    }

    private static double TimeOf(IEnumerable<RunLog> trials, Workload workload, FastestTrial fastest)
    {
        (int Index, double Time)[] hits =
        [
            .. trials.Select(trial => trial.Hit(workload)).Where(hit => hit is not null).Select(hit => hit!.Value),
        ];
        return hits.Length == 0 ? double.PositiveInfinity
            : fastest == FastestTrial.Index ? hits.Min().Time
            : hits.Min(hit => hit.Time);
    }

    // Of an even number the mean of the middle two, which is infinite if one of them is.
    private static double Median(double[] values)
    {
        double[] sorted = [.. values.Order()];
        int half = sorted.Length / 2;
        return sorted.Length % 2 == 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
    }
}
