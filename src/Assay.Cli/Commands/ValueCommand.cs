using System.CommandLine;
using System.Globalization;
using Assay.Cli.Terminal;
using Assay.Data;
using Assay.Learning;
using Assay.Models;
using Assay.Recipes;
using Assay.Recipes.Execution;
using Assay.Reports;
using Assay.Value;

namespace Assay.Cli.Commands;

/// <summary><c>assay value shapley train.csv --label y --test heldout.csv</c></summary>
internal sealed class ValueCommand() : MethodCommand("value", Amount.Share(0.25), "values")
{
    private static readonly Amount DefaultCurves = Amount.Share(0.33);

    private readonly Option<Amount> _curves = AmountOption(
        "--curves",
        "Rows of the test that values do not see, to measure removal and addition curves on: a share or a count; 0 draws none. "
            + $"[default: {DefaultCurves}]"
    );

    private readonly Option<Amount> _drop = AmountOption(
        "--drop",
        "How many of the lowest rows the cleaned file leaves out: a share or a count. [default: those with suspected labels]"
    );

    /// <summary>The command; with its methods only where the command line is about them, since finding them takes time.</summary>
    public static Command Create(bool withMethods) =>
        new ValueCommand().Make(
            "Value the rows of your data: which help, which hurt, which labels are probably wrong.",
            withMethods
        );

    /// <inheritdoc/>
    protected override IReadOnlyList<Option> Further(MethodEntry method) =>
        method.OptionsType.IsAssignableTo(typeof(LabelledTableOptions)) ? [_curves, _drop] : [_drop];

    /// <inheritdoc/>
    protected override bool NeedsText(object options) =>
        options
            is not (
                InfluenceOptions { Label: not null }
                or FollowedNetworkOptions
                or DeconfoundOptions
                {
                    Mode: Adjustment.None or Adjustment.Residual or Adjustment.FixedEffects or Adjustment.Instrument
                }
            )
        && base.NeedsText(options);

    /// <inheritdoc/>
    protected override IReadOnlyList<OtherData> Others(MethodEntry method)
    {
        IReadOnlyList<OtherData> others = base.Others(method);
        bool wantsTest =
            method.OptionsType.IsAssignableTo(typeof(LabelledTableOptions))
            && others.All(other => other.Option != TrainRunner.TestName);
        return wantsTest
            ?
            [
                .. others,
                new(
                    TrainRunner.TestName,
                    TrainRunner.TestName,
                    "Rows to measure removal and addition curves on.",
                    IsNeeded: false
                ),
            ]
            : others;
    }

    /// <inheritdoc/>
    protected override int Run(ParseResult parsed, MethodCall call, Session session)
    {
        ValueReport report = new ValueRunner(
            session.Store,
            session.Machine,
            session.Observer,
            session.Cancellation
        ).Run(
            call,
            parsed.GetResult(_curves) is null ? DefaultCurves : parsed.GetValue(_curves),
            parsed.GetResult(_drop) is null ? null : parsed.GetValue(_drop)
        );
        string page = Path.Combine(call.Folder, "report.html");
        report = report with { Files = [.. report.Files, page] };
        Pieces.WriteFile(
            Path.GetFullPath(page),
            stream =>
            {
                using StreamWriter writer = new(stream, leaveOpen: true);
                ReportPage.Render(report, writer);
            }
        );
        session.Complete();
        if (session.AsJson)
            Console.Out.WriteLine(report.ToJson());
        else if (!session.IsQuiet)
            ValueSummary.Write(report, Console.Out);
        return ExitCode.Done;
    }
}
