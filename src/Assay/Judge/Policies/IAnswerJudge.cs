namespace Assay.Judge;

/// <summary>Two answers to a prompt.</summary>
/// <param name="Prompt">The prompt.</param>
/// <param name="A">The one policy's answer.</param>
/// <param name="B">The other's.</param>
public sealed record AnsweredPrompt(string Prompt, string A, string B);

/// <summary>Says which of two answers is better.</summary>
public interface IAnswerJudge
{
    /// <summary>Whether what it says may depend on which answer it sees first.</summary>
    bool SeesOrder { get; }

    /// <summary>For each pair the probability that A is better, from 0 to 1.</summary>
    /// <param name="pairs">The pairs.</param>
    /// <param name="aFirst">Whether A is shown first.</param>
    /// <param name="cancellation">Asks to stop.</param>
    IReadOnlyList<double> Preferences(IReadOnlyList<AnsweredPrompt> pairs, bool aFirst, CancellationToken cancellation);
}
