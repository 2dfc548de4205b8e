namespace Assay;

/// <summary>
/// Marks an option (text, or a list of texts) that names another dataset of the recipe, so that a name that does not
/// exist is reported when the recipe is read, not hours later.
/// </summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class DatasetNameAttribute : Attribute;
