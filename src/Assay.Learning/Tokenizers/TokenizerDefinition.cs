using System.Text;

namespace Assay.Learning;

/// <summary>Everything a <c>tokenizer.json</c> says that changes ids or text, checked and in our terms.</summary>
internal sealed record TokenizerDefinition
{
    /// <summary>The spelling of each id as the file has it; null where no token has the id.</summary>
    public required string?[] Vocabulary { get; init; }

    /// <summary>In order of rank.</summary>
    public required (int Left, int Right, int Merged)[] Merges { get; init; }

    public int? Unknown { get; init; }
    public bool FuseUnknown { get; init; }
    public bool ByteFallback { get; init; }

    /// <summary>Whether a piece that is a token is that token, whatever merges would make of it.</summary>
    public bool IgnoreMerges { get; init; }

    public IReadOnlyList<AddedToken> Added { get; init; } = [];
    public IReadOnlyList<NormalizerStep> Normalizer { get; init; } = [];
    public IReadOnlyList<PreTokenizerStep> PreTokenizer { get; init; } = [];

    /// <summary>What the template puts before and after a text, as ids.</summary>
    public IReadOnlyList<int> Before { get; init; } = [];
    public IReadOnlyList<int> After { get; init; } = [];

    /// <summary>Whether the file has a post-processor of type ByteLevel, which changes offsets only.</summary>
    public bool HasByteLevelPostProcessor { get; init; }

    public IReadOnlyList<DecoderStep> Decoder { get; init; } = [];

    /// <summary>Whether tokens are spelled in GPT-2's alphabet of bytes.</summary>
    public bool IsByteLevel => PreTokenizer.Any(step => step.Kind == PreTokenizerKind.ByteLevel);
}

internal enum NormalizerKind
{
    Nfc,
    Prepend,
    Replace,
}

/// <summary>One step of normalization.</summary>
internal sealed record NormalizerStep(NormalizerKind Kind, string Pattern = "", string Content = "")
{
    public byte[] PatternBytes { get; } = Encoding.UTF8.GetBytes(Pattern);
    public byte[] ContentBytes { get; } = Encoding.UTF8.GetBytes(Content);
}

internal enum PreTokenizerKind
{
    ByteLevel,
    Metaspace,
    Digits,
    Split,
}

internal enum PrependScheme
{
    Always,
    Never,
    First,
}

/// <summary>One step of cutting text into pieces.</summary>
/// <param name="Kind">Which.</param>
/// <param name="Pattern">Where it cuts.</param>
/// <param name="AddPrefixSpace">ByteLevel: puts a space before a text that does not start with one.</param>
/// <param name="Prepend">Metaspace: which texts get a <c>▁</c> in front.</param>
/// <param name="TrimOffsets">ByteLevel: kept for writing; changes offsets only.</param>
internal sealed record PreTokenizerStep(
    PreTokenizerKind Kind,
    WordPattern Pattern = WordPattern.Whole,
    bool AddPrefixSpace = false,
    PrependScheme Prepend = PrependScheme.Always,
    bool TrimOffsets = true
);

internal enum DecoderKind
{
    ByteLevel,
    ByteFallback,
    Fuse,
    Replace,
    Strip,
    Metaspace,
}

/// <summary>One step from tokens to text.</summary>
/// <param name="Kind">Which.</param>
/// <param name="Pattern">Replace: what.</param>
/// <param name="Content">Replace: by what; Strip: the character.</param>
/// <param name="Start">Strip: how many at the beginning of the text.</param>
/// <param name="Prepend">Metaspace: unless Never, the spaces of the first token go.</param>
internal sealed record DecoderStep(
    DecoderKind Kind,
    string Pattern = "",
    string Content = "",
    int Start = 0,
    PrependScheme Prepend = PrependScheme.Always
);
