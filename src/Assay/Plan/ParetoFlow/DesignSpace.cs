using Assay.Numerics;

namespace Assay.Plan;

/// <summary>A column of a design.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Low">Its lower bound; 0 for categories.</param>
/// <param name="High">Its upper bound; the last category for categories.</param>
/// <param name="Categories">The words that its numbers stand for, from 0, or null for a quantity.</param>
public sealed record DesignColumn(string Name, double Low, double High, IReadOnlyList<string>? Categories = null);

/// <summary>Designs as people write them, and as networks see them: standardised, categories as logits.</summary>
/// <remarks>
/// A category of c is log(0.6 one-hot + 0.4 / c) minus its first entry, which is then left out, so c - 1 numbers; it is read back as the
/// largest entry after a 0 in front.
/// </remarks>
public sealed class DesignSpace
{
    private const double Hot = 0.6,
        Smooth = 0.4;
    private readonly double[] _means;
    private readonly double[] _scales;

    /// <summary>The space of a table of designs.</summary>
    /// <param name="columns">Its columns.</param>
    /// <param name="designs">The designs, row-major, categories by number; their means and deviations standardise.</param>
    public DesignSpace(IReadOnlyList<DesignColumn> columns, ReadOnlySpan<double> designs)
    {
        Columns = columns;
        Width = columns.Sum(WidthOf);
        int rows = designs.Length / columns.Count;
        _means = new double[Width];
        _scales = [.. Enumerable.Repeat(1.0, Width)];
        double[] raw = new double[rows * Width];
        for (int i = 0; i < rows; i++)
            Raw(designs.Slice(i * columns.Count, columns.Count), raw.AsSpan(i * Width, Width));
        for (int j = 0; j < Width; j++)
        {
            Moments moments = new();
            for (int i = 0; i < rows; i++)
                moments.Add(raw[i * Width + j]);
            _means[j] = moments.Mean;
            _scales[j] = moments.StandardDeviation is > 0 and double deviation ? deviation : 1;
        }
        Box = MakeBox();
    }

    /// <summary>The columns.</summary>
    public IReadOnlyList<DesignColumn> Columns { get; }

    /// <summary>Numbers of a design as networks see it.</summary>
    public int Width { get; }

    /// <summary>The bounds of what networks see.</summary>
    public DesignBox Box { get; }

    /// <summary>As networks see them.</summary>
    /// <param name="designs">Row-major, categories by number.</param>
    public float[] Encode(ReadOnlySpan<double> designs)
    {
        int rows = designs.Length / Columns.Count;
        float[] encoded = new float[rows * Width];
        double[] raw = new double[Width];
        for (int i = 0; i < rows; i++)
        {
            Raw(designs.Slice(i * Columns.Count, Columns.Count), raw);
            for (int j = 0; j < Width; j++)
                encoded[i * Width + j] = (float)((raw[j] - _means[j]) / _scales[j]);
        }
        return encoded;
    }

    /// <summary>As people write them: quantities in their units, categories by number.</summary>
    /// <param name="encoded">Row-major.</param>
    /// <param name="clip">Whether quantities are brought into their bounds, rounding included.</param>
    public double[] Decode(ReadOnlySpan<float> encoded, bool clip = true)
    {
        int rows = Width == 0 ? 0 : encoded.Length / Width;
        double[] designs = new double[rows * Columns.Count];
        for (int i = 0; i < rows; i++)
        {
            int at = 0;
            for (int column = 0; column < Columns.Count; column++)
            {
                DesignColumn of = Columns[column];
                if (of.Categories is null)
                {
                    double value = Value(encoded, i, at);
                    designs[i * Columns.Count + column] = clip ? Math.Clamp(value, of.Low, of.High) : value;
                }
                else
                {
                    int best = 0;
                    double highest = 0;
                    for (int k = 1; k < of.Categories.Count; k++)
                        if (Value(encoded, i, at + k - 1) is double logit && logit > highest)
                            (best, highest) = (k, logit);
                    designs[i * Columns.Count + column] = best;
                }
                at += WidthOf(of);
            }
        }
        return designs;
    }

    /// <summary>The logits of a category of c, without the first: what <see cref="Encode"/> standardises.</summary>
    public static double[] Logits(int category, int count)
    {
        double off = Math.Log(Smooth / count),
            on = Math.Log(Hot + Smooth / count),
            first = category == 0 ? on : off;
        double[] logits = new double[count - 1];
        for (int k = 1; k < count; k++)
            logits[k - 1] = (k == category ? on : off) - first;
        return logits;
    }

    private double Value(ReadOnlySpan<float> encoded, int row, int at) =>
        encoded[row * Width + at] * _scales[at] + _means[at];

    private static int WidthOf(DesignColumn column) => column.Categories is { } categories ? categories.Count - 1 : 1;

    private void Raw(ReadOnlySpan<double> design, Span<double> raw)
    {
        int at = 0;
        for (int column = 0; column < Columns.Count; column++)
            if (Columns[column].Categories is { } categories)
            {
                Logits((int)design[column], categories.Count).CopyTo(raw[at..]);
                at += categories.Count - 1;
            }
            else
                raw[at++] = design[column];
    }

    private DesignBox MakeBox()
    {
        float[] low = new float[Width],
            high = new float[Width];
        int at = 0;
        foreach (DesignColumn column in Columns)
        {
            double least = column.Low,
                most = column.High;
            if (column.Categories is { Count: > 1 } categories)
                (least, most) = (Logits(0, categories.Count)[0], Logits(1, categories.Count)[0]);
            for (int k = 0; k < WidthOf(column); k++, at++)
            {
                low[at] = (float)((least - _means[at]) / _scales[at]);
                high[at] = (float)((most - _means[at]) / _scales[at]);
            }
        }
        return new(low, high);
    }
}
