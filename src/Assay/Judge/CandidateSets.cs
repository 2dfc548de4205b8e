using System.Text;
using Assay.Data;
using Assay.Features;
using Assay.Learning;
using Assay.Numerics;

namespace Assay.Judge;

/// <summary>Measures of diversity as metrics of candidates: of as many training rows of each, in one space of vectors.</summary>
/// <remarks>
/// Most measures depend on the number of rows. So all candidates and seeds have that of the smallest draw, at most 1,000 (300 where all pairs of texts are compared word by word). Vectors
/// are hashed n-grams of words (<see cref="RowEmbedding"/>), 256 numbers each. Rows without a word, or without a vector, are left out.
/// </remarks>
internal sealed class CandidateSets
{
    private const int MostRows = 1000,
        MostPairRows = 300;

    // Nothing is learned, so that no candidate shapes the space: leading directions of all rows would be those of the candidate that repeats itself most.
    private static readonly EmbeddingOptions Space = new() { Embed = EmbeddingKind.Hashed, Dimensions = 256 };

    private readonly Metric[] _metrics;
    private readonly IReadOnlyList<View> _views;
    private readonly RowEmbedding? _space;
    private readonly int _rows;
    private readonly Func<int, int, ulong> _keyOf;
    private readonly Work _work;

    private CandidateSets(
        Metric[] metrics,
        IReadOnlyList<View> views,
        RowEmbedding? space,
        int rows,
        Func<int, int, ulong> keyOf,
        Work work
    ) => (_metrics, _views, _space, _rows, _keyOf, _work) = (metrics, views, space, rows, keyOf, work);

    /// <summary>Sees how many rows there are for all, and learns the space; null if no metric needs it.</summary>
    /// <param name="metrics">All metrics.</param>
    /// <param name="views">The candidates.</param>
    /// <param name="seeds">Draws of each.</param>
    /// <param name="draw">The rows of a candidate and a seed.</param>
    /// <param name="keyOf">What stands for a candidate's row in random draws, so that candidates that share rows share them here.</param>
    /// <param name="work">The judge's.</param>
    public static CandidateSets? Of(
        Metric[] metrics,
        IReadOnlyList<View> views,
        int seeds,
        Func<int, int, Subsample> draw,
        Func<int, int, ulong> keyOf,
        Work work
    )
    {
        if (!metrics.Any(metric => metric.Of is not null))
            return null;
        int rows = MostRows;
        for (int candidate = 0; candidate < views.Count; candidate++)
        for (int seed = 0; seed < seeds; seed++)
            rows = Math.Min(rows, draw(candidate, seed).Rows.Count);
        if (rows < 2)
            throw new AssayException(
                $"judge: {metrics.First(metric => metric.Of is not null).Name} compares rows, and a draw of a candidate has one only",
                hint: "Give the judge more 'tokens', or leave the metric out."
            );
        return new(
            metrics,
            views,
            metrics.Any(metric => metric.Of is { Need: SetNeed.Vectors }) ? RowEmbedding.Fit(Space, work, views) : null,
            rows,
            keyOf,
            work
        );
    }

    /// <summary>Measures a draw.</summary>
    /// <param name="candidate">Which candidate.</param>
    /// <param name="seed">Which seed.</param>
    /// <param name="sample">What was drawn.</param>
    /// <param name="values">Gets the values at the places of the metrics.</param>
    public void Measure(int candidate, int seed, Subsample sample, double[] values)
    {
        RandomStream random = _work.Random.Child("sets").Child(seed);
        byte[][] texts = [.. Drawn(candidate, sample, random).Where(text => Words.Count(text) > 0)];
        if (texts.Length < 2)
            throw new AssayException(
                $"judge: of {_rows:N0} rows of a candidate not even two have words to compare",
                hint: "Check the 'text:' column of the dataset, or leave measures of diversity out of 'metrics'."
            );
        TextSet words = SetOf(texts, null, random);
        TextSet? vectors = _space is null ? null : Embedded(texts, _space, random);
        TextSet pairs = words.Take([.. Enumerable.Range(0, Math.Min(MostPairRows, texts.Length))]);
        for (int i = 0; i < _metrics.Length; i++)
            if (_metrics[i].Of is { } measure)
                values[i] = measure.Of(
                    measure.Need switch
                    {
                        SetNeed.Vectors => vectors!,
                        SetNeed.Pairs => pairs,
                        _ => words,
                    }
                );
    }

    // In random order; a row that is drawn k times is there as k rows.
    private byte[][] Drawn(int candidate, Subsample sample, RandomStream random)
    {
        int[] rows = [.. sample.Rows.Order()];
        ulong[] keys = new ulong[rows.Length];
        for (int i = 0, repeat = 0; i < rows.Length; i++)
        {
            repeat = i > 0 && rows[i] == rows[i - 1] ? repeat + 1 : 0;
            keys[i] = random.BitsOf(((UInt128)_keyOf(candidate, rows[i]) << 64) | (uint)repeat);
        }
        Array.Sort(keys, rows);
        rows = rows[.._rows];
        int[] places = [.. Enumerable.Range(0, rows.Length)];
        Array.Sort([.. rows], places); // read in the order of the dataset, so that each table is opened once
        byte[][] texts = new byte[rows.Length][];
        int at = 0;
        _views[candidate]
            .ForEach(
                places.Select(place => rows[place]),
                (batch, row) => texts[places[at++]] = batch.Text(row).ToArray(),
                _work.Cancellation
            );
        return texts;
    }

    private TextSet Embedded(byte[][] texts, RowEmbedding space, RandomStream random)
    {
        Matrix vectors = space.Embed(new(Dataset.OfTexts(texts.Select(Encoding.UTF8.GetString))), _work.Cancellation);
        int[] some = [.. Enumerable.Range(0, vectors.Rows).Where(row => vectors.Row(row).ContainsAnyExcept(0f))];
        return SetOf([.. some.Select(row => texts[row])], UnitRows.Of(vectors.Take(some)), random);
    }

    private static TextSet SetOf(byte[][] texts, UnitRows? vectors, RandomStream random) =>
        TextSet.Of([texts], vectors is null ? null : [vectors], random)[0];
}
