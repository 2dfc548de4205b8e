using System.Collections.Immutable;

namespace Assay.Learning;

/// <summary>One tensor of a safetensors file, as its header describes it.</summary>
/// <param name="Name">The name, unique in the file.</param>
/// <param name="Type">The element type.</param>
/// <param name="Shape">The dimensions, outermost first, row-major; empty for a scalar. A dimension may be 0.</param>
/// <param name="Offset">Where the tensor begins, in bytes from the end of the header.</param>
/// <param name="Bytes">Its length in bytes.</param>
public sealed record SafetensorsEntry(
    string Name,
    SafetensorsType Type,
    ImmutableArray<long> Shape,
    long Offset,
    long Bytes
)
{
    /// <summary>The number of elements: the product of the shape.</summary>
    public long Count => Bytes / SafetensorsTypes.SizeOf(Type);
}
