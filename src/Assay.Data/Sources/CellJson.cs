using System.Globalization;
using System.IO.Hashing;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Assay.Data;

/// <summary>Writes nested values as JSON: cells in arrays and objects, no more of them than a row may hold.</summary>
internal sealed class CellJson : IDisposable
{
    private const int MostText = 100_000_000; // the writer of JSON has a limit of its own
    private readonly ByteBuffer _json = new();
    private long _most;

    /// <summary>Writes what holds the cells: arrays, objects, names of fields.</summary>
    public Utf8JsonWriter Writer { get; } =
        new(Stream.Null, new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true });

    /// <summary>What is wrong with the value, or null; what is written after it is of no use.</summary>
    public string? Fault { get; private set; }

    /// <summary>Starts a value.</summary>
    /// <param name="most">Bytes that it may take.</param>
    public void Start(long most)
    {
        (_most, Fault) = (Math.Min(most, MostText), null);
        _json.Truncate(0);
        Writer.Reset(_json);
    }

    /// <summary>The value as it was written; good until the next one starts.</summary>
    public ReadOnlySpan<byte> End()
    {
        Writer.Flush();
        return _json.Span;
    }

    public void Fail(string fault) => Fault ??= fault;

    public void Dispose()
    {
        Writer.Dispose();
        _json.Dispose();
    }

    public void WriteValue(Cell cell)
    {
        cell = Checked(cell);
        switch (cell.Type)
        {
            case ColumnType.Bool:
                Writer.WriteBooleanValue(cell.Whole != 0);
                break;
            case ColumnType.Int64:
                Writer.WriteNumberValue(cell.Whole);
                break;
            case ColumnType.Float64:
                Writer.WriteNumberValue(cell.Number);
                break;
            case ColumnType.Text:
                Writer.WriteStringValue(cell.Utf8);
                break;
            case ColumnType.Json:
                Writer.WriteRawValue(cell.Utf8, skipInputValidation: true);
                break;
            default:
                Writer.WriteNullValue();
                break;
        }
    }

    /// <summary>Writes the key of an entry of a map.</summary>
    /// <param name="cell">The key.</param>
    /// <param name="keys">Hashes of the keys before it.</param>
    /// <param name="map">The map's name.</param>
    public void WriteKey(Cell cell, HashSet<UInt128> keys, string map)
    {
        cell = Checked(cell);
        Span<byte> room = stackalloc byte[32];
        scoped ReadOnlySpan<byte> name = cell.Utf8;
        int length = 0;
        if (cell.Type == ColumnType.Int64)
            cell.Whole.TryFormat(room, out length, default, CultureInfo.InvariantCulture);
        else if (cell.Type == ColumnType.Float64)
            cell.Number.TryFormat(room, out length, default, CultureInfo.InvariantCulture);
        if (length > 0)
            name = room[..length];
        else if (cell.Type == ColumnType.Bool)
            name = cell.Whole != 0 ? "true"u8 : "false"u8;
        else if (cell.Type == ColumnType.Null)
            Fail($"expected a key in each entry of the map '{map}', found none");
        if (!keys.Add(XxHash128.HashToUInt128(name)))
            Fail($"expected each key of the map '{map}' once, found one twice");
        Writer.WritePropertyName(name);
    }

    /// <summary>To be asked before each element of an array: whether the value may still grow.</summary>
    public bool HasRoom(int bytes = 0)
    {
        if (Writer.BytesCommitted + Writer.BytesPending + bytes <= _most)
            return Fault is null;
        Fail($"expected at most {new ByteSize(_most)} in a nested value, found more");
        // What follows is of no use, and must not take memory.
        _json.Truncate(0);
        Writer.Reset(_json);
        return false;
    }

    /// <summary>The cell, or a missing one where it is at fault or there are too many bytes already.</summary>
    private Cell Checked(Cell cell)
    {
        if (cell.Fault is not null)
            Fail(cell.Fault);
        return HasRoom(cell.Utf8.Length) ? cell : default;
    }
}
