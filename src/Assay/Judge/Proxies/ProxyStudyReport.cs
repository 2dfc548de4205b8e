using System.Text.Json;
using System.Text.Json.Serialization;

namespace Assay.Judge;

/// <summary>How proxies at several learning rates rank candidates.</summary>
/// <param name="Metric">The loss: <c>bits-per-byte@target</c>.</param>
/// <param name="Candidates">Names, in the recipe's order.</param>
/// <param name="Rates">What each rate says, in the order of the options.</param>
/// <param name="Reference">What rankings are compared with: the tuned target's losses, or null without a target.</param>
/// <param name="Flips">Pairs of candidates that the largest and the smallest rate order differently.</param>
/// <param name="Notes">What a reader should know: rates that learn too little, rankings that are luck, rates that disagree.</param>
public sealed record ProxyStudyReport(
    string Metric,
    IReadOnlyList<string> Candidates,
    IReadOnlyList<RateRanking> Rates,
    IReadOnlyList<double>? Reference,
    IReadOnlyList<CandidateFlip> Flips,
    IReadOnlyList<string> Notes
)
{
    /// <summary>As JSON, indented; what does not exist, such as the correlation of equal losses, is "NaN".</summary>
    public string ToJson() => JsonSerializer.Serialize(this, ProxyStudyJson.Default.ProxyStudyReport);

    internal static ProxyStudyReport FromJson(ReadOnlySpan<byte> json) =>
        JsonSerializer.Deserialize(json, ProxyStudyJson.Default.ProxyStudyReport)!;
}

/// <summary>How proxies at one learning rate rank candidates.</summary>
/// <param name="Reduce">What the usual rate was divided by.</param>
/// <param name="Losses">One loss for each candidate, with its interval over seeds.</param>
/// <param name="Ranking">The candidates, the best first.</param>
/// <param name="Noise">Their spread beside what seeds change.</param>
/// <param name="LeavesTheStart">False if the proxies learn too little at this rate.</param>
/// <param name="Agreement">
/// With the tuned target, or without one with the usual (largest) rate; of the mean losses.
/// </param>
/// <param name="Spearman">Of single seeds, with an interval (cut to what a correlation can be); null if some seed's losses do not vary.</param>
/// <param name="Pairs">Of single seeds, with an interval, cut likewise.</param>
public sealed record RateRanking(
    double Reduce,
    IReadOnlyList<Measurement> Losses,
    IReadOnlyList<string> Ranking,
    SeedNoise Noise,
    bool LeavesTheStart,
    RankAgreement Agreement,
    Interval? Spearman,
    Interval? Pairs
);

/// <summary>Two candidates that two learning rates order differently.</summary>
/// <param name="First">Better at the largest rate.</param>
/// <param name="Second">Better at the smallest rate.</param>
public sealed record CandidateFlip(string First, string Second);

[JsonSourceGenerationOptions(
    WriteIndented = true,
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals
)]
[JsonSerializable(typeof(ProxyStudyReport))]
internal sealed partial class ProxyStudyJson : JsonSerializerContext;
