namespace Assay.Judge;

/// <summary>The lists of a recommender.</summary>
/// <param name="Name">What it is called.</param>
/// <param name="Lists">A list for each user, best first.</param>
/// <param name="Scores">The score of each item of each list, or null where none are known.</param>
public sealed record RecommendationRun(string Name, int[][] Lists, double[][]? Scores = null);
