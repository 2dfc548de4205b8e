namespace Assay.Learning;

/// <summary>How far rows are from each other.</summary>
public enum NeighbourDistance
{
    /// <summary>The square root of the sum of squared differences.</summary>
    Euclidean,

    /// <summary>1 minus the cosine of the angle, from 0 to 2; 1 where a row is zero.</summary>
    Cosine,
}
