namespace Assay;

/// <summary>
/// Marks an option (text, or a list of texts) that names another dataset of the recipe, so that a name that does not
/// exist is reported when the recipe is read, not hours later.
/// </summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class DatasetNameAttribute : Attribute
{
    /// <summary>Whether on a command line the dataset may stand behind the rows, as the second of two paths: <c>assay describe diff a b</c>.</summary>
    public bool MayFollow { get; init; }
}
