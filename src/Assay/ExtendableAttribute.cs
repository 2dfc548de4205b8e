namespace Assay;

/// <summary>
/// Marks an option of which another value only means more or fewer of the same pieces, such as a number of permutations: the
/// pieces of a finished step are kept, and a step that differs in such options only goes on from them.
/// </summary>
/// <remarks>The method makes whole pieces whatever the value is, and reads as much of them as the value says.</remarks>
[AttributeUsage(AttributeTargets.Property)]
public sealed class ExtendableAttribute : Attribute;
