using System.Globalization;
using System.Text;
using System.Text.Json;
using Assay.Data;

namespace Assay.Studies;

/// <summary>The rows in view as columns in memory: what a study of measurements reads.</summary>
public sealed class StudyTable
{
    private readonly View _view;
    private readonly int[] _rows;
    private readonly CancellationToken _cancellation;

    private StudyTable(View view, CancellationToken cancellation)
    {
        (_view, _cancellation) = (view, cancellation);
        _rows = view.Selection.Rows;
    }

    /// <summary>Number of rows.</summary>
    public int Rows => _rows.Length;

    /// <summary>Names of the columns, in their order.</summary>
    public IReadOnlyList<string> Names => [.. _view.Dataset.Schema.Select(column => column.Name)];

    /// <summary>The rows of a view, in the order of its selection; columns are read when they are asked for.</summary>
    /// <exception cref="AssayException">There is no row.</exception>
    public static StudyTable Of(View view, CancellationToken cancellation) =>
        view.Selection.Count > 0
            ? new(view, cancellation)
            : throw new AssayException($"'{view.Dataset.Name}' has no rows", hint: "A study needs one at least.");

    /// <summary>Whether there is a column of that name.</summary>
    public bool Has(string column) => _view.Dataset.Schema.Find(column) is not null;

    /// <summary>A column of numbers, a finite one for each row.</summary>
    /// <exception cref="AssayException">There is no such column, or a value is missing or no finite number.</exception>
    public double[] Numbers(string column) =>
        Read(
            column,
            (batch, at) =>
                batch.Table.Find(column)?.Number(at) is { } number && double.IsFinite(number)
                    ? number
                    : throw Bad(batch, at, column, "a finite number")
        );

    /// <summary>A column of numbers, NaN where a value is missing.</summary>
    /// <exception cref="AssayException">There is no such column, or a value is no finite number.</exception>
    public double[] NumbersOrNaN(string column) =>
        Read(
            column,
            (batch, at) =>
                batch.Table.Find(column) is not { } found || IsMissing(found, at) ? double.NaN
                : found.Number(at) is { } number && double.IsFinite(number) ? number
                : throw Bad(batch, at, column, "a finite number, or nothing")
        );

    /// <summary>A column of text, numbers or truth values, as words; empty where a value is missing.</summary>
    /// <exception cref="AssayException">There is no such column.</exception>
    public string[] Words(string column) =>
        Read(
            column,
            (batch, at) =>
                batch.Table.Find(column) is not { } found || found.IsNull(at)
                    ? ""
                    : found.Type switch
                    {
                        ColumnType.Int64 => found.Int64(at).ToString(CultureInfo.InvariantCulture),
                        ColumnType.Float64 => found.Float64(at).ToString("R", CultureInfo.InvariantCulture),
                        ColumnType.Bool => found.Bool(at) ? "true" : "false",
                        // A column of words and numbers is JSON; its words are strings in it.
                        ColumnType.Json when found.Utf8(at) is [(byte)'"', ..] text =>
                            JsonSerializer.Deserialize<string>(text)!,
                        _ => Encoding.UTF8.GetString(found.Utf8(at)),
                    }
        );

    /// <summary>What to say of a row that does not suit: where it stands, what was expected.</summary>
    /// <param name="row">The row, from 0, in the order of the columns read.</param>
    /// <param name="column">The column that is wrong.</param>
    /// <param name="what">What is wrong with it.</param>
    /// <param name="hint">What to do about it.</param>
    public AssayException Wrong(int row, string column, string what, string? hint = null)
    {
        AssayException? wrong = null;
        _view.ForEach(
            [_rows[row]],
            (batch, ordinal) => wrong = new(what, PlaceOf(batch, batch.Local(ordinal), column), hint),
            _cancellation
        );
        return wrong!;
    }

    private T[] Read<T>(string column, Func<Batch, int, T> read)
    {
        if (!Has(column))
            throw new AssayException(
                $"'{_view.Dataset.Name}' has no column '{column}'",
                hint: "It has: " + string.Join(", ", Names) + "."
            );
        T[] values = new T[_rows.Length];
        int next = 0;
        _view.ForEach(_rows, (batch, row) => values[next++] = read(batch, batch.Local(row)), _cancellation);
        return values;
    }

    private static bool IsMissing(Column column, int at) =>
        column.IsNull(at) || (column.Type == ColumnType.Text && column.Utf8(at).IsEmpty);

    private static AssayException Bad(Batch batch, int at, string column, string expected) =>
        new(
            $"'{column}' is not {expected}",
            PlaceOf(batch, at, column),
            "Mend the row, or leave it out (select/where)."
        );

    private static Location PlaceOf(Batch batch, int at, string column) =>
        new(batch.Table.SourceOf(at), Byte: batch.Table.Offsets[at], Key: column);
}
