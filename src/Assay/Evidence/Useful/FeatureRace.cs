namespace Assay.Evidence;

/// <summary>Two features that race: one that is learned fast and is in most rows, and a weak one that is in all of them, each by a single cubic unit.</summary>
/// <remarks>
/// Source: the theory of arXiv 2404.17768, reduced to two numbers: loss = a log(1 + exp(-f1)) + (1 - a) log(1 + exp(-f2)) with
/// f1 = (be we)^3 + (bd wd)^3 and f2 = (bd wd)^3.
/// </remarks>
/// <param name="fast">Strength be of the fast feature.</param>
/// <param name="slow">Strength bd of the slow one.</param>
/// <param name="share">Share a of the rows that have the fast feature.</param>
internal sealed class FeatureRace(double fast = 1, double slow = 0.2, double share = 0.9)
{
    /// <summary>Weights (we, wd) after steps of gradient descent, each with the gradient taken at radius rho uphill (SAM; 0 for none).</summary>
    public (double Fast, double Slow) Run(int steps, double rate = 0.1, double rho = 0, double start = 0.3)
    {
        double e = start,
            d = start;
        for (int step = 0; step < steps; step++)
        {
            (double ge, double gd) = Gradient(e, d);
            double norm = Math.Sqrt(ge * ge + gd * gd);
            double climb = norm > 0 ? rho / norm : 0;
            (ge, gd) = Gradient(e + climb * ge, d + climb * gd);
            (e, d) = (e - rate * ge, d - rate * gd);
        }
        return (e, d);
    }

    private (double, double) Gradient(double e, double d)
    {
        double cubeFast = Math.Pow(fast, 3),
            cubeSlow = Math.Pow(slow, 3);
        double f2 = cubeSlow * d * d * d,
            f1 = cubeFast * e * e * e + f2;
        double pull1 = share / (1 + Math.Exp(f1)),
            pull2 = (1 - share) / (1 + Math.Exp(f2));
        return (-pull1 * 3 * cubeFast * e * e, -(pull1 + pull2) * 3 * cubeSlow * d * d);
    }
}
