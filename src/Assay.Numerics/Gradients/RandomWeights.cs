namespace Assay.Numerics;

/// <summary>Random weights at every step: what a way of weighing has to beat.</summary>
/// <remarks>RLW (Lin et al. 2022): the softmax of normal numbers; they sum to 1.</remarks>
public static class RandomWeights
{
    /// <summary>Weights of a step.</summary>
    /// <param name="count">Number of losses.</param>
    /// <param name="random">Where they come from.</param>
    public static double[] Draw(int count, RandomStream random) =>
        Famo.Softmax([.. Enumerable.Range(0, count).Select(_ => random.NextGaussian())]);
}
