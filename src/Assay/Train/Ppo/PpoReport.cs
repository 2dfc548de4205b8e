using System.Globalization;
using System.Text;
using Assay.Learning;
using Assay.Models;
using Assay.Numerics;
using Assay.Studies;

namespace Assay.Train;

/// <summary>What PPO came to: the score and the way from the start on prompts that are the same before and after.</summary>
internal sealed class PpoReport
{
    private const int MostPrompts = 256,
        Examples = 8;
    private const double Confidence = 0.95,
        FewEnded = 0.5,
        Far = 15;
    private readonly LanguageModel _policy;
    private readonly Transformer _reference;
    private readonly CompletionReward _reward;
    private readonly int[][] _prompts;
    private readonly bool _isHeldOut;
    private readonly PpoOptions _options;
    private readonly RandomStream _random;
    private readonly CancellationToken _cancellation;
    private readonly Judged _before;
    private Judged _after;
    private IReadOnlyList<PpoIteration> _history = [];
    private int _trained,
        _cut;

    public PpoReport(
        LanguageModel policy,
        Transformer reference,
        CompletionReward reward,
        int[][] prompts,
        bool isHeldOut,
        PpoOptions options,
        RandomStream random,
        CancellationToken cancellation
    )
    {
        (_policy, _reference, _reward, _isHeldOut) = (policy, reference, reward, isHeldOut);
        (_options, _random, _cancellation) = (options, random, cancellation);
        // One prompt alone is asked twice: an interval needs two answers.
        _prompts = prompts.Length == 1 ? [prompts[0], prompts[0]] : [.. prompts.Take(MostPrompts)];
        _before = Judge(reference);
        _after = _before;
    }

    /// <summary>Means over held-out prompts, one sample each; none without them.</summary>
    public IReadOnlyList<Score> Scores =>
        _isHeldOut
            ? [new("score", _after.Score.Mean), new("score-before", _before.Score.Mean), new("kl", _after.Kl.Mean)]
            : [];

    /// <summary>Judges what the training came to.</summary>
    /// <param name="history">Its iterations.</param>
    /// <param name="prompts">Prompts it was trained on.</param>
    /// <param name="cut">How many of them were cut.</param>
    public void Finish(IReadOnlyList<PpoIteration> history, int prompts, int cut)
    {
        (_history, _trained, _cut) = (history, prompts, cut);
        _after = Judge(_policy.Transformer);
    }

    public Study Study()
    {
        PpoIteration last = _history[^1];
        string on = _isHeldOut ? "held-out prompts" : "prompts of the training";
        string worth = _reward.Model is null ? "Share of right answers" : "Score of the reward model";
        MeanInterval gain = MeanInterval.Of(
            [.. _after.Scores.Zip(_before.Scores, (after, before) => after - before)],
            Confidence
        );
        List<string> notes = [];
        if (_reward.Model is not null)
            notes.Add(
                "The score is what the reward model says, and the policy was trained to please it. Whether the answers are better has to be judged by something else: people, another judge, at the same divergence as what it is compared with."
            );
        if (last.Ended < FewEnded && _options.MissingEnd is null)
            notes.Add(
                Text(
                    $"Only {last.Ended:P0} of the completions ended by themselves; the others were cut after {_options.Sampling.MaxTokens:N0} tokens and scored as they stood."
                )
            );
        if (_history[0].Ended < FewEnded && _options.MissingEnd is not null)
            notes.Add(
                Text(
                    $"At the start {1 - _history[0].Ended:P0} of the completions were cut and got {_options.MissingEnd:G3}: what is learned first is to stop. Allow more tokens, or leave 'missing-end' empty."
                )
            );
        if (_after.Kl.Mean > Far)
            notes.Add(
                Text(
                    $"{_after.Kl.Mean:F0} nats are far away: answers like these were hardly compared when the reward was made. A dearer divergence (kl) keeps nearer."
                )
            );
        if (_options.Sampling.Temperature != 1)
            notes.Add(
                "Divergences are of the policy at temperature 1; what is sampled at another temperature is a little nearer or farther."
            );
        if (_cut > 0)
            notes.Add(Text($"{_cut:N0} of {_trained:N0} prompts lost their beginning to fit the context."));
        return new()
        {
            Title = "What the policy gained, and how far it went for it",
            Answer = Text(
                $"{worth} on {_prompts.Length:N0} {on}: {_before.Score.Mean:F3} before, {_after.Score.Mean:F3} after ({gain.Low:+0.000;-0.000} to {gain.High:+0.000;-0.000} of gain), at {_after.Kl.Mean:F2} nats an answer from the start."
            ),
            Facts =
            [
                new("Score", Text($"{_after.Score.Mean:F3}"), Text($"{_before.Score.Mean:F3} before; {on}")),
                new(
                    "Divergence",
                    Text($"{_after.Kl.Mean:F2} nats"),
                    Text($"{_after.Kl.Low:F2} to {_after.Kl.High:F2}, an answer")
                ),
                new("Length", Text($"{_after.Length:F1} tokens"), Text($"{_before.Length:F1} before")),
                new("Ended", Text($"{last.Ended:P0}"), "of the last iteration's completions"),
                new("Clipped", Text($"{last.ClipFraction:P1}"), "of its tokens"),
            ],
            Panels =
            [
                Curve("Score by iteration", worth.ToLowerInvariant(), "", Better.More, one => one.Score),
                Curve(
                    "Divergence by iteration",
                    "divergence",
                    "nats",
                    Better.Less,
                    one => one.Kl,
                    "Nats an answer from the starting policy, estimated from the samples."
                ),
                Curve("Length by iteration", "tokens of a completion", "", Better.Neither, one => one.Length),
                Curve(
                    "Entropy by iteration",
                    "entropy of a token",
                    "nats",
                    Better.Neither,
                    one => one.Entropy,
                    "Near 0 the policy always says the same."
                ),
                Curve(
                    "Clipped tokens by iteration",
                    "clipped",
                    "share",
                    Better.Neither,
                    one => one.ClipFraction,
                    "Above a fifth, the steps are too large or too many."
                ),
                Answers(),
                History(),
            ],
            Notes = notes,
        };
    }

    private Judged Judge(Transformer who)
    {
        IReadOnlyList<Rollout> rollouts = Rollouts.Sample(who, _prompts, _options.Sampling, _random, _cancellation);
        IReadOnlyList<float[]> reference = Rollouts.LogProbabilities(_reference, rollouts, cancellation: _cancellation);
        double[] scores = [.. _reward.Score(rollouts, _cancellation)],
            kl =
            [.. rollouts.Select((rollout, i) => TokenRewards.LogRatios(rollout.LogProbabilities, reference[i]).Sum())];
        return new(
            rollouts,
            scores,
            MeanInterval.Of(scores, Confidence),
            MeanInterval.Of(kl, Confidence),
            rollouts.Average(rollout => rollout.Completion.Length)
        );
    }

    private CurvePanel Curve(
        string title,
        string name,
        string unit,
        Better better,
        Func<PpoIteration, double> of,
        string note = ""
    ) =>
        new()
        {
            Title = title,
            Note = note,
            X = new("iteration"),
            Y = new(name, unit, better),
            Curves =
            [
                new(name, [.. _history.Select(one => (double)one.Iteration)], [.. _history.Select(of)])
                {
                    Emphasis = Emphasis.Main,
                },
            ],
        };

    private TablePanel Answers() =>
        new()
        {
            Title = "Answers before and after",
            Note = "One sample each, drawn with the same random numbers.",
            Columns =
            [
                TableColumn.Of("prompt", Rows(i => Words(_prompts[i]))),
                TableColumn.Of("before", Rows(i => Words(_before.Rollouts[i].Completion))),
                TableColumn.Of("after", Rows(i => Words(_after.Rollouts[i].Completion))),
                TableColumn.Of("score before", Rows(i => _before.Scores[i]), 2),
                TableColumn.Of("score after", Rows(i => _after.Scores[i]), 2),
            ],
        };

    private TablePanel History() =>
        new()
        {
            Title = "Iterations",
            Shown = 10,
            Columns =
            [
                TableColumn.Of("iteration", _history.Select(one => (double)one.Iteration), 0),
                TableColumn.Of("score", _history.Select(one => one.Score), 3),
                TableColumn.Of("return", _history.Select(one => one.Return), 3),
                TableColumn.Of("kl", _history.Select(one => one.Kl), 2, unit: "nats"),
                TableColumn.Of("length", _history.Select(one => one.Length), 1),
                TableColumn.Of("ended", _history.Select(one => one.Ended), unit: "share"),
                TableColumn.Of("entropy", _history.Select(one => one.Entropy), 3, unit: "nats"),
                TableColumn.Of("clipped", _history.Select(one => one.ClipFraction), unit: "share"),
                TableColumn.Of("policy loss", _history.Select(one => one.PolicyLoss), 4),
                TableColumn.Of("value loss", _history.Select(one => one.ValueLoss), 4),
                TableColumn.Of("explained", _history.Select(one => one.Explained), 2),
            ],
        };

    private IEnumerable<T> Rows<T>(Func<int, T> of) =>
        Enumerable.Range(0, Math.Min(Examples, _prompts.Length)).Select(of);

    private string Words(IReadOnlyList<int> tokens) => Encoding.UTF8.GetString(_reward.Text(tokens));

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    private sealed record Judged(
        IReadOnlyList<Rollout> Rollouts,
        double[] Scores,
        MeanInterval Score,
        MeanInterval Kl,
        double Length
    );
}
