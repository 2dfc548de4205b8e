namespace Assay.Describe;

/// <summary>What is known of a fact about a dataset.</summary>
public enum Known
{
    /// <summary>Nothing; it earns nothing.</summary>
    Unknown,

    /// <summary>It is not so.</summary>
    No,

    /// <summary>It is so.</summary>
    Yes,

    /// <summary>It means nothing for data of this kind.</summary>
    NotApplicable,
}

/// <summary>A fact about a dataset, and who says so.</summary>
/// <param name="Name">What: <c>consent</c>, <c>location</c>.</param>
/// <param name="State">What is known of it.</param>
/// <param name="Source">A column, the datasheet, a detector; empty where nothing is known.</param>
public sealed record DeclaredFact(string Name, Known State, string Source = "");
