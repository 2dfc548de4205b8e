using Microsoft.Extensions.AI;

namespace Assay.Learning.Tests;

public class RateLimitingTests
{
    private static readonly ChatMessage[] Question = [new(ChatRole.User, "question")];

    private static async Task<List<(double At, long Tokens)>> RunAsync(
        RateLimits limits,
        int requests,
        Func<int, long> tokens
    )
    {
        ManualTime time = new();
        List<(double, long)> made = [];
        using RateLimitingChatClient client = new(
            new FakeChatClient(_ =>
            {
                made.Add((time.Now.TotalSeconds, tokens(made.Count)));
                return Task.FromResult(FakeChatClient.Reply("x", made[^1].Item2));
            }),
            limits,
            time
        );
        for (int i = 0; i < requests; i++)
            await client.GetResponseAsync(Question, new() { MaxOutputTokens = 10 });
        return made;
    }

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(30)]
    public async Task WithinAnyMinuteThereAreNoMoreRequestsThanAllowed(int limit)
    {
        List<(double At, long Tokens)> made = await RunAsync(new() { RequestsPerMinute = limit }, 4 * limit, _ => 5);
        Assert.All(
            made,
            request =>
                Assert.InRange(made.Count(other => other.At >= request.At && other.At < request.At + 60), 1, limit)
        );
        // And none is held back for longer than it must be.
        Assert.InRange(made[^1].At, 180, 181);
    }

    [Fact]
    public async Task WithinAnyMinuteThereAreNoMoreTokensThanAllowedByTheEndpointsCount()
    {
        // Estimated as 4 + 2 + 10 each, but 100 or 300 in truth.
        List<(double At, long Tokens)> made = await RunAsync(
            new() { TokensPerMinute = 1000 },
            40,
            i => i % 3 == 0 ? 300 : 100
        );
        Assert.All(
            made,
            request =>
                // The last of a minute is let in by its estimate, so that much may be over.
                Assert.InRange(
                    made.Where(other => other.At >= request.At && other.At < request.At + 60)
                        .Sum(other => other.Tokens),
                    1,
                    1000 + 300
                )
        );
        Assert.InRange(made[^1].At, 300, 420);
    }

    [Fact]
    public async Task ARequestLargerThanTheLimitIsMadeAlone()
    {
        List<(double At, long Tokens)> made = await RunAsync(new() { TokensPerMinute = 5 }, 3, _ => 50);
        Assert.Equal([0, 60, 120], made.Select(request => Math.Floor(request.At)));
    }

    [Fact]
    public async Task OneThatGivesUpDoesNotHoldUpTheOthers()
    {
        RateWindow window = new(new() { RequestsPerMinute = 1 }, TimeProvider.System);
        await window.EnterAsync(1, default);
        using CancellationTokenSource cancel = new();
        Task first = window.EnterAsync(1, cancel.Token); // waits for the minute to be over
        Task second = window.EnterAsync(1, cancel.Token); // waits for the first
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => second);
    }

    [Fact]
    public void LimitsThatLetNothingThroughAreRefused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() =>
            new RateLimitingChatClient(FakeChatClient.Counting(), new() { RequestsPerMinute = 0 })
        );
        Assert.Throws<ArgumentOutOfRangeException>(() =>
            new RateLimitingChatClient(FakeChatClient.Counting(), new() { TokensPerMinute = 0 })
        );
    }
}
