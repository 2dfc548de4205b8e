using System.Buffers.Binary;
using Microsoft.Win32.SafeHandles;

namespace Assay.Data;

/// <summary>Kinds of messages; numbers as in Arrow's Message.fbs.</summary>
internal enum ArrowMessageKind
{
    None,
    Schema,
    DictionaryBatch,
    RecordBatch,
    Tensor,
    SparseTensor,
}

/// <summary>A message: metadata in FlatBuffers, and the bytes that it is about.</summary>
internal sealed class ArrowMessage
{
    private const int MostMetadata = 1 << 28;
    private const int Continuation = -1;
    private readonly byte[] _metadata;

    private ArrowMessage(byte[] metadata, long bodyStart, long fileEnd)
    {
        _metadata = metadata;
        BodyStart = bodyStart;
        FlatTable root = Root;
        Kind = (ArrowMessageKind)root.Byte(1);
        Version = root.Short(0);
        BodyLength = root.Long(3);
        if (BodyLength < 0 || BodyLength > fileEnd - bodyStart)
            throw new DamagedFileException(
                $"expected {BodyLength} bytes of a message at byte {bodyStart}, found {fileEnd - bodyStart} up to the end"
            );
    }

    public ArrowMessageKind Kind { get; }

    /// <summary>Of the metadata, counted from 0 for version 1.</summary>
    public int Version { get; }

    public long BodyStart { get; }

    public long BodyLength { get; }

    /// <summary>Where the next message starts.</summary>
    public long End => BodyStart + BodyLength;

    private FlatTable Root => FlatTable.Root(_metadata);

    /// <summary>The table that the message is about.</summary>
    public FlatTable Header =>
        Root.TryTable(2, out FlatTable header)
            ? header
            : throw new DamagedFileException($"expected a {Kind} in a message, found nothing");

    /// <summary>The batch of rows, also where it is one of a dictionary.</summary>
    public FlatTable Batch =>
        Kind == ArrowMessageKind.RecordBatch ? Header
        : Header.TryTable(1, out FlatTable batch) ? batch
        : throw new DamagedFileException("expected values of a dictionary, found none");

    /// <summary>Rows of the batch.</summary>
    public int Rows =>
        Batch.Long(0) is >= 0 and <= int.MaxValue and long rows
            ? (int)rows
            : throw new DamagedFileException($"expected a number of rows of a batch, found {Batch.Long(0)}");

    /// <summary>The message at a place, or null at the end of the stream.</summary>
    /// <param name="file">The file.</param>
    /// <param name="at">Where it starts.</param>
    /// <param name="fileEnd">Where messages end at the latest.</param>
    /// <exception cref="DamagedFileException">There is something else.</exception>
    public static ArrowMessage? Read(SafeFileHandle file, long at, long fileEnd)
    {
        if (at == fileEnd)
            return null; // a stream may also end without saying so
        int length = ReadInt(file, at, fileEnd);
        at += 4;
        if (length == Continuation) // versions before 0.15 leave it out
        {
            length = ReadInt(file, at, fileEnd);
            at += 4;
        }
        if (length == 0)
            return null;
        if (length < 0 || length > MostMetadata || length > fileEnd - at)
            throw new DamagedFileException(
                $"expected the metadata of a message at byte {at}, found a length of {length} with {fileEnd - at} bytes up to the end"
            );
        byte[] metadata = new byte[length];
        SourceFile.ReadExactly(file, metadata, at);
        return new(metadata, at + length, fileEnd);
    }

    private static int ReadInt(SafeFileHandle file, long at, long fileEnd)
    {
        Span<byte> bytes = stackalloc byte[4];
        if (fileEnd - at < bytes.Length)
            throw new DamagedFileException(
                $"expected a message at byte {at}, found {fileEnd - at} bytes up to the end"
            );
        SourceFile.ReadExactly(file, bytes, at);
        return BinaryPrimitives.ReadInt32LittleEndian(bytes);
    }
}
