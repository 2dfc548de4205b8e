namespace Assay.Judge;

/// <summary>Measures that weigh relevance and fairness to items in one number: what DPFR is compared with.</summary>
/// <param name="BetterOff">IBO: the share of the items with a user for whom they are relevant that get a tenth more attention from such users than by chance. More is better.</param>
/// <param name="Envy">MME: the mean over items of the most attention that another item's places would have brought them. Less is better.</param>
/// <param name="Attention">IAA: the mean over users and items of the distance of attention from relevance. Less is better.</param>
/// <param name="Individual">II-F: the mean over users and items of the squared distance of exposure from its target. Less is better.</param>
/// <param name="Aggregate">AI-F: the mean over items of the square of the mean distance over users. Less is better.</param>
public sealed record JointScores(double BetterOff, double Envy, double Attention, double Individual, double Aggregate)
{
    private const double Patience = 0.8, // gamma: the share of users who look at the next place
        MoreThanChance = 1.1;

    /// <summary>Those of lists.</summary>
    /// <param name="test">Users and items.</param>
    /// <param name="lists">A list for each user, of which the first k items count.</param>
    public static JointScores Of(RecommendationTest test, IReadOnlyList<int[]> lists)
    {
        test.Check(lists);
        List<int>[] usersOf = [.. Enumerable.Range(0, test.Items).Select(_ => new List<int>())];
        for (int user = 0; user < test.Users; user++)
            foreach (int item in test.Relevant(user))
                usersOf[item].Add(user);
        (double betterOff, double envy) = Impacts(test, lists, usersOf);
        (double individual, double aggregate) = Exposures(test, lists);
        return new(betterOff, envy, AttentionOf(test, lists), individual, aggregate);
    }

    // What an item gets from the users for whom it is relevant, and what it would get at the places of others.
    private static (double BetterOff, double Envy) Impacts(
        RecommendationTest test,
        IReadOnlyList<int[]> lists,
        List<int>[] usersOf
    )
    {
        double harmonic = Enumerable.Range(1, test.Length).Sum(rank => 1.0 / rank),
            envies = 0;
        double[] impact = new double[test.Items];
        int[] stamp = new int[test.Items];
        int better = 0,
            wanted = 0;
        for (int item = 0; item < test.Items; item++)
        {
            if (usersOf[item].Count == 0)
                continue;
            wanted++;
            double most = 0,
                own = 0;
            foreach (int user in usersOf[item])
                for (int at = 0; at < test.Length; at++)
                {
                    int shown = lists[user][at];
                    if (stamp[shown] != item + 1)
                        (stamp[shown], impact[shown]) = (item + 1, 0);
                    impact[shown] += 1.0 / (at + 1);
                    most = Math.Max(most, impact[shown]);
                }
            if (stamp[item] == item + 1)
                own = impact[item];
            envies += most - own;
            if (own >= MoreThanChance * usersOf[item].Count * harmonic / test.Items)
                better++;
        }
        return ((double)better / wanted, envies / test.Items / test.Users);
    }

    private static double AttentionOf(RecommendationTest test, IReadOnlyList<int[]> lists)
    {
        double sum = 0;
        for (int user = 0; user < test.Users; user++)
        {
            int missed = test.Relevant(user).Length;
            for (int at = 0; at < test.Length; at++)
            {
                bool isRelevant = test.IsRelevant(user, lists[user][at]);
                double attention = test.Length == 1 ? 1 : (double)(test.Length - 1 - at) / (test.Length - 1);
                sum += Math.Abs(attention - (isRelevant ? 1 : 0));
                missed -= isRelevant ? 1 : 0;
            }
            sum += missed;
        }
        return sum / test.Items / test.Users;
    }

    private static (double Individual, double Aggregate) Exposures(RecommendationTest test, IReadOnlyList<int[]> lists)
    {
        double squares = 0;
        double[] sums = new double[test.Items],
            own = new double[test.Items];
        for (int user = 0; user < test.Users; user++)
        {
            ReadOnlySpan<int> relevant = test.Relevant(user);
            double target = (1 - Math.Pow(Patience, relevant.Length)) / ((1 - Patience) * relevant.Length),
                exposure = 1;
            foreach (int item in relevant)
                own[item] = -target;
            for (int at = 0; at < test.Length; at++, exposure *= Patience)
                own[lists[user][at]] += exposure;
            Take(relevant);
            Take(lists[user].AsSpan(0, test.Length));
        }
        double n = test.Items,
            m = test.Users;
        return (squares / (n * m), sums.Sum(sum => sum / m * (sum / m)) / n);

        void Take(ReadOnlySpan<int> items)
        {
            foreach (int item in items)
            {
                squares += own[item] * own[item];
                sums[item] += own[item];
                own[item] = 0;
            }
        }
    }
}
