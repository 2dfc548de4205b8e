using System.Globalization;
using System.Text;
using Assay.Data;
using Assay.Learning;

namespace Assay.Features;

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

    /// <summary>Columns of numbers, or null where none were asked for.</summary>
    public Matrix? Features { get; private set; }

    /// <summary>Hashed words, or null where numbers were asked for.</summary>
    public SparseMatrix? Words { get; private set; }

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
        NumberColumns.Check(view, column);
        view.ForEach(rows, (batch, row) => keys.Add(LabelOf(batch, row, column)), cancellation);
        return keys;
    }

    /// <summary>Reads rows.</summary>
    /// <param name="view">Where they are.</param>
    /// <param name="rows">Which; a row may repeat.</param>
    /// <param name="label">The column of the class or target.</param>
    /// <param name="columns">Columns of numbers, perhaps none; null reads hashed words of the text instead.</param>
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
        NumberColumns.Check(view, label);
        foreach (string column in columns ?? [])
            NumberColumns.Check(view, column);
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
                    read._targets.Add(NumberColumns.NumberOf(batch, row, label));
                else
                    read._labels.Add(indices.GetValueOrDefault(LabelOf(batch, row, label), -1));
                if (hasher is not null)
                    AddWords(hasher, batch.Text(row));
                else
                    NumberColumns.Add(values, batch, row, columns!);
                if (hasher is null && width < 0)
                    width = values.Count;
                if (hasher is null && values.Count != width * count)
                    throw NumberColumns.WrongWidth(batch, row, columns!, values.Count - width * (count - 1), width);
            },
            cancellation
        );
        if (count == 0)
            throw new AssayException($"'{view.Dataset.Name}' has no rows to learn from");
        read.Features = width > 0 ? new Matrix([.. values], width) : null;
        read.Words = hasher?.Build();
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

    private static string LabelOf(Batch batch, int row, string label)
    {
        Column? column = batch.Table.Find(label);
        int local = batch.Local(row);
        if (column is null || column.IsNull(local))
            throw NumberColumns.Bad(batch, row, label, "the label is missing");
        return column.Type switch
        {
            ColumnType.Text => Encoding.UTF8.GetString(column.Utf8(local)),
            ColumnType.Int64 => column.Int64(local).ToString(CultureInfo.InvariantCulture),
            ColumnType.Bool => column.Bool(local) ? "true" : "false",
            _ => throw NumberColumns.Bad(
                batch,
                row,
                label,
                "the label is neither text nor a whole number nor true or false"
            ),
        };
    }
}
