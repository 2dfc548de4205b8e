namespace Assay.Learning;

/// <summary>Log-probabilities of preference pairs under a policy and its reference: what every preference loss is made of.</summary>
/// <remarks>
/// All arrays are of one length, one entry a pair; log-probabilities are sums over the tokens of a completion, in nats. A row with one
/// completion only (a single label, as KTO has them) has 0 tokens on the other side.
/// </remarks>
public sealed record PairBatch
{
    /// <summary>ln of the policy's probability of the chosen completion.</summary>
    public required double[] Chosen { get; init; }

    /// <summary>ln of the policy's probability of the rejected completion.</summary>
    public required double[] Rejected { get; init; }

    /// <summary>ln of the reference's probability of the chosen completion; constants.</summary>
    public required double[] ReferenceChosen { get; init; }

    /// <summary>ln of the reference's probability of the rejected completion; constants.</summary>
    public required double[] ReferenceRejected { get; init; }

    /// <summary>Tokens of the chosen completions; 0 where there is none.</summary>
    public required int[] ChosenTokens { get; init; }

    /// <summary>Tokens of the rejected completions; 0 where there is none.</summary>
    public required int[] RejectedTokens { get; init; }

    /// <summary>Factors on the rows' losses, constants, or null for ones.</summary>
    public double[]? Weights { get; init; }

    /// <summary>
    /// Log-ratios of policy to reference for completions that belong to other prompts, for <see cref="PreferenceObjective.Kto"/>; null: no
    /// mismatched pairs, whose baseline is 0.
    /// </summary>
    public double[]? Mismatched { get; init; }

    /// <summary>Number of pairs.</summary>
    public int Count => Chosen.Length;

    /// <summary>Log-ratio of policy to reference of a chosen completion; 0 where there is none.</summary>
    public double ChosenRatio(int row) => ChosenTokens[row] == 0 ? 0 : Chosen[row] - ReferenceChosen[row];

    /// <summary>Log-ratio of policy to reference of a rejected completion; 0 where there is none.</summary>
    public double RejectedRatio(int row) => RejectedTokens[row] == 0 ? 0 : Rejected[row] - ReferenceRejected[row];

    /// <summary>The difference of both: DPO's logit before its temperature.</summary>
    public double Margin(int row) => ChosenRatio(row) - RejectedRatio(row);

    /// <summary>Checks that lengths agree and every number is finite.</summary>
    /// <exception cref="ArgumentException">They do not.</exception>
    public PairBatch Checked()
    {
        int[] lengths =
        [
            Rejected.Length,
            ReferenceChosen.Length,
            ReferenceRejected.Length,
            ChosenTokens.Length,
            RejectedTokens.Length,
            Weights?.Length ?? Count,
            Mismatched?.Length ?? Count,
        ];
        if (lengths.Any(length => length != Count))
            throw new ArgumentException(
                $"A batch of {Count} pairs has arrays of {string.Join(", ", lengths)} numbers."
            );
        IEnumerable<double> numbers =
        [
            .. Chosen,
            .. Rejected,
            .. ReferenceChosen,
            .. ReferenceRejected,
            .. Weights ?? [],
            .. Mismatched ?? [],
        ];
        return numbers.All(double.IsFinite)
            ? this
            : throw new ArgumentException("A log-probability or a weight is not finite.");
    }
}

/// <summary>The losses of a batch of pairs, and how they change with the policy's log-probabilities.</summary>
/// <param name="Rows">The loss of each row, weights included, in nats or the loss's own unit.</param>
/// <param name="ByChosen">Derivative of the sum of all rows' losses by each chosen log-probability.</param>
/// <param name="ByRejected">The same by each rejected one.</param>
public sealed record PairLosses(double[] Rows, double[] ByChosen, double[] ByRejected)
{
    /// <summary>The mean over rows.</summary>
    public double Mean => Rows.Length == 0 ? 0 : Rows.Sum() / Rows.Length;
}
