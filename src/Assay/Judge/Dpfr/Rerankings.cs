namespace Assay.Judge;

/// <summary>Ways to put the head of longer lists in another order, so that items that are seldom shown come up.</summary>
/// <remarks>Source: the re-rankings that arXiv 2502.11921 compares; all ties go to the lower item. Coverage is how often an item is among the first k.</remarks>
public static class Rerankings
{
    private const double Beta = 0.05,
        MostExchanged = 0.25;

    /// <summary>Borda counts: points by place in the list, and points by place in the order of ascending coverage, added.</summary>
    /// <param name="test">Users and items.</param>
    /// <param name="lists">Lists of more than k items, all of one length.</param>
    public static int[][] Borda(RecommendationTest test, IReadOnlyList<int[]> lists)
    {
        int depth = DepthOf(test, lists);
        ExposureCounts coverage = new(test, lists);
        return
        [
            .. lists.Select(list =>
            {
                Dictionary<int, int> points = [];
                foreach ((int at, int item) in list.Index())
                    points[item] = depth - 1 - at;
                foreach ((int at, int item) in ByCoverage(list, coverage).Index())
                    points[item] += depth - 1 - at;
                return Sorted(list, item => points[item]);
            }),
        ];
    }

    /// <summary>CombMNZ: the scaled score and the scaled rarity of an item, added, times how many of the two are not 0; either counts only where the item is among the first k by it.</summary>
    /// <param name="test">Users and items.</param>
    /// <param name="lists">Lists of more than k items, all of one length.</param>
    /// <param name="scores">The score of each item of each list, descending.</param>
    public static int[][] CombMnz(RecommendationTest test, IReadOnlyList<int[]> lists, IReadOnlyList<double[]> scores)
    {
        DepthOf(test, lists);
        Check(lists, scores);
        ExposureCounts coverage = new(test, lists);
        double low = scores.Min(of => of.Min()),
            range = scores.Max(of => of.Max()) - low;
        int least = lists.Min(list => list.Min(item => coverage[item])),
            spread = lists.Max(list => list.Max(item => coverage[item])) - least;
        return
        [
            .. lists.Select(
                (list, user) =>
                {
                    Dictionary<int, double> byScore = [],
                        byRarity = [];
                    for (int at = 0; at < test.Length; at++)
                        byScore[list[at]] = range > 0 ? (scores[user][at] - low) / range : 0;
                    foreach (int item in ByCoverage(list, coverage).Take(test.Length))
                        byRarity[item] = spread > 0 ? 1 - (double)(coverage[item] - least) / spread : 0;
                    return Sorted(
                        list,
                        item =>
                        {
                            double score = byScore.GetValueOrDefault(item),
                                rarity = byRarity.GetValueOrDefault(item);
                            return (score + rarity) * ((score != 0 ? 1 : 0) + (rarity != 0 ? 1 : 0));
                        }
                    );
                }
            ),
        ];
    }

    /// <summary>
    /// Greedy substitution: places of items that are shown more than the mean and a twentieth of the maximum go to items shown less than a twentieth of
    /// the maximum below that; for each pair of items the user who loses least score, then the cheapest exchanges, at most a quarter of all places.
    /// </summary>
    /// <remarks>
    /// An item can only take a place in a list whose longer form holds it, since its score is not known elsewhere; the released code has all scores. That code also takes
    /// the relevance of an exchanged place from the last pair that it looked at, and fails where a pair has no user: here neither happens.
    /// </remarks>
    /// <inheritdoc cref="CombMnz"/>
    public static int[][] GreedySubstitution(
        RecommendationTest test,
        IReadOnlyList<int[]> lists,
        IReadOnlyList<double[]> scores
    )
    {
        DepthOf(test, lists);
        Check(lists, scores);
        ExposureCounts coverage = new(test, lists);
        (bool[] isOften, bool[] isSeldom) = Ends(test, lists, coverage);
        Dictionary<(int From, int To), (double Loss, int User)> cheapest = [];
        for (int user = 0; user < test.Users; user++)
        for (int at = 0; at < test.Length; at++)
        for (int below = test.Length; isOften[lists[user][at]] && below < lists[user].Length; below++)
        {
            if (!isSeldom[lists[user][below]])
                continue;
            (int, int) pair = (lists[user][at], lists[user][below]);
            double loss = scores[user][at] - scores[user][below];
            if (!cheapest.TryGetValue(pair, out (double Loss, int User) known) || loss < known.Loss)
                cheapest[pair] = (loss, user);
        }
        int[][] result = [.. lists.Select(list => list.ToArray())];
        foreach (
            ((int from, int to), (_, int user)) in cheapest
                .OrderBy(entry => entry.Value.Loss)
                .ThenBy(entry => entry.Key)
                .Take((int)Math.Round(MostExchanged * test.Slots))
        )
        {
            int at = Array.IndexOf(result[user], from),
                other = Array.IndexOf(result[user], to);
            // Another exchange may have taken the place before.
            if (at < test.Length && other >= test.Length)
                (result[user][at], result[user][other]) = (to, from);
        }
        return result;
    }

    // Which items are shown too often, and which too seldom, among those that lists hold.
    private static (bool[] IsOften, bool[] IsSeldom) Ends(
        RecommendationTest test,
        IReadOnlyList<int[]> lists,
        ExposureCounts coverage
    )
    {
        int[] items = [.. lists.SelectMany(list => list).Distinct()];
        int most = items.Max(item => coverage[item]);
        double mean = items.Average(item => coverage[item]),
            above = Math.Min(Math.Floor(mean + Beta * most), most),
            below = above - Beta * most;
        bool[] isOften = new bool[test.Items],
            isSeldom = new bool[test.Items];
        foreach (int item in items)
            (isOften[item], isSeldom[item]) = (coverage[item] > above, coverage[item] < below);
        // Where one end is empty, the middle stands in for it.
        bool noneOften = !isOften.Contains(true),
            noneSeldom = !isSeldom.Contains(true);
        foreach (int item in items)
            if (!isOften[item] && !isSeldom[item] && coverage[item] != below)
                (isOften[item], isSeldom[item]) = (noneOften, noneSeldom && !noneOften);
        return (isOften, isSeldom);
    }

    private static IEnumerable<int> ByCoverage(int[] list, ExposureCounts coverage) =>
        list.OrderBy(item => coverage[item]).ThenBy(item => item);

    private static int[] Sorted(int[] list, Func<int, double> score) =>
        [.. list.OrderByDescending(score).ThenBy(item => item)];

    private static int DepthOf(RecommendationTest test, IReadOnlyList<int[]> lists)
    {
        test.Check(lists);
        int depth = lists[0].Length;
        return lists.All(list => list.Length == depth)
            ? depth
            : throw new ArgumentException("The lists are not of one length.");
    }

    private static void Check(IReadOnlyList<int[]> lists, IReadOnlyList<double[]> scores)
    {
        for (int user = 0; user < lists.Count; user++)
            if (
                scores.Count != lists.Count
                || scores[user].Length != lists[user].Length
                || !scores[user].All(double.IsFinite)
            )
                throw new ArgumentException($"The list of user {user} has no finite score for each item.");
    }
}
