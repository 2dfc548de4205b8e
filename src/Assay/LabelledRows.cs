using System.Globalization;
using System.Text;
using System.Text.Json;
using Assay.Data;
using Assay.Learning;

namespace Assay;

/// <summary>Rows of a dataset as a learner wants them: classes or targets, and columns of numbers or hashed words.</summary>
internal sealed class LabelledRows
{
    /// <summary>Columns that words are hashed into.</summary>
    public const long HashedColumns = 1 << HashBits;

    private const int HashBits = 18;
    private readonly List<int> _labels = [];
    private readonly List<double> _targets = [];

    private LabelledRows(IReadOnlyList<string> classes) => Classes = classes;

    /// <summary>Names of the classes; numbers in their order, else in that of their bytes. Empty where targets were asked for.</summary>
    public IReadOnlyList<string> Classes { get; }

    /// <summary>The class of each row, or -1 where it is none of <see cref="Classes"/>; empty where targets were asked for.</summary>
    public int[] Labels => [.. _labels];

    /// <summary>The number to predict of each row; empty where classes were asked for.</summary>
    public double[] Targets => [.. _targets];

    /// <summary>Columns of numbers, or null where words were asked for.</summary>
    public Matrix? Features { get; private set; }

    /// <summary>Hashed words, or null where numbers were asked for.</summary>
    public SparseMatrix? Words { get; private set; }

    /// <summary>The columns that are read as numbers by default.</summary>
    public static IReadOnlyList<string> NumericColumns(View view, string label, string? other = null)
    {
        string[] columns =
        [
            .. view
                .Dataset.Schema.Where(field =>
                    field.Type is ColumnType.Bool or ColumnType.Int64 or ColumnType.Float64
                    && field.Name != label
                    && field.Name != other
                )
                .Select(field => field.Name),
        ];
        return columns.Length > 0
            ? columns
            : throw new AssayException(
                $"'{view.Dataset.Name}' has no column of numbers beside '{label}'",
                hint: "Name the columns with 'features:', or use the model logistic-hashed, which reads the text."
            );
    }

    /// <summary>The classes that occur in rows.</summary>
    public static IReadOnlyList<string> ClassesOf(
        View view,
        IEnumerable<int> rows,
        string label,
        CancellationToken cancellation
    ) => ClassesOf(view, KeysOf(view, rows, label, cancellation), label);

    /// <summary>The classes among labels that were read, in the order that classes have.</summary>
    public static IReadOnlyList<string> ClassesOf(View view, IEnumerable<string> labels, string label)
    {
        string[] classes = [.. labels.Distinct()];
        if (classes.Length < 2)
            throw new AssayException(
                $"all rows of '{view.Dataset.Name}' have the same '{label}'"
                    + (classes.Length > 0 ? $" ({classes[0]})" : ""),
                hint: "A classifier needs two classes at least."
            );
        if (classes.All(name => double.TryParse(name, CultureInfo.InvariantCulture, out _)))
            Array.Sort(
                classes,
                (a, b) =>
                    double.Parse(a, CultureInfo.InvariantCulture)
                        .CompareTo(double.Parse(b, CultureInfo.InvariantCulture))
            );
        else
            Array.Sort(classes, StringComparer.Ordinal);
        return classes;
    }

    /// <summary>What stands in a column of text, whole numbers or truth values, for each row.</summary>
    /// <exception cref="AssayException">The column is missing, or a value is.</exception>
    public static List<string> KeysOf(View view, IEnumerable<int> rows, string column, CancellationToken cancellation)
    {
        List<string> keys = [];
        CheckColumn(view, column);
        view.ForEach(rows, (batch, row) => keys.Add(LabelOf(batch, row, column)), cancellation);
        return keys;
    }

    /// <summary>Reads rows.</summary>
    /// <param name="view">Where they are.</param>
    /// <param name="rows">Which; a row may repeat.</param>
    /// <param name="label">The column of the class or target.</param>
    /// <param name="columns">Columns of numbers; null reads hashed words of the text instead.</param>
    /// <param name="classes">The known classes; null reads targets instead.</param>
    /// <param name="cancellation">Asks to stop.</param>
    /// <exception cref="AssayException">A column is missing, or a value is.</exception>
    public static LabelledRows Read(
        View view,
        IEnumerable<int> rows,
        string label,
        IReadOnlyList<string>? columns,
        IReadOnlyList<string>? classes,
        CancellationToken cancellation
    )
    {
        LabelledRows read = new(classes ?? []);
        Dictionary<string, int> indices = read.Classes.Index().ToDictionary(pair => pair.Item, pair => pair.Index);
        CheckColumn(view, label);
        foreach (string column in columns ?? [])
            CheckColumn(view, column);
        FeatureHasher? hasher = columns is null ? new(HashBits) : null;
        List<float> values = [];
        int width = -1,
            count = 0;
        view.ForEach(
            rows,
            (batch, row) =>
            {
                count++;
                if (classes is null)
                    read._targets.Add(NumberOf(batch, row, label));
                else
                    read._labels.Add(indices.GetValueOrDefault(LabelOf(batch, row, label), -1));
                if (hasher is not null)
                    AddWords(hasher, batch.Text(row));
                else
                    AddNumbers(values, batch, row, columns!);
                if (hasher is null && width < 0)
                    width = values.Count;
                if (hasher is null && values.Count != width * count)
                    throw Bad(
                        batch,
                        row,
                        columns![0],
                        $"the row has {values.Count - width * (count - 1)} numbers, expected {width} as in the first"
                    );
            },
            cancellation
        );
        if (count == 0)
            throw new AssayException($"'{view.Dataset.Name}' has no rows to learn from");
        (read.Features, read.Words) = hasher is null
            ? (new Matrix([.. values], width), null)
            : ((Matrix?)null, hasher.Build());
        return read;
    }

    // Words and pairs of neighbouring words, in lower case as far as ASCII goes.
    private static void AddWords(FeatureHasher hasher, ReadOnlySpan<byte> text)
    {
        byte[] lower = new byte[text.Length];
        Ascii.ToLower(text, lower, out _);
        for (int i = 0; i < lower.Length; i++)
            if (text[i] >= 0x80)
                lower[i] = text[i];
        int previous = -1;
        foreach (Range word in Data.Words.Of(lower))
        {
            (int start, int length) = word.GetOffsetAndLength(lower.Length);
            hasher.Add(lower.AsSpan(start, length));
            if (previous >= 0)
                hasher.Add(lower.AsSpan(previous, start + length - previous));
            previous = start;
        }
        hasher.EndRow();
    }

    private static void AddNumbers(List<float> values, Batch batch, int row, IReadOnlyList<string> columns)
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

    private static double NumberOf(Batch batch, int row, string name)
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

    private static string LabelOf(Batch batch, int row, string label)
    {
        Column? column = batch.Table.Find(label);
        int local = batch.Local(row);
        if (column is null || column.IsNull(local))
            throw Bad(batch, row, label, "the label is missing");
        return column.Type switch
        {
            ColumnType.Text => Encoding.UTF8.GetString(column.Utf8(local)),
            ColumnType.Int64 => column.Int64(local).ToString(CultureInfo.InvariantCulture),
            ColumnType.Bool => column.Bool(local) ? "true" : "false",
            _ => throw Bad(batch, row, label, "the label is neither text nor a whole number nor true or false"),
        };
    }

    private static void CheckColumn(View view, string name)
    {
        if (view.Dataset.Schema.Find(name) is null)
            throw new AssayException(
                $"'{view.Dataset.Name}' has no column '{name}'",
                hint: "It has: " + string.Join(", ", view.Dataset.Schema.Select(field => field.Name)) + "."
            );
    }

    private static AssayException Bad(Batch batch, int row, string column, string what) =>
        new(
            what,
            new(batch.Table.SourceOf(batch.Local(row)), Byte: batch.Table.Offsets[batch.Local(row)], Key: column),
            "Leave such rows out (select/where), or mend them."
        );
}
