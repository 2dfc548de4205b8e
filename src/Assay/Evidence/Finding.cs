namespace Assay.Evidence;

/// <summary>Whether a claim shows at our scale.</summary>
public enum Verdict
{
    /// <summary>It shows, by the rule that was fixed before.</summary>
    Replicated,

    /// <summary>It does not show, or the opposite does.</summary>
    NotReplicated,

    /// <summary>The interval covers both.</summary>
    Inconclusive,
}

/// <summary>One claim and what became of it.</summary>
/// <param name="Claim">What the paper says, in a sentence.</param>
/// <param name="Paper">The paper's figure, or what it shows.</param>
/// <param name="Ours">Ours, with its interval.</param>
/// <param name="Verdict">What follows.</param>
/// <param name="Rule">How that was decided; fixed before the run.</param>
public sealed record Finding(string Claim, string Paper, string Ours, Verdict Verdict, string Rule)
{
    /// <summary>
    /// A claim that something is above a bound: replicated if its whole interval is, not replicated if its whole interval is at or below,
    /// inconclusive if the interval holds the bound.
    /// </summary>
    public static Finding Above(
        string claim,
        string paper,
        Numerics.MeanInterval interval,
        double bound = 0,
        string format = "0.000"
    ) =>
        new(
            claim,
            paper,
            Trials.Text(interval, format),
            interval.Low > bound ? Verdict.Replicated
                : interval.High <= bound ? Verdict.NotReplicated
                : Verdict.Inconclusive,
            FormattableString.Invariant($"the {interval.Confidence:P0} interval over seeds lies above {bound}")
        );

    /// <summary>The same for a claim that something is below a bound.</summary>
    public static Finding Below(
        string claim,
        string paper,
        Numerics.MeanInterval interval,
        double bound = 0,
        string format = "0.000"
    ) =>
        new(
            claim,
            paper,
            Trials.Text(interval, format),
            interval.High < bound ? Verdict.Replicated
                : interval.Low >= bound ? Verdict.NotReplicated
                : Verdict.Inconclusive,
            FormattableString.Invariant($"the {interval.Confidence:P0} interval over seeds lies below {bound}")
        );
}
