using System.Globalization;
using Assay.Numerics;

namespace Assay.Evidence;

/// <summary>Do proxies at a reduced learning rate rank recipes as a tuned larger model does? On digits with random features, and on text.</summary>
public sealed class SmallRunProxiesEvidence : IExperiment
{
    private const string Paper = "Spearman below 0.75 at the usual rate, above 0.92 at a rate 10 to 100 times smaller";

    /// <inheritdoc/>
    public string Slug => "small-run-proxies";

    /// <inheritdoc/>
    public string Title =>
        "Can Small Training Runs Reliably Guide Data Curation? Rethinking Proxy-Model Practice (2026)";

    /// <inheritdoc/>
    public string Protocol =>
        "A: handwritten digits, 1,200 rows to train and 597 to validate, 16 recipes (label noise, pixel noise, missing and thinned classes). "
        + "Proxy: 32 random ReLU features, 4,000 single-row steps on the squared loss at f over the largest curvature. Target: 1,500 random features, "
        + "ridge, the best of four penalties for each recipe. "
        + "B: 18 recipes that are close to each other (shares of Shakespeare from 100 to 50 percent, the rest Wikipedia, reviews, plots and names; 0, 2 or 5 "
        + "percent of the characters random), 160,000 characters, one pass of 5,000 AdamW steps. Proxy: a perceptron of width 16 on a window of 8 "
        + "characters, at the best of three rates (on pure Shakespeare) and at a 10th, 30th, 100th and 1,000th of it. Target: width 128, the best of three rates for each "
        + "recipe. Loss on Shakespeare that no recipe holds. Spearman's rho of proxy and target losses over the recipes; initial weights, rows and orders are the "
        + "same for all recipes and rates of a seed.";

    /// <inheritdoc/>
    public IReadOnlyList<string> Data => ["data-shapley", TextDomains.Folder, "small-run-proxies"];

    /// <inheritdoc/>
    public int Seeds => 5;

    /// <inheritdoc/>
    public Figures Measure(Trial trial)
    {
        Figures figures = [];
        new RandomFeatureProxies(trial).Measure(figures);
        new CharacterProxies(trial).Measure(figures);
        return figures;
    }

    /// <inheritdoc/>
    public IReadOnlyList<Finding> Conclude(Trials trials)
    {
        MeanInterval rise = trials.Difference("digits/rho/0.03", "digits/rho/0.5"),
            over = trials.Difference("digits/rho/0.03", "digits/rho/0.3"),
            tenth = trials.Difference("text/rho/10", "text/rho/1"),
            thirtieth = trials.Difference("text/rho/30", "text/rho/1"),
            far = trials.Difference("text/rho/1000", "text/rho/1");
        string digits = string.Join(
            ", ",
            RandomFeatureProxies.Rates.Select(rate =>
                $"{trials.Text("digits/rho/" + RandomFeatureProxies.Name(rate), "0.00")} at f = {RandomFeatureProxies.Name(rate)}"
            )
        );
        string text = string.Join(
            ", ",
            CharacterProxies.Divisors.Select(divisor => $"{trials.Text($"text/rho/{divisor}", "0.00")} at 1/{divisor}")
        );
        return
        [
            new(
                "A linear proxy at a small rate ranks recipes as the best model of its class does; at a large rate it does not.",
                Paper,
                $"rho {digits}; f = 0.03 minus 0.5: {Trials.Text(rise, "0.00")}, minus 0.3: {Trials.Text(over, "0.00")}",
                rise.Low > 0 && over.Mean > 0 ? Verdict.Replicated
                    : over.Mean <= 0 || rise.High <= 0 ? Verdict.NotReplicated
                    : Verdict.Inconclusive,
                "replicated if rho at f = 0.03 is above that at f = 0.5 with its whole paired 95 % interval, and above that at 0.3 in the mean; not replicated if it does not beat 0.3 in the mean"
            ),
            new(
                "Small language models rank recipes better at 1/10 to 1/30 of their best rate than at that rate.",
                Paper,
                $"rho {text}; 1/10 minus 1: {Trials.Text(tenth, "0.00")}, 1/30 minus 1: {Trials.Text(thirtieth, "0.00")}",
                tenth.Low > 0 || thirtieth.Low > 0 ? Verdict.Replicated
                    : tenth.Mean < -0.05 && thirtieth.Mean < -0.05 ? Verdict.NotReplicated
                    : Verdict.Inconclusive,
                "replicated if the paired 95 % interval of 1/10 or of 1/30 minus 1 lies above 0; not replicated if both are worse than the best rate by more than 0.05 in the mean; else inconclusive"
            ),
            new(
                "A rate can be too small: at 1/1,000 with so few steps the proxy ranks by letter frequencies.",
                "(a limit that the paper names only as rounding; ours)",
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"1/1,000 minus 1: {Trials.Text(far, "0.00")}; the guard (a tenth of the usual progress) refuses 1/1,000 in {trials.Seeds(figures => figures["text/progress/1000"] < 0.1)} of {trials.Count} seeds, 1/30 in {trials.Seeds(figures => figures["text/progress/30"] < 0.1)}"
                ),
                far.High < 0 ? Verdict.Replicated
                    : far.Low >= 0 ? Verdict.NotReplicated
                    : Verdict.Inconclusive,
                "the paired 95 % interval of rho at 1/1,000 minus rho at the best rate lies below 0"
            ),
            new(
                "Choosing one recipe by the proxy costs nothing at the small rate.",
                "a gap of more than 0.25 nats at the usual rate for small k, near 0 at the small one",
                $"regret of the proxy's first choice: {trials.Text("text/regret/1", "0.0000")} at the best rate, {trials.Text("text/regret/10", "0.0000")} at 1/10, {trials.Text("text/regret/30", "0.0000")} at 1/30 nats; the recipes' target losses spread over {trials.Text("text/spread", "0.000")}",
                Regret(trials),
                "replicated if the regret at 1/30 is below that at the best rate with its whole paired interval; not replicated if it is above; else inconclusive"
            ),
        ];
    }

    private static Verdict Regret(Trials trials)
    {
        MeanInterval change = trials.Difference("text/regret/30", "text/regret/1");
        return change.High < 0 ? Verdict.Replicated
            : change.Low > 0 ? Verdict.NotReplicated
            : Verdict.Inconclusive;
    }
}
