namespace Assay.Learning;

/// <summary>Principal components.</summary>
public sealed record PcaModel
{
    /// <summary>Number of features of a row.</summary>
    public required int Features { get; init; }

    /// <summary>Components x features, row-major: orthonormal, by falling variance; the largest number of each is positive.</summary>
    public required double[] Components { get; init; }

    /// <summary>What is subtracted from rows; 0 without centring.</summary>
    public required double[] Mean { get; init; }

    /// <summary>The singular values of the (centred, weighted) rows.</summary>
    public required double[] SingularValues { get; init; }

    /// <summary>Their squares over the total weight minus 1: the variance along each component, if centred.</summary>
    public required double[] ExplainedVariance { get; init; }

    /// <summary>Coordinates of rows along the components.</summary>
    /// <param name="features">Rows of as many features.</param>
    /// <returns>One row a row, one column a component.</returns>
    /// <exception cref="ArgumentException">The number of features differs, or a feature is not finite.</exception>
    public Matrix Transform(Matrix features)
    {
        features.Check(Features);
        int k = SingularValues.Length;
        double[] offsets = new double[k];
        for (int c = 0; c < k; c++)
            offsets[c] = -MixedProducts.Dot(Components.AsSpan(c * Features, Features), Mean);
        double[] coordinates = new DenseDesign(features).Project(Components, offsets);
        return new([.. coordinates.Select(value => (float)value)], k);
    }
}
