using System.Globalization;
using Assay.Judge;
using Assay.Numerics;
using Assay.Studies;

namespace Assay.Plan;

/// <summary>A frontier as a study: each pair of objectives as a plane, and all candidates with their standing.</summary>
internal static class FrontierStudy
{
    private const int MaxPlanes = 6;

    public static Study Of(IReadOnlyList<PlanCandidate> candidates, FrontierReport frontier)
    {
        IReadOnlyList<Objective> objectives = frontier.Objectives;
        Standing StandingOf(PlanCandidate candidate) =>
            frontier.NonDominated.Contains(candidate.Name) ? Standing.NonDominated
            : frontier.Undecided.Contains(candidate.Name) ? Standing.Undecided
            : Standing.Dominated;
        List<Panel> panels = [];
        for (int i = 0; i < objectives.Count; i++)
        for (int j = i + 1; j < objectives.Count && panels.Count < MaxPlanes; j++)
            panels.Add(
                new PointsPanel
                {
                    Title = $"{objectives[i].Metric} and {objectives[j].Metric}",
                    Note =
                        panels.Count == 0
                            ? "Whiskers are 95 % intervals over seeds. A hollow point is dominated by its means, but not beyond its intervals: more seeds may move it onto the front."
                            : "",
                    X = AxisOf(objectives[i]),
                    Y = AxisOf(objectives[j]),
                    Staircase = objectives.Count == 2,
                    Points =
                    [
                        .. candidates.Select(candidate => new PlotPoint(
                            candidate.Name,
                            IntervalOf(candidate, objectives[i]),
                            IntervalOf(candidate, objectives[j]),
                            StandingOf(candidate)
                        )
                        {
                            IsChosen = candidate.Name == frontier.Best,
                        }),
                    ],
                }
            );
        if (objectives.Count == 1)
            panels.Add(
                new IntervalPanel
                {
                    Title = objectives[0].Metric,
                    Axis = AxisOf(objectives[0]),
                    Lines =
                    [
                        .. candidates.Select(candidate => new IntervalLine(
                            candidate.Name,
                            IntervalOf(candidate, objectives[0]),
                            candidate.Name == frontier.Best
                        )),
                    ],
                }
            );
        panels.Add(
            new TablePanel
            {
                Title = "Candidates",
                Note = objectives.Count > 1 ? "What a candidate adds is the hypervolume that is lost without it." : "",
                Columns =
                [
                    TableColumn.Of("candidate", candidates.Select(candidate => candidate.Name)),
                    TableColumn.Of("standing", candidates.Select(candidate => Words(StandingOf(candidate)))),
                    TableColumn.Of(
                        "seeds",
                        candidates.Select(candidate => (double)candidate.Measurements[0].Values.Count)
                    ),
                    .. frontier.Contributions.Count == 0 || objectives.Count == 1
                        ? (TableColumn[])[]
                        :
                        [
                            TableColumn.Of(
                                "adds",
                                candidates.Select(candidate =>
                                    frontier.NonDominated.ToList().IndexOf(candidate.Name) is >= 0 and int at
                                        ? frontier.Contributions[at]
                                        : 0
                                ),
                                4
                            ),
                        ],
                    .. objectives.SelectMany(objective =>
                        (TableColumn[])
                            [
                                TableColumn.Of(
                                    objective.Metric,
                                    candidates.Select(candidate => IntervalOf(candidate, objective).Mean)
                                ),
                                TableColumn.Of(
                                    "\u00b1",
                                    candidates.Select(candidate =>
                                        IntervalOf(candidate, objective).High - IntervalOf(candidate, objective).Mean
                                    )
                                ),
                            ]
                    ),
                ],
                Chosen = candidates.Index().First(candidate => candidate.Item.Name == frontier.Best).Index,
            }
        );
        return new()
        {
            Title = "Frontier",
            Answer = $"Take '{frontier.Best}'. {frontier.Why}",
            Facts =
            [
                new("On the front", $"{frontier.NonDominated.Count} of {candidates.Count}"),
                new(
                    "Not decided",
                    frontier.Undecided.Count.ToString(CultureInfo.InvariantCulture),
                    "dominated, but within the intervals"
                ),
                new(
                    "Hypervolume",
                    frontier.Hypervolume.ToString("0.0000", CultureInfo.InvariantCulture),
                    "objectives scaled to 0..1, reference point 1.1"
                ),
            ],
            Panels = panels,
            Notes = candidates.All(candidate => candidate.Measurements.All(measured => measured.Values.Count == 1))
                ?
                [
                    "Every candidate has one row, so nothing is known of the error: give a row for each seed to get intervals.",
                ]
                : [],
        };
    }

    private static PlotAxis AxisOf(Objective objective) =>
        new(objective.Metric, Better: objective.Maximise ? Better.More : Better.Less);

    private static MeanInterval IntervalOf(PlanCandidate candidate, Objective objective)
    {
        Interval interval = candidate.Measurements.First(measured => measured.Metric == objective.Metric).Interval;
        return new(interval.Mean, interval.Low, interval.High, interval.Confidence);
    }

    private static string Words(Standing standing) =>
        standing switch
        {
            Standing.NonDominated => "on the front",
            Standing.Undecided => "not decided",
            _ => "dominated",
        };
}
