namespace Assay.Judge;

/// <summary>Two texts of one experiment whose outcomes differ beyond chance: what scores of texts are held against.</summary>
/// <param name="First">One row.</param>
/// <param name="Second">The other.</param>
/// <param name="FirstIsBetter">Whether the first did better.</param>
internal readonly record struct RandomisedPair(int First, int Second, bool FirstIsBetter)
{
    /// <summary>Finds the pairs of rows of each experiment.</summary>
    /// <param name="rows">Rows to look at, ascending.</param>
    /// <param name="experiment">The experiment of each row of all.</param>
    /// <param name="text">The text of each row: pairs of one text say nothing of texts.</param>
    /// <param name="matched">What must be equal in both rows: another part of what was shown.</param>
    /// <param name="successes">Successes, or outcomes where there are no trials.</param>
    /// <param name="trials">Trials, or null: then any difference counts.</param>
    /// <param name="least">The least |z| of two rates that counts as a difference.</param>
    public static List<RandomisedPair> Find(
        IEnumerable<int> rows,
        int[] experiment,
        string[] text,
        IReadOnlyList<string[]> matched,
        double[] successes,
        double[]? trials,
        double least
    )
    {
        List<RandomisedPair> pairs = [];
        foreach (int[] group in rows.GroupBy(row => experiment[row]).Select(group => group.ToArray()))
            for (int i = 0; i < group.Length; i++)
            for (int j = i + 1; j < group.Length; j++)
            {
                (int a, int b) = (group[i], group[j]);
                if (text[a] == text[b] || matched.Any(column => column[a] != column[b]))
                    continue;
                double z = trials is null
                    ? successes[a] - successes[b]
                    : ZOf(successes[a], trials[a], successes[b], trials[b]);
                if (trials is null ? z != 0 : Math.Abs(z) > least)
                    pairs.Add(new(a, b, z > 0));
            }
        return pairs;
    }

    /// <summary>The z of two rates, their common rate pooled; 0 where that is 0 or 1.</summary>
    public static double ZOf(double successes, double trials, double otherSuccesses, double otherTrials)
    {
        double rate = (successes + otherSuccesses) / (trials + otherTrials),
            error = Math.Sqrt(rate * (1 - rate) * (1 / trials + 1 / otherTrials));
        return error > 0 ? (successes / trials - otherSuccesses / otherTrials) / error : 0;
    }

    /// <summary>How well scores tell which text of a pair does better: area under the ROC curve of score differences, and the share of pairs told right.</summary>
    /// <param name="pairs">At least one of each direction.</param>
    /// <param name="scores">A score of each row.</param>
    public static (double Auc, double Accuracy) Judge(IReadOnlyList<RandomisedPair> pairs, double[] scores)
    {
        double[] differences = [.. pairs.Select(pair => scores[pair.First] - scores[pair.Second])];
        int[] labels = [.. pairs.Select(pair => pair.FirstIsBetter ? 1 : 0)];
        double right = differences
            .Zip(
                labels,
                (d, label) =>
                    d == 0 ? 0.5
                    : d > 0 == (label == 1) ? 1
                    : 0
            )
            .Average();
        return (Learning.RankingMetrics.RocAuc(differences, labels), right);
    }
}
