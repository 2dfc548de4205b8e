using System.ComponentModel.DataAnnotations;

namespace Assay.Judge;

/// <summary>Options of <see cref="WinRate"/>.</summary>
public sealed record WinRateOptions
{
    /// <summary>The policy that the others are compared with; by default the one in most judgements.</summary>
    public string Baseline { get; init; } = "";

    /// <summary>The column that names or holds the prompt (<c>instruction</c> is understood as well).</summary>
    public string Prompt { get; init; } = "prompt";

    /// <summary>The column of the one policy's name.</summary>
    public string A { get; init; } = "a";

    /// <summary>The column of the other's name.</summary>
    public string B { get; init; } = "b";

    /// <summary>The column with the share that prefers a, from 0 to 1. Where a column <c>choice</c> (a, b or tie) stands instead, it is read.</summary>
    public string Preference { get; init; } = "preference";

    /// <summary>The column with the length of a's answer; without it the lengths of the columns <c>answer_a</c> and <c>answer_b</c> count.</summary>
    public string LengthA { get; init; } = "length_a";

    /// <summary>The column with the length of b's answer.</summary>
    public string LengthB { get; init; } = "length_b";

    /// <summary>The column that says which answer the judge saw first, a or b; may be absent.</summary>
    public string First { get; init; } = "first";

    /// <summary>
    /// For a table with a column of preferences for each policy, all against one baseline: the table of lengths, with the same prompts in the same order, a column for each policy and one named
    /// <c>baseline</c>.
    /// </summary>
    [DatasetName]
    public string Lengths { get; init; } = "";

    /// <summary>The dataset with the baseline's answers to the same prompts, where the rows have one answer each, to be judged.</summary>
    [DatasetName]
    public string Against { get; init; } = "";

    /// <summary>The column of answers, in both.</summary>
    public string Answer { get; init; } = "answer";

    /// <summary>A folder with a model that answers the prompts of the rows, to be judged.</summary>
    [ModelFolder]
    public string Policy { get; init; } = "";

    /// <summary>A folder with the model that it is compared with.</summary>
    [ModelFolder]
    public string BaselinePolicy { get; init; } = "";

    /// <summary>The most tokens of an answer of theirs.</summary>
    [Range(1, 1 << 20)]
    public int MaxTokens { get; init; } = 128;

    /// <summary>The temperature of their answers; 0 takes the most likely token, as in the paper's evaluation.</summary>
    [Range(0, 10)]
    public double Temperature { get; init; }

    /// <summary>
    /// Who judges answers that are not judged yet: a folder with a reward model, or the address of a chat endpoint (http://localhost:8000/v1).
    /// </summary>
    [ModelFolder]
    public string Judge { get; init; } = "";

    /// <summary>The name of the model at the endpoint.</summary>
    public string JudgeModel { get; init; } = "";

    /// <summary>The environment variable that holds the endpoint's key; it may be unset.</summary>
    public string KeyVariable { get; init; } = "OPENAI_API_KEY";

    /// <summary>Where the chat judge's replies are kept, so that a second run asks nothing; empty: nowhere.</summary>
    public string Cache { get; init; } = ".assay/replies";

    /// <summary>Whether a chat judge sees each pair in both orders; where it then contradicts itself the pair is a tie.</summary>
    public bool Swap { get; init; } = true;

    /// <summary>How often prompts are drawn anew for the intervals of length-controlled rates; 0 for none.</summary>
    [Range(0, 100_000)]
    public int Resamples { get; init; } = 200;

    /// <summary>Confidence of the intervals.</summary>
    [Range(0.5, 0.9999)]
    public double Confidence { get; init; } = 0.95;
}
