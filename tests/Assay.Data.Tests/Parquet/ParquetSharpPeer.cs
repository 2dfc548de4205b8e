using Apache.Arrow;
using Apache.Arrow.Ipc;
using Assay.Data;
using ParquetSharp;
using ParquetSharp.Arrow;
using FileReader = ParquetSharp.Arrow.FileReader;

namespace Assay.Tests;

/// <summary>
/// Another independent implementation of the format: that of the Arrow project in C++, which hands over Arrow. As such it is read here
/// by our reader of Arrow, so that both readers have to say the same of a file.
/// </summary>
internal static class ParquetSharpPeer
{
    /// <summary>The rows of a Parquet file as lines of JSON.</summary>
    /// <exception cref="Exception">The peer cannot read it.</exception>
    public static List<string> Read(string path, SourceFolder folder)
    {
        List<RecordBatch> batches = [];
        using ReaderProperties properties = ReaderProperties.GetDefaultReaderProperties();
        properties.EnablePageChecksumVerification();
        using ArrowReaderProperties arrowProperties = ArrowReaderProperties.GetDefault();
        arrowProperties.ArrowExtensionEnabled = true; // JSON is told from text
        arrowProperties.CoerceInt96TimestampUnit = Apache.Arrow.Types.TimeUnit.Microsecond; // else years beyond 2262 wrap around
        using FileReader reader = new(path, properties, arrowProperties);
        using IArrowArrayStream stream = reader.GetRecordBatchReader();
        while (stream.ReadNextRecordBatchAsync().AsTask().GetAwaiter().GetResult() is { } batch)
            batches.Add(batch);
        if (batches.Count == 0)
            return [];
        string arrow = folder.Write("peer.arrow", ArrowPeer.Write(batches));
        FileRows rows = FileRows.Read(arrow, format: SourceFormat.Arrow);
        Assert.Empty(rows.Bad);
        return rows.Lines;
    }
}
