using System.Globalization;
using System.Text;
using Assay.Data;
using Assay.Numerics;

namespace Assay.Describe;

/// <summary>
/// Correlations of a dataset, summed by a key, with a reference that has one row for each key. The reference is called ground truth in the paper; it is
/// another dataset with its own faults.
/// </summary>
public sealed record GroundTruthModule
{
    /// <summary>The reference.</summary>
    public required string Reference { get; init; }

    /// <summary>The column that joins them.</summary>
    public required string Key { get; init; }

    /// <summary>Keys that both have.</summary>
    public required int Keys { get; init; }

    /// <summary>Rows whose key the reference does not have, or that have none.</summary>
    public required long UnmatchedRows { get; init; }

    /// <summary>One entry for each column and way of summing it.</summary>
    public required IReadOnlyList<GroundTruthLine> Lines { get; init; }
}

/// <summary>Correlations of one column, summed by the key.</summary>
/// <param name="Variable">The column; <c>rows</c> for the number of rows.</param>
/// <param name="Aggregate"><c>sum</c>, <c>mean</c>, or <c>sum per</c> a column of the reference.</param>
/// <param name="Correlations">With each column of numbers of the reference.</param>
public sealed record GroundTruthLine(
    string Variable,
    string Aggregate,
    IReadOnlyList<GroundTruthCorrelation> Correlations
);

/// <summary>A correlation with one column of the reference.</summary>
/// <param name="With">The column.</param>
/// <param name="R">Pearson's correlation over keys, -1 to 1; null where it is undefined.</param>
/// <param name="Keys">Keys that have both.</param>
public sealed record GroundTruthCorrelation(string With, double? R, int Keys);

/// <summary>A reference in memory.</summary>
internal sealed class GroundTruth
{
    private const int MostKeys = 5_000_000;
    private const string RowCount = "rows";
    private readonly string _name,
        _key,
        _per;
    private readonly Dictionary<string, int> _places = [];
    private readonly List<(string Name, double[] Values)> _columns = [];

    private GroundTruth(string name, string key, string per) => (_name, _key, _per) = (name, key, per);

    /// <summary>Reads the reference that options name; null if they name none.</summary>
    /// <exception cref="AssayException">The key is not there, or not unique.</exception>
    public static GroundTruth? Read(LabelOptions options, View data, Work work)
    {
        if (options.Reference is not { } name)
            return null;
        View reference = work.Dataset(name);
        if (options.Key.Length == 0)
            throw new AssayException(
                "a reference needs a key that joins it with the data",
                hint: "Name the column that both have with 'key'."
            );
        foreach (View view in (View[])[data, reference])
            if (view.Dataset.Schema.Find(options.Key) is null)
                throw new AssayException(
                    $"'{view.Dataset.Name}' has no column '{options.Key}' to join by",
                    hint: "It has: " + string.Join(", ", view.Dataset.Schema.Select(field => field.Name)) + "."
                );
        if (reference.Selection.Count > MostKeys)
            throw new AssayException(
                $"the reference '{name}' has {reference.Selection.Count:N0} rows; {MostKeys:N0} are the most that are joined",
                hint: "Sum it up by the key first."
            );
        GroundTruth read = new(name, options.Key, options.Per);
        read.ReadRows(reference, work);
        if (options.Per.Length > 0 && read._columns.All(column => column.Name != options.Per))
            throw new AssayException(
                $"the reference '{name}' has no column of numbers '{options.Per}' to divide by",
                hint: "It has: " + string.Join(", ", read._columns.Select(column => column.Name)) + "."
            );
        return read;
    }

    /// <summary>For each row of a table the place of its key, or -1.</summary>
    public int[] KeysOf(Batch batch)
    {
        int[] keys = new int[batch.Rows.Length];
        Column? column = batch.Table.Find(_key);
        for (int i = 0; i < keys.Length; i++)
            keys[i] = KeyOf(column, batch.Local(batch.Rows[i])) is { } key ? _places.GetValueOrDefault(key, -1) : -1;
        return keys;
    }

    /// <summary>The module.</summary>
    /// <param name="sums">Sums of columns of numbers.</param>
    /// <param name="rows">Rows of each key.</param>
    /// <param name="total">Rows in all.</param>
    /// <param name="fewest">Keys of fewer rows are left out.</param>
    public GroundTruthModule Module(
        IReadOnlyList<(string Column, KeySums Sums)> sums,
        KeySums rows,
        long total,
        long fewest
    )
    {
        int[] keys = [.. rows.Sums.Where(entry => entry.Value.Count >= fewest).Select(entry => entry.Key).Order()];
        double[]? per = _per.Length > 0 ? _columns.First(column => column.Name == _per).Values : null;
        List<GroundTruthLine> lines = [];
        foreach ((string column, KeySums of) in sums.Prepend((RowCount, rows)))
        {
            lines.Add(Line(column, "sum", keys, key => of.Sums.TryGetValue(key, out var sum) ? sum.Sum : double.NaN));
            if (column != RowCount)
                lines.Add(
                    Line(
                        column,
                        "mean",
                        keys,
                        key => of.Sums.TryGetValue(key, out var sum) ? sum.Sum / sum.Count : double.NaN
                    )
                );
            if (per is not null)
                lines.Add(
                    Line(
                        column,
                        $"sum per {_per}",
                        keys,
                        key => of.Sums.TryGetValue(key, out var sum) && per[key] != 0 ? sum.Sum / per[key] : double.NaN
                    )
                );
        }
        return new()
        {
            Reference = _name,
            Key = _key,
            Keys = keys.Length,
            UnmatchedRows = total - rows.Sums.Values.Sum(entry => entry.Count),
            Lines = lines,
        };
    }

    private GroundTruthLine Line(string variable, string aggregate, int[] keys, Func<int, double> valueOf) =>
        new(
            variable,
            aggregate,
            [
                .. _columns.Select(column =>
                {
                    int[] both =
                    [
                        .. keys.Where(key => double.IsFinite(valueOf(key)) && double.IsFinite(column.Values[key])),
                    ];
                    double r =
                        both.Length < 2
                            ? double.NaN
                            : Correlation.Pearson(
                                [.. both.Select(valueOf)],
                                [.. both.Select(key => column.Values[key])]
                            );
                    return new GroundTruthCorrelation(column.Name, double.IsFinite(r) ? r : null, both.Length);
                }),
            ]
        );

    private void ReadRows(View reference, Work work)
    {
        string[] names =
        [
            .. reference
                .Dataset.Schema.Where(field =>
                    field.Name != _key && field.Type is ColumnType.Int64 or ColumnType.Float64 or ColumnType.Bool
                )
                .Select(field => field.Name),
        ];
        double[][] values = [.. names.Select(_ => new double[reference.Selection.Count])];
        reference.ForEach(
            reference.DistinctRows.ToArray(),
            (batch, row) =>
            {
                int local = batch.Local(row);
                if (KeyOf(batch.Table.Find(_key), local) is not { } key)
                    return;
                int place = _places.Count;
                if (!_places.TryAdd(key, place))
                    throw new AssayException(
                        $"the reference has the key '{key}' twice",
                        new(batch.Table.SourceOf(local), Byte: batch.Table.Offsets[local], Key: _key),
                        "It needs one row for each key."
                    );
                for (int i = 0; i < names.Length; i++)
                    values[i][place] = batch.Table.Find(names[i])?.Number(local) ?? double.NaN;
            },
            work.Cancellation
        );
        for (int i = 0; i < names.Length; i++)
            _columns.Add((names[i], values[i]));
    }

    // Keys are compared as they are written, so that 02134 stays itself.
    private static string? KeyOf(Column? column, int row) =>
        column is null || column.IsNull(row)
            ? null
            : column.Type switch
            {
                ColumnType.Int64 => column.Int64(row).ToString(CultureInfo.InvariantCulture),
                ColumnType.Float64 => column.Float64(row).ToString("R", CultureInfo.InvariantCulture),
                ColumnType.Bool => column.Bool(row) ? "true" : "false",
                _ => Encoding.UTF8.GetString(column.Utf8(row)),
            };
}
