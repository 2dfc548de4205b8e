using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Serialization;
using Assay.Data;
using Assay.Judge;
using Assay.Studies;

namespace Assay.Recipes.Execution;

/// <summary>Trains fixed models on the candidates of a recipe at several scales; what was found is kept in the store.</summary>
internal sealed class TierStep(Store store, StepRunner steps, IRunObserver observer)
{
    private const string Method = "judge/tiers";

    public (Study Study, bool Cached) Run(
        TierOptions options,
        Recipe recipe,
        IReadOnlyList<(string Name, Flow Flow)> candidates,
        Flow shared
    )
    {
        string key = StepKey.Of([
            Method,
            "1",
            CanonicalJson.Of(options),
            .. options.Ids.Select(path => RowIdFile.Hash(RowIdFile.Read(path))),
            recipe.Seed.ToString(),
            shared.Key,
            .. shared.Datasets.Select(dataset => dataset.Key + "=" + dataset.Value.Key),
            .. candidates.Select(candidate => candidate.Name + "=" + candidate.Flow.Key),
        ]);
        StoredStep? stored = steps.Find(key);
        bool cached = stored is not null;
        observer.StepStarted(Method, $"{candidates.Count} candidates", cached);
        if (stored is null)
        {
            Stopwatch clock = Stopwatch.StartNew();
            Study study = new TierJudge(options).Judge(
                shared.View,
                [.. candidates.Select(candidate => (candidate.Name, candidate.Flow.View))],
                steps.WorkFor(key, JudgeStep.Method, recipe.Seed, shared)
            );
            StepOutputs outputs = new()
            {
                Findings = store.Objects.Put(JsonSerializer.SerializeToUtf8Bytes(study, TierJson.Default.Study)),
            };
            stored = new(
                key,
                Method,
                CanonicalJson.Of(options),
                JsonSerializer.Serialize(candidates.Select(candidate => candidate.Flow.Key)),
                outputs.ToJson(),
                clock.Elapsed.TotalSeconds,
                candidates.Sum(candidate => (long)candidate.Flow.View.Selection.Count),
                shared.View.Dataset.Tables.Sum(table => table.Bytes)
            );
            store.SaveStep(stored);
            store.Sweep(key);
        }
        return (
            JsonSerializer.Deserialize(
                store.Objects.Get(StepOutputs.FromJson(stored.Outputs).Findings!),
                TierJson.Default.Study
            )!,
            cached
        );
    }
}

[JsonSerializable(typeof(Study))]
internal sealed partial class TierJson : JsonSerializerContext;
