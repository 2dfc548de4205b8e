namespace Assay.Learning;

/// <summary>How <see cref="KnnClassifier"/> and <see cref="KnnRegressor"/> predict.</summary>
public sealed record NeighbourOptions
{
    /// <summary>Neighbours that are asked, at least 1; all rows where there are fewer. Default: 5.</summary>
    public int Neighbours { get; init; } = 5;

    /// <summary>How far rows are from each other. Default: Euclidean.</summary>
    public NeighbourDistance Distance { get; init; } = NeighbourDistance.Euclidean;
}
