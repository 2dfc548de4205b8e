using System.Globalization;
using System.Text.Json;
using Assay.Data;
using Assay.Numerics;
using Assay.Studies;

namespace Assay.Describe;

/// <summary>What the rubric found, as a study.</summary>
internal static class RubricPanels
{
    private const long Few = 5;

    /// <summary>The study.</summary>
    public static Study StudyOf(RubricFindings found)
    {
        Rubric rubric = found.Rubric;
        IReadOnlyList<(string Kind, string Text)> advice = RubricAdvice.Of(found);
        IReadOnlyList<DatasheetFigure> measured = found.Measured;
        (double f, double p, double r) = rubric.Shares;
        return new()
        {
            Title = $"Rubric of {found.Name}",
            Answer =
                Text(
                    $"Fairness {rubric.Fairness.Score:0.00} of {rubric.Fairness.Most:0}, privacy {rubric.Privacy.Score:0.0} of 6, regulation {rubric.Regulation.Score:0} of 3; {found.Sheet.Open.Count} of {DatasheetQuestions.All.Count} questions of the datasheet are open."
                ) + (advice.Count > 0 ? " " + advice[0].Text : ""),
            Facts =
            [
                new(
                    "Fairness",
                    Text($"{rubric.Fairness.Score:0.000} of {rubric.Fairness.Most:0}"),
                    "inclusivity x evenness, summed, plus labels"
                ),
                new(
                    "Privacy",
                    Text($"{rubric.Privacy.Score:0.##} of 6"),
                    Text($"{rubric.Privacy.Private} of {rubric.Privacy.Applicable} kinds that apply are not released")
                ),
                new("Regulation", Text($"{rubric.Regulation.Score:0} of 3"), "unknown counts 0"),
                new("From the ideal", Text($"{rubric.IdealDistance:0.000}"), "0 is ideal, 1.73 the worst"),
                new(
                    "k-anonymity",
                    found.Quasi is null
                        ? "unknown"
                        : Text($"{(found.Quasi.IsExact ? "" : "at most ")}{found.Quasi.Smallest:N0}"),
                    found.Quasi is null
                        ? "no quasi-identifiers"
                        : Text($"{found.Quasi.RowsBelow(Few):N0} rows in groups of fewer than {Few}")
                ),
                new(
                    "Datasheet",
                    Text($"{found.Completeness:P0}"),
                    Text(
                        $"{found.Sheet.Open.Count} of {DatasheetQuestions.All.Count} questions are open; the rest is told from the data"
                    )
                ),
            ],
            Panels =
            [
                new IntervalPanel
                {
                    Title = "Shares of the best",
                    Note = "Each score over its largest value, and the datasheet's answered questions.",
                    Axis = new("share of the best", "share", Better.More),
                    Lines =
                    [
                        new("fairness", MeanInterval.Exact(f)),
                        new("privacy", MeanInterval.Exact(p)),
                        new("regulation", MeanInterval.Exact(r)),
                        new("datasheet", MeanInterval.Exact(found.Completeness)),
                    ],
                },
                .. advice.Count == 0
                    ? (Panel[])[]
                    :
                    [
                        Table(
                            "Alerts and advice",
                            "",
                            [
                                TableColumn.Of("kind", advice.Select(one => one.Kind)),
                                TableColumn.Of("what", advice.Select(one => one.Text)),
                            ]
                        ),
                    ],
                Ingredients(found),
                .. Subgroups(rubric.Fairness),
                .. Baselines(rubric.Fairness),
                .. PrivateData(found),
                .. found.Licences.Count == 0
                    ? (Panel[])[]
                    :
                    [
                        Table(
                            "Licences",
                            "",
                            [
                                TableColumn.Of(
                                    "licence",
                                    found.Licences.Select(one => one.Key.Length == 0 ? "(none)" : one.Key)
                                ),
                                TableColumn.Of("rows", found.Licences.Select(one => (double)one.Value), 0),
                            ]
                        ),
                    ],
                Scores(found),
            ],
            Notes =
            [
                "The formulas follow arXiv 2310.15848 as far as they could be reconstructed; these are not scores that its authors gave.",
                "Scores made with other lists of subgroups, or other axes, do not compare. The unit counted is the row.",
                .. found.Rubric.Fairness.Axes.Where(axis => axis.Present > 0).Select(ListOf),
                "Detectors miss some and report what is none: docs/methods/pii.md has their precision and recall. 'No annotation' is not anonymity.",
            ],
            Files =
            [
                new("datasheet.yaml", found.Sheet.ToYaml(found.Name, measured)),
                new("datasheet.md", found.Sheet.ToMarkdown(found.Name, measured)),
            ],
        };
    }

    /// <summary>A kind of private data, as it is written.</summary>
    public static string KindOf(PiiKind kind) => JsonNamingPolicy.KebabCaseLower.ConvertName(kind.ToString());

    private static string ListOf(AxisScore axis) =>
        $"{axis.Counts.Axis} is held against "
        + (
            axis.Counts.List is { } list ? $"{list.Count} subgroups: {string.Join(", ", list)}."
            : axis.Counts.Predefined is { } size ? $"{size} subgroups, as the table of counts says."
            : "the subgroups that occur, so that its inclusivity is 1 by construction."
        );

    // Every part of the scores, what it earns, and who says so.
    private static TablePanel Ingredients(RubricFindings found)
    {
        List<(string Score, string Part, double Value, double Most, string State, string Source)> rows = [];
        Fairness fairness = found.Rubric.Fairness;
        foreach (AxisScore axis in fairness.Axes)
            rows.Add(
                (
                    "fairness",
                    axis.Counts.Axis,
                    axis.Score,
                    1,
                    axis.Present == 0 ? "no labels" : Text($"r = {axis.Inclusivity:0.000}, v = {axis.Evenness:0.000}"),
                    axis.Counts.Source
                )
            );
        rows.Add(
            (
                "fairness",
                "labels",
                fairness.Labels,
                1,
                fairness.Origins.Count == 0
                    ? "unknown"
                    : string.Join(
                        ", ",
                        fairness.Origins.Select(origin =>
                            JsonNamingPolicy.KebabCaseLower.ConvertName(origin.ToString())
                        )
                    ),
                fairness.Origins.Count == 0 ? "" : "declared"
            )
        );
        Privacy privacy = found.Rubric.Privacy;
        foreach (DeclaredFact kind in privacy.Kinds)
            rows.Add(
                (
                    "privacy",
                    kind.Name,
                    kind.State == Known.No ? Privacy.Most / privacy.Applicable : 0,
                    kind.State == Known.NotApplicable ? 0 : Privacy.Most / privacy.Applicable,
                    kind.State switch
                    {
                        Known.Yes => "released",
                        Known.No => "not released",
                        Known.NotApplicable => "not applicable",
                        _ => "unknown",
                    },
                    kind.Source
                )
            );
        foreach (DeclaredFact fact in found.Rubric.Regulation.Facts)
            rows.Add(
                (
                    "regulation",
                    fact.Name,
                    fact.State == Known.Yes ? 1 : 0,
                    1,
                    fact.State.ToString().ToLowerInvariant(),
                    fact.Source
                )
            );
        return Table(
            "Ingredients",
            "What each part earns, of how much, and who says so. What is unknown earns 0.",
            [
                TableColumn.Of("score", rows.Select(row => row.Score)),
                TableColumn.Of("part", rows.Select(row => row.Part)),
                TableColumn.Of("earns", rows.Select(row => row.Value), 3),
                TableColumn.Of("of", rows.Select(row => row.Most), 1),
                TableColumn.Of("state", rows.Select(row => row.State)),
                TableColumn.Of("source", rows.Select(row => row.Source)),
            ]
        );
    }

    private static IEnumerable<Panel> Subgroups(Fairness fairness)
    {
        (string Axis, KeyValuePair<string, long> Group, double Share, double Reference)[] rows =
        [
            .. fairness
                .Axes.Where(axis => axis.Present > 0)
                .SelectMany(axis =>
                    axis.Counts.Counts.Select(
                        (group, i) =>
                            (
                                axis.Counts.Axis,
                                group,
                                group.Value / (double)axis.Counts.Counts.Sum(one => one.Value),
                                axis.Counts.Reference?[i] ?? 1.0 / axis.Present
                            )
                    )
                ),
        ];
        if (rows.Length > 0)
            yield return Table(
                "Subgroups",
                "Rows of each subgroup, and the share that the reference (even shares where none is given) would have.",
                [
                    TableColumn.Of("axis", rows.Select(row => row.Axis)),
                    TableColumn.Of("subgroup", rows.Select(row => row.Group.Key)),
                    TableColumn.Of("rows", rows.Select(row => (double)row.Group.Value), 0),
                    TableColumn.Of("share", rows.Select(row => row.Share), unit: "share"),
                    TableColumn.Of("reference", rows.Select(row => row.Reference), unit: "share"),
                ]
            );
    }

    private static IEnumerable<Panel> Baselines(Fairness fairness)
    {
        AxisScore[] axes = [.. fairness.Axes.Where(axis => axis.Present > 0)];
        if (axes.Length > 0)
            yield return Table(
                "Axes",
                "Beside inclusivity and evenness: the largest count over the smallest, Simpson's index, and the divergence from the reference (or from even shares) in nats.",
                [
                    TableColumn.Of("axis", axes.Select(axis => axis.Counts.Axis)),
                    TableColumn.Of("present", axes.Select(axis => (double)axis.Present), 0),
                    TableColumn.Of("predefined", axes.Select(axis => (double)axis.Predefined), 0),
                    TableColumn.Of("inclusivity", axes.Select(axis => axis.Inclusivity), 3),
                    TableColumn.Of("evenness", axes.Select(axis => axis.Evenness), 3),
                    TableColumn.Of("imbalance ratio", axes.Select(axis => axis.Imbalance), 2),
                    TableColumn.Of("Simpson", axes.Select(axis => axis.Simpson), 3),
                    TableColumn.Of("divergence", axes.Select(axis => axis.Divergence), 3),
                    TableColumn.Of("unknown rows", axes.Select(axis => (double)axis.Counts.Unknown), 0),
                ]
            );
    }

    private static IEnumerable<Panel> PrivateData(RubricFindings found)
    {
        if (found.Private.Count > 0)
            yield return Table(
                "Private data",
                "Read some rows before you believe it; select/pii masks what it should.",
                [
                    TableColumn.Of("column", found.Private.Select(one => one.Column)),
                    TableColumn.Of("kind", found.Private.Select(one => KindOf(one.Kind))),
                    TableColumn.Of("rows", found.Private.Select(one => (double)one.Rows), 0),
                    TableColumn.Of("items", found.Private.Select(one => (double)one.Items), 0),
                    TableColumn.Of("first row", found.Private.Select(one => (double)one.First), 0),
                ]
            );
    }

    // A line that can be put under those of other datasets, for plan/frontier.
    private static TablePanel Scores(RubricFindings found)
    {
        Rubric rubric = found.Rubric;
        (double f, double p, double r) = rubric.Shares;
        return Table(
            "Scores",
            "One line; with those of other datasets it is what plan/frontier compares.",
            [
                TableColumn.Of("dataset", [found.Name]),
                TableColumn.Of("fairness", [rubric.Fairness.Score]),
                TableColumn.Of("privacy", [rubric.Privacy.Score]),
                TableColumn.Of("regulation", [rubric.Regulation.Score]),
                TableColumn.Of("fairness share", [f]),
                TableColumn.Of("privacy share", [p]),
                TableColumn.Of("regulation share", [r]),
                TableColumn.Of("ideal distance", [rubric.IdealDistance]),
                TableColumn.Of("datasheet", [found.Completeness]),
                TableColumn.Of("k", [found.Quasi is null ? double.NaN : found.Quasi.Smallest]),
            ]
        );
    }

    private static TablePanel Table(string title, string note, IReadOnlyList<TableColumn> columns) =>
        new()
        {
            Title = title,
            Note = note,
            Columns = columns,
        };

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
