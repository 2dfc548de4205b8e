using System.ComponentModel.DataAnnotations;
using System.Globalization;
using Assay.Data;
using Assay.Learning;
using Assay.Models;
using Assay.Numerics;
using Assay.Preferences;
using Assay.Studies;

namespace Assay.Judge;

/// <summary>Says whether a model finds preferred completions more likely, how far perfect training could bring it, and which pairs its training turned.</summary>
/// <remarks>
/// Source: "Preference Learning Algorithms Do Not Learn Preference Rankings", arXiv 2405.19534: ranking accuracy (definition 2.3), its length-normalised
/// form (appendix C.1), idealised ranking accuracy (corollary 3.3) and the alignment gap. The corollary is followed; the official code's column multiplies
/// log-likelihoods instead and is not offered.
/// </remarks>
[Method("judge/ranking-accuracy", Paper = "preference-ranking-accuracy")]
public sealed class RankingStudy(RankingOptions options) : IStudy
{
    private const double HardShare = 0.99;

    /// <inheritdoc/>
    /// <exception cref="AssayException">A model cannot be read, both have different tokens, or the rows hold no pairs.</exception>
    public Study Run(View data, Work work)
    {
        PreferenceRows rows = PreferenceRows.Read(data, work.Cancellation);
        IReadOnlyList<PreferencePair> pairs = rows.Both("judge/ranking-accuracy");
        LanguageModel policy = ModelFolder.Read(options.Model),
            start = options.Reference.Length > 0 ? ModelFolder.Read(options.Reference) : policy;
        if (start.Tokenizer.VocabularySize != policy.Tokenizer.VocabularySize)
            throw new AssayException(
                "the model and its reference have different tokens",
                new(options.Reference),
                "Name the model that the training began with."
            );
        int context = Math.Min(options.Context, Math.Min(policy.ContextLength, start.ContextLength));
        PreferenceTokens tokens = PreferenceTokens.Of(pairs, policy.Tokenizer, context);
        PairProbabilities reference = StoredProbabilities.Of(start.Transformer, tokens.Pairs, work),
            now = start == policy ? reference : Of(policy, tokens, work);
        int[] chosenTokens = [.. tokens.Pairs.Select(pair => pair.Chosen.Length)],
            rejectedTokens = [.. tokens.Pairs.Select(pair => pair.Rejected.Length)];
        double[] margins =
            [.. Enumerable.Range(0, pairs.Count).Select(i => reference.Chosen[i] - reference.Rejected[i])],
            means =

            [
                .. Enumerable
                    .Range(0, pairs.Count)
                    .Select(i => reference.Chosen[i] / chosenTokens[i] - reference.Rejected[i] / rejectedTokens[i]),
            ],
            agreements = [.. pairs.Select(pair => pair.Agreement ?? options.Agreement)];
        double accuracy = RankingAccuracy.Of(now.Chosen, now.Rejected),
            accuracyOfMeans = RankingAccuracy.OfMeans(now.Chosen, now.Rejected, chosenTokens, rejectedTokens),
            before = RankingAccuracy.Of(reference.Chosen, reference.Rejected),
            beforeOfMeans = RankingAccuracy.OfMeans(reference.Chosen, reference.Rejected, chosenTokens, rejectedTokens);
        double[] ideal = [.. options.Betas.Select(beta => RankingAccuracy.Ideal(margins, agreements, beta))],
            idealOfMeans = [.. options.Betas.Select(beta => RankingAccuracy.Ideal(means, agreements, beta))];
        double gap = Median(ideal) - accuracy,
            lengths = CorrelationOf(margins, [.. chosenTokens.Zip(rejectedTokens, (a, b) => (double)(a - b))]);
        MeanInterval interval = WilsonInterval.Of((int)Math.Round(accuracy * pairs.Count), pairs.Count);
        List<Panel> panels =
        [
            new TablePanel
            {
                Title = "Ranking accuracy",
                Note = "By the likelihood of whole completions, and by the mean likelihood of their tokens.",
                Columns =
                [
                    TableColumn.Of("of", (string[])[.. start == policy ? [] : (string[])["reference"], "model"]),
                    TableColumn.Of("whole", start == policy ? [accuracy] : [before, accuracy], unit: "share"),
                    TableColumn.Of(
                        "per token",
                        start == policy ? [accuracyOfMeans] : [beforeOfMeans, accuracyOfMeans],
                        unit: "share"
                    ),
                ],
            },
            new TablePanel
            {
                Title = "What perfect training would reach",
                Note =
                    "The optimum of DPO and of reinforcement learning with a penalty on divergence, from this reference.",
                Columns =
                [
                    TableColumn.Of("beta", options.Betas),
                    TableColumn.Of("whole", ideal, unit: "share"),
                    TableColumn.Of("per token", idealOfMeans, unit: "share"),
                    TableColumn.Of(
                        "out of reach",
                        options.Betas.Select(beta =>
                            margins.Count(margin => Logistic.Sigmoid(-beta * margin) > HardShare)
                            / (double)margins.Length
                        ),
                        unit: "share"
                    ),
                ],
            },
            Margins(margins, now),
        ];
        if (start != policy)
            panels.Add(Flips(RankingFlips.Of(reference, now)));
        bool known = pairs.Any(pair => pair.Agreement is not null);
        return new()
        {
            Title = "Do likelihoods rank as people do?",
            Answer = Text(
                $"The model ranks {accuracy:P1} of {pairs.Count:N0} pairs right; perfect training from its reference would rank {Median(ideal):P1} (median over beta), a gap of {100 * gap:0} points."
            ),
            Facts =
            [
                new(
                    "Ranking accuracy",
                    Text($"{accuracy:P1} [{interval.Low:P1}, {interval.High:P1}]"),
                    "whole completions"
                ),
                new("Per token", Text($"{accuracyOfMeans:P1}"), "mean log-probability of tokens"),
                new("Ideal", Text($"{Median(ideal):P1}"), Text($"{ideal.Min():P0} to {ideal.Max():P0} over beta")),
                new("Alignment gap", Text($"{100 * gap:0} points")),
                new(
                    "Length",
                    Text($"{lengths:0.00}"),
                    "correlation of the reference's margin with the difference in length"
                ),
            ],
            Panels = panels,
            Notes =
            [
                .. known
                    ? (string[])[]
                    :
                    [
                        Text(
                            $"The rows do not say how many raters agreed; {options.Agreement:P0} was assumed for all (agreement)."
                        ),
                    ],
                "Reward accuracy, which trainers log, is another quantity: it asks which completion gained more, not which is more likely.",
                .. start == policy
                    ? (string[])
                        ["No reference was named: the model is taken for its own, and no pair can have been turned."]
                    : [],
            ],
        };
    }

    private static PairProbabilities Of(LanguageModel policy, PreferenceTokens tokens, Work work) =>
        PairProbabilities.Of(
            policy.Transformer,
            tokens.Pairs,
            done: done => work.Progress?.Report(new("model", done, tokens.Pairs.Count, "pairs")),
            cancellation: work.Cancellation
        );

    private static PointsPanel Margins(double[] margins, PairProbabilities now) =>
        new()
        {
            Title = "Margins before and after",
            Note =
                "ln p(chosen) - ln p(rejected) of every pair. Training moves points up; above 0 they are ranked right.",
            X = new("reference, nats"),
            Y = new("model, nats"),
            Staircase = false,
            Clouds =
            [
                new(
                    "pairs",
                    [.. margins.Take(2000)],
                    [.. now.Chosen.Zip(now.Rejected, (chosen, rejected) => chosen - rejected).Take(2000)],
                    Emphasis.Main
                ),
            ],
        };

    private static TablePanel Flips(RankingFlips flips)
    {
        int[] counts = [flips.StayedRight, flips.Lost, flips.Gained, flips.StayedWrong];
        return new()
        {
            Title = "Rankings turned",
            Columns =
            [
                TableColumn.Of("reference", ["right", "right", "wrong", "wrong"]),
                TableColumn.Of("model", ["right", "wrong", "right", "wrong"]),
                TableColumn.Of("pairs", counts.Select(count => (double)count), 0),
                TableColumn.Of("share", counts.Select(count => count / (double)flips.Count), unit: "share"),
            ],
        };
    }

    // 0 where one of both does not vary.
    private static double CorrelationOf(double[] x, double[] y) =>
        x.Length > 1 && Correlation.Pearson(x, y) is var r && !double.IsNaN(r) ? r : 0;

    private static double Median(double[] values)
    {
        double[] sorted = [.. values.Order()];
        return (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}

/// <summary>Options of <see cref="RankingStudy"/>.</summary>
public sealed record RankingOptions : IReadsPreferences
{
    /// <summary>The folder of the model.</summary>
    [Required, ModelFolder]
    public string Model { get; init; } = "";

    /// <summary>The folder of the model that its training began with; empty for none.</summary>
    [ModelFolder]
    public string Reference { get; init; } = "";

    /// <summary>Temperatures that the ideal accuracy is computed for, each above 0.</summary>
    [MinLength(1)]
    public IReadOnlyList<double> Betas { get; init; } = [0.01, 0.1, 1, 5, 10];

    /// <summary>Share of raters that prefer the chosen completion, where a row does not say it (its column <c>agreement</c>), 0.5 to 1.</summary>
    [Range(0.5, 1.0)]
    public double Agreement { get; init; } = RankingAccuracy.UsualAgreement;

    /// <summary>Most tokens of a prompt and a completion together, 16 to 4096; the models' own context at most.</summary>
    [Range(16, 4096)]
    public int Context { get; init; } = 256;
}
