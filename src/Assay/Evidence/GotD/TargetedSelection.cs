using Assay.Data;
using Assay.Features;
using Assay.Learning;
using Assay.Numerics;
using Assay.Value;

namespace Assay.Evidence;

/// <summary>Ways to choose rows of a pool that suit a target, all from the same rows: vectors for some, words for DSIR.</summary>
internal sealed class TargetedSelection
{
    private const int Dimensions = 64;
    private readonly Trial _trial;
    private readonly RandomStream _random;
    private readonly IReadOnlyList<byte[]> _texts,
        _wanted;
    private readonly Matrix _pool,
        _target;
    private double[]? _weights;
    private readonly Dictionary<double, double[]> _values = [];
    private int[]? _nearest;

    public TargetedSelection(Trial trial, RandomStream random, IReadOnlyList<byte[]> pool, IReadOnlyList<byte[]> target)
    {
        (_trial, _random, _texts, _wanted) = (trial, random, pool, target);
        using Pieces pieces = Pieces.Temporary();
        Work work = trial.Work("vectors", pieces);
        View rows = Of(pool),
            others = Of(target);
        RowEmbedding space = RowEmbedding.Fit(new() { Dimensions = Dimensions }, work, rows, others);
        (_pool, _target) = (space.Apply(rows, work, "pool"), space.Apply(others, work, "target"));
    }

    /// <summary>The rows that each way chooses.</summary>
    public int[] Choose(string way, int count) =>
        way switch
        {
            "got-d" => Highest(Values(1e-4), count),
            "dsir" => GumbelTopK.Draw(Weights(), count, _random.Child("gumbel")),
            "nearest-mean" => Highest(ToMean(), count),
            "nearest-neighbour" => RoundRobin(count),
            "random" => Shuffled(count),
            _ => throw new ArgumentOutOfRangeException(nameof(way), way, "There is no such way."),
        };

    /// <summary>The share of the rows GOT-D chooses that it also chooses at another threshold.</summary>
    public double Settled(double threshold, int count) =>
        Highest(Values(threshold), count).Intersect(Choose("got-d", count)).Count() / (double)count;

    private double[] Values(double threshold)
    {
        if (!_values.TryGetValue(threshold, out double[]? values))
            _values[threshold] = values = Lava.Values(
                _pool,
                _target,
                new()
                {
                    Epsilon = 0.1,
                    Relaxation = 1.3,
                    Threshold = threshold,
                },
                _trial.Cancellation
            );
        return values;
    }

    // Laplace's 1, which a target of some hundred rows needs; every row, however short.
    private double[] Weights()
    {
        if (_weights is not null)
            return _weights;
        HashedNGrams nGrams = new();
        long[] Count(IReadOnlyList<byte[]> texts)
        {
            long[] counts = new long[10_000];
            foreach (byte[] text in texts)
            foreach (int bucket in nGrams.Read(text))
                counts[bucket]++;
            return counts;
        }
        ImportanceWeights weights = new(Count(_wanted), Count(_texts), laplace: 1);
        return _weights = [.. _texts.Select(text => weights.LogWeight(nGrams.Read(text)))];
    }

    private double[] ToMean()
    {
        double[] mean = new double[_target.Columns],
            cosines = new double[_pool.Rows];
        for (int row = 0; row < _target.Rows; row++)
        for (int c = 0; c < mean.Length; c++)
            mean[c] += _target[row, c];
        for (int row = 0; row < cosines.Length; row++)
        for (int c = 0; c < mean.Length; c++)
            cosines[row] += mean[c] * _pool[row, c];
        return cosines;
    }

    // The nearest row of each target row, then the next nearest of each, and so on; a row once.
    private int[] RoundRobin(int count)
    {
        int each = Math.Min(_pool.Rows, Math.Max(64, count));
        _nearest ??= new Neighbours(_pool, NeighbourDistance.Cosine).Nearest(_target, each).Indices;
        int known = _nearest.Length / _target.Rows;
        HashSet<int> chosen = [];
        for (int rank = 0; rank < known; rank++)
        for (int row = 0; row < _target.Rows && chosen.Count < count; row++)
            chosen.Add(_nearest[row * known + rank]);
        return [.. chosen];
    }

    private int[] Shuffled(int count)
    {
        int[] rows = [.. Enumerable.Range(0, _texts.Count)];
        _random.Child("random").Shuffle<int>(rows);
        return rows[..count];
    }

    private static int[] Highest(double[] values, int count) =>
        [.. Enumerable.Range(0, values.Length).OrderByDescending(row => values[row]).Take(count)];

    private static View Of(IReadOnlyList<byte[]> texts)
    {
        TableBuilder builder = new("rows");
        for (int row = 0; row < texts.Count; row++)
        {
            builder.Column("text").Set(texts[row]);
            builder.EndRow(RowId.Of(texts[row], "rows", row), row);
        }
        using MemoryStream bytes = new();
        builder.WriteTo(bytes);
        return new(Dataset.Of("rows", "text", [bytes.ToArray()]));
    }
}
