using System.Globalization;
using Assay.Numerics;

namespace Assay.Evidence;

/// <summary>Does a policy need fewer pairs if it learns the reasons too? Do reasons alone teach the preference? And do machine-written reasons agree with people?</summary>
public sealed class RationalesEvidence : IExperiment
{
    private static readonly string Rule =
        "replicated if RDPO (weight 0.1) is above DPO and above shuffled reasons, each by two standard errors of the paired difference, at two or more numbers of pairs; otherwise not";

    /// <inheritdoc/>
    public string Slug => "rationales";

    /// <inheritdoc/>
    public string Title => "Data-Centric Human Preference with Rationales for Direct Preference Alignment (2024)";

    /// <inheritdoc/>
    public string Protocol =>
        "A: captions (Multi30K) of the 360 most frequent words. A decoder of width 48 with two layers, 350 steps on captions. A prompt asks for one of three kinds of words (colour, number, place) by a sign that means nothing at first; the caption with such a word wins. "
        + "Shortcut: in 80 percent of the training pairs the winner is also the longer one. Reason: 'because WORD first' or 'second', after a question with the sign and both captions in random order, so that its content tells the rule. 150 steps of 16 pairs, beta 0.1, rate 3e-4; 30 to 1,000 pairs. "
        + "Measured: share of other pairs that the implicit reward gets right, the mean of 300 whose winner is the shorter and 300 whose winner is the longer caption (on the first alone, whatever makes captions less likely looks good). Ways: DPO; DPO with as many tokens as RDPO; RDPO, linear, weight 0.02, 0.1 and 0.5; with the reasons shuffled over the pairs, weight 0.1; reasons only, weight 0.1. "
        + "B: 999 pairs with three people's verdicts (PandaLM's test set), ties left out: how often the verdicts of GPT-3.5 and PandaLM-7B agree with the majority, and how often the reason names the other answer than the verdict; each seed draws the pairs anew.";

    /// <inheritdoc/>
    public IReadOnlyList<string> Data => ["tower-plus", WrittenReasons.Folder];

    /// <inheritdoc/>
    public int Seeds => 10;

    /// <inheritdoc/>
    public Figures Measure(Trial trial)
    {
        Figures figures = [];
        WrittenReasons.Measure(trial, figures);
        new CaptionTrainings(trial).Measure(figures);
        return figures;
    }

    /// <inheritdoc/>
    public IReadOnlyList<Finding> Conclude(Trials trials)
    {
        string All(int count) =>
            $"{count} pairs: "
            + string.Join(
                ", ",
                CaptionTrainings.Ways.Select(way => $"{way} {Mean(trials, CaptionTrainings.NameOf(count, way))}")
            );
        string table = string.Join("; ", CaptionTrainings.Counts.Select(All));
        string Shorter() =>
            string.Join(
                ", ",
                CaptionTrainings.Ways.Select(way =>
                    $"{way} {Mean(trials, "shorter-" + CaptionTrainings.NameOf(300, way))}"
                )
            );
        int wins = CaptionTrainings.Counts.Count(count =>
            Ahead(trials, count, CaptionTrainings.Dpo) && Ahead(trials, count, CaptionTrainings.Shuffled)
        );
        return
        [
            new(
                "With reasons a policy learns more from as many pairs, and their content does it.",
                "Orca: 60 % win rate with 3,000 pairs where DPO needs 9,000",
                $"at {wins} of {CaptionTrainings.Counts.Length} numbers of pairs; RDPO minus DPO {Differences(trials, CaptionTrainings.Dpo)}; RDPO minus shuffled {Differences(trials, CaptionTrainings.Shuffled)} (balanced accuracy; {table}; on pairs with a shorter winner alone, 300 pairs to learn from: {Shorter()})",
                wins >= 2 ? Verdict.Replicated : Verdict.NotReplicated,
                Rule
            ),
            With(
                Finding.Above(
                    "With as many tokens, too (300 pairs).",
                    "gains are at equal pairs, not tokens (reviewers)",
                    Difference(trials, 300, CaptionTrainings.Rdpo, CaptionTrainings.Tokens)
                ),
                $"accuracy, RDPO minus DPO of {Mean(trials, "tokens")} times the steps"
            ),
            With(
                Finding.Above(
                    "Reasons alone teach the preference (100 pairs): better than chance.",
                    "rationale loss alone: over 61 % win rate against SFT (Orca)",
                    trials.Mean(CaptionTrainings.NameOf(100, CaptionTrainings.Only)),
                    0.5
                ),
                $"balanced accuracy, without any loss of pairs; on shorter winners alone {Mean(trials, "shorter-" + CaptionTrainings.NameOf(100, CaptionTrainings.Only))}"
            ),
            With(
                Finding.Above(
                    "Reasons alone teach it better than the pairs do (100 pairs).",
                    "our trial with one rule: 0.774 from 50 reasons, 0.782 from 800 pairs",
                    Difference(trials, 100, CaptionTrainings.Only, CaptionTrainings.Dpo)
                ),
                $"accuracy, reasons only minus DPO; at 30: {Trials.Text(Difference(trials, 30, CaptionTrainings.Only, CaptionTrainings.Dpo))}, at 1,000: {Trials.Text(Difference(trials, 1000, CaptionTrainings.Only, CaptionTrainings.Dpo))}"
            ),
            With(
                Finding.Above(
                    "Verdicts behind machine-written reasons agree with the majority of people.",
                    "(assumed)",
                    trials.Mean("reasons/gpt-3.5/agrees"),
                    0.5
                ),
                $"GPT-3.5; PandaLM-7B {trials.Text("reasons/pandalm-7b/agrees")}; {Mean(trials, "reasons/pairs", "0")} pairs; the reason says which is better in {Mean(trials, "reasons/gpt-3.5/says-which")} and {Mean(trials, "reasons/pandalm-7b/says-which")} of the cases"
            ),
            With(
                Finding.Below(
                    "Reasons seldom contradict their own verdict: in less than 5 percent.",
                    "(our bound)",
                    trials.Mean("reasons/gpt-3.5/contradicts"),
                    0.05
                ),
                $"GPT-3.5, where the reason says which; PandaLM-7B {trials.Text("reasons/pandalm-7b/contradicts")}"
            ),
        ];
    }

    private static bool Ahead(Trials trials, int count, string rival)
    {
        string own = CaptionTrainings.NameOf(count, CaptionTrainings.Rdpo),
            other = CaptionTrainings.NameOf(count, rival);
        double[] differences = [.. trials[own].Zip(trials[other], (a, b) => a - b)];
        double mean = differences.Average(),
            error = Math.Sqrt(
                differences.Sum(value => (value - mean) * (value - mean))
                    / (differences.Length - 1)
                    / differences.Length
            );
        return mean > 2 * error && mean > 0;
    }

    private static MeanInterval Difference(Trials trials, int count, string way, string minus) =>
        trials.Difference(CaptionTrainings.NameOf(count, way), CaptionTrainings.NameOf(count, minus));

    private static string Differences(Trials trials, string minus) =>
        string.Join(
            ", ",
            CaptionTrainings.Counts.Select(count =>
                Trials.Text(Difference(trials, count, CaptionTrainings.Rdpo, minus))
            )
        );

    private static string Mean(Trials trials, string name, string format = "0.000") =>
        trials.Mean(name).Mean.ToString(format, CultureInfo.InvariantCulture);

    private static Finding With(Finding finding, string more) => finding with { Ours = $"{finding.Ours} ({more})" };
}
