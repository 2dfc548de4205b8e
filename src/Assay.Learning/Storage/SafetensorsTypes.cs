namespace Assay.Learning;

/// <summary>Names and sizes of the element types, and which C# type holds which.</summary>
internal static class SafetensorsTypes
{
    private static readonly string[] Names =
    [
        "BOOL",
        "U8",
        "I8",
        "F8_E5M2",
        "F8_E4M3",
        "I16",
        "U16",
        "F16",
        "BF16",
        "I32",
        "U32",
        "F32",
        "F64",
        "I64",
        "U64",
    ];

    public static string AllNames => string.Join(", ", Names);

    public static string NameOf(SafetensorsType type) => Names[(int)type];

    public static bool TryParse(string name, out SafetensorsType type)
    {
        int found = Array.IndexOf(Names, name);
        type = (SafetensorsType)Math.Max(found, 0);
        return found >= 0;
    }

    /// <summary>Bytes of one element.</summary>
    public static int SizeOf(SafetensorsType type) =>
        type switch
        {
            <= SafetensorsType.F8E4M3 => 1,
            <= SafetensorsType.BF16 => 2,
            <= SafetensorsType.F32 => 4,
            _ => 8,
        };

    /// <summary>True if <see cref="float"/> can hold every kind of value of the type, perhaps rounded.</summary>
    public static bool IsFloat(SafetensorsType type) =>
        type is SafetensorsType.F16 or SafetensorsType.BF16 or SafetensorsType.F32 or SafetensorsType.F64;

    /// <summary>The element type that a C# type is written as.</summary>
    public static SafetensorsType Of<T>()
        where T : unmanaged =>
        default(T) switch
        {
            byte => SafetensorsType.U8,
            sbyte => SafetensorsType.I8,
            short => SafetensorsType.I16,
            ushort => SafetensorsType.U16,
            int => SafetensorsType.I32,
            uint => SafetensorsType.U32,
            long => SafetensorsType.I64,
            ulong => SafetensorsType.U64,
            Half => SafetensorsType.F16,
            float => SafetensorsType.F32,
            double => SafetensorsType.F64,
            _ => throw new ArgumentException($"safetensors has no element type for {typeof(T).Name}"),
        };

    /// <summary>True if the elements of a file can be read as they are into a span of <typeparamref name="T"/>.</summary>
    public static bool Holds<T>(SafetensorsType type)
        where T : unmanaged =>
        Of<T>() == type
        || (default(T) is byte && SizeOf(type) == 1)
        || (default(T) is ushort && type == SafetensorsType.BF16);
}
