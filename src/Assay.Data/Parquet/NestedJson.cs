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
    private readonly CellJson _json = new();
    private long _row;

    /// <summary>What is wrong with the row, or null.</summary>
    public string? Fault => _json.Fault;

    /// <summary>The value of a column in a row of the row group; empty where it is missing. Good until the next call.</summary>
    /// <param name="node">A field at the top.</param>
    /// <param name="row">Which row, from 0.</param>
    /// <param name="most">Bytes that the value may take.</param>
    /// <exception cref="ParquetException">The levels of its leaves do not go together.</exception>
    public ReadOnlySpan<byte> Read(ParquetNode node, long row, long most)
    {
        _row = row;
        _json.Start(most);
        if (node.Repetition == ParquetRepetition.Optional && !IsThere(node))
        {
            Pass(node);
            return [];
        }
        Write(node);
        return _json.End();
    }

    public void Dispose() => _json.Dispose();

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
            _json.Writer.WriteNullValue();
        }
    }

    /// <summary>The occurrences of a repeated field as an array; an element is the field itself, or the one field within it.</summary>
    private void WriteArray(ParquetNode repeated, ParquetNode element)
    {
        _json.Writer.WriteStartArray();
        foreach (int _ in Occurrences(repeated))
            if (ReferenceEquals(element, repeated))
                WriteContent(element);
            else
                Write(element);
        _json.Writer.WriteEndArray();
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
            _json.Writer.WriteStartObject();
            foreach (ParquetNode child in node.Children)
            {
                _json.Writer.WritePropertyName(child.Name);
                Write(child);
            }
            _json.Writer.WriteEndObject();
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
        _json.Writer.WriteStartObject();
        foreach (int _ in Occurrences(entry))
        {
            ParquetNode key = entry.Children[0];
            if (!IsThere(key))
            {
                Pass(key);
                _json.WriteKey(default, keys, entry.Path);
            }
            else
            {
                ColumnCursor cursor = Cursor(key.FirstLeaf);
                _json.WriteKey(cells.Of(key, cursor.Value()), keys, entry.Path);
                cursor.Advance();
            }
            Write(entry.Children[1]);
        }
        _json.Writer.WriteEndObject();
    }

    private void WriteValue(ParquetNode leaf)
    {
        ColumnCursor cursor = Cursor(leaf.FirstLeaf);
        _json.WriteValue(cells.Of(leaf, cursor.Value()));
        cursor.Advance();
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
            _json.HasRoom();
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
