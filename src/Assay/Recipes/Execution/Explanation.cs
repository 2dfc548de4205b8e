using System.Text;
using System.Text.Json;
using Assay.Data;
using Assay.Select;

namespace Assay.Recipes.Execution;

/// <summary>Where a row came from and what became of it in the newest finished run: <c>assay explain</c>.</summary>
/// <param name="Id">The row.</param>
/// <param name="Source">Its source file, relative to the folder that was searched.</param>
/// <param name="Place">Where in the source: its line, or its ordinal in an XML file.</param>
/// <param name="Text">The beginning of its text as it was read.</param>
/// <param name="Events">What happened to it, step by step.</param>
public sealed record Explanation(string Id, string Source, string Place, string Text, IReadOnlyList<RowEvent> Events)
{
    /// <summary>Looks a row up.</summary>
    /// <param name="store">The store.</param>
    /// <param name="id">The row's id.</param>
    /// <exception cref="AssayException">No finished run, or no such row in it.</exception>
    public static Explanation Of(Store store, RowId id)
    {
        StoredRun run =
            store.Runs().Find(run => run.Status == "done")
            ?? throw new AssayException("no run has finished in this store", new(store.Folder), "Run a recipe first.");
        List<(string Candidate, string Step)> lineage = store.Lineage(run.Id);
        (int first, StepOutputs read, int row, string source, long offset, string text) = Find(store, lineage, id);
        List<RowEvent> events = [];
        HashSet<string> gone = [];
        if (first > 0 && store.FindStep(lineage[first].Step) is { } making)
            events.Add(
                new(lineage[first].Candidate, making.Method, "made from row " + ParentOf(store, read, row), false)
            );
        foreach ((string candidate, string key) in lineage.Skip(first + 1))
        {
            if (gone.Contains("") || gone.Contains(candidate) || store.FindStep(key) is not { } step)
                continue;
            StepOutputs outputs = StepOutputs.FromJson(step.Outputs);
            if (outputs.Tables is not null)
                break; // rows that were made: what follows is about them
            foreach ((string name, string hash) in outputs.Signals)
                events.Add(
                    new(
                        candidate,
                        step.Method,
                        $"{name} = {StoredForms.ReadSignal(name, store.Objects.Get(hash)).Values[row]:G6}",
                        false
                    )
                );
            if (outputs.Drops is null)
                continue;
            Drops drops = StoredForms.ReadDrops(store.Objects.Get(outputs.Drops));
            int at = Array.BinarySearch(drops.Rows, row);
            if (at < 0)
            {
                events.Add(new(candidate, step.Method, "kept", false));
                continue;
            }
            string what = "dropped: " + drops.Reasons[drops.ReasonOf[at]];
            if (drops.LostTo is { } lostTo && lostTo[at] >= 0)
                what += ", for row " + IdOf(store, read, lostTo[at]);
            events.Add(new(candidate, step.Method, what, true));
            // A tier's gate stands before those of all higher ones.
            gone.Add(candidate.StartsWith(TierBuilder.Label, StringComparison.Ordinal) ? "" : candidate);
        }
        string place =
            first > 0
                ? $"row {row + 1:N0} of those made"
                : SourcePlaces.Of(DatasetLoader.FindingsOf(store, read).Files, [(source, offset)])[0];
        return new(id.ToString(), source, place, text, events);
    }

    private static StepOutputs Outputs(Store store, string key) =>
        store.FindStep(key) is { } step
            ? StepOutputs.FromJson(step.Outputs)
            : throw new AssayException(
                "the run's steps are no longer in the store",
                new(store.Folder),
                "Run the recipe again."
            );

    // The dataset of the run that has the row: the one that was read, or one that a tier made.
    private static (int, StepOutputs, int, string, long, string) Find(
        Store store,
        List<(string Candidate, string Step)> lineage,
        RowId id
    )
    {
        for (int at = 0; at < lineage.Count; at++)
        {
            if (at > 0 && store.FindStep(lineage[at].Step) is null)
                continue;
            StepOutputs outputs = Outputs(store, lineage[at].Step);
            int first = 0;
            foreach (string hash in outputs.Tables ?? [])
            {
                using Table table = Table.Read(store.Objects.PathOf(hash));
                int local = table.Ids.IndexOf(id);
                if (local >= 0)
                {
                    Column? column = table.Columns.FirstOrDefault(column => column.Type == ColumnType.Text);
                    string text = column is null ? "" : Encoding.UTF8.GetString(column.Utf8(local));
                    return (at, outputs, first + local, table.SourceOf(local), table.Offsets[local], text);
                }
                first += table.RowCount;
            }
        }
        throw new AssayException(
            $"the newest finished run has no row {id}",
            new(store.Folder),
            "Row ids stand in the report, and in exported rows as assay_id."
        );
    }

    private static string ParentOf(Store store, StepOutputs made, int row)
    {
        foreach (string hash in made.Tables!)
        {
            using Table table = Table.Read(store.Objects.PathOf(hash));
            if (row < table.RowCount)
                return table.Find(TierBuilder.Parents) is { } parents && !parents.IsNull(row)
                    ? Encoding.UTF8.GetString(parents.Utf8(row))
                    : "?";
            row -= table.RowCount;
        }
        return "?";
    }

    private static string IdOf(Store store, StepOutputs read, int row)
    {
        foreach (string hash in read.Tables!)
        {
            using Table table = Table.Read(store.Objects.PathOf(hash));
            if (row < table.RowCount)
                return table.Ids[row].ToString();
            row -= table.RowCount;
        }
        return "?";
    }
}

/// <summary>What one step did with a row.</summary>
/// <param name="Candidate">The candidate; empty for shared steps.</param>
/// <param name="Method">The step's method.</param>
/// <param name="What">What happened, in a few words.</param>
/// <param name="Dropped">True if the row went no further.</param>
public sealed record RowEvent(string Candidate, string Method, string What, bool Dropped);
