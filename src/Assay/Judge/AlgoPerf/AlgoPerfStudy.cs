using System.Globalization;
using Assay.Data;
using Assay.Numerics;
using Assay.Studies;

namespace Assay.Judge;

/// <summary>Scores as a study: the answer, profiles, scores with their range, times, speed-ups.</summary>
internal static class AlgoPerfStudy
{
    private const int MaxLines = 8;

    public static Study Of(IReadOnlyList<RunLog> logs, TargetTimes times, AlgoPerfOptions options)
    {
        PerformanceProfiles profiles = new(times, options.Largest);
        Ranking[] standings = [.. Ranked(times, profiles, options.Largest)];
        string best = standings[0].Name;
        string reference =
            options.Reference.Length > 0 ? options.Reference
            : times.Submissions.Contains("baseline") ? "baseline"
            : best;
        if (!times.Submissions.Contains(reference))
            throw new AssayException(
                $"there is no submission '{reference}' to compare with",
                hint: "There are: " + string.Join(", ", times.Submissions) + "."
            );
        double[] speed = SpeedUps.Of(times, reference);
        string[] workloads = [.. profiles.Workloads.Select(workload => workload.Name)];
        string[] unsolved =
        [
            .. workloads.Where((_, w) => standings.All(one => double.IsInfinity(profiles.Ratio(one.Place, w)))),
        ];
        string[] overtaking =
        [
            .. workloads.Where(workload =>
                workloads.Length > 1 && LeaderWithout(times, workload, options.Largest) != best
            ),
        ];
        return new()
        {
            Title = "Time to target",
            Answer = AnswerOf(standings, workloads.Length, overtaking),
            Facts =
            [
                new("Best", best, Text($"scores {standings[0].Score:0.0000} of 1")),
                new(
                    "Targets that it reaches",
                    Text($"{standings[0].Reached} of {workloads.Length}"),
                    "variants and the limit on slowness counted"
                ),
                new(
                    "Workloads that decide",
                    Text($"{overtaking.Length} of {workloads.Length}"),
                    "without them another would be first"
                ),
                new("Runs", Text($"{logs.Count}"), Text($"{logs.Sum(log => (long)log.Evaluations.Count)} evaluations")),
            ],
            Panels =
            [
                ProfilesOf(profiles, standings),
                new IntervalPanel
                {
                    Title = "Scores",
                    Note =
                        "The range is that of the scores when one workload is left out: how much one workload decides. It is no confidence interval.",
                    Axis = new("score", Better: Better.More),
                    Lines =
                    [
                        .. standings.Select(one => new IntervalLine(
                            one.Name,
                            new(one.Score, Math.Min(one.Low, one.Score), Math.Max(one.High, one.Score), 1),
                            one.Name == best
                        )),
                    ],
                },
                new TablePanel
                {
                    Title = "Leaderboard",
                    Note =
                        $"The score as published (100 points), and exactly. Time of {reference} = 1 in the last column: the geometric mean over workloads, a missed target counted as the budget.",
                    Columns =
                    [
                        TableColumn.Of("submission", standings.Select(one => one.Name)),
                        TableColumn.Of("score", standings.Select(one => one.Score), 4),
                        TableColumn.Of("exact score", standings.Select(one => one.Exact), 4),
                        TableColumn.Of("least without one", standings.Select(one => one.Low), 4),
                        TableColumn.Of("most without one", standings.Select(one => one.High), 4),
                        TableColumn.Of("targets reached", standings.Select(one => (double)one.Reached), 0),
                        TableColumn.Of("relative time", standings.Select(one => speed[one.Place]), 3),
                    ],
                    Chosen = 0,
                },
                new TablePanel
                {
                    Title = "Times to target",
                    Note =
                        "Median over tuning sessions of the fastest trial. Variants stand behind the workloads that are scored.",
                    Columns =
                    [
                        TableColumn.Of("submission", standings.Select(one => one.Name)),
                        .. times.Workloads.Select(
                            (workload, w) => TableColumn.Of(workload.Name, standings.Select(one => times[one.Place, w]))
                        ),
                    ],
                },
                new TablePanel
                {
                    Title = "Relative times",
                    Note =
                        "After the rules: infinite where the target or the variant was missed, or the fastest took less than a fourth of the time.",
                    Columns =
                    [
                        TableColumn.Of("submission", standings.Select(one => one.Name)),
                        .. workloads.Select(
                            (workload, w) =>
                                TableColumn.Of(workload, standings.Select(one => profiles.Ratio(one.Place, w)), 3)
                        ),
                    ],
                },
            ],
            Notes = [.. NotesOf(logs, times, unsolved, standings.Length)],
        };
    }

    private static IEnumerable<Ranking> Ranked(TargetTimes times, PerformanceProfiles profiles, double largest)
    {
        PerformanceProfiles[] without =
        [
            .. profiles.Workloads.Select(workload => new PerformanceProfiles(times.Without(workload.Name), largest)),
        ];
        return Enumerable
            .Range(0, times.Submissions.Count)
            .Select(s => new Ranking(
                s,
                times.Submissions[s],
                profiles.Score(s),
                profiles.ExactScore(s),
                without.Length > 1 ? without.Min(other => other.Score(s)) : profiles.Score(s),
                without.Length > 1 ? without.Max(other => other.Score(s)) : profiles.Score(s),
                Enumerable.Range(0, profiles.Workloads.Count).Count(w => double.IsFinite(profiles.Ratio(s, w)))
            ))
            .OrderByDescending(one => one.Score)
            .ThenBy(one => one.Name, StringComparer.Ordinal);
    }

    private static string LeaderWithout(TargetTimes times, string workload, double largest) =>
        Ranked(times.Without(workload), new(times.Without(workload), largest), largest).First().Name;

    private static string AnswerOf(Ranking[] standings, int workloads, string[] overtaking)
    {
        Ranking best = standings[0];
        if (best.Score == 0)
            return $"No submission reaches a target; nothing can be said of {standings.Length} submissions.";
        string answer = Text(
            $"'{best.Name}' is the fastest over all: it scores {best.Score:0.000} and reaches {best.Reached} of {workloads} targets."
        );
        if (standings.Length == 1)
            return answer + " It is alone, so its score is the share of the targets that it reaches.";
        return answer
            + (
                overtaking.Length == 0 ? " It stays first whichever workload is left out."
                : overtaking.Length == 1 ? $" Without {overtaking[0]} another would be first."
                : Text(
                    $" Leaving out any one of {overtaking.Length} workloads puts another first: the lead is not safe."
                )
            );
    }

    private static CurvePanel ProfilesOf(PerformanceProfiles profiles, Ranking[] standings)
    {
        Curve Profile(Ranking one, int rank)
        {
            double[] factors =
            [
                1,
                .. Enumerable
                    .Range(0, profiles.Workloads.Count)
                    .Select(w => profiles.Ratio(one.Place, w))
                    .Where(ratio => ratio > 1 && ratio < profiles.Largest)
                    .Distinct()
                    .Order(),
                profiles.Largest,
            ];
            return new(one.Name, factors, [.. factors.Select(factor => profiles.At(one.Place, factor))])
            {
                Form = CurveForm.Step,
                Emphasis =
                    rank == 0 ? Emphasis.Main
                    : rank < MaxLines ? Emphasis.Plain
                    : Emphasis.Faded,
            };
        }
        return new()
        {
            Title = "Performance profiles",
            Note =
                "The share of targets reached within so many times the time of whoever was fastest. At 1: on how many a submission is the fastest; at the right end: how many it reaches at all. The score is the mean height.",
            X = new("time over the fastest's"),
            Y = new("targets reached", "share", Better.More),
            Curves = [.. standings.Select(Profile).Reverse()],
        };
    }

    private static IEnumerable<string> NotesOf(
        IReadOnlyList<RunLog> logs,
        TargetTimes times,
        string[] unsolved,
        int submissions
    )
    {
        if (submissions > 1)
            yield return "Scores depend on who takes part: without the fastest of a workload the others score higher.";
        if (unsolved.Length > 0)
            yield return $"Nobody's time counts on {string.Join(", ", unsolved)}: a miss for all.";
        string[] missing =
        [
            .. times.Submissions.SelectMany(submission =>
                times
                    .Workloads.Where(workload =>
                        !logs.Any(log => log.Submission == submission && log.Workload == workload.Name)
                    )
                    .Select(workload => $"{submission} on {workload.Name}")
            ),
        ];
        if (missing.Length > 0)
            yield return Text(
                $"Not run, and counted as missed: {string.Join(", ", missing.Take(8))}{(missing.Length > 8 ? Text($" and {missing.Length - 8} more") : "")}."
            );
        string[] unknown =
        [
            .. logs.Select(log => log.Workload)
                .Distinct()
                .Where(workload => times.Workloads.All(known => known.Name != workload)),
        ];
        if (unknown.Length > 0)
            yield return $"Runs without a target are left out: {string.Join(", ", unknown)}.";
        int diverged = logs.Count(log => log.Evaluations.Any(at => double.IsNaN(at.Metric)));
        if (diverged > 0)
            yield return Text($"{diverged} of {logs.Count} runs have evaluations without a number: they diverged.");
        int[] sessions =
        [
            .. logs.GroupBy(log => (log.Submission, log.Workload))
                .Select(cell => cell.Select(log => log.Study).Distinct().Count())
                .Distinct()
                .Order(),
        ];
        if (sessions.Length > 1)
            yield return Text(
                $"Submissions had between {sessions[0]} and {sessions[^1]} tuning sessions on a workload; the median is over those that there are."
            );
        if (sessions is [1])
            yield return "One tuning session each: a lucky evaluation can decide. The rules ask for three.";
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    private sealed record Ranking(
        int Place,
        string Name,
        double Score,
        double Exact,
        double Low,
        double High,
        int Reached
    );
}
