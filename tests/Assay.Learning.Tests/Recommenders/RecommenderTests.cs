using Assay.Learning;
using Assay.Numerics;

namespace Assay.Tests;

public class RecommenderTests
{
    private static readonly Interactions Few = new(
        [
            [0, 1],
            [0, 1, 2],
            [2, 3],
            [0, 3],
            [],
        ],
        4
    );

    [Fact]
    public void Popularity_counts_users()
    {
        Assert.Equal([3, 2, 2, 2], PopularityRecommender.Fit(Few).Scores(4));
        IRecommender popular = PopularityRecommender.Fit(Few);
        (int[] items, double[] scores) = popular.Top(0, 2, item => Few.Has(0, item));
        Assert.Equal([2, 3], items); // equals by number
        Assert.Equal([2, 2], scores);
    }

    [Fact]
    public void Item_neighbours_have_cosines()
    {
        double[] scores = ItemKnnRecommender.Fit(Few, new()).Scores(0);
        double c01 = 2 / Math.Sqrt(6),
            c02 = 1 / Math.Sqrt(6),
            c03 = 1 / Math.Sqrt(6),
            c12 = 1 / 2.0;
        Assert.Equal(c01, scores[0], 12);
        Assert.Equal(c01, scores[1], 12);
        Assert.Equal(c02 + c12, scores[2], 12);
        Assert.Equal(c03, scores[3], 12);
        // With one neighbour item 2 has item 1 (a half) and not item 0.
        Assert.Equal(c12, ItemKnnRecommender.Fit(Few, new() { Neighbours = 1 }).Scores(0)[2], 12);
        Assert.Equal(2 / (Math.Sqrt(6) + 3), ItemKnnRecommender.Fit(Few, new() { Shrink = 3 }).Scores(0)[0], 12);
        Assert.All(ItemKnnRecommender.Fit(Few, new()).Scores(4), score => Assert.Equal(0, score));
    }

    [Fact]
    public void Ease_is_ridge_regression_of_each_item_on_the_others()
    {
        RandomStream random = new(3, "ease");
        const int items = 6;
        const double ridge = 1.5;
        int[][] own =
        [
            .. Enumerable
                .Range(0, 20)
                .Select(_ => Enumerable.Range(0, items).Where(_ => random.NextDouble() < 0.4).ToArray()),
        ];
        EaseRecommender ease = EaseRecommender.Fit(new(own, items), ridge);
        for (int target = 0; target < items; target++)
        {
            int[] others = [.. Enumerable.Range(0, items).Where(item => item != target)];
            float[] features = [.. own.SelectMany(of => others.Select(item => of.Contains(item) ? 1f : 0f))];
            // Gradient descent to the optimum of the sum of squares plus ridge: plain, and slow.
            double[] weights = new double[items - 1];
            for (int step = 0; step < 20000; step++)
            {
                double[] gradient = [.. weights.Select(weight => ridge * weight)];
                for (int user = 0; user < own.Length; user++)
                {
                    double error = -(own[user].Contains(target) ? 1 : 0);
                    for (int j = 0; j < weights.Length; j++)
                        error += weights[j] * features[user * weights.Length + j];
                    for (int j = 0; j < weights.Length; j++)
                        gradient[j] += error * features[user * weights.Length + j];
                }
                for (int j = 0; j < weights.Length; j++)
                    weights[j] -= 0.02 * gradient[j];
            }
            for (int user = 0; user < own.Length; user++)
                Assert.Equal(
                    others.Index().Sum(other => own[user].Contains(other.Item) ? weights[other.Index] : 0),
                    ease.Scores(user)[target],
                    1e-9
                );
        }
        Assert.ThrowsAny<ArgumentException>(() => EaseRecommender.Fit(Few, 0));
    }

    [Fact]
    public void Bpr_puts_the_items_of_like_users_first()
    {
        // Two groups of users, each of whom took four of its group's six items.
        RandomStream random = new(1, "groups");
        int[][] own =
        [
            .. Enumerable
                .Range(0, 40)
                .Select(user =>
                {
                    int[] items = [.. Enumerable.Range(user % 2 * 6, 6)];
                    random.Shuffle<int>(items);
                    return items[..4].Order().ToArray();
                }),
        ];
        Interactions interactions = new(own, 12);
        BprRecommender model = BprRecommender.Fit(interactions, new(), new(5, "bpr"));
        int right = 0;
        for (int user = 0; user < 40; user++)
            right += ((IRecommender)model)
                .Top(user, 2, item => interactions.Has(user, item))
                .Items.Count(item => item / 6 == user % 2);
        Assert.True(right >= 76, $"{right} of 80");
        Assert.Equal(model.Scores(3), BprRecommender.Fit(interactions, new(), new(5, "bpr")).Scores(3));
        // A user who took everything has nothing to be compared with.
        BprRecommender.Fit(
            new(
                [
                    [0, 1],
                ],
                2
            ),
            new(),
            new(5, "bpr")
        );
    }

    [Fact]
    public void Bad_interactions_are_refused()
    {
        Assert.ThrowsAny<ArgumentException>(() =>
            new Interactions(
                [
                    [1, 0],
                ],
                2
            )
        );
        Assert.ThrowsAny<ArgumentException>(() =>
            new Interactions(
                [
                    [2],
                ],
                2
            )
        );
        Assert.ThrowsAny<ArgumentException>(() =>
            new Interactions(
                [
                    [],
                    [],
                ],
                2
            )
        );
    }

    [Fact]
    public void Threads_change_nothing()
    {
        double[] two = ItemKnnRecommender.Fit(Few, new()).Scores(1),
            ease = EaseRecommender.Fit(Few, 2).Scores(1);
        using Workers.LimitScope limit = Workers.Limit(1);
        Assert.Equal(two, ItemKnnRecommender.Fit(Few, new()).Scores(1));
        Assert.Equal(ease, EaseRecommender.Fit(Few, 2).Scores(1));
    }
}
