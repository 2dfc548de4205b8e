namespace Assay.Learning;

/// <summary>What an ensemble costs in nats as it grows: of its members, of the mean of their logits, and of the mean of their probabilities.</summary>
/// <remarks>Everything is computed and summed in double. K = 1 is the first member in all three.</remarks>
public sealed class EnsembleLosses
{
    private readonly double[] _members,
        _logits,
        _probabilities;
    private double[] _sum = [];

    /// <summary>Nothing yet.</summary>
    /// <param name="members">Number of members, at least 1.</param>
    public EnsembleLosses(int members)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(members, 1);
        (_members, _logits, _probabilities) = (new double[members], new double[members], new double[members]);
    }

    /// <summary>Tokens predicted so far.</summary>
    public long Count { get; private set; }

    /// <summary>The sum of each member's losses.</summary>
    public IReadOnlyList<double> OfMembers => _members;

    /// <summary>The sum of losses of the mean of the first members' logits: of one, of two, up to all.</summary>
    public IReadOnlyList<double> OfLogitMeans => _logits;

    /// <summary>The same of the mean of their probabilities.</summary>
    public IReadOnlyList<double> OfProbabilityMeans => _probabilities;

    /// <summary>Adds a token.</summary>
    /// <param name="logits">[members x vocabulary], flat; finite.</param>
    /// <param name="label">The token that came.</param>
    /// <exception cref="ArgumentException">The logits are not those of all members, or there is no such token.</exception>
    public void Add(ReadOnlySpan<float> logits, int label)
    {
        int members = _members.Length,
            vocabulary = logits.Length / members;
        if (vocabulary == 0 || vocabulary * members != logits.Length)
            throw new ArgumentException($"{logits.Length} logits are not those of {members} members.", nameof(logits));
        ArgumentOutOfRangeException.ThrowIfNegative(label);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(label, vocabulary);
        if (_sum.Length != vocabulary)
            _sum = new double[vocabulary];
        Array.Clear(_sum);
        double probability = 0;
        for (int member = 0; member < members; member++)
        {
            ReadOnlySpan<float> own = logits.Slice(member * vocabulary, vocabulary);
            double largest = double.NegativeInfinity,
                exponentials = 0,
                largestSum = double.NegativeInfinity,
                exponentialsOfSum = 0;
            int count = member + 1;
            for (int i = 0; i < vocabulary; i++)
            {
                largest = Math.Max(largest, own[i]);
                largestSum = Math.Max(largestSum, _sum[i] += own[i]);
            }
            for (int i = 0; i < vocabulary; i++)
            {
                exponentials += Math.Exp(own[i] - largest);
                exponentialsOfSum += Math.Exp((_sum[i] - largestSum) / count);
            }
            double loss = largest + Math.Log(exponentials) - own[label];
            _members[member] += loss;
            _logits[member] += (largestSum - _sum[label]) / count + Math.Log(exponentialsOfSum);
            probability += Math.Exp(-loss);
            _probabilities[member] += -Math.Log(probability / count);
        }
        Count++;
    }
}
