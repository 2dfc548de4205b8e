using Assay.Data;

namespace Assay.Evidence;

/// <summary>All experiments, by slug.</summary>
public static class Experiments
{
    private static readonly Lazy<IReadOnlyList<IExperiment>> Found = new(() =>
        [
            .. typeof(Experiments)
                .Assembly.GetTypes()
                .Where(type => type is { IsClass: true, IsAbstract: false } && type.IsAssignableTo(typeof(IExperiment)))
                .Select(type => (IExperiment)Activator.CreateInstance(type)!)
                .OrderBy(experiment => experiment.Slug, StringComparer.Ordinal),
        ]
    );

    /// <summary>The experiments of Assay, by slug.</summary>
    public static IReadOnlyList<IExperiment> All => Found.Value;

    /// <summary>The experiment of a paper.</summary>
    /// <exception cref="AssayException">There is none.</exception>
    public static IExperiment Get(string slug) =>
        All.FirstOrDefault(experiment => experiment.Slug == slug)
        ?? throw new AssayException(
            $"there is no experiment '{slug}'",
            hint: Data.Nearest.Hint(slug, All.Select(experiment => experiment.Slug))
                ?? "There are: " + string.Join(", ", All.Select(experiment => experiment.Slug)) + "."
        );
}
