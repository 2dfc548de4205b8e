using Assay.Data;

namespace Assay.Select;

/// <summary>
/// Rows from first to last choice, and how many of the first an amount pays for. A larger amount pays for the same rows and
/// more.
/// </summary>
internal sealed class Ranking
{
    private readonly int[] _order;
    private readonly int[]? _bytes;
    private readonly long _total;

    /// <summary>Ranks by key, the smallest first; equal keys in the order of the rows.</summary>
    /// <param name="keys">One key per ranked row; sorted in place.</param>
    /// <param name="positions">The ranked rows as places among the view's distinct rows, ascending; sorted along.</param>
    /// <param name="bytes">Bytes of every distinct row if amounts are bytes, or null if they are rows.</param>
    /// <param name="total">The whole that shares are of, in rows or bytes.</param>
    public Ranking(ulong[] keys, int[] positions, int[]? bytes, long total)
    {
        Array.Sort(keys, positions);
        for (int start = 0, end; start < keys.Length; start = end)
        {
            end = start + 1;
            while (end < keys.Length && keys[end] == keys[start])
                end++;
            if (end - start > 1)
                Array.Sort(positions, start, end - start);
        }
        (_order, _bytes, _total) = (positions, bytes, total);
    }

    /// <summary>Places among the view's distinct rows, first choice first.</summary>
    public ReadOnlySpan<int> Order => _order;

    /// <summary>How many of the first rows the amount pays for: bytes are never overspent, and no row is skipped.</summary>
    public int Prefix(Amount amount)
    {
        long budget = amount.Of(_total);
        if (amount.Value == 0)
            return 0; // not even rows of no bytes, so that bands that start at 0% start with the first row
        if (_bytes is null)
            return (int)Math.Min(budget, _order.Length);
        int count = 0;
        while (count < _order.Length && (budget -= _bytes[_order[count]]) >= 0)
            count++;
        return count;
    }
}
