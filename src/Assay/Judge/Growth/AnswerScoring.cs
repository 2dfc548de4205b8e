namespace Assay.Judge;

/// <summary>When an answer counts as right, and how often guessing is.</summary>
/// <remarks>Source: "Dynamics of Instruction Tuning", arXiv 2310.19651, the released scorer.</remarks>
public static class AnswerScoring
{
    /// <summary>The chance of naming exactly the right ones of several options when their number is known: one over the number of such sets.</summary>
    /// <param name="options">Options of a question.</param>
    /// <param name="right">How many of them are right, from 1.</param>
    public static double ChanceOfSet(int options, int right)
    {
        if (right < 1 || right > options)
            throw new ArgumentOutOfRangeException(nameof(right), right, $"From 1 to {options}.");
        double sets = 1;
        for (int i = 1; i <= right; i++)
            sets = sets * (options - right + i) / i;
        return 1 / sets;
    }

    /// <summary>Perplexity of an answer: the exponential of the mean loss of its tokens, its end mark among them.</summary>
    /// <param name="losses">In nats, one at least.</param>
    public static double Perplexity(IReadOnlyList<double> losses) => Math.Exp(losses.Average());

    /// <summary>Whether the first of several answers has the least perplexity; a tie counts as right.</summary>
    /// <param name="perplexities">Of each answer, the right one first.</param>
    public static bool IsFirstLeast(IReadOnlyList<double> perplexities) =>
        perplexities.All(other => perplexities[0] <= other);
}
