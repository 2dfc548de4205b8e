namespace Assay.Learning;

/// <summary>The score that a model gives on average, where its tokens for scores have logits.</summary>
/// <remarks>Liu and others, "What Makes Good Data for Alignment?" (Deita), arXiv 2312.15685: six tokens for the scores 1 to 6.</remarks>
public static class ExpectedScore
{
    /// <summary>The sum of k times the probability of score k, over k from 1.</summary>
    /// <param name="logits">Of the tokens for the scores 1, 2, 3 ...; finite, at least one.</param>
    public static double Of(ReadOnlySpan<double> logits)
    {
        if (logits.IsEmpty)
            throw new ArgumentException("There is no score.", nameof(logits));
        double largest = double.NegativeInfinity,
            sum = 0,
            scores = 0;
        foreach (double logit in logits)
            largest = double.IsFinite(logit)
                ? Math.Max(largest, logit)
                : throw new ArgumentException($"A logit is {logit}; logits must be finite.", nameof(logits));
        for (int k = 0; k < logits.Length; k++)
        {
            double power = Math.Exp(logits[k] - largest);
            sum += power;
            scores += (k + 1) * power;
        }
        return scores / sum;
    }
}
