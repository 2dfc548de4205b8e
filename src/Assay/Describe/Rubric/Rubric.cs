namespace Assay.Describe;

/// <summary>The three scores of a dataset about people.</summary>
/// <remarks>Source: "On Responsible Machine Learning Datasets", arXiv 2310.15848 (Nature Machine Intelligence 6, 936-949, 2024).</remarks>
/// <param name="Fairness">F.</param>
/// <param name="Privacy">P.</param>
/// <param name="Regulation">R.</param>
public sealed record Rubric(Fairness Fairness, Privacy Privacy, Regulation Regulation)
{
    /// <summary>F, P and R as shares of the best, 0 to 1 each.</summary>
    public (double Fairness, double Privacy, double Regulation) Shares =>
        (Fairness.Score / Fairness.Most, Privacy.Score / Privacy.Most, Regulation.Score / Regulation.Most);

    /// <summary>Distance of the shares to the ideal (1, 1, 1): 0 to the square root of 3.</summary>
    public double IdealDistance
    {
        get
        {
            (double f, double p, double r) = Shares;
            return Math.Sqrt((1 - f) * (1 - f) + (1 - p) * (1 - p) + (1 - r) * (1 - r));
        }
    }
}
