using System.Text;
using System.Text.Json;
using System.Text.Unicode;

namespace Assay.Data;

/// <summary>JSON Lines: one object per line; its keys are columns, nested values stay JSON.</summary>
internal sealed class JsonlParser(SourceOptions options) : RowParser(options)
{
    /// <summary>Different keys in one table; more are a mapping, not columns.</summary>
    private const int MaxColumns = 4096;

    private static readonly JsonReaderOptions ReaderOptions = new() { MaxDepth = 64 };

    private readonly List<Range> _keys = []; // of the nested objects that are open
    private readonly int[] _firstKey = new int[ReaderOptions.MaxDepth + 1]; // by depth, where an object's keys begin

    public override void Parse(Segment segment, TableBuilder table, BadRows bad)
    {
        ReadOnlySpan<byte> rest = segment.Block.Rows;
        bool valid = Utf8.IsValid(rest);
        table.From(segment.File.Name);
        while (!rest.IsEmpty)
        {
            long offset = segment.Block.Offset + segment.Block.Length - rest.Length;
            ReadOnlySpan<byte> row = TakeLine(ref rest);
            if (IsBlank(row) || !IsReadable(segment, row, offset, valid, bad))
                continue;
            if (Fault(row, table) is not { } fault)
            {
                table.EndRow(RowId.Of(row, segment.Source, offset), offset);
                continue;
            }
            table.AbandonRow();
            bad.Add(BadRow.Of(segment.File, offset, row, fault.Reason, fault.At, fault.Key));
        }
    }

    private sealed record RowFault(string Reason, long At, string? Key = null);

    /// <summary>Sets the columns of one row; returns what is wrong with it, or null.</summary>
    private RowFault? Fault(ReadOnlySpan<byte> row, TableBuilder table)
    {
        Utf8JsonReader reader = new(row, ReaderOptions);
        try
        {
            reader.Read();
            if (reader.TokenType != JsonTokenType.StartObject)
                return new(
                    $"expected a JSON object, found {Describe(reader.TokenType)}; JSON Lines has one object per line",
                    reader.TokenStartIndex
                );
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                long keyAt = reader.TokenStartIndex;
                ColumnBuilder column = ColumnOf(ref reader, table);
                if (column.IsSet)
                    return Twice(column.Name, keyAt);
                if (table.ColumnCount > MaxColumns)
                    return new(
                        $"expected at most {MaxColumns} different keys in a stretch of rows, found another, '{column.Name}'",
                        keyAt,
                        column.Name
                    );
                reader.Read();
                if (SetValue(ref reader, row, column) is { } fault)
                    return fault;
            }
            reader.Read(); // fails if anything follows the object
            return null;
        }
        catch (JsonException failure)
        {
            return new(
                $"expected JSON: {Shorten(failure.Message)}",
                failure.BytePositionInLine ?? reader.BytesConsumed
            );
        }
        catch (InvalidOperationException)
        {
            return new(
                "expected whole characters, found half of one (an unpaired \\uD800-\\uDFFF escape)",
                reader.TokenStartIndex
            );
        }
    }

    private static ColumnBuilder ColumnOf(ref Utf8JsonReader reader, TableBuilder table) =>
        reader.ValueIsEscaped ? table.Column(reader.GetString()!) : table.Column(reader.ValueSpan);

    private RowFault? SetValue(ref Utf8JsonReader reader, ReadOnlySpan<byte> row, ColumnBuilder column)
    {
        long at = reader.TokenStartIndex;
        if (reader.TokenType is not (JsonTokenType.String or JsonTokenType.Null) && column.Name == Options.Text)
            return new(
                $"expected text, found {Describe(reader.TokenType)}; the key '{column.Name}' is the text column",
                at,
                column.Name
            );
        switch (reader.TokenType)
        {
            case JsonTokenType.String when !reader.ValueIsEscaped:
                column.Set(reader.ValueSpan);
                break;
            case JsonTokenType.String:
                column.SetReserved(reader.CopyString(column.Reserve(reader.ValueSpan.Length)));
                break;
            case JsonTokenType.Null:
                column.SetMissing();
                break;
            case JsonTokenType.True or JsonTokenType.False:
                column.Set(reader.TokenType == JsonTokenType.True);
                break;
            case JsonTokenType.Number when reader.TryGetInt64(out long whole):
                column.Set(whole);
                break;
            case JsonTokenType.Number:
                if (!reader.TryGetDouble(out double number) || !double.IsFinite(number))
                    return new("expected a number of double precision, found one beyond its range", at, column.Name);
                column.Set(number);
                break;
            default:
                if (NestedFault(ref reader, row) is { } fault)
                    return fault;
                column.SetJson(row[(int)at..(int)reader.BytesConsumed]);
                break;
        }
        return null;
    }

    /// <summary>Reads over a nested value; returns its first fault that the reader itself does not mind, or null.</summary>
    private RowFault? NestedFault(ref Utf8JsonReader reader, ReadOnlySpan<byte> row)
    {
        Utf8JsonReader start = reader;
        int depth = reader.CurrentDepth;
        _keys.Clear();
        do
        {
            if (reader.TokenType == JsonTokenType.StartObject)
                _firstKey[reader.CurrentDepth] = _keys.Count;
            else if (reader.TokenType == JsonTokenType.EndObject)
                _keys.RemoveRange(_firstKey[reader.CurrentDepth], _keys.Count - _firstKey[reader.CurrentDepth]);
            else if (reader.TokenType == JsonTokenType.PropertyName)
            {
                int first = _firstKey[reader.CurrentDepth - 1];
                if (reader.ValueIsEscaped || _keys.Count - first >= 32)
                {
                    reader = start;
                    return NestedFaultOfMany(ref reader);
                }
                for (int i = first; i < _keys.Count; i++)
                    if (row[_keys[i]].SequenceEqual(reader.ValueSpan))
                        return Twice(reader.GetString()!, reader.TokenStartIndex);
                int at = (int)reader.TokenStartIndex + 1;
                _keys.Add(at..(at + reader.ValueSpan.Length));
            }
            else if (reader.TokenType == JsonTokenType.String && reader.ValueIsEscaped)
                reader.GetString(); // fails on half a character
        } while (IsWithin(ref reader, depth) && reader.Read());
        return null;
    }

    /// <summary>The same for objects of many keys or escaped ones, at the cost of a string per key.</summary>
    private static RowFault? NestedFaultOfMany(ref Utf8JsonReader reader)
    {
        int depth = reader.CurrentDepth;
        Stack<HashSet<string>> open = [];
        do
        {
            if (reader.TokenType == JsonTokenType.StartObject)
                open.Push([]);
            else if (reader.TokenType == JsonTokenType.EndObject)
                open.Pop();
            else if (reader.TokenType == JsonTokenType.PropertyName && !open.Peek().Add(reader.GetString()!))
                return Twice(reader.GetString()!, reader.TokenStartIndex);
            else if (reader.TokenType == JsonTokenType.String && reader.ValueIsEscaped)
                reader.GetString();
        } while (IsWithin(ref reader, depth) && reader.Read());
        return null;
    }

    private static bool IsWithin(ref Utf8JsonReader reader, int depth) =>
        reader.CurrentDepth > depth || reader.TokenType is JsonTokenType.StartObject or JsonTokenType.StartArray;

    private static RowFault Twice(string key, long at) => new($"expected each key once, found '{key}' twice", at, key);

    private static string Describe(JsonTokenType type) =>
        type switch
        {
            JsonTokenType.StartArray => "an array",
            JsonTokenType.StartObject => "an object",
            JsonTokenType.String => "text",
            JsonTokenType.Number => "a number",
            JsonTokenType.Null => "null",
            _ => "a truth value",
        };

    // The reader's messages end with a place of its own: "... LineNumber: 0 | BytePositionInLine: 5."
    private static string Shorten(string message)
    {
        int place = message.IndexOf(" LineNumber:", StringComparison.Ordinal);
        return place < 0 ? message : message[..place].TrimEnd('.');
    }
}
