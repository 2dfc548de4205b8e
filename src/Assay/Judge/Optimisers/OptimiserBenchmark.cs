using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using Assay.Data;
using Assay.Numerics;
using Assay.Studies;

namespace Assay.Judge;

/// <summary>Compares optimisers, schedules and orders of rows by their time to targets, on small models that Assay trains on your rows.</summary>
/// <remarks>
/// The protocol of Dahl, Schneider, Nado and others, "Benchmarking Neural Network Training Algorithms" (2023), at the size of minutes: targets are
/// set by the best of four rules and run again, tuning is part of the submission (sessions of a few trials, drawn quasi-randomly), and
/// evaluating does not count. Scored as <see cref="AlgoPerf"/> scores logs.
/// </remarks>
[Method("judge/optimisers", Paper = "algoperf")]
public sealed class OptimiserBenchmark : IStudy
{
    private const double BudgetFactor = 4.0 / 3,
        SelfTuningFactor = 1.5;
    private const int SelfTuning = 1;

    private readonly OptimiserOptions _options;
    private readonly TrainingAlgorithm[] _submissions;
    private readonly bool _isTuned;

    /// <summary>Checks the submissions.</summary>
    /// <exception cref="AssayException">One is not understood, or stands twice.</exception>
    public OptimiserBenchmark(OptimiserOptions options)
    {
        _options = options;
        _isTuned = options.Ruleset == "external";
        _submissions = [.. options.Submissions.Select(TrainingAlgorithm.Parse)];
        if (options.Submissions.Distinct().Count() < options.Submissions.Count)
            throw new AssayException("a submission stands twice", hint: "Name each once.");
    }

    /// <summary>Sets the targets, runs all trials, and scores them; a killed benchmark goes on with the trials that are left.</summary>
    /// <exception cref="AssayException">The rows do not suit, or an order goes by a column that is not there.</exception>
    public Study Run(View data, Work work)
    {
        (IReadOnlyList<RunLog> logs, IReadOnlyList<SetTarget> targets) = Measure(data, work);
        Workload[] goals = [.. targets.Select(target => target.Goal)];
        Study scored = AlgoPerfStudy.Of(logs, TargetTimes.Of(logs, goals), new() { Targets = "own" });
        return scored with
        {
            Title = "Optimisers by their time to targets",
            Panels = [.. scored.Panels, .. goals.Select(goal => Curves(logs, goal)), Table(targets), Logs(logs)],
            Notes =
            [
                .. scored.Notes,
                FormattableString.Invariant(
                    $"Targets are the median of {_options.Reruns} runs of the best of {UpdateRuleSpace.OfTargets.Count} rules with {_options.TargetTrials} trials each; times are {_options.Unit} at the precision of {Math.Max(1, StepsOf() / _options.Evaluations)} steps."
                ),
                .. _options.Unit == "seconds"
                    ?
                    [
                        "Seconds depend on the machine and on what else it does; trials that run side by side slow each other down (--threads 1).",
                    ]
                    : (string[])[],
            ],
            Files = [new("targets.csv", Csv(goals))],
        };
    }

    /// <summary>Sets the targets and runs all trials.</summary>
    internal (IReadOnlyList<RunLog> Logs, IReadOnlyList<SetTarget> Targets) Measure(View data, Work work)
    {
        IReadOnlyList<TrainedWorkload> workloads = OwnWorkloads.Of(data, _options, work);
        // What does not fit is said before anything is trained.
        foreach (TrainedWorkload workload in workloads)
        foreach (TrainingAlgorithm submission in _submissions)
            workload.Batches(submission.Order, work.Random);
        SetTarget[] targets = SetTargets(workloads, work);
        return (RunAll(workloads, targets, work), targets);
    }

    private long StepsOf() => _isTuned ? _options.Steps : (long)(SelfTuningFactor * _options.Steps);

    private SetTarget[] SetTargets(IReadOnlyList<TrainedWorkload> workloads, Work work)
    {
        IReadOnlyList<UpdateRuleSpace> rules = UpdateRuleSpace.OfTargets;
        double[][][] points =
        [
            .. rules.Select(rule =>
                ShiftedHalton.Draw(_options.TargetTrials, 3, work.Random.Child("targets").Child(rule.Name))
            ),
        ];
        TuningTrial Trial(TrainedWorkload workload, int rule, int trial) =>
            new(workload, TrainingAlgorithm.Parse(rules[rule].Name), rules[rule].At(points[rule][trial]))
            {
                Steps = _options.Steps,
                Evaluations = _options.Evaluations,
                InSeconds = _options.Unit == "seconds",
            };
        int each = rules.Count * _options.TargetTrials;
        Make(
            "target trials",
            workloads.Count * each,
            i =>
            {
                (int w, int rest) = Math.DivRem(i, each);
                (int rule, int trial) = Math.DivRem(rest, _options.TargetTrials);
                return Trial(workloads[w], rule, trial)
                    .Run(work.Random.Child("target trials").Child(i), work.Cancellation);
            },
            work
        );
        int[] best =
        [
            .. workloads.Select(
                (workload, w) => Enumerable.Range(0, each).MinBy(i => BestOf(Read("target trials", w * each + i, work)))
            ),
        ];
        Make(
            "target reruns",
            workloads.Count * _options.Reruns,
            i =>
            {
                int w = i / _options.Reruns;
                (int rule, int trial) = Math.DivRem(best[w], _options.TargetTrials);
                return Trial(workloads[w], rule, trial)
                    .Run(work.Random.Child("target reruns").Child(i), work.Cancellation);
            },
            work
        );
        return
        [
            .. workloads.Select(
                (workload, w) =>
                {
                    IReadOnlyList<TimedMetric>[] reruns =
                    [
                        .. Enumerable
                            .Range(0, _options.Reruns)
                            .Select(i => Read("target reruns", w * _options.Reruns + i, work)),
                    ];
                    double[] reached = [.. reruns.Select(BestOf).Order()];
                    double value = (reached[(reached.Length - 1) / 2] + reached[reached.Length / 2]) / 2;
                    if (!double.IsFinite(value))
                        throw new AssayException(
                            $"no trial trains the workload '{workload.Name}'",
                            hint: "Give more --target-trials or --steps, or look at the columns: all runs diverge."
                        );
                    double budget =
                        BudgetFactor * reruns.Average(run => run[^1].Time) * (_isTuned ? 1 : SelfTuningFactor);
                    return new SetTarget(
                        new(
                            workload.Name,
                            workload.Metric,
                            IsLessBetter: true,
                            value,
                            _options.Unit == "seconds" ? budget : Math.Ceiling(budget)
                        ),
                        rules[best[w] / _options.TargetTrials].Name
                    );
                }
            ),
        ];
    }

    private IReadOnlyList<RunLog> RunAll(IReadOnlyList<TrainedWorkload> workloads, SetTarget[] targets, Work work)
    {
        int trials = _isTuned ? _options.Trials : SelfTuning,
            each = _options.Studies * trials;
        double[][][] points =
        [
            .. _submissions.Select(submission =>
                ShiftedHalton.Draw(each, 3, work.Random.Child("submissions").Child(submission.Rule.Name))
            ),
        ];
        (int W, int S, int Study, int Trial) Places(int i)
        {
            (int cell, int at) = Math.DivRem(i, each);
            (int w, int s) = Math.DivRem(cell, _submissions.Length);
            return (w, s, at / trials, at % trials);
        }
        int count = workloads.Count * _submissions.Length * each;
        Make(
            "trials",
            count,
            i =>
            {
                (int w, int s, int study, int trial) = Places(i);
                UpdateRuleSpace rule = _submissions[s].Rule;
                return new TuningTrial(
                    workloads[w],
                    _submissions[s],
                    _isTuned ? rule.At(points[s][study * trials + trial]) : rule.Middle
                )
                {
                    Steps = StepsOf(),
                    Evaluations = _options.Evaluations,
                    InSeconds = _options.Unit == "seconds",
                    Target = targets[w].Goal.Target,
                    Budget = targets[w].Goal.Budget,
                }.Run(
                    // A trial of every submission starts from the same weights and, shuffled, sees the same batches.
                    work.Random.Child("trials").Child(w).Child(study).Child(trial),
                    work.Cancellation
                );
            },
            work
        );
        return
        [
            .. Enumerable
                .Range(0, count)
                .Select(i =>
                {
                    (int w, int s, int study, int trial) = Places(i);
                    return new RunLog(
                        _submissions[s].Name,
                        workloads[w].Name,
                        study.ToString(CultureInfo.InvariantCulture),
                        trial.ToString(CultureInfo.InvariantCulture),
                        Read("trials", i, work)
                    );
                }),
        ];
    }

    private static void Make(string stage, int count, Func<int, IReadOnlyList<TimedMetric>> run, Work work)
    {
        int atOnce = Math.Max(1, Math.Min(work.Threads, count));
        work.Make(
            stage.Replace(' ', '-'),
            count,
            (i, stream) =>
            {
                // Trials are run side by side: threads are better spent so than within small models.
                using Workers.LimitScope limit = Workers.Limit(Math.Max(1, work.Threads / atOnce));
                double[] values = [.. run(i).SelectMany(at => (double[])[at.Time, at.Metric])];
                stream.Write(MemoryMarshal.AsBytes<double>(values));
            },
            unit: "runs"
        );
    }

    private static IReadOnlyList<TimedMetric> Read(string stage, int piece, Work work)
    {
        using FileStream stream = work.Pieces.Open(stage.Replace(' ', '-'), piece);
        double[] values = new double[stream.Length / sizeof(double)];
        stream.ReadExactly(MemoryMarshal.AsBytes(values.AsSpan()));
        return
        [
            .. Enumerable.Range(0, values.Length / 2).Select(i => new TimedMetric(values[2 * i], values[2 * i + 1])),
        ];
    }

    private static double BestOf(IReadOnlyList<TimedMetric> run) =>
        run.Where(at => !double.IsNaN(at.Metric)).Select(at => at.Metric).DefaultIfEmpty(double.PositiveInfinity).Min();

    private CurvePanel Curves(IReadOnlyList<RunLog> logs, Workload goal) =>
        new()
        {
            Title = $"Training on {goal.Name}",
            Note = "The trial of each submission that came to the target first, or else the one that came nearest.",
            X = new(_options.Unit),
            Y = new(goal.Metric, Better: Better.Less),
            Levels = [new(goal.Target, "target")],
            Curves =
            [
                .. _submissions
                    .Take(8)
                    .Select(submission =>
                    {
                        TimedMetric[] run =
                        [
                            .. logs.Where(log => log.Submission == submission.Name && log.Workload == goal.Name)
                                .OrderBy(log => log.Hit(goal)?.Time ?? double.PositiveInfinity)
                                .ThenBy(log => BestOf(log.Evaluations))
                                .First()
                                .Evaluations.Where(at => !double.IsNaN(at.Metric)),
                        ];
                        return new Curve(
                            submission.Name,
                            [.. run.Select(at => at.Time)],
                            [.. run.Select(at => at.Metric)]
                        );
                    }),
            ],
        };

    private static TablePanel Table(IReadOnlyList<SetTarget> targets) =>
        new()
        {
            Title = "How targets were set",
            Columns =
            [
                TableColumn.Of("workload", targets.Select(target => target.Goal.Name)),
                TableColumn.Of("metric", targets.Select(target => target.Goal.Metric)),
                TableColumn.Of("target", targets.Select(target => target.Goal.Target), 4),
                TableColumn.Of("set by", targets.Select(target => target.Rule)),
                TableColumn.Of("budget", targets.Select(target => target.Goal.Budget)),
            ],
        };

    private static TablePanel Logs(IReadOnlyList<RunLog> logs)
    {
        (RunLog Log, TimedMetric At)[] rows = [.. logs.SelectMany(log => log.Evaluations.Select(at => (log, at)))];
        return new()
        {
            Title = "Evaluations",
            Note = "Every evaluation, in the form that judge/algoperf reads.",
            Columns =
            [
                TableColumn.Of("submission", rows.Select(row => row.Log.Submission)),
                TableColumn.Of("workload", rows.Select(row => row.Log.Workload)),
                TableColumn.Of("study", rows.Select(row => row.Log.Study)),
                TableColumn.Of("trial", rows.Select(row => row.Log.Trial)),
                TableColumn.Of("score_s", rows.Select(row => row.At.Time)),
                TableColumn.Of("metric", rows.Select(row => row.At.Metric)),
            ],
            Shown = 5,
        };
    }

    private static string Csv(IEnumerable<Workload> goals)
    {
        StringBuilder text = new("workload,metric,direction,target,budget\n");
        foreach (Workload goal in goals)
            text.Append(
                CultureInfo.InvariantCulture,
                $"{goal.Name},{goal.Metric},less,{goal.Target:R},{goal.Budget:R}\n"
            );
        return text.ToString();
    }

    /// <summary>A target and what set it.</summary>
    internal sealed record SetTarget(Workload Goal, string Rule);
}
