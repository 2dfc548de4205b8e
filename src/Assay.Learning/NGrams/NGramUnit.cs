namespace Assay.Learning;

/// <summary>What the tokens of an n-gram model are.</summary>
public enum NGramUnit
{
    /// <summary>Words, split by the caller.</summary>
    Words,

    /// <summary>The bytes of UTF-8 text.</summary>
    Bytes,
}
