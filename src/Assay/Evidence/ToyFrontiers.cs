using Assay.Judge;
using Assay.Numerics;

namespace Assay.Evidence;

/// <summary>Frontiers of tests so small that all lists can be tried: how many of their points are truly undominated.</summary>
internal static class ToyFrontiers
{
    private const int Users = 4,
        Items = 6,
        Length = 2;

    /// <summary>The share of points of the frontier that some lists dominate in precision and Jain's index, over several tests.</summary>
    public static double DominatedShare(RandomStream random, int tests)
    {
        int points = 0,
            dominated = 0;
        for (int i = 0; i < tests; i++)
        {
            RecommendationTest test = Draw(random);
            int[] fewestSquares = FewestSquares(test);
            foreach (FairnessPoint point in FairnessFrontier.Of(test))
            {
                points++;
                int hits = (int)Math.Round(point.Relevance.Precision * test.Slots);
                // As relevant and fairer, or more relevant and as fair: Jain's index falls with the sum of squared counts.
                int own = SquaresOf(point, test);
                dominated +=
                    fewestSquares[hits] < own || fewestSquares.Skip(hits + 1).Any(squares => squares <= own) ? 1 : 0;
            }
        }
        return (double)dominated / points;
    }

    // For each number of hits the least sum of squared counts that any lists have.
    private static int[] FewestSquares(RecommendationTest test)
    {
        int[] fewest = new int[test.Slots + 1];
        Array.Fill(fewest, int.MaxValue);
        int[][][] pairs =
        [
            .. Enumerable
                .Range(0, test.Users)
                .Select(user =>
                    (
                        from a in Enumerable.Range(0, Items)
                        from b in Enumerable.Range(a + 1, Items - a - 1)
                        where !test.IsKnown(user, a) && !test.IsKnown(user, b)
                        select (int[])[a, b]
                    ).ToArray()
                ),
        ];
        int[] counts = new int[Items];
        Try(0, 0);
        return fewest;

        void Try(int user, int hits)
        {
            if (user == test.Users)
            {
                fewest[hits] = Math.Min(fewest[hits], counts.Sum(count => count * count));
                return;
            }
            foreach (int[] pair in pairs[user])
            {
                int own = 0;
                foreach (int item in pair)
                {
                    counts[item]++;
                    own += test.IsRelevant(user, item) ? 1 : 0;
                }
                Try(user + 1, hits + own);
                foreach (int item in pair)
                    counts[item]--;
            }
        }
    }

    // Jain's index turned back into the sum of squares that it was made of.
    private static int SquaresOf(FairnessPoint point, RecommendationTest test)
    {
        double slots = test.Slots,
            least = (double)test.Length / test.Items;
        int whole = test.Slots / test.Items,
            rest = test.Slots % test.Items;
        double most = slots * slots / (test.Items * (double)(test.Items * whole * whole + rest * (2 * whole + 1)));
        double index = least + point.Exposure.Jain * (most - least);
        return (int)Math.Round(slots * slots / (test.Items * index));
    }

    private static RecommendationTest Draw(RandomStream random)
    {
        int[][] history = new int[Users][],
            relevant = new int[Users][];
        for (int user = 0; user < Users; user++)
        {
            int[] order = [.. Enumerable.Range(0, Items)];
            random.Shuffle<int>(order);
            relevant[user] = order[..(1 + random.NextInt32(3))];
            history[user] = order[(Items - random.NextInt32(3))..];
        }
        return new(Items, Length, history, relevant);
    }
}
