using System.Globalization;

namespace Assay.Judge;

/// <summary>Whether the losses of recipes lie far enough apart to rank them: their spread beside what seeds alone change.</summary>
/// <param name="Spread">The largest mean loss minus the smallest.</param>
/// <param name="Deviation">Standard deviation over seeds of a recipe's loss, after what all recipes of a seed share is taken out.</param>
public readonly record struct SeedNoise(double Spread, double Deviation)
{
    /// <summary>A spread below so many deviations ranks little but luck.</summary>
    public const double LeastRatio = 3;

    /// <summary>True if the spread is large enough.</summary>
    public bool Suffices => Spread >= LeastRatio * Deviation;

    /// <summary>Compares losses.</summary>
    /// <param name="losses">For each recipe, at least two, one finite loss for each seed, at least two.</param>
    /// <exception cref="ArgumentException">There are too few, or the numbers of seeds differ.</exception>
    public static SeedNoise Of(IReadOnlyList<IReadOnlyList<double>> losses)
    {
        int recipes = losses.Count,
            seeds = recipes == 0 ? 0 : losses[0].Count;
        if (recipes < 2 || seeds < 2 || losses.Any(of => of.Count != seeds))
            throw new ArgumentException("There must be two recipes and two seeds at least, as many for each.");
        double[] means = [.. losses.Select(of => of.Average())];
        double grand = means.Average(),
            squares = 0;
        for (int seed = 0; seed < seeds; seed++)
        {
            double shared = losses.Average(of => of[seed]) - grand;
            for (int recipe = 0; recipe < recipes; recipe++)
                squares += Math.Pow(losses[recipe][seed] - means[recipe] - shared, 2);
        }
        return new(means.Max() - means.Min(), Math.Sqrt(squares / ((recipes - 1) * (seeds - 1))));
    }

    /// <summary>A warning in a sentence, or null if there is nothing to warn of.</summary>
    /// <param name="metric">What the losses are.</param>
    public string? Warning(string metric) =>
        Suffices
            ? null
            : string.Create(
                CultureInfo.InvariantCulture,
                $"{metric} of the candidates spreads over {Spread:G3}, and seeds alone change it by {Deviation:G3}: the ranking is mostly luck; take more 'tokens' or 'seeds'"
            );
}
