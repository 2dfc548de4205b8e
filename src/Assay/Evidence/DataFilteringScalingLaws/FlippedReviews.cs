using System.Text;
using Assay.Learning;
using Assay.Numerics;
using Assay.Plan.Filter;

namespace Assay.Evidence;

/// <summary>Film reviews in four pools of falling quality: labels of the later ones are flipped more often.</summary>
internal sealed class FlippedReviews
{
    public static readonly double[] Noise = [0, 0.1, 0.25, 0.4];

    private const int HashBits = 16;
    private const double Rate = 4;
    private readonly SparseMatrix _words;
    private readonly int[] _labels;
    private readonly int[][] _pools;
    private readonly int[] _test;
    private readonly RandomStream _random;

    /// <summary>Draws the pools and the test rows.</summary>
    /// <param name="trial">The seed.</param>
    /// <param name="poolSize">Rows of a pool.</param>
    public FlippedReviews(Trial trial, int poolSize)
    {
        _random = trial.Random.Child("reviews");
        IReadOnlyList<string> lines = TextDomains.Lines(trial, "reviews");
        FeatureHasher hasher = new(HashBits);
        foreach (string line in lines)
        {
            foreach (string word in line.Split(' ', StringSplitOptions.RemoveEmptyEntries))
                hasher.Add(Encoding.UTF8.GetBytes(word));
            hasher.EndRow();
        }
        _words = hasher.Build();
        // The first half of the lines is positive.
        _labels = [.. Enumerable.Range(0, lines.Count).Select(i => i < lines.Count / 2 ? 1 : 0)];
        int[] order = [.. Enumerable.Range(0, lines.Count)];
        _random.Child("rows").Shuffle<int>(order);
        _pools = [.. Noise.Select((_, i) => order[(i * poolSize)..((i + 1) * poolSize)])];
        _test = order[(Noise.Length * poolSize)..];
        RandomStream flips = _random.Child("flips");
        for (int i = 0; i < Noise.Length; i++)
            foreach (int row in _pools[i])
                if (flips.NextDouble() < Noise[i])
                    _labels[row] = 1 - _labels[row];
    }

    /// <summary>Error on the test rows after so many samples of some pools, in epochs of random orders.</summary>
    /// <param name="pools">How many of the best pools, from the first on; or one alone.</param>
    /// <param name="alone">Whether it is that pool alone, by its index.</param>
    /// <param name="samples">Samples seen, all in all.</param>
    /// <remarks>Logistic regression on hashed words by single steps; the rate falls to zero at the end of the run, as the law wants it.</remarks>
    public double Error(int pools, bool alone, int samples)
    {
        int[] rows = alone ? _pools[pools] : [.. _pools.Take(pools).SelectMany(pool => pool)];
        RandomStream random = _random.Child($"order {pools} {alone} {samples}");
        double[] weights = new double[_words.Columns];
        double bias = 0;
        for (int step = 0; step < samples; step++)
        {
            if (step % rows.Length == 0)
                random.Shuffle<int>(rows);
            int row = rows[step % rows.Length];
            double gradient = Logistic.Sigmoid(Score(weights, bias, row)) - _labels[row],
                rate = Rate * (1 - step / (double)samples);
            ReadOnlySpan<int> columns = _words.ColumnsOf(row);
            ReadOnlySpan<float> values = _words.ValuesOf(row);
            for (int i = 0; i < columns.Length; i++)
                weights[columns[i]] -= rate * gradient * values[i];
            bias -= 0.1 * rate * gradient;
        }
        return _test.Average(row => Score(weights, bias, row) > 0 == (_labels[row] == 1) ? 0.0 : 1.0);
    }

    private double Score(double[] weights, double bias, int row)
    {
        ReadOnlySpan<int> columns = _words.ColumnsOf(row);
        ReadOnlySpan<float> values = _words.ValuesOf(row);
        for (int i = 0; i < columns.Length; i++)
            bias += weights[columns[i]] * values[i];
        return bias;
    }
}
