using System.Globalization;
using Assay.Numerics;
using Assay.Studies;

namespace Assay.Plan;

/// <summary>Proposals as a study: which to trust, their objectives, and the designs themselves.</summary>
internal sealed class DesignReport(
    DesignData data,
    DesignNetworks networks,
    IReadOnlyList<Objective> objectives,
    DesignProposal rows,
    IReadOnlyList<DesignProposal> proposals
)
{
    private const int MostPlanes = 6;

    // Below this correlation on held-out rows a predictor says little about designs that nobody has measured.
    private const double Trusted = 0.8;

    // How far beyond the best of the data, in its range, a prediction is no longer one of the data.
    private const double Beyond = 0.1;

    public Study Study()
    {
        DesignProposal best = proposals.MaxBy(proposal => data.Hypervolume(proposal.Judged))!;
        double judged = data.Hypervolume(best.Judged),
            measured = data.Hypervolume(rows.Objectives);
        bool isBetter = judged > measured;
        double weakest = networks.Correlations.Min();
        DesignProposal[] others = [.. proposals.Where(proposal => proposal != best)];
        return new()
        {
            Title = "Designs to try",
            Answer = isBetter
                ? $"Try the {Counted(best)} of {best.Name}: predictors that no search has seen expect a hypervolume of {Text(judged)} of them, "
                    + string.Join(
                        ", ",
                        others.Select(other => $"{Text(data.Hypervolume(other.Judged))} of those of {other.Name}")
                    )
                    + $"; the best rows of the data have {Text(measured)}."
                : $"Keep the best rows of the data: they have a hypervolume of {Text(measured)}, and predictors that no search has seen expect only {Text(judged)} of the {Counted(best)} of {best.Name}, the best proposal.",
            Facts =
            [
                new(
                    isBetter ? "Try" : "Keep",
                    isBetter ? best.Name : "best rows",
                    "by predictors that no search has seen"
                ),
                new(
                    $"Hypervolume of {best.Name}",
                    Text(judged),
                    $"{Text(data.Hypervolume(best.Objectives))} by the predictors that it searched with"
                ),
                new("Hypervolume of the best rows", Text(measured), "measured"),
                new(
                    "Distance to the data",
                    Text(Quantiles.Of(best.Distances, [0.5])[0]),
                    $"of {best.Name}, median, in standard deviations"
                ),
                new("Weakest predictor", Text(weakest), "correlation on rows that it was not fitted on"),
            ],
            Panels = [.. Planes(), Comparison(isBetter ? best : null), Designs(best), .. others.Select(Designs)],
            Notes = [.. Notes(weakest)],
        };
    }

    private IEnumerable<Panel> Planes()
    {
        int shown = 0;
        for (int i = 0; i < objectives.Count; i++)
        for (int j = i + 1; j < objectives.Count && shown < MostPlanes; j++, shown++)
            yield return new PointsPanel
            {
                Title = $"{objectives[i].Metric} and {objectives[j].Metric}",
                Note =
                    shown == 0
                        ? "Proposals by predictors that no search has seen; what is far from all rows of the data is a guess."
                        : "",
                X = Axis(objectives[i]),
                Y = Axis(objectives[j]),
                Staircase = false,
                Clouds =
                [
                    Cloud("data", data.Objectives, i, j, Emphasis.Faded),
                    .. proposals.Select(
                        (proposal, at) =>
                            Cloud(proposal.Name, proposal.Judged, i, j, at == 0 ? Emphasis.Main : Emphasis.Plain)
                    ),
                ],
            };
    }

    private TablePanel Comparison(DesignProposal? chosen)
    {
        DesignProposal[] all = [.. proposals, rows];
        return new()
        {
            Title = "Proposals compared",
            Note =
                "Hypervolume in objectives scaled by the data (best 0, worst 1), up to 1.1 in each: larger is better. A gap between the two predictions is the part of a gain that is an error of the predictors.",
            Columns =
            [
                TableColumn.Of("proposal", all.Select(of => of.Name)),
                TableColumn.Of("designs", all.Select(of => (double)of.Count)),
                TableColumn.Of("hypervolume by its predictors", all.Select(of => data.Hypervolume(of.Objectives)), 4),
                TableColumn.Of("hypervolume by others", all.Select(of => data.Hypervolume(of.Judged)), 4),
                TableColumn.Of("better than all rows", all.Select(Ahead), 2, "share"),
                TableColumn.Of("distance to the data", all.Select(of => of.Distances.Average()), 3),
                TableColumn.Of("out of bounds, brought back", all.Select(of => of.Clipped), 2, "share"),
            ],
            Chosen = chosen is null ? all.Length - 1 : Array.IndexOf(all, chosen),
        };
    }

    // The share of designs that no row of the data dominates, by the unseen predictors, and that dominate one of the data's front.
    private double Ahead(DesignProposal proposal)
    {
        int m = data.M;
        double[] front =
        [
            .. data.Best(data.Rows).TakeWhile(OnFront()).SelectMany(row => data.Objectives[(row * m)..((row + 1) * m)]),
        ];
        int ahead = proposal
            .Judged.Chunk(m)
            .Count(row =>
                front.Chunk(m).Any(of => Dominates(row, of)) && !front.Chunk(m).Any(of => Dominates(of, row))
            );
        return (double)ahead / Math.Max(1, proposal.Count);
    }

    private Func<int, bool> OnFront()
    {
        bool[] isOn = NonDominated.IsNonDominated(data.Objectives, data.M);
        return row => isOn[row];
    }

    private static bool Dominates(double[] a, double[] b) =>
        a.Zip(b).All(pair => pair.First <= pair.Second) && a.Zip(b).Any(pair => pair.First < pair.Second);

    private TablePanel Designs(DesignProposal proposal)
    {
        int columns = data.Space.Columns.Count,
            m = data.M;
        TableColumn Column(int at)
        {
            DesignColumn column = data.Space.Columns[at];
            IEnumerable<double> values = Enumerable
                .Range(0, proposal.Count)
                .Select(i => proposal.Designs[i * columns + at]);
            return column.Categories is { } categories
                ? TableColumn.Of(column.Name, values.Select(value => categories[(int)value]))
                : TableColumn.Of(column.Name, values);
        }
        return new()
        {
            Title = $"Designs of {proposal.Name}",
            Note =
                "The best predicted first. Two predictions of each objective: by the search's own predictors, and by those that it has not seen.",
            Columns =
            [
                .. objectives.SelectMany(
                    (of, j) =>
                        (TableColumn[])
                            [
                                TableColumn.Of(of.Metric, Values(proposal.Objectives, j)),
                                TableColumn.Of($"{of.Metric} (unseen)", Values(proposal.Judged, j)),
                            ]
                ),
                TableColumn.Of("distance", proposal.Distances, 3),
                .. Enumerable.Range(0, columns).Select(Column),
            ],
            Shown = 10,
        };
    }

    private IEnumerable<string> Notes(double weakest)
    {
        yield return "Hypervolumes compare within this table only: another table has other scales.";
        DesignProposal flow = proposals[0];
        if (flow.Clipped > 0)
            yield return string.Create(
                CultureInfo.InvariantCulture,
                $"{flow.Clipped:0.0%} of the designs that {flow.Name} headed for lay outside of the bounds and were brought back."
            );
        foreach (DesignProposal proposal in proposals)
            if (
                data.Scaled(proposal.Judged).Chunk(data.M).Count(row => row.Any(value => value < -Beyond))
                is > 0
                    and int beyond
            )
                yield return $"{beyond} of {proposal.Count} designs of {proposal.Name} are expected to be better in an objective than any row by more than a tenth of its range: nothing was measured there.";
        if (weakest < Trusted)
            yield return $"A predictor correlates with what was measured at {Text(weakest)} only: measure a few proposals before believing the rest.";
    }

    private Cloud Cloud(string name, double[] values, int i, int j, Emphasis emphasis) =>
        new(name, Values(values, i), Values(values, j), emphasis);

    // As the user has it: what is maximised is negated within.
    private double[] Values(double[] rowMajor, int j) =>
        [
            .. Enumerable
                .Range(0, rowMajor.Length / data.M)
                .Select(i => objectives[j].Maximise ? -rowMajor[i * data.M + j] : rowMajor[i * data.M + j]),
        ];

    private static PlotAxis Axis(Objective objective) =>
        new(objective.Metric, Better: objective.Maximise ? Better.More : Better.Less);

    private static string Counted(DesignProposal proposal) =>
        proposal.Count == 1 ? "design" : $"{proposal.Count} designs";

    private static string Text(double value) => value.ToString("0.000", CultureInfo.InvariantCulture);
}
