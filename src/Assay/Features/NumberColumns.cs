using System.Text.Json;
using Assay.Data;
using Assay.Learning;

namespace Assay.Features;

/// <summary>Columns of numbers, and of JSON lists of numbers, as features of rows.</summary>
internal static class NumberColumns
{
    /// <summary>The columns that are read as numbers by default.</summary>
    /// <param name="view">The rows.</param>
    /// <param name="but">Columns that are no features: the label.</param>
    public static IReadOnlyList<string> Default(View view, params IReadOnlyList<string?> but)
    {
        IReadOnlyList<string> columns = Of(view, but);
        // Arrays of many columns are read as lists.
        if (columns.Count == 0 && view.Dataset.Schema.Find("features")?.Type == ColumnType.Json)
            columns = ["features"];
        string? label = but.Count > 0 ? but[0] : null;
        return columns.Count > 0
            ? columns
            : throw new AssayException(
                $"'{view.Dataset.Name}' has no column of numbers" + (label is null ? "" : $" beside '{label}'"),
                hint: label is null
                    ? "Name columns of JSON lists with 'features:', or use 'embed: tf-idf', which reads the text."
                    : "Name the columns with 'features:', or use the model logistic-hashed, which reads the text."
            );
    }

    /// <summary>The columns that read as numbers; there may be none.</summary>
    /// <param name="view">The rows.</param>
    /// <param name="but">Columns that are no features.</param>
    public static IReadOnlyList<string> Of(View view, params IReadOnlyList<string?> but) =>
        [
            .. view
                .Dataset.Schema.Where(field =>
                    field.Type is ColumnType.Bool or ColumnType.Int64 or ColumnType.Float64 && !but.Contains(field.Name)
                )
                .Select(field => field.Name),
        ];

    /// <summary>Reads rows, one row of the matrix each; at least one.</summary>
    /// <param name="batch">Where they stand.</param>
    /// <param name="rows">Ordinals in the dataset.</param>
    /// <param name="columns">The columns; a JSON list counts as one column for each of its numbers.</param>
    /// <param name="width">Numbers that a row must have, or null for as many as the first has.</param>
    /// <exception cref="AssayException">A value is missing, or no number, or a row has more or fewer than the others.</exception>
    public static Matrix Read(Batch batch, ReadOnlySpan<int> rows, IReadOnlyList<string> columns, int? width)
    {
        List<float> values = [];
        int before = 0;
        foreach (int row in rows)
        {
            Add(values, batch, row, columns);
            width ??= values.Count;
            if (values.Count - before != width)
                throw WrongWidth(batch, row, columns, values.Count - before, width.Value);
            before = values.Count;
        }
        return new([.. values], width ?? 1);
    }

    /// <summary>Appends the numbers of a row.</summary>
    public static void Add(List<float> values, Batch batch, int row, IReadOnlyList<string> columns)
    {
        foreach (string name in columns)
        {
            Column? column = batch.Table.Find(name);
            int local = batch.Local(row);
            if (column?.Type == ColumnType.Json && !column.IsNull(local))
                AddList(values, batch, row, name, column.Utf8(local));
            else
                values.Add((float)NumberOf(batch, row, name));
        }
    }

    /// <summary>The number in a row and a column.</summary>
    public static double NumberOf(Batch batch, int row, string name)
    {
        Column? column = batch.Table.Find(name);
        int local = batch.Local(row);
        if (column?.Number(local) is { } number && float.IsFinite((float)number))
            return number;
        throw Bad(
            batch,
            row,
            name,
            column is null || column.IsNull(local) ? "the number is missing" : "the value is not a number"
        );
    }

    /// <summary>Checks that there is such a column.</summary>
    public static void Check(View view, string name)
    {
        if (view.Dataset.Schema.Find(name) is null)
            throw new AssayException(
                $"'{view.Dataset.Name}' has no column '{name}'",
                hint: "It has: " + string.Join(", ", view.Dataset.Schema.Select(field => field.Name)) + "."
            );
    }

    /// <summary>What to say of a row whose numbers are more or fewer than those of the others.</summary>
    public static AssayException WrongWidth(
        Batch batch,
        int row,
        IReadOnlyList<string> columns,
        int found,
        int expected
    ) => Bad(batch, row, columns[0], $"the row has {found} numbers, expected {expected} as in the first");

    /// <summary>What to say of a value.</summary>
    public static AssayException Bad(Batch batch, int row, string column, string what) =>
        new(
            what,
            new(batch.Table.SourceOf(batch.Local(row)), Byte: batch.Table.Offsets[batch.Local(row)], Key: column),
            "Leave such rows out (select/where), or mend them."
        );

    private static void AddList(List<float> values, Batch batch, int row, string name, ReadOnlySpan<byte> json)
    {
        Utf8JsonReader reader = new(json);
        bool isList = reader.Read() && reader.TokenType == JsonTokenType.StartArray;
        while (isList && reader.Read() && reader.TokenType == JsonTokenType.Number)
            values.Add(
                reader.TryGetSingle(out float value) && float.IsFinite(value)
                    ? value
                    : throw Bad(batch, row, name, "a number of the list is too large")
            );
        if (!isList || reader.TokenType != JsonTokenType.EndArray)
            throw Bad(batch, row, name, "the value is not a list of numbers");
    }
}
