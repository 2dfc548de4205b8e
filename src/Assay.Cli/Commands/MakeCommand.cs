using System.CommandLine;
using Assay.Recipes;
using Assay.Recipes.Execution;

namespace Assay.Cli.Commands;

/// <summary><c>assay make delta-pairs prompts.jsonl --stronger large --weaker small --out pairs</c></summary>
internal sealed class MakeCommand() : MethodCommand("make", default, "made")
{
    /// <summary>The command; with its methods only where the command line is about them, since finding them takes time.</summary>
    public static Command Create(bool withMethods) =>
        new MakeCommand().Make(
            "Make new rows from yours: pairs to learn preferences from, answers, explanations.",
            withMethods
        );

    // What a maker needs beside its rows it says itself; nothing is held out for it.
    /// <inheritdoc/>
    protected override IReadOnlyList<OtherData> Others(MethodEntry method) =>
        [.. base.Others(method).Select(other => other with { IsNeeded = false })];

    // Which columns it reads its options say.
    /// <inheritdoc/>
    protected override bool NeedsText(object options) => false;

    /// <inheritdoc/>
    protected override int Run(ParseResult parsed, MethodCall call, Session session)
    {
        StudyReport report = new MakeRunner(session.Store, session.Machine, session.Observer, session.Cancellation).Run(
            call
        );
        session.Complete();
        return StudyCommand.Show(report, call.Folder, session.AsJson, session.IsQuiet);
    }
}
