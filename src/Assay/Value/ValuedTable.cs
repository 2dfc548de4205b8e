using Assay.Data;
using Assay.Features;
using Assay.Learning;

namespace Assay.Value;

/// <summary>The rows that are valued, and those that they are judged by, as learners want them.</summary>
internal sealed class ValuedTable
{
    private readonly View _view;
    private readonly int[] _rows;

    private ValuedTable(
        View view,
        int[] rows,
        int classes,
        LabelledRows train,
        LabelledRows? test,
        (Matrix Train, Matrix? Test)? texts,
        bool standardise
    )
    {
        _view = view;
        _rows = rows;
        Classes = classes;
        (Labels, Targets) = (train.Labels, train.Targets);
        (TestLabels, TestTargets) = (test?.Labels ?? [], test?.Targets ?? []);
        (Matrix? features, Matrix? testFeatures) = (train.Features, test?.Features);
        if (features is not null && testFeatures is not null && testFeatures.Columns != features.Columns)
            throw new AssayException(
                $"the rows have {features.Columns} numbers, those of the test set {testFeatures.Columns}",
                hint: "Both must have the same columns; name them with 'features:'."
            );
        if (standardise && features is not null)
        {
            ColumnScale scale = ColumnScale.Of(features);
            features = scale.Apply(features);
            testFeatures = testFeatures is null ? null : scale.Apply(testFeatures);
        }
        Features = Join(features, texts?.Train);
        TestFeatures = test is null ? null : Join(testFeatures, texts?.Test);
    }

    /// <summary>Number of classes, those of the test set counted; 0 for regression.</summary>
    public int Classes { get; }

    /// <summary>Features of the rows that are valued.</summary>
    public Matrix Features { get; }

    /// <summary>Their classes; empty for regression.</summary>
    public int[] Labels { get; }

    /// <summary>Their targets; empty for classification.</summary>
    public double[] Targets { get; }

    /// <summary>Features of the test set, or null if there is none.</summary>
    public Matrix? TestFeatures { get; }

    /// <summary>Its classes.</summary>
    public int[] TestLabels { get; }

    /// <summary>Its targets.</summary>
    public double[] TestTargets { get; }

    /// <summary>Reads the distinct rows in view, and the test set.</summary>
    /// <param name="options">Which columns.</param>
    /// <param name="view">The rows that are valued.</param>
    /// <param name="test">The test set, or null if none is needed.</param>
    /// <param name="source">A column that is no feature by default, or null.</param>
    /// <param name="work">Keeps the vectors of texts; asks to stop.</param>
    /// <exception cref="AssayException">A column or a value is missing, or there is only one class.</exception>
    public static ValuedTable Read(LabelledTableOptions options, View view, View? test, string? source, Work work)
    {
        CancellationToken cancellation = work.Cancellation;
        int[] rows = view.DistinctRows.ToArray(),
            testRows = test is null ? [] : test.DistinctRows.ToArray();
        TextFeatures texts = TextsOf(options, view, source);
        IReadOnlyList<string> columns =
            options.Features.Count > 0 ? options.Features
            : texts == TextFeatures.None ? NumberColumns.Default(view, options.Label, source)
            : NumberColumns.Of(view, options.Label, source);
        IReadOnlyList<string>? classes = null;
        if (options.Task == LabelKind.Classification)
        {
            List<string> labels = LabelledRows.KeysOf(view, rows, options.Label, cancellation);
            if (test is not null)
                labels.AddRange(LabelledRows.KeysOf(test, testRows, options.Label, cancellation));
            classes = LabelledRows.ClassesOf(view, labels, options.Label);
        }
        LabelledRows Part(View from, int[] which) =>
            LabelledRows.Read(from, which, options.Label, columns, classes, cancellation);
        return new(
            view,
            rows,
            classes?.Count ?? 0,
            Part(view, rows),
            test is null ? null : Part(test, testRows),
            texts == TextFeatures.None ? null : Embed(options, texts, view, test, work),
            options.Standardise
        );
    }

    // Where there are no numbers the text is all there is.
    private static TextFeatures TextsOf(LabelledTableOptions options, View view, string? source)
    {
        string text = view.Dataset.TextColumn;
        bool isText =
            view.Dataset.Schema.Find(text)?.Type == ColumnType.Text && text != options.Label && text != source;
        if (options.TextFeatures is TextFeatures.TfIdf or TextFeatures.Hashed && !isText)
            throw new AssayException(
                $"'{view.Dataset.Name}' has no text in the column '{text}'",
                hint: "Name the column of text of the dataset ('text:' in a recipe, --text on the command line)."
            );
        return options.TextFeatures != TextFeatures.Auto ? options.TextFeatures
            : isText && options.Features.Count == 0 && NumberColumns.Of(view, options.Label, source).Count == 0
                ? TextFeatures.TfIdf
            : TextFeatures.None;
    }

    // Learned from the rows that are valued, not from those that judge them.
    private static (Matrix, Matrix?) Embed(
        LabelledTableOptions options,
        TextFeatures kind,
        View view,
        View? test,
        Work work
    )
    {
        EmbeddingOptions embedding = new()
        {
            Embed = kind == TextFeatures.Hashed ? EmbeddingKind.Hashed : EmbeddingKind.TfIdf,
            Dimensions = options.TextDimensions,
        };
        RowEmbedding space = RowEmbedding.Fit(embedding, work, view);
        return (
            Scaled(space.Apply(view, work, "texts")),
            test is null ? null : Scaled(space.Apply(test, work, "test-texts"))
        );
    }

    // Of unit length the numbers of a vector would be small beside standardised columns.
    private static Matrix Scaled(Matrix vectors)
    {
        float scale = MathF.Sqrt(vectors.Columns);
        float[] values = vectors.Values.ToArray();
        foreach (ref float value in values.AsSpan())
            value *= scale;
        return new(values, vectors.Columns);
    }

    private static Matrix Join(Matrix? numbers, Matrix? texts)
    {
        if (numbers is null || texts is null)
            return numbers ?? texts!;
        int columns = numbers.Columns + texts.Columns;
        float[] values = new float[checked(numbers.Rows * columns)];
        for (int row = 0; row < numbers.Rows; row++)
        {
            numbers.Row(row).CopyTo(values.AsSpan(row * columns));
            texts.Row(row).CopyTo(values.AsSpan(row * columns + numbers.Columns));
        }
        return new(values, columns);
    }

    /// <summary>The rows of each source, as places among the rows that are valued; one row each without a column of sources.</summary>
    /// <param name="column">The column that says where a row came from, or null.</param>
    /// <param name="cancellation">Asks to stop.</param>
    public int[][] Sources(string? column, CancellationToken cancellation)
    {
        if (string.IsNullOrEmpty(column))
            return [.. Enumerable.Range(0, _rows.Length).Select(row => (int[])[row])];
        return
        [
            .. LabelledRows
                .KeysOf(_view, _rows, column, cancellation)
                .Index()
                .GroupBy(pair => pair.Item, pair => pair.Index)
                .OrderBy(group => group.Key, StringComparer.Ordinal)
                .Select(group => group.ToArray()),
        ];
    }

    /// <summary>A signal from one number for each of the rows that were valued.</summary>
    public Signal Signal(string name, ReadOnlySpan<double> values, string note = "")
    {
        double[] all = new double[_view.Dataset.RowCount];
        Array.Fill(all, double.NaN);
        for (int i = 0; i < _rows.Length; i++)
            all[_rows[i]] = values[i];
        return new(name, all) { Note = note };
    }
}
