using System.Globalization;
using Assay.Numerics;
using Assay.Studies;

namespace Assay.Judge;

/// <summary>Agreement of raters as a study.</summary>
internal static class AgreementStudy
{
    private const int MostRaters = 12;

    public static Study Of(LabelerAgreement agreement, MetricAgreement? metrics, AgreementOptions options)
    {
        IReadOnlyList<RaterRow> raters = agreement.Table();
        IReadOnlyList<BatchDrift> drift =
            options.Policy.Length > 0 ? agreement.Drift(options.Policy, options.Against) : [];
        IReadOnlyList<(int Labelers, double Agreement, int Tasks)> modal = agreement.Modal();
        MeanInterval? among = agreement.AmongLabelers(),
            withExperts = agreement.LabelersWithExperts(),
            experts = agreement.AmongExperts();
        return new()
        {
            Title = "Agreement of raters",
            Answer = AnswerOf(among, withExperts, modal),
            Facts =
            [
                new(
                    "Labels",
                    Text($"{agreement.Labels:N0}"),
                    Text($"of {agreement.Tasks:N0} tasks by {agreement.Raters.Count} raters")
                ),
                .. among is { } labelers
                    ? (Fact[])[new("Labelers with each other", Share(labelers.Mean), Range(labelers))]
                    : [],
                .. withExperts is { } with ? (Fact[])[new("Labelers with experts", Share(with.Mean), Range(with))] : [],
                .. experts is { } own ? (Fact[])[new("Experts with each other", Share(own.Mean), Range(own))] : [],
                .. modal.Count > 1
                    ? (Fact[])
                        [
                            new(
                                Text($"Most of {modal[^1].Labelers} with experts"),
                                Share(modal[^1].Agreement),
                                Text($"one alone {Share(modal[0].Agreement)}, on {modal[0].Tasks} tasks")
                            ),
                        ]
                    : [],
                .. drift.Count > 0
                    ? (Fact[])[new("Batches apart", Text($"{drift.Count(batch => batch.IsFlagged)} of {drift.Count}"))]
                    : [],
            ],
            Panels = [.. PanelsOf(agreement, raters, drift, modal, metrics, options)],
            Notes = [.. NotesOf(agreement, raters, drift, metrics, options)],
        };
    }

    private static string AnswerOf(
        MeanInterval? among,
        MeanInterval? withExperts,
        IReadOnlyList<(int Labelers, double Agreement, int Tasks)> modal
    )
    {
        if (withExperts is { } with)
            return Text($"Labelers agree with the experts in {Share(with.Mean)} ({Range(with)}) of comparisons")
                + (among is { } each ? Text($", with each other in {Share(each.Mean)}.") : ".")
                + (
                    modal.Count > 1
                        ? Text(
                            $" Asking {modal[^1].Labelers} and taking what most say makes it {Share(modal[^1].Agreement)} instead of {Share(modal[0].Agreement)}."
                        )
                        : ""
                );
        return among is { } one
            ? Text(
                $"Raters agree with each other in {Share(one.Mean)} ({Range(one)}) of comparisons; half would be chance."
            )
            : "No task was labelled by two raters with a side each, so that nothing can be said of agreement.";
    }

    private static IEnumerable<Panel> PanelsOf(
        LabelerAgreement agreement,
        IReadOnlyList<RaterRow> raters,
        IReadOnlyList<BatchDrift> drift,
        IReadOnlyList<(int Labelers, double Agreement, int Tasks)> modal,
        MetricAgreement? metrics,
        AgreementOptions options
    )
    {
        yield return new TablePanel
        {
            Title = "Raters",
            Note =
                "Agreement with most of the experts and with most of the other labelers, no difference left out. The threshold is the least distance of the confidence from 5 at which the labels agree with experts in 80 %; "
                + "keep those of a validation set, never those of training.",
            Columns =
            [
                TableColumn.Of("rater", raters.Select(row => row.IsExpert ? row.Rater + " (expert)" : row.Rater)),
                TableColumn.Of("labels", raters.Select(row => (double)row.Labels), 0),
                TableColumn.Of("no difference", raters.Select(row => (double)row.Ties), 0),
                TableColumn.Of("with experts", raters.Select(row => row.WithExperts?.Mean ?? double.NaN), 1, "share"),
                TableColumn.Of("low", raters.Select(row => row.WithExperts?.Low ?? double.NaN), 1, "share"),
                TableColumn.Of("high", raters.Select(row => row.WithExperts?.High ?? double.NaN), 1, "share"),
                TableColumn.Of("with labelers", raters.Select(row => row.WithPool?.Mean ?? double.NaN), 1, "share"),
                TableColumn.Of("threshold", raters.Select(row => row.Threshold), 0),
                TableColumn.Of(
                    "of",
                    raters.Select(row =>
                        double.IsNaN(row.Threshold) ? ""
                        : row.IsPooled ? "all labelers"
                        : "this one"
                    )
                ),
                TableColumn.Of("median certainty", raters.Select(row => row.MedianCertainty), 1),
            ],
        };
        string[] shown = [.. agreement.Raters.Take(MostRaters)];
        if (shown.Length > 1)
            yield return new TablePanel
            {
                Title = "Raters with raters",
                Note = "Share of tasks labelled by both in which both take the same side.",
                Columns =
                [
                    TableColumn.Of("rater", shown),
                    .. shown.Select(other =>
                        TableColumn.Of(
                            other,
                            shown.Select(rater =>
                                rater == other ? double.NaN : agreement.Agree(rater, other)?.Mean ?? double.NaN
                            ),
                            1,
                            "share"
                        )
                    ),
                ],
            };
        if (modal.Count > 0)
            yield return new TablePanel
            {
                Title = "What most of several say",
                Note = "Agreement with the experts of the side that most of so many labelers take, on the same tasks.",
                Columns =
                [
                    TableColumn.Of("labelers", modal.Select(row => (double)row.Labelers), 0),
                    TableColumn.Of("agreement", modal.Select(row => row.Agreement), 1, "share"),
                    TableColumn.Of("tasks", modal.Select(row => (double)row.Tasks), 0),
                ],
            };
        if (drift.Count > 0)
            yield return new IntervalPanel
            {
                Title = "Batches",
                Note =
                    $"How often {options.Policy} wins against {options.Against}: what is compared stays the same, so that a batch that lies apart (in colour) says that its raters judged otherwise.",
                Axis = new("win rate", "share"),
                Lines =
                [
                    .. drift.Select(batch => new IntervalLine(
                        Text($"{(batch.Batch.Length > 0 ? batch.Batch : "no batch")}, {batch.Count} labels"),
                        batch.Rate,
                        batch.IsFlagged
                    )),
                ],
            };
        if (metrics is not null)
            yield return new TablePanel
            {
                Title = "Measures with measures",
                Note =
                    "Share of pairs of answers that two measures order alike; people are the side of most labels. Half is chance; below half they disagree.",
                Columns =
                [
                    TableColumn.Of("measure", metrics.Metrics),
                    .. metrics.Metrics.Select(
                        (other, j) =>
                            TableColumn.Of(
                                other,
                                metrics.Metrics.Select(
                                    (_, i) => i == j ? double.NaN : metrics[i, j]?.Mean ?? double.NaN
                                ),
                                1,
                                "share"
                            )
                    ),
                ],
            };
        if (metrics is not null)
            yield return new IntervalPanel
            {
                Title = "Measures with people",
                Note = "The same, with 95 % intervals over tasks.",
                Axis = new("pairs ordered as people do", "share", Better.More),
                Lines =
                [
                    .. Enumerable
                        .Range(1, metrics.Metrics.Count - 1)
                        .Where(i => metrics[i, 0] is not null)
                        .Select(i => new IntervalLine(
                            Text($"{metrics.Metrics[i]}, {metrics.Count(i, 0)} pairs"),
                            metrics[i, 0]!.Value
                        )),
                ],
            };
    }

    private static IEnumerable<string> NotesOf(
        LabelerAgreement agreement,
        IReadOnlyList<RaterRow> raters,
        IReadOnlyList<BatchDrift> drift,
        MetricAgreement? metrics,
        AgreementOptions options
    )
    {
        if (options.Experts.Count == 0)
            yield return "No experts are named: raters who agree with each other may all be wrong. Label some tasks yourself and name yourself with 'experts'.";
        string[] few =
        [
            .. raters
                .Where(row => !row.IsExpert && row.IsPooled && !double.IsNaN(row.Threshold))
                .Select(row => row.Rater),
        ];
        if (few.Length > 0)
            yield return Text(
                $"With fewer than {LabelerAgreement.LeastTasks} tasks of a known expert side the threshold is that of all labelers: {string.Join(", ", few)}."
            );
        foreach (BatchDrift batch in drift.Where(batch => batch.IsFlagged))
            yield return Text(
                $"Batch '{batch.Batch}' lies apart from the others ({Share(batch.Rate.Mean)}): look at its instructions and raters before mixing it with them."
            );
        if (agreement.Tasks < 100)
            yield return Text($"{agreement.Tasks} tasks say little: at 100 an agreement is known to 10 points.");
        if (metrics is not null)
            yield return "Measures are compared over all pairs there are. Between policies a measure may agree with people only because both know which policy is the better one; compare answers of one policy to know better.";
        if (agreement.Labelers.Any())
            yield return "Do not drop labels of training by agreement or confidence: in the paper that made the reward model worse.";
    }

    private static string Share(double value) => value.ToString("P1", CultureInfo.InvariantCulture);

    private static string Range(MeanInterval interval) => $"{Share(interval.Low)} to {Share(interval.High)}";

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
