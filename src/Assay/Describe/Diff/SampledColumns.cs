using System.Globalization;
using System.Text;
using Assay.Data;
using Assay.Numerics;

namespace Assay.Describe;

/// <summary>The values of both sides' columns in a random sample of rows, and how far they lie apart.</summary>
internal static class SampledColumns
{
    private const int MostCategories = 50,
        MostNumbers = 20; // different ones of a column that are classes rather than amounts
    private const int CategoryBytes = 80;

    /// <summary>Rows drawn at random, ascending.</summary>
    public static int[] Rows(View view, int count, RandomStream random)
    {
        int[] rows = view.DistinctRows.ToArray();
        if (rows.Length > count)
        {
            // The first steps of a shuffle.
            for (int i = 0; i < count; i++)
            {
                int other = i + random.NextInt32(rows.Length - i);
                (rows[i], rows[other]) = (rows[other], rows[i]);
            }
            Array.Resize(ref rows, count);
            Array.Sort(rows);
        }
        return rows;
    }

    /// <summary>Compares a column that both sides have: its values, and whether they are there.</summary>
    public static IEnumerable<ColumnDrift> Compare(
        string column,
        (View View, int[] Rows) a,
        (View View, int[] Rows) b,
        CancellationToken cancellation
    )
    {
        Values of = new(column, a.View),
            other = new(column, b.View);
        a.View.ForEach(a.Rows, of.Add, cancellation);
        b.View.ForEach(b.Rows, other.Add, cancellation);
        if (of.Missing + other.Missing > 0)
            yield return ColumnDrift.OfCategories(
                column,
                "missing",
                [
                    new("missing", (of.Missing, other.Missing)),
                    new("there", (a.Rows.Length - of.Missing, b.Rows.Length - other.Missing)),
                ]
            );
        if (of.Numbers.Count + of.Texts == 0 || other.Numbers.Count + other.Texts == 0)
            yield break;
        bool areNumbers = of.Texts + other.Texts == 0;
        Dictionary<string, (int A, int B)>? categories = Merge(of.Categories, other.Categories);
        if (categories is not null && IsRepeated(categories) && (!areNumbers || categories.Count <= MostNumbers))
            yield return ColumnDrift.OfCategories(column, "categories", categories);
        else if (areNumbers)
            yield return ColumnDrift.OfNumbers(column, "values", [.. of.Numbers], [.. other.Numbers]);
        else
            yield return ColumnDrift.OfNumbers(column, "bytes", [.. of.Lengths], [.. other.Lengths]);
    }

    private static bool IsRepeated(Dictionary<string, (int A, int B)> categories) =>
        categories.Values.Sum(count => count.A + count.B) >= 4 * categories.Count;

    private static Dictionary<string, (int, int)>? Merge(Dictionary<string, int>? a, Dictionary<string, int>? b)
    {
        if (a is null || b is null)
            return null;
        Dictionary<string, (int A, int B)> both = a.ToDictionary(value => value.Key, value => (value.Value, 0));
        foreach ((string value, int count) in b)
            both[value] = (both.GetValueOrDefault(value).A, count);
        return both.Count <= MostCategories ? both : null;
    }

    /// <summary>What stands in one column of one side.</summary>
    private sealed class Values(string column, View view)
    {
        private readonly bool _isText = column == view.Dataset.TextColumn;
        private readonly ColumnType _type = view.Dataset.Schema.Find(column)!.Type;

        public int Missing { get; private set; }

        public int Texts => Lengths.Count - Numbers.Count;

        public List<double> Numbers { get; } = [];

        /// <summary>Bytes of each value as text.</summary>
        public List<double> Lengths { get; } = [];

        /// <summary>How often each value stands there, or null where there are too many.</summary>
        public Dictionary<string, int>? Categories { get; private set; } = [];

        public void Add(Batch batch, int row)
        {
            int local = batch.Local(row);
            Column? found = batch.Table.Find(column);
            bool isEdited = _isText && batch.IsEdited(row);
            if (!isEdited && (found is null || found.IsNull(local)))
            {
                Missing++;
                return;
            }
            if (!isEdited && _type is ColumnType.Int64 or ColumnType.Float64 or ColumnType.Bool)
                if (found!.Number(local) is { } number)
                {
                    Numbers.Add(number);
                    Count(number.ToString("R", CultureInfo.InvariantCulture), sizeof(double));
                    return;
                }
            ReadOnlySpan<byte> text =
                _isText ? batch.Text(row)
                : found!.Type is ColumnType.Text or ColumnType.Json ? found.Utf8(local)
                : Encoding.UTF8.GetBytes(Written(found, local));
            Count(text.Length <= CategoryBytes ? Encoding.UTF8.GetString(text) : null, text.Length);
        }

        private void Count(string? value, int bytes)
        {
            Lengths.Add(bytes);
            if (value is null || Categories?.Count > MostCategories)
                Categories = null;
            if (Categories is not null)
                Categories[value!] = Categories.GetValueOrDefault(value!) + 1;
        }

        private static string Written(Column found, int row) =>
            found.Type == ColumnType.Bool ? (found.Bool(row) ? "true" : "false")
            : found.Number(row) is { } number ? number.ToString("R", CultureInfo.InvariantCulture)
            : "";
    }
}
