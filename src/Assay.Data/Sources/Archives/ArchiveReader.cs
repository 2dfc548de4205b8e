using System.Formats.Tar;
using System.IO.Compression;
using System.IO.Hashing;
using System.Text;

namespace Assay.Data;

/// <summary>A file in an archive.</summary>
/// <param name="File">The member: its name behind that of the archive, as if the archive were a folder.</param>
/// <param name="Content">Its bytes as they were stored; to be read before the next member is asked for.</param>
/// <param name="Fault">Why it is not read, or null.</param>
internal sealed record ArchiveMember(SourceFile File, Stream Content, string? Fault);

/// <summary>Goes through the members of a ZIP or TAR file one after the other; nothing of them touches the disk under their names.</summary>
/// <remarks>
/// Folders, links, devices and names that are hidden (a segment starts with a dot, or is <c>__MACOSX</c>) are passed over, as are those
/// that the path or the exclusions leave out.
/// </remarks>
internal sealed class ArchiveReader : IDisposable
{
    /// <summary>First bytes that tell a member's format.</summary>
    private const int Start = 512;

    private readonly SourceFile _archive;
    private readonly Stream _stream;
    private readonly ArchiveBudget _budget;
    private readonly HashSet<UInt128> _seen = [];
    private readonly IEnumerator<ZipArchiveEntry>? _entries;
    private readonly ZipArchive? _zip;
    private readonly TarReader? _tar;

    /// <exception cref="DamagedFileException">It is no archive.</exception>
    public ArchiveReader(SourceFile archive, FileStream raw)
    {
        (_archive, _budget) = (archive, new(archive.Size));
        _stream = new BufferedStream(archive.Decompress(raw), 1 << 16);
        if (archive.Format == SourceFormat.Tar)
        {
            _tar = new(_stream, leaveOpen: true);
            return;
        }
        try
        {
            _zip = new(_stream, ZipArchiveMode.Read, leaveOpen: true);
            _entries = _zip.Entries.GetEnumerator();
        }
        catch (Exception failure) when (IsDamage(failure))
        {
            _stream.Dispose();
            throw new DamagedFileException(failure.Message.TrimEnd('.'));
        }
    }

    /// <summary>The next member, or null behind the last.</summary>
    /// <exception cref="DamagedFileException">The archive is damaged; what was before could be read.</exception>
    public ArchiveMember? Next()
    {
        try
        {
            return _tar is null ? NextOfZip() : NextOfTar(_tar);
        }
        catch (Exception failure) when (IsDamage(failure))
        {
            throw new DamagedFileException(failure.Message.TrimEnd('.'));
        }
    }

    /// <summary>Opens a member by its name.</summary>
    /// <exception cref="AssayException">It is not there, or cannot be read.</exception>
    public static Stream Open(SourceFile member)
    {
        ArchiveReader reader = new(member.Archive!, member.Archive!.OpenRaw());
        try
        {
            while (reader.Next() is { } next)
                if (next.Fault is null && next.File.Name == member.Name)
                    return member.Decompress(new MemberContent(next.Content, reader._budget, null) { Owner = reader });
        }
        catch (DamagedFileException failure)
        {
            reader.Dispose();
            throw SourceFile.Unreadable(member.FullPath, failure);
        }
        reader.Dispose();
        throw new AssayException("the archive no longer holds this member", new(member.FullPath));
    }

    public void Dispose()
    {
        _entries?.Dispose();
        _zip?.Dispose();
        _tar?.Dispose();
        _stream.Dispose();
    }

    private ArchiveMember? NextOfZip()
    {
        while (_entries!.MoveNext())
        {
            ZipArchiveEntry entry = _entries.Current;
            if (entry.FullName.EndsWith('/') || !IsWanted(entry.FullName, out string name))
                continue;
            if (entry.IsEncrypted)
                return Refused(name, "it is encrypted: unpack it with its password first");
            return Member(name, entry.Length, () => entry.Open(), entry.Crc32);
        }
        return null;
    }

    private ArchiveMember? NextOfTar(TarReader tar)
    {
        while (tar.GetNextEntry() is { } entry)
        {
            bool isFile =
                entry.EntryType
                is TarEntryType.RegularFile
                    or TarEntryType.V7RegularFile
                    or TarEntryType.ContiguousFile
                    or TarEntryType.SparseFile;
            if (!isFile || !IsWanted(entry.Name, out string name))
                continue;
            bool isSparse =
                entry.EntryType == TarEntryType.SparseFile
                || entry is PaxTarEntry pax
                    && pax.ExtendedAttributes.Keys.Any(key => key.StartsWith("GNU.sparse", StringComparison.Ordinal));
            if (isSparse)
                return Refused(name, "it is stored with holes (sparse): pack it without --sparse");
            return Member(name, entry.Length, () => entry.DataStream ?? Stream.Null, null);
        }
        return null;
    }

    private ArchiveMember Member(string name, long size, Func<Stream> open, uint? checksum)
    {
        if (!_seen.Add(XxHash128.HashToUInt128(Encoding.UTF8.GetBytes(name))))
            return Refused(name, "a member of that name came before");
        try
        {
            MemberContent content = new(open(), _budget, checksum);
            SourceFile file = _archive.Member(name, size, content.Peek(Start));
            return FormatTraits.Of(file.Format).IsArchive
                ? Refused(name, "it is an archive within an archive: unpack the outer one")
                : new(file, content, null);
        }
        catch (InvalidDataException failure)
        {
            return Refused(name, failure.Message.TrimEnd('.'));
        }
    }

    private ArchiveMember Refused(string name, string fault) => new(_archive.Member(name, 0, []), Stream.Null, fault);

    private bool IsWanted(string stored, out string name)
    {
        // Names are for people: wherever they lead, nothing is written there.
        string[] segments = stored.Replace('\\', '/').Split('/', StringSplitOptions.RemoveEmptyEntries);
        segments = [.. segments.Where(segment => segment != ".")];
        name = SourceText.Printable(string.Join('/', segments), 4096);
        string path = $"{_archive.FullPath}/{name}";
        string relative = "/" + name;
        return segments.Length > 0
            && !segments.Any(segment => segment == "__MACOSX" || segment.StartsWith('.') && segment != "..")
            && (
                _archive.Members.Count == 0
                || _archive.Members.Any(pattern =>
                    Glob.Matches("/" + pattern, relative) || Glob.Matches($"/{pattern}/**", relative)
                )
            )
            && !_archive.Excluded.Any(pattern => Glob.Matches(pattern, path));
    }

    private static bool IsDamage(Exception failure) =>
        failure
            is InvalidDataException
                or EndOfStreamException
                or FormatException
                or ArgumentException
                or OverflowException
                or NotSupportedException
                or ZstdSharp.ZstdException;
}
