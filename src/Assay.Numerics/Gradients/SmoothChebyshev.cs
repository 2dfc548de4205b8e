namespace Assay.Numerics;

/// <summary>A smooth maximum of weighted losses: as a training loss it reaches every point of a front, also where it is not convex.</summary>
/// <remarks>STCH (Lin et al. 2024): mu log sum exp(w_i (l_i - z_i) / mu), at most mu log m above the maximum. The gradient is the sum of the losses' gradients with these weights.</remarks>
public static class SmoothChebyshev
{
    /// <summary>The smooth maximum.</summary>
    /// <param name="losses">l.</param>
    /// <param name="preferences">w, above 0.</param>
    /// <param name="ideal">z: what each loss could be at best.</param>
    /// <param name="smoothness">mu, above 0.</param>
    /// <exception cref="ArgumentException">Numbers are missing, not finite or out of range.</exception>
    public static double Value(
        IReadOnlyList<double> losses,
        IReadOnlyList<double> preferences,
        IReadOnlyList<double> ideal,
        double smoothness = 0.1
    )
    {
        double[] logits = Logits(losses, preferences, ideal, smoothness);
        double largest = logits.Max();
        return smoothness * (largest + Math.Log(logits.Sum(logit => Math.Exp(logit - largest))));
    }

    /// <summary>Weights of the gradients.</summary>
    /// <param name="losses">l.</param>
    /// <param name="preferences">w, above 0.</param>
    /// <param name="ideal">z: what each loss could be at best.</param>
    /// <param name="smoothness">mu, above 0.</param>
    /// <exception cref="ArgumentException">Numbers are missing, not finite or out of range.</exception>
    public static double[] Weights(
        IReadOnlyList<double> losses,
        IReadOnlyList<double> preferences,
        IReadOnlyList<double> ideal,
        double smoothness = 0.1
    ) => [.. Famo.Softmax(Logits(losses, preferences, ideal, smoothness)).Select((share, i) => share * preferences[i])];

    private static double[] Logits(
        IReadOnlyList<double> losses,
        IReadOnlyList<double> preferences,
        IReadOnlyList<double> ideal,
        double smoothness
    )
    {
        if (!(smoothness > 0) || double.IsInfinity(smoothness) || losses.Count == 0)
            throw new ArgumentException($"A smoothness of {smoothness} for {losses.Count} losses.");
        GradientProducts.Check(losses, losses.Count, "losses");
        GradientProducts.Check(preferences, losses.Count, "preferences", above: 0);
        GradientProducts.Check(ideal, losses.Count, "ideal losses");
        return [.. losses.Select((loss, i) => preferences[i] * (loss - ideal[i]) / smoothness)];
    }
}
