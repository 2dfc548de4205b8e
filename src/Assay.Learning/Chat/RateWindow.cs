namespace Assay.Learning;

/// <summary>The requests of the last 60 seconds. Thread-safe; those who wait are let in in the order they came.</summary>
/// <remarks>
/// A sliding window and not a bucket that fills up: a bucket lets twice its size through within a minute.
/// A request larger than the limit is let in when the window is empty, for it would otherwise wait forever.
/// </remarks>
internal sealed class RateWindow(RateLimits limits, TimeProvider time)
{
    private static readonly TimeSpan Length = TimeSpan.FromSeconds(60);

    private readonly Lock _lock = new();
    private readonly Queue<Entry> _entries = new();
    private Task _last = Task.CompletedTask;

    /// <summary>A request that was let in.</summary>
    public sealed class Entry(long at, long tokens)
    {
        public long At { get; } = at;

        /// <summary>Its tokens: an estimate, then what the endpoint counted.</summary>
        public long Tokens { get; set; } = tokens;
    }

    /// <summary>Waits until a request of so many tokens may be made.</summary>
    public async Task<Entry> EnterAsync(long tokens, CancellationToken cancellation)
    {
        TaskCompletionSource done = new(TaskCreationOptions.RunContinuationsAsynchronously);
        Task before;
        lock (_lock)
            (before, _last) = (_last, done.Task);
        try
        {
            await before.WaitAsync(cancellation);
            while (true)
            {
                if (TryEnter(tokens, out TimeSpan wait) is { } entry)
                    return entry;
                await Task.Delay(wait, time, cancellation);
            }
        }
        finally
        {
            // One that gave up while others were before it passes its turn on only after theirs.
            if (before.IsCompleted)
                done.SetResult();
            else
                _ = before.ContinueWith(_ => done.SetResult(), TaskScheduler.Default);
        }
    }

    public void Correct(Entry entry, long tokens)
    {
        lock (_lock)
            entry.Tokens = tokens;
    }

    private Entry? TryEnter(long tokens, out TimeSpan wait)
    {
        lock (_lock)
        {
            long now = time.GetTimestamp();
            while (_entries.TryPeek(out Entry? oldest) && time.GetElapsedTime(oldest.At, now) >= Length)
                _entries.Dequeue();
            bool fits =
                !(_entries.Count >= limits.RequestsPerMinute)
                && !(_entries.Sum(entry => entry.Tokens) + tokens > limits.TokensPerMinute);
            if (fits || _entries.Count == 0)
            {
                wait = TimeSpan.Zero;
                Entry entry = new(now, tokens);
                _entries.Enqueue(entry);
                return entry;
            }
            // A millisecond more, for timers may be early by their grain.
            wait = Length - time.GetElapsedTime(_entries.Peek().At, now) + TimeSpan.FromMilliseconds(1);
            return null;
        }
    }
}
