namespace Assay;

/// <summary>Marks a class as a method of Assay: its verb and name, and where it comes from.</summary>
/// <remarks>
/// A method is a sealed class with one public constructor that takes its options record, and implements the interface of
/// its verb. Its summary and its options' summaries are what <c>assay methods</c> and <c>assay schema</c> show.
/// </remarks>
/// <param name="name"><c>verb/name</c>, such as <c>select/dedup</c>.</param>
[AttributeUsage(AttributeTargets.Class, Inherited = false)]
public sealed class MethodAttribute(string name) : Attribute
{
    /// <summary><c>verb/name</c>.</summary>
    public string Name { get; } = name;

    /// <summary>The slug of the paper or the source that it follows.</summary>
    public string Paper { get; init; } = "";

    /// <summary>Raised when the same inputs would give other outputs than before, so that stored results are not reused.</summary>
    public int Revision { get; init; } = 1;
}
