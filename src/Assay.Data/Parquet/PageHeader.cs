namespace Assay.Data;

/// <summary>What stands before the bytes of a page.</summary>
internal sealed class PageHeader
{
    private const int FirstTry = 4096;
    private const int MostBytes = 1 << 26; // statistics in it hold whole values

    public ParquetPageType Type { get; private set; }

    /// <summary>Bytes of the header itself.</summary>
    public int Length { get; private set; }

    /// <summary>Bytes of the page as it is stored.</summary>
    public int Stored { get; private set; }

    /// <summary>Bytes of the page's content.</summary>
    public int Plain { get; private set; }

    /// <summary>Checksum of the page as it is stored.</summary>
    public uint? Crc { get; private set; }

    /// <summary>Values and missing values; in a dictionary page, values.</summary>
    public int Values { get; private set; }

    public ParquetEncoding Encoding { get; private set; }

    public ParquetEncoding DefinitionEncoding { get; private set; } = ParquetEncoding.Rle;

    public ParquetEncoding RepetitionEncoding { get; private set; } = ParquetEncoding.Rle;

    /// <summary>Bytes of levels in version 2.</summary>
    public int DefinitionBytes { get; private set; }

    public int RepetitionBytes { get; private set; }

    /// <summary>False where a page of version 2 is stored as it is.</summary>
    public bool IsCompressed { get; private set; } = true;

    /// <summary>Reads the header at a place of the file.</summary>
    /// <exception cref="ParquetException">It is damaged.</exception>
    public static PageHeader Read(PageInput input, long at)
    {
        for (int size = FirstTry; ; size *= 16)
        {
            ArraySegment<byte> bytes = input.Peek(at, size);
            try
            {
                return Parse(bytes);
            }
            catch (ParquetException failure) when (failure.IsEnd && bytes.Count == size && size < MostBytes) { }
            catch (ParquetException failure)
            {
                throw new ParquetException($"{failure.Message}, in the page header at byte {at}");
            }
        }
    }

    private static PageHeader Parse(ReadOnlySpan<byte> bytes)
    {
        ThriftReader reader = new(bytes);
        PageHeader header = new() { Values = -1 };
        int type = -1;
        ParquetPageType? described = null;
        (header.Stored, header.Plain) = (-1, -1);
        reader.Enter();
        while (reader.Field(out int id, out ThriftType field))
            switch (id)
            {
                case 1:
                    type = reader.Int(field);
                    break;
                case 2:
                    header.Plain = reader.Int(field);
                    break;
                case 3:
                    header.Stored = reader.Int(field);
                    break;
                case 4:
                    header.Crc = (uint)reader.Int(field);
                    break;
                case 5 or 7 or 8 when field == ThriftType.Struct:
                    described = id switch
                    {
                        5 => ParquetPageType.Data,
                        7 => ParquetPageType.Dictionary,
                        _ => ParquetPageType.DataV2,
                    };
                    header.ReadKind(ref reader, id);
                    break;
                default:
                    reader.Skip(field);
                    break;
            }
        header.Length = reader.At;
        header.Type = (ParquetPageType)type;
        if (header.Stored < 0 || header.Plain < 0)
            throw new ParquetException(
                $"expected a page header with sizes, found {header.Stored} bytes stored and {header.Plain} bytes of content"
            );
        if (header.Type == ParquetPageType.Index)
            return header;
        if (described != header.Type)
            throw new ParquetException($"expected the header of a page of type {type}, found {described}");
        if (header.Values < 0)
            throw new ParquetException($"expected a number of values in the header of a page, found {header.Values}");
        return header;
    }

    private void ReadKind(ref ThriftReader reader, int kind)
    {
        int outer = reader.Enter();
        while (reader.Field(out int id, out ThriftType field))
            switch (kind, id)
            {
                case (_, 1):
                    Values = reader.Int(field);
                    break;
                case (5 or 7, 2) or (8, 4):
                    Encoding = (ParquetEncoding)reader.Int(field);
                    break;
                case (5, 3):
                    DefinitionEncoding = (ParquetEncoding)reader.Int(field);
                    break;
                case (5, 4):
                    RepetitionEncoding = (ParquetEncoding)reader.Int(field);
                    break;
                case (8, 5):
                    DefinitionBytes = reader.Int(field);
                    break;
                case (8, 6):
                    RepetitionBytes = reader.Int(field);
                    break;
                case (8, 7):
                    IsCompressed = ThriftReader.Bool(field);
                    break;
                default:
                    reader.Skip(field);
                    break;
            }
        reader.Leave(outer);
    }
}
