using Assay.Learning;

namespace Assay.Train;

/// <summary>Averages of the weights of models that were fine-tuned from one start: uniform, the best few, or greedy.</summary>
/// <remarks>
/// Source: POINTS, arXiv 2409.04828, section 3.3 and algorithm 1 (one model for each dataset that is a candidate to be added); Wortsman and
/// others, "Model soups" (2022). Averages are computed in double. Choosing by a score and reporting that same score is selection on the
/// test set: score on validation rows here, and measure the result on others.
/// </remarks>
public static class Soup
{
    /// <summary>The mean of all models.</summary>
    /// <param name="models">Weights of one architecture and one start, at least one.</param>
    /// <param name="score">The validation score of weights; higher is better.</param>
    public static SoupResult Uniform(IReadOnlyList<float[]> models, Func<float[], double> score)
    {
        float[] mean = WeightAverage.Of(models);
        return new([.. Enumerable.Range(0, models.Count)], mean, score(mean));
    }

    /// <summary>The mean of the models with the highest scores; of equal ones the earlier comes first.</summary>
    /// <param name="models">Weights of one architecture and one start.</param>
    /// <param name="scores">The validation score of each.</param>
    /// <param name="count">How many, from 1 to all.</param>
    /// <param name="score">The validation score of weights.</param>
    public static SoupResult Maximum(
        IReadOnlyList<float[]> models,
        IReadOnlyList<double> scores,
        int count,
        Func<float[], double> score
    )
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, models.Count);
        int[] members = [.. ByScore(models, scores).Take(count)];
        float[] mean = Mean(models, members);
        return new(members, mean, count == 1 ? scores[members[0]] : score(mean));
    }

    /// <summary>
    /// Goes through the models from the highest score down and keeps each whose addition does not lower the score of the mean; the first is always kept. So
    /// the validation score is never below that of the best model.
    /// </summary>
    /// <param name="models">Weights of one architecture and one start.</param>
    /// <param name="scores">The validation score of each.</param>
    /// <param name="score">The validation score of weights.</param>
    public static SoupResult Greedy(
        IReadOnlyList<float[]> models,
        IReadOnlyList<double> scores,
        Func<float[], double> score
    )
    {
        List<int> members = [];
        float[] mean = [];
        double best = double.NaN;
        foreach (int candidate in ByScore(models, scores))
        {
            if (members.Count == 0)
            {
                (mean, best) = (models[candidate], scores[candidate]);
                members.Add(candidate);
                continue;
            }
            float[] with = Mean(models, [.. members, candidate]);
            double found = score(with);
            if (!(found >= best))
                continue;
            (mean, best) = (with, found);
            members.Add(candidate);
        }
        return new(members, [.. mean], best);
    }

    private static IEnumerable<int> ByScore(IReadOnlyList<float[]> models, IReadOnlyList<double> scores)
    {
        if (models.Count == 0 || scores.Count != models.Count)
            throw new ArgumentException($"{scores.Count} scores do not fit {models.Count} models; there must be one.");
        if (scores.Any(double.IsNaN))
            throw new ArgumentException("A score is NaN.", nameof(scores));
        return Enumerable.Range(0, models.Count).OrderByDescending(model => scores[model]);
    }

    private static float[] Mean(IReadOnlyList<float[]> models, IReadOnlyList<int> members) =>
        WeightAverage.Of([.. members.Select(member => models[member])]);
}

/// <summary>An average of models.</summary>
/// <param name="Members">The models in it, in the order in which they were taken.</param>
/// <param name="Weights">Their mean.</param>
/// <param name="Score">Its validation score.</param>
public sealed record SoupResult(IReadOnlyList<int> Members, float[] Weights, double Score);

/// <summary>Adding candidate datasets one by one, each kept if the model trained with it scores higher: what soups are compared with.</summary>
/// <remarks>Source: POINTS, section 3.1 ("individual select").</remarks>
public static class IndividualSelect
{
    /// <summary>Goes through the candidates in order.</summary>
    /// <param name="candidates">Number of candidates.</param>
    /// <param name="score">Trains on the base set and these candidates, and gives the validation score; higher is better.</param>
    /// <returns>The candidates that were kept, and the score with them.</returns>
    public static (IReadOnlyList<int> Kept, double Score) Of(int candidates, Func<IReadOnlyList<int>, double> score)
    {
        List<int> kept = [];
        double best = score(kept);
        for (int candidate = 0; candidate < candidates; candidate++)
        {
            double found = score([.. kept, candidate]);
            if (!(found > best))
                continue;
            best = found;
            kept.Add(candidate);
        }
        return (kept, best);
    }
}
