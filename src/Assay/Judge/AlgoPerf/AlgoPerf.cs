using Assay.Data;
using Assay.Studies;

namespace Assay.Judge;

/// <summary>Scores training algorithms by the time that they take to fixed targets, over workloads and tuning sessions.</summary>
/// <remarks>
/// Dahl, Schneider, Nado and others, "Benchmarking Neural Network Training Algorithms" (2023); Kasimbeg and others, "Accelerating
/// Neural Network Training" (2025). Curves of training cross, so that the best at some step is no ranking; a target on every workload is.
/// </remarks>
[Method("judge/algoperf", Paper = "algoperf")]
public sealed class AlgoPerf : IStudy
{
    private readonly AlgoPerfOptions _options;

    /// <summary>Checks that there are targets.</summary>
    /// <exception cref="AssayException">There are none, or two kinds.</exception>
    public AlgoPerf(AlgoPerfOptions options)
    {
        _options = options;
        if (options.Targets.Length > 0 == options.Benchmark.Length > 0)
            throw new AssayException(
                options.Targets.Length > 0
                    ? "both a table of targets and a published benchmark are given"
                    : "nothing says what the runs are to reach",
                hint: "Give --targets targets.csv (columns workload, direction, target, budget), or --benchmark 0.5 or 0.6."
            );
    }

    /// <summary>Scores the runs of a table, a row for each evaluation.</summary>
    /// <exception cref="AssayException">A column is missing or a value does not fit.</exception>
    public Study Run(View data, Work work)
    {
        IReadOnlyList<RunLog> logs = RunTable.Logs(StudyTable.Of(data, work.Cancellation), _options);
        bool selfTuning = _options.Ruleset == "self-tuning";
        IReadOnlyList<Workload> workloads = _options.Benchmark switch
        {
            "0.5" => PublishedWorkloads.Version05(selfTuning),
            "0.6" => PublishedWorkloads.Version06(selfTuning),
            _ => RunTable.Workloads(StudyTable.Of(work.Dataset(_options.Targets), work.Cancellation)),
        };
        if (!logs.Any(log => workloads.Any(workload => workload.Name == log.Workload)))
            throw new AssayException(
                "no run is of a workload that has a target",
                hint: $"The runs are of {Few(logs.Select(log => log.Workload))}; targets are of {Few(workloads.Select(workload => workload.Name))}."
            );
        return AlgoPerfStudy.Of(logs, TargetTimes.Of(logs, workloads, _options.Fastest), _options);
    }

    private static string Few(IEnumerable<string> names)
    {
        string[] all = [.. names.Distinct()];
        return string.Join(", ", all.Take(10)) + (all.Length > 10 ? ", ..." : "");
    }
}
