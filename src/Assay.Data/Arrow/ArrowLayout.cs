using System.Buffers.Binary;
using Microsoft.Win32.SafeHandles;

namespace Assay.Data;

/// <summary>A batch of rows in an Arrow file.</summary>
/// <param name="At">Where its message starts.</param>
/// <param name="FirstRow">Ordinal of its first row in the file.</param>
/// <param name="Rows">Number of its rows.</param>
/// <param name="Bytes">Bytes that it takes in the file.</param>
/// <param name="Dictionaries">Number of dictionary batches that stand before it.</param>
internal sealed record ArrowBatchPlace(long At, long FirstRow, int Rows, long Bytes, int Dictionaries);

/// <summary>A batch of dictionary values.</summary>
/// <param name="At">Where its message starts.</param>
/// <param name="Id">The dictionary.</param>
/// <param name="IsDelta">Whether its values follow those before, or replace them.</param>
internal sealed record ArrowDictionaryPlace(long At, long Id, bool IsDelta);

/// <summary>The schema of an Arrow file, and where its batches lie.</summary>
/// <remarks>
/// Format: Arrow columnar format 1.5, "Serialization and Interprocess Communication". A file has a list of its batches at its end; in a
/// stream one is found behind the other, and what stands before a damaged place can be read.
/// </remarks>
internal sealed class ArrowLayout
{
    private const int BlockBytes = 24;
    private readonly List<ArrowBatchPlace> _batches = [];
    private readonly List<ArrowDictionaryPlace> _dictionaries = [];
    private readonly SafeFileHandle _file;
    private readonly long _end; // of messages

    private ArrowLayout(SafeFileHandle file, long end) => (_file, _end) = (file, end);

    public static ReadOnlySpan<byte> Magic => "ARROW1"u8;

    public ArrowField[] Fields { get; private set; } = [];

    /// <summary>The field of each dictionary, by its id.</summary>
    public Dictionary<long, ArrowField> DictionaryFields { get; private set; } = [];

    public IReadOnlyList<ArrowBatchPlace> Batches => _batches;

    public IReadOnlyList<ArrowDictionaryPlace> Dictionaries => _dictionaries;

    /// <summary>What is wrong behind the last batch of a stream, or null.</summary>
    public string? Failure { get; private set; }

    /// <summary>Finds schema and batches.</summary>
    /// <exception cref="DamagedFileException">It is not Arrow, or damaged.</exception>
    public static ArrowLayout Read(SafeFileHandle file)
    {
        long size = RandomAccess.GetLength(file);
        byte[] start = new byte[8];
        start = start[..RandomAccess.Read(file, start, 0)];
        if (start.AsSpan().StartsWith("FEA1"u8))
            throw new DamagedFileException("expected Arrow or Feather version 2, found Feather version 1");
        ArrowLayout layout;
        if (!start.AsSpan().StartsWith(Magic))
        {
            layout = new(file, size);
            layout.FindInStream();
        }
        else
        {
            Span<byte> tail = stackalloc byte[4 + Magic.Length];
            int length = -1;
            if (size >= 8 + tail.Length)
            {
                SourceFile.ReadExactly(file, tail, size - tail.Length);
                length = BinaryPrimitives.ReadInt32LittleEndian(tail);
            }
            if (length < 0 || !tail[4..].SequenceEqual(Magic))
                throw new DamagedFileException("expected ARROW1 at the end, found other bytes: the file is truncated");
            if (length > size - 8 - tail.Length)
                throw new DamagedFileException($"expected a footer within {size} bytes, found a length of {length}");
            byte[] footer = new byte[length];
            long end = size - tail.Length - length;
            SourceFile.ReadExactly(file, footer, end);
            layout = new(file, end);
            layout.FindInFooter(FlatTable.Root(footer));
        }
        ArrowField.CheckNames(layout.Fields);
        return layout;
    }

    /// <summary>The message at a place, which must be of a kind.</summary>
    public ArrowMessage Message(long at, ArrowMessageKind kind) =>
        ArrowMessage.Read(_file, at, _end) is { } message && message.Kind == kind
            ? message
            : throw new DamagedFileException($"expected a {kind} at byte {at}, found another message");

    private void FindInFooter(FlatTable footer)
    {
        if (!footer.TryTable(1, out FlatTable schema))
            throw new DamagedFileException("expected a footer with a schema, found it without");
        Fields = ArrowField.ReadAll(schema, out Dictionary<long, ArrowField> dictionaries);
        DictionaryFields = dictionaries;
        ReadOnlySpan<byte> blocks = footer.Vector(2, BlockBytes);
        for (; blocks.Length > 0; blocks = blocks[BlockBytes..])
            AddDictionary(Place(blocks), Message(Place(blocks), ArrowMessageKind.DictionaryBatch));
        blocks = footer.Vector(3, BlockBytes);
        for (; blocks.Length > 0; blocks = blocks[BlockBytes..])
            AddBatch(Place(blocks), Message(Place(blocks), ArrowMessageKind.RecordBatch));
    }

    private long Place(ReadOnlySpan<byte> block) =>
        BinaryPrimitives.ReadInt64LittleEndian(block) is >= 8 and long at && at < _end
            ? at
            : throw new DamagedFileException(
                $"expected batches within {_end} bytes, found one at byte {BinaryPrimitives.ReadInt64LittleEndian(block)}"
            );

    private void FindInStream()
    {
        ArrowMessage? message = ArrowMessage.Read(_file, 0, _end);
        if (message is not { Kind: ArrowMessageKind.Schema })
            throw new DamagedFileException("expected ARROW1 or a schema at the start, found neither");
        Fields = ArrowField.ReadAll(message.Header, out Dictionary<long, ArrowField> dictionaries);
        DictionaryFields = dictionaries;
        try
        {
            for (long at = message.End; (message = ArrowMessage.Read(_file, at, _end)) is not null; at = message.End)
                if (message.Kind == ArrowMessageKind.RecordBatch)
                    AddBatch(at, message);
                else if (message.Kind == ArrowMessageKind.DictionaryBatch)
                    AddDictionary(at, message);
                else
                    throw new DamagedFileException(
                        $"expected a batch at byte {at}, found a message of type {(int)message.Kind}"
                    );
        }
        catch (DamagedFileException failure)
        {
            Failure = failure.Message;
        }
    }

    private void AddDictionary(long at, ArrowMessage message)
    {
        long id = message.Header.Long(0);
        if (!DictionaryFields.ContainsKey(id))
            throw new DamagedFileException($"expected a dictionary that the schema knows at byte {at}, found {id}");
        _dictionaries.Add(new(at, id, message.Header.Bool(2)));
    }

    private void AddBatch(long at, ArrowMessage message)
    {
        long first = _batches.Count == 0 ? 0 : _batches[^1].FirstRow + _batches[^1].Rows;
        _batches.Add(new(at, first, message.Rows, message.End - at, _dictionaries.Count));
    }
}
