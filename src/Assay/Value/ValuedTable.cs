using Assay.Data;
using Assay.Features;
using Assay.Learning;

namespace Assay.Value;

/// <summary>The rows that are valued, and those that they are judged by, as learners want them.</summary>
internal sealed class ValuedTable
{
    private readonly View _view;
    private readonly int[] _rows;

    private ValuedTable(View view, int[] rows, int classes, LabelledRows train, LabelledRows? test, bool standardise)
    {
        _view = view;
        _rows = rows;
        Classes = classes;
        (Labels, Targets) = (train.Labels, train.Targets);
        (TestLabels, TestTargets) = (test?.Labels ?? [], test?.Targets ?? []);
        Features = train.Features!;
        TestFeatures = test?.Features;
        if (TestFeatures is not null && TestFeatures.Columns != Features.Columns)
            throw new AssayException(
                $"the rows have {Features.Columns} numbers, those of the test set {TestFeatures.Columns}",
                hint: "Both must have the same columns; name them with 'features:'."
            );
        if (!standardise)
            return;
        ColumnScale scale = ColumnScale.Of(Features);
        Features = scale.Apply(Features);
        TestFeatures = TestFeatures is null ? null : scale.Apply(TestFeatures);
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
    /// <param name="cancellation">Asks to stop.</param>
    /// <exception cref="AssayException">A column or a value is missing, or there is only one class.</exception>
    public static ValuedTable Read(
        LabelledTableOptions options,
        View view,
        View? test,
        string? source,
        CancellationToken cancellation
    )
    {
        int[] rows = view.DistinctRows.ToArray(),
            testRows = test is null ? [] : test.DistinctRows.ToArray();
        IReadOnlyList<string> columns =
            options.Features.Count > 0 ? options.Features : NumberColumns.Default(view, options.Label, source);
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
            options.Standardise
        );
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
