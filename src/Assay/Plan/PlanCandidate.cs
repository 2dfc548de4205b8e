using Assay.Judge;

namespace Assay.Plan;

/// <summary>A candidate as the frontier sees it.</summary>
/// <param name="Name">Its name, unique among the candidates.</param>
/// <param name="Measurements">What was measured for it; its rows and bytes are measurements too.</param>
public sealed record PlanCandidate(string Name, IReadOnlyList<Measurement> Measurements);
