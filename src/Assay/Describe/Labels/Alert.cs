namespace Assay.Describe;

/// <summary>A known problem of a dataset.</summary>
/// <remarks>
/// Severity, category, mitigation and use cases follow the second and third generation of the Dataset Nutrition Label (arXiv 2201.03954).
/// </remarks>
/// <param name="Kind">What was found, such as <c>missing-values</c>; <c>stated</c> where people say it.</param>
/// <param name="Severity">How bad it is.</param>
/// <param name="Category">What it is about.</param>
/// <param name="Text">What the problem is, in a sentence.</param>
public sealed record Alert(string Kind, Severity Severity, AlertCategory Category, string Text)
{
    private const string Stated = "stated";

    /// <summary>Columns that it is about; none where it is about the whole.</summary>
    public IReadOnlyList<string> Columns { get; init; } = [];

    /// <summary>What to do about it; may be empty.</summary>
    public string Mitigation { get; init; } = "";

    /// <summary>Names of the use cases that it touches.</summary>
    public IReadOnlyList<string> UseCases { get; init; } = [];

    /// <summary>True if it was computed from the data, false if people say it.</summary>
    [System.Text.Json.Serialization.JsonIgnore]
    public bool IsComputed => Kind != Stated;

    /// <summary>An alert that people have written.</summary>
    public static Alert Of(AboutAlert about) =>
        new(Stated, about.Severity, about.Category, about.Text)
        {
            Columns = about.Columns,
            Mitigation = about.Mitigation,
            UseCases = about.UseCases,
        };

    /// <summary>The same linked to the use cases that need one of its columns.</summary>
    public Alert For(IReadOnlyList<UseCase> useCases) =>
        this with
        {
            UseCases =
            [
                .. useCases
                    .Where(useCase =>
                        Columns.Count == 0 || useCase.Columns.Count == 0 || useCase.Columns.Intersect(Columns).Any()
                    )
                    .Select(useCase => useCase.Name),
            ],
        };
}
