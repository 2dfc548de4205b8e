namespace Assay.Data;

/// <summary>
/// Rows drawn up to a budget of bytes (see <see cref="RowSizes.Draw"/>), to be read in the order of the dataset, or in that
/// of the selection if it was ordered.
/// </summary>
public sealed class Subsample
{
    private readonly int _cutRow;
    private readonly long _cutBytes;

    internal Subsample(int[] rows, int cutRow, long cutBytes, bool isOrdered)
    {
        Rows = rows;
        IsOrdered = isOrdered;
        _cutRow = cutRow;
        _cutBytes = cutBytes;
    }

    /// <summary>Ordinals of the drawn rows, in their order, ascending within a pass unless <see cref="IsOrdered"/>; a row drawn k times is there k times.</summary>
    public IReadOnlyList<int> Rows { get; }

    /// <summary>True if the order of <see cref="Rows"/> is meant, so that training must not shuffle it.</summary>
    public bool IsOrdered { get; }

    /// <summary>Gives every drawn row's text, the last one drawn cut to the budget at the start of a UTF-8 character.</summary>
    /// <param name="view">The view that was drawn from, or another one of the same dataset with the same edits.</param>
    /// <param name="use">Gets each text; the span ends with the call.</param>
    /// <param name="cancellation">Asks to stop.</param>
    public void ForEach(View view, Action<ReadOnlySpan<byte>> use, CancellationToken cancellation)
    {
        bool isCut = false;
        view.ForEach(
            Rows,
            (batch, row) =>
            {
                ReadOnlySpan<byte> text = batch.Text(row);
                if (row == _cutRow && !isCut)
                {
                    text = Cut(text);
                    isCut = true;
                }
                use(text);
            },
            cancellation
        );
    }

    private ReadOnlySpan<byte> Cut(ReadOnlySpan<byte> text)
    {
        int length = (int)(text.Length - _cutBytes);
        while (length > 0 && length < text.Length && (text[length] & 0xC0) == 0x80)
            length--;
        return text[..length];
    }
}
