namespace Assay.Judge;

/// <summary>One judgement of two policies' answers to a prompt.</summary>
/// <param name="Prompt">Names the prompt; judgements of one prompt are not independent, and intervals count prompts.</param>
/// <param name="A">The one policy.</param>
/// <param name="B">The other.</param>
/// <param name="Preference">The probability or share that prefers A's answer, from 0 to 1; a tie is 0.5.</param>
/// <param name="LengthA">Length of A's answer, as a rule in characters; NaN where it is not known.</param>
/// <param name="LengthB">Length of B's answer.</param>
/// <param name="AFirst">Whether the judge saw A's answer first; null where it is not known.</param>
public sealed record PolicyComparison(
    string Prompt,
    string A,
    string B,
    double Preference,
    double LengthA = double.NaN,
    double LengthB = double.NaN,
    bool? AFirst = null
)
{
    /// <summary>Whether both lengths are known.</summary>
    public bool HasLengths => !double.IsNaN(LengthA) && !double.IsNaN(LengthB);

    /// <summary>ln of the ratio of the lengths, each with one added, so that an empty answer has one.</summary>
    public double LogLengthRatio => Math.Log((LengthA + 1) / (LengthB + 1));

    /// <summary>The same judgement, told from the other side.</summary>
    public PolicyComparison Swapped() => new(Prompt, B, A, 1 - Preference, LengthB, LengthA, !AFirst);
}
