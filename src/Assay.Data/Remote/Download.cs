using System.IO.Compression;
using System.IO.Hashing;
using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Assay.Data;

/// <summary>Brings one file here, in a folder of its own.</summary>
/// <remarks>
/// In the folder: <c>version.json</c> (which bytes are under way), <c>part-0000</c> and so on, each as long as it has come, so
/// that a killed download goes on at the byte; then <c>file/NAME</c> and <c>kept.json</c>, in this order. Nothing of the folder's
/// names comes from the server but NAME, which holds letters, digits, dots, dashes and underscores only.
/// </remarks>
internal sealed class Download(RemoteFile file, string folder, Transport transport, TransportOptions options)
{
    private const int ChangeLimit = 3;
    private long _told;
    private bool _isAnnounced;

    /// <summary>Hears of bytes that have come, or (negative) that have to come again.</summary>
    public Action<long> Report { get; init; } = _ => { };

    /// <summary>Hears of bytes that are to come, of files whose length nobody has said before.</summary>
    public Action<long> Announce { get; init; } = _ => { };

    /// <summary>The file of an earlier download, or null if there is none that is still as it came.</summary>
    public KeptFile? Kept()
    {
        if (RemoteJson.Read(KeptPath, RemoteJson.Default.KeptFile) is not { } kept || kept.File != Safe(kept.File))
            return null;
        FileInfo here = new(PathOf(kept));
        return here.Exists && here.Length == kept.Bytes && here.LastWriteTimeUtc.Ticks == kept.Written ? kept : null;
    }

    /// <summary>Where a kept file is.</summary>
    public string PathOf(KeptFile kept) => Path.Combine(folder, "file", kept.File);

    /// <summary>The path of the file, which is downloaded unless what is here is what the server has.</summary>
    /// <exception cref="AssayException">It cannot be had, or is not what its checksum asks for.</exception>
    public async Task<string> Get(CancellationToken cancellation)
    {
        KeptFile? kept = Kept();
        if (kept is not null && file.Expected is { } expected && kept.Has(expected))
        {
            Tell(file.Size ?? 0);
            return PathOf(kept);
        }
        for (int changes = 0; ; changes++)
        {
            if (changes == ChangeLimit)
                throw new AssayException(
                    "the file changes on the server faster than it can be read",
                    new(file.Url.ToString()),
                    "Run again when nobody writes to it."
                );
            Probe probe = await Look(kept, cancellation);
            if (probe.IsKept)
                return PathOf(kept!);
            if (await Fetch(probe, cancellation) is { } whole)
                return Finish(probe, whole, cancellation);
        }
    }

    private string KeptPath => Path.Combine(folder, "kept.json");

    private string VersionPath => Path.Combine(folder, "version.json");

    private string PartPath(int part) => Path.Combine(folder, $"part-{part:D4}");

    /// <summary>What the server has: asked with the first byte only, since not all servers answer HEAD, or answer it truly.</summary>
    private async Task<Probe> Look(KeptFile? kept, CancellationToken cancellation)
    {
        try
        {
            return await transport.Ask(
                file.Url,
                request =>
                {
                    request.Headers.Range = new(0, 0);
                    if (kept?.Version.ETag is { } tag)
                        request.Headers.TryAddWithoutValidation("If-None-Match", tag);
                    else if (kept?.Version.Modified is { } modified)
                        request.Headers.IfModifiedSince = modified;
                },
                (answer, _) => Task.FromResult(ProbeOf(answer, kept)),
                cancellation
            );
        }
        catch (AssayException failure) when (kept is not null && failure.InnerException is HttpRequestException)
        {
            throw new AssayException(
                failure.Message,
                failure.Where,
                $"A copy is here. To use it without asking the server, name its checksum: {file.Url}#sha256={kept.Sha256}",
                failure
            );
        }
    }

    private Probe ProbeOf(Answer answer, KeptFile? kept)
    {
        if (answer.Status == HttpStatusCode.NotModified)
            return kept is not null
                ? new() { IsKept = true, Version = kept.Version }
                : throw new TransientException("the server says that nothing has changed, unasked");
        string[] encodings = [.. answer.Content.Headers.ContentEncoding.Where(name => name != "identity")];
        if (answer.Headers.TransferEncoding.FirstOrDefault(coding => coding.Value != "chunked") is { } packed)
            throw new AssayException(
                $"the server packs the file for its way ({packed.Value}), which was not asked for and is not read",
                new(file.Url.ToString())
            );
        if (encodings.FirstOrDefault(name => name is not ("gzip" or "x-gzip" or "br" or "deflate")) is { } odd)
            throw new AssayException(
                $"the server sends the file in an encoding that is not read, '{SourceText.Printable(odd)}'",
                new(file.Url.ToString())
            );
        ContentRangeHeaderValue? range = answer.Content.Headers.ContentRange;
        bool isPart =
            answer.Status == HttpStatusCode.PartialContent
            && range is { Unit: "bytes", From: 0, To: 0, Length: not null }
            && encodings.Length == 0;
        bool isEmpty = answer.Status == HttpStatusCode.RequestedRangeNotSatisfiable && range is { Length: 0 };
        if (answer.Status != HttpStatusCode.OK && !isPart && !isEmpty)
            throw new AssayException(
                $"the server's answer makes no sense: {(int)answer.Status} with Content-Range '{range}'",
                new(file.Url.ToString())
            );
        long? length =
            isPart ? range!.Length
            : isEmpty ? 0
            : encodings.Length == 0 ? answer.Content.Headers.ContentLength
            : null;
        if (file.Size is { } size && length is { } said && said != size)
            throw new AssayException(
                $"expected {size:N0} bytes, the server has {said:N0}",
                new(file.Url.ToString()),
                "It was changed since it was listed, or is not the file that was meant; run again."
            );
        EntityTagHeaderValue? tag = answer.Headers.ETag;
        DateTimeOffset? modified = answer.Content.Headers.LastModified;
        FileVersion version = new()
        {
            Url = file.Url.ToString(),
            ETag = tag?.ToString(),
            Modified = modified,
            Length = length,
            // A part is of use only if it can be told from a part of other bytes.
            Ranges = isPart && (tag is { IsWeak: false } || modified is not null),
            PartBytes = options.PartBytes,
        };
        return new()
        {
            Version = version,
            IsKept = kept is not null && kept.Version.IsSame(version),
            Encodings = encodings,
            Checksum = file.Expected ?? (encodings.Length == 0 ? answer.Checksum() : null),
            FileName = NameOf(answer.Content.Headers.ContentDisposition),
        };
    }

    /// <summary>Brings all parts here; null if the file changed meanwhile.</summary>
    private async Task<int?> Fetch(Probe probe, CancellationToken cancellation)
    {
        FileVersion version = probe.Version;
        if (
            RemoteJson.Read(VersionPath, RemoteJson.Default.FileVersion) is not { } begun
            || !begun.IsSame(version)
            || begun.Ranges != version.Ranges
            || begun.PartBytes != version.PartBytes
        )
            Begin(version);
        int parts = !version.Ranges ? 1 : (int)((version.Length!.Value + options.PartBytes - 1) / options.PartBytes);
        CheckRoom(version, parts);
        try
        {
            await Parallel.ForEachAsync(
                Enumerable.Range(0, parts),
                new ParallelOptions { MaxDegreeOfParallelism = options.Connections, CancellationToken = cancellation },
                async (part, stop) => await FetchPart(part, probe, stop)
            );
            return parts;
        }
        catch (ChangedException)
        {
            return null;
        }
    }

    private void Begin(FileVersion version)
    {
        Tell(-_told);
        Directory.CreateDirectory(folder);
        foreach (string old in Directory.EnumerateFiles(folder, "part-*"))
            File.Delete(old);
        Pieces.WriteFile(
            VersionPath,
            stream => JsonSerializer.Serialize(stream, version, RemoteJson.Default.FileVersion)
        );
    }

    private void CheckRoom(FileVersion version, int parts)
    {
        long here = Enumerable.Range(0, parts).Sum(part => LengthOf(PartPath(part)));
        if (file.Size is null && version.Length is { } length && !_isAnnounced)
        {
            _isAnnounced = true;
            Announce(length);
        }
        Tell(here - _told);
        // Parts are put together beside themselves.
        long needed = (version.Length ?? 0) * (parts > 1 ? 2 : 1) - here;
        long free = new DriveInfo(Path.GetFullPath(folder)).AvailableFreeSpace;
        if (needed > free)
            throw new AssayException(
                $"cannot download {file.Url}: {new ByteSize(needed)} are needed, {new ByteSize(free)} are free",
                new(folder),
                "Free some space, or keep the store elsewhere with --store DIR, and run the same command again."
            );
    }

    private async Task FetchPart(int part, Probe probe, CancellationToken cancellation)
    {
        FileVersion version = probe.Version;
        long start = part * options.PartBytes;
        long? end =
            version.Length is not { } length ? null
            : version.Ranges ? Math.Min(length, start + options.PartBytes)
            : length;
        string path = PartPath(part);
        if (!version.Ranges)
            Drop(path);
        if (end == start)
            await File.WriteAllBytesAsync(path, [], cancellation);
        // A connection that is cut after some way is no failure, as long as it goes on.
        while (end is null || start + LengthOf(path) < end)
        {
            bool isWhole = await transport.Ask(
                file.Url,
                request =>
                {
                    if (!version.Ranges)
                        return;
                    request.Headers.Range = new(start + LengthOf(path), end!.Value - 1);
                    request.Headers.IfRange =
                        EntityTagHeaderValue.TryParse(version.ETag, out EntityTagHeaderValue? tag) && !tag.IsWeak
                            ? new(tag)
                            : new(version.Modified!.Value);
                },
                async (answer, stop) => await Append(answer, path, start, end, probe, stop),
                cancellation
            );
            if (isWhole)
                return;
        }
    }

    /// <summary>Adds an answer's body to a part; false if it was cut.</summary>
    private async Task<bool> Append(
        Answer answer,
        string path,
        long start,
        long? end,
        Probe probe,
        CancellationToken cancellation
    )
    {
        FileVersion version = probe.Version;
        CheckSame(answer, version, start + LengthOf(path), end);
        if (!version.Ranges)
            Drop(path);
        using FileStream part = Open(path);
        long before = part.Length,
            room = (end ?? long.MaxValue) - start - before;
        byte[] buffer = new byte[1 << 17];
        await using Stream body = await answer.Content.ReadAsStreamAsync(cancellation);
        try
        {
            for (int got; (got = await transport.Read(body, buffer, cancellation)) > 0; room -= got)
            {
                if (got > room)
                    throw new AssayException(
                        $"the server sends more than the {end - start:N0} bytes that it announced",
                        new(file.Url.ToString())
                    );
                Write(part, buffer.AsSpan(0, got));
                Tell(got);
            }
        }
        catch (TransientException) when (version.Ranges && part.Length - before >= 1 << 16)
        {
            return false;
        }
        if (end is not null && room > 0)
            throw new TransientException($"the server sent {end - start - room:N0} bytes of {end - start:N0}");
        Sync(part);
        return true;
    }

    /// <summary>Stops unless the answer is of the bytes that were asked for.</summary>
    private void CheckSame(Answer answer, FileVersion version, long from, long? end)
    {
        if (answer.Headers.ETag?.ToString() != version.ETag)
            throw new ChangedException();
        if (!version.Ranges)
        {
            if (answer.Status != HttpStatusCode.OK)
                throw new AssayException(
                    $"expected the whole file, the server answers {(int)answer.Status}",
                    new(file.Url.ToString())
                );
            return;
        }
        if (answer.Status != HttpStatusCode.PartialContent)
            throw new ChangedException();
        ContentRangeHeaderValue? range = answer.Content.Headers.ContentRange;
        if (range?.Length != version.Length)
            throw new ChangedException();
        if (range!.From != from || range.To != end - 1)
            throw new AssayException(
                $"asked for bytes {from:N0} to {end - 1:N0}, the server answers with '{range}'",
                new(file.Url.ToString())
            );
    }

    /// <summary>Puts the parts together, checks them, and gives them the file's name.</summary>
    private string Finish(Probe probe, int parts, CancellationToken cancellation)
    {
        if (probe.Encodings.Length > 0)
            Unpack(probe.Encodings, cancellation);
        long length = Enumerable.Range(0, parts).Sum(part => LengthOf(PartPath(part)));
        string whole = parts == 1 ? PartPath(0) : Path.Combine(folder, "whole.part");
        using IncrementalHash sha256 = IncrementalHash.CreateHash(HashAlgorithmName.SHA256),
            blob = IncrementalHash.CreateHash(HashAlgorithmName.SHA1);
        using IncrementalHash? other = probe.Checksum?.Kind switch
        {
            ChecksumKind.Sha512 => IncrementalHash.CreateHash(HashAlgorithmName.SHA512),
            ChecksumKind.Md5 => IncrementalHash.CreateHash(HashAlgorithmName.MD5),
            _ => null,
        };
        blob.AppendData(Encoding.ASCII.GetBytes($"blob {length}\0"));
        using (FileStream? output = parts == 1 ? null : new(whole, FileMode.Create, FileAccess.Write))
        {
            byte[] buffer = new byte[1 << 20];
            for (int part = 0; part < parts; part++)
            {
                using FileStream input = new(PartPath(part), FileMode.Open, FileAccess.Read, FileShare.Read, 0);
                for (int got; (got = input.Read(buffer)) > 0; )
                {
                    cancellation.ThrowIfCancellationRequested();
                    sha256.AppendData(buffer, 0, got);
                    blob.AppendData(buffer, 0, got);
                    other?.AppendData(buffer, 0, got);
                    if (output is not null)
                        Write(output, buffer.AsSpan(0, got));
                }
            }
            if (output is not null)
                Sync(output);
        }
        KeptFile kept = new()
        {
            Version = probe.Version,
            File = probe.FileName,
            Bytes = length,
            Written = File.GetLastWriteTimeUtc(whole).Ticks,
            Sha256 = Convert.ToHexStringLower(sha256.GetCurrentHash()),
            GitBlob = Convert.ToHexStringLower(blob.GetCurrentHash()),
        };
        CheckContent(probe, kept, other is null ? null : Convert.ToHexStringLower(other.GetCurrentHash()));
        Directory.CreateDirectory(Path.Combine(folder, "file"));
        File.Delete(KeptPath);
        File.Move(whole, PathOf(kept), overwrite: true);
        Pieces.WriteFile(KeptPath, stream => JsonSerializer.Serialize(stream, kept, RemoteJson.Default.KeptFile));
        Clear();
        return PathOf(kept);
    }

    /// <summary>Puts the file in the place of the packed form of it that the server sent.</summary>
    private void Unpack(string[] encodings, CancellationToken cancellation)
    {
        string whole = Path.Combine(folder, "whole.part");
        try
        {
            using Stream packed = Decoded(File.OpenRead(PartPath(0)), encodings);
            using FileStream output = new(whole, FileMode.Create, FileAccess.Write);
            byte[] buffer = new byte[1 << 20];
            for (int got; (got = packed.Read(buffer)) > 0; )
            {
                cancellation.ThrowIfCancellationRequested();
                Write(output, buffer.AsSpan(0, got));
            }
            Sync(output);
        }
        catch (InvalidDataException failure)
        {
            Clear();
            throw new AssayException(
                $"what the server packed cannot be unpacked: {failure.Message}",
                new(file.Url.ToString()),
                "Run again.",
                failure
            );
        }
        File.Move(whole, PartPath(0), overwrite: true);
    }

    private void CheckContent(Probe probe, KeptFile kept, string? other)
    {
        string? wrong = null;
        if (file.Size is { } size && size != kept.Bytes)
            wrong = $"expected {size:N0} bytes, {kept.Bytes:N0} came";
        else if (probe.Checksum is { } expected && !kept.Has(expected) && other != expected.Hex)
            wrong =
                $"what came is not what its checksum asks for: expected {expected}, found {Found(expected, kept, other)}";
        if (wrong is null)
            return;
        Clear();
        throw new AssayException(
            wrong,
            new(file.Url.ToString()),
            "It was thrown away. Run again; if that does not help, the file and its checksum do not belong together."
        );
    }

    private static string Found(Checksum expected, KeptFile kept, string? other) =>
        expected.Kind switch
        {
            ChecksumKind.Sha256 => kept.Sha256,
            ChecksumKind.GitBlob => kept.GitBlob,
            _ => other!,
        };

    private void Clear()
    {
        foreach (string part in Directory.EnumerateFiles(folder, "part-*"))
            File.Delete(part);
        File.Delete(Path.Combine(folder, "whole.part"));
        File.Delete(VersionPath);
    }

    private void Drop(string path)
    {
        Tell(-LengthOf(path));
        File.Delete(path);
    }

    private void Tell(long bytes)
    {
        Interlocked.Add(ref _told, bytes);
        Report(bytes);
    }

    private static long LengthOf(string path) => new FileInfo(path) is { Exists: true } info ? info.Length : 0;

    private FileStream Open(string path) =>
        OnDisk(() => new FileStream(path, FileMode.Append, FileAccess.Write, FileShare.Read, 0));

    private void Write(FileStream part, ReadOnlySpan<byte> bytes)
    {
        try
        {
            part.Write(bytes);
        }
        catch (IOException failure)
        {
            throw NoRoom(failure);
        }
    }

    private void Sync(FileStream part) =>
        OnDisk(() =>
        {
            part.Flush(flushToDisk: true);
            return 0;
        });

    private T OnDisk<T>(Func<T> action)
    {
        try
        {
            return action();
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw NoRoom(failure);
        }
    }

    private AssayException NoRoom(Exception failure) =>
        new(
            $"cannot write what {file.Url.Host} sends: {failure.Message}",
            new(folder),
            "Free some space (or fix the permissions) and run the same command again; it goes on from here.",
            failure
        );

    private static Stream Decoded(Stream body, string[] encodings)
    {
        foreach (string encoding in encodings.Reverse())
            body = encoding switch
            {
                "gzip" or "x-gzip" => new GzipContent(body),
                "br" => new BrotliStream(body, CompressionMode.Decompress),
                "deflate" => new ZLibStream(body, CompressionMode.Decompress),
                _ => throw new ArgumentException($"An encoding that was not looked at, {encoding}.", nameof(encodings)),
            };
        return body;
    }

    /// <summary>The file's name here: that of the URL, or of the header where the URL's says nothing of the format.</summary>
    private string NameOf(ContentDispositionHeaderValue? header)
    {
        string name = Safe(Uri.UnescapeDataString(file.Url.Segments[^1]));
        string said = Safe(header?.FileNameStar ?? header?.FileName?.Trim('"') ?? "");
        return FormatTraits.Knows(name) || !FormatTraits.Knows(said) ? name : said;
    }

    /// <summary>A name with which nothing can be meant but a file of its folder.</summary>
    internal static string Safe(string name)
    {
        name = name[(name.LastIndexOfAny(['/', '\\']) + 1)..];
        name = string.Concat(name.Select(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-' or '_' ? c : '_'));
        name = name.TrimStart('.');
        return name.Length == 0 ? "file" : name[Math.Max(0, name.Length - 100)..].TrimStart('.');
    }

    /// <summary>What the server has.</summary>
    private sealed record Probe
    {
        public required FileVersion Version { get; init; }
        public bool IsKept { get; init; }
        public string[] Encodings { get; init; } = [];
        public Checksum? Checksum { get; init; }
        public string FileName { get; init; } = "file";
    }

    private sealed class ChangedException : Exception;
}
