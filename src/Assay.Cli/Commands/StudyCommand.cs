using System.CommandLine;
using Assay.Cli.Terminal;
using Assay.Data;
using Assay.Recipes;
using Assay.Recipes.Execution;
using Assay.Reports;

namespace Assay.Cli.Commands;

/// <summary>Commands made from the studies of a verb: <c>assay plan filter runs.csv</c>, <c>assay judge algoperf evals.csv</c>.</summary>
internal sealed class StudyCommand(string verb) : MethodCommand(verb, default, verb)
{
    /// <summary>The command; with its methods only where the command line is about them, since finding them takes time.</summary>
    public static Command Create(string verb, string description, bool withMethods) =>
        new StudyCommand(verb).Make(description, withMethods);

    /// <inheritdoc/>
    protected override bool Has(MethodEntry method) => method.IsStudy;

    // What a study needs beside its rows it says itself; nothing is held out for it.
    /// <inheritdoc/>
    protected override IReadOnlyList<OtherData> Others(MethodEntry method) =>
        [.. base.Others(method).Select(other => other with { IsNeeded = false })];

    /// <inheritdoc/>
    protected override bool NeedsText(object options) => false;

    /// <inheritdoc/>
    protected override int Run(ParseResult parsed, MethodCall call, Session session)
    {
        StudyReport report = new StudyRunner(
            session.Store,
            session.Machine,
            session.Observer,
            session.Cancellation
        ).Run(call);
        session.Complete();
        return Show(report, call.Folder, session.AsJson, session.IsQuiet);
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
