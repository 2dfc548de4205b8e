namespace Assay.Learning;

/// <summary>Recommends what most users took, to everybody the same: the least that another recommender must beat.</summary>
public sealed class PopularityRecommender : IRecommender
{
    private readonly double[] _counts;

    private PopularityRecommender(double[] counts) => _counts = counts;

    /// <summary>Counts the users of each item.</summary>
    public static PopularityRecommender Fit(Interactions interactions) =>
        new([.. interactions.UsersOf().Select(users => (double)users.Length)]);

    /// <inheritdoc/>
    public double[] Scores(int user) => [.. _counts];
}
