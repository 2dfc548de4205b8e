using System.Globalization;
using Assay.Learning;
using Assay.Numerics;
using Assay.Studies;

namespace Assay.Train;

/// <summary>What a reward model is worth: how often it is right, how sure it may be, and whether it has learned more than length.</summary>
internal sealed class RewardReport
{
    private const int Bins = 5,
        LeastInBin = 10,
        Smoothing = 20;
    private readonly RewardFit _fit;
    private readonly RewardPairs _pairs;
    private readonly RewardOptions _options;
    private readonly int _fitted,
        _validating;
    private readonly string _judgedOn;
    private readonly IReadOnlyList<TokenPair> _judged;
    private readonly double[] _chosen,
        _rejected;
    private readonly RewardScores _scores;
    private readonly RewardScores? _validation;
    private readonly bool _isHeldOut;

    public RewardReport(
        RewardFit fit,
        RewardPairs pairs,
        int[] fitted,
        int[] validating,
        RewardPairs? held,
        RewardOptions options,
        CancellationToken cancellation
    )
    {
        (_fit, _pairs, _options, _fitted, _validating) = (fit, pairs, options, fitted.Length, validating.Length);
        _isHeldOut = held is not null;
        TokenPair[] chosenBy = [.. validating.Select(i => pairs.Tokens[i])];
        (_judgedOn, _judged) =
            held is not null ? ("held-out pairs", held.Tokens)
            : chosenBy.Length > 0 ? ("the pairs that chose it, which flatters it", chosenBy)
            : ("the pairs that it was fitted to, which says nothing", pairs.Tokens);
        _chosen = Score(pair => pair.Chosen);
        _rejected = Score(pair => pair.Rejected);
        _scores = RewardScores.Of(_chosen, _rejected);
        _validation = chosenBy.Length > 0 ? RewardScores.Of(fit.Model, chosenBy, cancellation: cancellation) : null;

        double[] Score(Func<TokenPair, int[]> completion) =>
            fit.Model.Score(
                [.. _judged.Select(pair => (int[])[.. pair.Prompt, .. completion(pair)])],
                cancellation: cancellation
            );
    }

    /// <summary>On held-out pairs; none without them.</summary>
    public IReadOnlyList<Score> Scores =>
        _isHeldOut
            ? [new("accuracy", _scores.Accuracy), new("comparison-loss", _scores.Loss), new("margin", _scores.Margin)]
            : [];

    /// <summary>On validation pairs.</summary>
    public IReadOnlyList<Score> Chosen =>
        _validation is { } found
            ? [new("validation-accuracy", found.Accuracy), new("validation-loss", found.Loss)]
            : [];

    public Study Study()
    {
        (double low, double high) = Wilson(_scores.Accuracy, _scores.Pairs);
        double longer = LongerWins();
        double byLength = LengthCorrelation();
        List<string> notes =
        [
            "It agrees with whoever compared, on answers like these. A policy that is trained on it looks for answers unlike these: watch the divergence, and judge the policy by something else than this score.",
        ];
        if (low <= Math.Max(longer, 1 - longer))
            notes.Add(
                Text(
                    $"The rule 'the {(longer >= 0.5 ? "longer" : "shorter")} answer' is right in {Math.Max(longer, 1 - longer):P1} of the same pairs: no more than that is proven to be learned."
                )
            );
        if (_pairs.Cut > 0)
            notes.Add(Text($"{_pairs.Cut:N0} of {_pairs.Pairs.Count:N0} pairs were cut to fit the model's context."));
        if (_pairs.Dropped > 0)
            notes.Add(Text($"{_pairs.Dropped:N0} pairs did not fit the model's context and were left out."));
        if (_pairs.Ties > 0)
            notes.Add(Text($"{_pairs.Ties:N0} rows prefer nothing and were left out."));
        return new()
        {
            Title = "How well the reward model knows what is preferred",
            Answer = Text(
                $"It scores the preferred answer higher in {_scores.Accuracy:P1} of {_scores.Pairs:N0} {_judgedOn} (95 % interval {low:P1} to {high:P1}; chance 50 %)."
            ),
            Facts =
            [
                new("Accuracy", Text($"{_scores.Accuracy:P1}"), Text($"{low:P1} to {high:P1}, {_judgedOn}")),
                new("Loss", Text($"{_scores.Loss:F3}"), "nats; 0.693 is to know nothing"),
                new("Longer answer preferred", Text($"{longer:P1}"), "of the same pairs"),
                new("Score and length", Text($"{byLength:+0.00;-0.00;0.00}"), "rank correlation over answers"),
                new(
                    "Kept",
                    Text($"epoch {BestEpoch} of {_options.Epochs}"),
                    Text(
                        $"seed {_fit.Seed + 1} of {_fit.SeedLosses.Count}; {_fitted:N0} pairs fitted, {_validating:N0} chose"
                    )
                ),
            ],
            Panels = [Losses(), .. Sureness()],
            Notes = notes,
        };
    }

    private int BestEpoch =>
        _fit.Result.Evaluations.Count == 0
            ? _options.Epochs
            : 1 + _fit.Result.Evaluations.Index().MinBy(evaluation => evaluation.Item.Value).Index;

    private CurvePanel Losses()
    {
        IReadOnlyList<double> losses = _fit.Result.Losses;
        int window = Math.Clamp(losses.Count / Smoothing, 1, 100);
        (double At, double Mean)[] means =
        [
            .. losses
                .Chunk(window)
                .Select((part, i) => ((double)Math.Min(losses.Count, (i + 1) * window), part.Average())),
        ];
        return new()
        {
            Title = "Loss by step",
            Note = Text($"Means over {window:N0} steps; points are the loss on validation pairs after each epoch."),
            X = new("step"),
            Y = new("loss", "nats", Better.Less),
            Levels = [new(Math.Log(2), "knows nothing")],
            Curves =
            [
                .. _fit.Result.Evaluations.Count == 0
                    ? Array.Empty<Curve>()
                    :
                    [
                        new Curve(
                            "validation",
                            [.. _fit.Result.Evaluations.Select(evaluation => (double)evaluation.Step)],
                            [.. _fit.Result.Evaluations.Select(evaluation => evaluation.Value)]
                        )
                        {
                            Form = CurveForm.Points,
                        },
                    ],
                new("training", [.. means.Select(mean => mean.At)], [.. means.Select(mean => mean.Mean)])
                {
                    Emphasis = Emphasis.Main,
                },
            ],
        };
    }

    // How often it is right where it says that one answer is ahead by so much.
    private IEnumerable<Panel> Sureness()
    {
        (double Ahead, bool Right)[] sorted =
        [
            .. _chosen
                .Zip(_rejected, (good, bad) => (Ahead: Math.Abs(good - bad), Right: good > bad))
                .OrderBy(pair => pair.Ahead),
        ];
        int size = Math.Max(LeastInBin, (sorted.Length + Bins - 1) / Bins);
        if (sorted.Length < 2 * LeastInBin)
            yield break;
        (double Said, double Found, double Low, double High)[] bins =
        [
            .. sorted
                .Chunk(size)
                .Where(bin => bin.Length >= LeastInBin)
                .Select(bin =>
                {
                    double found = bin.Average(pair => pair.Right ? 1.0 : 0);
                    (double low, double high) = Wilson(found, bin.Length);
                    return (bin.Average(pair => 1 / (1 + Math.Exp(-pair.Ahead))), found, low, high);
                }),
        ];
        double most = Math.Max(bins[^1].Said, 0.6);
        yield return new CurvePanel
        {
            Title = "How sure it is and how often it is right",
            Note =
                "Pairs by the difference of their scores, in fifths. On the dashed line it is as often right as it says.",
            X = new("says", "share"),
            Y = new("is right", "share", Better.More),
            Levels = [new(0.5, "chance")],
            Curves =
            [
                new("as it says", [0.5, most], [0.5, most]) { Form = CurveForm.Dashed, Emphasis = Emphasis.Faded },
                new("found", [.. bins.Select(bin => bin.Said)], [.. bins.Select(bin => bin.Found)])
                {
                    Low = [.. bins.Select(bin => bin.Low)],
                    High = [.. bins.Select(bin => bin.High)],
                    Form = CurveForm.Points,
                    Emphasis = Emphasis.Main,
                },
            ],
        };
    }

    private double LongerWins() =>
        _judged.Average(pair =>
            pair.Chosen.Length > pair.Rejected.Length ? 1
            : pair.Chosen.Length == pair.Rejected.Length ? 0.5
            : 0
        );

    private double LengthCorrelation()
    {
        double found = RankCorrelation.Spearman(
            [.. _chosen, .. _rejected],
            [
                .. _judged.Select(pair => (double)pair.Chosen.Length),
                .. _judged.Select(pair => (double)pair.Rejected.Length),
            ]
        );
        return double.IsFinite(found) ? found : 0;
    }

    private static (double Low, double High) Wilson(double share, int count)
    {
        MeanInterval interval = WilsonInterval.Of(share * count, count);
        return (interval.Low, interval.High);
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
