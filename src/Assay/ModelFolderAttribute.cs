namespace Assay;

/// <summary>
/// Marks an option (text, or a list of texts) that may be a folder with a model: what lies in it decides about the result, so that a step is not
/// taken from the store when the folder has another model than then.
/// </summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class ModelFolderAttribute : Attribute;
