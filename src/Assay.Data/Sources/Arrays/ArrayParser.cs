using System.Text.Json;

namespace Assay.Data;

/// <summary>
/// Rows along the first axis of an array. A row of one value is the column <c>value</c>, the text column if it is text; one of several is
/// the columns <c>f0</c>, <c>f1</c>..., from <see cref="MostColumns"/> on a list in the column <c>features</c>. The labels that lie beside
/// images of MNIST and its kin are the column <c>label</c>.
/// </summary>
internal sealed class ArrayParser(SourceOptions options, SourceFormat format) : RowParser(options)
{
    /// <summary>Rows that are longer are lists.</summary>
    public const int MostColumns = 1024;

    private byte[] _room = [];

    public override object? Header(SourceFile file, ReadOnlySpan<byte> first)
    {
        try
        {
            ArrayLayout layout =
                ArrayLayout.Read(format, first) ?? throw new DamagedFileException("the file ends in its header");
            long all = layout.Bytes + layout.Start;
            if (file.IsPlain && file.Size != all)
                return new Known(layout, null, $"expected {all:N0} bytes, as its header says, found {file.Size:N0}");
            return new Known(layout, ReadLabels(file, layout), null);
        }
        catch (DamagedFileException failure)
        {
            return new Known(null, null, failure.Message);
        }
    }

    public override void Parse(Segment segment, TableBuilder table, BadRows bad)
    {
        ReadOnlySpan<byte> rest = segment.Block.Rows;
        Known known = (Known)segment.Header!;
        table.From(segment.File.Name);
        if (segment.First && known.Fault is not null)
            bad.Add(IGroupedRows.Bad(segment.File, 0, $"expected {FormatTraits.Of(format).Name}: {known.Fault}"));
        if (known.Layout is not { } layout)
            return;
        if (segment.First)
            rest = rest[Math.Min(rest.Length, layout.Start)..];
        long ordinal = segment.First ? 0 : (segment.Block.Offset - layout.Start) / layout.RowBytes;
        if (layout.RowBytes > Options.MaxRow.Bytes || layout.IsFortran && layout.Bytes > Options.MaxRow.Bytes)
        {
            if (segment.First)
                bad.Add(
                    IGroupedRows.Bad(
                        segment.File,
                        0,
                        $"expected rows{(layout.IsFortran ? ", all together where they are in Fortran's order," : "")} of at most {Options.MaxRow} bytes (maxRow), found longer ones"
                    )
                );
            return;
        }
        if (layout.IsFortran && rest.Length >= layout.Bytes)
            rest = InRows(layout, rest);
        string[] names = NamesOf(layout);
        CellRow row = new(
            segment.File,
            known.Labels is null ? names : [.. names, "label"],
            Options,
            new Sink(table, bad)
        );
        int length = (int)layout.RowBytes;
        for (; rest.Length >= length && ordinal < layout.Rows; rest = rest[length..], ordinal++)
        {
            row.Start(ordinal);
            AddItems(row, layout, names.Length, rest[..length]);
            if (known.Labels is { } labels)
                row.Add(names.Length, CellMaker.Whole(labels[(int)ordinal]));
            row.End();
        }
        // What a compressed file holds is known at its end only.
        if (!rest.IsEmpty && known.Fault is null && segment.Failure is null)
            bad.Add(
                IGroupedRows.Bad(
                    segment.File,
                    ordinal,
                    ordinal < layout.Rows
                        ? $"expected {layout.Rows:N0} rows, found the end of the file in row {ordinal:N0}"
                        : $"expected {layout.Rows:N0} rows, found more"
                )
            );
    }

    private string[] NamesOf(ArrayLayout layout)
    {
        if (layout.Items.Count > 1 || layout.Items[0].Name.Length > 0)
            return [.. layout.Items.Select(item => item.Name)];
        bool isText = layout.Items[0].Kind is ArrayKind.Bytes or ArrayKind.CodePoints;
        return layout.Shape.Count == 1 ? [isText ? Options.Text : "value"]
            : layout.Width > MostColumns ? ["features"]
            : [.. Enumerable.Range(0, (int)layout.Width).Select(i => $"f{i}")];
    }

    private void AddItems(CellRow row, ArrayLayout layout, int columns, ReadOnlySpan<byte> bytes)
    {
        if (layout.Items.Count > 1)
            for (int i = 0; i < columns; i++)
                row.Add(i, layout.Items[i].Of(bytes, ref _room));
        else if (layout.Width <= MostColumns || layout.Shape.Count == 1)
            for (int i = 0; i < columns; i++)
                row.Add(i, layout.Items[0].Of(bytes.Slice(i * layout.ItemSize, layout.ItemSize), ref _room));
        else
            AddList(row, layout, bytes);
    }

    private void AddList(CellRow row, ArrayLayout layout, ReadOnlySpan<byte> bytes)
    {
        string? fault = null;
        using ByteBuffer list = new();
        using (Utf8JsonWriter json = new(list))
        {
            json.WriteStartArray();
            for (int at = 0; at < bytes.Length; at += layout.ItemSize)
            {
                Cell cell = layout.Items[0].Of(bytes.Slice(at, layout.ItemSize), ref _room);
                fault ??= cell.Fault;
                switch (cell.Type)
                {
                    case ColumnType.Int64:
                        json.WriteNumberValue(cell.Whole);
                        break;
                    case ColumnType.Float64:
                        json.WriteNumberValue(cell.Number);
                        break;
                    case ColumnType.Bool:
                        json.WriteBooleanValue(cell.Whole != 0);
                        break;
                    case ColumnType.Text:
                        json.WriteStringValue(cell.Utf8);
                        break;
                    default:
                        json.WriteNullValue();
                        break;
                }
            }
            json.WriteEndArray();
        }
        row.AddNested(0, list.Span, fault);
    }

    /// <summary>An array in Fortran's order, its rows one after the other.</summary>
    private static byte[] InRows(ArrayLayout layout, ReadOnlySpan<byte> items)
    {
        byte[] rows = new byte[layout.Bytes];
        int size = layout.ItemSize;
        long[] strides = new long[layout.Shape.Count]; // in C's order
        for (long axis = strides.Length - 1, stride = 1; axis >= 0; stride *= layout.Shape[(int)axis--])
            strides[axis] = stride;
        long[] place = new long[strides.Length];
        long to = 0;
        for (int from = 0; from < rows.Length; from += size)
        {
            items.Slice(from, size).CopyTo(rows.AsSpan((int)(to * size)));
            for (int axis = 0; axis < place.Length; axis++)
            {
                to += strides[axis];
                if (++place[axis] < layout.Shape[axis])
                    break;
                to -= strides[axis] * layout.Shape[axis];
                place[axis] = 0;
            }
        }
        return rows;
    }

    /// <summary>The labels beside a file of images, one for each.</summary>
    private long[]? ReadLabels(SourceFile file, ArrayLayout images)
    {
        if (LabelsBeside(file) is not { } path)
            return null;
        SourceFile labels = SourceFile.Inspect(path, path, SourceFormat.Idx);
        byte[] bytes = new byte[ArrayLayout.LongestOf(images.Rows)];
        int length = 0;
        try
        {
            using Stream content = labels.OpenContent();
            length = content.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
        }
        catch (Exception failure) when (failure is InvalidDataException or ZstdSharp.ZstdException)
        {
            throw new DamagedFileException($"its labels in {path} are damaged: {failure.Message}");
        }
        ArrayLayout? layout = ArrayLayout.Read(SourceFormat.Idx, bytes.AsSpan(0, length));
        if (
            layout is null
            || layout.Shape.Count != 1
            || layout.Rows != images.Rows
            || length != layout.Start + layout.Bytes
        )
            throw new DamagedFileException($"expected {images.Rows:N0} labels in {path}, found another number");
        long[] values = new long[layout.Rows];
        for (int i = 0; i < values.Length; i++)
        {
            Cell cell = layout.Items[0].Of(bytes.AsSpan(layout.Start + i * layout.ItemSize), ref _room);
            values[i] =
                cell.Type == ColumnType.Int64
                    ? cell.Whole
                    : throw new DamagedFileException($"expected whole numbers as labels in {path}, found others");
        }
        return values;
    }

    /// <summary>The file of labels that lies beside one of images, as MNIST and its kin name them; null if there is none.</summary>
    public static string? LabelsBeside(SourceFile file)
    {
        string name = Path.GetFileName(file.FullPath);
        if (file.Format != SourceFormat.Idx || !file.IsOnDisk || !name.Contains("images", StringComparison.Ordinal))
            return null;
        string labels = name.Replace("images", "labels", StringComparison.Ordinal)
            .Replace("idx3", "idx1", StringComparison.Ordinal)
            .Replace("idx4", "idx1", StringComparison.Ordinal);
        string folder = Path.GetDirectoryName(file.FullPath)!;
        string bare = SourceFile.Unpacked(labels);
        return ((string[])[labels, bare, bare + ".gz", bare + ".zst"])
            .Select(other => Path.Combine(folder, other))
            .FirstOrDefault(File.Exists);
    }

    /// <summary>What the rows of a file share.</summary>
    private sealed record Known(ArrayLayout? Layout, long[]? Labels, string? Fault);

    private sealed record Sink(TableBuilder Table, BadRows Bad) : IRowSink
    {
        public void RowDone(long bytes) { }
    }
}
