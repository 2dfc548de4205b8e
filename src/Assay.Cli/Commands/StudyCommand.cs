using System.CommandLine;
using Assay.Cli.Terminal;
using Assay.Data;
using Assay.Recipes;
using Assay.Recipes.Execution;
using Assay.Reports;

namespace Assay.Cli.Commands;

/// <summary>
/// Commands made from the studies of a verb, and from what labels data: <c>assay plan filter runs.csv</c>, <c>assay describe label corpus.jsonl</c>.
/// </summary>
internal sealed class StudyCommand(string verb) : MethodCommand(verb, default, verb)
{
    /// <summary>The command; with its methods only where the command line is about them, since finding them takes time.</summary>
    public static Command Create(string verb, string description, bool withMethods) =>
        new StudyCommand(verb).Make(description, withMethods);

    /// <inheritdoc/>
    protected override bool Has(MethodEntry method) => method.IsStudy || method.IsDescriber;

    // What a study needs beside its rows it says itself; nothing is held out for it.
    /// <inheritdoc/>
    protected override IReadOnlyList<OtherData> Others(MethodEntry method) =>
        [.. base.Others(method).Select(other => other with { IsNeeded = false })];

    /// <inheritdoc/>
    protected override bool NeedsText(object options) => false;

    /// <inheritdoc/>
    protected override int Run(ParseResult parsed, MethodCall call, Session session)
    {
        if (call.Method.IsDescriber)
            return Label(call, session);
        StudyReport report = new StudyRunner(
            session.Store,
            session.Machine,
            session.Observer,
            session.Cancellation
        ).Run(call);
        session.Complete();
        return Show(report, call.Folder, session.AsJson, session.IsQuiet);
    }

    private static int Label(MethodCall call, Session session)
    {
        LabelReport report = new LabelRunner(
            session.Store,
            session.Machine,
            session.Observer,
            session.Cancellation
        ).Run(call);
        string page = Path.Combine(call.Folder, "label.html");
        Pieces.WriteFile(
            Path.GetFullPath(page),
            stream =>
            {
                using StreamWriter writer = new(stream, leaveOpen: true);
                ReportPage.Render(report, writer);
            }
        );
        report = report with { Files = [page, .. report.Files] };
        session.Complete();
        if (session.AsJson)
            Console.Out.WriteLine(report.ToJson());
        else if (!session.IsQuiet)
            LabelSummary.Write(report, Console.Out);
        return ExitCode.Done;
    }

    /// <summary>Writes the page of a study beside its tables, and says what it found.</summary>
    public static int Show(StudyReport report, string folder, bool asJson, bool isQuiet)
    {
        report = WithPage(report, folder);
        if (asJson)
            Console.Out.WriteLine(report.ToJson());
        else if (!isQuiet)
            StudySummary.Write(report, Console.Out);
        return ExitCode.Done;
    }

    /// <summary>Writes the page of a study, and names it among its files.</summary>
    public static StudyReport WithPage(StudyReport report, string folder)
    {
        string page = Path.Combine(folder, "report.html");
        report = report with { Files = [.. report.Files, page] };
        Directory.CreateDirectory(folder);
        Pieces.WriteFile(
            Path.GetFullPath(page),
            stream =>
            {
                using StreamWriter writer = new(stream, leaveOpen: true);
                ReportPage.Render(report, writer);
            }
        );
        return report;
    }
}
