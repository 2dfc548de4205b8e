using Assay.Numerics;

namespace Assay.Learning;

/// <summary>How <see cref="ItemKnnRecommender"/> compares items.</summary>
public sealed record ItemKnnOptions
{
    /// <summary>Neighbours of an item that count, at least 1. Default: 100.</summary>
    public int Neighbours { get; init; } = 100;

    /// <summary>What is added to the denominator of a similarity, 0 or more: items that few users took count less. Default: 0.</summary>
    public double Shrink { get; init; }
}

/// <summary>Recommends what is taken by the same users: an item's score is the sum of its similarities to the items of the user.</summary>
/// <remarks>Similarity is the cosine over users, of which only that to the nearest neighbours counts (Deshpande and Karypis, 2004).</remarks>
public sealed class ItemKnnRecommender : IRecommender
{
    private readonly Interactions _interactions;
    private readonly (int Item, double Similarity)[][] _speaksFor;

    private ItemKnnRecommender(Interactions interactions, (int, double)[][] speaksFor) =>
        (_interactions, _speaksFor) = (interactions, speaksFor);

    /// <summary>Finds the neighbours of each item.</summary>
    public static ItemKnnRecommender Fit(Interactions interactions, ItemKnnOptions options)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(options.Neighbours);
        ArgumentOutOfRangeException.ThrowIfNegative(options.Shrink);
        int[][] usersOf = interactions.UsersOf();
        (int Item, double Similarity)[][] neighbours = new (int, double)[interactions.Items][];
        Workers.For(
            interactions.Items,
            item =>
            {
                Dictionary<int, int> together = [];
                foreach (int user in usersOf[item])
                foreach (int other in interactions.Of(user))
                    if (other != item)
                        together[other] = together.GetValueOrDefault(other) + 1;
                neighbours[item] =
                [
                    .. together
                        .Select(pair =>
                            (
                                pair.Key,
                                pair.Value
                                    / (
                                        Math.Sqrt((double)usersOf[item].Length * usersOf[pair.Key].Length)
                                        + options.Shrink
                                    )
                            )
                        )
                        .OrderByDescending(pair => pair.Item2)
                        .ThenBy(pair => pair.Key)
                        .Take(options.Neighbours),
                ];
            }
        );
        // Turned round: for an item that a user took, the items that it speaks for.
        List<(int, double)>[] speaksFor = [.. neighbours.Select(_ => new List<(int, double)>())];
        for (int item = 0; item < neighbours.Length; item++)
            foreach ((int other, double similarity) in neighbours[item])
                speaksFor[other].Add((item, similarity));
        return new(interactions, [.. speaksFor.Select(of => of.ToArray())]);
    }

    /// <inheritdoc/>
    public double[] Scores(int user)
    {
        double[] scores = new double[_speaksFor.Length];
        foreach (int taken in _interactions.Of(user))
        foreach ((int item, double similarity) in _speaksFor[taken])
            scores[item] += similarity;
        return scores;
    }
}
