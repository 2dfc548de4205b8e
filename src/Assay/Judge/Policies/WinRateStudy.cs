using System.Globalization;
using Assay.Numerics;
using Assay.Studies;

namespace Assay.Judge;

/// <summary>Win rates as a study: the answer, rates raw and at equal length, length and order bias.</summary>
internal static class WinRateStudy
{
    private const int MostLines = 12;

    public static Study Of(
        IReadOnlyList<WinShare> shares,
        IReadOnlyList<PolicyComparison> comparisons,
        ControlledRates? controlled,
        IReadOnlyList<string> notes,
        WinRateOptions options
    )
    {
        WinShare best = shares[0];
        OrderBias? order = OrderBias.Of(comparisons, options.Confidence);
        IReadOnlyList<string> extrapolated = controlled?.Control.Extrapolated() ?? [];
        return new()
        {
            Title = "Win rates",
            Answer = AnswerOf(best, shares.Count, controlled),
            Facts =
            [
                new("Win rate", Share(best.Rate.Mean), Text($"{best.Policy}, {Range(best.Rate)}")),
                .. controlled?.Of(best.Policy) is { } rate
                    ? (Fact[])[new("At equal length", Share(rate.Mean), Range(rate))]
                    : [],
                new("Prompts", Text($"{best.Prompts:N0}"), Text($"{best.Ties:N0} of them tied")),
                .. controlled is null
                    ? (Fact[])[]
                    :
                    [
                        new(
                            "Length slope",
                            Text($"{controlled.Slope.Mean:0.000}"),
                            Text(
                                $"{controlled.Slope.Low:0.000} to {controlled.Slope.High:0.000}; a doubled length at 50 % is worth {Share(Assay.Learning.Logistic.Sigmoid(controlled.Slope.Mean * Math.Log(2)))}"
                            )
                        ),
                    ],
                .. order is null
                    ? (Fact[])[]
                    :
                    [
                        new("First answer preferred", Share(order.First.Mean), Range(order.First)),
                        .. order.Both > 0
                            ? (Fact[])
                                [
                                    new(
                                        "Same verdict in both orders",
                                        Share((double)order.Consistent / order.Both),
                                        Text($"of {order.Both:N0} pairs")
                                    ),
                                ]
                            : [],
                    ],
            ],
            Panels =
            [
                new IntervalPanel
                {
                    Title = "Win rate",
                    Note =
                        $"Against {best.Baseline}; a tie is half a win. {Share(options.Confidence)} intervals over prompts.",
                    Axis = new("win rate", "share", Better.More),
                    Lines =
                    [
                        .. shares
                            .Take(MostLines)
                            .SelectMany(share =>
                                controlled?.Of(share.Policy) is { } rate
                                    ? (IntervalLine[])
                                        [
                                            new(share.Policy, share.Rate, true),
                                            new($"{share.Policy}, equal length", rate),
                                        ]
                                    : [new(share.Policy, share.Rate, true)]
                            ),
                    ],
                },
                Table(shares, controlled, extrapolated),
            ],
            Notes = [.. notes, .. NotesOf(best, shares, controlled, order, extrapolated)],
        };
    }

    private static string AnswerOf(WinShare best, int policies, ControlledRates? controlled)
    {
        string verdict =
            best.Rate.Low > 0.5 ? "is preferred to"
            : best.Rate.High < 0.5 ? "is not preferred to"
            : "cannot be told from";
        string answer = Text(
            $"{(policies > 1 ? $"Of {policies} policies the best, " : "")}'{best.Policy}' {verdict} '{best.Baseline}': it wins {Share(best.Rate.Mean)} ({Range(best.Rate)})."
        );
        return controlled?.Of(best.Policy) is not { } rate
            ? answer
            : answer
                + Text(
                    $" Between answers of equal length it would win {Share(rate.Mean)} ({Range(rate)}){((best.Rate.Mean > 0.5) == (rate.Mean > 0.5) ? "" : ", so that length decides")}."
                );
    }

    private static TablePanel Table(
        IReadOnlyList<WinShare> shares,
        ControlledRates? controlled,
        IReadOnlyList<string> extrapolated
    ) =>
        new()
        {
            Title = "All policies",
            Note =
                "Rates in per cent of prompts. The standard error is that of a mean over prompts; the length ratio is the geometric mean over prompts.",
            Columns =
            [
                TableColumn.Of("policy", shares.Select(share => share.Policy)),
                TableColumn.Of("win rate", shares.Select(share => share.Rate.Mean), 1, "share"),
                TableColumn.Of("low", shares.Select(share => share.Rate.Low), 1, "share"),
                TableColumn.Of("high", shares.Select(share => share.Rate.High), 1, "share"),
                TableColumn.Of("standard error", shares.Select(share => share.StandardError), 2, "share"),
                TableColumn.Of("wins", shares.Select(share => (double)share.Wins), 0),
                TableColumn.Of("ties", shares.Select(share => (double)share.Ties), 0),
                TableColumn.Of("losses", shares.Select(share => (double)share.Losses), 0),
                .. controlled is null
                    ? (TableColumn[])[]
                    :
                    [
                        TableColumn.Of(
                            "equal length",
                            shares.Select(share => controlled.Of(share.Policy)?.Mean ?? double.NaN),
                            1,
                            "share"
                        ),
                        TableColumn.Of(
                            "equal length, low",
                            shares.Select(share => controlled.Of(share.Policy)?.Low ?? double.NaN),
                            1,
                            "share"
                        ),
                        TableColumn.Of(
                            "equal length, high",
                            shares.Select(share => controlled.Of(share.Policy)?.High ?? double.NaN),
                            1,
                            "share"
                        ),
                        TableColumn.Of("mean length", shares.Select(share => share.MeanLength), 0),
                        TableColumn.Of("length ratio", shares.Select(share => Math.Exp(share.MeanLogRatio)), 2),
                        TableColumn.Of(
                            "extrapolated",
                            shares.Select(share => extrapolated.Contains(share.Policy) ? "yes" : "")
                        ),
                    ],
            ],
            Shown = 60,
            Chosen = 0,
        };

    private static IEnumerable<string> NotesOf(
        WinShare best,
        IReadOnlyList<WinShare> shares,
        ControlledRates? controlled,
        OrderBias? order,
        IReadOnlyList<string> extrapolated
    )
    {
        if (extrapolated.Count > 0)
            yield return $"Answers of {string.Join(", ", extrapolated)} are of lengths that no other's are: the rate at equal length is extrapolated, and may be far off.";
        if (controlled is not null)
            yield return "Length control takes the effect of length to be log-linear and the same for all. A policy whose answers are long because they are better is set back with those that are only long.";
        if (order is { First: { Low: > 0.5 } or { High: < 0.5 } })
            yield return Text(
                $"The judge favours the answer that it sees {(order.First.Mean > 0.5 ? "first" : "second")} ({Share(order.First.Mean)} of the first are preferred)."
            );
        if (order is { Both: 0 })
            yield return "No pair was judged in both orders: a policy that stood first more often has the judge's order bias in its rate.";
        if (shares.Count > 1)
            yield return "The best of many policies is chosen for its luck as well: its interval is for itself alone.";
        if (best.Prompts < 100 && best.Rate.High - best.Rate.Low > 0.15)
            yield return Text(
                $"{best.Prompts} prompts tell apart little: at 100 the interval is about 10 points each way."
            );
    }

    private static string Share(double value) => value.ToString("P1", CultureInfo.InvariantCulture);

    private static string Range(MeanInterval interval) => $"{Share(interval.Low)} to {Share(interval.High)}";

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
