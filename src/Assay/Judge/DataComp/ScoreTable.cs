using Assay.Data;
using Assay.Studies;

namespace Assay.Judge;

/// <summary>Reads tables of tasks and of accuracies.</summary>
internal static class ScoreTable
{
    /// <summary>The tasks.</summary>
    /// <exception cref="AssayException">A column is missing, a task stands twice, or an accuracy of guessing is out of range.</exception>
    public static IReadOnlyList<BenchmarkTask> Tasks(StudyTable table, string version)
    {
        string percent = $"random_baseline_{version}_percent";
        bool isShare = table.Has("chance") || !table.Has(percent);
        string[] names = table.Words("task");
        double[] chances = table.Numbers(isShare ? "chance" : percent);
        string[] categories = table.Has("category") ? table.Words("category") : [.. names.Select(_ => "")];
        double[] core = table.Has("in_core") ? table.Numbers("in_core") : [.. names.Select(_ => 1.0)];
        return
        [
            .. Enumerable
                .Range(0, table.Rows)
                .Select(row =>
                {
                    double chance = isShare ? chances[row] : chances[row] / 100;
                    if (!(chance is >= 0 and < 1))
                        throw table.Wrong(
                            row,
                            isShare ? "chance" : percent,
                            $"the accuracy of guessing is {chance}",
                            "Expected a share from 0 to below 1 (chance), or a percentage (random_baseline_v2_percent)."
                        );
                    if (names[row].Length == 0 || names.IndexOf(names[row]) < row)
                        throw table.Wrong(
                            row,
                            "task",
                            $"the task '{names[row]}' has no name of its own",
                            "Name each task once."
                        );
                    return new BenchmarkTask(names[row], categories[row], chance, core[row] != 0);
                }),
        ];
    }

    /// <summary>The runs of a table of accuracies.</summary>
    /// <exception cref="AssayException">There is no column for a task, or an accuracy is no share.</exception>
    public static IReadOnlyList<Submission> Submissions(
        StudyTable table,
        IReadOnlyList<BenchmarkTask> tasks,
        DataCompOptions options
    )
    {
        string[] unknown = [.. tasks.Select(task => task.Name).Where(name => !table.Has(name))];
        if (unknown.Length == tasks.Count)
            throw new AssayException(
                $"the table has no column for any of the {tasks.Count} tasks",
                hint: $"Tasks: {string.Join(", ", unknown.Take(5))}, ...; columns: {string.Join(", ", table.Names.Take(8))}, ..."
            );
        double[][] columns =
        [
            .. tasks.Select(task =>
                table.Has(task.Name) ? Shares(table, task.Name) : [.. Enumerable.Repeat(double.NaN, table.Rows)]
            ),
        ];
        bool isNamed = table.Has(options.Dataset);
        string[]? runs = table.Has(options.Run) || !isNamed ? table.Words(options.Run) : null,
            datasets = isNamed ? table.Words(options.Dataset) : null,
            scales = isNamed ? table.Words(options.Scale) : null;
        return
        [
            .. Enumerable
                .Range(0, table.Rows)
                .Select(row =>
                {
                    DclmRun? parsed = datasets is null ? DclmRun.Parse(runs![row]) : null;
                    return new Submission(
                        runs?[row] ?? $"{datasets![row]} {scales![row]} {row}",
                        datasets?[row] ?? parsed?.Dataset ?? runs![row],
                        scales?[row] ?? parsed?.Scale ?? "",
                        [.. columns.Select(column => column[row])]
                    );
                }),
        ];
    }

    private static double[] Shares(StudyTable table, string column)
    {
        double[] values = table.NumbersOrNaN(column);
        int odd = Array.FindIndex(values, value => value is < 0 or > 1);
        return odd < 0
            ? values
            : throw table.Wrong(odd, column, $"the accuracy is {values[odd]}", "Accuracies are shares from 0 to 1.");
    }
}
