using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Serialization;
using Assay.Data;
using Assay.Describe;

namespace Assay.Cli.Commands;

/// <summary><c>assay describe card FOLDER</c>: is what a dataset card or a Croissant description says in order, and true?</summary>
internal static class CardCommand
{
    private static readonly Argument<string[]> Paths = new("path")
    {
        Description = "Folders with a README.md or a croissant.json, or such files.",
        Arity = ArgumentArity.OneOrMore,
    };

    private static readonly Option<bool> NoData = new("--no-data")
    {
        Description = "Do not read the data: rows, columns and hashes are believed.",
    };

    private static readonly Option<bool> Json = new("--json")
    {
        Description = "Print the findings as JSON on standard output.",
    };

    public static Command Create()
    {
        Command command = new("card", "Check a dataset card or a Croissant description against its rules and the data.")
        {
            Paths,
            NoData,
            Json,
        };
        command.SetAction(Run);
        return command;
    }

    private static int Run(ParseResult parsed)
    {
        using Interruption interruption = new();
        using Pieces pieces = Pieces.Temporary();
        Work? work = parsed.GetValue(NoData) ? null : new(pieces) { Cancellation = interruption.Token };
        CardReport[] reports = [.. parsed.GetRequiredValue(Paths).Select(path => CardCheck.Run(path, work))];
        CardReport report = new(
            [.. reports.SelectMany(one => one.Files)],
            [.. reports.SelectMany(one => one.Findings)]
        );
        if (parsed.GetValue(Json))
            Console.Out.WriteLine(
                JsonSerializer.Serialize(
                    [.. report.Findings.Select(finding => new FindingLine(finding))],
                    CardJson.Default.FindingLineArray
                )
            );
        else
            Write(report);
        return report.Errors > 0 ? ExitCode.Failed : ExitCode.Done;
    }

    private static void Write(CardReport report)
    {
        foreach (CardFinding finding in report.Findings)
        {
            Console.Out.WriteLine($"{(finding.IsError ? "error  " : "warning")}  {finding.Problem}");
            if (finding.Problem.Excerpt is { } excerpt)
                Console.Out.WriteLine(excerpt);
        }
        if (report.Findings.Count > 0)
            Console.Out.WriteLine();
        Console.Out.WriteLine(
            $"{string.Join(", ", report.Files)}: "
                + (
                    report.Findings.Count == 0
                        ? "in order"
                        : $"{Count(report.Errors, "error")}, {Count(report.Warnings, "warning")}"
                )
        );
    }

    private static string Count(int count, string noun) => $"{count:N0} {noun}{(count == 1 ? "" : "s")}";
}

/// <summary>A finding as JSON has it.</summary>
internal sealed record FindingLine(
    string Severity,
    string File,
    long Line,
    int Column,
    string? Key,
    string What,
    string? Expected,
    string? Hint
)
{
    public FindingLine(CardFinding finding)
        : this(
            finding.IsError ? "error" : "warning",
            finding.Problem.Where.File,
            finding.Problem.Where.Line,
            finding.Problem.Where.Column,
            finding.Problem.Where.Key,
            finding.Problem.What,
            finding.Problem.Expected,
            finding.Problem.Hint
        ) { }
}

[JsonSourceGenerationOptions(
    WriteIndented = true,
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull
)]
[JsonSerializable(typeof(FindingLine[]))]
internal sealed partial class CardJson : JsonSerializerContext;
