using System.Globalization;
using Assay.Data;
using Assay.Studies;

namespace Assay.Judge;

/// <summary>Reads run logs and targets from tables.</summary>
internal static class RunTable
{
    /// <summary>The runs of a table, a row for each evaluation, in any order.</summary>
    /// <exception cref="AssayException">A column is missing, or a time is not a number from 0 on.</exception>
    public static IReadOnlyList<RunLog> Logs(StudyTable table, AlgoPerfOptions options)
    {
        string[] submissions = table.Words(options.Submission),
            workloads = table.Words(options.Workload),
            studies = WordsOrNone(table, options.Study),
            trials = WordsOrNone(table, options.Trial),
            metrics = table.Words(options.Metric);
        double[] times = table.Numbers(options.Time);
        if (Array.FindIndex(times, time => time < 0) is >= 0 and int early)
            throw table.Wrong(early, options.Time, "a time is below 0", "Times count from the start of the run.");
        foreach (
            (string[] names, string column) in new[]
            {
                (submissions, options.Submission),
                (workloads, options.Workload),
            }
        )
            if (Array.IndexOf(names, "") is >= 0 and int nameless)
                throw table.Wrong(nameless, column, $"'{column}' is empty", "Every evaluation needs one.");
        return
        [
            .. Enumerable
                .Range(0, table.Rows)
                .GroupBy(row => (submissions[row], workloads[row], studies[row], trials[row]))
                .Select(run => new RunLog(
                    run.Key.Item1,
                    run.Key.Item2,
                    run.Key.Item3,
                    run.Key.Item4,
                    [.. run.Select(row => new TimedMetric(times[row], Value(metrics[row], row))).OrderBy(at => at.Time)]
                )),
        ];

        double Value(string text, int row) =>
            text.Length == 0 ? double.NaN
            : double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double value) ? value
            : throw table.Wrong(row, options.Metric, $"'{text}' is no number", "Expected a number, nan, or nothing.");
    }

    /// <summary>The workloads of a table of targets.</summary>
    /// <exception cref="AssayException">A column is missing, a direction is unknown, or a number is missing.</exception>
    public static IReadOnlyList<Workload> Workloads(StudyTable table)
    {
        string[] names = table.Words("workload"),
            directions = table.Words("direction"),
            metrics = WordsOrNone(table, "metric"),
            variants = WordsOrNone(table, "variant-of");
        double[] targets = table.Numbers("target"),
            budgets = table.Has("budget") ? table.NumbersOrNaN("budget") : [.. targets.Select(_ => double.NaN)];
        for (int row = 0; row < table.Rows; row++)
        {
            if (names[row].Length == 0 || names.IndexOf(names[row]) < row)
                throw table.Wrong(
                    row,
                    "workload",
                    names[row].Length == 0 ? "the workload has no name" : $"the workload '{names[row]}' stands twice",
                    "Give each workload one row and a name."
                );
            if (
                variants[row].Length > 0
                && (names.IndexOf(variants[row]) is var of && (of < 0 || variants[of].Length > 0))
            )
                throw table.Wrong(
                    row,
                    "variant-of",
                    $"'{names[row]}' is a variant of '{variants[row]}', which is no workload that is scored",
                    "Name the workload of a row without 'variant-of'."
                );
        }
        return
        [
            .. Enumerable
                .Range(0, table.Rows)
                .Select(row => new Workload(
                    names[row],
                    metrics[row],
                    directions[row].ToLowerInvariant() switch
                    {
                        "less" or "min" or "minimise" or "minimize" or "<=" => true,
                        "more" or "max" or "maximise" or "maximize" or ">=" => false,
                        _ => throw table.Wrong(
                            row,
                            "direction",
                            $"'{directions[row]}' is no direction",
                            "Write 'less' for losses and error rates, 'more' for accuracies."
                        ),
                    },
                    targets[row],
                    double.IsNaN(budgets[row]) ? double.PositiveInfinity : budgets[row],
                    variants[row]
                )),
        ];
    }

    private static string[] WordsOrNone(StudyTable table, string column) =>
        column.Length > 0 && table.Has(column) ? table.Words(column) : [.. Enumerable.Repeat("", table.Rows)];
}
