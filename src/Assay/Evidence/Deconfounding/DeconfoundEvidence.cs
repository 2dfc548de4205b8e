using System.Globalization;
using Assay.Numerics;
using Assay.Value;

namespace Assay.Evidence;

/// <summary>Does taking known circumstances away from clicks leave what the headlines do? And do its rivals fail where they are entangled?</summary>
public sealed class DeconfoundEvidence : IExperiment
{
    private const double Least = 0.02;
    private static readonly string Rule =
        "replicated if the mean difference is at least 0.02 and its sign is the other way round in at most one seed; otherwise not";

    /// <inheritdoc/>
    public string Slug => "deconfound";

    /// <inheritdoc/>
    public string Title =>
        "Aligning Language Models with Observational Data: Opportunities and Risks from a Causal Perspective (2025)";

    /// <inheritdoc/>
    public string Protocol =>
        "A: headlines of 4,873 A/B tests (Upworthy), split 70 to 30 by test. Learned: the log-odds of a click by ridge regression (penalty 1, never chosen by experiments) on hashed words and pairs of words of length 1, from one "
        + "random headline of each training test (observed: nothing of what a test shows is in it), or from all. Circumstance: the week. Judged: pairs within held-out tests of the same image, different headlines and |z| > 1.96 of their rates, area under the ROC curve of the score "
        + "difference. Ways: naive (outcome as it is), residual (less the mean of the week), joint (weeks unpenalised beside the text), conditioned (weeks as further features, penalised alike), ODIN (two heads), oracle (differences within training tests, penalty 10). Again without the weeks of 2013-26 to 2014-02, whose tests "
        + "were randomised badly. B: 6,000 headlines, made-up outcomes: three traits of the text (speaks to the reader, of a person, log of words; one each, standardised) + g x circumstance + noise of deviation 1; the circumstance correlates 0.3 or 0.8 with the first trait, and half of "
        + "the rest of it is moved by an instrument; rank correlation of the learned score with the true effect on 1,800 other headlines.";

    /// <inheritdoc/>
    public IReadOnlyList<string> Data => [Headlines.Folder];

    /// <inheritdoc/>
    public int Seeds => 5;

    /// <inheritdoc/>
    public Figures Measure(Trial trial)
    {
        Figures figures = [];
        new HeadlineTests(trial).Measure(figures);
        new EntangledHeadlines(trial).Measure(figures);
        return figures;
    }

    /// <inheritdoc/>
    public IReadOnlyList<Finding> Conclude(Trials trials)
    {
        string Aucs(string cut, IEnumerable<string> arms) =>
            string.Join(", ", arms.Select(arm => $"{arm} {Mean(trials, $"auc/{cut}/{arm}")}"));
        string Ranks(double rho, double strength) =>
            string.Join(
                ", ",
                EntangledHeadlines.Arms.Select(arm =>
                    $"{arm} {Mean(trials, EntangledHeadlines.NameOf(rho, strength, arm))}"
                )
            );
        MeanInterval Rank(double rho, double strength, string arm, string minus) =>
            trials.Difference(
                EntangledHeadlines.NameOf(rho, strength, arm),
                EntangledHeadlines.NameOf(rho, strength, minus)
            );
        return
        [
            Finding.Above(
                "Observed clicks say something of headlines: what is learned from them naively tells the better of two headlines of a test that was not seen.",
                "signal in observational outcomes; 0.82 for a 12B model with lede and time as input (as cited by others)",
                trials.Mean($"auc/one/{OutcomeArms.Naive}"),
                0.5
            ),
            Adjusted(
                trials,
                "Taking the week away raises that, on observed rows.",
                "one/",
                Aucs("one", HeadlineTests.Arms) + $"; the week explains {Mean(trials, "explained")} of the variance"
            ),
            Adjusted(
                trials,
                "The same with all rows of the training tests.",
                "all/",
                Aucs("all", HeadlineTests.Arms.Append(OutcomeArms.Oracle))
            ),
            Adjusted(
                trials,
                "The same without the weeks whose tests were randomised badly, on observed rows.",
                "clean/one/",
                Aucs("clean/one", HeadlineTests.Arms.Take(3))
            ),
            With(
                Finding.Above(
                    "Estimated beside the text, the context is taken away better than by itself.",
                    "(text-book; the residual shrinks true effects)",
                    trials.Difference($"auc/one/{OutcomeArms.Joint}", $"auc/one/{OutcomeArms.Residual}")
                ),
                "area under the curve on observed rows, joint minus residual"
            ),
            With(
                Finding.Above(
                    "Adjusting beats giving the context to the model as input, on headlines.",
                    "conditioning naively fails",
                    trials.Difference($"auc/one/{OutcomeArms.Joint}", $"auc/one/{OutcomeArms.Conditioned}")
                ),
                "area under the curve on observed rows, joint minus conditioned"
            ),
            With(
                Finding.Above(
                    "Adjusting beats forced invariance (ODIN), on headlines.",
                    "forcing invariance fails",
                    trials.Difference($"auc/one/{OutcomeArms.Joint}", $"auc/one/{OutcomeArms.Odin}")
                ),
                "area under the curve on observed rows, joint minus ODIN"
            ),
            With(
                Finding.Above(
                    "With strong and entangled confounding (correlation 0.8, g = 3) the correction recovers what naive learning loses.",
                    "recovers the causal ranking where ignoring confounders fails",
                    Rank(0.8, 3, OutcomeArms.Joint, OutcomeArms.Naive)
                ),
                $"rank correlation with the true effect, joint minus naive; all: {Ranks(0.8, 3)}; without confounding (g = 0): {Ranks(0.8, 0)}"
            ),
            With(
                Finding.Above(
                    "There, forced invariance (ODIN) over-corrects and falls below the adjustment.",
                    "over 16 % above ODIN and other baselines with entangled confounding",
                    Rank(0.8, 3, OutcomeArms.Joint, OutcomeArms.Odin)
                ),
                "rank correlation, joint minus ODIN"
            ),
            With(
                Finding.Above(
                    "There, conditioning on the context falls below the adjustment.",
                    "conditioning naively fails",
                    Rank(0.8, 3, OutcomeArms.Joint, OutcomeArms.Conditioned)
                ),
                "rank correlation, joint minus conditioned"
            ),
            With(
                Finding.Above(
                    "There, an instrument recovers the ranking too, better than the residual of the context alone.",
                    "the paper's simulation has an instrument",
                    Rank(0.8, 3, OutcomeArms.Instrument, OutcomeArms.Residual)
                ),
                $"rank correlation, instrument minus residual; at correlation 0.3: {Ranks(0.3, 3)}"
            ),
        ];
    }

    private static Finding Adjusted(Trials trials, string claim, string cut, string more)
    {
        string joint = $"auc/{cut}{OutcomeArms.Joint}",
            naive = $"auc/{cut}{OutcomeArms.Naive}";
        MeanInterval gain = trials.Difference(joint, naive);
        int wrong = trials.Seeds(figures => figures[joint] <= figures[naive]);
        return new(
            claim,
            "adjusted outcomes recover what tests say better",
            $"{Trials.Text(gain)} (area under the curve, joint minus naive, {trials.Count - wrong} of {trials.Count} seeds above 0; {more})",
            gain.Mean >= Least && wrong <= 1 ? Verdict.Replicated : Verdict.NotReplicated,
            Rule
        );
    }

    private static string Mean(Trials trials, string name) =>
        trials.Mean(name).Mean.ToString("0.000", CultureInfo.InvariantCulture);

    private static Finding With(Finding finding, string more) => finding with { Ours = $"{finding.Ours} ({more})" };
}
