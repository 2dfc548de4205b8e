namespace Assay.Judge;

/// <summary>A task of a benchmark that data sets are judged by.</summary>
/// <param name="Name">Its name: the column of its accuracies.</param>
/// <param name="Category">What it asks for, such as <c>commonsense reasoning</c>; may be empty.</param>
/// <param name="Chance">Accuracy of guessing, from 0 to below 1.</param>
/// <param name="IsCore">Whether it is one of the tasks that vary little between seeds.</param>
public sealed record BenchmarkTask(string Name, string Category, double Chance, bool IsCore)
{
    /// <summary>Accuracy above chance: 0 for guessing, 1 for all right, below 0 for less than guessing.</summary>
    /// <param name="accuracy">In [0, 1]; NaN where it was not measured.</param>
    public double Centred(double accuracy) => (accuracy - Chance) / (1 - Chance);
}
