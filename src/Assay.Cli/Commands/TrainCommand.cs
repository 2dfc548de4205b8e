using System.CommandLine;
using System.Globalization;
using Assay.Cli.Terminal;
using Assay.Data;
using Assay.Models;
using Assay.Recipes;
using Assay.Recipes.Execution;
using Assay.Studies;
using Assay.Value;

namespace Assay.Cli.Commands;

/// <summary><c>assay train lm corpus.jsonl --model gpt-1m --out model</c></summary>
internal sealed class TrainCommand() : MethodCommand("train", Amount.Share(0.05), "model")
{
    /// <summary>The command; with its methods only where the command line is about them, since finding them takes time.</summary>
    public static Command Create(bool withMethods) =>
        new TrainCommand().Make(
            "Train a small model on your data: a language model (lm) or a classifier.",
            withMethods
        );

    /// <inheritdoc/>
    protected override IReadOnlyList<OtherData> Others(MethodEntry method) =>
        [
            .. base.Others(method),
            // Answers of a prompt belong together: none of them are held out.
            new(
                TrainRunner.TestName,
                TrainRunner.TestName,
                "What to measure on.",
                IsNeeded: !method.OptionsType.IsAssignableTo(typeof(RewardTransformOptions))
            ),
        ];

    /// <inheritdoc/>
    protected override bool NeedsText(object options) =>
        options is not ClassifierOptions { Model: not "logistic-hashed" } && base.NeedsText(options);

    /// <inheritdoc/>
    protected override int Run(ParseResult parsed, MethodCall call, Session session)
    {
        TrainReport report = new TrainRunner(
            session.Store,
            session.Machine,
            session.Observer,
            session.Cancellation
        ).Run(call);
        session.Complete();
        StudyReport? study = report.Study is { } found ? ReportOf(report, found, call) : null;
        if (study is not null)
            study = StudyCommand.WithPage(study, call.Folder);
        if (session.AsJson)
            Console.Out.WriteLine(report.ToJson());
        else if (!session.IsQuiet)
        {
            if (study is not null)
                StudySummary.Write(study, Console.Out);
            Write(report, call.Folder);
        }
        return ExitCode.Done;
    }

    private static StudyReport ReportOf(TrainReport report, Study study, MethodCall call) =>
        new()
        {
            Method = report.Method,
            Options = call.Method.Written(call.Options),
            Seed = report.Seed,
            Data = call.Data.Path,
            Rows = report.Rows,
            Study = study,
            Files = StudyRunner.Write(study, call.Folder),
            Seconds = report.Seconds,
            Cached = report.Cached,
        };

    private static void Write(TrainReport report, string folder)
    {
        TextWriter output = Console.Out;
        int width = Math.Max(
            8,
            report.Scores.Keys.Concat(report.Chosen.Keys).Select(metric => metric.Length).DefaultIfEmpty().Max()
        );
        output.WriteLine();
        Line("model", report.Model);
        string use =
            report.Chosen.Count == 0 ? "train on"
            : report.Losses.Count > 0 ? "train on and choose by"
            : "choose by";
        Line("rows", $"{report.Rows:N0} to {use}, {report.HeldOutRows:N0} to measure on");
        if (report.Losses.Count > 0)
            Line(
                "loss",
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"{report.Losses[0]:0.000} {Sparkline.Of(report.Losses, 40)} {report.Losses[^1]:0.000} over {report.Losses.Count:N0} steps"
                )
            );
        foreach ((string metric, double value) in report.Chosen)
            Line(
                metric,
                string.Create(CultureInfo.InvariantCulture, $"{value:0.0000} on the rows that it was chosen by")
            );
        foreach ((string metric, double value) in report.Scores)
            Line(metric, string.Create(CultureInfo.InvariantCulture, $"{value:0.0000} on the held-out rows"));
        Line("saved", folder);
        Line(
            "took",
            report.Cached
                ? "nothing: this model was trained before"
                : string.Create(CultureInfo.InvariantCulture, $"{report.Seconds:0.0} s")
        );

        void Line(string name, string value) => output.WriteLine($"{name.PadRight(width)} {value}");
    }
}
