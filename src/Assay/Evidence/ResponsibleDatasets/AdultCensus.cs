using System.Globalization;
using System.IO.Compression;
using System.Text;
using Assay.Describe;
using Assay.Learning;

namespace Assay.Evidence;

/// <summary>Rows of the census of 1994 known as Adult: who earns more than 50,000 dollars a year.</summary>
internal sealed class AdultCensus
{
    /// <summary>The folder of the data.</summary>
    public const string Folder = "distraction";

    private static readonly string[] s_numbers =
    [
        "age",
        "education-num",
        "capital-gain",
        "capital-loss",
        "hours-per-week",
    ];

    private readonly string[] _names;
    private readonly string[][] _rows;

    private AdultCensus(string[] names, string[][] rows) => (_names, _rows) = (names, rows);

    /// <summary>Number of rows.</summary>
    public int Rows => _rows.Length;

    /// <summary>Reads one of its files.</summary>
    public static AdultCensus Read(Trial trial, string file)
    {
        using StreamReader lines = new(
            new GZipStream(File.OpenRead(trial.Path(Folder, file)), CompressionMode.Decompress)
        );
        string[][] rows =
        [
            .. lines
                .ReadToEnd()
                .Split('\n', StringSplitOptions.RemoveEmptyEntries)
                .Select(line => line.Split(',', StringSplitOptions.TrimEntries))
                .Where(fields => fields.Length > 1),
        ];
        return new(rows[0], rows[1..]);
    }

    /// <summary>A column as it is written.</summary>
    public string[] Column(string name)
    {
        int at = Array.IndexOf(_names, name);
        return [.. _rows.Select(row => row[at])];
    }

    /// <summary>Rows of each value of a column; of numbers, of each band between cuts.</summary>
    public AxisCounts Counts(string axis, string column, int predefined, IReadOnlyList<double>? cuts = null)
    {
        IReadOnlyList<string>? bands = cuts is null ? null : SubgroupLists.Bands(cuts);
        return new(
            axis,
            $"column '{column}'",
            AxisCounts.Ordered(
                Column(column)
                    .Select(value => cuts is null ? value : bands![cuts.Count(cut => Number(value) > cut)])
                    .CountBy(value => value)
                    .Select(one => KeyValuePair.Create(one.Key, (long)one.Value))
            )
        )
        {
            Predefined = predefined,
        };
    }

    /// <summary>1 for those who earn more.</summary>
    public int[] Labels => [.. Column("Y").Select(value => value.StartsWith('>') ? 1 : 0)];

    /// <summary>All columns but the label: numbers in units of their spread in another table, words as hashed indicators.</summary>
    /// <param name="rows">Which rows.</param>
    /// <param name="scale">The table whose means and spreads count.</param>
    public SparseMatrix Features(int[] rows, AdultCensus scale)
    {
        (double Mean, double Spread)[] scales =
        [
            .. s_numbers.Select(name =>
            {
                double[] values = [.. scale.Column(name).Select(Number)];
                double mean = values.Average();
                return (mean, Math.Sqrt(values.Average(value => (value - mean) * (value - mean))));
            }),
        ];
        byte[][] names = [.. _names.Select(Encoding.UTF8.GetBytes)];
        FeatureHasher hasher = new(14);
        foreach (int row in rows)
        {
            for (int column = 0; column < _names.Length; column++)
            {
                string name = _names[column];
                if (name is "Y" or "fnlwgt")
                    continue;
                int number = Array.IndexOf(s_numbers, name);
                if (number >= 0)
                    hasher.Add(
                        names[column],
                        (float)((Number(_rows[row][column]) - scales[number].Mean) / scales[number].Spread)
                    );
                else
                    hasher.Add(Encoding.UTF8.GetBytes($"{name}={_rows[row][column]}"), 1);
            }
            hasher.EndRow();
        }
        return hasher.Build();
    }

    private static double Number(string text) => double.Parse(text, CultureInfo.InvariantCulture);
}
