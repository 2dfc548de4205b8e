using System.Buffers.Binary;

namespace Assay.Data;

/// <summary>The arrays of a batch, as its message lists them: lengths and buffers in the order of the schema, parents before children.</summary>
internal sealed class ArrowBatch : IDisposable
{
    private const int NodeBytes = 16,
        PlaceBytes = 16;
    private const int MostWithoutBytes = 1 << 20;
    private const int FirstWithoutUnionValidity = 4; // version of the metadata
    private readonly List<ArrowBuffer> _buffers = [];

    private ArrowBatch() { }

    public ArrowArray[] Arrays { get; private set; } = [];

    /// <summary>The arrays of some fields.</summary>
    /// <param name="message">A batch of rows, or of the values of a dictionary.</param>
    /// <param name="fields">The columns, or the field of the dictionary.</param>
    /// <param name="isDictionary">Whether the field is that of a dictionary, whose values the message holds.</param>
    /// <param name="input">Where buffers are read.</param>
    /// <param name="dictionaryOf">The values of other dictionaries.</param>
    /// <exception cref="DamagedFileException">They are not what the schema asks for.</exception>
    public static ArrowBatch Read(
        ArrowMessage message,
        ArrowField[] fields,
        bool isDictionary,
        ArrowInput input,
        Func<long, ArrowDictionary> dictionaryOf
    )
    {
        ArrowBatch batch = new();
        FlatTable table = message.Batch;
        ArrowCodec codec = table.TryTable(3, out FlatTable compression)
            ? (ArrowCodec)compression.Byte(0)
            : ArrowCodec.None;
        if (codec is not (ArrowCodec.None or ArrowCodec.Lz4Frame or ArrowCodec.Zstd))
            throw new DamagedFileException($"expected buffers with LZ4 or Zstandard, found compression {(int)codec}");
        Reading reading = new(message, table, codec, batch, input, dictionaryOf);
        batch.Arrays = [.. fields.Select(field => reading.Array(field, isDictionary))];
        foreach (ArrowArray array in batch.Arrays)
            if (array.Length < message.Rows)
                throw new DamagedFileException(
                    $"expected {message.Rows} values of '{array.Field.Path}', found {array.Length}"
                );
        if (!isDictionary && message.Rows > MostWithoutBytes && batch.Arrays.All(array => array.HoldsNothing))
            throw new DamagedFileException(
                $"expected at most {MostWithoutBytes} rows of columns that hold nothing, found {message.Rows}"
            );
        return batch;
    }

    public void Dispose()
    {
        foreach (ArrowBuffer buffer in _buffers)
            buffer.Dispose();
    }

    /// <summary>How far in the lists of the message we are.</summary>
    private sealed class Reading(
        ArrowMessage message,
        FlatTable table,
        ArrowCodec codec,
        ArrowBatch batch,
        ArrowInput input,
        Func<long, ArrowDictionary> dictionaryOf
    )
    {
        private readonly byte[] _nodes = table.Vector(1, NodeBytes).ToArray(),
            _places = table.Vector(2, PlaceBytes).ToArray(),
            _variadic = table.Vector(4, 8).ToArray();
        private int _node,
            _place,
            _view;

        public ArrowArray Array(ArrowField field, bool isDictionary)
        {
            if ((_node + 1) * NodeBytes > _nodes.Length)
                throw new DamagedFileException($"expected a length of '{field.Path}' in the batch, found none");
            ReadOnlySpan<byte> node = _nodes.AsSpan(_node++ * NodeBytes);
            long length = BinaryPrimitives.ReadInt64LittleEndian(node),
                missing = BinaryPrimitives.ReadInt64LittleEndian(node[8..]);
            if (length is < 0 or > int.MaxValue || missing < 0 || missing > length)
                throw new DamagedFileException(
                    $"expected a length of '{field.Path}' in 31 bits, found {length} with {missing} missing values"
                );
            bool isIndices = field.Indices is not null && !isDictionary;
            ArrowKind kind = isIndices ? ArrowKind.Int : field.Kind;
            bool hasValidity =
                kind is not (ArrowKind.Null or ArrowKind.RunEndEncoded or ArrowKind.Union)
                || kind == ArrowKind.Union && message.Version < FirstWithoutUnionValidity;
            ArrowBuffer? validity = hasValidity ? Buffer(field) : null;
            ArrowBuffer?[] buffers = new ArrowBuffer?[BuffersOf(kind, field.Unit)];
            for (int i = 0; i < buffers.Length; i++)
                buffers[i] = Buffer(field);
            ArrowBuffer[] views = kind is ArrowKind.BinaryView or ArrowKind.Utf8View ? Views(field) : [];
            ArrowArray array = new(field, isIndices ? field.Indices : null)
            {
                Length = length,
                Validity = missing > 0 ? validity : null,
                Values = buffers.ElementAtOrDefault(0),
                More = buffers.ElementAtOrDefault(1),
                Views = views,
                Children = isIndices ? [] : [.. field.Children.Select(child => Array(child, isDictionary: false))],
                DictionaryOf = dictionaryOf,
            };
            if (missing > 0 && validity is { IsEmpty: true })
                throw new DamagedFileException($"expected which values of '{field.Path}' are missing, found nothing");
            array.Check();
            return array;
        }

        /// <summary>Buffers behind the one of which values are there.</summary>
        private static int BuffersOf(ArrowKind kind, int unit) =>
            kind switch
            {
                ArrowKind.Null or ArrowKind.Struct or ArrowKind.FixedSizeList or ArrowKind.RunEndEncoded => 0,
                ArrowKind.Binary or ArrowKind.Utf8 or ArrowKind.LargeBinary or ArrowKind.LargeUtf8 => 2,
                ArrowKind.ListView or ArrowKind.LargeListView => 2,
                ArrowKind.Union => 1 + unit, // a dense one has offsets
                _ => 1,
            };

        private ArrowBuffer[] Views(ArrowField field)
        {
            if ((_view + 1) * 8 > _variadic.Length)
                throw new DamagedFileException($"expected the number of buffers of '{field.Path}', found none");
            long count = BinaryPrimitives.ReadInt64LittleEndian(_variadic.AsSpan(_view++ * 8));
            if (count < 0 || count > _places.Length / PlaceBytes - _place)
                throw new DamagedFileException($"expected buffers of '{field.Path}', found {count} announced");
            ArrowBuffer[] views = new ArrowBuffer[count];
            for (int i = 0; i < views.Length; i++)
                views[i] = Buffer(field);
            return views;
        }

        private ArrowBuffer Buffer(ArrowField field)
        {
            if ((_place + 1) * PlaceBytes > _places.Length)
                throw new DamagedFileException($"expected another buffer of '{field.Path}' in the batch, found none");
            ReadOnlySpan<byte> place = _places.AsSpan(_place++ * PlaceBytes);
            long start = BinaryPrimitives.ReadInt64LittleEndian(place),
                length = BinaryPrimitives.ReadInt64LittleEndian(place[8..]);
            if (length < 0 || start < 0 || length > message.BodyLength || start > message.BodyLength - length)
                throw new DamagedFileException(
                    $"expected a buffer of '{field.Path}' within the {message.BodyLength} bytes of its batch, found {length} bytes at byte {start}"
                );
            ArrowBuffer buffer = new(input, message.BodyStart + start, length, codec);
            batch._buffers.Add(buffer);
            return buffer;
        }
    }
}

/// <summary>The values of a dictionary: one batch, or several that follow each other.</summary>
internal sealed class ArrowDictionary(ArrowArray[] parts)
{
    /// <summary>The array that holds the value of an index, and its place there.</summary>
    public (ArrowArray Array, long Row) At(long index)
    {
        long before = 0;
        foreach (ArrowArray part in parts)
        {
            if (index >= before && index < before + part.Length)
                return (part, index - before);
            before += part.Length;
        }
        throw new DamagedFileException($"expected an index below {before}, the size of the dictionary, found {index}");
    }
}
