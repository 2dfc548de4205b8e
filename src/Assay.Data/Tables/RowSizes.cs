using Assay.Numerics;

namespace Assay.Data;

/// <summary>
/// The text length and some bits of the id of every row of a dataset, read once: what drawing rows up to a budget of
/// bytes needs. 12 bytes a row.
/// </summary>
public sealed class RowSizes
{
    private readonly int[] _bytes;
    private readonly ulong[] _keys;

    private RowSizes(int rows)
    {
        _bytes = new int[rows];
        _keys = new ulong[rows];
    }

    /// <summary>Reads the sizes of the rows in view, edits counted; other rows are left out.</summary>
    public static RowSizes Read(View view, Work work) => Read(view, work, ones: false);

    /// <summary>The same with a size of 1 for every row in view: budgets are then numbers of rows.</summary>
    public static RowSizes Ones(View view, Work work) => Read(view, work, ones: true);

    private static RowSizes Read(View view, Work work, bool ones)
    {
        RowSizes sizes = new(view.Dataset.RowCount);
        work.Each(
            view.TableCount,
            index =>
            {
                if (view.RowsOf(index).IsEmpty)
                    return;
                using Batch batch = view.Read(index);
                foreach (int row in batch.Rows)
                {
                    sizes._bytes[row] = ones ? 1 : batch.Text(row).Length;
                    sizes._keys[row] = KeyOf(batch.Id(row));
                }
            }
        );
        return sizes;
    }

    /// <summary>64 bits that stand for a row in random draws.</summary>
    public static ulong KeyOf(RowId id) => (ulong)(id.Value >> 64) ^ (ulong)id.Value;

    /// <summary>Bytes of text of a row.</summary>
    public int Bytes(int row) => _bytes[row];

    /// <summary><see cref="KeyOf"/> of a row.</summary>
    public ulong Key(int row) => _keys[row];

    /// <summary>Bytes of text of a selection, repeats counted; entries of weight 0 are not.</summary>
    public long Bytes(Selection selection)
    {
        long total = 0;
        for (int i = 0; i < selection.Count; i++)
            if (selection.Weights is null || selection.Weights[i] > 0)
                total += _bytes[selection.Rows[i]];
        return total;
    }

    /// <summary>
    /// Draws entries of a selection in random order, without replacement, until the budget is met; the last is cut. What was
    /// drawn of an ordered selection stands in its order.
    /// </summary>
    /// <remarks>
    /// The order depends on the rows' ids and the stream only: selections that share rows share them in their draws. A row
    /// that is there k times is k entries. An entry of weight w comes next with probability proportional to w (Efraimidis
    /// and Spirakis, "Weighted random sampling with a reservoir", 2006: keys of an exponential distribution).
    /// </remarks>
    /// <param name="selection">What to draw from.</param>
    /// <param name="budget">Bytes of text.</param>
    /// <param name="random">Names the draw; its state does not change.</param>
    public Subsample Draw(Selection selection, long budget, RandomStream random)
    {
        (int[] kept, int cut, long beyond) = Drawn(selection, budget, random);
        return new(kept, cut, beyond, selection.IsOrdered);
    }

    /// <summary>
    /// Goes through a selection as often as the budget needs: whole passes, one after the other, and a draw for what is left. So every entry
    /// comes equally often, or once more, and the sum is the budget, whatever the size of the selection.
    /// </summary>
    /// <inheritdoc cref="Draw"/>
    public Subsample Repeated(Selection selection, long budget, RandomStream random)
    {
        long pass = Bytes(selection);
        if (pass == 0 || budget < pass)
            return Draw(selection, budget, random);
        int[] whole =
        [
            .. Enumerable
                .Range(0, selection.Count)
                .Where(i => selection.Weights is null || selection.Weights[i] > 0)
                .Select(i => selection.Rows[i]),
        ];
        if (!selection.IsOrdered)
            Array.Sort(whole);
        (int[] rest, int cut, long beyond) = budget % pass == 0 ? ([], -1, 0) : Drawn(selection, budget % pass, random);
        return new(
            [.. Enumerable.Repeat(whole, checked((int)(budget / pass))).SelectMany(rows => rows), .. rest],
            cut,
            beyond,
            selection.IsOrdered
        );
    }

    private (int[] Rows, int Cut, long Beyond) Drawn(Selection selection, long budget, RandomStream random)
    {
        int[] entries = [.. Enumerable.Range(0, selection.Count)];
        int[] rows = [.. selection.Rows];
        Array.Sort(rows, entries); // repeats of a row stand together now
        double[] keys = new double[rows.Length];
        for (int i = 0, repeat = 0; i < rows.Length; i++)
        {
            repeat = i > 0 && rows[i] == rows[i - 1] ? repeat + 1 : 0;
            double weight = selection.Weights?[entries[i]] ?? 1;
            double uniform = random.UniformOf(((UInt128)_keys[rows[i]] << 64) | (uint)repeat);
            keys[i] = weight > 0 ? -Math.Log(1 - uniform) / weight : double.PositiveInfinity;
        }
        Array.Sort(keys, entries);
        int count = 0;
        long drawn = 0;
        for (; count < entries.Length && drawn < budget && keys[count] < double.PositiveInfinity; count++)
            drawn += _bytes[selection.Rows[entries[count]]];
        int cut = count > 0 ? selection.Rows[entries[count - 1]] : -1;
        int[] places = entries[..count];
        if (selection.IsOrdered)
            Array.Sort(places);
        int[] kept = Array.ConvertAll(places, place => selection.Rows[place]);
        if (!selection.IsOrdered)
            Array.Sort(kept);
        return (kept, cut, Math.Max(0, drawn - budget));
    }
}
