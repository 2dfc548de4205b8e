using Assay.Numerics;

namespace Assay.Learning;

/// <summary>Predicts each item from all others by ridge regression, in closed form.</summary>
/// <remarks>
/// Steck, "Embarrassingly Shallow Autoencoders for Sparse Data" (2019): with P the inverse of X'X + ridge I, the weight of item i for item j is -P(i, j) / P(j, j), and 0 for
/// itself. Memory grows with the square of the number of items, time with the cube.
/// </remarks>
public sealed class EaseRecommender : IRecommender
{
    private readonly Interactions _interactions;
    private readonly double[][] _inverse;

    private EaseRecommender(Interactions interactions, double[][] inverse) =>
        (_interactions, _inverse) = (interactions, inverse);

    /// <summary>Solves for the weights.</summary>
    /// <param name="interactions">What users took.</param>
    /// <param name="ridge">The penalty, positive: some hundreds for thousands of users, less for few.</param>
    public static EaseRecommender Fit(Interactions interactions, double ridge)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(ridge);
        int n = interactions.Items;
        double[] gram = new double[checked(n * n)];
        for (int user = 0; user < interactions.Users; user++)
            foreach (int i in interactions.Of(user))
            foreach (int j in interactions.Of(user))
                gram[i * n + j]++;
        for (int i = 0; i < n; i++)
            gram[i * n + i] += ridge;
        if (!Cholesky.Factor(gram, n))
            throw new ArgumentException($"A penalty of {ridge} is too small for these interactions.", nameof(ridge));
        double[][] inverse = new double[n][];
        Workers.For(
            n,
            i =>
            {
                inverse[i] = new double[n];
                inverse[i][i] = 1;
                Cholesky.Solve(gram, n, inverse[i]);
            }
        );
        return new(interactions, inverse);
    }

    /// <inheritdoc/>
    public double[] Scores(int user)
    {
        double[] scores = new double[_inverse.Length];
        foreach (int taken in _interactions.Of(user))
            MixedProducts.AddScaled(scores, -1, _inverse[taken]);
        for (int item = 0; item < scores.Length; item++)
            scores[item] /= _inverse[item][item];
        // An item does not speak for itself: its own weight is 0, where the sum has -P(i, i) / P(i, i).
        foreach (int taken in _interactions.Of(user))
            scores[taken] += 1;
        return scores;
    }
}
