using Assay.Data;

namespace Assay.Select;

/// <summary>What rows are ranked by: a signal, or the length of their texts.</summary>
internal static class RankedValues
{
    /// <summary>One value per distinct row; the rows' bytes too where they are wanted.</summary>
    /// <param name="view">The rows.</param>
    /// <param name="work">Threads and progress of reading texts.</param>
    /// <param name="by">A signal; or <c>bytes</c> or <c>words</c>, the length of the text, if no signal is called that.</param>
    /// <param name="bytes">Gets the bytes of every distinct row's text, or null.</param>
    /// <exception cref="AssayException">No earlier step computes the signal.</exception>
    public static double[] Of(View view, Work work, string by, int[]? bytes = null)
    {
        double[] values = new double[view.DistinctRows.Length];
        bool known = view.Signals.ContainsKey(by);
        bool byBytes = !known && by == "bytes",
            byWords = !known && by == "words";
        if (!byBytes && !byWords)
        {
            double[] signal = view.Signal(by).Values;
            for (int position = 0; position < values.Length; position++)
                values[position] = signal[view.DistinctRows[position]];
            if (bytes is null)
                return values;
        }
        Scan.Tables(
            view,
            work,
            "lengths",
            (batch, start) =>
            {
                foreach (int row in batch.Rows)
                {
                    ReadOnlySpan<byte> text = batch.Text(row);
                    if (bytes is not null)
                        bytes[start] = text.Length;
                    if (byBytes)
                        values[start] = text.Length;
                    else if (byWords)
                        values[start] = Words.Count(text);
                    start++;
                }
            }
        );
        return values;
    }

    /// <summary>Bits that sort as the number does, or the other way round. Equal numbers have equal bits.</summary>
    public static ulong Key(double value, bool ascending)
    {
        ulong bits = BitConverter.DoubleToUInt64Bits(value + 0.0); // -0 becomes 0
        ulong key = (bits >> 63) == 0 ? bits | (1UL << 63) : ~bits;
        return ascending ? key : ~key;
    }
}
