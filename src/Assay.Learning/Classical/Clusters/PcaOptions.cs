namespace Assay.Learning;

/// <summary>How <see cref="Pca"/> finds components.</summary>
public sealed record PcaOptions
{
    /// <summary>Number of components, at least 1, at most the smaller of rows and features. Default: 2.</summary>
    public int Components { get; init; } = 2;

    /// <summary>Whether to subtract the mean first; without, this is a truncated SVD. Default: true.</summary>
    public bool Centre { get; init; } = true;

    /// <summary>
    /// Above this number of rows and of features, components are found by random projection and power iterations, which is
    /// exact only where their variances are well apart from the rest. Default: 1024.
    /// </summary>
    public int ExactUpTo { get; init; } = 1024;

    /// <summary>Power iterations of the random way, at least 0. Default: 7.</summary>
    public int PowerIterations { get; init; } = 7;
}
