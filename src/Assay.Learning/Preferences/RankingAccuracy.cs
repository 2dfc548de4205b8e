namespace Assay.Learning;

/// <summary>Whether likelihoods rank completions as people do, and how far perfect training could bring them.</summary>
/// <remarks>Source: "Preference Learning Algorithms Do Not Learn Preference Rankings", arXiv 2405.19534.</remarks>
public static class RankingAccuracy
{
    /// <summary>What 1 - agreement is taken to be where all raters agreed (paper, section 3).</summary>
    public const double LeastDoubt = 1e-3;

    /// <summary>Agreement of pairs that do not say it: the code's <c>simulate_proportion</c>.</summary>
    public const double UsualAgreement = 0.75;

    /// <summary>Share of pairs whose chosen completion is at least as likely as the rejected one (definition 2.3).</summary>
    public static double Of(ReadOnlySpan<double> chosen, ReadOnlySpan<double> rejected)
    {
        int right = 0;
        for (int i = 0; i < chosen.Length; i++)
            right += chosen[i] >= rejected[i] ? 1 : 0;
        return chosen.Length == 0 ? 0 : right / (double)chosen.Length;
    }

    /// <summary>The same of mean log-probabilities of tokens (appendix C.1).</summary>
    public static double OfMeans(
        ReadOnlySpan<double> chosen,
        ReadOnlySpan<double> rejected,
        ReadOnlySpan<int> chosenTokens,
        ReadOnlySpan<int> rejectedTokens
    )
    {
        int right = 0;
        for (int i = 0; i < chosen.Length; i++)
            right += chosen[i] / chosenTokens[i] >= rejected[i] / rejectedTokens[i] ? 1 : 0;
        return chosen.Length == 0 ? 0 : right / (double)chosen.Length;
    }

    /// <summary>Whether a ranking by likelihood is the given one, with ties (definition C.1).</summary>
    /// <param name="first">Probability of the first completion.</param>
    /// <param name="second">Probability of the second.</param>
    /// <param name="agreement">Share of raters that prefer the first; at 0.5 the probabilities must be within <paramref name="tolerance"/>.</param>
    /// <param name="tolerance">Paper: 0.01.</param>
    public static bool IsRight(double first, double second, double agreement, double tolerance = 0.01) =>
        agreement == 0.5 ? Math.Abs(first - second) < tolerance
        : agreement > 0.5 ? first > second
        : first < second;

    /// <summary>Whether the order of several completions by likelihood is exactly the given one (definition A.8).</summary>
    /// <param name="likelihoods">One for each completion.</param>
    /// <param name="ranking">Places of the completions, the best first.</param>
    public static bool IsRight(ReadOnlySpan<double> likelihoods, ReadOnlySpan<int> ranking)
    {
        for (int i = 1; i < ranking.Length; i++)
            if (!(likelihoods[ranking[i - 1]] > likelihoods[ranking[i]]))
                return false;
        return true;
    }

    /// <summary>
    /// What decides about a pair under the perfect optimum of DPO (theorem 3.1): the reference's margin + ln(agreement / (1 - agreement)) / beta.
    /// Above 0 the pair is ranked right.
    /// </summary>
    /// <param name="margin">The reference's ln p(chosen) - ln p(rejected), of sums or of means over tokens.</param>
    /// <param name="agreement">Share of raters that prefer the chosen one, from 0.5 to 1.</param>
    /// <param name="beta">DPO's temperature, above 0.</param>
    public static double IdealMargin(double margin, double agreement, double beta)
    {
        if (agreement is not (>= 0 and <= 1) || !(beta > 0))
            throw new ArgumentOutOfRangeException(
                nameof(agreement),
                $"An agreement of {agreement} or a beta of {beta} cannot be."
            );
        return margin + Logistic.Logit(Math.Clamp(agreement, LeastDoubt, 1 - LeastDoubt)) / beta;
    }

    /// <summary>Idealised ranking accuracy (corollary 3.3): the share of pairs that perfect training would rank right.</summary>
    /// <param name="margins">The reference's margins.</param>
    /// <param name="agreements">As many agreements.</param>
    /// <param name="beta">DPO's temperature, above 0.</param>
    public static double Ideal(ReadOnlySpan<double> margins, ReadOnlySpan<double> agreements, double beta)
    {
        int right = 0;
        for (int i = 0; i < margins.Length; i++)
            right += IdealMargin(margins[i], agreements[i], beta) > 0 ? 1 : 0;
        return margins.Length == 0 ? 0 : right / (double)margins.Length;
    }

    /// <summary>
    /// The DPO loss at or below which a pair is ranked right (theorem 4.1): -ln s(beta difficulty). Near 0 for pairs that the reference ranks wrong by
    /// far; above ln 2 for those that it ranks right.
    /// </summary>
    /// <param name="difficulty">The reference's ln p(rejected) - ln p(chosen).</param>
    /// <param name="beta">DPO's temperature, above 0; for DPO-gamma beta times gamma.</param>
    public static double Threshold(double difficulty, double beta) => -Logistic.LogSigmoid(beta * difficulty);
}

/// <summary>How many pairs a training turned, by how their completions were and are ranked by likelihood.</summary>
/// <param name="StayedRight">Right before and after.</param>
/// <param name="Lost">Right before, wrong after.</param>
/// <param name="Gained">Wrong before, right after.</param>
/// <param name="StayedWrong">Wrong before and after.</param>
public readonly record struct RankingFlips(int StayedRight, int Lost, int Gained, int StayedWrong)
{
    /// <summary>Of pairs under a reference and under a policy.</summary>
    public static RankingFlips Of(PairProbabilities reference, PairProbabilities policy)
    {
        int[] counts = new int[4];
        for (int i = 0; i < reference.Chosen.Length; i++)
            counts[
                (reference.Chosen[i] >= reference.Rejected[i] ? 0 : 2)
                    + (policy.Chosen[i] >= policy.Rejected[i] ? 0 : 1)
            ]++;
        return new(counts[0], counts[1], counts[2], counts[3]);
    }

    /// <summary>All pairs.</summary>
    public int Count => StayedRight + Lost + Gained + StayedWrong;

    /// <summary>Share that has become right of those that were wrong; 0 if none was.</summary>
    public double GainedShare => Gained + StayedWrong == 0 ? 0 : Gained / (double)(Gained + StayedWrong);

    /// <summary>Share that has become wrong of those that were right; 0 if none was.</summary>
    public double LostShare => StayedRight + Lost == 0 ? 0 : Lost / (double)(StayedRight + Lost);
}
