using System.Buffers;

namespace Assay.Data;

/// <summary>Takes whole rows out of a stream, a block at a time, holding no more than a block and one row.</summary>
/// <param name="stream">The content, positioned at <paramref name="offset"/>.</param>
/// <param name="offset">Where in the content reading starts.</param>
/// <param name="framing">Where rows start.</param>
/// <param name="state">The framing's state at <paramref name="offset"/>.</param>
/// <param name="maxRow">A row longer than this is cut off.</param>
/// <param name="cancellation">Asks to stop.</param>
internal sealed class BlockReader(
    Stream stream,
    long offset,
    Framing framing,
    int state,
    long maxRow,
    CancellationToken cancellation
) : IDisposable
{
    private const int Step = 1 << 16;
    private byte[] _buffer = [];
    private int _length; // bytes in the buffer, the first of them at offset
    private bool _ended;
    private bool _started;

    /// <summary>What went wrong with the stream (such as a truncated archive), or null; rows before it were handed out.</summary>
    public Exception? Failure { get; private set; }

    /// <summary>Where the next block starts at the earliest.</summary>
    public long Offset => offset;

    /// <summary>True if nothing is left to read.</summary>
    public bool AtEnd => _ended && _length == 0;

    /// <summary>The next rows: those that start before <paramref name="end"/>, an offset in the content.</summary>
    /// <returns>False if no row starts before it.</returns>
    public bool TryNext(long end, out RowBlock block)
    {
        block = default;
        if (!_started)
            Start();
        if (state != Framing.RowStart && !SkipToRow(end))
            return false;
        if (offset >= end)
            return false;
        long wanted = end - offset;
        while (_length < wanted && Fill((int)Math.Min(wanted - _length, 1 << 20))) { }
        if (_length == 0)
            return false;
        int cut = _length < wanted ? _length : FindCut((int)wanted);
        // After a failure the last row is a fragment: a bad row, not a row.
        int whole = Failure is null || cut < _length ? cut : LastRowStart(cut);
        block = new(offset, _buffer, whole, cut);
        byte[] rest = [];
        if (_length > cut)
        {
            rest = ArrayPool<byte>.Shared.Rent(Math.Max(Step, _length - cut));
            _buffer.AsSpan(cut.._length).CopyTo(rest);
        }
        offset += cut;
        _length -= cut;
        _buffer = rest;
        return true;
    }

    public void Dispose()
    {
        Return();
        stream.Dispose();
    }

    private void Start()
    {
        _started = true;
        if (offset > 0)
            return;
        while (_length < 3 && Fill(Step)) { }
        if (_buffer.AsSpan(0, _length).StartsWith((ReadOnlySpan<byte>)[0xEF, 0xBB, 0xBF]))
            Drop(3);
    }

    /// <summary>The first row start at or behind <paramref name="from"/>; the end if the row there is too long.</summary>
    private int FindCut(int from)
    {
        state = framing.After(_buffer.AsSpan(0, from));
        int at = from - framing.Pending;
        int shown = from;
        while (state != Framing.RowStart)
        {
            if (_length == shown && !Fill(Math.Max(Step, Math.Min(1 << 20, _length))))
                return _length;
            int read = framing.Next(_buffer.AsSpan(at.._length), ref state);
            if (read >= 0)
                return at + read;
            if (_length - from > maxRow)
                return _length - framing.Pending;
            shown = _length;
            at = _length - framing.Pending;
        }
        return at;
    }

    private bool SkipToRow(long end)
    {
        while (offset < end)
        {
            if (_length <= framing.Pending && !Fill(Step))
                return false;
            int read = framing.Next(_buffer.AsSpan(0, _length), ref state);
            Drop(read < 0 ? _length - framing.Pending : read);
            if (read >= 0)
                return offset < end;
        }
        return false;
    }

    private int LastRowStart(int length)
    {
        int last = 0,
            at = 0,
            from = Framing.RowStart;
        framing.Restart(offset);
        for (int read; (read = framing.Next(_buffer.AsSpan(at..length), ref from)) >= 0; at += read)
            last = at + read;
        return last;
    }

    private void Drop(int count)
    {
        _buffer.AsSpan(count.._length).CopyTo(_buffer);
        _length -= count;
        offset += count;
    }

    private bool Fill(int size)
    {
        cancellation.ThrowIfCancellationRequested();
        if (_ended)
            return false;
        if (_length + size > _buffer.Length)
        {
            long larger = Math.Max((long)_length + size, Math.Min(2L * _buffer.Length, Array.MaxLength));
            byte[] buffer = ArrayPool<byte>.Shared.Rent(checked((int)larger));
            _buffer.AsSpan(0, _length).CopyTo(buffer);
            Return();
            _buffer = buffer;
        }
        try
        {
            int got = stream.Read(_buffer, _length, size);
            _length += got;
            _ended = got == 0;
        }
        catch (Exception failure)
            when (failure is InvalidDataException or EndOfStreamException or ZstdSharp.ZstdException)
        {
            Failure = failure;
            _ended = true;
        }
        return !_ended;
    }

    private void Return()
    {
        if (_buffer.Length > 0)
            ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = [];
    }
}

/// <summary>Whole rows of one file, in a pooled buffer.</summary>
/// <param name="Offset">Where the first one starts in the content.</param>
/// <param name="Buffer">The pooled buffer; they start at its beginning.</param>
/// <param name="Length">Bytes of whole rows.</param>
/// <param name="Held">Bytes held: behind the whole rows may lie the beginning of one that was lost.</param>
internal readonly record struct RowBlock(long Offset, byte[] Buffer, int Length, int Held)
{
    public ReadOnlySpan<byte> Rows => Buffer.AsSpan(0, Length);

    public ReadOnlySpan<byte> Fragment => Buffer.AsSpan(Length, Held - Length);
}
