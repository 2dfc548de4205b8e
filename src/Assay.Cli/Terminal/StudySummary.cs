using System.Globalization;
using Assay.Recipes.Execution;
using Assay.Studies;

namespace Assay.Cli.Terminal;

/// <summary>What <c>assay plan</c> and <c>assay judge</c> end with: the answer, its figures, the tables and sheets, where things are.</summary>
internal static class StudySummary
{
    private const int Rows = 12,
        Columns = 8,
        Width = 28,
        LineWidth = 140, // what stands last pushes nothing aside: it takes what is left of a line
        Sheets = 3,
        Indent = 10;

    public static void Write(StudyReport report, TextWriter output)
    {
        Study study = report.Study;
        output.WriteLine();
        output.WriteLine(study.Answer);
        output.WriteLine();
        int width = Math.Max(Indent, study.Facts.Select(fact => fact.Name.Length + 2).DefaultIfEmpty().Max());
        foreach (Fact fact in study.Facts)
            output.WriteLine(
                $"{fact.Name.PadRight(width)}{fact.Value}{(fact.Note.Length > 0 ? $"  ({fact.Note})" : "")}"
            );
        foreach (Panel panel in study.Panels)
            switch (panel)
            {
                case TablePanel table:
                    Heading(panel, output);
                    Write(table, output);
                    break;
                case IntervalPanel intervals:
                    Heading(panel, output);
                    Write(intervals, output);
                    break;
                case ChangesPanel changes:
                    Heading(panel, output);
                    Write(changes, output);
                    break;
            }
        output.WriteLine();
        foreach (string note in study.Notes)
            Line("note", note);
        foreach (string file in report.Files)
            Line("wrote", file);
        Line("took", Text($"{report.Seconds:0.0} s") + (report.Cached ? "; the study was done before" : ""));

        void Line(string name, string value) => output.WriteLine($"{name.PadRight(Indent)}{value}");
    }

    private static void Heading(Panel panel, TextWriter output)
    {
        output.WriteLine();
        output.WriteLine(panel.Title);
    }

    private static void Write(TablePanel table, TextWriter output)
    {
        TableColumn[] columns = [.. table.Columns.Take(Columns)];
        int rows = columns.Length == 0 ? 0 : columns[0].Length,
            shown = Math.Min(rows, Rows);
        string[][] cells = [.. columns.Select(column => Cells(column, Width))];
        if (columns.Length > 0)
            cells[^1] = Cells(
                columns[^1],
                Math.Max(Width, LineWidth - cells[..^1].Sum(column => 2 + column.Max(cell => cell.Length)))
            );
        for (int row = 0; row <= shown && columns.Length > 0; row++)
            output.WriteLine(
                "  "
                    + string.Join(
                            "  ",
                            cells.Select(
                                (column, i) =>
                                    columns[i].Words is null
                                        ? column[row].PadLeft(column.Max(cell => cell.Length))
                                        : column[row].PadRight(column.Max(cell => cell.Length))
                            )
                        )
                        .TrimEnd()
            );
        if (rows > shown)
            output.WriteLine(Text($"  ... {rows - shown:N0} more"));

        string[] Cells(TableColumn column, int width) =>
            [Cut(column.Name), .. Enumerable.Range(0, shown).Select(row => Cell(column, row, width))];
    }

    private static void Write(IntervalPanel panel, TextWriter output)
    {
        int width = panel.Lines.Select(line => Cut(line.Name).Length).DefaultIfEmpty().Max();
        foreach (IntervalLine line in panel.Lines.Take(Rows))
            output.WriteLine(
                $"  {Cut(line.Name).PadRight(width)}  {Text($"{line.Value.Mean:G4}")}"
                    + (line.Value.High > line.Value.Low ? Text($" [{line.Value.Low:G4}, {line.Value.High:G4}]") : "")
            );
        if (panel.Lines.Count > Rows)
            output.WriteLine(Text($"  ... {panel.Lines.Count - Rows:N0} more"));
    }

    private static void Write(ChangesPanel panel, TextWriter output)
    {
        foreach (ChangeSheet sheet in panel.Sheets.Take(Sheets))
        {
            output.WriteLine(
                Text($"  {sheet.Row}: {panel.Score} {sheet.Before:0.00} -> {sheet.After:0.00}")
                    + (sheet.Outcome.Length > 0 ? ", " + sheet.Outcome : "")
            );
            foreach (Change change in sheet.Changes)
                output.WriteLine(
                    Text(
                        $"    {change.Column}: {change.From} -> {change.To}  (gain {change.Gain:0.00}, effort {change.Effort:0.00})"
                    )
                );
            if (sheet.Changes.Count == 0)
                output.WriteLine("    no change");
            if (sheet.Note.Length > 0)
                output.WriteLine("    " + sheet.Note);
        }
        if (panel.Sheets.Count > Sheets)
            output.WriteLine(Text($"  ... {panel.Sheets.Count - Sheets:N0} more in the report"));
    }

    private static string Cell(TableColumn column, int row, int width) =>
        column.Words is { } words ? Cut(words[row], width)
        : column.Numbers![row] is not { } value ? "-"
        : double.IsInfinity(value) ? (value > 0 ? "inf" : "-inf")
        : column.Unit == "share" ? Text($"{value:P1}")
        : column.Decimals is { } decimals ? value.ToString("F" + decimals, CultureInfo.InvariantCulture)
        : value == Math.Round(value) && Math.Abs(value) < 1e15 ? Text($"{value:N0}")
        : Text($"{value:G4}");

    private static string Cut(string text, int width = Width)
    {
        string line = text.ReplaceLineEndings(" ");
        return line.Length <= width ? line : line[..(width - 1)] + "…";
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
