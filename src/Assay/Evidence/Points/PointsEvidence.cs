using Assay.Numerics;

namespace Assay.Evidence;

/// <summary>Soups over datasets and the perplexity filter: on public tables, on digits, and on text.</summary>
public sealed class PointsEvidence : IExperiment
{
    /// <inheritdoc/>
    public string Slug => "points";

    /// <inheritdoc/>
    public string Title => "POINTS: Improving Your Vision-language Model with Affordable Strategies (2024)";

    /// <inheritdoc/>
    public string Protocol =>
        "A: the public accuracies of 72 fine-tuned models and their soups, recomputed. "
        + "B: MNIST digits, a perceptron 784-128-10, SGD with momentum 0.9 and rate 0.03, 15 epochs from one pretrained start (500 rows, 5 epochs); eight candidates of up to 200 rows "
        + "(classes by remainder of 4, two shifts, noise, inverted); validation 1,000 and test 2,000 rows, each also shifted two ways. Two arms: a base set of 500 plain rows, and one of 3,000 rows "
        + "that already has shifts and noise. Soups of eight models, one for each candidate added to the base; controls: eight orders of the base set, the best single model, "
        + "adding candidates one by one, all data together. Everything is chosen on validation rows and reported on test rows. "
        + "C: a byte transformer (0.1 million parameters, 300 steps) of Shakespeare scores 3,750 rows of 64 bytes (Shakespeare, Wikipedia, reviews; a fifth shuffled bytes); fresh models take 160 steps on the lowest, "
        + "a random and the highest fifth, equal rows, tokens and updates; loss on clean rows of all three.";

    /// <inheritdoc/>
    public IReadOnlyList<string> Data => ["points", TextDomains.Folder];

    /// <inheritdoc/>
    public int Seeds => 5;

    /// <inheritdoc/>
    public Figures Measure(Trial trial)
    {
        Figures figures = [];
        new PublicSoups(trial).Measure(figures);
        new DigitSoups(trial).Measure(figures);
        new PerplexityFilter(trial).Measure(figures);
        return figures;
    }

    /// <inheritdoc/>
    public IReadOnlyList<Finding> Conclude(Trials trials)
    {
        MeanInterval small = trials.Difference("small/greedy", "small/seed-soup"),
            plateau = trials.Difference("plateau/greedy", "plateau/base"),
            overSeeds = trials.Difference("plateau/greedy", "plateau/seed-soup"),
            overAverage = trials.Difference("small/greedy", "small/average"),
            together = trials.Difference("small/greedy", "small/together"),
            stalls = trials.Difference("plateau/individual", "plateau/base"),
            single = trials.Difference("plateau/greedy", "plateau/best-single"),
            filter = trials.Difference("filter/loss/lowest", "filter/loss/random"),
            ends = trials.Difference("filter/loss/lowest", "filter/loss/highest"),
            lengths = trials.Difference("filter/bytes-of-lowest-lines", "filter/bytes-of-all-lines");
        string Table(string arm) =>
            string.Join(
                ", ",
                DigitSoups.Strategies.Select(strategy => $"{strategy} {trials.Text($"{arm}/{strategy}", "0.0")}")
            );
        return
        [
            new(
                "Soups of the public models: greedy above the best single model, uniform best under shift.",
                "80.386 (best by validation), 77.929 (mean), 79.972 (uniform), 81.026 (greedy); shifts 47.97, 51.58, 50.86",
                FormattableString.Invariant(
                    $"{trials["public/best"][0]:0.000}, {trials["public/mean"][0]:0.000}, {trials["public/uniform"][0]:0.000}, {trials["public/greedy"][0]:0.000}; shifts {trials["public/best-shifts"][0]:0.00}, {trials["public/uniform-shifts"][0]:0.00}, {trials["public/greedy-shifts"][0]:0.00}; mean of the paper's eight benchmarks {trials["public/final-mean"][0]:0.0}"
                ),
                Math.Abs(trials["public/best"][0] - 80.386) < 0.0006
                && Math.Abs(trials["public/mean"][0] - 77.929) < 0.0006
                && Math.Abs(trials["public/uniform"][0] - 79.972) < 0.0006
                && Math.Abs(trials["public/greedy"][0] - 81.026) < 0.0006
                && Math.Abs(trials["public/final-mean"][0] - 61.8) < 0.06
                    ? Verdict.Replicated
                    : Verdict.NotReplicated,
                "the published figures follow from the public tables to their last digit"
            ),
            new(
                "A greedy soup over candidate datasets beats the base model and a soup over seeds.",
                "59.0 (none), 59.2 (over learning rates), 61.0 (maximum), 61.2 (average), 61.8 (greedy)",
                $"test accuracy, small base: {Table("small")}; greedy minus soup of seeds {Trials.Text(small, "0.0")}, minus average {Trials.Text(overAverage, "0.0")}",
                small.Low > 0 ? Verdict.Replicated
                    : small.High <= 0 ? Verdict.NotReplicated
                    : Verdict.Inconclusive,
                "the paired 95 % interval of greedy minus the soup of seeds lies above 0"
            ),
            new(
                "It still gains when adding datasets one by one has stalled.",
                "59.0 (individual select stalls) to 61.8",
                $"test accuracy, base that has stalled: {Table("plateau")}; greedy minus base {Trials.Text(plateau, "0.00")}, minus soup of seeds {Trials.Text(overSeeds, "0.00")}, minus best single {Trials.Text(single, "0.00")}; one by one minus base {Trials.Text(stalls, "0.00")}, {trials.Text("plateau/individual-members", "0.0")} of 8 kept",
                plateau.Low > 0 && overSeeds.Low > 0 ? Verdict.Replicated
                    : plateau.High <= 0 || overSeeds.High <= 0 ? Verdict.NotReplicated
                    : Verdict.Inconclusive,
                "the paired 95 % intervals of greedy minus base and minus the soup of seeds lie above 0"
            ),
            new(
                "The soup replaces training on all candidates together.",
                "(not compared in the paper; our control)",
                $"small base: greedy minus all data together {Trials.Text(together, "0.0")}",
                together.Low > 0 ? Verdict.Replicated
                    : together.High <= 0 ? Verdict.NotReplicated
                    : Verdict.Inconclusive,
                "the paired 95 % interval of greedy minus all data together lies above 0"
            ),
            new(
                "Training on the fifth with the lowest perplexity beats training on as much at random.",
                "59.6 (1M lowest of 5M) against 59.0 (5M) and 58.8 (20M)",
                $"loss in nats a byte: lowest {trials.Text("filter/loss/lowest")}, random {trials.Text("filter/loss/random")}, highest {trials.Text("filter/loss/highest")}; lowest minus random {Trials.Text(filter)}, minus highest {Trials.Text(ends)}; rubbish in them {trials.Text("filter/rubbish/lowest", "P0")}, {trials.Text("filter/rubbish/random", "P0")}, {trials.Text("filter/rubbish/highest", "P0")}",
                filter.High < 0 ? Verdict.Replicated
                    : filter.Low >= 0 ? Verdict.NotReplicated
                    : Verdict.Inconclusive,
                "the paired 95 % interval of lowest minus random lies below 0"
            ),
            new(
                "Low perplexity favours short rows (a pitfall).",
                "(ours)",
                $"lines of the lowest fifth are {Trials.Text(lengths, "0.0")} bytes longer than all lines (of {trials.Text("filter/bytes-of-all-lines", "0.0")}, cut at 64)",
                lengths.High < 0 ? Verdict.Replicated
                    : lengths.Low >= 0 ? Verdict.NotReplicated
                    : Verdict.Inconclusive,
                "the 95 % interval of the difference lies below 0"
            ),
        ];
    }
}
