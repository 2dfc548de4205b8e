namespace Assay.Value;

/// <summary>Means of marginals as permutations come in, and how much they still change.</summary>
/// <remarks>The stop rule of the release of Data Shapley: <see cref="Change"/> below a threshold.</remarks>
/// <param name="players">Number of players, at least 1.</param>
public sealed class RunningMeans(int players)
{
    /// <summary>How many of the last means are compared.</summary>
    public const int Window = 100;
    private readonly double[] _sums = new double[players];
    private readonly double[] _squares = new double[players];
    private readonly double[][] _last = new double[Window][];

    /// <summary>Number of players.</summary>
    public int Players => players;

    /// <summary>Permutations so far.</summary>
    public int Count { get; private set; }

    /// <summary>Takes the marginals of one more permutation.</summary>
    public void Add(PermutationPass pass)
    {
        for (int i = 0; i < pass.Marginals.Length; i++)
        {
            _sums[pass.Order[i]] += pass.Marginals[i];
            _squares[pass.Order[i]] += pass.Marginals[i] * pass.Marginals[i];
        }
        Count++;
        // Only what is compared is kept.
        double[] means = _last[Count % Window] ??= new double[_sums.Length];
        for (int i = 0; i < means.Length; i++)
            means[i] = _sums[i] / Count;
    }

    /// <summary>The mean marginal of every player; those not reached in a permutation count as 0.</summary>
    public double[] Means() => [.. _sums.Select(sum => sum / Count)];

    /// <summary>The standard error of every mean; NaN for fewer than two permutations.</summary>
    public double[] StandardErrors() =>
        [
            .. _sums.Zip(
                _squares,
                (sum, squares) =>
                    Count < 2 ? double.NaN : Math.Sqrt(Math.Max(0, squares - sum * sum / Count) / (Count - 1) / Count)
            ),
        ];

    /// <summary>
    /// The largest, over the last 100 running means v_s, of the mean over players of |v_s - v_t| / (|v_t| + 1e-12), where v_t is
    /// the mean of all; 1 before there are 100.
    /// </summary>
    public double Change()
    {
        if (Count < Window)
            return 1;
        double[] now = _last[Count % Window];
        double largest = 0;
        foreach (double[] means in _last)
        {
            double sum = 0;
            for (int i = 0; i < now.Length; i++)
                sum += Math.Abs(means[i] - now[i]) / (Math.Abs(now[i]) + 1e-12);
            largest = Math.Max(largest, sum / now.Length);
        }
        return largest;
    }
}
