using System.Buffers.Binary;

namespace Assay.Data;

/// <summary>Whole numbers in encoding DELTA_BINARY_PACKED, one at a time; sums wrap around as the format asks.</summary>
internal sealed class DeltaDecoder
{
    private const int MostPerBlock = 1 << 24;
    private byte[] _bytes = [];
    private int _at,
        _end,
        _miniblocks,
        _perMiniblock,
        _miniblock; // of the block, that is read
    private int _widths; // where the widths of the block's miniblocks stand
    private int _bits;
    private int _inMiniblock; // values left in it
    private long _bit;
    private long _left;
    private long _value,
        _least;
    private bool _isFirst;

    /// <summary>Number of values in all.</summary>
    public long Count { get; private set; }

    /// <summary>Reads the head.</summary>
    /// <exception cref="ParquetException">It is damaged.</exception>
    public void Reset(byte[] bytes, int start, int end)
    {
        (_bytes, _at, _end) = (bytes, start, end);
        ulong block = Varint(),
            miniblocks = Varint(),
            count = Varint();
        _value = ZigZag();
        if (
            block is 0 or > MostPerBlock
            || block % 128 != 0
            || miniblocks == 0
            || block % miniblocks != 0
            || block / miniblocks % 32 != 0
        )
            throw new ParquetException(
                $"expected delta blocks of whole miniblocks, found {block} values in {miniblocks}"
            );
        if (count > int.MaxValue)
            throw new ParquetException($"expected at most {int.MaxValue} delta values, found {count}");
        _miniblocks = (int)miniblocks;
        _perMiniblock = (int)(block / miniblocks);
        Count = _left = (long)count;
        _isFirst = true;
        _miniblock = _miniblocks;
        _inMiniblock = 0;
    }

    /// <summary>The next number.</summary>
    /// <exception cref="ParquetException">There is none.</exception>
    public long Next()
    {
        if (_left == 0)
            throw new ParquetException($"expected more delta values than the {Count} that are there");
        _left--;
        if (_isFirst)
        {
            _isFirst = false;
            return _value;
        }
        if (_inMiniblock == 0)
            StartMiniblock();
        _inMiniblock--;
        _value = unchecked(_value + _least + (long)Packed());
        return _value;
    }

    /// <summary>Where the numbers end; reads over those that are left.</summary>
    public int SkipToEnd()
    {
        long left = _left - (_isFirst ? 1 : 0) - _inMiniblock;
        for (; left > 0; left -= _perMiniblock)
            StartMiniblock();
        _left = 0;
        return _at;
    }

    private void StartMiniblock()
    {
        if (_miniblock == _miniblocks)
        {
            _least = ZigZag();
            _widths = _at;
            if (_miniblocks > _end - _at)
                throw Short();
            _at += _miniblocks;
            _miniblock = 0;
        }
        _bits = _bytes[_widths + _miniblock++];
        if (_bits > 64)
            throw new ParquetException($"expected deltas of at most 64 bits, found {_bits}");
        _bit = 8L * _at;
        long bytes = (long)_perMiniblock * _bits / 8;
        if (bytes > _end - _at)
            throw Short();
        _at += (int)bytes;
        _inMiniblock = _perMiniblock;
    }

    private ulong Packed()
    {
        if (_bits == 0)
            return 0;
        int at = (int)(_bit >> 3),
            shift = (int)(_bit & 7);
        _bit += _bits;
        if (at + 9 > _bytes.Length)
            return PackedAtEnd(at, shift);
        ulong value = BinaryPrimitives.ReadUInt64LittleEndian(_bytes.AsSpan(at)) >> shift;
        if (shift > 0)
            value |= (ulong)_bytes[at + 8] << 64 - shift;
        return _bits == 64 ? value : value & (1UL << _bits) - 1;
    }

    private ulong PackedAtEnd(int at, int shift)
    {
        ulong value = 0;
        for (int i = 0; i < _bits; i++, shift++)
            value |= (ulong)(_bytes[at + (shift >> 3)] >> (shift & 7) & 1) << i;
        return value;
    }

    private long ZigZag()
    {
        ulong value = Varint();
        return (long)(value >> 1) ^ -(long)(value & 1);
    }

    private ulong Varint()
    {
        ulong value = 0;
        for (int shift = 0; ; shift += 7)
        {
            if (_at >= _end)
                throw Short();
            byte next = _bytes[_at++];
            if (shift == 63 && next > 1)
                throw new ParquetException("expected a number of at most 64 bits, found a longer one");
            value |= (ulong)(next & 0x7F) << shift;
            if (next < 0x80)
                return value;
        }
    }

    private static ParquetException Short() => new("expected more delta values than the page holds");
}
