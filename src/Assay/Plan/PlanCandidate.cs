using Assay.Judge;
using Assay.Studies;

namespace Assay.Plan;

/// <summary>A candidate as the frontier sees it.</summary>
/// <param name="Name">Its name, unique among the candidates.</param>
/// <param name="Measurements">What was measured for it; its rows and bytes are measurements too.</param>
public sealed record PlanCandidate(string Name, IReadOnlyList<Measurement> Measurements)
{
    private const double Confidence = 0.95;

    /// <summary>The candidates of a table: rows of one name are its seeds. One row alone is taken for exact.</summary>
    /// <param name="table">The table.</param>
    /// <param name="name">The column of names.</param>
    /// <param name="metrics">The columns that were measured.</param>
    /// <exception cref="Data.AssayException">A column is missing, a name is empty, or a value is not a finite number.</exception>
    public static IReadOnlyList<PlanCandidate> Of(StudyTable table, string name, IReadOnlyList<string> metrics)
    {
        string[] names = table.Words(name);
        double[][] values = [.. metrics.Select(table.Numbers)];
        if (Array.IndexOf(names, "") is >= 0 and int nameless)
            throw table.Wrong(nameless, name, "the candidate has no name", "Give every row the name of its candidate.");
        return
        [
            .. names
                .Index()
                .GroupBy(row => row.Item, row => row.Index)
                .Select(rows => new PlanCandidate(
                    rows.Key,
                    [.. metrics.Select((metric, i) => Measure(metric, [.. rows.Select(row => values[i][row])]))]
                )),
        ];
    }

    private static Measurement Measure(string metric, double[] values) =>
        values.Length > 1
            ? Measurement.Of(metric, "", values, Confidence)
            : new(metric, "", values, new(values[0], values[0], values[0], 1));
}
