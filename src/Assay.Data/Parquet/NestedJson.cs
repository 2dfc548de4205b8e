using System.IO.Hashing;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Assay.Data;

/// <summary>Puts nested fields together, row by row: lists become arrays, structs and maps objects.</summary>
/// <remarks>
/// Levels: Melnik et al., "Dremel: Interactive Analysis of Web-Scale Datasets" (2010). Which groups are lists and maps, older
/// ways of writing them too: the format's LogicalTypes.md.
/// </remarks>
/// <param name="cursors">Of the leaves; null for one that is not read.</param>
/// <param name="cells">Makes values.</param>
internal sealed class NestedJson(ColumnCursor?[] cursors, ParquetCells cells) : IDisposable
{
    private const int MostText = 100_000_000; // the writer of JSON has a limit of its own
    private readonly ByteBuffer _json = new();
    private readonly Utf8JsonWriter _writer = new(
        Stream.Null,
        new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true }
    );
    private long _row;
    private long _bytes,
        _most;

    /// <summary>What is wrong with the row, or null.</summary>
    public string? Fault { get; private set; }

    /// <summary>The value of a column in a row of the row group; empty where it is missing. Good until the next call.</summary>
    /// <param name="node">A field at the top.</param>
    /// <param name="row">Which row, from 0.</param>
    /// <param name="most">Bytes that the value may take.</param>
    /// <exception cref="ParquetException">The levels of its leaves do not go together.</exception>
    public ReadOnlySpan<byte> Read(ParquetNode node, long row, long most)
    {
        (_row, _most, _bytes, Fault) = (row, most, 0, null);
        _json.Truncate(0);
        _writer.Reset(_json);
        if (node.Repetition == ParquetRepetition.Optional && !IsThere(node))
        {
            Pass(node);
            return [];
        }
        Write(node);
        _writer.Flush();
        return _json.Span;
    }

    public void Dispose()
    {
        _writer.Dispose();
        _json.Dispose();
    }

    /// <summary>A field of whatever repetition.</summary>
    private void Write(ParquetNode node)
    {
        if (node.Repetition == ParquetRepetition.Repeated)
            WriteArray(node, element: node);
        else if (IsThere(node))
            WriteContent(node);
        else
        {
            Pass(node);
            _writer.WriteNullValue();
        }
    }

    /// <summary>The occurrences of a repeated field as an array; an element is the field itself, or the one field within it.</summary>
    private void WriteArray(ParquetNode repeated, ParquetNode element)
    {
        _writer.WriteStartArray();
        foreach (int _ in Occurrences(repeated))
            if (ReferenceEquals(element, repeated))
                WriteContent(element);
            else
                Write(element);
        _writer.WriteEndArray();
    }

    private void WriteContent(ParquetNode node)
    {
        ParquetNode? repeated =
            node.Children.Count == 1 && node.Children[0].Repetition == ParquetRepetition.Repeated
                ? node.Children[0]
                : null;
        if (node.IsLeaf)
            WriteValue(node);
        else if (node.Meaning == ParquetMeaning.List && repeated is not null)
            WriteArray(repeated, IsElement(repeated, node) ? repeated : repeated.Children[0]);
        else if (node.Meaning == ParquetMeaning.Map && repeated is { Children.Count: 1 })
            WriteArray(repeated, repeated.Children[0]); // a map without values is a set
        else if (node.Meaning == ParquetMeaning.Map && IsMap(repeated))
            WriteMap(repeated!);
        else
        {
            _writer.WriteStartObject();
            foreach (ParquetNode child in node.Children)
            {
                _writer.WritePropertyName(child.Name);
                Write(child);
            }
            _writer.WriteEndObject();
        }
    }

    /// <summary>True if a list's repeated field is the element itself, as older writers have it.</summary>
    private static bool IsElement(ParquetNode repeated, ParquetNode list) =>
        repeated.Children.Count != 1
        || repeated.Children[0].Repetition == ParquetRepetition.Repeated
        || repeated.Name == "array"
        || repeated.Name == list.Name + "_tuple";

    private static bool IsMap(ParquetNode? entry) =>
        entry is { Children.Count: 2 }
        && entry.Children[0] is { IsLeaf: true, Repetition: not ParquetRepetition.Repeated };

    private void WriteMap(ParquetNode entry)
    {
        HashSet<UInt128> keys = [];
        _writer.WriteStartObject();
        foreach (int _ in Occurrences(entry))
        {
            ParquetNode key = entry.Children[0];
            if (!IsThere(key))
            {
                Pass(key);
                Fault ??= $"expected a key in each entry of the map '{entry.Path}', found none";
                _writer.WritePropertyName("");
            }
            else
                WriteKey(key, keys);
            Write(entry.Children[1]);
        }
        _writer.WriteEndObject();
    }

    private void WriteKey(ParquetNode key, HashSet<UInt128> keys)
    {
        ColumnCursor cursor = Cursor(key.FirstLeaf);
        Span<byte> room = stackalloc byte[32];
        scoped ParquetCell cell = Checked(cells.Of(key, cursor.Value()));
        if (cell.Type == ColumnType.Int64)
        {
            cell.Whole.TryFormat(room, out int length, default, System.Globalization.CultureInfo.InvariantCulture);
            cell.Utf8 = room[..length];
        }
        else if (cell.Type == ColumnType.Float64)
        {
            cell.Number.TryFormat(room, out int length, default, System.Globalization.CultureInfo.InvariantCulture);
            cell.Utf8 = room[..length];
        }
        else if (cell.Type == ColumnType.Bool)
            cell.Utf8 = cell.Whole != 0 ? "true"u8 : "false"u8;
        if (!keys.Add(XxHash128.HashToUInt128(cell.Utf8)) && Fault is null)
            Fault = $"expected each key of the map '{key.Path}' once, found one twice";
        _writer.WritePropertyName(cell.Utf8);
        cursor.Advance();
    }

    private void WriteValue(ParquetNode leaf)
    {
        ColumnCursor cursor = Cursor(leaf.FirstLeaf);
        ParquetCell cell = Checked(cells.Of(leaf, cursor.Value()));
        switch (cell.Type)
        {
            case ColumnType.Bool:
                _writer.WriteBooleanValue(cell.Whole != 0);
                break;
            case ColumnType.Int64:
                _writer.WriteNumberValue(cell.Whole);
                break;
            case ColumnType.Float64:
                _writer.WriteNumberValue(cell.Number);
                break;
            case ColumnType.Text:
                _writer.WriteStringValue(cell.Utf8);
                break;
            case ColumnType.Json:
                _writer.WriteRawValue(cell.Utf8, skipInputValidation: true);
                break;
            default:
                _writer.WriteNullValue();
                break;
        }
        cursor.Advance();
    }

    /// <summary>The cell, or a missing one where it is at fault or there are too many bytes already.</summary>
    private ParquetCell Checked(ParquetCell cell)
    {
        if (cell.Fault is not null)
        {
            Fault ??= cell.Fault;
            return default;
        }
        _bytes += cell.Utf8.Length + 1;
        if (_bytes <= Math.Min(_most, MostText))
            return cell;
        Fault ??= $"expected at most {new ByteSize(Math.Min(_most, MostText))} in a nested value, found more";
        return default;
    }

    /// <summary>Goes through the occurrences of a repeated field: once for each, before its content is read.</summary>
    private IEnumerable<int> Occurrences(ParquetNode repeated)
    {
        if (!IsThere(repeated))
        {
            Pass(repeated);
            yield break;
        }
        for (int count = 0; ; count++)
        {
            yield return count;
            ColumnCursor first = cursors[repeated.FirstLeaf]!;
            if (first.AtEnd || first.Repetition != repeated.MaxRepetition)
                yield break;
            for (int i = 1; i < repeated.LeafCount; i++)
                if (Cursor(repeated.FirstLeaf + i).Repetition != repeated.MaxRepetition)
                    throw Disagree(repeated);
        }
    }

    /// <summary>True if the field is there at this place: all leaves must agree.</summary>
    private bool IsThere(ParquetNode node)
    {
        bool isThere = Cursor(node.FirstLeaf).Definition >= node.MaxDefinition;
        for (int i = 1; i < node.LeafCount; i++)
            if (Cursor(node.FirstLeaf + i).Definition >= node.MaxDefinition != isThere)
                throw Disagree(node);
        return isThere;
    }

    /// <summary>Goes past the entries that say that a field is missing.</summary>
    private void Pass(ParquetNode node)
    {
        for (int i = 0; i < node.LeafCount; i++)
            Cursor(node.FirstLeaf + i).Advance();
    }

    /// <summary>A leaf's cursor, which must be in this row.</summary>
    private ColumnCursor Cursor(int leaf)
    {
        ColumnCursor cursor = cursors[leaf]!;
        return !cursor.AtEnd && cursor.Rows + (cursor.Repetition == 0 ? 1 : 0) == _row + 1
            ? cursor
            : throw new ParquetException(
                $"expected the entries of row {_row} of column '{cursor.Leaf.Path}', found those of another row or none"
            );
    }

    private static ParquetException Disagree(ParquetNode node) =>
        new($"expected the columns of '{node.Path}' to have the same rows and lists, found others");
}
