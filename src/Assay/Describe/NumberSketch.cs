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

    public Distribution Distribution()
    {
        Histogram histogram = _quantiles.Histogram(_whole == _moments.Count);
        return new()
        {
            Count = _moments.Count,
            Min = _quantiles.Min,
            Max = _quantiles.Max,
            Mean = Math.Clamp(_moments.Mean, _quantiles.Min, _quantiles.Max),
            StandardDeviation = _moments.StandardDeviation,
            Zeros = _zeros,
            Negatives = _negatives,
            Quantiles = _quantiles.Quantiles(Quantiles.Reported),
            RankError = _quantiles.RankError,
            Edges = histogram.Edges,
            Counts = histogram.Counts,
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
