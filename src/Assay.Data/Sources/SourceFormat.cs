namespace Assay.Data;

/// <summary>How a source file is read.</summary>
public enum SourceFormat
{
    /// <summary>By the file's name: .jsonl, .ndjson and .json; .csv; .tsv; .xml; .html, .htm and .xhtml; .warc; -ubyte and .idx; .npy; .zip; .tar and .tgz; .parquet; .arrow and .feather; .dsdl; or by its first bytes; anything else is plain text.</summary>
    Auto,

    /// <summary>One JSON object per line.</summary>
    Jsonl,

    /// <summary>Comma-separated values with a header line (RFC 4180).</summary>
    Csv,

    /// <summary>The same, separated by tabs.</summary>
    Tsv,

    /// <summary>Plain text, see <see cref="TextRows"/>.</summary>
    Text,

    /// <summary>XML documentation as .NET compilers write it; one row per type.</summary>
    DotnetXml,

    /// <summary>Apache Parquet; nested values are JSON.</summary>
    Parquet,

    /// <summary>Apache Arrow's IPC files (Feather version 2 among them) and streams; nested values are JSON.</summary>
    Arrow,

    /// <summary>A description in DSDL with its samples; fields are columns, labels their names, nested values JSON.</summary>
    Dsdl,

    /// <summary>Pages of the web: the text of each file.</summary>
    Html,

    /// <summary>Web archives; one row per record that holds text.</summary>
    Warc,

    /// <summary>IDX files of MNIST and its kin; one row per item along the first axis.</summary>
    Idx,

    /// <summary>Arrays of NumPy; one row per item along the first axis.</summary>
    Npy,

    /// <summary>ZIP archives: the rows of their members.</summary>
    Zip,

    /// <summary>TAR archives: the rows of their members.</summary>
    Tar,
}

/// <summary>How files of a format are known and read.</summary>
/// <param name="Format">The format.</param>
/// <param name="Name">What a person calls it.</param>
/// <param name="Extensions">How names of such files end, in lower case.</param>
/// <param name="Offset">What the offset of a row is.</param>
internal sealed record FormatTraits(SourceFormat Format, string Name, string[] Extensions, RowOffset Offset)
{
    /// <summary>What such files start with, whatever they are called; empty where nothing tells.</summary>
    public byte[] Magic { get; init; } = [];

    /// <summary>Whether rows come in groups that are read where they lie (<see cref="IGroupedRows"/>), not in a stream of bytes.</summary>
    public bool IsGrouped { get; init; }

    /// <summary>Whether it must be possible to read such a file at any place.</summary>
    public bool NeedsPlaces => IsGrouped || Format == SourceFormat.Zip;

    /// <summary>Whether such files hold other files, each with a format of its own.</summary>
    public bool IsArchive { get; init; }

    /// <summary>Every format.</summary>
    public static IReadOnlyList<FormatTraits> All { get; } =
    [
        new(SourceFormat.Jsonl, "JSON Lines", [".jsonl", ".ndjson", ".json"], RowOffset.Byte),
        new(SourceFormat.Csv, "CSV", [".csv"], RowOffset.Byte),
        new(SourceFormat.Tsv, "TSV", [".tsv"], RowOffset.Byte),
        new(SourceFormat.Text, "plain text", [], RowOffset.Byte),
        new(SourceFormat.DotnetXml, ".NET XML documentation", [".xml"], RowOffset.Type),
        new(SourceFormat.Html, "HTML", [".html", ".htm", ".xhtml"], RowOffset.Byte),
        new(SourceFormat.Warc, "WARC", [".warc"], RowOffset.Record) { Magic = [.. "WARC/"u8] },
        new(SourceFormat.Idx, "IDX", ["-ubyte", ".idx"], RowOffset.Row),
        new(SourceFormat.Npy, "NumPy", [".npy"], RowOffset.Row) { Magic = [.. ArrayLayout.NpyMagic] },
        new(SourceFormat.Zip, "ZIP", [".zip", ".npz"], RowOffset.Row)
        {
            Magic = [(byte)'P', (byte)'K', 3, 4],
            IsArchive = true,
        },
        new(SourceFormat.Tar, "TAR", [".tar", ".tgz"], RowOffset.Row) { IsArchive = true },
        new(SourceFormat.Parquet, "Parquet", [".parquet"], RowOffset.Row) { Magic = [.. "PAR1"u8], IsGrouped = true },
        new(SourceFormat.Arrow, "Arrow", [".arrow", ".feather"], RowOffset.Row)
        {
            Magic = [.. "ARROW1"u8],
            IsGrouped = true,
        },
        new(SourceFormat.Dsdl, "DSDL", [".dsdl"], RowOffset.Row) { Magic = [.. "$dsdl-version"u8], IsGrouped = true },
    ];

    /// <summary>How files of a format are read.</summary>
    public static FormatTraits Of(SourceFormat format) => All.First(traits => traits.Format == format);

    /// <summary>True if the name of a file, packed or not, ends as one of data does.</summary>
    public static bool Knows(string name)
    {
        name = SourceFile.Unpacked(name);
        return name.EndsWith(".txt", StringComparison.OrdinalIgnoreCase) || All.Any(traits => traits.Names(name));
    }

    /// <summary>The format of a file with that name and those first bytes; plain text where neither tells.</summary>
    public static FormatTraits Of(string name, ReadOnlySpan<byte> start)
    {
        foreach (FormatTraits traits in All)
            if (traits.Magic.Length > 0 && start.StartsWith(traits.Magic))
                return traits;
        if (start.Length > TarMark.At && start[TarMark.At..].StartsWith(TarMark.Bytes))
            return Of(SourceFormat.Tar);
        return All.FirstOrDefault(traits => traits.Names(name)) ?? Of(SourceFormat.Text);
    }

    /// <summary>The format of content without a name: by its first bytes, or by how its first lines look.</summary>
    public static FormatTraits Guess(ReadOnlySpan<byte> start)
    {
        FormatTraits known = Of("", start);
        if (known.Format != SourceFormat.Text)
            return known;
        string text = System.Text.Encoding.UTF8.GetString(start).TrimStart('\uFEFF', ' ', '\t', '\r', '\n');
        if (text.StartsWith('{'))
            return Of(SourceFormat.Jsonl);
        if (
            text.StartsWith("<!doctype html", StringComparison.OrdinalIgnoreCase)
            || text.StartsWith("<html", StringComparison.OrdinalIgnoreCase)
        )
            return Of(SourceFormat.Html);
        // A table: the header and the lines behind it have as many separators each.
        string[] lines =
        [
            .. text.Split('\n').SkipLast(start.Length < 1024 ? 0 : 1).Where(line => line.Length > 1).Take(4),
        ];
        foreach (
            (char separator, SourceFormat format) in ((char, SourceFormat)[])
                [('\t', SourceFormat.Tsv), (',', SourceFormat.Csv)]
        )
            if (lines.Length > 2 && lines[0].Contains(separator))
                if (lines.All(line => Fields(line, separator) == Fields(lines[0], separator)))
                    return Of(format);
        return Of(SourceFormat.Text);

        static int Fields(string line, char separator)
        {
            bool isQuoted = false;
            return line.Count(c => (isQuoted ^= c == '"') is false && c == separator);
        }
    }

    /// <summary>How much of the start of a file can tell its format.</summary>
    public const int StartLength = 512;

    private static (int At, byte[] Bytes) TarMark { get; } = (257, [.. "ustar"u8]);

    private bool Names(string name) =>
        Extensions.Any(extension => name.EndsWith(extension, StringComparison.OrdinalIgnoreCase));
}

/// <summary>What the offset of a row in its file is.</summary>
internal enum RowOffset
{
    /// <summary>The byte of the decompressed content where the row starts; a line can be told from it.</summary>
    Byte,

    /// <summary>The byte of the decompressed content where a record starts, in a format that is no lines of text.</summary>
    Record,

    /// <summary>The ordinal of a type.</summary>
    Type,

    /// <summary>The ordinal of the row.</summary>
    Row,
}
