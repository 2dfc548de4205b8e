namespace Assay.Data;

/// <summary>One named column of numbers computed for a dataset, aligned with its rows.</summary>
/// <param name="Name">What recipes call it, such as <c>perplexity</c>.</param>
/// <param name="Values">One number per row of the dataset; NaN where the row was not in view when it was computed.</param>
public sealed record Signal(string Name, double[] Values)
{
    /// <summary>How it came about, for a person to read: <c>400 permutations, values still change by 0.043</c>. Empty if there is nothing to say.</summary>
    public string Note { get; init; } = "";
}
