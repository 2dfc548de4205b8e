using System.Globalization;
using Assay.Learning;
using Assay.Numerics;
using Assay.Studies;

namespace Assay.Train;

/// <summary>What a training on verified answers showed, as a study.</summary>
internal static class GrpoStudy
{
    /// <summary>The rule in a few words.</summary>
    public static string RuleOf(GrpoOptions options) =>
        options.Estimator switch
        {
            AdvantageRule.Grpo => "GRPO",
            AdvantageRule.DrGrpo => "Dr. GRPO",
            AdvantageRule.Rloo => "RLOO",
            AdvantageRule.ReinforcePlusPlus => "REINFORCE++",
            AdvantageRule.ReinforcePlusPlusBaseline => "REINFORCE++ with a baseline",
            AdvantageRule.Remax => "ReMax",
            _ => Text(
                $"CANON by {options.Measure.ToString().ToLowerInvariant()}, {(options.MuSchedule == MuShape.Constant ? $"mu {Number(options.Mu)}" : "scheduled mu")}{(options.Alpha == 1 ? "" : $", alpha {Number(options.Alpha)}")}"
            ),
        };

    /// <summary>The schedule of mu, with the published shares of warm-up and restarts.</summary>
    public static MuSchedule ScheduleOf(GrpoOptions options) =>
        new(
            options.MuSchedule,
            options.Mu,
            Math.Max(1, options.Iterations / 5),
            Math.Max(options.Iterations, Math.Max(1, options.Iterations / 5) + 1)
        );

    public static Study Of(GrpoOptions options, GroupTrace trace, PolicyExam? before, PolicyExam? after, int tasks)
    {
        double[] at = [.. Enumerable.Range(1, trace.Iterations.Count).Select(i => (double)i)];
        return new()
        {
            Title = "Learning from verified answers",
            Answer = AnswerOf(options, trace, before, after),
            Facts = FactsOf(trace, before, after),
            Panels =
            [
                Curves(
                    "Accuracy",
                    "Of the completions that each iteration sampled, before it learned from them; the darker line is a mean over ten.",
                    new("mean reward", "share", Better.More),
                    at,
                    trace,
                    iteration => iteration.Reward,
                    "accuracy",
                    before is null || after is null
                        ? []
                        : [new(before.Sampled.Mean, "held out, before"), new(after.Sampled.Mean, "held out, after")]
                ),
                Curves(
                    "Length",
                    "Tokens of a completion, with its end.",
                    new("tokens"),
                    at,
                    trace,
                    iteration => iteration.Length,
                    "length",
                    []
                ),
                Curves(
                    "Entropy",
                    "Nats a token. Where it falls to nothing, all completions of a prompt are alike and there is nothing left to compare.",
                    new("entropy", "nats"),
                    at,
                    trace,
                    iteration => iteration.Entropy,
                    "entropy",
                    []
                ),
                Shares(at, trace, options),
                .. after is null || before is null ? (Panel[])[] : [Examples(before, after)],
                Iterations(at, trace),
            ],
            Notes =
            [
                Text(
                    $"{RuleOf(options)} on {tasks:N0} prompts; {options.Prompts} prompts of {options.Group} completions an iteration, so {trace.Iterations.Count * (long)options.Prompts * options.Group:N0} completions in all."
                ),
                "Compare two runs at equal divergence from the start, or at equal length: one that has moved further often has both a higher accuracy and other losses (judge/equal-kl).",
                .. after is null
                    ? (string[])["No rows were held out: the accuracy is that of prompts it was trained on."]
                    : [],
                .. trace.Iterations.TakeLast(10).Average(iteration => iteration.Teaching) < 0.1
                    ? (string[])
                        [
                            "In the end less than a tenth of the prompts had completions of different rewards: most of the sampling taught nothing (see sampling-rounds).",
                        ]
                    : [],
                .. options is { Estimator: AdvantageRule.Canon, Group: var group } && group % 2 == 1
                    ? (string[])["The group is odd, so that mu = 0.5 is not Dr. GRPO."]
                    : [],
            ],
        };
    }

    private static string AnswerOf(GrpoOptions options, GroupTrace trace, PolicyExam? before, PolicyExam? after)
    {
        if (before is null || after is null)
            return Text(
                $"With {RuleOf(options)}, the accuracy of sampled completions went from {First(trace, i => i.Reward):0.0 %} to {Last(trace, i => i.Reward):0.0 %} on the prompts of the training; their length from {First(trace, i => i.Length):0.0} to {Last(trace, i => i.Length):0.0} tokens."
            );
        // The same tasks before and after: what differs between tasks falls out.
        double[] gains = [.. after.ByTask.Zip(before.ByTask, (now, then) => now - then)];
        MeanInterval gain = gains.Length > 1 ? MeanInterval.Of(gains, 0.95) : MeanInterval.Exact(gains[0]);
        string verdict =
            gains.Length == 1 ? "One held-out prompt says nothing"
            : gain.Low > 0 ? "It learned"
            : gain.High < 0 ? "It got worse"
            : "Nothing is certain";
        return Text(
            $"{verdict}: with {RuleOf(options)}, held-out accuracy went from {before.Sampled.Mean:0.0 %} to {after.Sampled.Mean:0.0 %} of sampled completions (gain {100 * gain.Mean:0.0} points, 95 % interval {100 * gain.Low:0.0} to {100 * gain.High:0.0}), and from {before.Greedy:0.0 %} to {after.Greedy:0.0 %} of the most likely ones; length from {before.Tokens:0.0} to {after.Tokens:0.0} tokens."
        );
    }

    private static IReadOnlyList<Fact> FactsOf(GroupTrace trace, PolicyExam? before, PolicyExam? after) =>
        after is null || before is null
            ?
            [
                new("Accuracy", Text($"{Last(trace, i => i.Reward):0.0 %}"), "of the last ten iterations"),
                new("Length", Text($"{Last(trace, i => i.Length):0.0} tokens"), "of the last ten iterations"),
            ]
            :
            [
                new(
                    "Accuracy",
                    Text($"{after.Sampled.Mean:0.0 %}"),
                    Text($"sampled; 95 % interval {after.Sampled.Low:0.0 %} to {after.Sampled.High:0.0 %}")
                ),
                new(
                    "Before",
                    Text($"{before.Sampled.Mean:0.0 %}"),
                    "the same prompts, the policy that it started from"
                ),
                new("Length", Text($"{after.Tokens:0.0} tokens"), Text($"before {before.Tokens:0.0}")),
                new("Entropy", Text($"{after.Entropy:0.00} nats"), Text($"a token; before {before.Entropy:0.00}")),
                new("Divergence", Text($"{after.Divergence:0.00} nats"), "an answer, from where it started"),
                new("Ended", Text($"{after.Ended:0.0 %}"), "of completions, by themselves"),
            ];

    private static CurvePanel Curves(
        string title,
        string note,
        PlotAxis y,
        double[] at,
        GroupTrace trace,
        Func<GroupIteration, double> number,
        string name,
        IReadOnlyList<Mark> levels
    )
    {
        double[] values = [.. trace.Iterations.Select(number)];
        return new()
        {
            Title = title,
            Note = note,
            X = new("iteration"),
            Y = y,
            Levels = levels,
            Curves =
            [
                new("each iteration", at, values) { Emphasis = Emphasis.Faded },
                new(name, at, Smooth(values)) { Emphasis = Emphasis.Main },
            ],
        };
    }

    private static CurvePanel Shares(double[] at, GroupTrace trace, GrpoOptions options) =>
        new()
        {
            Title = "What taught, and what was held",
            Note =
                "Prompts whose completions differ in reward; tokens whose loss a limit held, so that they moved nothing (none with one step an iteration); completions that ended by themselves.",
            X = new("iteration"),
            Y = new("share", "share"),
            Curves =
            [
                new("prompts that teach", at, Smooth([.. trace.Iterations.Select(i => i.Teaching)])),
                new("tokens held", at, Smooth([.. trace.Iterations.Select(i => i.ClipFraction)])),
                new("completions that ended", at, Smooth([.. trace.Iterations.Select(i => i.Ended)])),
                .. options.Estimator == AdvantageRule.Canon && options.MuSchedule != MuShape.Constant
                    ? (Curve[])[new("mu", at, [.. trace.Iterations.Select(i => i.Mu)]) { Form = CurveForm.Dashed }]
                    : [],
            ],
        };

    private static TablePanel Examples(PolicyExam before, PolicyExam after) =>
        new()
        {
            Title = "Examples",
            Note = "The most likely completions of held-out prompts.",
            Columns =
            [
                TableColumn.Of("prompt", after.Examples.Select(example => example.Prompt)),
                TableColumn.Of("before", before.Examples.Select(example => example.Completion)),
                TableColumn.Of("reward before", before.Examples.Select(example => example.Reward)),
                TableColumn.Of("after", after.Examples.Select(example => example.Completion)),
                TableColumn.Of("reward after", after.Examples.Select(example => example.Reward)),
            ],
        };

    private static TablePanel Iterations(double[] at, GroupTrace trace) =>
        new()
        {
            Title = "Iterations",
            Shown = 10,
            Columns =
            [
                TableColumn.Of("iteration", at, 0),
                TableColumn.Of("accuracy", trace.Iterations.Select(i => i.Reward), 3),
                TableColumn.Of("length", trace.Iterations.Select(i => i.Length), 2),
                TableColumn.Of("entropy", trace.Iterations.Select(i => i.Entropy), 3),
                TableColumn.Of("ended", trace.Iterations.Select(i => i.Ended), 3),
                TableColumn.Of("clipped", trace.Iterations.Select(i => i.ClipFraction), 4),
                TableColumn.Of("teaching", trace.Iterations.Select(i => i.Teaching), 3),
                TableColumn.Of("mu", trace.Iterations.Select(i => i.Mu), 3),
            ],
        };

    // The mean of each iteration and the nine before it.
    private static double[] Smooth(double[] values) =>
        [.. values.Select((_, i) => values[Math.Max(0, i - 9)..(i + 1)].Average())];

    private static double First(GroupTrace trace, Func<GroupIteration, double> number) =>
        trace.Iterations.Take(10).Average(number);

    private static double Last(GroupTrace trace, Func<GroupIteration, double> number) =>
        trace.Iterations.TakeLast(10).Average(number);

    private static string Number(double number) => number.ToString("0.###", CultureInfo.InvariantCulture);

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
