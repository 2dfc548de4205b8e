using System.Numerics.Tensors;
using Assay.Numerics;

namespace Assay.Learning;

/// <summary>A table's gradient of each sample: the rows that the sample used, each once and in order, and their gradients.</summary>
internal sealed class TableRows
{
    private readonly int[] _starts; // of each sample among the rows; one more for the end
    private readonly int[] _rows;
    private readonly float[] _values;
    private readonly int _width;

    private TableRows(int[] starts, int[] rows, float[] values, int width) =>
        (_starts, _rows, _values, _width) = (starts, rows, values, width);

    /// <summary>Rows of all samples together.</summary>
    public int Count => _rows.Length;

    /// <summary>Sums the gradients of equal rows of a sample, in the order in which they were used.</summary>
    /// <param name="used">The row that each place used, sample after sample.</param>
    /// <param name="gradients">[places, width].</param>
    /// <param name="width">Elements of a row.</param>
    /// <param name="samples">Divides the number of places.</param>
    public static TableRows Of(ReadOnlySpan<int> used, ReadOnlySpan<float> gradients, int width, int samples)
    {
        int perSample = used.Length / samples;
        int[] places = new int[used.Length],
            starts = new int[samples + 1];
        long[] keys = new long[used.Length];
        for (int i = 0; i < used.Length; i++)
            (places[i], keys[i]) = (i, ((long)used[i] << 32) | (uint)i);
        int distinct = 0;
        for (int sample = 0; sample < samples; sample++)
        {
            int first = sample * perSample;
            Array.Sort(keys, places, first, perSample);
            for (int i = first; i < first + perSample; i++)
                distinct += i == first || used[places[i]] != used[places[i - 1]] ? 1 : 0;
            starts[sample + 1] = distinct;
        }
        int[] rows = new int[distinct];
        float[] values = new float[checked(distinct * width)];
        int at = -1;
        for (int i = 0; i < used.Length; i++)
        {
            int row = used[places[i]];
            if (i % perSample == 0 || row != rows[at])
                rows[++at] = row;
            Elementwise.Run<AddOf>(
                values.AsSpan(at * width, width),
                gradients.Slice(places[i] * width, width),
                values.AsSpan(at * width, width)
            );
        }
        return new(starts, rows, values, width);
    }

    /// <summary>The rows of a sample, ascending.</summary>
    public ReadOnlySpan<int> Rows(int sample) => _rows.AsSpan(_starts[sample].._starts[sample + 1]);

    /// <summary>The gradients of <paramref name="count"/> samples' rows, one sample after the other.</summary>
    public ReadOnlySpan<float> Values(int sample, int count = 1) =>
        _values.AsSpan((_starts[sample] * _width)..(_starts[sample + count] * _width));

    /// <summary>The product of a sample's gradient with another table's gradient of a sample: only rows that both used count.</summary>
    public double Product(int sample, TableRows other, int otherSample)
    {
        ReadOnlySpan<int> mine = Rows(sample),
            theirs = other.Rows(otherSample);
        ReadOnlySpan<float> values = Values(sample),
            otherValues = other.Values(otherSample);
        double sum = 0;
        for (int i = 0, j = 0; i < mine.Length && j < theirs.Length; )
        {
            if (mine[i] == theirs[j])
                sum += TensorPrimitives.Dot(values.Slice(i * _width, _width), otherValues.Slice(j * _width, _width));
            (i, j) = mine[i] <= theirs[j] ? (i + 1, j) : (i, j + 1);
        }
        return sum;
    }
}
