namespace Assay.Judge;

/// <summary>A model that was trained on a data set at a scale, and its accuracies.</summary>
/// <param name="Run">A name of its own.</param>
/// <param name="Dataset">What it was trained on.</param>
/// <param name="Scale">Everything else: model, tokens, learning rate. Empty if it is not known, or if it was not trained for the comparison.</param>
/// <param name="Accuracies">One for each task; NaN where it was not measured.</param>
public sealed record Submission(string Run, string Dataset, string Scale, IReadOnlyList<double> Accuracies);
