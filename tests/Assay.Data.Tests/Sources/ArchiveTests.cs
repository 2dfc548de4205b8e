using System.Formats.Tar;
using System.IO.Compression;
using System.Text;
using Assay.Data;

namespace Assay.Tests;

public sealed class ArchiveTests : IDisposable
{
    private const string Rows = "{\"text\":\"one\"}\n{\"text\":\"two\"}\n";
    private readonly SourceFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("c.zip")]
    [InlineData("c.tar")]
    [InlineData("c.tar.gz")]
    [InlineData("c.tgz")]
    [InlineData("c.tar.zst")]
    public void Members_are_read_as_files_of_a_folder(string name)
    {
        string deep = string.Join('/', Enumerable.Repeat("a-folder-with-a-long-name", 8)) + "/d.txt";
        Pack(
            name,
            ("docs/a.jsonl", Bytes(Rows)),
            ("docs/b.csv", Bytes("text,n\nthree,3\n")),
            ("./top.jsonl.gz", SourceFolder.Gzip("{\"text\":\"four\"}\n")),
            (deep, Bytes("five\n")),
            ("../../evil.txt", Bytes("six\n")),
            (".hidden.txt", Bytes("no\n")),
            ("__MACOSX/x.txt", Bytes("no\n"))
        );
        List<string> rows = _folder.Rows(new() { Path = [name] });
        Assert.Equal(6, rows.Count);
        Assert.Contains($" {name}/docs/a.jsonl 15 text=two,n=-", rows[1]);
        Assert.Contains($" {name}/docs/b.csv 7 text=three,n=3", rows[2]);
        Assert.Contains($" {name}/top.jsonl.gz 0 text=four", rows[3]);
        Assert.Contains($" {name}/{deep} 0 text=five", rows[4]);
        Assert.Contains($" {name}/../../evil.txt 0 text=six", rows[5]);
        Assert.Equal([name], Directory.GetFileSystemEntries(_folder.Path).Select(Path.GetFileName));
        Assert.Equal(rows, _folder.Rows(new() { Path = [name] }, blockSize: 10));

        Assert.Equal(["one", "two"], _folder.Texts(new() { Path = [$"{name}/docs/*.jsonl"] }));
        Assert.Equal(["one", "two", "three"], _folder.Texts(new() { Path = [$"{name}/docs"] }));
        Assert.Equal(["one", "two", "four"], _folder.Texts(new() { Path = [$"{name}/docs/a.jsonl", $"{name}/*.gz"] }));
        Assert.Equal(["one", "two", "three"], _folder.Texts(new() { Path = ["*"], Exclude = ["*.txt", "top*"] }));
        Assert.Contains("docs/*.png", _folder.Fails(new() { Path = [$"{name}/docs/*.png"] }).Hint);

        Dictionary<string, string> files = new() { [name] = Path.Combine(_folder.Path, name) };
        Assert.Equal(2, SourceFile.Find(files, $"{name}/docs/a.jsonl")!.LineOf(15));
        Assert.Null(SourceFile.Find(files, "other/docs/a.jsonl"));
    }

    [Theory]
    [InlineData("c.zip")]
    [InlineData("c.tar.gz")]
    public void Members_that_are_read_by_groups_are_unpacked_first(string name)
    {
        byte[] parquet = ParquetPeer.Write([new() { Text = "p" }, new() { Text = "q" }], "Snappy");
        Pack(
            name,
            ("a.jsonl", Bytes(Rows)),
            ("b.parquet", parquet),
            ("c.parquet", parquet[..^3]),
            ("d.jsonl", Bytes(Rows))
        );
        SourceOptions options = new() { Path = [name], Text = "text" };
        List<string> bad = _folder.Bad(options);
        Assert.Contains($"{name}/c.parquet", Assert.Single(bad));
        using Pieces pieces = Pieces.Temporary();
        IngestResult read = _folder.Ingest(pieces, options, BadRowPolicy.Skip);
        Assert.Equal(6, read.Rows);
        Assert.Equal(
            ["a.jsonl", "a.jsonl", "b.parquet", "b.parquet", "d.jsonl", "d.jsonl"],
            SourceFolder.Show(read).Select(row => row.Split(' ')[1][(name.Length + 1)..])
        );
        Assert.DoesNotContain(
            Directory.GetFiles(pieces.Folder),
            file => file.Contains("member", StringComparison.Ordinal)
        );
    }

    [Fact]
    public void What_cannot_be_read_is_a_bad_row_and_the_rest_is_read()
    {
        byte[] inner = Zip(("x.txt", Bytes("x")));
        byte[] zip = Zip(
            ("a.jsonl", Bytes(Rows)),
            ("in.zip", inner),
            ("a.jsonl", Bytes(Rows)),
            ("z.jsonl", Bytes(Rows))
        );
        // The first member's checksum, in the central directory and before its data.
        _folder.Write("twice.zip", zip);
        SourceOptions options = new() { Path = ["twice.zip"] };
        Assert.Equal(["one", "two", "one", "two"], _folder.Texts(options, BadRowPolicy.Skip));
        List<string> bad = _folder.Bad(options);
        Assert.Equal(2, bad.Count);
        Assert.Contains("an archive within an archive", bad[0]);
        Assert.Contains("a member of that name came before", bad[1]);

        byte[] stored = Zip(CompressionLevel.NoCompression, ("a.jsonl", Bytes(Rows)), ("b.jsonl", Bytes(Rows)));
        int at = stored.AsSpan().IndexOf("two"u8);
        stored[at] = (byte)'T';
        _folder.Write("sum.zip", stored);
        Assert.Contains("checksum is wrong", Assert.Single(_folder.Bad(new() { Path = ["sum.zip"] })));

        byte[] locked = Zip(("a.jsonl", Bytes(Rows)));
        int central = locked.AsSpan().IndexOf("PK\x01\x02"u8);
        (locked[6], locked[central + 8]) = ((byte)(locked[6] | 1), (byte)(locked[central + 8] | 1));
        _folder.Write("locked.zip", [.. locked]);
        Assert.Contains("encrypted", _folder.Fails(new() { Path = ["locked.zip"] }).Message);

        _folder.Write("short.zip", zip[..^40]);
        Assert.Contains("expected ZIP", _folder.Fails(new() { Path = ["short.zip"] }).Message);
        byte[] tar = Tar(("a.jsonl", Bytes(Rows)), ("b.jsonl", Bytes(Rows)));
        _folder.Write("short.tar", tar[..tar.AsSpan().LastIndexOf("two"u8)]);
        SourceOptions cut = new() { Path = ["short.tar"] };
        Assert.Equal(["one", "two", "one"], _folder.Texts(cut, BadRowPolicy.Skip));
        Assert.NotEmpty(_folder.Bad(cut));
        Assert.Contains("Decompress it", Fails("a.zip.gz", zip).Hint);
    }

    [Fact]
    public void Archives_that_are_made_to_fill_disks_stop()
    {
        ArchiveBudget budget = new(1000);
        budget.Spend(1L << 30);
        Assert.Throws<InvalidDataException>(() => budget.Spend(1));
        budget = new(1L << 40);
        budget.Spend(1L << 45);
    }

    private AssayException Fails(string name, byte[] content)
    {
        _folder.Write(name, SourceFolder.Gzip(content));
        return _folder.Fails(new() { Path = [name] });
    }

    private static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);

    private void Pack(string name, params (string, byte[])[] members)
    {
        byte[] packed = name == "c.zip" ? Zip(members) : Tar(members);
        using MemoryStream stream = new();
        using (
            Stream packer =
                name.EndsWith("gz", StringComparison.Ordinal) ? new GZipStream(stream, CompressionLevel.Fastest, true)
                : name.EndsWith("zst", StringComparison.Ordinal) ? new ZstdSharp.CompressionStream(stream, 3)
                : new BufferedStream(stream)
        )
        {
            packer.Write(packed);
            packer.Flush();
            packed = [];
        }
        _folder.Write(name, stream.ToArray());
    }

    private static byte[] Zip(params (string, byte[])[] members) => Zip(CompressionLevel.Fastest, members);

    private static byte[] Zip(CompressionLevel level, params (string Name, byte[] Content)[] members)
    {
        using MemoryStream stream = new();
        using (ZipArchive zip = new(stream, ZipArchiveMode.Create, leaveOpen: true))
            foreach ((string name, byte[] content) in members)
            {
                using Stream entry = zip.CreateEntry(name, level).Open();
                entry.Write(content);
            }
        return stream.ToArray();
    }

    private static byte[] Tar(params (string Name, byte[] Content)[] members)
    {
        using MemoryStream stream = new();
        using (TarWriter tar = new(stream, TarEntryFormat.Pax, leaveOpen: true))
        {
            tar.WriteEntry(new PaxTarEntry(TarEntryType.Directory, "docs/"));
            tar.WriteEntry(new PaxTarEntry(TarEntryType.SymbolicLink, "link.txt") { LinkName = "/etc/passwd" });
            foreach ((string name, byte[] content) in members)
            {
                TarEntry entry =
                    name.Length > 150
                        ? new GnuTarEntry(TarEntryType.RegularFile, name)
                        : new PaxTarEntry(TarEntryType.RegularFile, name);
                entry.DataStream = new MemoryStream(content);
                tar.WriteEntry(entry);
            }
        }
        return stream.ToArray();
    }
}
