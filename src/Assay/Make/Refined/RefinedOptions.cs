using System.ComponentModel.DataAnnotations;
using Assay.Models;

namespace Assay.Make;

/// <summary>Options of <see cref="Refined"/>: what is made of each text, and who writes it.</summary>
public sealed record RefinedOptions
{
    /// <summary>What is made of a text.</summary>
    public RefinedTask Task { get; init; } = RefinedTask.Rewrite;

    /// <summary>
    /// The level of problems (<c>grade-school</c>, <c>middle-school</c>, <c>high-school</c>, <c>college</c>), the speakers of a conversation (<c>two-professors</c>, <c>teacher-student</c>,
    /// <c>two-students</c>, <c>interview</c>, <c>problem-solving</c>, <c>layman-expert</c>, <c>debate</c>), the form of a rewriting (<c>wikipedia</c>, <c>textbook</c>, <c>blog</c>, <c>popular-science</c>,
    /// <c>academic-paper</c>, <c>learning-note</c>, <c>lecture-note</c>) or the difficulty of a textbook (<c>easy</c>, <c>medium</c>, <c>hard</c>). By default high-school, teacher-student, textbook, easy.
    /// </summary>
    public string Style { get; init; } = "";

    /// <summary>A rewriting goes if more than this share of its runs of five words stand in the source. Default: 0.9.</summary>
    [Range(0.0, 1.0)]
    public double MaxCopy { get; init; } = 0.9;

    /// <summary>Who writes: the address of a chat endpoint (http://localhost:8000/v1), or a folder with a language model.</summary>
    [Required, ModelFolder]
    public string Writer { get; init; } = "";

    /// <summary>The name of the model at the endpoint.</summary>
    public string WriterModel { get; init; } = "";

    /// <summary>The environment variable that holds the endpoint's key; it may be unset.</summary>
    public string KeyVariable { get; init; } = "OPENAI_API_KEY";

    /// <summary>Where replies are kept, so that a second run asks nothing; empty: nowhere.</summary>
    public string Cache { get; init; } = ".assay/replies";

    /// <summary>The most tokens of a reply. Release: 4,096.</summary>
    [Range(16, 1 << 20)]
    public int MaxTokens { get; init; } = 4096;

    /// <summary>Temperature of the writer. Release: 0.7.</summary>
    [Range(0, 2)]
    public double Temperature { get; init; } = 0.7;

    /// <summary>Requests at a time. Release: 10.</summary>
    [Range(1, 256)]
    public int Parallel { get; init; } = 10;

    /// <summary>What a million tokens of requests cost, in a currency of your choice.</summary>
    [Range(0.0, 1e6)]
    public double InputPrice { get; init; }

    /// <summary>What a million tokens of replies cost.</summary>
    [Range(0.0, 1e6)]
    public double OutputPrice { get; init; }
}

/// <summary>What is made of a text.</summary>
public enum RefinedTask
{
    /// <summary>A problem that stands by itself, and its solution step by step.</summary>
    Qa,

    /// <summary>A conversation about it.</summary>
    Conversation,

    /// <summary>The same in another form.</summary>
    Rewrite,

    /// <summary>What is to be known from it, a row for each point.</summary>
    Knowledge,

    /// <summary>A passage of a textbook; the text is one point of knowledge.</summary>
    Textbook,
}
