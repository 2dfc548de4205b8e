using System.Globalization;
using Assay.Numerics;

namespace Assay.Evidence;

/// <summary>Do edits of states towards a target hit a style in between better than pushes in a direction do?</summary>
public sealed class PreControlEvidence : IExperiment
{
    private const string NoFigures = "no figures found",
        Pilot = "(pilot) ";

    /// <inheritdoc/>
    public string Slug => "pre-control";

    /// <inheritdoc/>
    public string Title =>
        "Precise Attribute Intensity Control in Large Language Models via Targeted Representation Editing (2025)";

    /// <inheritdoc/>
    public string Protocol =>
        "7,000 captions and 7,000 headlines of 5 to 22 words; 704 words; a decoder of one layer of width 64, 4 epochs. Style on 0 to 4: 2 + 1.6 times the mean log-odds of the words (headline against caption, "
        + "each clipped to 2), clipped to 0 to 4. A network 64-64-3 (style, length, colours) learns by detached TD(0.9) from 3,000 texts of the model's own. 300 texts from nothing for each target of style: without "
        + "edits; along a constant direction (difference of the mean states of texts of style 3 and more and of 1 and less, the best of strengths 0.5, 1, 2, 3 in hindsight); pushed to the extreme (best of 5 and 20 steps); "
        + "the best of 4 samples by the score; edited towards the target (AdamW without decay, each text by itself: 0.05 with 5 and 20 steps, 0.1 with 60). All arms draw the same numbers. Divergence: ln p with edits minus without, nats a text. "
        + "Distillation: 900 texts at target 3, those that hit it, three epochs at 1e-3; beside it the same with texts that were sampled without edits.";

    /// <inheritdoc/>
    public IReadOnlyList<string> Data => [StyledTexts.Captions, StyledTexts.Headlines];

    /// <inheritdoc/>
    public int Seeds => 5;

    /// <inheritdoc/>
    public Figures Measure(Trial trial)
    {
        Figures figures = [];
        new SteeredTexts(trial).Measure(figures);
        return figures;
    }

    /// <inheritdoc/>
    public IReadOnlyList<Finding> Conclude(Trials trials)
    {
        MeanInterval distance = trials.Of(figures =>
                Inner(figures, "l1/edit") / SteeredTexts.Baselines.Min(name => Inner(figures, "l1/" + name))
            ),
            hits = trials.Of(figures =>
                Inner(figures, "hits/edit") / SteeredTexts.Baselines.Max(name => Inner(figures, "hits/" + name))
            );
        string Table(string what, string name) =>
            $"{name} "
            + string.Join(
                " ",
                SteeredTexts.Targets.Select(target =>
                    Text(
                        trials.Mean($"{what}/{name}-{target.ToString("0", CultureInfo.InvariantCulture)}").Mean,
                        "0.00"
                    )
                )
            );
        string Tables(string what) =>
            string.Join(
                "; ",
                ((string[])[.. SteeredTexts.Baselines, "best-of-4", "short", "edit"]).Select(name => Table(what, name))
            );
        int ordered = trials.Seeds(figures =>
            SteeredTexts
                .Targets.Zip(SteeredTexts.Targets.Skip(1))
                .All(pair => figures[$"mean/edit-{pair.First:0}"] < figures[$"mean/edit-{pair.Second:0}"])
        );
        return
        [
            With(
                Finding.Below(
                    "Edits towards a target come nearer to styles in between than the best baseline does: distance at least 10 % less (targets 1 to 3).",
                    Pilot + "0.83 against 1.07 of a push to the extreme",
                    distance,
                    0.9,
                    "0.00"
                ),
                "ratio of the mean distances; at targets 0 to 4: " + Tables("l1")
            ),
            With(
                Finding.Above(
                    "They hit styles in between at least 1.3 times as often as the best baseline (targets 1 to 3).",
                    Pilot + "0.29 against 0.15",
                    hits,
                    1.3,
                    "0.00"
                ),
                "ratio of the shares; at targets 0 to 4: " + Tables("hits")
            ),
            new(
                "The measured style rises with the target.",
                "precise intensity; " + NoFigures,
                $"{Table("mean", "edit")}; in {ordered} of {trials.Count} seeds",
                ordered == trials.Count ? Verdict.Replicated
                    : ordered * 2 < trials.Count ? Verdict.NotReplicated
                    : Verdict.Inconclusive,
                "from each target to the next, in every seed; not replicated if in less than half of them"
            ),
            With(
                Finding.Above(
                    "At equal divergence from the model without edits they are nearer to styles in between than a constant direction is.",
                    "not measured",
                    trials.Difference("equal-kl/edit", "equal-kl/direction")
                ),
                $"distance saved, mean over the divergences that both reached, up to {trials.Text("equal-kl/most", "0.0")} nats a text"
            ),
            With(
                Finding.Below(
                    "They beat the simplest use of the same scorer: the best of four samples (targets 1 to 3).",
                    "fewer samples than best-of-n; " + NoFigures,
                    trials.Of(figures => Inner(figures, "l1/edit") - Inner(figures, "l1/best-of-4"))
                ),
                "distance, edit minus best of four"
            ),
            With(
                Finding.Below(
                    "Two attributes at once: style 1 and length 3 together come nearer than without edits.",
                    "up to five attributes; " + NoFigures,
                    trials.Difference("both/edit", "both/unsteered")
                ),
                $"sum of both distances; {trials.Text("both/edit")} against {trials.Text("both/unsteered")}"
            ),
            With(
                Finding.Above(
                    "A count follows its target too: two colours are asked for, and more are named than without edits.",
                    Pilot + "not: 0.40 against 0.65",
                    trials.Difference("colours/edit", "colours/unsteered")
                ),
                $"colours a text; {trials.Text("colours/edit", "0.00")} against {trials.Text("colours/unsteered", "0.00")}"
            ),
            With(
                Finding.Above(
                    "Distilled: trained on edited texts that hit target 3, the model hits it more often than one trained on sampled texts that do.",
                    "gains claimed; " + NoFigures,
                    trials.Difference("distil/steered", "distil/sampled")
                ),
                $"share of hits; {trials.Text("distil/steered")} from {trials.Mean("distil/texts-steered").Mean:0} texts, {trials.Text("distil/sampled")} from {trials.Mean("distil/texts-sampled").Mean:0}, untrained {trials.Text("hits/unsteered-3")}; both had 900 tries"
            ),
            new(
                "What edits cost: the likelihood of the texts under the model without edits.",
                "not measured",
                $"nats a word: unsteered {trials.Text("fluency/unsteered", "0.00")}, edited to 0, 2, 4: {trials.Text("fluency/edit-0", "0.00")}, {trials.Text("fluency/edit-2", "0.00")}, {trials.Text("fluency/edit-4", "0.00")}; the network's squared error of style at words 2, 5, 10: {trials.Text("network/style-error-at-2", "0.00")}, {trials.Text("network/style-error-at-5", "0.00")}, {trials.Text("network/style-error-at-10", "0.00")}, variance {trials.Text("network/style-variance", "0.00")}",
                trials.Difference("fluency/edit-2", "fluency/unsteered") is { } change && change.Low > -0.5
                        ? Verdict.Replicated
                    : change.High <= -0.5 ? Verdict.NotReplicated
                    : Verdict.Inconclusive,
                "at target 2 the 95 % interval of the loss lies within half a nat a word"
            ),
        ];
    }

    private static double Inner(Figures figures, string name) =>
        (figures[name + "-1"] + figures[name + "-2"] + figures[name + "-3"]) / 3;

    private static string Text(double number, string format) => number.ToString(format, CultureInfo.InvariantCulture);

    private static Finding With(Finding finding, string more) => finding with { Ours = $"{finding.Ours} ({more})" };
}
