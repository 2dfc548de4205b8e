using System.Globalization;
using System.Text;
using System.Text.Json;
using Assay.Numerics;
using Assay.Studies;

namespace Assay.Judge;

/// <summary>Rankings of data sets as a study: what a small scale says of a large one, rank tables, leaderboard files.</summary>
internal static class DataCompStudy
{
    private const double Confidence = 0.95;
    private const int MaxPlanes = 3,
        MaxTables = 8;
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    public static Study Of(
        IReadOnlyList<Submission> runs,
        Aggregates aggregates,
        string by,
        IEnumerable<string> remarks
    )
    {
        ScaleTable table = new(Sorted(runs), run => aggregates.Of(by, run.Accuracies));
        ScaleTransfer[] transfers = [.. Transfers(table)];
        string? largest = table.Scales.LastOrDefault(scale => table.Ranking(scale).Count > 1);
        (string Run, double[] Values)[] scores =
        [
            .. runs.Select(run =>
                (run.Run, ColumnsOf(aggregates).Select(name => aggregates.Of(name, run.Accuracies)).ToArray())
            ),
        ];
        int undefined = runs.Count(run => double.IsNaN(aggregates.Of(by, run.Accuracies)));
        return new()
        {
            Title = "Data sets by what they teach",
            Answer = AnswerOf(table, transfers, largest, by),
            Facts =
            [
                new(
                    "Runs",
                    Text($"{runs.Count}"),
                    Text($"{runs.Count(run => run.Scale.Length > 0)} with a known scale")
                ),
                new(
                    "Tasks",
                    Text($"{aggregates.Tasks.Count}"),
                    Text($"{aggregates.Tasks.Count(task => task.IsCore)} of them core")
                ),
                new("Scales", Text($"{table.Scales.Count}")),
                .. largest is null
                    ? (Fact[])[]
                    :
                    [
                        new(
                            "Best at the last scale",
                            table.Ranking(largest)[0].Dataset,
                            Text($"{by} {table.Ranking(largest)[0].Mean:0.0000}, {largest}")
                        ),
                    ],
            ],
            Panels =
            [
                .. TransferPanels(transfers, by),
                .. table
                    .Scales.Where(scale => table.Ranking(scale).Count > 1)
                    .Reverse()
                    .Take(MaxTables)
                    .Select(scale => RankTable(table, scale, by)),
                new TablePanel
                {
                    Title = "Runs",
                    Note =
                        "Aggregates are means of accuracy above chance; where a task is missing they are not defined.",
                    Columns =
                    [
                        TableColumn.Of("run", runs.Select(run => run.Run)),
                        TableColumn.Of("data set", runs.Select(run => run.Dataset)),
                        TableColumn.Of("scale", runs.Select(run => run.Scale)),
                        .. ColumnsOf(aggregates)
                            .Select((name, i) => TableColumn.Of(name, scores.Select(run => run.Values[i]), 4)),
                    ],
                    Shown = 20,
                },
            ],
            Notes =
            [
                .. remarks,
                .. undefined > 0
                    ? [Text($"{undefined} of {runs.Count} runs lack a task of '{by}' and are ranked nowhere.")]
                    : (string[])[],
                .. runs.Any(run => run.Scale.Length == 0)
                    ?
                    [
                        Text(
                            $"{runs.Count(run => run.Scale.Length == 0)} runs say neither scale nor learning rate: they stand among the runs, and in no ranking."
                        ),
                    ]
                    : (string[])[],
                .. table.Scales.All(scale =>
                    table.Ranking(scale).All(cell => table.Runs(scale, cell.Dataset).Count < 2)
                )
                    ?
                    [
                        "No data set was trained on twice at one scale, so nothing is known of what a seed changes: do not read small differences.",
                    ]
                    : (string[])[],
            ],
            Files = [Leaderboard(table, by), Markdown(table, by)],
        };
    }

    private static string[] ColumnsOf(Aggregates aggregates) =>
        [Aggregates.Core, Aggregates.Extended, .. aggregates.Categories];

    // Scales of DCLM's names by their size; others as they come.
    private static IEnumerable<Submission> Sorted(IReadOnlyList<Submission> runs) =>
        runs.OrderBy(run => DclmRun.Parse(run.Run) is { } parsed && parsed.Scale == run.Scale ? Size(parsed) : 0);

    private static double Size(DclmRun run) =>
        (
            run.Model switch
            {
                "400M" => 0.4,
                "1B" => 1,
                _ => 7,
            }
        ) * 1e6
        + run.Multiplier * 1e3
        - run.LearningRate;

    private static IEnumerable<ScaleTransfer> Transfers(ScaleTable table)
    {
        for (int i = 0; i < table.Scales.Count; i++)
        for (int j = i + 1; j < table.Scales.Count; j++)
            if (
                table.Transfer(table.Scales[i], table.Scales[j]) is { } transfer
                && transfer.Datasets.Count >= ScaleTransfer.Fewest
                && transfer.Varies
            )
                yield return transfer;
    }

    private static string AnswerOf(ScaleTable table, ScaleTransfer[] transfers, string? largest, string by)
    {
        if (largest is null)
            return "No two data sets were trained on at one scale, so there is nothing to compare.";
        IReadOnlyList<(string Dataset, double Mean)> ranking = table.Ranking(largest);
        string answer = Text($"At {largest} '{ranking[0].Dataset}' is the best of {ranking.Count} data sets by {by}.");
        if (transfers.Length == 0)
            return answer
                + " No two scales share four data sets, so whether a small scale would have told is not known.";
        ScaleTransfer most = transfers.MaxBy(transfer => transfer.Datasets.Count)!;
        string verdict =
            most.Pearson.Low > 0.5 ? "predicts"
            : most.Pearson.Low > 0 ? "says something of"
            : "does not reliably predict";
        return answer
            + Text(
                $" {most.Small} {verdict} {most.Large}: r {most.Pearson.Mean:0.00} [{most.Pearson.Low:0.00}, {most.Pearson.High:0.00}] over {most.Datasets.Count} data sets."
            );
    }

    private static IEnumerable<Panel> TransferPanels(ScaleTransfer[] transfers, string by)
    {
        if (transfers.Length == 0)
            yield break;
        ScaleTransfer[] shown = [.. transfers.OrderByDescending(transfer => transfer.Datasets.Count)];
        yield return new IntervalPanel
        {
            Title = "What a small scale says of a large one",
            Note =
                "Pearson's correlation of the data sets' scores at two scales with its 95 % interval; an interval over 0 says nothing.",
            Axis = new("correlation", Better: Better.More),
            Lines =
            [
                .. shown.Select(transfer => new IntervalLine(
                    $"{transfer.Small} and {transfer.Large}",
                    transfer.Pearson
                )),
            ],
            IsDifference = true,
        };
        foreach (ScaleTransfer transfer in shown.Take(MaxPlanes))
            yield return new PointsPanel
            {
                Title = $"{transfer.Small} and {transfer.Large}",
                X = new($"{by} at {transfer.Small}", Better: Better.More),
                Y = new($"{by} at {transfer.Large}", Better: Better.More),
                Staircase = false,
                Points =
                [
                    .. transfer.Datasets.Select(
                        (dataset, i) =>
                            new PlotPoint(
                                dataset,
                                MeanInterval.Exact(transfer.SmallScores[i]),
                                MeanInterval.Exact(transfer.LargeScores[i]),
                                Studies.Standing.NonDominated
                            )
                            {
                                IsChosen = i == 0,
                            }
                    ),
                ],
            };
        yield return new TablePanel
        {
            Title = "Correlations between scales",
            Columns =
            [
                TableColumn.Of("scale", shown.Select(transfer => transfer.Small)),
                TableColumn.Of("and", shown.Select(transfer => transfer.Large)),
                TableColumn.Of("data sets", shown.Select(transfer => (double)transfer.Datasets.Count), 0),
                TableColumn.Of("Pearson", shown.Select(transfer => transfer.Pearson.Mean), 3),
                TableColumn.Of("low", shown.Select(transfer => transfer.Pearson.Low), 3),
                TableColumn.Of("high", shown.Select(transfer => transfer.Pearson.High), 3),
                TableColumn.Of("Spearman", shown.Select(transfer => transfer.Spearman.Mean), 3),
                TableColumn.Of("low ", shown.Select(transfer => transfer.Spearman.Low), 3),
                TableColumn.Of("high ", shown.Select(transfer => transfer.Spearman.High), 3),
            ],
        };
    }

    private static TablePanel RankTable(ScaleTable table, string scale, string by)
    {
        IReadOnlyList<(string Dataset, double Mean)> ranking = table.Ranking(scale);
        return new()
        {
            Title = $"Ranking at {scale}",
            Columns =
            [
                TableColumn.Of("rank", ranking.Select((_, i) => i + 1.0), 0),
                TableColumn.Of("data set", ranking.Select(cell => cell.Dataset)),
                TableColumn.Of(by, ranking.Select(cell => cell.Mean), 4),
                TableColumn.Of("±", ranking.Select(cell => Half(table.Runs(scale, cell.Dataset))), 4),
                TableColumn.Of("runs", ranking.Select(cell => (double)table.Runs(scale, cell.Dataset).Count), 0),
            ],
            Chosen = 0,
            Shown = 15,
        };
    }

    private static double Half(IReadOnlyList<double> runs) =>
        runs.Count < 2 ? double.NaN
        : MeanInterval.Of([.. runs], Confidence) is var interval ? interval.High - interval.Mean
        : 0;

    private static StudyFile Leaderboard(ScaleTable table, string by) =>
        new(
            "leaderboard.json",
            JsonSerializer.Serialize(
                table.Scales.Select(scale => new
                {
                    scale,
                    by,
                    ranking = table
                        .Ranking(scale)
                        .Select(
                            (cell, i) =>
                                new
                                {
                                    rank = i + 1,
                                    dataset = cell.Dataset,
                                    score = cell.Mean,
                                    runs = table.Runs(scale, cell.Dataset),
                                }
                        ),
                }),
                Indented
            ) + "\n"
        );

    private static StudyFile Markdown(ScaleTable table, string by)
    {
        StringBuilder text = new();
        foreach (string scale in table.Scales)
        {
            text.Append(
                CultureInfo.InvariantCulture,
                $"## {scale}\n\n| rank | data set | {by} | runs |\n| ---: | --- | ---: | ---: |\n"
            );
            foreach ((int i, (string dataset, double mean)) in table.Ranking(scale).Index())
                text.Append(
                    CultureInfo.InvariantCulture,
                    $"| {i + 1} | {dataset.Replace("|", "\\|")} | {mean:0.0000} | {table.Runs(scale, dataset).Count} |\n"
                );
            text.Append('\n');
        }
        return new("leaderboard.md", text.ToString());
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
