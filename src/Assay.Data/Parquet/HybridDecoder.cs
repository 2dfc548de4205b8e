using System.Buffers.Binary;

namespace Assay.Data;

/// <summary>Reads what <see cref="HybridEncoder"/> writes, and the older plain packing of levels, one value at a time.</summary>
internal sealed class HybridDecoder
{
    private byte[] _bytes = [];
    private int _at,
        _end,
        _bits,
        _value; // of the run
    private long _left; // values in the run
    private long _bit; // where the next packed value starts; -1 in a run of equal ones
    private bool _highFirst;

    /// <summary>Starts over with the hybrid between two places.</summary>
    public void Reset(byte[] bytes, int start, int end, int bits)
    {
        (_bytes, _at, _end, _bits, _left, _highFirst) = (bytes, start, end, bits, 0, false);
        if (bits > 32)
            throw new ParquetException($"expected numbers of at most 32 bits, found {bits}");
    }

    /// <summary>Starts over with a number of values packed from the high bits on (encoding BIT_PACKED); returns where they end.</summary>
    public int ResetPacked(byte[] bytes, int start, int end, int bits, int count)
    {
        long length = ((long)count * bits + 7) / 8;
        if (length > end - start)
            throw Short();
        (_bytes, _at, _end) = (bytes, start + (int)length, start + (int)length);
        (_bits, _left, _highFirst) = (bits, count, true);
        _bit = 8L * start;
        return _end;
    }

    /// <summary>The next value.</summary>
    /// <exception cref="ParquetException">There is none.</exception>
    public int Next()
    {
        while (_left == 0)
            StartRun();
        _left--;
        if (_bit < 0)
            return _value;
        int at = (int)(_bit >> 3),
            shift = (int)(_bit & 7);
        _bit += _bits;
        if (_highFirst)
            return HighFirst(at, shift);
        ulong window;
        if (at + 8 <= _bytes.Length)
            window = BinaryPrimitives.ReadUInt64LittleEndian(_bytes.AsSpan(at));
        else
        {
            window = 0;
            for (int i = 0; at + i < _bytes.Length; i++)
                window |= (ulong)_bytes[at + i] << 8 * i;
        }
        return (int)(window >> shift & (1UL << _bits) - 1);
    }

    private void StartRun()
    {
        uint head = 0;
        for (int shift = 0; ; shift += 7)
        {
            if (_at >= _end)
                throw Short();
            byte next = _bytes[_at++];
            if (shift > 28 || shift == 28 && next > 15)
                throw new ParquetException("expected a run of values, found a length beyond 32 bits");
            head |= (uint)(next & 0x7F) << shift;
            if (next < 0x80)
                break;
        }
        if ((head & 1) == 0)
        {
            int bytes = (_bits + 7) / 8;
            if (bytes > _end - _at)
                throw Short();
            _value = 0;
            for (int i = 0; i < bytes; i++)
                _value |= _bytes[_at++] << 8 * i;
            _left = head >> 1;
            _bit = -1;
            return;
        }
        // Some writers leave out the padding of the last group.
        long packed = (long)(head >> 1) * 8;
        if (_bits > 0)
            packed = Math.Min(packed, 8L * (_end - _at) / _bits);
        if (packed == 0 && head > 1)
            throw Short();
        _left = packed;
        _bit = 8L * _at;
        _at = (int)Math.Min(_end, _at + (long)(head >> 1) * _bits);
    }

    private int HighFirst(int at, int shift)
    {
        int value = 0;
        for (int i = 0; i < _bits; i++, shift++)
            value = value << 1 | _bytes[at + (shift >> 3)] >> 7 - (shift & 7) & 1;
        return value;
    }

    private static ParquetException Short() => new("expected another level or index, found the end of the page");
}
