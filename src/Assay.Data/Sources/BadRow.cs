using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Unicode;

namespace Assay.Data;

/// <summary>A row that cannot be read, and why.</summary>
internal sealed record BadRow
{
    /// <summary>How much of the row is kept.</summary>
    public const int RawLimit = 1 << 20;

    public required SourceFile File { get; init; }

    /// <summary>Where the row starts in the decompressed content.</summary>
    public required long Offset { get; init; }

    /// <summary>What is wrong, what was expected.</summary>
    public required string Reason { get; init; }

    /// <summary>The row's bytes, or the first of them.</summary>
    public required byte[] Raw { get; init; }

    /// <summary>Where in the row the fault is.</summary>
    public int At { get; init; }

    /// <summary>The key or column at fault.</summary>
    public string? Key { get; init; }

    /// <summary>Line and column, where the parser knows them, 0 where there are none; else they are counted when they are asked for.</summary>
    public (int Line, int Column)? Place { get; init; }

    /// <summary>A bad row out of the bytes that hold it.</summary>
    public static BadRow Of(
        SourceFile file,
        long offset,
        ReadOnlySpan<byte> row,
        string reason,
        long at = 0,
        string? key = null
    ) =>
        new()
        {
            File = file,
            Offset = offset,
            Reason = reason,
            Raw = row[..Math.Min(row.Length, RawLimit)].ToArray(),
            At = (int)Math.Clamp(at, 0, row.Length),
            Key = key,
        };

    /// <summary>The failure that stops the run.</summary>
    public AssayException ToException() =>
        new(
            Reason,
            Locate(),
            "Mend the row, or run with --on-bad-row skip to leave such rows out, or quarantine to keep them aside."
        );

    private Location Locate()
    {
        if (Place is { } place)
            return new(File.FullPath, place.Line, place.Column, IsOfRecord ? Offset : -1, Key);
        long fault = Offset + At;
        long line = 0;
        try
        {
            line = File.LineOf(fault);
        }
        catch (AssayException)
        {
            // A truncated archive cannot be read as far as its fault: the byte has to do.
        }
        int column = 0;
        if (At <= Raw.Length)
        {
            ReadOnlySpan<byte> before = Raw.AsSpan(0, At);
            column = Encoding.UTF8.GetCharCount(before[(before.LastIndexOf((byte)'\n') + 1)..]) + 1;
        }
        return new(File.FullPath, line, column, fault, Key);
    }

    private bool IsOfRecord => FormatTraits.Of(File.Format).Offset == RowOffset.Record;

    /// <summary>Writes the row as a line of JSON.</summary>
    public void WriteTo(IBufferWriter<byte> output)
    {
        JsonWriterOptions options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
        using Utf8JsonWriter json = new(output, options);
        json.WriteStartObject();
        json.WriteString("source", File.Name);
        json.WriteNumber("byte", Offset);
        if (Place is { Line: > 0 } place)
            json.WriteNumber("line", place.Line);
        json.WriteString("reason", Reason);
        if (Key is not null)
            json.WriteString("key", Key);
        if (Utf8.IsValid(Raw))
            json.WriteString("raw", Raw);
        else
            json.WriteBase64String("raw_base64", Raw);
        json.WriteEndObject();
        json.Flush();
        output.Write("\n"u8);
    }
}

/// <summary>The bad rows of one block, as JSON lines.</summary>
internal sealed class BadRows(BadRowPolicy policy)
{
    private readonly ArrayBufferWriter<byte> _lines = new();

    public int Count { get; private set; }

    public ReadOnlySpan<byte> Lines => _lines.WrittenSpan;

    /// <summary>Keeps the row, or stops with it.</summary>
    /// <exception cref="BadRowException">The policy is <see cref="BadRowPolicy.Fail"/>.</exception>
    public void Add(BadRow row)
    {
        if (policy == BadRowPolicy.Fail)
            throw new BadRowException(row);
        row.WriteTo(_lines);
        Count++;
    }
}

/// <summary>Carries the first bad row of a block to where it is decided which one is reported.</summary>
internal sealed class BadRowException(BadRow row) : Exception
{
    public BadRow Row { get; } = row;
}
