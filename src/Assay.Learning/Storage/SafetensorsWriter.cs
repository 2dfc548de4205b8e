using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Runtime.InteropServices;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Assay.Learning;

/// <summary>Values that are fetched when they are written, so that a file needs no second copy of them in memory.</summary>
/// <typeparam name="T">The type of the values.</typeparam>
/// <returns>The values, row-major; the same ones whenever asked.</returns>
public delegate ReadOnlySpan<T> ValueSource<T>();

/// <summary>Collects tensors and writes them as one safetensors file.</summary>
/// <remarks>
/// The bytes depend on the tensors and the metadata only, not on the order in which they were added: wider elements come
/// first, then names in ordinal order, which also aligns every tensor to its element size; metadata is sorted; the header
/// is padded with spaces so that the data begin at a multiple of 8.
/// </remarks>
public sealed class SafetensorsWriter
{
    private readonly SortedDictionary<string, string> _metadata = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Pending> _tensors = new(StringComparer.Ordinal);

    private sealed record Pending(
        string Name,
        SafetensorsType Type,
        ImmutableArray<long> Shape,
        Action<Stream, Pending> Write
    )
    {
        public long Count { get; } = CountOf(Name, Shape);
        public long Bytes => checked(Count * SafetensorsTypes.SizeOf(Type));

        private static long CountOf(string name, ImmutableArray<long> shape)
        {
            long count = 1;
            foreach (long dimension in shape)
            {
                if (
                    dimension < 0
                    || Math.BigMul(count, dimension, out long low) != 0
                    || low is < 0 or > long.MaxValue / 8
                )
                    throw new ArgumentException($"tensor '{name}' cannot have the shape [{string.Join(", ", shape)}]");
                count = low;
            }
            return count;
        }
    }

    /// <summary>Adds free text to the header.</summary>
    /// <exception cref="ArgumentException">The key is there already.</exception>
    public void AddMetadata(string key, string value) => _metadata.Add(key, value);

    /// <summary>Adds a tensor of the element type that belongs to <typeparamref name="T"/>.</summary>
    /// <typeparam name="T">An integer type of C#, or <see cref="Half"/>, float or double.</typeparam>
    /// <param name="name">The name, unique in the file.</param>
    /// <param name="shape">The dimensions, outermost first; none for a scalar.</param>
    /// <param name="values">The values, row-major, fetched by <see cref="Write(string)"/>.</param>
    /// <exception cref="ArgumentException">The name is taken or not usable, the shape or the type is impossible.</exception>
    public void Add<T>(string name, ReadOnlySpan<long> shape, ValueSource<T> values)
        where T : unmanaged =>
        Add(
            new(
                name,
                SafetensorsTypes.Of<T>(),
                [.. shape],
                (stream, tensor) =>
                {
                    ReadOnlySpan<T> all = values();
                    CheckCount(tensor, all.Length);
                    // In pieces, because a span of bytes cannot be as long as a tensor can.
                    for (int done = 0; done < all.Length; done += 1 << 20)
                        stream.Write(MemoryMarshal.AsBytes(all.Slice(done, Math.Min(1 << 20, all.Length - done))));
                }
            )
        );

    /// <summary>Adds a tensor of floats that are kept as F32, or rounded to F16 or BF16 (to nearest, ties to even).</summary>
    /// <param name="name">The name, unique in the file.</param>
    /// <param name="shape">The dimensions, outermost first; none for a scalar.</param>
    /// <param name="values">The values, row-major, fetched by <see cref="Write(string)"/>.</param>
    /// <param name="type">F32, F16 or BF16.</param>
    /// <exception cref="ArgumentException">The name is taken or not usable, the shape or the type is impossible.</exception>
    public void AddFloats(string name, ReadOnlySpan<long> shape, ValueSource<float> values, SafetensorsType type)
    {
        if (type == SafetensorsType.F32)
            Add(name, shape, values);
        else if (type is SafetensorsType.F16 or SafetensorsType.BF16)
            Add(
                new(
                    name,
                    type,
                    [.. shape],
                    (stream, tensor) =>
                    {
                        ReadOnlySpan<float> all = values();
                        CheckCount(tensor, all.Length);
                        WriteNarrowed(stream, all, type);
                    }
                )
            );
        else
            throw new ArgumentException(
                $"floats are written as F32, F16 or BF16, not as {SafetensorsTypes.NameOf(type)}"
            );
    }

    /// <summary>Writes the file, whole or not at all.</summary>
    /// <exception cref="ArgumentException">A source has other than as many values as its shape says.</exception>
    /// <exception cref="IOException">The disk is full or not writable; a file that was there before still is.</exception>
    public void Write(string path) => AtomicFile.Write(path, Write);

    /// <summary>Writes the file to a stream.</summary>
    /// <exception cref="ArgumentException">A source has other than as many values as its shape says.</exception>
    public void Write(Stream stream)
    {
        Pending[] ordered = Ordered();
        byte[] header = Header(ordered);
        Span<byte> length = stackalloc byte[SafetensorsHeader.LengthBytes];
        BinaryPrimitives.WriteUInt64LittleEndian(length, (ulong)header.Length);
        stream.Write(length);
        stream.Write(header);
        foreach (Pending tensor in ordered)
            tensor.Write(stream, tensor);
    }

    /// <summary>Writes the values alone, in the order of the file: what a checksum is made of.</summary>
    internal void WriteValues(Stream stream)
    {
        foreach (Pending tensor in Ordered())
            tensor.Write(stream, tensor);
    }

    private Pending[] Ordered() =>
        [
            .. _tensors
                .Values.OrderByDescending(tensor => SafetensorsTypes.SizeOf(tensor.Type))
                .ThenBy(tensor => tensor.Name, StringComparer.Ordinal),
        ];

    private void Add(Pending tensor)
    {
        if (tensor.Name == SafetensorsHeader.MetadataKey)
            throw new ArgumentException($"a tensor cannot have the name {SafetensorsHeader.MetadataKey}");
        if (!_tensors.TryAdd(tensor.Name, tensor))
            throw new ArgumentException($"there is a tensor '{tensor.Name}' already");
    }

    private static void CheckCount(Pending tensor, int found)
    {
        if (found != tensor.Count)
            throw new ArgumentException(
                $"tensor '{tensor.Name}' [{string.Join(", ", tensor.Shape)}] needs {tensor.Count} values, and {found} were given"
            );
    }

    private byte[] Header(Pending[] ordered)
    {
        using MemoryStream buffer = new();
        // Escapes no more than JSON must: names in any script stay legible. This text is never put in a web page.
        using (Utf8JsonWriter json = new(buffer, new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            json.WriteStartObject();
            if (_metadata.Count > 0)
            {
                json.WriteStartObject(SafetensorsHeader.MetadataKey);
                foreach ((string key, string value) in _metadata)
                    json.WriteString(key, value);
                json.WriteEndObject();
            }
            long offset = 0;
            foreach (Pending tensor in ordered)
            {
                json.WriteStartObject(tensor.Name);
                json.WriteString("dtype", SafetensorsTypes.NameOf(tensor.Type));
                WriteNumbers(json, "shape", tensor.Shape.AsSpan());
                long end = checked(offset + tensor.Bytes);
                WriteNumbers(json, "data_offsets", [offset, end]);
                offset = end;
                json.WriteEndObject();
            }
            json.WriteEndObject();
        }
        while (buffer.Length % 8 != 0)
            buffer.WriteByte((byte)' ');
        if (buffer.Length > SafetensorsHeader.MaxBytes)
            throw new ArgumentException(
                $"the header would have {buffer.Length} bytes, and the format allows {SafetensorsHeader.MaxBytes}"
            );
        return buffer.ToArray();
    }

    private static void WriteNumbers(Utf8JsonWriter json, string key, ReadOnlySpan<long> numbers)
    {
        json.WriteStartArray(key);
        foreach (long number in numbers)
            json.WriteNumberValue(number);
        json.WriteEndArray();
    }

    private static void WriteNarrowed(Stream stream, ReadOnlySpan<float> values, SafetensorsType type)
    {
        byte[] piece = new byte[1 << 16];
        for (int done = 0; done < values.Length; )
        {
            int count = Math.Min(piece.Length / 2, values.Length - done);
            for (int i = 0; i < count; i++)
                BinaryPrimitives.WriteUInt16LittleEndian(
                    piece.AsSpan(2 * i),
                    type == SafetensorsType.F16
                        ? BitConverter.HalfToUInt16Bits((Half)values[done + i])
                        : Brain(values[done + i])
                );
            stream.Write(piece, 0, 2 * count);
            done += count;
        }
    }

    /// <summary>The nearest bfloat16, ties to even; what is not a number stays so.</summary>
    private static ushort Brain(float value)
    {
        uint bits = BitConverter.SingleToUInt32Bits(value);
        return float.IsNaN(value) ? (ushort)(bits >> 16 | 0x40) : (ushort)(bits + 0x7FFF + (bits >> 16 & 1) >> 16);
    }
}
