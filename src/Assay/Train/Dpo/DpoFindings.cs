using System.Globalization;
using Assay.Describe;
using Assay.Learning;
using Assay.Numerics;
using Assay.Preferences;
using Assay.Studies;

namespace Assay.Train;

/// <summary>What a training on pairs showed, as a page: the pairs, how hard they are, the way of the policy, and what it writes.</summary>
internal sealed record DpoFindings
{
    private const double Confidence = 0.95,
        HardShare = 0.99,
        Far = 20;

    public required DpoOptions Options { get; init; }
    public required PreferenceLoss Loss { get; init; }
    public required PairLabel Label { get; init; }
    public required PreferenceTokens Tokens { get; init; }
    public required PairProbabilities Reference { get; init; }
    public required PairProbabilities Policy { get; init; }
    public required ProbeReading Before { get; init; }
    public required PreferenceTrace Trace { get; init; }
    public required int Measured { get; init; }
    public required bool OnHeldOut { get; init; }
    public required IReadOnlyList<(string Prompt, string Start, string Policy)> Answers { get; init; }

    private ProbeReading After => new(Trace.Measures[^1]);

    private string MeasuredOn => OnHeldOut ? "held-out pairs" : "pairs of the training";

    public Study ToStudy()
    {
        bool pairs = Label.Pairs.Count > 0;
        return new()
        {
            Title = Text($"A policy trained on {Tokens.Pairs.Count:N0} preferences"),
            Answer = Answer(),
            Facts =
            [
                new("Reward accuracy", Text($"{After.Accuracy:P1}"), Interval(After.Accuracy)),
                new("Reward margin", Text($"{After.Margin:0.000}"), "beta times the difference of log-ratios"),
                new("Divergence", Text($"{After.Divergence:0.0} nats"), "of an answer, from the reference"),
                new("Ranking accuracy", Text($"{After.Ranking:P1}"), Text($"the reference's: {Before.Ranking:P1}")),
                .. pairs
                    ?
                    [
                        new Fact(
                            "Look turned round",
                            Text($"{Label.Suspects.Count:N0}"),
                            "labels of the training pairs"
                        ),
                        new Fact("Longer wins", Text($"{Label.LongerShare:P0}"), "of the training pairs"),
                    ]
                    : (Fact[])[],
            ],
            Panels =
            [
                Rewards(),
                Accuracies(),
                .. After.Divergence > 0 ? (Panel[])[Price()] : [],
                .. pairs ? (Panel[])[Difficulty(), Flips()] : [],
                .. Answers.Count > 0 ? (Panel[])[Written()] : [],
                .. pairs ? PairPanels.Panels(Label) : [],
            ],
            Notes = [.. Notes()],
        };
    }

    private string Answer()
    {
        MeanInterval wilson = Wilson(After.Accuracy);
        string learnt =
            wilson.Low > 0.5 ? "has learnt to tell chosen from rejected completions"
            : wilson.High < 0.5 ? "tells chosen from rejected completions worse than chance"
            : "has not been shown to tell chosen from rejected completions better than chance";
        return Text(
            $"The policy {learnt}: {After.Accuracy:P1} of {Measured:N0} {MeasuredOn}, {After.Divergence:0.0} nats from its reference. Its likelihoods rank {After.Ranking:P1} right; the reference's ranked {Before.Ranking:P1}."
        );
    }

    private IEnumerable<string> Notes()
    {
        yield return "Reward accuracy and margins are about pairs that others wrote. Whether answers got better only a judge of answers says: compare policies at equal divergence (assay judge win-rate, assay judge equal-kl).";
        if (!OnHeldOut)
            yield return "No pairs were held out: all measurements are of pairs that the policy was trained on.";
        if (After.Divergence > Far)
            yield return Text(
                $"The policy went far, {After.Divergence:0} nats: read what it writes, which may have fallen apart. A smaller learning rate, fewer epochs, a larger beta or 'nll' keep it nearer."
            );
        if (After.ChosenDrift < 0)
            yield return Text(
                $"Chosen completions have become less likely too (by {-After.ChosenDrift:0.0} nats, rejected ones by {-After.RejectedDrift:0.0}): usual for losses of differences; 'nll' holds them up."
            );
        if (Tokens.CutPrompts + Tokens.CutCompletions > 0)
            yield return Text(
                $"The context of {Options.Context:N0} tokens cut the beginning of {Tokens.CutPrompts:N0} prompts and the end of completions in {Tokens.CutCompletions:N0} places."
            );
        if (StartPolicy.IsProxy(Options.Model))
            yield return $"{Options.Model} was first trained on the chosen completions and knows nothing else: it shows whether the pairs can be learnt from, not how good a large model would become.";
    }

    private CurvePanel Rewards() =>
        new()
        {
            Title = "Rewards",
            Note = "Beta times the log-ratio of policy to reference, in the batches of the training (a running mean).",
            X = new("step"),
            Y = new("reward"),
            Curves =
            [
                Smooth("rejected", step => step.RejectedReward),
                Smooth("chosen", step => step.ChosenReward) with
                {
                    Emphasis = Emphasis.Main,
                },
            ],
            Levels = [new(0, "reference")],
        };

    private CurvePanel Accuracies() =>
        new()
        {
            Title = "Accuracy",
            Note =
                $"Reward accuracy: the chosen completion gained more. Ranking accuracy: it is the more likely one. Points are of {MeasuredOn}.",
            X = new("step"),
            Y = new("share", "share", Better.More),
            Curves =
            [
                Smooth("reward accuracy, in training", step => step.Accuracy) with
                {
                    Emphasis = Emphasis.Faded,
                },
                Held("ranking accuracy", reading => reading.Ranking) with
                {
                    Form = CurveForm.Dashed,
                },
                Held("reward accuracy", reading => reading.Accuracy) with
                {
                    Emphasis = Emphasis.Main,
                },
            ],
            Levels = [new(0.5, "chance")],
        };

    private CurvePanel Price()
    {
        ProbeReading[] readings =
        [
            .. Trace.Measures.Select(numbers => new ProbeReading(numbers)).OrderBy(reading => reading.Divergence),
        ];
        return new()
        {
            Title = "Accuracy by divergence",
            Note =
                "What was gained for how far the policy went, at each measurement: the points to lay beside those of another training.",
            X = new("nats from the reference"),
            Y = new("reward accuracy", "share", Better.More),
            Curves =
            [
                new(
                    "this training",
                    [0, .. readings.Select(reading => reading.Divergence)],
                    [0.5, .. readings.Select(reading => reading.Accuracy)]
                )
                {
                    Form = CurveForm.Points,
                    Emphasis = Emphasis.Main,
                },
            ],
            Levels = [new(0.5, "chance")],
        };
    }

    private CurvePanel Difficulty()
    {
        double[] sorted = [.. Pairs().Select(i => Reference.Rejected[i] - Reference.Chosen[i]).Order()];
        int points = Math.Min(200, sorted.Length);
        double[] x =

            [
                .. Enumerable
                    .Range(0, points)
                    .Select(i => sorted[(int)((long)i * (sorted.Length - 1) / Math.Max(1, points - 1))]),
            ],
            y = [.. Enumerable.Range(0, points).Select(i => (i + 1) / (double)points)];
        int hard = sorted.Count(c => Logistic.Sigmoid(Loss.Beta * c) > HardShare);
        return new()
        {
            Title = "Difficulty of the pairs",
            Note = Text(
                $"How much likelier the reference finds the rejected completion. To the right of 0 it ranks a pair wrong ({sorted.Count(c => c > 0) / (double)sorted.Length:P0}); {hard / (double)sorted.Length:P0} are out of reach: at beta {Loss.Beta:G3} a loss below 0.01 would be needed to turn them."
            ),
            X = new("difficulty, nats"),
            Y = new("share of pairs up to there", "share"),
            Curves = [new("pairs", x, y) { Form = CurveForm.Step, Emphasis = Emphasis.Main }],
            Marks = [new(0, "ranked right before it")],
        };
    }

    private TablePanel Flips()
    {
        int[] pairs = [.. Pairs()];
        RankingFlips flips = RankingFlips.Of(Of(Reference), Of(Policy));
        return new()
        {
            Title = "Rankings turned",
            Note = "Of the training pairs, by which completion is the more likely one.",
            Columns =
            [
                TableColumn.Of("before", ["right", "right", "wrong", "wrong"]),
                TableColumn.Of("after", ["right", "wrong", "right", "wrong"]),
                TableColumn.Of("pairs", [flips.StayedRight, flips.Lost, flips.Gained, flips.StayedWrong], 0),
                TableColumn.Of(
                    "share",
                    ((int[])[flips.StayedRight, flips.Lost, flips.Gained, flips.StayedWrong]).Select(count =>
                        count / (double)Math.Max(1, flips.Count)
                    ),
                    unit: "share"
                ),
            ],
        };

        PairProbabilities Of(PairProbabilities all) =>
            new([.. pairs.Select(i => all.Chosen[i])], [.. pairs.Select(i => all.Rejected[i])]);
    }

    private TablePanel Written() =>
        new()
        {
            Title = "What it writes",
            Note = $"Sampled at temperature 1 for prompts of {MeasuredOn}, with the same random numbers.",
            Columns =
            [
                TableColumn.Of("prompt ends", Answers.Select(answer => answer.Prompt)),
                TableColumn.Of("reference", Answers.Select(answer => answer.Start)),
                TableColumn.Of("policy", Answers.Select(answer => answer.Policy)),
            ],
        };

    private IEnumerable<int> Pairs() =>
        Enumerable
            .Range(0, Tokens.Pairs.Count)
            .Where(i => Tokens.Pairs[i].Chosen.Length > 0 && Tokens.Pairs[i].Rejected.Length > 0);

    private Curve Smooth(string name, Func<PreferenceStep, double> number)
    {
        int count = Trace.Steps.Count,
            window = Math.Max(1, count / 20);
        double sum = 0;
        double[] mean = new double[count];
        for (int i = 0; i < count; i++)
        {
            sum += number(Trace.Steps[i]) - (i >= window ? number(Trace.Steps[i - window]) : 0);
            mean[i] = sum / Math.Min(i + 1, window);
        }
        int every = Math.Max(1, count / 200);
        int[] shown = [.. Enumerable.Range(0, count).Where(i => i % every == every - 1 || i == count - 1)];
        return new(name, [.. shown.Select(i => i + 1.0)], [.. shown.Select(i => mean[i])]);
    }

    private Curve Held(string name, Func<ProbeReading, double> number) =>
        new(
            name,
            [.. Trace.Result.Evaluations.Select(evaluation => (double)evaluation.Step)],
            [.. Trace.Measures.Select(numbers => number(new(numbers)))]
        );

    private string Interval(double share)
    {
        MeanInterval interval = Wilson(share);
        return Text($"{interval.Low:P0} to {interval.High:P0}, of {Measured:N0} {MeasuredOn}; one half is chance");
    }

    private MeanInterval Wilson(double share) =>
        WilsonInterval.Of((int)Math.Round(share * Measured), Measured, Confidence);

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
