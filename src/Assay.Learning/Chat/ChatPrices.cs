using Microsoft.Extensions.AI;

namespace Assay.Learning;

/// <summary>What a model's tokens cost, in a currency of the user's choice.</summary>
/// <param name="InputPerMillion">A million tokens of requests.</param>
/// <param name="OutputPerMillion">A million tokens of replies.</param>
/// <param name="CachedInputPerMillion">A million tokens of requests that the endpoint had seen before; null: as the others.</param>
public sealed record ChatPrices(
    decimal InputPerMillion,
    decimal OutputPerMillion,
    decimal? CachedInputPerMillion = null
)
{
    /// <summary>The cost of a use.</summary>
    public decimal CostOf(UsageDetails usage)
    {
        long input = usage.InputTokenCount ?? 0;
        long cached = Math.Clamp(usage.CachedInputTokenCount ?? 0, 0, Math.Max(input, 0));
        return (
                (input - cached) * InputPerMillion
                + cached * (CachedInputPerMillion ?? InputPerMillion)
                + (usage.OutputTokenCount ?? 0) * OutputPerMillion
            ) / 1_000_000;
    }
}
