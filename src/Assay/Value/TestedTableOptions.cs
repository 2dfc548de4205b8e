using System.ComponentModel.DataAnnotations;

namespace Assay.Value;

/// <summary>A labelled table, and another one that its rows are judged by.</summary>
public record TestedTableOptions : LabelledTableOptions
{
    /// <summary>The dataset that rows are judged by: labels that can be trusted. Report final results on a third one.</summary>
    [Required, DatasetName]
    public string Test { get; init; } = "test";
}
