using Assay.Numerics;

namespace Assay.Plan.Labels;

/// <summary>A loss that trusts a model's own confident predictions more and more over its cheap labels.</summary>
/// <remarks>
/// Source: arXiv 2410.13215, the official <c>loss.py</c>, after "Weak-to-Strong Generalization". The target is a mixture of the soft label and of the
/// model's own prediction, hardened at the quantile that gives as many positives as the batch's labels have.
/// </remarks>
public static class LogConfidence
{
    private const double Weight = 0.5;
    private const int WarmUp = 200;

    /// <summary>Targets of a batch: the probability of the positive class that each row is trained towards.</summary>
    /// <param name="logOdds">The model's log-odds of the positive class, one for each row.</param>
    /// <param name="labels">Probabilities of the positive class, in [0, 1].</param>
    /// <param name="step">Step of the training, from 0: trust grows over the first 200.</param>
    /// <remarks>With one row the hardened class is always the negative one, as in the official code: use batches of eight at least.</remarks>
    public static double[] Targets(ReadOnlySpan<double> logOdds, ReadOnlySpan<double> labels, int step)
    {
        int n = labels.Length;
        double prior = 0;
        foreach (double label in labels)
            prior += label / n;
        double trust = Weight * Math.Min(1, step / (double)WarmUp);
        double[] negative = new double[n];
        for (int i = 0; i < n; i++)
            negative[i] = 1 / (1 + Math.Exp(logOdds[i]));
        double threshold = Quantiles.Of(negative, [n == 1 ? 0.5 : prior])[0];
        double[] targets = new double[n];
        for (int i = 0; i < n; i++)
            targets[i] = (1 - trust) * labels[i] + (negative[i] >= threshold ? 0 : trust);
        return targets;
    }

    /// <summary>Mean cross-entropy of predictions and targets.</summary>
    /// <param name="logOdds">Log-odds of the positive class.</param>
    /// <param name="targets">Probabilities of the positive class.</param>
    public static double Loss(ReadOnlySpan<double> logOdds, ReadOnlySpan<double> targets)
    {
        double sum = 0;
        for (int i = 0; i < targets.Length; i++)
            sum += Softplus(logOdds[i]) - targets[i] * logOdds[i];
        return sum / targets.Length;
    }

    private static double Softplus(double x) => Math.Max(x, 0) + Math.Log(1 + Math.Exp(-Math.Abs(x)));
}
