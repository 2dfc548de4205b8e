using System.Text.Json;

namespace Assay.Data;

/// <summary>Reads the files of a plan into tables: in parallel, with bounded memory, going on where a killed run stopped.</summary>
/// <remarks>
/// Each thread holds at most a block (about 8 MiB of content) and one row while it reads, and the table it makes of them.
/// Pieces (in <see cref="Work.Pieces"/>, for unit u and block b): <c>table-u-b</c> and, before it, <c>bad-u-b</c> if the
/// block has bad rows; <c>unit-u</c> with the number of blocks when a run of files is read to its end.
/// </remarks>
public sealed class Ingest
{
    private readonly SourcePlan _plan;
    private readonly BadRowPolicy _policy;
    private readonly Work _work;
    private readonly CsvStates _csv;
    private readonly long[] _counted; // bytes of each unit that progress has heard of
    private long _done;

    private Ingest(SourcePlan plan, BadRowPolicy policy, Work work)
    {
        _plan = plan;
        _policy = policy;
        _work = work;
        _counted = new long[plan.Units.Count];
        _csv = new(plan, work);
    }

    /// <summary>Reads all files of <paramref name="plan"/>.</summary>
    /// <param name="plan">Which files.</param>
    /// <param name="policy">What to do with rows that cannot be read.</param>
    /// <param name="work">Threads, pieces (to be used for this plan only), progress, cancellation.</param>
    /// <exception cref="AssayException">
    /// A file cannot be read or has changed meanwhile; there are no rows, or none has the text column; or, under
    /// <see cref="BadRowPolicy.Fail"/>, a row is bad: the first one in the order of the files.
    /// </exception>
    public static IngestResult Run(SourcePlan plan, BadRowPolicy policy, Work work)
    {
        Ingest ingest = new(plan, policy, work);
        IngestQueue queue = new(plan.Units.Count, work, ingest.ReadUnit, ingest.ParseBlock);
        queue.Run();
        foreach (SourceFile file in plan.Files.Concat(plan.Companions))
            file.CheckUnchanged();
        return ingest.Collect();
    }

    private void ReadUnit(int index, IngestQueue queue)
    {
        SourceUnit unit = _plan.Units[index];
        bool isDone = unit.IsRange ? IsParsed(index, 0) : _work.Pieces.Has("unit", index) && AllParsed(index);
        if (!isDone && FormatTraits.Of(_plan.Files[unit.FirstFile].Format).IsGrouped)
            ReadGroups(unit, index, queue);
        else if (!isDone && unit.IsRange)
            ReadRange(unit, index, queue);
        else if (!isDone)
            ReadFiles(unit, index, queue);
        else
            Count(index, SizeOf(unit));
    }

    private void ReadRange(SourceUnit unit, int index, IngestQueue queue)
    {
        SourceFile file = _plan.Files[unit.FirstFile];
        FileStream raw = file.OpenRaw();
        raw.Position = unit.Start;
        using BlockReader reader = new(
            raw,
            unit.Start,
            FramingOf(file),
            StateAt(file, unit, index),
            _plan.Options.MaxRow.Bytes,
            _work.Cancellation
        );
        List<Segment> segments = [];
        try
        {
            if (reader.TryNext(unit.End, out RowBlock block))
                segments.Add(new(file, block, unit.Start == 0, Header(file, unit.Start == 0 ? block.Rows : default)));
        }
        catch (IOException failure)
        {
            throw SourceFile.Unreadable(file.FullPath, failure);
        }
        queue.Add(new(index, 0, segments, SizeOf(unit)));
    }

    private int StateAt(SourceFile file, SourceUnit unit, int index)
    {
        if (unit.Start == 0)
            return Framing.RowStart;
        if (FramingOf(file) is CsvFraming)
            return _csv.At(index);
        using FileStream raw = file.OpenRaw();
        Span<byte> before = stackalloc byte[1];
        RandomAccess.Read(raw.SafeFileHandle, before, unit.Start - 1);
        return FramingOf(file).After(before);
    }

    /// <summary>Reads whole files one after the other, handing out blocks as they fill.</summary>
    private void ReadFiles(SourceUnit unit, int index, IngestQueue queue)
    {
        Filling filling = new(index, queue);
        long read = 0;
        for (int i = unit.FirstFile; i < unit.FirstFile + unit.FileCount; i++)
        {
            SourceFile file = _plan.Files[i];
            FileStream raw = file.OpenRaw();
            long before = read;
            filling.Position = () => before + Math.Min(raw.Position, file.Size);
            bool goesOn = FormatTraits.Of(file.Format).IsArchive
                ? ReadArchive(file, raw, filling)
                : ReadContent(file, file.Decompress(raw), filling);
            if (!goesOn)
                return;
            read += file.Size;
        }
        filling.Position = () => _counted[index];
        if (filling.Segments.Count > 0 || filling.Blocks == 0)
            HandOut(filling);
        int blocks = filling.Blocks;
        queue.WhenParsed(
            index,
            () => _work.Pieces.Write("unit", index, stream => JsonSerializer.Serialize(stream, blocks))
        );
        Count(index, SizeOf(unit) - _counted[index]);
    }

    /// <summary>Reads a file, or a member of an archive, to its end; false if there is no use in going on.</summary>
    private bool ReadContent(SourceFile file, Stream content, Filling filling)
    {
        using BlockReader reader = new(
            content,
            0,
            FramingOf(file),
            Framing.RowStart,
            _plan.Options.MaxRow.Bytes,
            _work.Cancellation
        );
        bool first = true;
        object? header = null;
        while (!reader.AtEnd)
        {
            if (filling.IsUseless)
                return false;
            RowBlock block;
            try
            {
                if (
                    !reader.TryNext(reader.Offset + _plan.BlockSize - filling.Held, out block) && reader.Failure is null
                )
                    continue;
            }
            catch (IOException failure)
            {
                throw SourceFile.Unreadable(file.FullPath, failure);
            }
            if (first)
                header = Header(file, block.Rows);
            if (block.Buffer is null)
                block = new(reader.Offset, [], 0, 0);
            filling.Segments.Add(new(file, block, first, header) { Failure = reader.AtEnd ? reader.Failure : null });
            first = false;
            filling.Held += block.Length;
            if (filling.Held >= _plan.BlockSize)
                HandOut(filling);
        }
        return true;
    }

    /// <summary>Reads the members of an archive one after the other.</summary>
    private bool ReadArchive(SourceFile file, FileStream raw, Filling filling)
    {
        try
        {
            using ArchiveReader archive = new(file, raw);
            while (archive.Next() is { } member)
            {
                if (filling.IsUseless)
                    return false;
                if (member.Fault is not null)
                    filling.AddFault(member.File, $"expected a member that can be read: {member.Fault}");
                else if (FormatTraits.Of(member.File.Format).IsGrouped)
                    ReadGroupsOf(member, filling);
                else if (!ReadContent(member.File, member.File.Decompress(member.Content), filling))
                    return false;
            }
        }
        catch (DamagedFileException failure)
        {
            filling.AddFault(
                file,
                $"expected {FormatTraits.Of(file.Format).Name}: {failure.Message}; the members before it can be read"
            );
        }
        return true;
    }

    /// <summary>Unpacks a member whose parts are read where they lie to a file of its own, and reads that.</summary>
    private void ReadGroupsOf(ArchiveMember member, Filling filling)
    {
        if (member.File.Format == SourceFormat.Dsdl)
        {
            filling.AddFault(
                member.File,
                "expected a member that can be read: descriptions name files beside them, so they are read unpacked only"
            );
            return;
        }
        if (filling.Segments.Count > 0)
            HandOut(filling);
        string path = _work.Pieces.PathOf("member", filling.Unit);
        string? fault = null;
        try
        {
            Pieces.WriteFile(
                path,
                stream =>
                {
                    try
                    {
                        using Stream content = member.File.Decompress(member.Content);
                        content.CopyTo(stream);
                    }
                    catch (Exception failure)
                        when (failure is InvalidDataException or EndOfStreamException or ZstdSharp.ZstdException)
                    {
                        fault = $"expected a member that can be unpacked: {failure.Message.TrimEnd('.')}";
                    }
                }
            );
            if (fault is not null)
            {
                filling.AddFault(member.File, fault);
                return;
            }
            using GroupReader reader = new(_plan, _policy, Finish, _work.Cancellation);
            reader.Read(
                member.File with
                {
                    Unpacking = path,
                    Size = new FileInfo(path).Length,
                    Compression = SourceCompression.None,
                }
            );
        }
        finally
        {
            File.Delete(path);
        }

        void Finish(GroupReader reader, int _)
        {
            int block = filling.Blocks++;
            if (!filling.IsUseless && !IsParsed(filling.Unit, block))
                WriteBlock(filling.Unit, block, reader.Table, reader.Bad);
        }
    }

    private void HandOut(Filling filling)
    {
        int unit = filling.Unit;
        long position = filling.Position();
        filling.Queue.Add(new(unit, filling.Blocks++, filling.Segments, position - _counted[unit]));
        _counted[unit] = position;
        filling.Segments = [];
        filling.Held = 0;
    }

    /// <summary>The block of a unit that is being filled with the rows of file after file.</summary>
    private sealed class Filling(int unit, IngestQueue queue)
    {
        public int Unit => unit;

        public IngestQueue Queue => queue;

        public List<Segment> Segments { get; set; } = [];

        /// <summary>Bytes in it.</summary>
        public long Held { get; set; }

        /// <summary>Blocks handed out before it.</summary>
        public int Blocks { get; set; }

        /// <summary>How far reading is, in bytes of the unit's files as they are stored.</summary>
        public Func<long> Position { get; set; } = () => 0;

        public bool IsUseless => queue.IsBehindFailure(unit, Blocks);

        /// <summary>Adds what stands for a file that cannot be read.</summary>
        public void AddFault(SourceFile file, string fault) =>
            Segments.Add(new(file, new(0, [], 0, 0), true, null) { Failure = new DamagedFileException(fault) });
    }

    /// <summary>Reads groups and parses them at once: each is for one thread, and needs none of the others.</summary>
    private void ReadGroups(SourceUnit unit, int index, IngestQueue queue)
    {
        using GroupReader reader = new(_plan, _policy, Finish, _work.Cancellation);
        int blocks = reader.Read(unit);
        _work.Pieces.Write("unit", index, stream => JsonSerializer.Serialize(stream, blocks));
        Count(index, SizeOf(unit) - _counted[index]);

        void Finish(GroupReader reader, int block)
        {
            if (!queue.IsBehindFailure(index, block) && !IsParsed(index, block))
                WriteBlock(index, block, reader.Table, reader.Bad);
            long position = Math.Min(reader.Position, SizeOf(unit));
            Count(index, position - _counted[index]);
            _counted[index] = position;
        }
    }

    private object? Header(SourceFile file, ReadOnlySpan<byte> first)
    {
        RowParser parser = RowParser.Of(file.Format, _plan.Options);
        if (!first.IsEmpty || parser is not CsvParser)
            return parser.Header(file, first);
        using BlockReader reader = new(
            file.OpenContent(),
            0,
            FramingOf(file),
            Framing.RowStart,
            _plan.Options.MaxRow.Bytes,
            _work.Cancellation
        );
        return reader.TryNext(1, out RowBlock block) ? parser.Header(file, block.Rows) : null;
    }

    private void ParseBlock(IngestBlock block)
    {
        if (!IsParsed(block.Unit, block.Index))
        {
            using TableBuilder table = new("") { Where = _plan.Options.Where };
            BadRows bad = new(_policy);
            foreach (Segment segment in block.Segments)
            {
                if (segment.Failure is DamagedFileException fault)
                {
                    bad.Add(IGroupedRows.Bad(segment.File, 0, fault.Message));
                    continue;
                }
                RowParser.Of(segment.File.Format, _plan.Options).Parse(segment, table, bad);
                if (segment.Failure is { } failure)
                    bad.Add(Broken(segment, failure));
            }
            WriteBlock(block.Unit, block.Index, table, bad);
        }
        Count(block.Unit, block.Bytes);
    }

    private void WriteBlock(int unit, int block, TableBuilder table, BadRows bad)
    {
        if (bad.Count > 0)
            _work.Pieces.Write(BadStage(unit), block, stream => stream.Write(bad.Lines));
        _work.Pieces.Write(TableStage(unit), block, table.WriteTo);
    }

    private static BadRow Broken(Segment segment, Exception failure) =>
        BadRow.Of(
            segment.File,
            segment.Block.Offset + segment.Block.Length,
            segment.Block.Fragment,
            $"expected more {(segment.File.Compression == SourceCompression.None ? "" : segment.File.Compression.ToString().ToLowerInvariant() + " ")}data, found a truncated or damaged file ({failure.Message.TrimEnd('.')}); the rows before it can be read",
            segment.Block.Fragment.Length
        );

    /// <summary>True if the block was parsed before; under <see cref="BadRowPolicy.Fail"/> one with bad rows is parsed again.</summary>
    private bool IsParsed(int unit, int block) =>
        _work.Pieces.Has(TableStage(unit), block)
        && (_policy != BadRowPolicy.Fail || !_work.Pieces.Has(BadStage(unit), block));

    private bool AllParsed(int unit)
    {
        for (int block = BlockCount(unit) - 1; block >= 0; block--)
            if (!IsParsed(unit, block))
                return false;
        return true;
    }

    private int BlockCount(int unit)
    {
        if (_plan.Units[unit].IsRange)
            return 1;
        using FileStream stream = _work.Pieces.Open("unit", unit);
        return JsonSerializer.Deserialize<int>(stream);
    }

    private IngestResult Collect()
    {
        List<string> tables = [],
            badFiles = [];
        List<TableInfo> infos = [];
        SchemaUnion schema = new();
        long rows = 0,
            badRows = 0;
        for (int unit = 0; unit < _plan.Units.Count; unit++)
        {
            _work.Cancellation.ThrowIfCancellationRequested();
            for (int block = 0, blocks = BlockCount(unit); block < blocks; block++)
            {
                string path = _work.Pieces.PathOf(TableStage(unit), block);
                Table.Header header = Table.ReadHeader(path);
                if (header.Rows > 0)
                {
                    foreach (Table.ColumnHeader column in header.Columns)
                        schema.Add(column.Name, column.Type, column.Reads);
                    if (rows + header.Rows > int.MaxValue)
                        throw new AssayException(
                            $"dataset '{_plan.Dataset}' has more than {int.MaxValue} rows",
                            hint: "Split it into several datasets."
                        );
                    tables.Add(path);
                    infos.Add(new((int)rows, header.Rows, new FileInfo(path).Length));
                    rows += header.Rows;
                }
                if (!_work.Pieces.Has(BadStage(unit), block))
                    continue;
                badFiles.Add(_work.Pieces.PathOf(BadStage(unit), block));
                badRows += File.ReadAllBytes(badFiles[^1]).AsSpan().Count((byte)'\n');
            }
        }
        IngestResult result = new()
        {
            Tables = tables,
            Infos = infos,
            Schema = schema.ToSchema(),
            Rows = rows,
            BadRows = badRows,
            BadRowFiles = badFiles,
        };
        Check(result);
        return result;
    }

    private void Check(IngestResult result)
    {
        if (result.Rows == 0)
            throw new AssayException(
                $"dataset '{_plan.Dataset}' has no rows",
                hint: result.BadRows > 0
                        ? $"All {result.BadRows} rows are bad; look at the quarantined ones for the reasons."
                    : _plan.Options.Where.Count > 0
                        ? "No row meets 'where': "
                            + string.Join(", ", _plan.Options.Where.Select(condition => condition.Column))
                            + "."
                    : _plan.Files.Any(file => file.Members.Count > 0)
                        ? $"No member of its archives matches {string.Join(", ", _plan.Files.SelectMany(file => file.Members).Distinct())}, or those that do are empty."
                    : $"Its {_plan.Files.Count} files are empty."
            );
        if (!_plan.Options.Table && result.Schema.Find(_plan.Options.Text) is null)
            throw new AssayException(
                $"no row of dataset '{_plan.Dataset}' has the text column '{_plan.Options.Text}'",
                new(_plan.Files[0].FullPath, Key: _plan.Options.Text),
                "Name the text column with 'text:', or write 'table: true' if the rows need none. Columns: "
                    + string.Join(", ", result.Schema.Take(50).Select(field => field.Name))
                    + "."
            );
    }

    private void Count(int unit, long bytes)
    {
        if (bytes > 0)
            _work.Progress?.Report(
                new($"read {_plan.Dataset}", Interlocked.Add(ref _done, bytes), _plan.TotalBytes, "bytes")
            );
    }

    private long SizeOf(SourceUnit unit)
    {
        if (unit.IsRange)
            return unit.End - unit.Start;
        if (unit.Groups > 0)
            return unit.Share;
        long size = 0;
        for (int i = 0; i < unit.FileCount; i++)
            size += _plan.Files[unit.FirstFile + i].Size;
        return size;
    }

    private Framing FramingOf(SourceFile file) => Framing.Of(file.Format, _plan.Options.Rows);

    private static string TableStage(int unit) => $"table-{unit:D6}";

    private static string BadStage(int unit) => $"bad-{unit:D6}";
}
