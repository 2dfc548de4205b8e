namespace Assay.Learning;

/// <summary>What the alpha of Poly-DPO does to a pair: its pull, and the confidence at which it ends.</summary>
/// <remarks>
/// Source: "ViPO: Visual Preference Optimization at Scale", arXiv 2604.24953. The loss is -ln p + alpha (1 - p), p = s(z)
/// (<see cref="PreferenceObjective.PolyDpo"/>); the pull on z is (1 - p)(1 + alpha p). Convex in z for alpha from -1 to 1; below -1 it pulls back beyond p = -1 / alpha.
/// </remarks>
public static class PolyDpo
{
    /// <summary>The loss at a logit.</summary>
    /// <param name="logit">z: beta times the difference of log-ratios, or a denoiser's (<see cref="DiffusionPreference"/>).</param>
    /// <param name="alpha">0 is DPO.</param>
    public static double Loss(double logit, double alpha) =>
        Logistic.Softplus(-logit) + alpha * Logistic.Sigmoid(-logit);

    /// <summary>Its derivative by the logit.</summary>
    public static double Slope(double logit, double alpha) =>
        -Logistic.Sigmoid(-logit) * (1 + alpha * Logistic.Sigmoid(logit));

    /// <summary>
    /// The confidence p that is best where labels are flipped with a probability: the root of (1-e)(1-p)(1 + alpha p) = e p (1 + alpha (1-p)).
    /// With alpha 0 it is 1 - e; a larger alpha raises it.
    /// </summary>
    /// <param name="alpha">From -1 to 1, where there is one optimum.</param>
    /// <param name="flips">e, above 0 and below 0.5.</param>
    public static double BestConfidence(double alpha, double flips)
    {
        if (alpha is not (>= -1 and <= 1))
            throw new ArgumentOutOfRangeException(
                nameof(alpha),
                alpha,
                "The loss has one optimum for alpha from -1 to 1."
            );
        if (flips is not (> 0 and < 0.5))
            throw new ArgumentOutOfRangeException(
                nameof(flips),
                flips,
                "The probability of a flip is above 0 and below 0.5."
            );
        double low = 0.5,
            high = 1;
        for (int i = 0; i < 100; i++)
        {
            double p = (low + high) / 2;
            if ((1 - flips) * (1 - p) * (1 + alpha * p) > flips * p * (1 + alpha * (1 - p)))
                low = p;
            else
                high = p;
        }
        return (low + high) / 2;
    }
}

/// <summary>The preference logit of a denoiser, from its squared errors on both items of a pair.</summary>
/// <remarks>
/// Source: "Diffusion Model Alignment Using Direct Preference Optimization", arXiv 2311.12908, as released: winner and loser get the same noise at the same time step, errors
/// are means over pixels and channels (sums would make beta wrong by their number), and beta takes in the number of steps and their weights.
/// </remarks>
public static class DiffusionPreference
{
    /// <summary>The release's beta, for errors that are means.</summary>
    public const double UsualBeta = 5000;

    /// <summary>z = -(beta / 2) [(winner - loser) - (reference winner - reference loser)].</summary>
    /// <param name="winner">Mean squared error of the model's noise on the preferred item.</param>
    /// <param name="loser">The same on the other.</param>
    /// <param name="referenceWinner">That of the frozen reference on the preferred item.</param>
    /// <param name="referenceLoser">The same on the other.</param>
    /// <param name="beta">Above 0.</param>
    public static double Logit(
        double winner,
        double loser,
        double referenceWinner,
        double referenceLoser,
        double beta = UsualBeta
    ) => -(beta / 2) * (winner - loser - (referenceWinner - referenceLoser));

    /// <summary>The mean Poly-DPO loss of a batch of pairs as a tensor with its gradient.</summary>
    /// <param name="winner">[n]: errors of the model on the preferred items.</param>
    /// <param name="loser">[n]: on the others.</param>
    /// <param name="referenceWinner">[n]: of the reference, constants.</param>
    /// <param name="referenceLoser">[n]: of the reference, constants.</param>
    /// <param name="beta">Above 0.</param>
    /// <param name="alpha">0 is Diffusion-DPO.</param>
    /// <returns>[], and the share of pairs whose logit is above 0.</returns>
    public static (Tensor Loss, double Accuracy) Loss(
        Tensor winner,
        Tensor loser,
        ReadOnlySpan<float> referenceWinner,
        ReadOnlySpan<float> referenceLoser,
        double beta = UsualBeta,
        double alpha = 0
    )
    {
        int rows = winner.Length,
            right = 0;
        float[] slopes = new float[rows];
        double mean = 0;
        for (int i = 0; i < rows; i++)
        {
            double z = Logit(winner.Data[i], loser.Data[i], referenceWinner[i], referenceLoser[i], beta);
            mean += PolyDpo.Loss(z, alpha) / rows;
            slopes[i] = (float)(-(beta / 2) * PolyDpo.Slope(z, alpha) / rows);
            right += z > 0 ? 1 : 0;
        }
        // Its value is set apart from its slope, so that the small differences of large errors are taken in double.
        Tensor surrogate = ((winner - loser) * Tensor.Of(slopes, rows)).Sum();
        return (surrogate + (float)(mean - surrogate.Item()), right / (double)rows);
    }
}
