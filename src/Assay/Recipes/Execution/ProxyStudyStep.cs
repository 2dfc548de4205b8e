using System.Diagnostics;
using System.Text;
using System.Text.Json;
using Assay.Data;
using Assay.Judge;

namespace Assay.Recipes.Execution;

/// <summary>Compares small runs on the candidates of a recipe; what was found is kept in the store.</summary>
internal sealed class ProxyStudyStep(Store store, StepRunner steps, IRunObserver observer)
{
    private const string Method = "judge/proxies";

    public ProxyStudyReport Run(
        ProxyStudyOptions study,
        Recipe recipe,
        IReadOnlyList<(string Name, Flow Flow)> candidates,
        Flow shared
    )
    {
        if (recipe.Judge is not { } judge)
            throw new AssayException(
                "the recipe has no 'judge:' section, so there are no proxies to compare",
                new(recipe.Path),
                "Add one: judge: { proxy: gpt-250k, metrics: [ bits-per-byte@target ] }."
            );
        string key = StepKey.Of([
            Method,
            "1",
            CanonicalJson.Of(study),
            CanonicalJson.Of(judge),
            recipe.Seed.ToString(),
            .. shared.Datasets.Select(dataset => dataset.Key + "=" + dataset.Value.Key),
            .. candidates.Select(candidate => candidate.Name + "=" + candidate.Flow.Key),
        ]);
        StoredStep? stored = steps.Find(key);
        observer.StepStarted(Method, $"{candidates.Count} candidates", stored is not null);
        if (stored is null)
        {
            Stopwatch clock = Stopwatch.StartNew();
            ProxyStudyReport report = new ProxyStudy(study).Study(
                judge,
                [.. candidates.Select(candidate => (candidate.Name, candidate.Flow.View))],
                steps.WorkFor(key, JudgeStep.Method, recipe.Seed, shared)
            );
            StepOutputs outputs = new() { Findings = store.Objects.Put(Encoding.UTF8.GetBytes(report.ToJson())) };
            stored = new(
                key,
                Method,
                CanonicalJson.Of(study),
                JsonSerializer.Serialize(candidates.Select(candidate => candidate.Flow.Key)),
                outputs.ToJson(),
                clock.Elapsed.TotalSeconds,
                candidates.Sum(candidate => (long)candidate.Flow.View.Selection.Count),
                shared.View.Dataset.Tables.Sum(table => table.Bytes)
            );
            store.SaveStep(stored);
            store.Sweep(key);
        }
        return ProxyStudyReport.FromJson(store.Objects.Get(StepOutputs.FromJson(stored.Outputs).Findings!));
    }
}
