using System.Globalization;
using Assay.Data;
using Assay.Judge;
using Assay.Numerics;
using Assay.Studies;

namespace Assay.Plan;

/// <summary>Finds the candidates that no other beats in everything, and the one to take.</summary>
/// <remarks>
/// A candidate dominates another if its mean is nowhere worse and somewhere better. An objective is settled between two
/// candidates if their intervals do not overlap, or if both are exact numbers; a domination is certain if all objectives are
/// settled; a dominated candidate is undecided if no candidate dominates it with certainty. With one objective the best
/// mean is taken, with more the knee of the front (<see cref="Knee"/>); equals go by the order of the candidates.
/// </remarks>
[Method("plan/frontier", Paper = "pareto-toolkit")]
public sealed class Frontier : IStudy
{
    private const double Reference = 1.1;
    private readonly Objective[] _objectives;
    private readonly string _candidate;

    /// <summary>Takes the objectives.</summary>
    /// <exception cref="AssayException">There is no objective, or one is named twice.</exception>
    public Frontier(FrontierOptions options)
    {
        _candidate = options.Candidate;
        _objectives =
        [
            .. options.Minimise.Select(metric => new Objective(metric, Maximise: false)),
            .. options.Maximise.Select(metric => new Objective(metric, Maximise: true)),
        ];
        if (_objectives.Length == 0)
            throw new AssayException(
                "the frontier has no objective",
                hint: "Name at least one metric: frontier: { minimise: [ bits-per-byte@target ] }."
            );
        foreach (string metric in _objectives.Select(objective => objective.Metric))
            if (_objectives.Count(objective => objective.Metric == metric) > 1)
                throw new AssayException(
                    $"the frontier names the metric '{metric}' twice",
                    hint: "Name each metric once, under 'minimise' or under 'maximise'."
                );
    }

    /// <summary>The frontier over the candidates of a table, a row for each seed of each.</summary>
    /// <param name="data">Has a column of names and one for each objective.</param>
    /// <param name="work">Cancellation.</param>
    /// <exception cref="AssayException">A column is missing, or a value is not a finite number.</exception>
    public Study Run(View data, Work work)
    {
        StudyTable table = StudyTable.Of(data, work.Cancellation);
        IReadOnlyList<PlanCandidate> candidates = PlanCandidate.Of(
            table,
            _candidate,
            [.. _objectives.Select(objective => objective.Metric)]
        );
        return FrontierStudy.Of(candidates, Of(candidates));
    }

    /// <summary>The frontier over the candidates, in their order.</summary>
    /// <exception cref="AssayException">There is no candidate, or one lacks a metric or has no finite number for it.</exception>
    public FrontierReport Of(IReadOnlyList<PlanCandidate> candidates)
    {
        if (candidates.Count == 0)
            throw new AssayException("the frontier has no candidates", hint: "Add at least one under 'candidates:'.");
        int n = candidates.Count,
            m = _objectives.Length;
        Interval[,] intervals = new Interval[n, m];
        double[] costs = new double[n * m]; // means, smaller is better
        for (int i = 0; i < n; i++)
        for (int j = 0; j < m; j++)
        {
            intervals[i, j] = IntervalOf(candidates[i], _objectives[j].Metric);
            costs[i * m + j] = _objectives[j].Maximise ? -intervals[i, j].Mean : intervals[i, j].Mean;
        }
        bool[] onFront = NonDominated.IsNonDominated(costs, m);
        int[] front = [.. Enumerable.Range(0, n).Where(i => onFront[i])];
        bool Undecided(int i) =>
            !onFront[i]
            && !Enumerable.Range(0, n).Any(other => Dominates(costs, m, other, i) && IsCertain(intervals, m, other, i));
        int[] undecided = [.. Enumerable.Range(0, n).Where(Undecided)];
        double[] unit = Normalised(costs, m);
        double[] corner = [.. Enumerable.Repeat(Reference, m)];
        double[] added = m > Hypervolume.MostExact ? [] : Hypervolume.Contributions(unit, m, corner);
        (int best, string why) = m == 1 ? Lowest(candidates, intervals, front) : Bend(candidates, costs, front);
        return new()
        {
            Objectives = _objectives,
            NonDominated = [.. front.Select(i => candidates[i].Name)],
            Undecided = [.. undecided.Select(i => candidates[i].Name)],
            Best = candidates[best].Name,
            Why = why,
            Hypervolume = Numerics.Hypervolume.Estimate(unit, m, corner, new(0, "plan/frontier")).Value,
            Contributions = added.Length == 0 ? [] : [.. front.Select(i => added[i])],
        };
    }

    private (int Best, string Why) Lowest(IReadOnlyList<PlanCandidate> candidates, Interval[,] intervals, int[] front)
    {
        int best = front[0];
        (string metric, bool maximise) = _objectives[0];
        string mean = intervals[best, 0].Mean.ToString("G6", CultureInfo.InvariantCulture);
        string why =
            $"'{candidates[best].Name}' has the {(maximise ? "highest" : "lowest")} {metric} ({mean}) of {Counted(candidates.Count, "candidate")}";
        string[] close =
        [
            .. Enumerable
                .Range(0, candidates.Count)
                .Where(i => i != best && !IsCertain(intervals, 1, best, i))
                .Select(i => $"'{candidates[i].Name}'"),
        ];
        if (close.Length > 0)
            why +=
                $", but its interval overlaps with {(close.Length == 1 ? "that" : "those")} of {string.Join(", ", close)}";
        else if (front.Length > 1)
            why += $", shared with '{candidates[front[1]].Name}', and comes first";
        return (best, why + ".");
    }

    private (int Best, string Why) Bend(IReadOnlyList<PlanCandidate> candidates, double[] costs, int[] front)
    {
        int m = _objectives.Length;
        string first = candidates[front[0]].Name;
        double[] rows = [.. front.SelectMany(i => costs.Skip(i * m).Take(m))];
        if (front.All(i => costs.AsSpan(i * m, m).SequenceEqual(costs.AsSpan(front[0] * m, m))))
            return (
                front[0],
                candidates.Count == 1
                    ? $"'{first}' is the only candidate."
                    : $"'{first}' is the best of {Counted(candidates.Count, "candidate")} in every objective"
                        + (front.Length > 1 ? $", as is '{candidates[front[1]].Name}', and comes first." : ".")
            );
        double[] distances = Knee.Distances(rows, m);
        int knee = Knee.Of(rows, m);
        string name = candidates[front[knee]].Name;
        if (distances[knee] > 1e-9)
            return (
                front[knee],
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"'{name}' is the knee of the {front.Length} candidates on the front: it lies {distances[knee]:0.###} below the plane through the extremes of the normalised objectives, further than any other."
                )
            );
        return (
            front[knee],
            $"The front of {Counted(front.Length, "candidate")} has no knee (none lies below the plane through its extremes), so '{name}', the first of those nearest to it, stands in: decide by the objective that matters most."
        );
    }

    // In objectives where 0 is the best and 1 the worst mean of all candidates; a constant objective is 0 for all.
    private static double[] Normalised(double[] costs, int m)
    {
        double[] unit = new double[costs.Length];
        for (int j = 0; j < m; j++)
        {
            double low = double.PositiveInfinity,
                high = double.NegativeInfinity;
            for (int i = j; i < costs.Length; i += m)
            {
                low = Math.Min(low, costs[i]);
                high = Math.Max(high, costs[i]);
            }
            for (int i = j; i < costs.Length; i += m)
                unit[i] = high > low ? (costs[i] - low) / (high - low) : 0;
        }
        return unit;
    }

    private static bool Dominates(double[] costs, int m, int a, int b)
    {
        bool better = false;
        for (int j = 0; j < m; j++)
        {
            if (costs[a * m + j] > costs[b * m + j])
                return false;
            better |= costs[a * m + j] < costs[b * m + j];
        }
        return better;
    }

    private static bool IsCertain(Interval[,] intervals, int m, int a, int b)
    {
        for (int j = 0; j < m; j++)
        {
            Interval x = intervals[a, j],
                y = intervals[b, j];
            bool exact = x.Low == x.High && y.Low == y.High;
            if (!exact && x.Low <= y.High && y.Low <= x.High)
                return false;
        }
        return true;
    }

    private static Interval IntervalOf(PlanCandidate candidate, string metric)
    {
        Interval interval =
            candidate.Measurements.FirstOrDefault(measurement => measurement.Metric == metric)?.Interval
            ?? throw new AssayException(
                $"candidate '{candidate.Name}' has no measurement of the frontier's metric '{metric}'",
                hint: candidate.Measurements.Count == 0
                    ? "Nothing was measured for it; add the metric under 'judge: { metrics: [...] }'."
                    : "Measured: "
                        + string.Join(", ", candidate.Measurements.Select(measurement => measurement.Metric))
                        + ". Add the metric under 'judge: { metrics: [...] }' or take it out of 'frontier:'."
            );
        if (!double.IsFinite(interval.Mean) || !(interval.Low <= interval.Mean && interval.Mean <= interval.High))
            throw new AssayException(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"the {metric} of candidate '{candidate.Name}' is {interval.Mean} with the interval [{interval.Low}, {interval.High}]"
                ),
                hint: "A frontier needs finite means inside of their intervals; look at the candidate's runs."
            );
        return interval;
    }

    private static string Counted(int count, string noun) => count == 1 ? $"1 {noun}" : $"{count} {noun}s";
}
