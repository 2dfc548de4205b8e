using System.Globalization;
using Assay.Learning;
using Assay.Numerics;

namespace Assay.Evidence;

/// <summary>Is the alpha of Poly-DPO more than a temperature, and does its best sign tell noisy, trivial and clean pairs apart?</summary>
public sealed class PolyDpoEvidence : IExperiment
{
    private static readonly double[] Alphas = [-1, -0.5, 1, 2, 8],
        ReviewAlphas = [-0.5, 1, 4];
    private const string Dpo = "dpo-0.5";

    /// <inheritdoc/>
    public string Slug => "poly-dpo";

    /// <inheritdoc/>
    public string Title => "ViPO: Visual Preference Optimization at Scale (2026)";

    /// <inheritdoc/>
    public string Protocol =>
        "A: the bandit of madpo (six models' answers of AlpacaEval 2, log-linear policy, 600 prompts with 8 pairs, labels as drawn or 30 % turned round, beta 0.5, 300 steps; gain over the reference and KL exactly on 205 other prompts; means of four "
        + "deals a seed), alpha in -1, -0.5, 1, 2, 8, DPO over 36 temperatures as the curve at equal KL. "
        + "B: a class-conditional diffusion model of 1,797 digits of 8 x 8 (a perceptron of 0.2 M parameters, 50 time steps, 100 training steps, so that there is something to gain); 1,000 pairs of its own samples of three kinds: labelled by legibility (a "
        + "classifier's log-probability of the class) or by lightness, drawn for each pair (noisy); both agree (agreed); losers of other prompts (simple). 200 steps of 64 pairs, beta 500 and 2000, alpha -1, 1, 4; judged by a classifier of other digits on 1,000 samples, beside Diffusion-DPO over six "
        + "betas at equal drift (squared difference of the noise that model and base see). "
        + "C: 2,000 pairs of answers of two models to a prompt, five criteria: the judge, brevity, lines of lists, overlap with the prompt, and likelihood by trigrams of the answers to other prompts. "
        + "D: the language model of film reviews and 5,000 pairs of dpo-vs-ppo, beta 0.1, two epochs, alpha in -0.5, 1, 4; gold reward and divergence of four answers to each of 500 unseen prompts, beside DPO over six temperatures.";

    /// <inheritdoc/>
    public IReadOnlyList<string> Data => [AnswerBandit.Folder, DigitPreferences.Folder, "rt-polarity"];

    /// <inheritdoc/>
    public int Seeds => 5;

    /// <inheritdoc/>
    public int Revision => 2;

    /// <inheritdoc/>
    public Figures Measure(Trial trial)
    {
        Figures figures = [];
        new BanditArms(trial, figures).Measure([
            .. Alphas.Select(alpha => new BanditArms.Arm(
                Name(alpha),
                new()
                {
                    Loss = PreferenceObjective.PolyDpo,
                    Beta = BanditArms.Beta,
                    Alpha = alpha,
                }
            )),
        ]);
        new DigitPreferences(trial, figures).Measure();
        AnswerConflicts.Measure(trial, figures);
        ReviewPolicies.Measure(
            trial,
            figures,
            [
                .. ReviewAlphas.Select(alpha => new ReviewPolicies.Arm(
                    Name(alpha),
                    new()
                    {
                        Loss = PreferenceObjective.PolyDpo,
                        Beta = ReviewPolicies.Beta,
                        Alpha = alpha,
                    }
                )),
            ]
        );
        return figures;
    }

    private static string Name(double alpha) => FormattableString.Invariant($"alpha{alpha}");

    /// <inheritdoc/>
    public IReadOnlyList<Finding> Conclude(Trials trials)
    {
        string Points(string labels) =>
            string.Join(
                "; ",
                Alphas.Select(alpha =>
                    string.Create(
                        CultureInfo.InvariantCulture,
                        $"{alpha}: {trials.Mean($"{labels}/{Name(alpha)}/gain").Mean:0.000} at {trials.Mean($"{labels}/{Name(alpha)}/kl").Mean:0.00} nats"
                    )
                )
            );
        string AtKl(string labels) =>
            string.Join(
                ", ",
                Alphas.Select(alpha =>
                    $"{alpha.ToString(CultureInfo.InvariantCulture)} {trials.Text($"{labels}/{Name(alpha)}/at-kl")}"
                )
            );
        string Above(string set) =>
            string.Join(
                ", ",
                DigitPreferences.Alphas.Select(alpha =>
                    $"{alpha.ToString(CultureInfo.InvariantCulture)} {trials.Text($"digits/{set}/{Name(alpha)}/above")}"
                )
            );
        return
        [
            With(
                Finding.Above(
                    "With noisy labels a positive alpha earns more than DPO at the same beta (bandit, alpha 1).",
                    "noisy set: HPSv2.1 26.6 to 27.1 from alpha 0 to 1",
                    trials.Difference("noisy/alpha1/gain", $"noisy/{Dpo}/gain")
                ),
                $"gain over the reference, minus DPO ({trials.Text($"noisy/{Dpo}/gain")} at {trials.Text($"noisy/{Dpo}/kl", "0.00")} nats); {Points("noisy")}"
            ),
            With(
                Finding.Below(
                    "With clean labels it does not (bandit, alpha 1).",
                    "full set: 29.78 at alpha 0, 29.7 at 1",
                    trials.Difference("clean/alpha1/gain", $"clean/{Dpo}/gain")
                ),
                Points("clean")
            ),
            With(
                AnyAbove(
                    "At equal KL some alpha beats DPO where labels are noisy (bandit).",
                    "not compared in the paper",
                    [.. Alphas.Select(alpha => trials[$"noisy/{Name(alpha)}/at-kl"])]
                ),
                $"gain above DPO's curve: {AtKl("noisy")}"
            ),
            With(
                AnyAbove(
                    "Or where they are clean (bandit).",
                    "not compared in the paper",
                    [.. Alphas.Select(alpha => trials[$"clean/{Name(alpha)}/at-kl"])]
                ),
                AtKl("clean")
            ),
            With(
                Finding.Above(
                    "On noisy pairs of digits alpha 1 is better than Diffusion-DPO at the same beta.",
                    "noisy set: HPSv2.1 26.6 to 27.1",
                    trials.Mean("digits/noisy/alpha1/gain")
                ),
                $"accuracy of samples, mean over beta 500 and 2000; base {trials.Text("digits/base/accuracy")}; alpha -1 {trials.Text("digits/noisy/alpha-1/gain")}, 4 {trials.Text("digits/noisy/alpha4/gain")}"
            ),
            With(
                AnyAbove(
                    "On noisy pairs of digits some alpha above 0 beats Diffusion-DPO at equal drift.",
                    "not compared in the paper",
                    [trials["digits/noisy/alpha1/above"], trials["digits/noisy/alpha4/above"]]
                ),
                Above("noisy")
            ),
            With(
                Finding.Above(
                    "On trivial pairs of digits alpha -1 beats Diffusion-DPO at equal drift.",
                    "over-simple set: HPSv2.1 28.7 at alpha 0, 29.6 at -1 (at one beta)",
                    trials.Mean("digits/simple/alpha-1/above")
                ),
                $"{Above("simple")}; at the same beta {trials.Text("digits/simple/alpha-1/gain")}"
            ),
            With(
                Finding.Below(
                    "On agreed pairs of digits no alpha matters: alpha 1 gains less than a point over Diffusion-DPO at equal drift.",
                    "full set: 29.6 to 29.78 for all alphas",
                    trials.Mean("digits/agreed/alpha1/above"),
                    0.01
                ),
                $"{Above("agreed")}; at the same beta {trials.Text("digits/agreed/alpha1/gain")}"
            ),
            With(
                Finding.Below(
                    "Most pairs of real answers are in conflict: five criteria agree with each other on less than half.",
                    "20.79 % consistent by five reward models",
                    trials.Mean("conflict/unanimous"),
                    0.5
                ),
                $"share; one that does not tell answers apart agrees with nothing: with those left out none contradicts the others in {trials.Text("conflict/uncontradicted")}; by chance 0.063; the label is the judge's, one of the five, so that both readings are one"
            ),
            With(
                AnyAbove(
                    "At equal KL some alpha beats DPO (language model of reviews).",
                    "not compared in the paper",
                    [.. ReviewAlphas.Select(alpha => trials[$"reviews/{Name(alpha)}/at-kl"])]
                ),
                $"gold reward above DPO's curve: {string.Join(", ", ReviewAlphas.Select(alpha => $"{alpha.ToString(CultureInfo.InvariantCulture)} {trials.Text($"reviews/{Name(alpha)}/at-kl", "0.00")}"))}; at the same beta alpha 1 gains {Trials.Text(trials.Difference("reviews/alpha1/gold", $"reviews/{ReviewPolicies.Dpo(ReviewPolicies.Beta)}/gold"), "0.00")}, alpha 4 {Trials.Text(trials.Difference("reviews/alpha4/gold", $"reviews/{ReviewPolicies.Dpo(ReviewPolicies.Beta)}/gold"), "0.00")}"
            ),
        ];
    }

    // Several chances at once: each interval is wider, so that together they are wrong in one case of twenty.
    private static Finding AnyAbove(string claim, string paper, IReadOnlyList<double[]> arms)
    {
        double confidence = 1 - (1 - Trials.Confidence) / arms.Count;
        MeanInterval[] intervals = [.. arms.Select(values => MeanInterval.Of(values, confidence))];
        MeanInterval best = intervals.MaxBy(interval => interval.Low);
        return new(
            claim,
            paper,
            Trials.Text(best),
            best.Low > 0 ? Verdict.Replicated
                : intervals.All(interval => interval.High <= 0) ? Verdict.NotReplicated
                : Verdict.Inconclusive,
            FormattableString.Invariant(
                $"the {confidence:P1} interval over seeds of one of {arms.Count} arms lies above 0; not replicated if all lie at or below"
            )
        );
    }

    private static Finding With(Finding finding, string more) => finding with { Ours = $"{finding.Ours} ({more})" };
}
