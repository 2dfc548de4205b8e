using System.Globalization;
using Assay.Data;
using Assay.Describe;
using Assay.Numerics;

namespace Assay.Evidence;

/// <summary>A clean table of people (UCI Adult), whole or with a defect planted into it.</summary>
internal sealed class PlantedDefects
{
    /// <summary>The folder of the data.</summary>
    public const string Folder = "distraction";

    /// <summary>The table.</summary>
    public const string File = "adult.data.gz";

    private const string Marital = "marital-status",
        Label = "income";
    private readonly string[] _names;
    private readonly List<string[]> _rows;

    private PlantedDefects(string[] names, List<string[]> rows) => (_names, _rows) = (names, rows);

    /// <summary>Rows.</summary>
    public int Rows => _rows.Count;

    /// <summary>
    /// Reads the table and cleans it: white space stripped, rows with a <c>?</c> left out, repeated rows left out, and of the two columns of education, which
    /// say the same, the number. Rows are drawn and shuffled.
    /// </summary>
    public static PlantedDefects Clean(string path, int rows, RandomStream random)
    {
        using StreamReader lines = new(
            new System.IO.Compression.GZipStream(
                System.IO.File.OpenRead(path),
                System.IO.Compression.CompressionMode.Decompress
            )
        );
        string[] names = [.. Cells(lines.ReadLine()!)];
        names[^1] = Label;
        int education = Array.IndexOf(names, "education-num");
        HashSet<string> seen = [];
        List<string[]> clean = [];
        while (lines.ReadLine() is { } line)
            if (line.Length > 0 && !line.Contains('?') && seen.Add(line))
                clean.Add(Without(Cells(line), education));
        string[][] shuffled = [.. clean];
        random.Shuffle<string[]>(shuffled);
        return new(Without(names, education), [.. shuffled.Take(rows)]);
    }

    /// <summary>One column lacks one value in twenty, at random.</summary>
    public PlantedDefects WithMissing(RandomStream random)
    {
        int column = random.NextInt32(_names.Length - 1);
        return Changed((_, row) => random.NextDouble() < 0.05 ? With(row, column, "") : row);
    }

    /// <summary>A block of one row in fifty is there a second time, at the end.</summary>
    public PlantedDefects WithRepeatedBlock(RandomStream random)
    {
        int length = Math.Max(2, Rows / 50),
            from = random.NextInt32(Rows - length);
        return new(_names, [.. _rows, .. _rows.Skip(from).Take(length)]);
    }

    /// <summary>In a block of a fifth of the rows each marital status has the code of the next.</summary>
    public PlantedDefects WithShiftedCategory(RandomStream random)
    {
        int column = Array.IndexOf(_names, Marital),
            length = Rows / 5,
            from = random.NextInt32(Rows - length);
        string[] codes = [.. _rows.Select(row => row[column]).Distinct().Order(StringComparer.Ordinal)];
        return Changed(
            (i, row) =>
                i >= from && i < from + length
                    ? With(row, column, codes[(Array.IndexOf(codes, row[column]) + 1) % codes.Length])
                    : row
        );
    }

    /// <summary>Rows get a number that was dealt class by class; they stand in random order.</summary>
    public PlantedDefects WithLeakedId(RandomStream random)
    {
        int[] order = [.. Enumerable.Range(0, Rows)];
        random.Shuffle<int>(order);
        order = [.. order.OrderBy(row => _rows[row][^1], StringComparer.Ordinal)];
        string[] ids = new string[Rows];
        for (int i = 0; i < order.Length; i++)
            ids[order[i]] = (100_000 + i).ToString(CultureInfo.InvariantCulture);
        return new(["person", .. _names], [.. _rows.Select((row, i) => (string[])[ids[i], .. row])]);
    }

    /// <summary>The alerts of the table.</summary>
    public IReadOnlyList<Alert> Alerts(Trial trial, string name) =>
        AlertsOf(string.Concat(_rows.Prepend(_names).Select(row => string.Join(',', row) + "\n")), trial, name);

    /// <summary>The alerts of a text of CSV, read as the commands read it.</summary>
    public static IReadOnlyList<Alert> AlertsOf(string csv, Trial trial, string name)
    {
        string folder = Directory.CreateTempSubdirectory("assay-label-").FullName;
        try
        {
            string path = Path.Combine(folder, "table.csv");
            System.IO.File.WriteAllText(path, csv);
            using TableFile file = new(path);
            using Pieces pieces = Pieces.Temporary();
            LabelOptions options = new() { Modules = [LabelModule.Statistics, LabelModule.Alerts] };
            return new Describe.NutritionLabel(options).Describe(file.View, trial.Work(name, pieces)).Alerts;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>
    /// What the simplest rules name, which look at one number of a column or of the table: a missing share of 1 % or more, a constant column, a repeated row, a
    /// column without two equal values.
    /// </summary>
    public IReadOnlyCollection<string> SimplestRules()
    {
        List<string> found = [];
        for (int column = 0; column < _names.Length; column++)
        {
            HashSet<string> values = [.. _rows.Select(row => row[column])];
            if (_rows.Count(row => row[column].Length == 0) >= 0.01 * Rows)
                found.Add("missing-values");
            if (values.Count == 1)
                found.Add("constant");
            if (values.Count == Rows)
                found.Add("identifier");
        }
        if (_rows.Select(row => string.Join(',', row)).Distinct().Count() < Rows)
            found.Add("repeated-rows");
        return found;
    }

    private PlantedDefects Changed(Func<int, string[], string[]> change) =>
        new(_names, [.. _rows.Select((row, i) => change(i, row))]);

    private static string[] With(string[] row, int column, string value)
    {
        string[] changed = [.. row];
        changed[column] = value;
        return changed;
    }

    private static string[] Cells(string line) => [.. line.Split(',').Select(cell => cell.Trim())];

    private static string[] Without(string[] row, int column) => [.. row.Where((_, i) => i != column - 1)];
}
