using System.IO.Hashing;
using Assay.Data;

namespace Assay.Features;

/// <summary>How far rows are from each other: the mean of 1 - cosine over all pairs of rows, each a bag of its words.</summary>
/// <remarks>
/// A word that occurs k times counts sqrt(k); rows have length 1. All pairs are there in one pass: the squared length of the sum of n
/// rows is n plus twice the sum of their cosines. Words fall into 2^18 signed columns by hash, so unrelated words that share one add
/// noise of mean 0. Rows without a word are left out.
/// </remarks>
internal sealed class RowSpread
{
    private const int Columns = 1 << 18;
    private readonly double[] _sum = new double[Columns];
    private readonly Dictionary<ulong, int> _counts = [];
    private long _rows;

    /// <summary>From 0 (all rows say the same) to 1 (no two share a word); 0 of fewer than two rows.</summary>
    public double MeanDistance
    {
        get
        {
            if (_rows < 2)
                return 0;
            double squares = 0;
            foreach (double value in _sum)
                squares += value * value;
            double cosine = (squares - _rows) / ((double)_rows * (_rows - 1));
            return Math.Clamp(1 - cosine, 0, 1);
        }
    }

    public void Add(ReadOnlySpan<byte> text)
    {
        _counts.Clear();
        int total = 0;
        foreach (Range word in Words.Of(text))
        {
            ulong hash = XxHash3.HashToUInt64(text[word]);
            _counts[hash] = _counts.GetValueOrDefault(hash) + 1;
            total++;
        }
        if (total == 0)
            return;
        _rows++;
        // The squares of sqrt(k) add up to the number of words.
        double scale = 1 / Math.Sqrt(total);
        foreach ((ulong hash, int count) in _counts)
            _sum[hash & (Columns - 1)] += (hash >> 63 == 0 ? scale : -scale) * Math.Sqrt(count);
    }
}
