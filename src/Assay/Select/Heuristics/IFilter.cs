namespace Assay.Select;

/// <summary>A chain of rules over one text.</summary>
internal interface IFilter
{
    /// <summary>Every reason that <see cref="Reject"/> may give.</summary>
    IReadOnlyList<string> Reasons { get; }

    /// <summary>The reason of the first rule that drops the text, or null if it stays; may edit the text.</summary>
    string? Reject(ScannedText text);
}
