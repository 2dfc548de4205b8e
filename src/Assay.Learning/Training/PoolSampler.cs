using Assay.Numerics;

namespace Assay.Learning;

/// <summary>Batches from several pools of rows, each drawn from as often as its weight says.</summary>
/// <remarks>
/// Each entry of a batch draws its pool, and a row of it, with replacement. A batch depends on its number alone, so that a run that goes on from a checkpoint sees the same
/// batches.
/// </remarks>
public sealed class PoolSampler
{
    private readonly int[] _rows;
    private readonly double[] _shares;
    private readonly RandomStream _random;

    /// <summary>A sampler.</summary>
    /// <param name="rows">Rows of each pool, at least one in each whose weight is above 0.</param>
    /// <param name="weights">A weight for each, not below 0, not all 0.</param>
    /// <param name="random">Names the draws.</param>
    /// <param name="tokens">
    /// Mean tokens of a row of each pool, above 0: weights then are shares of tokens, and pools with long rows are drawn from less often. Without it they are shares of
    /// rows.
    /// </param>
    /// <exception cref="ArgumentException">Numbers are out of their range, or their counts differ.</exception>
    public PoolSampler(
        IReadOnlyList<int> rows,
        IReadOnlyList<double> weights,
        RandomStream random,
        IReadOnlyList<double>? tokens = null
    )
    {
        if (rows.Count == 0 || weights.Count != rows.Count || (tokens is not null && tokens.Count != rows.Count))
            throw new ArgumentException(
                $"{rows.Count} pools, {weights.Count} weights; expected as many, at least one."
            );
        if (weights.Any(weight => !(weight >= 0 && double.IsFinite(weight))) || weights.Sum() == 0)
            throw new ArgumentException("Weights are finite, not below 0, and not all 0.", nameof(weights));
        if (tokens?.Any(mean => !(mean > 0 && double.IsFinite(mean))) == true)
            throw new ArgumentException("Mean tokens are finite and above 0.", nameof(tokens));
        for (int pool = 0; pool < rows.Count; pool++)
            if (weights[pool] > 0 && rows[pool] < 1)
                throw new ArgumentException($"Pool {pool} has a weight and no rows.", nameof(rows));
        _rows = [.. rows];
        double[] drawn = [.. weights.Select((weight, pool) => weight / (tokens?[pool] ?? 1))];
        _shares = [.. drawn.Select(weight => weight / drawn.Sum())];
        _random = random;
    }

    /// <summary>The share of rows that is drawn from each pool; they sum to 1.</summary>
    public IReadOnlyList<double> Shares => _shares;

    /// <summary>Draws a batch.</summary>
    /// <param name="batch">Its number, from 0.</param>
    /// <param name="entries">Gets pools and rows.</param>
    public void Fill(long batch, Span<(int Pool, int Row)> entries)
    {
        RandomStream random = _random.Child(batch);
        for (int i = 0; i < entries.Length; i++)
        {
            double draw = random.NextDouble();
            int pool = 0;
            while (pool < _shares.Length - 1 && draw >= _shares[pool])
                draw -= _shares[pool++];
            // Rounding may leave a little beyond the last pool that has a share.
            while (_shares[pool] == 0)
                pool--;
            entries[i] = (pool, random.NextInt32(_rows[pool]));
        }
    }
}
