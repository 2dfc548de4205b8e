using System.Globalization;
using Assay.Data;
using Assay.Numerics;

namespace Assay.Evidence;

/// <summary>The paper's table of hypervolumes on synthetic tasks, and the ranks that follow from it.</summary>
/// <param name="Methods">The methods, in the table's order.</param>
/// <param name="Tasks">The tasks, in the table's order.</param>
/// <param name="Means">A row for each method, a number for each task; 0 where the table has none.</param>
public sealed record PublishedHypervolumes(string[] Methods, string[] Tasks, double[][] Means)
{
    /// <summary>The column <c>Synthetic</c> of Table 1 (arXiv 2412.03718v2): average rank and deviation over the tasks.</summary>
    public static IReadOnlyDictionary<string, (double Mean, double Deviation)> Printed { get; } =
        new Dictionary<string, (double, double)>
        {
            ["D(best)"] = (16.82, 6.28),
            ["E2E"] = (10.91, 8.20),
            ["E2E + GradNorm"] = (12.64, 6.68),
            ["E2E + PcGrad"] = (9.45, 6.37),
            ["MH"] = (11.55, 7.19),
            ["MH + GradNorm"] = (10.45, 6.21),
            ["MH + PcGrad"] = (11.45, 4.58),
            ["MM"] = (4.91, 4.17),
            ["MM + COMs"] = (13.00, 3.86),
            ["MM + RoMA"] = (13.27, 7.53),
            ["MM + IOM"] = (6.91, 3.78),
            ["MM + ICT"] = (14.45, 5.77),
            ["MM + Tri-Mentor"] = (11.00, 5.89),
            ["MOEA/D + MM"] = (10.55, 4.83),
            ["MOBO"] = (10.91, 4.42),
            ["MOBO-qParEGO"] = (13.36, 3.98),
            ["MOBO-JES"] = (17.27, 3.11),
            ["PROUD"] = (8.55, 6.33),
            ["LaMBO-2"] = (10.18, 6.55),
            ["CorrVAE"] = (11.73, 6.14),
            ["MOGFN"] = (10.55, 6.04),
            ["ParetoFlow"] = (4.00, 3.88),
        };

    /// <summary>Reads <c>table8_hypervolume_synthetic.csv</c>: mean±deviation in each cell, or N/A.</summary>
    /// <exception cref="AssayException">A cell is no such thing.</exception>
    public static PublishedHypervolumes Read(string path)
    {
        string[][] rows = [.. File.ReadLines(path).Select(line => line.Split(','))];
        return new(
            [.. rows.Skip(1).Select(row => row[0])],
            rows[0][1..],
            [.. rows.Skip(1).Select((row, i) => row[1..].Select(cell => Mean(cell, path, i + 2)).ToArray())]
        );
    }

    /// <summary>For each method the mean of its ranks over the tasks, and their population deviation.</summary>
    /// <remarks>The largest mean has rank 1, equal means share the smallest rank.</remarks>
    public (double Mean, double Deviation)[] Ranks()
    {
        Moments[] moments = [.. Methods.Select(_ => new Moments())];
        for (int task = 0; task < Tasks.Length; task++)
        for (int method = 0; method < Methods.Length; method++)
            moments[method].Add(1 + Means.Count(other => other[task] > Means[method][task]));
        return [.. moments.Select(of => (of.Mean, of.StandardDeviation!.Value))];
    }

    private static double Mean(string cell, string path, int line) =>
        cell == "N/A" ? 0
        : double.TryParse(cell.Split('±')[0], NumberStyles.Float, CultureInfo.InvariantCulture, out double mean) ? mean
        : throw new AssayException($"'{cell}' is no hypervolume", new(path, line), "Expected 4.30±0.11, 4.70 or N/A.");
}
