using Microsoft.Extensions.AI;

namespace Assay.Learning;

/// <summary>What was used so far.</summary>
/// <param name="Replies">Replies that came from the endpoint.</param>
/// <param name="Uncounted">Those of them for which the endpoint said no number of tokens; they are missing in what follows.</param>
/// <param name="InputTokens">Tokens of the requests.</param>
/// <param name="OutputTokens">Tokens of the replies.</param>
/// <param name="Cost">By the prices given, in their currency.</param>
public sealed record ChatUsage(long Replies, long Uncounted, long InputTokens, long OutputTokens, decimal Cost);

/// <summary>Adds up tokens and costs over any number of clients. Thread-safe.</summary>
/// <param name="prices">What tokens cost; null: nothing.</param>
/// <param name="limit">Once the cost has reached this, no more is asked for; null: no limit.</param>
public sealed class UsageMeter(ChatPrices? prices = null, decimal? limit = null)
{
    private readonly Lock _lock = new();
    private ChatUsage _used = new(0, 0, 0, 0, 0);

    /// <summary>What was used so far.</summary>
    public ChatUsage Used
    {
        get
        {
            lock (_lock)
                return _used;
        }
    }

    internal void Add(UsageDetails? usage)
    {
        lock (_lock)
            _used = usage is null or { InputTokenCount: null, OutputTokenCount: null }
                ? _used with
                {
                    Replies = _used.Replies + 1,
                    Uncounted = _used.Uncounted + 1,
                }
                : _used with
                {
                    Replies = _used.Replies + 1,
                    InputTokens = _used.InputTokens + (usage.InputTokenCount ?? 0),
                    OutputTokens = _used.OutputTokens + (usage.OutputTokenCount ?? 0),
                    Cost = _used.Cost + (prices?.CostOf(usage) ?? 0),
                };
    }

    internal void CheckLimit()
    {
        if (Used.Cost >= limit)
            throw new ChatCostLimitException(Used.Cost, limit.Value);
    }
}

/// <summary>The cost of replies has reached its limit; nothing more is asked for.</summary>
/// <param name="cost">The cost so far.</param>
/// <param name="limit">The limit.</param>
public sealed class ChatCostLimitException(decimal cost, decimal limit)
    : InvalidOperationException(
        $"The replies have cost {cost:0.######}, and the limit is {limit:0.######}. What was answered so far is kept in the "
            + "cache; raise the limit to go on from there."
    );
