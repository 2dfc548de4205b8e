using Assay.Numerics;

namespace Assay.Learning;

/// <summary>The effective number of different rows: 1 if all are the same, n if no two have anything in common.</summary>
/// <remarks>
/// <para>Friedman and Dieng, "The Vendi Score" (2022); orders other than 1: Pasarkar and Dieng, "Cousins of the Vendi Score" (2023). The exponential of Rényi's entropy of the
/// eigenvalues of the similarities over n. A low order (near 0) counts rare kinds as much as frequent ones, a high one the most frequent only; it never grows with the order.
/// The official tool ignores the order where it is given features; here it counts everywhere.</para>
/// <code>
/// double effective = VendiScore.Of(UnitRows.Of(vectors).Spectrum());
/// </code>
/// </remarks>
public static class VendiScore
{
    /// <summary>The score of a spectrum.</summary>
    /// <param name="eigenvalues">Not negative, with a sum of 1; as <see cref="UnitRows.Spectrum"/> gives them.</param>
    /// <param name="order">At least 0; infinity for that of the largest eigenvalue alone.</param>
    public static double Of(ReadOnlySpan<double> eigenvalues, double order = 1)
    {
        if (!(order >= 0))
            throw new ArgumentOutOfRangeException(nameof(order), order, "An order is at least 0.");
        double sum = 0,
            largest = 0;
        foreach (double value in eigenvalues)
            largest =
                value >= 0
                    ? Math.Max(largest, value)
                    : throw new ArgumentException(
                        $"An eigenvalue is {value}; set those that rounding made negative to 0."
                    );
        if (double.IsPositiveInfinity(order))
            return 1 / largest;
        foreach (double value in eigenvalues)
            if (value > 0)
                sum += order == 1 ? -value * Math.Log(value) : Math.Pow(value, order);
        return order == 1 ? Math.Exp(sum) : Math.Pow(sum, 1 / (1 - order));
    }

    /// <summary>The score of similarities, of which none need be a cosine.</summary>
    /// <param name="similarities">[size, size], row-major, symmetric, positive semi-definite, with 1 on the diagonal.</param>
    /// <param name="size">Rows.</param>
    /// <param name="order">At least 0.</param>
    /// <param name="shares">How often each row occurs, with a sum of 1; equal if not given.</param>
    /// <exception cref="ArgumentException">The diagonal is not 1, or the sizes do not fit.</exception>
    public static double OfSimilarities(
        ReadOnlySpan<double> similarities,
        int size,
        double order = 1,
        ReadOnlySpan<double> shares = default
    )
    {
        if (size < 1 || similarities.Length != (long)size * size || (!shares.IsEmpty && shares.Length != size))
            throw new ArgumentException(
                $"{similarities.Length} similarities and {shares.Length} shares of {size} rows."
            );
        double[] scaled = new double[similarities.Length];
        for (int i = 0; i < size; i++)
        {
            if (!(Math.Abs(similarities[i * size + i] - 1) < 1e-9))
                throw new ArgumentException(
                    $"The similarity of row {i} to itself is {similarities[i * size + i]}; it must be 1."
                );
            for (int j = 0; j < size; j++)
                scaled[i * size + j] =
                    similarities[i * size + j] * (shares.IsEmpty ? 1.0 / size : Math.Sqrt(shares[i] * shares[j]));
        }
        double[] values = SymmetricSpectrum.Of(scaled, size);
        return Of(Array.ConvertAll(values, value => Math.Max(0, value)), order);
    }

    /// <summary>Bounds of the score where there are too many rows and columns for all eigenvalues: from the leading ones.</summary>
    /// <remarks>
    /// The leading eigenvalues come from subspace iteration, without the similarities ever being made. What they leave of the sum of 1 belongs to the others, each of which is
    /// at most the last that is known: the score is lowest where these are as unequal as that allows, and highest where they are equal (every order is Schur-concave).
    /// </remarks>
    /// <param name="rows">The rows.</param>
    /// <param name="leading">Eigenvalues to find, at least 1.</param>
    /// <param name="order">At least 0.</param>
    /// <param name="random">The random start.</param>
    public static (double Low, double High) Bounds(UnitRows rows, int leading, double order, RandomStream random)
    {
        int rank = Math.Min(rows.Rows, rows.Columns),
            wanted = Math.Min(leading, rank);
        (_, double[] found) = SubspaceIteration.Largest(
            rows.Columns,
            rank,
            wanted,
            powerIterations: 6,
            random,
            basis => TimesScatter(rows, basis)
        );
        double[] known = [.. found.Select(value => Math.Max(0, value / rows.Rows))];
        double rest = Math.Max(0, 1 - known.Sum());
        int others = rank - wanted;
        if (others == 0)
            return (Of(known, order), Of(known, order));
        double most = Math.Max(known[^1], rest / others);
        int full = most > 0 ? (int)Math.Min(others, Math.Floor(rest / most)) : 0;
        double[] uneven = [.. known, .. Enumerable.Repeat(most, full), Math.Max(0, rest - full * most)],
            even = [.. known, .. Enumerable.Repeat(rest / others, others)];
        return (Of(uneven, order), Of(even, order));
    }

    private static double[] TimesScatter(UnitRows rows, double[] basis)
    {
        int d = rows.Columns,
            width = basis.Length / d;
        double[] image = new double[basis.Length];
        Workers.For(
            width,
            direction =>
            {
                ReadOnlySpan<double> of = basis.AsSpan(direction * d, d);
                Span<double> sum = image.AsSpan(direction * d, d);
                for (int row = 0; row < rows.Rows; row++)
                    MixedProducts.AddScaled(sum, MixedProducts.Dot(rows[row], of), rows[row]);
            }
        );
        return image;
    }
}
