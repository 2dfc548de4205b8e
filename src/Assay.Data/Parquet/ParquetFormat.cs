namespace Assay.Data;

/// <summary>What the bytes of a Parquet value are (parquet.thrift, <c>Type</c>).</summary>
internal enum ParquetType
{
    Boolean,
    Int32,
    Int64,
    Int96,
    Float,
    Double,
    ByteArray,
    FixedLenByteArray,
}

/// <summary>How often a Parquet field occurs within its parent.</summary>
internal enum ParquetRepetition
{
    Required,
    Optional,
    Repeated,
}

/// <summary>How the values of a page are written; numbers as in parquet.thrift.</summary>
internal enum ParquetEncoding
{
    Plain = 0,
    PlainDictionary = 2,
    Rle = 3,
    BitPacked = 4,
    DeltaBinaryPacked = 5,
    DeltaLengthByteArray = 6,
    DeltaByteArray = 7,
    RleDictionary = 8,
    ByteStreamSplit = 9,
}

/// <summary>How pages are compressed; numbers as in parquet.thrift.</summary>
internal enum ParquetCodec
{
    Uncompressed,
    Snappy,
    Gzip,
    Lzo,
    Brotli,
    Lz4,
    Zstd,
    Lz4Raw,
}

/// <summary>Kinds of pages; numbers as in parquet.thrift.</summary>
internal enum ParquetPageType
{
    Data,
    Index,
    Dictionary,
    DataV2,
}

/// <summary>Types of Thrift's compact protocol.</summary>
internal enum ThriftType : byte
{
    Stop,
    True,
    False,
    Byte,
    I16,
    I32,
    I64,
    Double,
    Binary,
    List,
    Set,
    Map,
    Struct,
    Uuid,
}
