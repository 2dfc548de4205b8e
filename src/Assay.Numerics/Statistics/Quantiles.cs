namespace Assay.Numerics;

/// <summary>Exact quantiles of an array of numbers, in which NaN marks what is not there.</summary>
public static class Quantiles
{
    /// <summary>The probabilities at which reports show a distribution: 0, 0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99, 1.</summary>
    public static ReadOnlySpan<double> Reported => [0, 0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99, 1];

    /// <summary>The numbers in ascending order, without NaN.</summary>
    /// <exception cref="ArgumentException">A number is infinite.</exception>
    public static double[] Sort(ReadOnlySpan<double> values)
    {
        int count = 0;
        for (int i = 0; i < values.Length; i++)
            if (double.IsInfinity(values[i]))
                throw new ArgumentException(
                    $"Number {i} is {values[i]}; expected finite numbers, or NaN where none is."
                );
            else if (!double.IsNaN(values[i]))
                count++;
        double[] sorted = new double[count];
        count = 0;
        foreach (double value in values)
            if (!double.IsNaN(value))
                sorted[count++] = value;
        Array.Sort(sorted);
        return sorted;
    }

    /// <summary>The quantiles of <paramref name="values"/> at the probabilities, NaN left out; empty if nothing is left.</summary>
    /// <exception cref="ArgumentException">A number is infinite.</exception>
    public static double[] Of(ReadOnlySpan<double> values, ReadOnlySpan<double> probabilities) =>
        OfSorted(Sort(values), probabilities);

    /// <summary>The quantiles of numbers in ascending order (see <see cref="Sort"/>); empty if there are none.</summary>
    /// <remarks>
    /// Linear interpolation between order statistics: definition 7 of Hyndman and Fan (1996), the default of numpy and R.
    /// </remarks>
    public static double[] OfSorted(ReadOnlySpan<double> sorted, ReadOnlySpan<double> probabilities)
    {
        double[] quantiles = new double[sorted.Length == 0 ? 0 : probabilities.Length];
        for (int i = 0; i < quantiles.Length; i++)
        {
            if (!(probabilities[i] is >= 0 and <= 1))
                throw new ArgumentOutOfRangeException(nameof(probabilities), probabilities[i], "Expected 0 to 1.");
            double place = probabilities[i] * (sorted.Length - 1);
            int below = (int)place;
            double share = place - below;
            double low = sorted[below],
                high = sorted[Math.Min(below + 1, sorted.Length - 1)];
            double step = high - low;
            quantiles[i] =
                share == 0 || low == high ? low
                : double.IsFinite(step) ? low + step * share
                : low * (1 - share) + high * share;
        }
        return quantiles;
    }
}
