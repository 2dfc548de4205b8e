using Assay.Numerics;

namespace Assay.Learning;

/// <summary>Attributions of any score by weighted least squares over coalitions of features; exact where all coalitions are seen.</summary>
/// <remarks>
/// Lundberg and Lee (2017), with the sampling of the authors' library: sizes of coalitions are gone through completely, small and large together, while
/// the budget lasts; the rest is drawn in pairs of complements. No feature is left out beforehand (the library keeps ten by default).
/// </remarks>
public static class KernelShap
{
    /// <summary>Features at most.</summary>
    public const int MaxFeatures = 128;

    private const int CompleteFeatures = 12;
    private const int RowsAtOnce = 16_384;

    /// <summary>Explains rows.</summary>
    /// <param name="score">The score of every row of a matrix.</param>
    /// <param name="background">What unknown features are drawn from; its rows times the coalitions are scored.</param>
    /// <param name="rows">The rows to explain.</param>
    /// <param name="random">Draws coalitions where not all are seen.</param>
    /// <param name="coalitions">How many are seen; null for all up to 12 features, else 2 x features + 2048.</param>
    /// <exception cref="ArgumentException">Numbers of features differ, there are too many or too few coalitions, or there is no background.</exception>
    public static Attributions Explain(
        Func<Matrix, double[]> score,
        Matrix background,
        Matrix rows,
        RandomStream random,
        int? coalitions = null
    )
    {
        int d = background.Columns;
        rows.Check(d, missing: true);
        if (background.Rows == 0)
            throw new ArgumentException("The background has no row.");
        ArgumentOutOfRangeException.ThrowIfGreaterThan(d, MaxFeatures, nameof(background));
        int all = d <= 30 ? (1 << d) - 2 : int.MaxValue,
            wanted = coalitions ?? (d <= CompleteFeatures ? all : 2 * d + 2048);
        if (d > 1)
            ArgumentOutOfRangeException.ThrowIfLessThan(wanted, Math.Min(all, 2 * d), nameof(coalitions));
        double start = score(background).Average();
        double[] whole = score(rows),
            values = new double[checked(rows.Rows * d)];
        for (int i = 0; i < rows.Rows; i++)
        {
            Span<double> own = values.AsSpan(i * d, d);
            if (d == 1)
            {
                own[0] = whole[i] - start;
                continue;
            }
            List<(UInt128 Set, double Weight)> seen = Choose(d, wanted, random.Child(i));
            double[] worth = Worth(score, background, rows.Row(i), seen);
            Regress(seen, worth, start, whole[i], own);
        }
        return new(start, values, d);
    }

    private static double[] Worth(
        Func<Matrix, double[]> score,
        Matrix background,
        ReadOnlySpan<float> row,
        List<(UInt128 Set, double Weight)> seen
    )
    {
        int d = background.Columns,
            atOnce = Math.Max(1, RowsAtOnce / background.Rows);
        double[] worth = new double[seen.Count];
        for (int from = 0; from < seen.Count; from += atOnce)
        {
            int count = Math.Min(atOnce, seen.Count - from);
            float[] mixed = new float[count * background.Rows * d];
            for (int s = 0; s < count; s++)
            for (int r = 0; r < background.Rows; r++)
            {
                Span<float> into = mixed.AsSpan((s * background.Rows + r) * d, d);
                background.Row(r).CopyTo(into);
                for (int j = 0; j < d; j++)
                    if (Has(seen[from + s].Set, j))
                        into[j] = row[j];
            }
            double[] scores = score(new(mixed, d));
            for (int at = 0; at < scores.Length; at++)
                worth[from + at / background.Rows] += scores[at] / background.Rows;
        }
        return worth;
    }

    // The last feature is what the others leave of the sum.
    private static void Regress(
        List<(UInt128 Set, double Weight)> seen,
        double[] worth,
        double start,
        double whole,
        Span<double> values
    )
    {
        int d = values.Length,
            m = d - 1;
        double[] products = new double[m * m],
            right = new double[m],
            signs = new double[m];
        for (int s = 0; s < seen.Count; s++)
        {
            (UInt128 set, double weight) = seen[s];
            double last = Has(set, m) ? 1 : 0,
                target = worth[s] - start - last * (whole - start);
            for (int j = 0; j < m; j++)
                signs[j] = (Has(set, j) ? 1 : 0) - last;
            for (int j = 0; j < m; j++)
            {
                if (signs[j] == 0)
                    continue;
                right[j] += weight * signs[j] * target;
                for (int k = 0; k <= j; k++)
                    products[j * m + k] += weight * signs[j] * signs[k];
            }
        }
        for (int j = 0; j < m; j++)
        for (int k = 0; k < j; k++)
            products[k * m + j] = products[j * m + k];
        if (!Cholesky.Factor(products, m))
            throw new ArgumentException("The coalitions do not tell the features apart; take more of them.");
        Cholesky.Solve(products, m, right);
        double rest = whole - start;
        for (int j = 0; j < m; j++)
            rest -= values[j] = right[j];
        values[m] = rest;
    }

    private static List<(UInt128 Set, double Weight)> Choose(int d, int wanted, RandomStream random)
    {
        int sizes = d / 2,
            paired = (d - 1) / 2;
        double[] shares = new double[sizes]; // of the kernel's weight, by the smaller size of a pair
        for (int size = 1; size <= sizes; size++)
            shares[size - 1] = (size <= paired ? 2 : 1) * (d - 1.0) / (size * (d - size));
        double sum = shares.Sum();
        for (int k = 0; k < sizes; k++)
            shares[k] /= sum;

        UInt128 everything = d == 128 ? UInt128.MaxValue : (UInt128.One << d) - 1;
        List<(UInt128 Set, double Weight)> seen = [];
        double rest = 1;
        int complete = 0;
        for (; complete < sizes; complete++)
        {
            int size = complete + 1;
            bool pairs = size <= paired;
            double count = Binomial(d, size) * (pairs ? 2 : 1);
            if ((wanted - seen.Count) * (rest > 0 ? shares[complete] / rest : 1) / count < 1 - 1e-8)
                break;
            rest -= shares[complete];
            double weight = shares[complete] / count;
            foreach (UInt128 set in Sets(d, size))
            {
                seen.Add((set, weight));
                if (pairs)
                    seen.Add((everything ^ set, weight));
            }
        }
        if (complete < sizes)
            Draw(seen, d, wanted, shares, complete, everything, random);
        return seen;
    }

    private static void Draw(
        List<(UInt128 Set, double Weight)> seen,
        int d,
        int wanted,
        double[] shares,
        int complete,
        UInt128 everything,
        RandomStream random
    )
    {
        int paired = (d - 1) / 2,
            fixedOnes = seen.Count;
        double[] chances = [.. shares.Skip(complete).Select((share, k) => k + complete < paired ? share / 2 : share)];
        double total = chances.Sum();
        Dictionary<UInt128, int> known = [];
        int[] order = [.. Enumerable.Range(0, d)];
        for (int draw = 0; draw < 4 * (wanted - fixedOnes) && seen.Count < wanted; draw++)
        {
            double point = random.NextDouble() * total;
            int k = 0;
            while (k < chances.Length - 1 && (point -= chances[k]) >= 0)
                k++;
            int size = complete + k + 1;
            random.Shuffle(order.AsSpan());
            UInt128 set = 0;
            for (int j = 0; j < size; j++)
                set |= UInt128.One << order[j];
            Count(set);
            if (size <= paired && seen.Count < wanted)
                Count(everything ^ set);
        }
        double drawn = 0,
            left = shares.Skip(complete).Sum();
        for (int s = fixedOnes; s < seen.Count; s++)
            drawn += seen[s].Weight;
        for (int s = fixedOnes; s < seen.Count; s++)
            seen[s] = (seen[s].Set, seen[s].Weight * left / drawn);

        void Count(UInt128 set)
        {
            if (known.TryGetValue(set, out int at))
                seen[at] = (set, seen[at].Weight + 1);
            else
            {
                known.Add(set, seen.Count);
                seen.Add((set, 1));
            }
        }
    }

    private static IEnumerable<UInt128> Sets(int d, int size)
    {
        int[] chosen = [.. Enumerable.Range(0, size)];
        while (true)
        {
            UInt128 set = 0;
            foreach (int j in chosen)
                set |= UInt128.One << j;
            yield return set;
            int at = size - 1;
            while (at >= 0 && chosen[at] == d - size + at)
                at--;
            if (at < 0)
                yield break;
            chosen[at]++;
            for (int k = at + 1; k < size; k++)
                chosen[k] = chosen[k - 1] + 1;
        }
    }

    private static double Binomial(int n, int k)
    {
        double count = 1;
        for (int i = 1; i <= k; i++)
            count *= (n - k + i) / (double)i;
        return Math.Round(count);
    }

    private static bool Has(UInt128 set, int feature) => (set >> feature & 1) == 1;
}
