using System.Text;
using Assay.Numerics;

namespace Assay.Describe;

/// <summary>The distribution of a stream of numbers in bounded memory.</summary>
internal sealed class NumberSketch
{
    private readonly Moments _moments;
    private readonly KllSketch _quantiles;
    private long _zeros,
        _negatives,
        _whole;

    public NumberSketch(double rankError, ulong seed)
        : this(new(), KllSketch.ForRankError(rankError, seed)) { }

    private NumberSketch(Moments moments, KllSketch quantiles)
    {
        _moments = moments;
        _quantiles = quantiles;
    }

    public void Add(double value)
    {
        _moments.Add(value);
        _quantiles.Add(value);
        if (value == 0)
            _zeros++;
        else if (value < 0)
            _negatives++;
        if (Histogram.IsWhole(value))
            _whole++;
    }

    public void Merge(NumberSketch other)
    {
        _moments.Merge(other._moments);
        _quantiles.Merge(other._quantiles);
        _zeros += other._zeros;
        _negatives += other._negatives;
        _whole += other._whole;
    }

    /// <summary>True if all numbers are whole.</summary>
    public bool IsWhole => _whole == _moments.Count;

    /// <summary>The distribution.</summary>
    public Distribution Distribution()
    {
        Histogram histogram = _quantiles.Histogram(IsWhole);
        return new()
        {
            Count = _moments.Count,
            Min = _quantiles.Min,
            Max = _quantiles.Max,
            Mean = Math.Clamp(_moments.Mean, _quantiles.Min, _quantiles.Max),
            Median = _quantiles.Median(),
            StandardDeviation = _moments.StandardDeviation,
            Zeros = _zeros,
            Negatives = _negatives,
            Quantiles = _quantiles.Quantiles(Quantiles.Reported),
            RankError = _quantiles.RankError,
            Edges = histogram.Edges,
            Counts = histogram.Counts,
        };
    }

    /// <summary>The distribution without what is of few numbers; null if nothing is left.</summary>
    /// <param name="fewest">Counts of fewer numbers than this are left out, and so are the ends beyond which so few lie.</param>
    public Distribution? Distribution(long fewest) =>
        fewest <= 1 ? Distribution()
        : _moments.Count < 2 * fewest ? null
        : Coarsened(Distribution(), fewest);

    // Bottom and top coding: the ends become values that enough numbers lie beyond, and bins are joined until each holds enough.
    private Distribution Coarsened(Distribution all, long fewest)
    {
        double share = Math.Min(0.5, (double)fewest / all.Count + all.RankError);
        double[] ends = _quantiles.Quantiles([share, 1 - share]);
        double Within(double value) => Math.Clamp(value, ends[0], ends[1]);
        List<double> edges = [ends[0]];
        List<long> counts = [];
        long count = 0;
        for (int bin = 0; bin < all.Counts.Count; bin++)
        {
            count += all.Counts[bin];
            double edge = Within(all.Edges[bin + 1]);
            if (count < fewest || edge <= edges[^1])
                continue;
            edges.Add(edge);
            counts.Add(count);
            count = 0;
        }
        if (counts.Count == 0)
            (edges, counts) = ([ends[0], Math.Max(ends[1], Math.BitIncrement(ends[0]))], [all.Count]);
        else
        {
            edges[^1] = Math.Max(edges[^1], ends[1]);
            counts[^1] += count;
        }
        return all with
        {
            Min = ends[0],
            Max = ends[1],
            Mean = Within(all.Mean),
            Median = Within(all.Median),
            Zeros = all.Zeros >= fewest ? all.Zeros : 0,
            Negatives = all.Negatives >= fewest ? all.Negatives : 0,
            Quantiles = [.. all.Quantiles.Select(Within)],
            Edges = edges,
            Counts = counts,
        };
    }

    public void Write(Stream stream)
    {
        _moments.Write(stream);
        _quantiles.Write(stream);
        using BinaryWriter writer = new(stream, Encoding.UTF8, leaveOpen: true);
        writer.Write(_zeros);
        writer.Write(_negatives);
        writer.Write(_whole);
    }

    public static NumberSketch Read(Stream stream)
    {
        NumberSketch sketch = new(Moments.Read(stream), KllSketch.Read(stream));
        using BinaryReader reader = new(stream, Encoding.UTF8, leaveOpen: true);
        sketch._zeros = reader.ReadInt64();
        sketch._negatives = reader.ReadInt64();
        sketch._whole = reader.ReadInt64();
        return sketch;
    }
}
