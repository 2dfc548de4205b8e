using Assay.Data;

namespace Assay.Select;

/// <summary>What becomes of each distinct row of a view: it stays unless it is dropped for a reason.</summary>
/// <param name="view">The view; rows are named by their place among its distinct rows.</param>
/// <param name="reasons">The reasons that rows can be dropped for, at most 255.</param>
internal sealed class Verdicts(View view, params IReadOnlyList<string> reasons)
{
    private readonly byte[] _verdicts = new byte[view.DistinctRows.Length]; // 0, or 1 + index of the reason

    /// <summary>Drops a row; different rows may be dropped by different threads.</summary>
    public void Drop(int position, int reason = 0) => _verdicts[position] = (byte)(1 + reason);

    /// <summary>Drops all rows, for selectors that then say which stay.</summary>
    public void DropAll(int reason = 0) => Array.Fill(_verdicts, (byte)(1 + reason));

    /// <summary>Keeps a row after all.</summary>
    public void Keep(int position) => _verdicts[position] = 0;

    /// <summary>The outcome, rows in the view's order with their repeats and weights.</summary>
    /// <param name="setAside">Name under which the dropped rows become a dataset of their own, or null.</param>
    public Selected ToSelected(string? setAside = null)
    {
        ReadOnlySpan<int> distinct = view.DistinctRows;
        int[] used = [.. Enumerable.Range(0, reasons.Count).Where(reason => _verdicts.Contains((byte)(1 + reason)))];
        int dropped = _verdicts.Length - _verdicts.AsSpan().Count((byte)0);
        int[] rows = new int[dropped];
        ushort[] reasonOf = new ushort[dropped];
        for (int position = 0, at = 0; position < _verdicts.Length; position++)
            if (_verdicts[position] > 0)
            {
                rows[at] = distinct[position];
                reasonOf[at++] = (ushort)Array.IndexOf(used, _verdicts[position] - 1);
            }
        return new(
            view.Selection.Where(row => _verdicts[Position(row)] == 0),
            new([.. used.Select(reason => reasons[reason])], rows, reasonOf),
            view.Edits,
            setAside is null
                ? null
                : new Dictionary<string, Selection>
                {
                    [setAside] = view.Selection.Where(row => _verdicts[Position(row)] > 0),
                }
        );
    }

    private int Position(int row) =>
        _verdicts.Length == view.Dataset.RowCount ? row : view.DistinctRows.BinarySearch(row);
}
