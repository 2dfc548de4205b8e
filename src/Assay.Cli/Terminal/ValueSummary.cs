using System.Globalization;
using Assay.Recipes;
using Assay.Recipes.Execution;
using Assay.Value;

namespace Assay.Cli.Terminal;

/// <summary>What <c>assay value</c> ends with: how values are spread, which rows are the worst, what leaving them out gives, where things are.</summary>
internal static class ValueSummary
{
    private const int Rows = 10,
        Excerpt = 60,
        Indent = 10;

    public static void Write(ValueReport report, TextWriter output)
    {
        output.WriteLine();
        SignalReport signal = report.Signals[0];
        Line(
            "values",
            Text($"{signal.Name} of {report.Rows:N0} rows")
                + (report.TestRows > 0 ? Text($", judged by {report.TestRows:N0} others") : "")
                + (report.HeldOutRows > 0 ? Text($" of the {report.HeldOutRows:N0} held out of the data") : "")
        );
        if (signal.Counts.Count > 1)
            Line(
                "",
                Text(
                    $"{signal.Quantiles[0]:G3} {Sparkline.Of([.. signal.Counts.Select(count => (double)count)], 40)} {signal.Quantiles[^1]:G3}, median {signal.Quantiles[4]:G3}"
                )
            );
        if (signal.Note.Length > 0)
            Line("", signal.Note);
        if (report.Suspects is { } suspects)
            Line("suspects", Words(suspects));
        if (report.Curves is { } curves && report.Dropped is { } dropped and > 0)
            Line("without", Effect(curves, dropped, report.Rows));
        else if (report.NoCurves.Length > 0 && report.Suspects is not null)
            Line("curves", report.NoCurves);
        output.WriteLine();
        string[][] rows =
        [
            .. report
                .Lowest.Take(Rows)
                .Select(row =>
                    (string[])
                        [
                            $"{row.Row.Source}, {row.Place}",
                            row.Label,
                            Text($"{row.Value:0.00000}") + (row.Error is { } error ? Text($" ± {error:0.00000}") : ""),
                            Cut(row.Row.Text),
                        ]
                ),
        ];
        Line("lowest", report.Label is null ? "" : $"place, {report.Label}, value, row");
        int[] widths = [.. Enumerable.Range(0, 3).Select(column => rows.Max(row => row[column].Length))];
        foreach (string[] row in rows)
            output.WriteLine(
                string.Join("  ", row.Select((cell, column) => column < 3 ? cell.PadRight(widths[column]) : cell))
                    .TrimEnd()
                    .Insert(0, "  ")
            );
        output.WriteLine();
        foreach (string file in report.Files)
            Line("wrote", file + (IsCleaned(file) ? Text($"  (without {report.Dropped:N0} rows)") : ""));
        Line(
            "took",
            report.Cached
                ? Text($"{report.Seconds:0.0} s; the values were computed before")
                : Text($"{report.Seconds:0.0} s")
        );

        void Line(string name, string value) => output.WriteLine($"{name.PadRight(Indent)}{value}".TrimEnd());
    }

    private static string Words(Suspects suspects) =>
        !suspects.AreFew
            ? "none: the lower of two groups of values has half of the rows or more; --drop says how many to leave out"
        : suspects.Rows == 0 ? "none: all values are the same"
        : Text(
            $"{suspects.Rows:N0} rows ({suspects.Share:P1}) with values up to {suspects.Edge:G3} may have wrong labels: the lower of two groups, which explain {suspects.Explained:P0} of the variance (64 % would be no sign of two kinds)"
        );

    private static string Effect(ValueCurves curves, long dropped, long rows)
    {
        double share = dropped / (double)rows;
        CurvePoint At(ValueCurve curve) => curve.Points.MinBy(point => Math.Abs(point.Share - share));
        CurvePoint random = At(curves.Random);
        return Text(
            $"the lowest {dropped:N0}: {curves.Metric} {curves.LowestFirst.Points[0].Worth:0.000} -> {At(curves.LowestFirst).Worth:0.000} on {curves.TestRows:N0} rows that values have not seen; without as many at random {random.Worth:0.000} (deviation {random.Deviation:0.000})"
        );
    }

    private static bool IsCleaned(string file) =>
        Path.GetFileName(file).StartsWith("cleaned.", StringComparison.Ordinal);

    private static string Cut(string text)
    {
        string line = text.ReplaceLineEndings(" ");
        return line.Length <= Excerpt ? line : line[..(Excerpt - 1)] + "…";
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
