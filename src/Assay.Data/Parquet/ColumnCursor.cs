using System.Buffers.Binary;
using System.IO.Hashing;

namespace Assay.Data;

/// <summary>
/// Goes through the entries of a column chunk, a page at a time. An entry is a value, or the place where one could be: its
/// repetition level says which repeated field goes on with it, its definition level how much of its path is there.
/// </summary>
internal sealed class ColumnCursor(
    ParquetNode leaf,
    ParquetChunk chunk,
    PageInput input,
    BufferBudget budget,
    PageCodec codec
) : IDisposable
{
    // Some old writers forget the dictionary's header when they add up the bytes of a chunk.
    private const int Forgotten = 100;
    private readonly HybridDecoder _repetitions = new(),
        _definitions = new();
    private byte[] _page = [],
        _dictionaryPage = [];
    private PageDictionary? _dictionary;
    private ValueDecoder? _values;
    private long _at = chunk.Start,
        _left = chunk.Values; // entries in pages to come
    private int _leftInPage;

    public ParquetNode Leaf => leaf;

    /// <summary>True behind the last entry; true before the first call of <see cref="Advance"/> too.</summary>
    public bool AtEnd { get; private set; } = true;

    public int Repetition { get; private set; }

    public int Definition { get; private set; }

    /// <summary>Rows begun by entries that were gone past.</summary>
    public long Rows { get; private set; }

    /// <summary>The value of this entry, which must have one; to be asked for once. Good until the next entry.</summary>
    public ReadOnlySpan<byte> Value() => _values!.Next();

    /// <summary>Goes to the next entry.</summary>
    /// <exception cref="ParquetException">A page is damaged.</exception>
    public void Advance()
    {
        if (!AtEnd && Repetition == 0)
            Rows++;
        AtEnd = _leftInPage == 0 && !NextPage();
        if (AtEnd)
            return;
        _leftInPage--;
        Repetition = leaf.MaxRepetition == 0 ? 0 : Level(_repetitions, leaf.MaxRepetition);
        Definition = leaf.MaxDefinition == 0 ? 0 : Level(_definitions, leaf.MaxDefinition);
    }

    public void Dispose()
    {
        budget.Return(ref _page);
        budget.Return(ref _dictionaryPage);
    }

    private static int Level(HybridDecoder levels, int most)
    {
        int level = levels.Next();
        return (uint)level <= (uint)most
            ? level
            : throw new ParquetException($"expected a level of at most {most}, found {level}");
    }

    private bool NextPage()
    {
        while (_left > 0)
        {
            PageHeader header = PageHeader.Read(input, _at);
            long start = _at + header.Length;
            if (start + header.Stored > chunk.Start + chunk.Bytes + Forgotten)
                throw new ParquetException(
                    $"expected a page within the {chunk.Bytes} bytes of its column, found one of {header.Stored} bytes at byte {_at}"
                );
            ArraySegment<byte> stored =
                header.Type == ParquetPageType.Index ? default : input.Peek(start, header.Stored);
            if (header.Type != ParquetPageType.Index && stored.Count < header.Stored)
                throw new ParquetException(
                    $"expected a page of {header.Stored} bytes at byte {start}, found {stored.Count}"
                );
            if (header.Crc is { } crc && header.Type != ParquetPageType.Index && Crc32.HashToUInt32(stored) != crc)
                throw new ParquetException($"expected a page with checksum {crc:x8} at byte {start}, found another");
            _at = start + header.Stored;
            switch (header.Type)
            {
                case ParquetPageType.Dictionary:
                    ReadDictionary(header, stored);
                    continue;
                case ParquetPageType.Index:
                    continue;
            }
            if (header.Values > _left)
                throw new ParquetException($"expected at most {_left} more values, found a page of {header.Values}");
            _left -= header.Values;
            _leftInPage = header.Values;
            if (header.Values == 0)
                continue;
            if (header.Type == ParquetPageType.Data)
                ReadData(header, stored);
            else
                ReadDataV2(header, stored);
            return true;
        }
        return false;
    }

    private void ReadDictionary(PageHeader header, ArraySegment<byte> stored)
    {
        if (_dictionary is not null)
            throw new ParquetException("expected one dictionary page in a column, found another");
        if (header.Encoding is not (ParquetEncoding.Plain or ParquetEncoding.PlainDictionary))
            throw new ParquetException($"expected a dictionary in encoding Plain, found {header.Encoding}");
        PageCodec.CheckSizes(chunk.Codec, header.Stored, header.Plain);
        budget.Rent(ref _dictionaryPage, header.Plain);
        Decompress(stored, chunk.Codec, _dictionaryPage.AsSpan(0, header.Plain));
        _dictionary = new(leaf, _dictionaryPage, header.Plain, header.Values);
    }

    private void ReadData(PageHeader header, ArraySegment<byte> stored)
    {
        PageCodec.CheckSizes(chunk.Codec, header.Stored, header.Plain);
        RentPage(header.Plain);
        Decompress(stored, chunk.Codec, _page.AsSpan(0, header.Plain));
        int at = 0;
        if (leaf.MaxRepetition > 0)
            at = StartLevels(_repetitions, header.RepetitionEncoding, leaf.MaxRepetition, header, at);
        if (leaf.MaxDefinition > 0)
            at = StartLevels(_definitions, header.DefinitionEncoding, leaf.MaxDefinition, header, at);
        _values = ValueDecoder.Of(header.Encoding, leaf, _page, at, header.Plain, _dictionary);
    }

    private int StartLevels(HybridDecoder levels, ParquetEncoding encoding, int most, PageHeader header, int at)
    {
        int bits = HybridEncoder.BitsFor(most + 1);
        if (encoding == ParquetEncoding.BitPacked)
            return levels.ResetPacked(_page, at, header.Plain, bits, header.Values);
        if (encoding != ParquetEncoding.Rle)
            throw new ParquetException($"expected levels in encoding Rle, found {encoding}");
        uint length =
            header.Plain - at >= 4 ? BinaryPrimitives.ReadUInt32LittleEndian(_page.AsSpan(at)) : uint.MaxValue;
        if (length > (uint)Math.Max(0, header.Plain - at - 4))
            throw new ParquetException(
                $"expected levels within a page of {header.Plain} bytes, found {length} bytes of them"
            );
        at += 4;
        levels.Reset(_page, at, at + (int)length, bits);
        return at + (int)length;
    }

    private void ReadDataV2(PageHeader header, ArraySegment<byte> stored)
    {
        (int repetition, int definition) = (header.RepetitionBytes, header.DefinitionBytes);
        long both = (long)repetition + definition;
        if (repetition < 0 || definition < 0 || both > header.Stored || both > header.Plain)
            throw new ParquetException(
                $"expected levels within a page of {header.Stored} bytes, found {repetition} and {definition} bytes of them"
            );
        int levels = (int)both;
        ParquetCodec from = header.IsCompressed ? chunk.Codec : ParquetCodec.Uncompressed;
        PageCodec.CheckSizes(from, header.Stored - levels, header.Plain - levels);
        RentPage(header.Plain);
        stored.AsSpan(0, levels).CopyTo(_page);
        ArraySegment<byte> values = stored[levels..];
        // Where all values are missing, there may be nothing that could be decompressed.
        if (header.Plain > levels)
            Decompress(values, from, _page.AsSpan(levels, header.Plain - levels));
        if (leaf.MaxRepetition > 0)
            _repetitions.Reset(_page, 0, repetition, HybridEncoder.BitsFor(leaf.MaxRepetition + 1));
        if (leaf.MaxDefinition > 0)
            _definitions.Reset(_page, repetition, levels, HybridEncoder.BitsFor(leaf.MaxDefinition + 1));
        _values = ValueDecoder.Of(header.Encoding, leaf, _page, levels, header.Plain, _dictionary);
    }

    private void Decompress(ArraySegment<byte> stored, ParquetCodec from, Span<byte> output)
    {
        if (output.Length > 0 || stored.Count > 0 && from == ParquetCodec.Uncompressed)
            codec.Decompress(from, stored.Array!, stored.Offset, stored.Count, output);
    }

    private void RentPage(int size)
    {
        if (size > _page.Length)
            budget.Rent(ref _page, size);
    }
}
