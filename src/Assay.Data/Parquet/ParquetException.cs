namespace Assay.Data;

/// <summary>A Parquet file is not what its format asks for.</summary>
/// <param name="message">What was expected and what was found.</param>
internal sealed class ParquetException(string message) : DamagedFileException(message)
{
    /// <summary>True if more bytes could have helped.</summary>
    public bool IsEnd { get; init; }
}
