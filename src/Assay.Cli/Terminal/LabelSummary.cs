using System.Globalization;
using Assay.Describe;
using Assay.Recipes.Execution;

namespace Assay.Cli.Terminal;

/// <summary>What <c>assay describe label</c> ends with: size, alerts, a line for each column, where the label is.</summary>
internal static class LabelSummary
{
    private const int Columns = 40,
        Width = 24,
        Spark = 12,
        ValueWidth = 44,
        TextWidth = 100,
        Indent = 10;

    public static void Write(LabelReport report, TextWriter output)
    {
        Label label = report.Label;
        output.WriteLine();
        output.WriteLine(
            Text($"{Cut(report.Title, 60)}: {label.Rows:N0} rows, {label.Columns.Count:N0} columns, ")
                + (label.TextBytes > 0 ? Text($"{label.TextBytes / 1e6:N1} MB of text, ") : "")
                + $"{Percent(label.MissingShare)} of the cells missing"
        );
        output.WriteLine();
        Alerts(label, output);
        if (label.Has(LabelModule.Statistics))
            Statistics(label, output);
        foreach (string file in report.Files)
            output.WriteLine($"{"wrote".PadRight(Indent)}{file}");
        output.WriteLine(
            $"{"took".PadRight(Indent)}{Text($"{report.Seconds:0.0} s")}{(report.Cached ? "; the label was made before" : "")}"
        );
    }

    private static void Alerts(Label label, TextWriter output)
    {
        if (!label.Has(LabelModule.Alerts))
            return;
        if (label.Alerts.Count == 0)
            output.WriteLine("No alerts.");
        foreach (Alert alert in label.Alerts)
        {
            string head = alert.Severity.ToString().ToLowerInvariant().PadRight(Indent);
            foreach (string line in Wrapped(alert.Text, TextWidth))
            {
                output.WriteLine(head + line);
                head = new(' ', Indent);
            }
        }
        output.WriteLine();
    }

    private static void Statistics(Label label, TextWriter output)
    {
        ColumnLabel[] shown = [.. label.Columns.Take(Columns)];
        int width = shown.Select(column => Cut(column.Name, Width).Length).DefaultIfEmpty(0).Max();
        width = Math.Max(width, "column".Length);
        output.WriteLine(
            $"{"column".PadRight(width)}  {"type", -10}  {"missing", 8}  {"distinct", 11}  {"".PadRight(Spark)}  values"
        );
        foreach (ColumnLabel column in shown)
        {
            output.WriteLine(
                $"{Cut(column.Name, Width).PadRight(width)}  {Kind(column), -10}  {Percent(column.MissingShare), 8}  {Distinct(column), 11}  {Shape(column).PadRight(Spark)}  {Values(column)}".TrimEnd()
            );
        }
        if (label.Columns.Count > shown.Length)
            output.WriteLine(Text($"... {label.Columns.Count - shown.Length:N0} more in the label"));
        output.WriteLine();
    }

    // Bins of numbers and of lengths; of names the most frequent ones.
    private static string Shape(ColumnLabel column)
    {
        bool isMeasured = column.Variable is VariableKind.Discrete or VariableKind.Continuous || column.IsUnique;
        IReadOnlyList<long> counts = isMeasured
            ? (column.Numbers ?? column.Text?.Bytes)?.Counts ?? []
            : [.. column.Frequent.Select(value => value.Count)];
        return counts.Count > 1 ? Sparkline.Of([.. counts.Select(count => (double)count)], Spark) : "";
    }

    private static string Kind(ColumnLabel column) => column.Variable.ToString().ToLowerInvariant();

    private static string Distinct(ColumnLabel column) =>
        (column.Distinct.StandardError > 0 && !column.IsUnique ? "~" : "") + Text($"{column.Distinct.Value:N0}");

    private static string Values(ColumnLabel column)
    {
        if (column.Numbers is { } numbers && column.Variable is VariableKind.Discrete or VariableKind.Continuous)
            return Text($"{numbers.Min:G5} to {numbers.Max:G5}, median {numbers.Median:G5}");
        if (column.Frequent.Count > 0 && column.Frequent[0].Count > 1 && !column.IsUnique)
            return Text(
                $"{Cut(column.Frequent[0].Value, ValueWidth)} ({Percent(column.Frequent[0].Count / (double)column.Rows)})"
            );
        return column.Text is { } text
            ? Text($"{text.Bytes.Min:N0} to {text.Bytes.Max:N0} bytes, median {text.Bytes.Median:N0}")
            : "";
    }

    private static string Percent(double share) => share is > 0 and < 0.001 ? "<0.1 %" : Text($"{100 * share:0.0} %");

    private static IEnumerable<string> Wrapped(string text, int width)
    {
        string line = "";
        foreach (string word in text.ReplaceLineEndings(" ").Split(' '))
        {
            if (line.Length > 0 && line.Length + 1 + word.Length > width)
            {
                yield return line;
                line = "";
            }
            line += line.Length > 0 ? " " + word : word;
        }
        yield return line;
    }

    private static string Cut(string text, int width)
    {
        string line = text.ReplaceLineEndings(" ");
        return line.Length <= width ? line : line[..(width - 1)] + "…";
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
