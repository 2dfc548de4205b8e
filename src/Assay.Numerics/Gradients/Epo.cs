namespace Assay.Numerics;

/// <summary>A step towards the point of the Pareto front where the losses stand in given proportions.</summary>
public sealed record EpoStep
{
    /// <summary>Weights of the gradients, on the simplex.</summary>
    public required double[] Weights { get; init; }

    /// <summary>How far the losses are from their proportions: a Kullback-Leibler divergence, 0 where they have them.</summary>
    public required double Divergence { get; init; }

    /// <summary>Weights of the gradients along which the divergence falls.</summary>
    public required double[] Anchor { get; init; }

    /// <summary>True for a step that mends the proportions, false for one that lowers all losses.</summary>
    public required bool IsBalancing { get; init; }

    /// <summary>What the step maximises: the fall of the divergence, or the sum of the falls of the losses.</summary>
    public required double Value { get; init; }

    /// <summary>True where no step keeps to the conditions, and the weights are the preferences.</summary>
    public bool IsFallback { get; init; }
}

/// <summary>Exact Pareto optimal search: preferences r ask for losses l with r_i l_i all equal, on the front, also where it is not convex.</summary>
/// <remarks>
/// Mahapatra and Rajan (2020). While the divergence of r l from uniform is above a tolerance, a linear program finds the weights along which it falls most
/// while losses that do not hinder that do not rise; then another that lowers all losses. At degenerate corners several weights are optimal.
/// </remarks>
public static class Epo
{
    private const double Least = 1e-12; // of a share of the losses, for its logarithm

    /// <summary>The next step.</summary>
    /// <param name="products">Products of the gradients.</param>
    /// <param name="losses">The losses, at least 0.</param>
    /// <param name="preferences">r, above 0: the larger, the smaller the loss that is asked for.</param>
    /// <param name="tolerance">A divergence up to which losses count as in proportion.</param>
    /// <param name="relax">Whether a step that lowers all losses may raise the divergence.</param>
    /// <exception cref="ArgumentException">Numbers are missing, not finite or negative.</exception>
    public static EpoStep Step(
        GradientProducts products,
        IReadOnlyList<double> losses,
        IReadOnlyList<double> preferences,
        double tolerance = 1e-4,
        bool relax = false
    )
    {
        int m = products.Count;
        GradientProducts.Check(losses, m, "losses", above: -double.Epsilon);
        GradientProducts.Check(preferences, m, "preferences", above: 0);
        double[] weighted = [.. losses.Select((loss, i) => loss * preferences[i])];
        double sum = weighted.Sum(),
            largest = weighted.Max();
        double[] logs = [.. weighted.Select(value => sum > 0 ? Math.Log(m * Math.Max(value / sum, Least)) : 0)];
        double divergence = sum > 0 ? Math.Max(0, weighted.Select((value, i) => value / sum * logs[i]).Sum()) : 0;
        double[] anchor = [.. logs.Select((log, i) => preferences[i] * (log - divergence))];

        double longest = products.Longest;
        if (longest == 0)
            return Fallback(preferences, divergence, anchor, divergence > tolerance);
        GradientProducts scaled = new(products.Divided(_ => longest));
        double[] along = scaled.Along(anchor);
        bool isBalancing = divergence > tolerance;
        (double[] objective, List<LinearConstraint> constraints) = isBalancing
            ? Balance(scaled, along, weighted, largest)
            : Descend(scaled, along, relax);
        constraints.Add(new("sum", [.. Enumerable.Repeat(1.0, m)], Relation.Equal, 1));
        LinearSolution solution = Simplex.Solve(new([.. objective.Select(value => -value)], constraints));
        return solution.Status == ProgramStatus.Optimal
            ? new()
            {
                Weights = [.. solution.Values],
                Divergence = divergence,
                Anchor = anchor,
                IsBalancing = isBalancing,
                Value = -solution.Objective * longest * longest,
            }
            : Fallback(preferences, divergence, anchor, isBalancing);
    }

    // The largest fall of the divergence; losses whose own fall would raise it may not rise faster than along the anchor, those furthest above their proportion not at all.
    private static (double[] Objective, List<LinearConstraint> Constraints) Balance(
        GradientProducts products,
        double[] along,
        double[] weighted,
        double largest
    )
    {
        List<LinearConstraint> constraints = [];
        bool isHelping = along.Any(value => value > 0);
        for (int j = 0; j < along.Length; j++)
        {
            double bound =
                !isHelping || weighted[j] == largest ? 0
                : along[j] > 0 ? double.NegativeInfinity
                : along[j];
            if (double.IsFinite(bound))
                constraints.Add(new($"loss {j}", Row(products, j), Relation.AtLeast, bound));
        }
        return (along, constraints);
    }

    // The largest sum of falls; none may rise, nor the divergence unless it must.
    private static (double[] Objective, List<LinearConstraint> Constraints) Descend(
        GradientProducts products,
        double[] along,
        bool relax
    )
    {
        int m = along.Length;
        List<LinearConstraint> constraints =
        [
            .. Enumerable
                .Range(0, m)
                .Select(j => new LinearConstraint($"loss {j}", Row(products, j), Relation.AtLeast, 0)),
        ];
        if (!relax)
            constraints.Add(new("proportions", along, Relation.AtLeast, Math.Min(0, along.Max())));
        return (products.Along([.. Enumerable.Repeat(1.0, m)]), constraints);
    }

    private static double[] Row(GradientProducts products, int j) =>
        [.. Enumerable.Range(0, products.Count).Select(i => products[j, i])];

    private static EpoStep Fallback(
        IReadOnlyList<double> preferences,
        double divergence,
        double[] anchor,
        bool isBalancing
    ) =>
        new()
        {
            Weights = [.. preferences.Select(value => value / preferences.Sum())],
            Divergence = divergence,
            Anchor = anchor,
            IsBalancing = isBalancing,
            Value = 0,
            IsFallback = true,
        };
}
