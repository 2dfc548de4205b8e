using System.IO.Compression;
using System.Text;
using Assay.Data;

namespace Assay.Tests;

/// <summary>A folder of source files for one test, and short ways to read them.</summary>
internal sealed class SourceFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("assay-test-").FullName;

    public string Write(string name, string content) => Write(name, Encoding.UTF8.GetBytes(content));

    public string Write(string name, byte[] content)
    {
        string path = System.IO.Path.Combine(Path, name);
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(path)!);
        File.WriteAllBytes(path, content);
        return path;
    }

    public SourcePlan Plan(SourceOptions? options = null, int blockSize = 8 << 20) =>
        SourcePlan.Find("pool", options ?? new() { Path = ["**"] }, Path, blockSize);

    public IngestResult Ingest(
        Pieces pieces,
        SourceOptions? options = null,
        BadRowPolicy policy = BadRowPolicy.Fail,
        int blockSize = 8 << 20,
        int threads = 2
    ) => Data.Ingest.Run(Plan(options, blockSize), policy, new(pieces) { Threads = threads });

    /// <summary>All rows as lines "id source offset {columns}", for comparison.</summary>
    public List<string> Rows(
        SourceOptions? options = null,
        BadRowPolicy policy = BadRowPolicy.Fail,
        int blockSize = 8 << 20,
        int threads = 2
    )
    {
        using Pieces pieces = Pieces.Temporary();
        return Show(Ingest(pieces, options, policy, blockSize, threads));
    }

    /// <summary>The texts of all rows.</summary>
    public List<string> Texts(
        SourceOptions? options = null,
        BadRowPolicy policy = BadRowPolicy.Fail,
        int blockSize = 8 << 20
    )
    {
        using Pieces pieces = Pieces.Temporary();
        List<string> texts = [];
        foreach (string path in Ingest(pieces, options, policy, blockSize).Tables)
        {
            using Table table = Table.Read(path);
            for (int row = 0; row < table.RowCount; row++)
                texts.Add(Encoding.UTF8.GetString(table.Find(options?.Text ?? "text")!.Utf8(row)));
        }
        return texts;
    }

    public AssayException Fails(
        SourceOptions? options = null,
        BadRowPolicy policy = BadRowPolicy.Fail,
        int blockSize = 8 << 20
    )
    {
        using Pieces pieces = Pieces.Temporary();
        return Assert.Throws<AssayException>(() => Ingest(pieces, options, policy, blockSize));
    }

    /// <summary>The quarantined rows, as lines of JSON.</summary>
    public List<string> Bad(SourceOptions? options = null, int blockSize = 8 << 20)
    {
        using Pieces pieces = Pieces.Temporary();
        return [.. Ingest(pieces, options, BadRowPolicy.Quarantine, blockSize).BadRowFiles.SelectMany(File.ReadLines)];
    }

    public static List<string> Show(IngestResult result)
    {
        List<string> rows = [];
        foreach (string path in result.Tables)
        {
            using Table table = Table.Read(path);
            for (int row = 0; row < table.RowCount; row++)
                rows.Add(
                    $"{table.Ids[row]} {table.SourceOf(row)} {table.Offsets[row]} "
                        + string.Join(
                            ",",
                            result.Schema.Select(field => field.Name + "=" + Value(table.Find(field.Name), row))
                        )
                );
        }
        Assert.Equal(result.Rows, rows.Count);
        return rows;
    }

    public static string Value(Column? column, int row) =>
        column is null || column.IsNull(row)
            ? "-"
            : column.Type switch
            {
                ColumnType.Text or ColumnType.Json => Encoding.UTF8.GetString(column.Utf8(row)),
                ColumnType.Bool => column.Bool(row) ? "true" : "false",
                _ => column.Number(row)!.Value.ToString("R"),
            };

    public static byte[] Gzip(string content) => Gzip(Encoding.UTF8.GetBytes(content));

    public static byte[] Gzip(byte[] content)
    {
        using MemoryStream packed = new();
        using (GZipStream packer = new(packed, CompressionLevel.Fastest, leaveOpen: true))
            packer.Write(content);
        return packed.ToArray();
    }

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
