namespace Assay.Numerics;

/// <summary>What a transport value changes by when mass moves to one point, evenly from all others.</summary>
/// <remarks>
/// Mass cannot be added alone, for it sums to 1; so potentials are compared with those of the others (Just et al., "LAVA", ICLR 2023).
/// Both forms rank as the potentials do: the lowest is what brings the distributions nearer.
/// </remarks>
public static class CalibratedGradient
{
    /// <summary>g_j minus the mean of the others: the derivative itself. A point alone has 0.</summary>
    /// <param name="potentials">Finite potentials, at least one.</param>
    public static double[] Exact(ReadOnlySpan<double> potentials)
    {
        int n = potentials.Length;
        double sum = Sum(potentials);
        double[] gradient = new double[n];
        for (int j = 0; j < n && n > 1; j++)
            gradient[j] = potentials[j] - (sum - potentials[j]) / (n - 1);
        return gradient;
    }

    /// <summary>The form of a released selection script, which divides by n: depends on the potentials' arbitrary constant.</summary>
    /// <param name="potentials">Finite potentials, at least one.</param>
    public static double[] Released(ReadOnlySpan<double> potentials)
    {
        int n = potentials.Length;
        double sum = Sum(potentials);
        double[] gradient = new double[n];
        for (int j = 0; j < n; j++)
            gradient[j] = potentials[j] - (sum - potentials[j]) / n;
        return gradient;
    }

    private static double Sum(ReadOnlySpan<double> potentials)
    {
        if (potentials.IsEmpty)
            throw new ArgumentException("There is no potential.");
        double sum = 0;
        for (int j = 0; j < potentials.Length; j++)
            sum += double.IsFinite(potentials[j])
                ? potentials[j]
                : throw new ArgumentException($"Potential {j} is {potentials[j]}; potentials must be finite.");
        return sum;
    }
}
