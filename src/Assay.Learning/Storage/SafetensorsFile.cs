using System.Buffers.Binary;
using System.IO.MemoryMappedFiles;
using System.Runtime.InteropServices;

namespace Assay.Learning;

/// <summary>A safetensors file, mapped into memory: the header is read and checked at once, each tensor when asked for.</summary>
/// <remarks>
/// Format: 8 bytes with the length of the header (little-endian), the header (JSON), the tensors (row-major,
/// little-endian). Safe to read from several threads. The file must not be cut while it is open.
/// </remarks>
public sealed class SafetensorsFile : IDisposable
{
    // Conversions work in pieces, because a span of bytes cannot be as long as a tensor can.
    private const int PieceElements = 1 << 20;

    private readonly MemoryMappedFile _map;
    private readonly MemoryMappedViewAccessor _view;
    private readonly SafetensorsHeader _header;
    private readonly long _length;
    private readonly long _dataStart;

    private SafetensorsFile(string path, MemoryMappedFile map, MemoryMappedViewAccessor view, long length)
    {
        (Path, _map, _view, _length) = (path, map, view, length);
        _dataStart = SafetensorsHeader.LengthBytes + HeaderBytes();
        byte[] json = new byte[_dataStart - SafetensorsHeader.LengthBytes];
        Copy(SafetensorsHeader.LengthBytes, json);
        _header = SafetensorsHeader.Parse(json, length - _dataStart, path);
        Tensors = [.. _header.Entries.Values.OrderBy(entry => entry.Name, StringComparer.Ordinal)];
    }

    /// <summary>Opens a file and checks its header.</summary>
    /// <exception cref="SafetensorsException">It is not a safetensors file, is cut short, or its header is wrong.</exception>
    /// <exception cref="IOException">It cannot be opened.</exception>
    public static SafetensorsFile Open(string path)
    {
        using FileStream stream = new(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0);
        long length = stream.Length;
        if (length < SafetensorsHeader.LengthBytes)
            throw new SafetensorsException($"has {length} bytes, and a safetensors file has 8 at least", path);
        MemoryMappedFile map = MemoryMappedFile.CreateFromFile(
            stream,
            null,
            0,
            MemoryMappedFileAccess.Read,
            HandleInheritability.None,
            leaveOpen: true
        );
        MemoryMappedViewAccessor? view = null;
        try
        {
            view = map.CreateViewAccessor(0, length, MemoryMappedFileAccess.Read);
            return new(path, map, view, length);
        }
        catch
        {
            view?.Dispose();
            map.Dispose();
            throw;
        }
    }

    /// <summary>The file.</summary>
    public string Path { get; }

    /// <summary>The tensors, by name in ordinal order.</summary>
    public IReadOnlyList<SafetensorsEntry> Tensors { get; }

    /// <summary>The free text of the header (<c>__metadata__</c>), by key.</summary>
    public IReadOnlyDictionary<string, string> Metadata => _header.Metadata;

    /// <summary>True if the file has a tensor of that name.</summary>
    public bool Contains(string name) => _header.Entries.ContainsKey(name);

    /// <summary>The description of a tensor.</summary>
    /// <exception cref="SafetensorsException">There is none of that name.</exception>
    public SafetensorsEntry this[string name] =>
        _header.Entries.TryGetValue(name, out SafetensorsEntry? entry)
            ? entry
            : throw new SafetensorsException($"is not in the file, which has {Tensors.Count} others", Path, name);

    /// <summary>Reads a whole tensor of floats (F16, BF16, F32, F64) as float32.</summary>
    /// <returns>The values, row-major.</returns>
    /// <exception cref="SafetensorsException">It is absent, not of floats, or longer than an array can be.</exception>
    public float[] ReadFloats(string name)
    {
        float[] values = new float[ArrayLength(this[name])];
        ReadFloats(name, 0, values);
        return values;
    }

    /// <summary>Reads consecutive values of a tensor of floats (F16, BF16, F32, F64) as float32.</summary>
    /// <remarks>An F64 value is rounded to the nearest float; beyond the range it becomes infinite.</remarks>
    /// <param name="name">The tensor.</param>
    /// <param name="start">The first value, in row-major order, counted from 0.</param>
    /// <param name="destination">Is filled; its length says how many.</param>
    /// <exception cref="SafetensorsException">It is absent or not of floats.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The tensor has no such values.</exception>
    public void ReadFloats(string name, long start, Span<float> destination)
    {
        SafetensorsEntry entry = this[name];
        if (!SafetensorsTypes.IsFloat(entry.Type))
            throw WrongType(entry, "F16, BF16, F32 or F64");
        CheckRange(entry, start, destination.Length);
        int size = SafetensorsTypes.SizeOf(entry.Type);
        if (entry.Type == SafetensorsType.F32)
        {
            CopyElements(entry, start, destination);
            return;
        }
        byte[] bytes = new byte[Math.Min(destination.Length, PieceElements) * size];
        for (int done = 0; done < destination.Length; done += PieceElements)
        {
            int count = Math.Min(PieceElements, destination.Length - done);
            Copy(_dataStart + entry.Offset + (start + done) * size, bytes.AsSpan(0, count * size));
            Widen(entry.Type, bytes.AsSpan(0, count * size), destination.Slice(done, count));
        }
    }

    /// <summary>Reads a whole tensor as it is.</summary>
    /// <typeparam name="T">The C# type of the elements: <see cref="Half"/> for F16 and so on; byte for every type of one
    /// byte; ushort for the bits of BF16.</typeparam>
    /// <exception cref="SafetensorsException">It is absent, of another type, or longer than an array can be.</exception>
    public T[] Read<T>(string name)
        where T : unmanaged
    {
        T[] values = new T[ArrayLength(this[name])];
        Read<T>(name, 0, values);
        return values;
    }

    /// <summary>Reads consecutive values of a tensor as they are.</summary>
    /// <typeparam name="T">The C# type of the elements, see <see cref="Read{T}(string)"/>.</typeparam>
    /// <param name="name">The tensor.</param>
    /// <param name="start">The first value, in row-major order, counted from 0.</param>
    /// <param name="destination">Is filled; its length says how many.</param>
    /// <exception cref="SafetensorsException">It is absent or of another type.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The tensor has no such values.</exception>
    public void Read<T>(string name, long start, Span<T> destination)
        where T : unmanaged
    {
        SafetensorsEntry entry = this[name];
        if (!SafetensorsTypes.Holds<T>(entry.Type))
            throw WrongType(entry, SafetensorsTypes.NameOf(SafetensorsTypes.Of<T>()));
        CheckRange(entry, start, destination.Length);
        CopyElements(entry, start, destination);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _view.Dispose();
        _map.Dispose();
    }

    /// <summary>Copies the bytes of all tensors, in the order of the file: what a checksum is made of.</summary>
    internal void CopyValuesTo(Stream stream)
    {
        byte[] piece = new byte[1 << 20];
        for (long at = _dataStart; at < _length; at += piece.Length)
        {
            Span<byte> bytes = piece.AsSpan(0, (int)Math.Min(piece.Length, _length - at));
            Copy(at, bytes);
            stream.Write(bytes);
        }
    }

    internal SafetensorsException Bad(string message, string? tensor = null) => new(message, Path, tensor);

    private long HeaderBytes()
    {
        Span<byte> number = stackalloc byte[SafetensorsHeader.LengthBytes];
        Copy(0, number);
        ulong bytes = BinaryPrimitives.ReadUInt64LittleEndian(number);
        if (bytes > SafetensorsHeader.MaxBytes)
            throw Bad(
                $"is not a safetensors file: it claims a header of {bytes} bytes, and {SafetensorsHeader.MaxBytes} is the limit"
            );
        if ((long)bytes > _length - SafetensorsHeader.LengthBytes)
            throw Bad($"claims a header of {bytes} bytes, and only {_length - SafetensorsHeader.LengthBytes} follow");
        return (long)bytes;
    }

    private int ArrayLength(SafetensorsEntry entry) =>
        entry.Count <= Array.MaxLength
            ? (int)entry.Count
            : throw Bad($"has {entry.Count} values, more than fit in one array: read it in parts", entry.Name);

    private void CheckRange(SafetensorsEntry entry, long start, int count)
    {
        if (start < 0 || start > entry.Count - count)
            throw new ArgumentOutOfRangeException(
                nameof(start),
                $"{Path}: tensor '{entry.Name}' has {entry.Count} values; {count} from {start} on were asked for."
            );
    }

    private SafetensorsException WrongType(SafetensorsEntry entry, string expected) =>
        Bad($"has elements of type {SafetensorsTypes.NameOf(entry.Type)}, expected {expected}", entry.Name);

    private void CopyElements<T>(SafetensorsEntry entry, long start, Span<T> destination)
        where T : unmanaged
    {
        int size = SafetensorsTypes.SizeOf(entry.Type);
        for (int done = 0; done < destination.Length; done += PieceElements)
        {
            Span<T> piece = destination.Slice(done, Math.Min(PieceElements, destination.Length - done));
            Copy(_dataStart + entry.Offset + (start + done) * size, MemoryMarshal.AsBytes(piece));
        }
    }

    private static void Widen(SafetensorsType type, ReadOnlySpan<byte> bytes, Span<float> values)
    {
        switch (type)
        {
            case SafetensorsType.F16:
                for (int i = 0; i < values.Length; i++)
                    values[i] = (float)BinaryPrimitives.ReadHalfLittleEndian(bytes[(2 * i)..]);
                break;
            case SafetensorsType.BF16:
                for (int i = 0; i < values.Length; i++)
                    values[i] = BitConverter.UInt32BitsToSingle(
                        (uint)BinaryPrimitives.ReadUInt16LittleEndian(bytes[(2 * i)..]) << 16
                    );
                break;
            default:
                for (int i = 0; i < values.Length; i++)
                    values[i] = (float)BinaryPrimitives.ReadDoubleLittleEndian(bytes[(8 * i)..]);
                break;
        }
    }

    /// <summary>Copies bytes of the file. The pointer is counted, so that a file closed meanwhile is an exception.</summary>
    private unsafe void Copy(long offset, Span<byte> destination)
    {
        byte* start = null;
        SafeBuffer buffer = _view.SafeMemoryMappedViewHandle;
        buffer.AcquirePointer(ref start);
        try
        {
            new ReadOnlySpan<byte>(start + _view.PointerOffset + offset, destination.Length).CopyTo(destination);
        }
        finally
        {
            buffer.ReleasePointer();
        }
    }
}
