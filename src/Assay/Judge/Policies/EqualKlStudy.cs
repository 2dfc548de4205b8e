using System.Globalization;
using Assay.Numerics;
using Assay.Studies;

namespace Assay.Judge;

/// <summary>Arms at equal divergence as a study: the verdict, the curves, the differences, how far each arm went.</summary>
internal static class EqualKlStudy
{
    private const int MostLines = 8,
        Divergences = 5,
        DrawnPoints = 60;

    public static Study Of(PolicyPoint[] points, PolicyCurves curves, EqualKlOptions options)
    {
        string against = options.Against.Length > 0 ? options.Against : curves.Arms[0];
        string[] others = [.. curves.Arms.Where(arm => arm != against)];
        PolicyDifference[] overall = [.. others.Select(arm => curves.Difference(arm, against, options.Confidence))];
        // Where all begin, as a rule at the reference itself, there is nothing to compare.
        double[] at =
            options.At.Count > 0
                ? [.. options.At.Order()]
                : [.. Evenly(curves.Overlap(curves.Arms), Divergences + 1).Skip(1)];
        PolicyDifference[] differences =
        [
            .. others.SelectMany(arm => at.Select(kl => curves.Difference(arm, against, kl, options.Confidence))),
        ];
        (double Low, double High)? shared = curves.Overlap(curves.Arms);
        return new()
        {
            Title = "Policies at equal KL",
            Answer = string.Join(" ", overall.Select(Verdict)),
            Facts =
            [
                new("Arms", Text($"{curves.Arms.Count}"), Text($"{points.Length} policies")),
                new("Seeds", Text($"{curves.Seeds.Count}"), "differences are paired by seed"),
                new(
                    "KL that all arms cover",
                    shared is { } range ? Text($"{range.Low:0.###} to {range.High:0.###}") : "none",
                    "nats; nothing is said beyond it"
                ),
            ],
            Panels =
            [
                Drawn(curves, against, at, options),
                new IntervalPanel
                {
                    Title = $"Difference to {against}",
                    Note =
                        $"At equal KL, paired by seed; the first line of an arm is the mean over all KL that it and {against} share. {Share(options.Confidence)} intervals over seeds, each for itself.",
                    Axis = new("difference in reward", Better: Better.More),
                    IsDifference = true,
                    Lines =
                    [
                        .. others.SelectMany(
                            (arm, i) =>
                                ((PolicyDifference[])[overall[i], .. differences.Where(one => one.Arm == arm)])
                                    .Where(one => one.Value is not null)
                                    .Select(one => new IntervalLine(
                                        $"{arm}, {Where(one)}",
                                        one.Value!.Value,
                                        one == overall[i]
                                    ))
                        ),
                    ],
                },
                Table(curves, against, [.. overall, .. differences]),
                Reaches(points, curves, options),
            ],
            Notes = [.. NotesOf(points, curves, against, overall, options)],
        };
    }

    private static string Verdict(PolicyDifference one)
    {
        string pair = $"'{one.Arm}' and '{one.Against}'";
        if (one.Range is not { } range)
            return $"{pair} cannot be compared: no KL was reached by both.";
        if (one.Value is not { } value)
            return $"{pair} cannot be compared: they have no seed in common.";
        string over = Text($"at equal KL ({range.Low:0.##} to {range.High:0.##} nats)"),
            by = Text($"{Math.Abs(value.Mean):0.####}"),
            direction = value.Mean >= 0 ? "above" : "below";
        return one.BySeed.Count < 2
                ? $"'{one.Arm}' is {by} {direction} '{one.Against}' {over}, from one seed: that says nothing of chance."
            : one.Sign != 0
                ? Text(
                    $"'{one.Arm}' is {(one.Sign > 0 ? "better" : "worse")} than '{one.Against}' {over}, by {by} ({value.Low:0.####} to {value.High:0.####})."
                )
            : Text(
                $"Whether '{one.Arm}' or '{one.Against}' is better {over} is undecided: {value.Mean:0.####} ({value.Low:0.####} to {value.High:0.####})."
            );
    }

    private static CurvePanel Drawn(PolicyCurves curves, string against, double[] at, EqualKlOptions options) =>
        new()
        {
            Title = "Reward by KL",
            Note =
                $"Lines are means over seeds where all seeds of an arm were measured, with {Share(options.Confidence)} intervals; points are the policies themselves."
                + (options.Envelope ? " A line is the most that was reached within so much KL." : ""),
            X = new("KL to the reference", "nats"),
            Y = new("reward", Better: Better.More),
            Curves =
            [
                .. curves
                    .Arms.Index()
                    .OrderBy(arm => arm.Item == against)
                    .SelectMany(arm => Lines(curves, arm.Item, arm.Index, against, options)),
            ],
            Marks = [.. at.Select(kl => new Mark(kl, ""))],
        };

    private static IEnumerable<Curve> Lines(
        PolicyCurves curves,
        string arm,
        int place,
        string against,
        EqualKlOptions options
    )
    {
        Emphasis emphasis =
            arm == against ? Emphasis.Main
            : place < MostLines ? Emphasis.Plain
            : Emphasis.Faded;
        IReadOnlyList<PolicyCurve> seeds = curves.Of(arm);
        double[] kl = Evenly(curves.Overlap(arm), DrawnPoints);
        if (kl.Length > 1)
        {
            double[][] rewards = [.. kl.Select(at => curves.At(arm, at).ToArray())];
            MeanInterval[]? bands =
                seeds.Count > 1 ? [.. rewards.Select(each => MeanInterval.Of(each, options.Confidence))] : null;
            yield return new(arm, kl, [.. rewards.Select(each => each.Average())])
            {
                Group = arm,
                Emphasis = emphasis,
                Low = bands?.Select(band => band.Low).ToArray(),
                High = bands?.Select(band => band.High).ToArray(),
            };
        }
        (double Kl, double Reward)[] policies =
        [
            .. seeds.SelectMany(seed => seed.Kl.Zip(seed.Reward)).OrderBy(policy => policy.First),
        ];
        yield return new(
            kl.Length > 1 ? $"{arm}, policies" : arm,
            [.. policies.Select(policy => policy.Kl)],
            [.. policies.Select(policy => policy.Reward)]
        )
        {
            Group = arm,
            Form = CurveForm.Points,
            Emphasis = emphasis,
        };
    }

    private static TablePanel Table(PolicyCurves curves, string against, PolicyDifference[] differences) =>
        new()
        {
            Title = "Rewards at equal KL",
            Note = "A row without a difference: an arm has no policy at that KL or beyond it, and none is made up.",
            Columns =
            [
                TableColumn.Of("arm", differences.Select(one => one.Arm)),
                TableColumn.Of("KL from", differences.Select(one => one.Range?.Low ?? double.NaN), 3),
                TableColumn.Of("KL to", differences.Select(one => one.Range?.High ?? double.NaN), 3),
                TableColumn.Of("reward", differences.Select(one => Reward(one.Arm, one, curves)), 4),
                TableColumn.Of($"{against}", differences.Select(one => Reward(against, one, curves)), 4),
                TableColumn.Of("difference", differences.Select(one => one.Value?.Mean ?? double.NaN), 4),
                TableColumn.Of("low", differences.Select(one => one.Value?.Low ?? double.NaN), 4),
                TableColumn.Of("high", differences.Select(one => one.Value?.High ?? double.NaN), 4),
                TableColumn.Of("seeds", differences.Select(one => (double)one.BySeed.Count), 0),
                TableColumn.Of(
                    "verdict",
                    differences.Select(one =>
                        one.Value is null ? "not covered"
                        : one.BySeed.Count < 2 ? "one seed"
                        : one.Sign > 0 ? "better"
                        : one.Sign < 0 ? "worse"
                        : "undecided"
                    )
                ),
            ],
        };

    // An arm whose mean reward turns down as it goes further has been optimised beyond what its reward knows.
    private static TablePanel Reaches(PolicyPoint[] points, PolicyCurves curves, EqualKlOptions options)
    {
        (string Arm, double Peak, double At, double Last, MeanInterval? Fall)[] reaches =
        [
            .. curves.Arms.Select(arm =>
            {
                double[] kl = Evenly(curves.Overlap(arm), DrawnPoints);
                if (kl.Length == 0)
                    return (arm, double.NaN, double.NaN, double.NaN, (MeanInterval?)null);
                double peak = kl.MaxBy(at => curves.At(arm, at).Average());
                double[] falls = [.. curves.Of(arm).Select(seed => seed.At(peak) - seed.At(kl[^1]))];
                return (
                    arm,
                    curves.At(arm, peak).Average(),
                    peak,
                    curves.At(arm, kl[^1]).Average(),
                    falls.Length > 1 ? MeanInterval.Of(falls, options.Confidence) : MeanInterval.Exact(falls[0])
                );
            }),
        ];
        return new()
        {
            Title = "How far each arm went",
            Note =
                "The peak of the mean curve where all seeds of the arm were measured, and how far the reward has fallen from it at the end: what was lost by pushing on.",
            Columns =
            [
                TableColumn.Of("arm", reaches.Select(one => one.Arm)),
                TableColumn.Of(
                    "policies",
                    reaches.Select(one => (double)points.Count(point => point.Arm == one.Arm)),
                    0
                ),
                TableColumn.Of("least KL", reaches.Select(one => curves.Of(one.Arm).Min(curve => curve.Low)), 3),
                TableColumn.Of("largest KL", reaches.Select(one => curves.Of(one.Arm).Max(curve => curve.High)), 3),
                TableColumn.Of("peak", reaches.Select(one => one.Peak), 4),
                TableColumn.Of("KL at the peak", reaches.Select(one => one.At), 3),
                TableColumn.Of("reward at the end", reaches.Select(one => one.Last), 4),
                TableColumn.Of("fall", reaches.Select(one => one.Fall?.Mean ?? double.NaN), 4),
                TableColumn.Of("fall, low", reaches.Select(one => one.Fall?.Low ?? double.NaN), 4),
                TableColumn.Of("fall, high", reaches.Select(one => one.Fall?.High ?? double.NaN), 4),
            ],
        };
    }

    private static IEnumerable<string> NotesOf(
        PolicyPoint[] points,
        PolicyCurves curves,
        string against,
        PolicyDifference[] overall,
        EqualKlOptions options
    )
    {
        foreach (PolicyDifference one in overall.Where(one => one.Range is null))
            yield return Text(
                $"'{one.Arm}' was measured at KL {Span(curves, one.Arm)}, '{against}' at {Span(curves, against)}: they do not overlap. Train one of them harder or less hard."
            );
        foreach (PolicyDifference one in overall)
            if (
                one.Range is { } range
                && ((string[])[one.Arm, against]).FirstOrDefault(arm => Covered(curves, arm, range) < 0.5) is { } arm
            )
                yield return Text(
                    $"Less than half of what '{arm}' covers is compared: '{one.Arm}' and '{against}' share KL {range.Low:0.##} to {range.High:0.##} only."
                );
        if (curves.Seeds.Count < 3)
            yield return Text(
                $"{curves.Seeds.Count} {(curves.Seeds.Count == 1 ? "seed says" : "seeds say")} little about chance; three or more do."
            );
        string[] unpaired = [.. curves.Arms.Where(arm => curves.Of(arm).Count < curves.Seeds.Count)];
        if (unpaired.Length > 0)
            yield return $"Not run in all seeds, and compared in those that both have: {string.Join(", ", unpaired)}.";
        if (overall.Length > 1)
            yield return Text(
                $"{overall.Length} arms are compared with '{against}', each at {Share(options.Confidence)} for itself: of so many one may stand out by chance."
            );
        if (points.Any(point => point.Kl < 0))
            yield return Text(
                $"The least KL is {points.Min(point => point.Kl):0.###}: a divergence below 0 is an estimate's noise. Average over more samples."
            );
        if (options.Envelope)
            yield return "A running maximum of noisy rewards is too good, more so for an arm with more policies; and over-optimisation cannot be seen in it.";
    }

    private static double Covered(PolicyCurves curves, string arm, (double Low, double High) range)
    {
        double whole = curves.Of(arm).Max(curve => curve.High) - curves.Of(arm).Min(curve => curve.Low);
        return whole > 0 ? (range.High - range.Low) / whole : 1;
    }

    private static string Span(PolicyCurves curves, string arm) =>
        Text($"{curves.Of(arm).Min(curve => curve.Low):0.##} to {curves.Of(arm).Max(curve => curve.High):0.##}");

    private static double Reward(string arm, PolicyDifference one, PolicyCurves curves) =>
        one.Range is { } range
        && curves
            .Of(arm)
            .Select(curve => curve.Mean(range.Low, range.High))
            .Where(reward => !double.IsNaN(reward))
            .ToArray()
            is { Length: > 0 } rewards
            ? rewards.Average()
            : double.NaN;

    private static string Where(PolicyDifference one) =>
        one.Range is not { } range ? ""
        : range.Low == range.High ? Text($"KL {range.Low:0.###}")
        : Text($"KL {range.Low:0.##} to {range.High:0.##}");

    private static double[] Evenly((double Low, double High)? range, int count) =>
        range is not { } over ? []
        : over.Low == over.High ? [over.Low]
        :
        [
            .. Enumerable
                .Range(0, count)
                .Select(i => i == count - 1 ? over.High : over.Low + (over.High - over.Low) * i / (count - 1)),
        ];

    private static string Share(double value) => value.ToString("P0", CultureInfo.InvariantCulture);

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
