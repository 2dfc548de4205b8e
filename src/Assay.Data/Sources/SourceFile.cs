using System.Buffers;
using System.IO.Hashing;
using Microsoft.Win32.SafeHandles;

namespace Assay.Data;

/// <summary>How a source file is compressed, as its first bytes say.</summary>
public enum SourceCompression
{
    /// <summary>Not at all.</summary>
    None,

    /// <summary>gzip, of one member or several.</summary>
    Gzip,

    /// <summary>Zstandard, of one frame or several.</summary>
    Zstd,
}

/// <summary>One file of a dataset, as it was found.</summary>
/// <param name="Name">Path relative to the folder that was searched, with forward slashes: what rows are said to come from.</param>
/// <param name="FullPath">Where it is.</param>
/// <param name="Size">Its size in bytes, as stored.</param>
/// <param name="Modified">When it was last written, in UTC.</param>
/// <param name="Format">How it is read; never <see cref="SourceFormat.Auto"/>.</param>
/// <param name="Compression">How it is compressed.</param>
public sealed record SourceFile(
    string Name,
    string FullPath,
    long Size,
    DateTime Modified,
    SourceFormat Format,
    SourceCompression Compression
)
{
    /// <summary>The archive that holds it, or null.</summary>
    internal SourceFile? Archive { get; private init; }

    /// <summary>Patterns of the members that are read of an archive; all if there are none.</summary>
    internal IReadOnlyList<string> Members { get; init; } = [];

    /// <summary>Patterns of members that are left out, as for files.</summary>
    internal IReadOnlyList<string> Excluded { get; init; } = [];

    /// <summary>The format of an archive's members, if they are not to tell it themselves.</summary>
    internal SourceFormat MemberFormat { get; private init; }

    /// <summary>Where its bytes lie, if not under its own name: a member of an archive that was unpacked to be read at any place.</summary>
    internal string? Unpacking { get; init; }

    /// <summary>Whether it lies on the disk by itself.</summary>
    internal bool IsOnDisk => Archive is null;

    /// <summary>Whether its size is that of its content.</summary>
    internal bool IsPlain => IsOnDisk && Compression == SourceCompression.None;

    /// <summary>Looks at a file's first bytes.</summary>
    /// <exception cref="AssayException">It cannot be read, or is in a format that Assay does not read.</exception>
    public static SourceFile Inspect(string name, string path, SourceFormat format)
    {
        try
        {
            FileInfo info = new(path);
            using var file = File.OpenHandle(path);
            Span<byte> start = stackalloc byte[FormatTraits.StartLength];
            start = start[..RandomAccess.Read(file, start, 0)];
            if (Foreign(start) is { } foreign)
                throw new AssayException(
                    $"this is {foreign} file, which Assay does not read",
                    new(path),
                    $"It reads {string.Join(", ", FormatTraits.All.Select(traits => traits.Name))}; all but those read from their end also as .gz or .zst."
                );
            SourceCompression compression = CompressionOf(start);
            FormatTraits found = FormatTraits.Of(Unpacked(path), start);
            SourceFormat asked = format;
            if (format == SourceFormat.Auto || found.IsArchive)
                format = found.Format;
            if (FormatTraits.Of(format) is { NeedsPlaces: true } grouped && compression != SourceCompression.None)
                throw new AssayException(
                    $"expected a {grouped.Name} file, found it within {compression.ToString().ToLowerInvariant()}",
                    new(path),
                    $"Decompress it: {grouped.Name} is read where its parts lie."
                );
            return new(name, path, RandomAccess.GetLength(file), info.LastWriteTimeUtc, format, compression)
            {
                MemberFormat = found.IsArchive && asked != found.Format ? asked : SourceFormat.Auto,
            };
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw Unreadable(path, failure);
        }
    }

    /// <summary>A file within this archive.</summary>
    /// <param name="name">Its name there.</param>
    /// <param name="size">Its size.</param>
    /// <param name="start">Its first bytes.</param>
    internal SourceFile Member(string name, long size, ReadOnlySpan<byte> start) =>
        new(
            $"{Name}/{name}",
            $"{FullPath}/{name}",
            size,
            Modified,
            MemberFormat != SourceFormat.Auto ? MemberFormat : FormatTraits.Of(Unpacked(name), start).Format,
            CompressionOf(start)
        )
        {
            Archive = this,
        };

    /// <summary>The file that rows come from, a member of an archive among them; null if it is none of the files.</summary>
    /// <param name="files">Full paths of files by their names.</param>
    /// <param name="name">The name that rows know it by.</param>
    /// <exception cref="AssayException">It cannot be read.</exception>
    public static SourceFile? Find(IReadOnlyDictionary<string, string> files, string name)
    {
        for (int end = name.Length; end > 0; end = name.LastIndexOf('/', end - 1))
            if (files.TryGetValue(name[..end], out string? path))
            {
                SourceFile file = Inspect(name[..end], path, SourceFormat.Auto);
                return end == name.Length ? file : file.Member(name[(end + 1)..], 0, []);
            }
        return null;
    }

    /// <summary>Opens the file's content, decompressed.</summary>
    /// <exception cref="AssayException">The file cannot be opened.</exception>
    public Stream OpenContent() => Archive is null ? Decompress(OpenRaw()) : ArchiveReader.Open(this);

    /// <summary>
    /// The line (counted from 1) on which byte <paramref name="offset"/> of the decompressed content lies; reads the file up to
    /// there. 0, unknown, in formats whose offsets are ordinals of types or rows.
    /// </summary>
    /// <exception cref="AssayException">The file cannot be read that far.</exception>
    public long LineOf(long offset) => LinesOf([offset])[0];

    /// <summary>The same of several offsets, in one pass through the file.</summary>
    /// <param name="offsets">Ascending.</param>
    /// <exception cref="AssayException">The file cannot be read that far.</exception>
    public long[] LinesOf(IReadOnlyList<long> offsets)
    {
        long[] lines = new long[offsets.Count];
        if (FormatTraits.Of(Format).Offset != RowOffset.Byte)
            return lines;
        byte[] buffer = ArrayPool<byte>.Shared.Rent(1 << 18);
        try
        {
            using Stream content = OpenContent();
            long line = 1,
                at = 0;
            for (int i = 0; i < lines.Length; i++)
            {
                for (int got; at < offsets[i]; at += got)
                {
                    got = content.Read(buffer, 0, (int)Math.Min(buffer.Length, offsets[i] - at));
                    if (got == 0)
                        break;
                    line += buffer.AsSpan(0, got).Count((byte)'\n');
                }
                lines[i] = line;
            }
            return lines;
        }
        catch (Exception failure) when (failure is IOException or InvalidDataException)
        {
            throw Unreadable(FullPath, failure);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>How a person finds a row: <c>line 17</c>, <c>row 3</c>, <c>type 2</c>, or <c>byte 512</c> where the line is not known.</summary>
    /// <param name="name">Name of the row's file.</param>
    /// <param name="offset">Its offset there.</param>
    /// <param name="line">From <see cref="LineOf"/>.</param>
    public static string PlaceOf(string name, long offset, long line) =>
        FormatTraits.Of(Unpacked(name), []).Offset switch
        {
            RowOffset.Byte when line > 0 => $"line {line}",
            RowOffset.Byte or RowOffset.Record => $"byte {offset:N0}",
            RowOffset unit => $"{unit.ToString().ToLowerInvariant()} {offset + 1:N0}",
        };

    /// <summary>Hash (XXH3, 128 bits, hexadecimal) of the file as stored.</summary>
    /// <exception cref="AssayException">The file cannot be read.</exception>
    internal string ContentHash(CancellationToken cancellation)
    {
        byte[] buffer = ArrayPool<byte>.Shared.Rent(1 << 20);
        try
        {
            XxHash128 hash = new();
            using Stream raw = OpenRaw();
            for (int got; (got = raw.Read(buffer)) > 0; )
            {
                hash.Append(buffer.AsSpan(0, got));
                cancellation.ThrowIfCancellationRequested();
            }
            return Convert.ToHexStringLower(hash.GetCurrentHash());
        }
        catch (IOException failure)
        {
            throw Unreadable(FullPath, failure);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    internal FileStream OpenRaw()
    {
        try
        {
            return new(Unpacking ?? FullPath, FileMode.Open, FileAccess.Read, FileShare.ReadWrite, bufferSize: 0);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw Unreadable(FullPath, failure);
        }
    }

    /// <summary>Opens the file for reading at any place.</summary>
    internal SafeFileHandle OpenHandle()
    {
        try
        {
            return File.OpenHandle(Unpacking ?? FullPath, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw Unreadable(FullPath, failure);
        }
    }

    /// <summary>Fills <paramref name="bytes"/> with those from <paramref name="at"/> on.</summary>
    /// <exception cref="DamagedFileException">The file ends before.</exception>
    internal static void ReadExactly(SafeFileHandle file, Span<byte> bytes, long at)
    {
        for (int got; bytes.Length > 0; bytes = bytes[got..], at += got)
            if ((got = RandomAccess.Read(file, bytes, at)) == 0)
                throw new DamagedFileException(
                    $"expected {bytes.Length} more bytes at byte {at}, found the end of the file"
                );
    }

    internal Stream Decompress(Stream raw) =>
        Compression switch
        {
            SourceCompression.Gzip => new GzipContent(new BufferedStream(raw, 1 << 17)),
            SourceCompression.Zstd => new ZstdSharp.DecompressionStream(raw, 1 << 17, leaveOpen: false),
            _ => raw,
        };

    /// <summary>Stops if the file is no longer the one that was found.</summary>
    internal void CheckUnchanged()
    {
        FileInfo now = new(FullPath);
        if (!now.Exists || now.Length != Size || now.LastWriteTimeUtc != Modified)
            throw new AssayException(
                "the file was changed while it was read",
                new(FullPath),
                "Run again when nothing writes to it."
            );
    }

    internal static AssayException Unreadable(string path, Exception failure) =>
        new($"cannot read: {failure.Message}", new(path), "Check that the file exists and may be read.", failure);

    internal static string Unpacked(string path)
    {
        foreach (string packed in (string[])[".gz", ".zst"])
            if (path.EndsWith(packed, StringComparison.OrdinalIgnoreCase))
                path = path[..^packed.Length];
        return path;
    }

    private static SourceCompression CompressionOf(ReadOnlySpan<byte> start) =>
        start.StartsWith((ReadOnlySpan<byte>)[0x1F, 0x8B]) ? SourceCompression.Gzip
        : start.StartsWith((ReadOnlySpan<byte>)[0x28, 0xB5, 0x2F, 0xFD]) ? SourceCompression.Zstd
        : start.Length >= 4
        && (start[0] & 0xF0) == 0x50
        && start[1..].StartsWith((ReadOnlySpan<byte>)[0x2A, 0x4D, 0x18])
            ? SourceCompression.Zstd
        : SourceCompression.None;

    private static string? Foreign(ReadOnlySpan<byte> start) =>
        start.StartsWith("PARE"u8) ? "an encrypted Parquet"
        : start.StartsWith("BZh"u8) ? "a bzip2"
        : start.StartsWith((ReadOnlySpan<byte>)[0xFD, (byte)'7', (byte)'z', (byte)'X', (byte)'Z']) ? "an xz"
        : null;
}
