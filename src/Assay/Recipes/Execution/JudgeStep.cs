using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Serialization;
using Assay.Data;
using Assay.Judge;
using Assay.Plan;

namespace Assay.Recipes.Execution;

/// <summary>Judges the candidates of a recipe and draws the frontier; measurements are kept in the store.</summary>
internal sealed class JudgeStep(Store store, StepRunner steps, IRunObserver observer)
{
    public const string Method = "judge/proxy";

    public Judgement Run(Recipe recipe, IReadOnlyList<(string Name, Flow Flow)> candidates, Flow shared)
    {
        if (candidates.Count == 0)
            return new([], null, [], []);
        JudgeOptions judge = recipe.Judge ?? new JudgeOptions { Metrics = ["rows", "bytes"] };
        // Rows and bytes are always measured: the summary names them. Other sizes are objectives without being asked for.
        IEnumerable<string> compared = recipe.Frontier is { } wanted ? wanted.Minimise.Concat(wanted.Maximise) : [];
        judge = judge with
        {
            Metrics = [.. judge.Metrics.Union(compared.Intersect(Metric.Sizes)).Union(["rows", "bytes"])],
        };
        string key = StepKey.Of([
            Method,
            "2",
            CanonicalJson.Of(judge),
            recipe.Seed.ToString(),
            .. shared.Datasets.Select(dataset => dataset.Key + "=" + dataset.Value.Key),
            .. candidates.Select(candidate => candidate.Name + "=" + candidate.Flow.Key),
        ]);
        StoredStep? stored = steps.Find(key);
        observer.StepStarted(Method, $"{candidates.Count} candidates", stored is not null);
        stored ??= Measure(judge, key, recipe.Seed, candidates, shared);
        Measured measured = JsonSerializer.Deserialize(
            store.Objects.Get(StepOutputs.FromJson(stored.Outputs).Findings!),
            JudgeJson.Default.Measured
        )!;
        Dictionary<string, IReadOnlyList<Measurement>> measurements = measured.Candidates.ToDictionary(
            candidate => candidate.Name,
            candidate => candidate.Measurements
        );
        FrontierReport? frontier = recipe.Frontier is { } objectives
            ? new Frontier(objectives).Of([.. candidates.Select(c => new PlanCandidate(c.Name, measurements[c.Name]))])
            : null;
        return new(measurements, frontier, frontier is null ? [] : Differences(measurements, frontier), measured.Notes);
    }

    private StoredStep Measure(
        JudgeOptions judge,
        string key,
        ulong seed,
        IReadOnlyList<(string Name, Flow Flow)> candidates,
        Flow shared
    )
    {
        Stopwatch clock = Stopwatch.StartNew();
        Work work = steps.WorkFor(key, Method, seed, shared);
        ProxyJudge method = new(judge);
        var measured = method.Judge([.. candidates.Select(c => (c.Name, c.Flow.View))], work, out RateChoice? rate);
        StepOutputs outputs = new()
        {
            Findings = store.Objects.Put(
                JsonSerializer.SerializeToUtf8Bytes(
                    new Measured(
                        [.. measured.Select((measurements, i) => new Candidate(candidates[i].Name, measurements))],
                        [.. Notes(rate, measured)]
                    ),
                    JudgeJson.Default.Measured
                )
            ),
        };
        StoredStep stored = new(
            key,
            Method,
            CanonicalJson.Of(judge),
            JsonSerializer.Serialize(candidates.Select(c => c.Flow.Key)),
            outputs.ToJson(),
            clock.Elapsed.TotalSeconds,
            candidates.Sum(c => (long)c.Flow.View.Selection.Count),
            shared.View.Dataset.Tables.Sum(table => table.Bytes)
        );
        store.SaveStep(stored);
        store.Sweep(key);
        return stored;
    }

    private static IEnumerable<string> Notes(RateChoice? rate, IReadOnlyList<IReadOnlyList<Measurement>> measured)
    {
        if (rate is not null)
            yield return rate.Note();
        if (measured.Count < 2)
            yield break;
        for (int i = 0; i < measured[0].Count; i++)
        {
            string metric = measured[0][i].Metric;
            if (
                metric.Contains('@')
                && SeedNoise.Of([.. measured.Select(of => of[i].Values)]).Warning(metric) is { } warning
            )
                yield return warning;
        }
    }

    private static Dictionary<string, IReadOnlyList<Measurement>> Differences(
        Dictionary<string, IReadOnlyList<Measurement>> measurements,
        FrontierReport frontier
    )
    {
        IReadOnlyList<Measurement> best = measurements[frontier.Best];
        HashSet<string> objectives = [.. frontier.Objectives.Select(objective => objective.Metric)];
        return measurements
            .Where(candidate => candidate.Key != frontier.Best)
            .ToDictionary(
                candidate => candidate.Key,
                candidate =>
                    (IReadOnlyList<Measurement>)
                        [
                            .. candidate
                                .Value.Where(measurement => objectives.Contains(measurement.Metric))
                                .Select(measurement =>
                                    measurement.Minus(best.First(other => other.Metric == measurement.Metric))
                                ),
                        ]
            );
    }

    internal sealed record Measured(IReadOnlyList<Candidate> Candidates, IReadOnlyList<string> Notes);

    internal sealed record Candidate(string Name, IReadOnlyList<Measurement> Measurements);
}

/// <summary>What the judge found.</summary>
/// <param name="Measurements">Per candidate.</param>
/// <param name="Frontier">The frontier, if the recipe asks for one.</param>
/// <param name="DifferenceToBest">Per candidate but the best one, paired differences on the objectives.</param>
/// <param name="Notes">What a reader of the measurements should know.</param>
internal sealed record Judgement(
    Dictionary<string, IReadOnlyList<Measurement>> Measurements,
    FrontierReport? Frontier,
    Dictionary<string, IReadOnlyList<Measurement>> DifferenceToBest,
    IReadOnlyList<string> Notes
)
{
    /// <summary>Bytes of text of each candidate.</summary>
    public long Bytes(string candidate) =>
        (long)Measurements[candidate].First(measurement => measurement.Metric == "bytes").Interval.Mean;
}

[JsonSerializable(typeof(JudgeStep.Measured))]
internal sealed partial class JudgeJson : JsonSerializerContext;
