namespace Assay.Learning;

/// <summary>One lock for each request that is under way, so that equal requests are made one after the other.</summary>
internal sealed class RequestLocks
{
    private readonly Dictionary<string, Waiting> _waiting = [];

    private sealed class Waiting
    {
        public SemaphoreSlim Turn { get; } = new(1);
        public int Users { get; set; }
    }

    /// <summary>Waits for the turn; disposing of what is returned ends it.</summary>
    public async Task<IDisposable> EnterAsync(string request, CancellationToken cancellation)
    {
        Waiting? waiting;
        lock (_waiting)
        {
            if (!_waiting.TryGetValue(request, out waiting))
                _waiting.Add(request, waiting = new());
            waiting.Users++;
        }
        try
        {
            await waiting.Turn.WaitAsync(cancellation);
        }
        catch
        {
            Leave(request, waiting);
            throw;
        }
        return new Turn(this, request, waiting);
    }

    private void Leave(string request, Waiting waiting)
    {
        lock (_waiting)
            if (--waiting.Users == 0)
                _waiting.Remove(request);
    }

    private sealed class Turn(RequestLocks locks, string request, Waiting waiting) : IDisposable
    {
        public void Dispose()
        {
            waiting.Turn.Release();
            locks.Leave(request, waiting);
        }
    }
}
