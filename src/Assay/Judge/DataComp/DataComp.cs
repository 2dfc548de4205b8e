using Assay.Data;
using Assay.Studies;

namespace Assay.Judge;

/// <summary>Ranks data sets by what models that were trained on them score, scale by scale, and asks whether a small scale predicts a large one.</summary>
/// <remarks>
/// Gadre and others, "DataComp: In search of the next generation of multimodal datasets" (2023); Li and others, "DataComp-LM" (2024). Everything
/// about training is fixed within a scale and only the data set changes, so that a difference is one of data.
/// </remarks>
[Method("judge/datacomp", Paper = "datacomp")]
public sealed class DataComp(DataCompOptions options) : IStudy
{
    /// <summary>Ranks the data sets of a table, a row for each trained model.</summary>
    /// <exception cref="AssayException">A column is missing, or a value is no share.</exception>
    public Study Run(View data, Work work)
    {
        StudyTable table = StudyTable.Of(data, work.Cancellation);
        Aggregates aggregates = new(
            ScoreTable.Tasks(StudyTable.Of(work.Dataset(options.Tasks), work.Cancellation), options.Version)
        );
        if (!aggregates.Names.Contains(options.By))
            throw new AssayException(
                $"there is no aggregate '{options.By}' to rank by",
                hint: "There are: " + string.Join(", ", aggregates.Names.Take(12)) + " and the other tasks."
            );
        IReadOnlyList<Submission> runs = ScoreTable.Submissions(table, aggregates.Tasks, options);
        return DataCompStudy.Of(runs, aggregates, options.By, Published(table, runs, aggregates));
    }

    // A table of the published form carries its own aggregates: they are checked, not believed.
    private IEnumerable<string> Published(StudyTable table, IReadOnlyList<Submission> runs, Aggregates aggregates)
    {
        foreach (string name in (string[])[Aggregates.Core, Aggregates.Extended])
        {
            string column = $"{name}_{options.Version}";
            if (!table.Has(column))
                continue;
            double[] published = table.NumbersOrNaN(column);
            int[] given = [.. Enumerable.Range(0, runs.Count).Where(run => !double.IsNaN(published[run]))];
            double largest =
                given.Length == 0
                    ? 0
                    : given.Max(run => Math.Abs(aggregates.Of(name, runs[run].Accuracies) - published[run]));
            yield return FormattableString.Invariant(
                $"{given.Length} values of {column} stand in the table; they are the computed ones to within {largest:0.0e0}."
            );
        }
    }
}
