using Assay.Data;
using Assay.Learning;
using Assay.Numerics;

namespace Assay.Judge;

/// <summary>A dataset that candidates are measured on, its rows dealt at random to the seeds.</summary>
internal sealed class Target
{
    private readonly string _name;
    private readonly View _view;
    private readonly int[][] _parts; // for each seed, ordinals, ascending

    public Target(string name, View view, int seeds, RandomStream random)
    {
        _name = name;
        _view = view;
        int[] entries = [.. view.Selection.Rows];
        if (entries.Length < seeds)
            throw new AssayException(
                $"judge: the target '{name}' has {entries.Length} rows for {seeds} seeds, and each seed needs rows of its own",
                hint: "Give the target more rows (best some 30 a seed, or split long ones), or lower 'seeds'."
            );
        Array.Sort(entries);
        random.Child("target").Child(name).Shuffle<int>(entries);
        _parts = new int[seeds][];
        for (int seed = 0; seed < seeds; seed++)
        {
            _parts[seed] = [.. entries.Where((_, i) => i % seeds == seed)];
            Array.Sort(_parts[seed]);
        }
    }

    /// <summary>Negative base-2 log-probability of the seed's rows, their ends included, over their bytes of text.</summary>
    public double BitsPerByte(NGramModel model, int seed, CancellationToken cancellation)
    {
        int[] rows = _parts[seed];
        NGramScorer scorer = new(model);
        double bits = 0;
        long bytes = 0;
        for (int i = 0; i < rows.Length; )
        {
            int index = _view.Dataset.TableOf(rows[i]);
            TableInfo table = _view.Dataset.Tables[index];
            using Batch batch = _view.Read(index);
            for (; i < rows.Length && rows[i] < table.FirstRow + table.RowCount; i++)
            {
                cancellation.ThrowIfCancellationRequested();
                ReadOnlySpan<byte> text = batch.Text(rows[i]);
                scorer.AddBytes(text);
                bits += scorer.EndRow().Bits;
                bytes += text.Length;
            }
        }
        return bytes > 0
            ? bits / bytes
            : throw new AssayException(
                $"judge: a part of the target '{_name}' has no text in it ({rows.Length} rows of seed {seed + 1})",
                hint: "Check its 'text:' column, or lower 'seeds'."
            );
    }
}
