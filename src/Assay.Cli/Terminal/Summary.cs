using System.Globalization;
using Assay.Judge;
using Assay.Recipes;
using Spectre.Console;
using Spectre.Console.Rendering;
using Measurement = Assay.Judge.Measurement;

namespace Assay.Cli.Terminal;

/// <summary>What a run ends with: rows in, why rows went, what stayed, which candidate is best, where things are.</summary>
internal static class Summary
{
    public static void Write(RunReport report, string reportPath, TextWriter output, bool terminal)
    {
        IAnsiConsole console = ConsoleOf(output, terminal);
        console.WriteLine();
        Grid facts = new Grid().AddColumn(new GridColumn().NoWrap().PadRight(3)).AddColumn();
        foreach (DatasetReport dataset in report.Datasets)
            facts.AddRow(
                new Markup("[bold]read[/]"),
                Text(
                    $"{dataset.Name}: {Number(dataset.Rows)} rows, {Bytes(dataset.Bytes)} in {Number(dataset.Files)} files"
                        + (dataset.Quarantined > 0 ? $", {Number(dataset.Quarantined)} bad rows quarantined" : "")
                        + (dataset.Skipped > 0 ? $", {Number(dataset.Skipped)} bad rows skipped" : "")
                )
            );
        foreach (StepReport step in report.Steps.Where(step => step.RowsOut < step.RowsIn))
            facts.AddRow(
                new Markup($"[bold]{(step.Method == "select/holdout" ? "held out" : "dropped")}[/]"),
                Text(
                    $"{Number(step.RowsIn - step.RowsOut)} by {step.Method}: "
                        + string.Join(
                            ", ",
                            step.Reasons.Take(4).Select(reason => $"{Number(reason.Rows)} {Short(reason.Reason)}")
                        )
                        + (step.Reasons.Count > 4 ? $", {step.Reasons.Count - 4} more" : "")
                )
            );
        if (report.Steps.Count > 0)
            facts.AddRow(
                new Markup("[bold]kept[/]"),
                Text($"{Number(report.Steps[^1].RowsOut)} rows for the candidates to choose from")
            );
        console.Write(facts);
        console.WriteLine();
        if (report.Candidates.Count > 0)
            WriteCandidates(report, console);

        Grid places = new Grid().AddColumn(new GridColumn().NoWrap().PadRight(3)).AddColumn();
        if (report.Frontier is { } frontier)
            places.AddRow(
                new Markup("[bold]best[/]"),
                new Markup($"[bold green]{Markup.Escape(frontier.Best)}[/]  {Markup.Escape(frontier.Why)}")
            );
        foreach (
            StepReport step in report
                .Steps.Concat(report.Candidates.SelectMany(candidate => candidate.Steps))
                .Distinct()
        )
        {
            if (step.Study is { } study)
                places.AddRow(new Markup("[bold]answer[/]"), Text($"{step.Method}: {study.Answer}"));
            foreach (string note in step.Notes.Concat(step.Study?.Notes ?? []))
                places.AddRow(new Markup("[bold]note[/]"), Text($"{step.Method}: {note}"));
        }
        foreach (string note in report.Notes)
            places.AddRow(new Markup("[bold]note[/]"), Text(note));
        if (report.Export is { } export)
            places.AddRow(
                new Markup("[bold]data[/]"),
                Text($"{export.Files[0]}  ({Number(export.Rows)} rows, {Bytes(export.Bytes)})")
            );
        places.AddRow(new Markup("[bold]report[/]"), Text(reportPath));
        places.AddRow(
            new Markup("[bold]took[/]"),
            Text($"{report.Seconds:0.0} s on {report.Threads} threads, peak memory {Bytes(report.PeakMemoryBytes)}")
        );
        console.Write(places);
    }

    private static void WriteCandidates(RunReport report, IAnsiConsole console)
    {
        string[] metrics = [.. report.Candidates[0].Measurements.Select(measurement => measurement.Metric)];
        Table table = new Table().Border(TableBorder.Simple);
        table.AddColumn("candidate");
        foreach (string metric in metrics)
            table.AddColumn(new TableColumn(Markup.Escape(metric)).RightAligned());
        foreach (CandidateReport candidate in report.Candidates)
        {
            bool best = report.Frontier?.Best == candidate.Name;
            bool front = report.Frontier?.NonDominated.Contains(candidate.Name) ?? false;
            List<IRenderable> cells =
            [
                new Markup(
                    $"{(best ? "[bold green]▸ " : front ? "[green]• " : "[default]  ")}{Markup.Escape(candidate.Name)}[/]"
                ),
            ];
            cells.AddRange(candidate.Measurements.Select(measurement => Text(Value(measurement))));
            table.AddRow(cells);
        }
        console.Write(table);
        if (report.Frontier is not null)
            console.MarkupLine("[dim]▸ best   • not dominated   ± half of the confidence interval[/]");
        console.WriteLine();
    }

    /// <summary>Piped, it is plain text in lines as long as they need to be.</summary>
    private static IAnsiConsole ConsoleOf(TextWriter output, bool terminal)
    {
        IAnsiConsole console = AnsiConsole.Create(
            new()
            {
                Out = new AnsiConsoleOutput(output),
                Ansi = terminal ? AnsiSupport.Detect : AnsiSupport.No,
                ColorSystem = terminal ? ColorSystemSupport.Detect : ColorSystemSupport.NoColors,
            }
        );
        if (!terminal)
            console.Profile.Width = 200;
        return console;
    }

    private static string Value(Measurement measurement)
    {
        Interval interval = measurement.Interval;
        double half = (interval.High - interval.Low) / 2;
        string mean =
            measurement.Unit == "bytes" ? Bytes((long)interval.Mean)
            : interval.Mean == Math.Floor(interval.Mean) ? Number(interval.Mean)
            : interval.Mean.ToString("0.0000", CultureInfo.InvariantCulture);
        return half == 0 ? mean : $"{mean} ± {half.ToString("0.0000", CultureInfo.InvariantCulture)}";
    }

    private static Text Text(string text) => new(text);

    private static string Short(string reason) => reason[(reason.LastIndexOf('.') + 1)..].Replace('_', ' ');

    private static string Number(double value) => value.ToString("N0", CultureInfo.InvariantCulture);

    private static string Bytes(long bytes) =>
        bytes < 1_000_000 ? (bytes / 1e3).ToString("0.0", CultureInfo.InvariantCulture) + " kB"
        : bytes < 1_000_000_000 ? (bytes / 1e6).ToString("0.0", CultureInfo.InvariantCulture) + " MB"
        : (bytes / 1e9).ToString("0.00", CultureInfo.InvariantCulture) + " GB";
}
