namespace Assay.Learning;

/// <summary>Whether a reward's differences say how probable a choice is, and what they must be divided by to say it.</summary>
/// <remarks>
/// A reward fitted with a margin, with smoothed labels, or by other means has the right order on another scale. The temperature minimises the mean of
/// -ln s(margin / T) over comparisons that the reward was not fitted on; a Bradley-Terry fit has 1.
/// </remarks>
/// <param name="Temperature">What rewards are to be divided by, above 0.</param>
/// <param name="Loss">The mean of -ln s(margin / T), in nats.</param>
/// <param name="LossBefore">The same with T = 1.</param>
public sealed record BradleyTerryScale(double Temperature, double Loss, double LossBefore)
{
    /// <summary>How far from 1 a temperature may be for s(r - c) to be called a probability.</summary>
    public const double Tolerance = 0.3;

    /// <summary>Whether differences of the reward as it is are log-odds of a choice, by and large.</summary>
    public bool IsProbability => Math.Abs(Temperature - 1) <= Tolerance;

    /// <summary>Finds the temperature.</summary>
    /// <param name="margins">Reward of the chosen less that of the rejected answer, of held-out comparisons; finite.</param>
    /// <exception cref="ArgumentException">No comparison, or no temperature is best: all margins are right, or they are wrong on the whole.</exception>
    public static BradleyTerryScale Of(ReadOnlySpan<double> margins)
    {
        double[] own = margins.ToArray();
        if (own.Length == 0 || !own.All(double.IsFinite))
            throw new ArgumentException("There is no comparison, or a margin is not finite.", nameof(margins));
        if (!own.Any(margin => margin < 0))
            throw new ArgumentException(
                "The reward is right about every comparison, so that no scale is too large; give more of them.",
                nameof(margins)
            );
        if (!(own.Sum() > 0))
            throw new ArgumentException("The reward is more wrong than right about the comparisons.", nameof(margins));
        // The loss is convex in 1 / T; its slope there is -mean(margin s(-margin / T)).
        double Slope(double inverse) => own.Sum(margin => margin * Logistic.Sigmoid(-inverse * margin));
        double low = 0,
            high = 1;
        while (Slope(high) > 0)
            (low, high) = (high, high * 2);
        for (int i = 0; i < 200 && high - low > 1e-15 * high; i++)
        {
            double middle = (low + high) / 2;
            if (Slope(middle) > 0)
                low = middle;
            else
                high = middle;
        }
        double best = (low + high) / 2;
        return new(1 / best, Loss(best), Loss(1));

        double Loss(double inverse) => own.Average(margin => Logistic.Softplus(-inverse * margin));
    }
}
