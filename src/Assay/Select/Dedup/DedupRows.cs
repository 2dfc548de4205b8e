using Assay.Data;

namespace Assay.Select;

/// <summary>
/// The rows that deduplication looks at, as one range of numbers ("nodes"): the rows of the dataset in view by their
/// ordinals, then the rows of the datasets that they are compared against.
/// </summary>
internal sealed class DedupRows
{
    private readonly List<(string Name, View View, int First)> _against = [];

    public DedupRows(View view, IReadOnlyList<string> against, Work work)
    {
        Add(view, 0);
        long end = OwnCount = view.Dataset.RowCount;
        foreach (string name in against)
        {
            View other = work.Dataset(name);
            if (other.Dataset.Fingerprint == view.Dataset.Fingerprint && Overlap(other.DistinctRows, view.DistinctRows))
                throw new AssayException(
                    $"'{name}' shares rows with the dataset that is deduplicated against it, so all of these would be dropped",
                    hint: "Compare against another dataset, or part the two first (select/holdout)."
                );
            if (end + other.Dataset.RowCount > Array.MaxLength)
                throw new AssayException(
                    $"'{name}' and the datasets before it have more than {Array.MaxLength:N0} rows together",
                    hint: "Deduplicate against fewer datasets at a time."
                );
            _against.Add((name, other, (int)end));
            Add(other, (int)end);
            end += other.Dataset.RowCount;
        }
        Count = (int)end;
    }

    /// <summary>Rows of the dataset in view; nodes from here on belong to other datasets.</summary>
    public int OwnCount { get; }

    /// <summary>Nodes in all.</summary>
    public int Count { get; }

    /// <summary>The tables of all datasets, by ascending nodes.</summary>
    public List<Part> Parts { get; } = [];

    /// <summary>The datasets compared against, each with the node of its first row.</summary>
    public IReadOnlyList<(string Name, View View, int First)> Against => _against;

    /// <summary>Index of the part that holds a node.</summary>
    public int PartOf(int node)
    {
        int low = 0,
            high = Parts.Count - 1;
        while (low < high)
        {
            int middle = (low + high + 1) / 2;
            if (Parts[middle].First <= node)
                low = middle;
            else
                high = middle - 1;
        }
        return low;
    }

    private void Add(View view, int first)
    {
        for (int i = 0; i < view.TableCount; i++)
            Parts.Add(new(view, i, first + view.Dataset.Tables[i].FirstRow, view.Dataset.Tables[i].RowCount));
    }

    private static bool Overlap(ReadOnlySpan<int> a, ReadOnlySpan<int> b)
    {
        int i = 0,
            j = 0;
        while (i < a.Length && j < b.Length)
            if (a[i] == b[j])
                return true;
            else if (a[i] < b[j])
                i++;
            else
                j++;
        return false;
    }

    /// <summary>One table: its place in its view, its first node, and its rows, selected or not.</summary>
    internal sealed record Part(View View, int Table, int First, int Count)
    {
        /// <summary>Selected rows.</summary>
        public int Selected => View.RowsOf(Table).Length;

        /// <summary>What to add to a row's ordinal to get its node.</summary>
        public int Shift => First - View.Dataset.Tables[Table].FirstRow;
    }
}
