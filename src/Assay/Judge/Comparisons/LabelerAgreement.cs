using Assay.Numerics;

namespace Assay.Judge;

/// <summary>How far raters agree: with each other, with those who wrote the instructions, over time, and when several are asked.</summary>
/// <remarks>
/// Source: "Learning to summarize from human feedback", arXiv 2009.01325, appendix C.1, C.2 and C.6. No difference is no side: such labels agree and disagree with nothing.
/// </remarks>
public sealed class LabelerAgreement
{
    /// <summary>The agreement with experts that a label's confidence is to promise.</summary>
    public const double Promised = 0.8;

    /// <summary>Tasks from which a rater has a threshold of their own; with fewer all raters share one.</summary>
    public const int LeastTasks = 30;

    private readonly LabelledComparison[] _labels;
    private readonly Dictionary<string, LabelledComparison[]> _byTask;
    private readonly HashSet<string> _experts;

    /// <summary>Gathers labels.</summary>
    /// <param name="labels">The labels; of a rater's several of one task the last counts.</param>
    /// <param name="experts">Raters whose labels are the measure: who wrote the instructions. There may be none.</param>
    public LabelerAgreement(IEnumerable<LabelledComparison> labels, IEnumerable<string> experts)
    {
        _labels = [.. labels.GroupBy(label => (label.Task, label.Rater)).Select(group => group.Last())];
        _byTask = _labels.GroupBy(label => label.Task).ToDictionary(group => group.Key, group => group.ToArray());
        _experts = [.. experts];
        Raters = [.. _labels.Select(label => label.Rater).Distinct().Order(StringComparer.Ordinal)];
    }

    /// <summary>All raters, by name.</summary>
    public IReadOnlyList<string> Raters { get; }

    /// <summary>Those who are no experts.</summary>
    public IEnumerable<string> Labelers => Raters.Where(rater => !_experts.Contains(rater));

    /// <summary>Number of tasks.</summary>
    public int Tasks => _byTask.Count;

    /// <summary>Number of labels.</summary>
    public int Labels => _labels.Length;

    /// <summary>The share of tasks labelled by both with the same side; null where there are none.</summary>
    public MeanInterval? Agree(string first, string second) =>
        Share(
            _byTask.Values.Select(labels =>
                (
                    labels.FirstOrDefault(label => label.Rater == first)?.Side ?? 0,
                    labels.FirstOrDefault(label => label.Rater == second)?.Side ?? 0
                )
            )
        );

    /// <summary>A rater's agreement with the side of most experts.</summary>
    public MeanInterval? WithExperts(string rater) =>
        Share(Own(rater).Select(label => (label.Side, ExpertSide(label.Task, rater))));

    /// <summary>A rater's agreement with the side of most other labelers.</summary>
    public MeanInterval? WithPool(string rater) =>
        Share(
            Own(rater)
                .Select(label =>
                    (label.Side, Majority(label.Task, other => other.Rater != rater && !_experts.Contains(other.Rater)))
                )
        );

    /// <summary>All labelers' agreement with the experts, label by label.</summary>
    public MeanInterval? LabelersWithExperts() =>
        Share(
            _labels
                .Where(label => !_experts.Contains(label.Rater))
                .Select(label => (label.Side, ExpertSide(label.Task, label.Rater)))
        );

    /// <summary>Two labelers' agreement, over all pairs of labels of a task.</summary>
    public MeanInterval? AmongLabelers() => Among(label => !_experts.Contains(label.Rater));

    /// <summary>Two experts' agreement, over all pairs of labels of a task.</summary>
    public MeanInterval? AmongExperts() => Among(label => _experts.Contains(label.Rater));

    /// <summary>
    /// The least certainty, 1 to 4, from which on a rater's labels agree with the experts' in 80 % of tasks. NaN if none does. With fewer than 30 tasks, or without a confidence, it is that of all
    /// labelers together.
    /// </summary>
    public (double Threshold, bool IsPooled) Threshold(string rater)
    {
        (double Certainty, bool Agrees)[] own = Certainties(label => label.Rater == rater);
        bool isPooled = own.Length < LeastTasks;
        if (isPooled)
            own = Certainties(label => !_experts.Contains(label.Rater));
        for (int certainty = 1; certainty <= 4; certainty++)
        {
            bool[] above = [.. own.Where(one => one.Certainty >= certainty).Select(one => one.Agrees)];
            if (above.Length > 0 && above.Count(agrees => agrees) >= Promised * above.Length)
                return (certainty, isPooled);
        }
        return (double.NaN, isPooled);
    }

    /// <summary>A row for each rater.</summary>
    public IReadOnlyList<RaterRow> Table() =>
        [
            .. Raters.Select(rater =>
            {
                LabelledComparison[] own = Own(rater);
                double[] certainties = [.. own.Select(label => label.Certainty).Where(one => !double.IsNaN(one))];
                (double threshold, bool isPooled) = _experts.Contains(rater) ? (double.NaN, false) : Threshold(rater);
                return new RaterRow(
                    rater,
                    _experts.Contains(rater),
                    own.Length,
                    own.Count(label => label.Side == 0),
                    WithExperts(rater),
                    WithPool(rater),
                    threshold,
                    isPooled,
                    certainties.Length > 0 ? Quantiles.Of(certainties, [0.5])[0] : double.NaN
                );
            }),
        ];

    /// <summary>
    /// How often one policy wins against another, batch by batch: a comparison whose answer does not change, so that what changes is the raters. A batch is flagged if its
    /// interval and that of the middle one of the other batches (both middle ones, where they are an even number) do not meet.
    /// </summary>
    /// <param name="policy">Who should win, such as <c>sft</c>.</param>
    /// <param name="against">Against whom, such as <c>reference</c>.</param>
    public IReadOnlyList<BatchDrift> Drift(string policy, string against)
    {
        var batches = _labels
            .Where(label => (label.A == policy && label.B == against) || (label.A == against && label.B == policy))
            .GroupBy(label => label.Batch)
            .Select(group => (Batch: group.Key, Wins: group.Sum(Won), Count: group.Count()))
            .OrderBy(batch => batch.Batch, StringComparer.Ordinal)
            .ToArray();
        MeanInterval[] rates = [.. batches.Select(batch => WilsonInterval.Of(batch.Wins, batch.Count))];
        return
        [
            .. batches.Select(
                (batch, at) =>
                {
                    // The middle of the others, for one that lies apart moves their mean, and would flag them all.
                    MeanInterval[] others = [.. rates.Where((_, other) => other != at).OrderBy(rate => rate.Mean)];
                    bool isApart =
                        others.Length > 0
                        && ((int[])[(others.Length - 1) / 2, others.Length / 2]).All(middle =>
                            rates[at].Low > others[middle].High || rates[at].High < others[middle].Low
                        );
                    return new BatchDrift(batch.Batch, batch.Count, rates[at], isApart);
                }
            ),
        ];

        double Won(LabelledComparison label) =>
            label.Side == 0 ? 0.5
            : label.Side > 0 == (label.A == policy) ? 1
            : 0;
    }

    /// <summary>
    /// How often the side that most of k labelers take is that of the experts, for k = 1, 3, 5: over all choices of k labelers of a task. All k are measured on the same
    /// tasks, those with enough labelers for the largest k that at least ten tasks allow.
    /// </summary>
    /// <returns>k, the agreement, and the number of tasks; empty without experts.</returns>
    public IReadOnlyList<(int Labelers, double Agreement, int Tasks)> Modal()
    {
        (int Right, int All)[] tasks =
        [
            .. _byTask
                .Keys.Select(task =>
                {
                    int side = ExpertSide(task, "");
                    LabelledComparison[] labelers =
                    [
                        .. _byTask[task].Where(label => !_experts.Contains(label.Rater) && label.Side != 0),
                    ];
                    return side == 0 ? (0, 0) : (labelers.Count(label => label.Side == side), labelers.Length);
                })
                .Where(task => task.Item2 > 0),
        ];
        int[] sizes = [1, 3, 5];
        int largest = sizes.LastOrDefault(size => tasks.Count(task => task.All >= size) >= 10);
        (int Right, int All)[] enough = [.. tasks.Where(task => task.All >= largest)];
        return largest == 0
            ? []
            :
            [
                .. sizes
                    .Where(size => size <= largest)
                    .Select(size =>
                        (size, enough.Average(task => MajorityIsRight(task.Right, task.All, size)), enough.Length)
                    ),
            ];
    }

    /// <summary>The probability that most of <paramref name="size"/> labelers, drawn from those of a task, are right.</summary>
    /// <param name="right">Labelers that are right.</param>
    /// <param name="all">Labelers that there are, at least <paramref name="size"/>.</param>
    /// <param name="size">An odd number.</param>
    public static double MajorityIsRight(int right, int all, int size)
    {
        double ways = 0;
        for (int agreeing = size / 2 + 1; agreeing <= size; agreeing++)
            ways += Choose(right, agreeing) * Choose(all - right, size - agreeing);
        return ways / Choose(all, size);

        static double Choose(int of, int take)
        {
            if (take > of)
                return 0;
            double ways = 1;
            for (int i = 0; i < take; i++)
                ways *= (double)(of - i) / (i + 1);
            return ways;
        }
    }

    /// <summary>The side of most labels of a task that are asked for: 1, -1, or 0 where they are equally many.</summary>
    public int Majority(string task, Func<LabelledComparison, bool>? of = null) =>
        Math.Sign(_byTask[task].Where(label => of is null || of(label)).Sum(label => label.Side));

    private int ExpertSide(string task, string but) =>
        Majority(task, label => _experts.Contains(label.Rater) && label.Rater != but);

    private LabelledComparison[] Own(string rater) => [.. _labels.Where(label => label.Rater == rater)];

    private (double Certainty, bool Agrees)[] Certainties(Func<LabelledComparison, bool> of) =>
        [
            .. _labels
                .Where(label => of(label) && label.Side != 0 && !double.IsNaN(label.Certainty))
                .Select(label => (label.Certainty, label.Side, Expert: ExpertSide(label.Task, label.Rater)))
                .Where(label => label.Expert != 0)
                .Select(label => (label.Certainty, label.Side == label.Expert)),
        ];

    private MeanInterval? Among(Func<LabelledComparison, bool> of) =>
        Share(
            _byTask.Values.SelectMany(labels =>
            {
                LabelledComparison[] those = [.. labels.Where(of)];
                return those.SelectMany((one, i) => those.Take(i).Select(other => (one.Side, other.Side)));
            })
        );

    private static MeanInterval? Share(IEnumerable<(int First, int Second)> sides)
    {
        (int First, int Second)[] both = [.. sides.Where(pair => pair.First != 0 && pair.Second != 0)];
        return both.Length == 0 ? null : WilsonInterval.Of(both.Count(pair => pair.First == pair.Second), both.Length);
    }
}

/// <summary>What is known of a rater.</summary>
/// <param name="Rater">The rater.</param>
/// <param name="IsExpert">Whether the rater is one of those who are the measure.</param>
/// <param name="Labels">How many there are.</param>
/// <param name="Ties">How many of them see no difference.</param>
/// <param name="WithExperts">Agreement with most of the (other) experts.</param>
/// <param name="WithPool">Agreement with most of the other labelers.</param>
/// <param name="Threshold">The least certainty that promises 80 % agreement with experts; NaN if none does.</param>
/// <param name="IsPooled">Whether that is the threshold of all labelers together.</param>
/// <param name="MedianCertainty">The median distance of the confidence from 5; NaN where none was given.</param>
public sealed record RaterRow(
    string Rater,
    bool IsExpert,
    int Labels,
    int Ties,
    MeanInterval? WithExperts,
    MeanInterval? WithPool,
    double Threshold,
    bool IsPooled,
    double MedianCertainty
);

/// <summary>How a fixed kind of comparison came out in a batch.</summary>
/// <param name="Batch">The batch.</param>
/// <param name="Count">Labels of that kind.</param>
/// <param name="Rate">The win rate with Wilson's interval, a tie being half a win.</param>
/// <param name="IsFlagged">Whether it lies apart from the other batches.</param>
public sealed record BatchDrift(string Batch, int Count, MeanInterval Rate, bool IsFlagged);
