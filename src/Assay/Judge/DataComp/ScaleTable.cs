namespace Assay.Judge;

/// <summary>Scores of data sets by scale: the mean over the runs of a data set at a scale, and their spread.</summary>
public sealed class ScaleTable
{
    private readonly Dictionary<(string Scale, string Dataset), double[]> _cells;

    /// <summary>Takes submissions with a scale and a defined score.</summary>
    /// <param name="submissions">The runs.</param>
    /// <param name="score">The score of a run; NaN if it has none.</param>
    public ScaleTable(IEnumerable<Submission> submissions, Func<Submission, double> score)
    {
        (Submission Run, double Score)[] scored =
        [
            .. submissions
                .Where(run => run.Scale.Length > 0)
                .Select(run => (run, score(run)))
                .Where(run => !double.IsNaN(run.Item2)),
        ];
        _cells = scored
            .GroupBy(run => (run.Run.Scale, run.Run.Dataset))
            .ToDictionary(cell => cell.Key, cell => cell.Select(run => run.Score).ToArray());
        Scales = [.. scored.Select(run => run.Run.Scale).Distinct()];
    }

    /// <summary>The scales, in the order in which they first come.</summary>
    public IReadOnlyList<string> Scales { get; }

    /// <summary>Scores of the runs of a data set at a scale; empty if there is none.</summary>
    public IReadOnlyList<double> Runs(string scale, string dataset) => _cells.GetValueOrDefault((scale, dataset), []);

    /// <summary>The data sets of a scale, the best first; equals by name.</summary>
    public IReadOnlyList<(string Dataset, double Mean)> Ranking(string scale) =>
        [
            .. _cells
                .Where(cell => cell.Key.Scale == scale)
                .Select(cell => (cell.Key.Dataset, cell.Value.Average()))
                .OrderByDescending(cell => cell.Item2)
                .ThenBy(cell => cell.Dataset, StringComparer.Ordinal),
        ];

    /// <summary>What one scale says of another.</summary>
    public ScaleTransfer Transfer(string small, string large)
    {
        string[] both =
        [
            .. Ranking(large).Select(cell => cell.Dataset).Where(dataset => Runs(small, dataset).Count > 0),
        ];
        return new(
            small,
            large,
            both,
            [.. both.Select(dataset => Runs(small, dataset).Average())],
            [.. both.Select(dataset => Runs(large, dataset).Average())]
        );
    }
}
