using System.Globalization;
using System.Text;
using Assay.Learning;
using Assay.Numerics;
using Assay.Studies;

namespace Assay.Make;

/// <summary>What choosing gains with N, by the reward that chooses and by the judge: the curve of over-optimisation.</summary>
internal sealed class BestOfNReport
{
    private const double Confidence = 0.95;
    private const int Examples = 8;
    private readonly SampledPrompt[] _sampled;
    private readonly IReadOnlyList<byte[]> _prompts;
    private readonly int _cut;
    private readonly BestOfNOptions _options;
    private readonly Choice[] _choices;

    public BestOfNReport(SampledPrompt[] sampled, IReadOnlyList<byte[]> prompts, int cut, BestOfNOptions options)
    {
        (_sampled, _prompts, _cut, _options) = (sampled, prompts, cut, options);
        List<int> sizes = [];
        for (int n = 1; n < options.N; n *= 2)
            sizes.Add(n);
        _choices =
        [
            .. sizes
                .Append(options.N)
                .Select(n => new Choice(
                    n,
                    BestOfN.Kl(n),
                    Mean(samples => BestOfN.Expected(samples.Scores, samples.Scores, n)),
                    Mean(samples => BestOfN.Expected(samples.Scores, samples.Judged, n))
                )),
        ];
    }

    private bool IsJudged => _options.Judge.Length > 0;

    public Study Study()
    {
        Choice one = _choices[0],
            last = _choices[^1],
            peak = _choices.MaxBy(choice => choice.Judged.Mean)!;
        MeanInterval lost = Mean(samples =>
            BestOfN.Expected(samples.Scores, samples.Judged, peak.N)
            - BestOfN.Expected(samples.Scores, samples.Judged, last.N)
        );
        List<string> notes =
        [
            "Means are over all choices of N of the samples, so that each N uses all of them. Intervals are over prompts.",
        ];
        if (!IsJudged)
            notes.Add(
                "The score of what was chosen by it says nothing about whether it is better. A reward model that was fitted to other comparisons (judge) shows where choosing harder stops helping."
            );
        if (_options.Temperature != 1)
            notes.Add(
                Text(
                    $"The divergence is from single samples at temperature {_options.Temperature:G3}, not from the model at 1."
                )
            );
        if (_cut > 0)
            notes.Add(Text($"{_cut:N0} of {_prompts.Count:N0} prompts lost their beginning to fit the context."));
        double ended = _sampled.Average(samples => samples.Ended.Average(end => end ? 1.0 : 0));
        string answer = Text(
            $"The best of {last.N} scores {last.Score.Mean:F3}, one sample {one.Score.Mean:F3}, at {last.Kl:F2} nats from one sample."
        );
        if (IsJudged)
            answer +=
                " "
                + (
                    peak.N == last.N
                        ? Text(
                            $"By the judge it is {last.Judged.Mean:F3} against {one.Judged.Mean:F3}, and choosing harder has not stopped helping."
                        )
                    : lost.Low > 0
                        ? Text(
                            $"By the judge the best of {peak.N} is worth most ({peak.Judged.Mean:F3}); from there to {last.N} {lost.Mean:F3} is lost: choose less hard."
                        )
                    : Text(
                        $"By the judge the best of {peak.N} is worth most ({peak.Judged.Mean:F3}), but not by more than the noise ({last.Judged.Mean:F3} at {last.N})."
                    )
                );
        return new()
        {
            Title = "What the best of several samples is worth",
            Answer = answer,
            Facts =
            [
                new("Prompts", Text($"{_prompts.Count:N0}"), Text($"{_options.N} samples each")),
                new("Score", Text($"{last.Score.Mean:F3}"), Text($"{one.Score.Mean:F3} of one sample")),
                new("Divergence", Text($"{last.Kl:F2} nats"), "ln N - (N - 1) / N"),
                new("Ended", Text($"{ended:P0}"), "of the samples, by themselves"),
                .. IsJudged
                    ? (Fact[])[new("Lost after the peak", Text($"{lost.Mean:F3}"), Text($"peak at best of {peak.N}"))]
                    : [],
            ],
            Panels = [Curves(), Table(), First()],
            Notes = notes,
        };
    }

    private CurvePanel Curves() =>
        new()
        {
            Title = "Gain by divergence",
            Note = IsJudged
                ? "From one sample. Where the judge's line leaves the score's and falls, the reward is being fooled."
                : "From one sample, by the score itself.",
            X = new("divergence", "nats"),
            Y = new("gain over one sample", "", Better.More),
            Curves =
            [
                .. IsJudged
                    ? (Curve[])
                        [
                            Of("by the reward", samples => samples.Scores) with
                            {
                                Form = CurveForm.Dashed,
                            },
                            Of("by the judge", samples => samples.Judged) with
                            {
                                Emphasis = Emphasis.Main,
                            },
                        ]
                    : [Of("by the reward", samples => samples.Scores) with { Emphasis = Emphasis.Main }],
            ],
        };

    private Curve Of(string name, Func<SampledPrompt, double[]> worth)
    {
        MeanInterval[] gains =
        [
            .. _choices.Select(choice =>
                Mean(samples => BestOfN.Expected(samples.Scores, worth(samples), choice.N) - worth(samples).Average())
            ),
        ];
        return new(name, [.. _choices.Select(choice => choice.Kl)], [.. gains.Select(gain => gain.Mean)])
        {
            Low = [.. gains.Select(gain => gain.Low)],
            High = [.. gains.Select(gain => gain.High)],
        };
    }

    private TablePanel Table() =>
        new()
        {
            Title = "Best of N",
            Columns =
            [
                TableColumn.Of("N", _choices.Select(choice => (double)choice.N), 0),
                TableColumn.Of("divergence", _choices.Select(choice => choice.Kl), 3, "nats"),
                TableColumn.Of("score", _choices.Select(choice => choice.Score.Mean), 3),
                .. IsJudged
                    ?
                    [
                        TableColumn.Of("judged", _choices.Select(choice => choice.Judged.Mean), 3),
                        TableColumn.Of("judged, low", _choices.Select(choice => choice.Judged.Low), 3),
                        TableColumn.Of("judged, high", _choices.Select(choice => choice.Judged.High), 3),
                    ]
                    : Array.Empty<TableColumn>(),
            ],
        };

    private TablePanel First()
    {
        int[] rows = [.. Enumerable.Range(0, Math.Min(Examples, _sampled.Length))];
        return new()
        {
            Title = "First prompts",
            Note = "The rows that were made are in rows.jsonl.",
            Columns =
            [
                TableColumn.Of("prompt", rows.Select(row => Encoding.UTF8.GetString(_prompts[row]))),
                TableColumn.Of("best", rows.Select(row => Words(row, _sampled[row].Best))),
                TableColumn.Of("score", rows.Select(row => _sampled[row].Scores[_sampled[row].Best]), 2),
                TableColumn.Of("worst", rows.Select(row => Words(row, _sampled[row].Worst))),
                TableColumn.Of("its score", rows.Select(row => _sampled[row].Scores[_sampled[row].Worst]), 2),
            ],
        };
    }

    private string Words(int row, int sample) => Encoding.UTF8.GetString(_sampled[row].Texts[sample]);

    private MeanInterval Mean(Func<SampledPrompt, double> of) =>
        _sampled.Length > 1
            ? MeanInterval.Of([.. _sampled.Select(of)], Confidence)
            : MeanInterval.Exact(of(_sampled[0]));

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    private sealed record Choice(int N, double Kl, MeanInterval Score, MeanInterval Judged);
}
