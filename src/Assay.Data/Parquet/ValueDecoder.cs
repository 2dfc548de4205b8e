using System.Buffers.Binary;

namespace Assay.Data;

/// <summary>Takes the values of a data page one after the other, each as the bytes that PLAIN has for it, without a length.</summary>
internal abstract class ValueDecoder
{
    /// <summary>The next value; the bytes are good until the next call.</summary>
    /// <exception cref="ParquetException">The page holds no more, or is damaged.</exception>
    public abstract ReadOnlySpan<byte> Next();

    /// <summary>The decoder of a page's values, which stand between two places of its content.</summary>
    public static ValueDecoder Of(
        ParquetEncoding encoding,
        ParquetNode leaf,
        byte[] page,
        int start,
        int end,
        PageDictionary? dictionary
    )
    {
        bool isBytes = leaf.Type is ParquetType.ByteArray or ParquetType.FixedLenByteArray,
            isWhole = leaf.Type is ParquetType.Int32 or ParquetType.Int64;
        return encoding switch
        {
            ParquetEncoding.Plain when leaf.Type == ParquetType.Boolean => new Bits(page, start, end),
            ParquetEncoding.Plain when leaf.Type == ParquetType.ByteArray => new PlainBytes(page, start, end),
            ParquetEncoding.Plain => new PlainFixed(page, start, end, leaf.Width),
            ParquetEncoding.PlainDictionary or ParquetEncoding.RleDictionary => new Indexed(
                page,
                start,
                end,
                dictionary
                    ?? throw new ParquetException("expected a dictionary page before pages of indices, found none")
            ),
            ParquetEncoding.Rle when leaf.Type == ParquetType.Boolean => new RunBits(page, start, end),
            ParquetEncoding.DeltaBinaryPacked when isWhole => new Deltas(page, start, end, leaf.Width),
            ParquetEncoding.DeltaLengthByteArray when leaf.Type == ParquetType.ByteArray => new DeltaLengths(
                page,
                start,
                end
            ),
            ParquetEncoding.DeltaByteArray when isBytes => new DeltaBytes(page, start, end, leaf.Length),
            ParquetEncoding.ByteStreamSplit when leaf.Type is not (ParquetType.Boolean or ParquetType.ByteArray) =>
                new Split(page, start, end, leaf.Width),
            _ => throw new ParquetException($"expected an encoding for values of type {leaf.Type}, found {encoding}"),
        };
    }

    protected static ParquetException Short() => new("expected another value, found the end of the page");

    private sealed class PlainFixed(byte[] page, int start, int end, int width) : ValueDecoder
    {
        private int _at = start;

        public override ReadOnlySpan<byte> Next()
        {
            if (width > end - _at)
                throw Short();
            _at += width;
            return page.AsSpan(_at - width, width);
        }
    }

    private sealed class PlainBytes(byte[] page, int start, int end) : ValueDecoder
    {
        private int _at = start;

        public override ReadOnlySpan<byte> Next()
        {
            if (end - _at < 4)
                throw Short();
            uint length = BinaryPrimitives.ReadUInt32LittleEndian(page.AsSpan(_at));
            _at += 4;
            if (length > end - _at)
                throw Short();
            _at += (int)length;
            return page.AsSpan(_at - (int)length, (int)length);
        }
    }

    private sealed class Bits(byte[] page, int start, int end) : ValueDecoder
    {
        private readonly byte[] _value = new byte[1];
        private long _bit = 8L * start;

        public override ReadOnlySpan<byte> Next()
        {
            if (_bit >= 8L * end)
                throw Short();
            _value[0] = (byte)(page[(int)(_bit >> 3)] >> (int)(_bit & 7) & 1);
            _bit++;
            return _value;
        }
    }

    private sealed class RunBits : ValueDecoder
    {
        private readonly byte[] _value = new byte[1];
        private readonly HybridDecoder _runs = new();

        public RunBits(byte[] page, int start, int end)
        {
            if (end - start < 4)
                throw Short();
            uint length = BinaryPrimitives.ReadUInt32LittleEndian(page.AsSpan(start));
            if (length > end - start - 4)
                throw Short();
            _runs.Reset(page, start + 4, start + 4 + (int)length, 1);
        }

        public override ReadOnlySpan<byte> Next()
        {
            int value = _runs.Next();
            if (value > 1)
                throw new ParquetException($"expected a truth value, found {value}");
            _value[0] = (byte)value;
            return _value;
        }
    }

    private sealed class Indexed : ValueDecoder
    {
        private readonly PageDictionary _dictionary;
        private readonly HybridDecoder _indices = new();

        public Indexed(byte[] page, int start, int end, PageDictionary dictionary)
        {
            _dictionary = dictionary;
            // A page of missing values only may hold nothing at all.
            _indices.Reset(page, Math.Min(start + 1, end), end, start < end ? page[start] : 0);
        }

        public override ReadOnlySpan<byte> Next() => _dictionary[_indices.Next()];
    }

    private sealed class Deltas : ValueDecoder
    {
        private readonly byte[] _value = new byte[8];
        private readonly DeltaDecoder _numbers = new();
        private readonly int _width;

        public Deltas(byte[] page, int start, int end, int width)
        {
            _width = width;
            if (start < end)
                _numbers.Reset(page, start, end);
        }

        public override ReadOnlySpan<byte> Next()
        {
            BinaryPrimitives.WriteInt64LittleEndian(_value, _numbers.Next());
            return _value.AsSpan(0, _width);
        }
    }

    private sealed class DeltaLengths : ValueDecoder
    {
        private readonly byte[] _page;
        private readonly int _end;
        private readonly DeltaDecoder _lengths = new();
        private int _at;

        public DeltaLengths(byte[] page, int start, int end)
        {
            (_page, _end) = (page, end);
            if (start == end)
                return;
            _lengths.Reset(page, start, end);
            _at = _lengths.SkipToEnd();
            _lengths.Reset(page, start, end);
        }

        public override ReadOnlySpan<byte> Next()
        {
            long length = _lengths.Next();
            if (length < 0 || length > _end - _at)
                throw Short();
            _at += (int)length;
            return _page.AsSpan(_at - (int)length, (int)length);
        }
    }

    /// <summary>Each value is so many bytes of the one before, and others behind them.</summary>
    private sealed class DeltaBytes : ValueDecoder
    {
        private readonly DeltaDecoder _prefixes = new();
        private readonly DeltaLengths? _suffixes;
        private readonly int _length;
        private byte[] _value = new byte[64];
        private int _filled;

        public DeltaBytes(byte[] page, int start, int end, int length)
        {
            _length = length;
            if (start == end)
                return;
            _prefixes.Reset(page, start, end);
            _suffixes = new(page, _prefixes.SkipToEnd(), end);
            _prefixes.Reset(page, start, end);
        }

        public override ReadOnlySpan<byte> Next()
        {
            long prefix = _prefixes.Next();
            ReadOnlySpan<byte> suffix = _suffixes!.Next();
            if (prefix < 0 || prefix > _filled)
                throw new ParquetException($"expected a prefix of at most {_filled} bytes, found {prefix}");
            // A value is never longer than all suffixes together, thus than the page.
            int length = (int)prefix + suffix.Length;
            if (length > _value.Length)
                Array.Resize(ref _value, Math.Max(length, 2 * _value.Length));
            suffix.CopyTo(_value.AsSpan((int)prefix));
            _filled = length;
            if (_length > 0 && length != _length)
                throw new ParquetException($"expected values of {_length} bytes, found one of {length}");
            return _value.AsSpan(0, length);
        }
    }

    /// <summary>First the first bytes of all values, then the second ones, and so on.</summary>
    private sealed class Split : ValueDecoder
    {
        private readonly byte[] _page,
            _value;
        private readonly int _start,
            _count;
        private int _next;

        public Split(byte[] page, int start, int end, int width)
        {
            (_page, _start, _count, _value) = (page, start, (end - start) / width, new byte[width]);
            if (_count * width != end - start)
                throw new ParquetException($"expected whole values of {width} bytes, found {end - start} bytes");
        }

        public override ReadOnlySpan<byte> Next()
        {
            if (_next == _count)
                throw Short();
            for (int i = 0; i < _value.Length; i++)
                _value[i] = _page[_start + i * _count + _next];
            _next++;
            return _value;
        }
    }
}

/// <summary>The values of a dictionary page.</summary>
internal sealed class PageDictionary
{
    private readonly byte[] _page;
    private readonly int[] _ends; // of values with lengths of their own
    private readonly int _width,
        _count;

    /// <exception cref="ParquetException">The page holds fewer values than it says.</exception>
    public PageDictionary(ParquetNode leaf, byte[] page, int length, int count)
    {
        _page = page;
        _width = leaf.Type == ParquetType.ByteArray ? 0 : leaf.Width;
        _count = count;
        if (leaf.Type == ParquetType.Boolean)
            throw new ParquetException("expected truth values without a dictionary, found one");
        if (count < 0 || (long)count * (_width > 0 ? _width : 4) > length)
            throw new ParquetException($"expected a dictionary within {length} bytes, found one of {count} values");
        _ends = _width > 0 ? [] : new int[count];
        int at = 0;
        for (int i = 0; i < _ends.Length; i++)
        {
            uint size = at + 4 <= length ? BinaryPrimitives.ReadUInt32LittleEndian(page.AsSpan(at)) : uint.MaxValue;
            if (size > (uint)Math.Max(0, length - at - 4))
                throw new ParquetException($"expected a dictionary of {count} values, found {i} in its page");
            at += 4 + (int)size;
            _ends[i] = at;
        }
    }

    public ReadOnlySpan<byte> this[int index]
    {
        get
        {
            if ((uint)index >= (uint)_count)
                throw new ParquetException(
                    $"expected an index below {_count}, the size of the dictionary, found {index}"
                );
            if (_width > 0)
                return _page.AsSpan(index * _width, _width);
            int start = (index == 0 ? 0 : _ends[index - 1]) + 4;
            return _page.AsSpan(start, _ends[index] - start);
        }
    }
}
