namespace Assay.Value;

/// <summary>What a run of optimal control saw of every row: how long its gradient was, and how far it pointed along the co-state.</summary>
/// <param name="Rate">Learning rate of the run.</param>
/// <param name="CostateNorms">For every step at which rows were looked at, the latest first: the length of the co-state.</param>
/// <param name="Norms">For each of these steps, one length of gradient for each row.</param>
/// <param name="Products">For each of these steps, one product of gradient and co-state for each row.</param>
public sealed record ControlTrace(double Rate, double[] CostateNorms, double[][] Norms, double[][] Products)
{
    private const double Vanished = 1e-12;

    /// <summary>
    /// PDS: how much a row's weight in all batches lowers the sum of the target losses on the way. Above 0, the row helps.
    /// </summary>
    /// <remarks>Gu et al., "Data Selection via Optimal Control for Language Models", arXiv 2410.07064: eta sum_t lambda_(t+1) . g_t.</remarks>
    public double[] Pds()
    {
        double[] scores = new double[Norms[0].Length];
        foreach (double[] products in Products)
            for (int row = 0; row < scores.Length; row++)
                scores[row] += Rate * products[row];
        return scores;
    }

    /// <summary>LQS: as PDS, with each length of gradient over the row's length at the step looked at after it.</summary>
    /// <remarks>
    /// Dai et al., arXiv 2506.21545, as their code has it: eta sum_t |lambda| (|g_t| / p_t) cos(g_t, lambda), where p_t is the row's
    /// own length at the later step, and 1 at the latest. A gradient that has vanished has no direction, and is no divisor.
    /// </remarks>
    /// <param name="term">Both factors, or one of them alone.</param>
    public double[] Lqs(ControlTerm term = ControlTerm.Both)
    {
        double[] scores = new double[Norms[0].Length],
            later = new double[scores.Length];
        Array.Fill(later, 1);
        for (int t = 0; t < Norms.Length; t++)
        for (int row = 0; row < scores.Length; row++)
        {
            double norm = Norms[t][row];
            if (norm < Vanished || CostateNorms[t] < Vanished)
                continue;
            double learnability = term == ControlTerm.Quality ? 1 : norm / later[row],
                quality = term == ControlTerm.Learnability
                    ? 1
                    : Math.Clamp(Products[t][row] / (norm * CostateNorms[t]), -1, 1);
            scores[row] += Rate * CostateNorms[t] * learnability * quality;
            later[row] = norm;
        }
        return scores;
    }
}

/// <summary>Which factors of the learnability-quality score count.</summary>
public enum ControlTerm
{
    /// <summary>Learnability times quality: the score.</summary>
    Both,

    /// <summary>How fast the row's gradient shrinks, whatever its direction.</summary>
    Learnability,

    /// <summary>How far the row's gradient points where the target wants to go, whatever its length.</summary>
    Quality,
}
