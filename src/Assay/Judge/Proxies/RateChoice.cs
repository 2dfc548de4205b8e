using System.Globalization;

namespace Assay.Judge;

/// <summary>The learning rate that proxies were given, as a share of the usual one, and what it was chosen by.</summary>
/// <remarks>
/// Source: "Can Small Training Runs Reliably Guide Data Curation?", arXiv 2512.24503, section 5: proxies at a rate one to two orders of
/// magnitude below the usual one rank recipes as the tuned large model does. A rate so small that the model never gets beyond the
/// frequencies of single tokens (or classes) ranks them by those: such a rate is refused.
/// </remarks>
/// <param name="Share">The rate over the usual one, in (0, 1].</param>
/// <param name="Start">The loss of knowing the frequencies of single tokens (or of classes) only.</param>
/// <param name="Losses">What was tried: the loss after training at each share of the usual rate, the usual rate first.</param>
/// <param name="Metric">The loss: <c>bits-per-byte@target</c>, <c>log-loss@target</c>.</param>
/// <param name="Candidate">The candidate that it was tried on.</param>
public sealed record RateChoice(
    double Share,
    double Start,
    IReadOnlyList<(double Share, double Loss)> Losses,
    string Metric,
    string Candidate
)
{
    /// <summary>What the usual rate achieves, a smaller one must achieve this share of.</summary>
    public const double LeastProgress = 0.1;

    /// <summary>True if training at a rate gets beyond the start: by a tenth at least of what the usual rate achieves.</summary>
    /// <param name="start">Loss of single tokens or classes.</param>
    /// <param name="usual">Loss after training at the usual rate.</param>
    /// <param name="loss">Loss after training at the rate in question.</param>
    public static bool LeavesTheStart(double start, double usual, double loss) =>
        start > usual && start - loss >= LeastProgress * (start - usual);

    /// <summary>The choice in a sentence.</summary>
    public string Note()
    {
        string Text(double value) => value.ToString("0.000", CultureInfo.InvariantCulture);
        string tried = string.Join(", ", Losses.Select(one => $"{Text(one.Loss)} at {Fraction(one.Share)}"));
        string why = $"{Metric} of '{Candidate}' is {Text(Start)} by frequencies alone, {tried}";
        return Share < 1 ? $"proxies train at {Fraction(Share)} of the usual learning rate ({why})"
            : Losses[0].Loss < Start
                ? $"proxies train at the usual learning rate: a smaller one learns too little ({why})"
            : $"proxies train at the usual learning rate, and still learn no more than frequencies: give them more 'tokens' or 'epochs' ({why})";
    }

    private static string Fraction(double share) =>
        share == 1 ? "1" : "1/" + (1 / share).ToString("0.##", CultureInfo.InvariantCulture);
}
