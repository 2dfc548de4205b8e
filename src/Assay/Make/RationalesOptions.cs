using System.ComponentModel.DataAnnotations;
using Assay.Preferences;

namespace Assay.Make;

/// <summary>Options of <see cref="Rationales"/>: who writes, and how.</summary>
public sealed record RationalesOptions : IReadsPreferences
{
    /// <summary>Who writes: the address of a chat endpoint (http://localhost:8000/v1), or a folder with a language model.</summary>
    [Required, ModelFolder]
    public string Writer { get; init; } = "";

    /// <summary>The name of the model at the endpoint.</summary>
    public string WriterModel { get; init; } = "";

    /// <summary>The environment variable that holds the endpoint's key; it may be unset.</summary>
    public string KeyVariable { get; init; } = "OPENAI_API_KEY";

    /// <summary>Where replies are kept, so that a second run asks nothing; empty: nowhere.</summary>
    public string Cache { get; init; } = ".assay/replies";

    /// <summary>What is asked for: <c>general</c> (about the answers as wholes) or <c>specific</c> (with the places that matter, quoted).</summary>
    public RationaleStyle Style { get; init; } = RationaleStyle.General;

    /// <summary>
    /// Whether the writer is not told which answer was preferred and has to judge itself: rationales of the wrong answer are then left out, and their share says how far
    /// writer and labels agree. Otherwise it is told, and left out is what contradicts all the same.
    /// </summary>
    public bool Blind { get; init; }

    /// <summary>The most tokens of a reply.</summary>
    [Range(16, 1 << 16)]
    public int MaxTokens { get; init; } = 300;

    /// <summary>Temperature of the writer.</summary>
    [Range(0, 2)]
    public double Temperature { get; init; }

    /// <summary>Requests at a time.</summary>
    [Range(1, 256)]
    public int Parallel { get; init; } = 8;

    /// <summary>Whether pairs without a usable rationale are kept, with an empty one, instead of left out.</summary>
    public bool KeepPairs { get; init; }
}

/// <summary>What a rationale is to be.</summary>
public enum RationaleStyle
{
    /// <summary>About the answers as wholes, in a few sentences.</summary>
    General,

    /// <summary>With the places that decide, quoted.</summary>
    Specific,
}
