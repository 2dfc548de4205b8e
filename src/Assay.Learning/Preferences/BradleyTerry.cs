namespace Assay.Learning;

/// <summary>One comparison of two competitors.</summary>
/// <param name="First">Number of the one.</param>
/// <param name="Second">Number of the other.</param>
/// <param name="Preferred">The share that prefers the first, from 0 to 1; 0.5 for a tie.</param>
public readonly record struct PairedComparison(int First, int Second, double Preferred);

/// <summary>Strengths of competitors from comparisons by twos, with slopes for what else sways them.</summary>
/// <remarks>
/// logit P(first preferred) = strength(first) - strength(second) + sum of slope x difference: Bradley and Terry, "Rank analysis of incomplete block designs", 1952; with the
/// log ratio of lengths as difference it is the length control of "Learning to summarize from human feedback", arXiv 2009.01325, appendix F. Fitted by maximum
/// likelihood with Newton's method; a share of preferences counts as so many comparisons.
/// </remarks>
public sealed class BradleyTerry
{
    private const int MostSteps = 100;
    private const double Converged = 1e-13,
        Rounding = 1e-13, // near the optimum a step changes the loss by less than its last digits
        Endless = 30;

    private BradleyTerry(double[] strengths, double[] slopes, double loss) =>
        (Strengths, Slopes, Loss) = (strengths, slopes, loss);

    /// <summary>Strengths in logits; that of the reference is 0. One that won or lost all its comparisons has no finite strength: it is near 30 or -30 then.</summary>
    public IReadOnlyList<double> Strengths { get; }

    /// <summary>A slope for each difference; 0 for one that is 0 everywhere.</summary>
    public IReadOnlyList<double> Slopes { get; }

    /// <summary>The cross-entropy, summed over comparisons with their weights, in nats.</summary>
    public double Loss { get; }

    /// <summary>The probability that one is preferred to another, all differences being 0.</summary>
    public double Preference(int first, int second) => Logistic.Sigmoid(Strengths[first] - Strengths[second]);

    /// <summary>Fits strengths and slopes.</summary>
    /// <param name="comparisons">At least one; every competitor is compared with the reference, directly or through others.</param>
    /// <param name="differences">For each slope one number a comparison: what the first has more of than the second.</param>
    /// <param name="competitors">How many there are.</param>
    /// <param name="reference">The one whose strength is 0.</param>
    /// <param name="weights">A weight not below 0 for each comparison; all 1 if null.</param>
    /// <param name="start">A fit of the same competitors and slopes to begin from; null: at 0.</param>
    /// <exception cref="ArgumentException">A number is out of its range, a competitor is not compared, or a difference cannot be told from who competes.</exception>
    public static BradleyTerry Fit(
        IReadOnlyList<PairedComparison> comparisons,
        IReadOnlyList<double[]> differences,
        int competitors,
        int reference = 0,
        double[]? weights = null,
        BradleyTerry? start = null
    )
    {
        Check(comparisons, differences, competitors, reference, weights ?? []);
        bool[] isFree =
        [
            .. Enumerable.Range(0, competitors).Select(i => i != reference),
            .. differences.Select(difference => difference.Any(value => value != 0)),
        ];
        int[] free = [.. Enumerable.Range(0, isFree.Length).Where(i => isFree[i])];
        double[] at = new double[isFree.Length];
        if (start is not null)
        {
            start.Strengths.ToArray().CopyTo(at, 0);
            start.Slopes.ToArray().CopyTo(at, competitors);
        }
        double[] gradient = new double[at.Length],
            curvature = new double[at.Length * at.Length],
            step = new double[free.Length],
            matrix = new double[free.Length * free.Length];
        double loss = Evaluate(at, gradient, curvature);
        for (int steps = 0; steps < MostSteps; steps++)
        {
            for (int i = 0; i < free.Length; i++)
            {
                step[i] = gradient[free[i]];
                for (int j = 0; j < free.Length; j++)
                    matrix[i * free.Length + j] = curvature[free[i] * at.Length + free[j]];
            }
            if (!Cholesky.Factor(matrix, free.Length))
            {
                // Far out the curvature vanishes: somebody won everything. At the beginning it says that the question has no one answer.
                if (at.Any(value => Math.Abs(value) > Endless / 2))
                    break;
                throw new ArgumentException(
                    "A difference cannot be told from who competes: it is the same in all comparisons of two, or follows from another difference."
                );
            }
            double before = loss,
                decrement = 0;
            Cholesky.Solve(matrix, free.Length, step);
            for (int i = 0; i < free.Length; i++)
                decrement += step[i] * gradient[free[i]];
            double[] from = [.. at];
            double length = 1;
            do
            {
                for (int i = 0; i < free.Length; i++)
                    at[free[i]] = Math.Clamp(from[free[i]] - length * step[i], -Endless, Endless);
                loss = Evaluate(at, gradient, curvature);
                length /= 2;
            } while (!(loss <= before + Rounding * (1 + before)) && length > 1e-9);
            if (!(loss <= before + Rounding * (1 + before)))
            {
                from.CopyTo(at, 0);
                loss = before;
                break;
            }
            if (decrement < Converged * (1 + before))
                break;
        }
        return new(at[..competitors], at[competitors..], loss);

        double Evaluate(double[] at, double[] gradient, double[] curvature)
        {
            Array.Clear(gradient);
            Array.Clear(curvature);
            double loss = 0;

            Span<int> places = stackalloc int[2 + differences.Count];
            Span<double> values = stackalloc double[2 + differences.Count];
            for (int row = 0; row < comparisons.Count; row++)
            {
                double weight = weights is { Length: > 0 } ? weights[row] : 1;
                if (weight == 0)
                    continue;
                PairedComparison one = comparisons[row];
                (places[0], places[1]) = (one.First, one.Second);
                (values[0], values[1]) = (1, -1);
                double logit = at[one.First] - at[one.Second];
                for (int k = 0; k < differences.Count; k++)
                {
                    (places[2 + k], values[2 + k]) = (competitors + k, differences[k][row]);
                    logit += at[competitors + k] * differences[k][row];
                }
                double expected = Logistic.Sigmoid(logit),
                    slope = weight * (expected - one.Preferred),
                    bend = weight * expected * (1 - expected);
                loss += weight * (Logistic.Softplus(logit) - one.Preferred * logit);
                for (int i = 0; i < places.Length; i++)
                {
                    gradient[places[i]] += slope * values[i];
                    for (int j = 0; j < places.Length; j++)
                        curvature[places[i] * at.Length + places[j]] += bend * values[i] * values[j];
                }
            }
            return loss;
        }
    }

    private static void Check(
        IReadOnlyList<PairedComparison> comparisons,
        IReadOnlyList<double[]> differences,
        int competitors,
        int reference,
        double[] weights
    )
    {
        if (comparisons.Count == 0)
            throw new ArgumentException("There is no comparison.", nameof(comparisons));
        if (reference < 0 || reference >= competitors)
            throw new ArgumentException($"The reference is {reference} of {competitors}.", nameof(reference));
        if (weights.Length > 0 && weights.Length != comparisons.Count)
            throw new ArgumentException($"{weights.Length} weights for {comparisons.Count} comparisons.");
        foreach (double weight in weights)
            if (!(weight >= 0 && double.IsFinite(weight)))
                throw new ArgumentException($"A weight is {weight}.", nameof(weights));
        foreach (double[] difference in differences)
        {
            if (difference.Length != comparisons.Count)
                throw new ArgumentException($"{difference.Length} differences for {comparisons.Count} comparisons.");
            if (Array.Find(difference, value => !double.IsFinite(value)) is var wrong and not 0)
                throw new ArgumentException($"A difference is {wrong}.", nameof(differences));
        }
        int[] group = [.. Enumerable.Range(0, competitors)];
        for (int row = 0; row < comparisons.Count; row++)
        {
            (int first, int second, double preferred) = comparisons[row];
            if (first < 0 || second < 0 || first >= competitors || second >= competitors || first == second)
                throw new ArgumentException(
                    $"Comparison {row} is of {first} and {second}, of {competitors} competitors."
                );
            if (!(preferred is >= 0 and <= 1))
                throw new ArgumentException($"Comparison {row} has a preference of {preferred}; expected 0 to 1.");
            if (weights.Length == 0 || weights[row] > 0)
                group[Root(first)] = Root(second);
        }
        for (int one = 0; one < competitors; one++)
            if (Root(one) != Root(reference))
                throw new ArgumentException(
                    $"Competitor {one} is compared with the reference neither directly nor through others."
                );

        int Root(int one)
        {
            while (group[one] != one)
                one = group[one] = group[group[one]];
            return one;
        }
    }
}
