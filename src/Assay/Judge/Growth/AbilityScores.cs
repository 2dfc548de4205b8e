namespace Assay.Judge;

/// <summary>How well an ability was scored after training on more and more rows, several times each.</summary>
public sealed record AbilityScores
{
    /// <summary>Takes scores.</summary>
    /// <param name="ability">What it is called.</param>
    /// <param name="chance">The score of guessing.</param>
    /// <param name="sizes">Rows (or steps) trained on: positive, ascending, two at least.</param>
    /// <param name="scores">For each size the score of each run, one at least, finite.</param>
    /// <exception cref="ArgumentException">They are not so.</exception>
    public AbilityScores(
        string ability,
        double chance,
        IReadOnlyList<double> sizes,
        IReadOnlyList<IReadOnlyList<double>> scores
    )
    {
        if (sizes.Count < 2 || sizes.Count != scores.Count || !(sizes[0] > 0))
            throw new ArgumentException($"{sizes.Count} sizes and {scores.Count} lists of scores of '{ability}'.");
        for (int i = 0; i < sizes.Count; i++)
            if (!double.IsFinite(sizes[i]) || (i > 0 && sizes[i] <= sizes[i - 1]) || scores[i].Count == 0)
                throw new ArgumentException($"Size {sizes[i]} of '{ability}' is out of order, or has no score.");
        if (!double.IsFinite(chance) || !scores.All(of => of.All(double.IsFinite)))
            throw new ArgumentException($"A score of '{ability}' is not finite.");
        (Ability, Chance, Sizes, Scores) = (ability, chance, sizes, scores);
    }

    /// <summary>What it is called.</summary>
    public string Ability { get; }

    /// <summary>The score of guessing.</summary>
    public double Chance { get; }

    /// <summary>Rows trained on, ascending.</summary>
    public IReadOnlyList<double> Sizes { get; }

    /// <summary>For each size the score of each run.</summary>
    public IReadOnlyList<IReadOnlyList<double>> Scores { get; }

    /// <summary>The mean over runs at each size.</summary>
    public double[] Means() => [.. Scores.Select(of => of.Average())];

    /// <summary>Standard deviation of a single run, pooled over sizes; 0 where no size has two runs.</summary>
    public double Deviation()
    {
        double squares = 0;
        int freedom = 0;
        foreach (IReadOnlyList<double> of in Scores)
        {
            double mean = of.Average();
            squares += of.Sum(score => (score - mean) * (score - mean));
            freedom += of.Count - 1;
        }
        return freedom > 0 ? Math.Sqrt(squares / freedom) : 0;
    }
}
