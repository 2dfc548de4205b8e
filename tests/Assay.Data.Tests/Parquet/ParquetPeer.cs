using System.Text;
using System.Text.Json;
using Parquet;
using Parquet.Serialization;

namespace Assay.Tests;

/// <summary>An independent implementation of the format (Parquet.Net), to read what ours writes and write what ours reads.</summary>
internal static class ParquetPeer
{
    public sealed class Row
    {
        public string? Text { get; set; }
        public int Small { get; set; }
        public long? Whole { get; set; }
        public double Number { get; set; }
        public float? Single { get; set; }
        public bool Flag { get; set; }
        public decimal Price { get; set; }
        public DateTime When { get; set; }
        public Guid Key { get; set; }
        public List<string>? Tags { get; set; }
        public Inner? Inner { get; set; }
        public Dictionary<string, int>? Counts { get; set; }
    }

    public sealed class Inner
    {
        public int A { get; set; }
        public List<double>? Xs { get; set; }
    }

    public static byte[] Write(Row[] rows, string method, int rowsPerGroup = 1000)
    {
        using MemoryStream stream = new();
        ParquetOptions options = new()
        {
            CompressionMethod = Enum.Parse<CompressionMethod>(method),
            RowGroupSize = rowsPerGroup,
        };
        ParquetSerializer.SerializeAsync(rows, stream, options).GetAwaiter().GetResult();
        return stream.ToArray();
    }

    /// <summary>Each row as JSON with its keys in order and missing values left out.</summary>
    public static List<string> Read(string path)
    {
        using FileStream stream = File.OpenRead(path);
        return
        [
            .. ParquetSerializer
                .DeserializeUntypedAsync(stream)
                .GetAwaiter()
                .GetResult()
                .Data.Select(row =>
                    string.Join(
                        ",",
                        row.Where(cell => cell.Value is not null)
                            .Select(cell =>
                                cell.Key
                                + "="
                                + (
                                    cell.Value is byte[] bytes
                                        ? Encoding.UTF8.GetString(bytes)
                                        : JsonSerializer.Serialize(cell.Value)
                                )
                            )
                            .Order(StringComparer.Ordinal)
                    )
                ),
        ];
    }
}
