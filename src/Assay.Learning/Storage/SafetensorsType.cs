namespace Assay.Learning;

/// <summary>The element types of the safetensors format, under the names that the format gives them.</summary>
public enum SafetensorsType
{
    /// <summary>A truth value of one byte, 0 or 1.</summary>
    Bool,

    /// <summary>An unsigned integer of 8 bits.</summary>
    U8,

    /// <summary>A signed integer of 8 bits.</summary>
    I8,

    /// <summary>A float of 8 bits, 5 of them the exponent; only its bytes can be read.</summary>
    F8E5M2,

    /// <summary>A float of 8 bits, 4 of them the exponent; only its bytes can be read.</summary>
    F8E4M3,

    /// <summary>A signed integer of 16 bits.</summary>
    I16,

    /// <summary>An unsigned integer of 16 bits.</summary>
    U16,

    /// <summary>An IEEE 754 float of 16 bits.</summary>
    F16,

    /// <summary>The upper 16 bits of an IEEE 754 float of 32 bits.</summary>
    BF16,

    /// <summary>A signed integer of 32 bits.</summary>
    I32,

    /// <summary>An unsigned integer of 32 bits.</summary>
    U32,

    /// <summary>An IEEE 754 float of 32 bits.</summary>
    F32,

    /// <summary>An IEEE 754 float of 64 bits.</summary>
    F64,

    /// <summary>A signed integer of 64 bits.</summary>
    I64,

    /// <summary>An unsigned integer of 64 bits.</summary>
    U64,
}
