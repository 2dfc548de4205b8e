using System.Runtime.CompilerServices;

namespace Assay.Numerics;

/// <summary>The threads of every kernel: one pool for the whole process.</summary>
/// <remarks>
/// <para>The caller works too, so a limit of n uses n - 1 threads of the pool. A piece that calls <c>For</c> itself, and a call
/// that finds the pool taken by another thread, run their pieces inline, so there are never more threads at work than callers
/// and pool threads. What a kernel computes must not depend on <see cref="Threads"/>: work is split by its size alone.</para>
/// <para>Pieces run on other threads: thread-static and <see cref="AsyncLocal{T}"/> values of the caller are not seen there. If
/// pieces throw, the exception of the lowest-numbered one reaches the caller, and pieces after it may not have run.</para>
/// </remarks>
public static class Workers
{
    private const int MaxThreads = 256;

    // 0: no limit was set.
    private static readonly AsyncLocal<int> Limited = new();

    [ThreadStatic]
    private static bool isInside;

    /// <summary>How many threads, the caller included, a call from here would use at most; at least 1.</summary>
    public static int Threads =>
        isInside ? 1
        : Limited.Value is > 0 and int limit ? limit
        : Environment.ProcessorCount;

    /// <summary>Sets how many threads, the caller included, calls from this flow of execution may use, until the scope is disposed.</summary>
    /// <param name="threads">From 1 to 256; may exceed the number of processors.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="threads"/> is out of range.</exception>
    public static LimitScope Limit(int threads)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(threads);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(threads, MaxThreads);
        LimitScope scope = new(Limited.Value);
        Limited.Value = threads;
        return scope;
    }

    /// <summary>Runs <paramref name="body"/> for each of 0 to <paramref name="count"/> - 1, and returns when all are done.</summary>
    /// <param name="count">Number of pieces, at least 0.</param>
    /// <param name="body">Called with the number of the piece, from several threads at once.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="count"/> is negative.</exception>
    public static void For(int count, Action<int> body) => For(count, new Delegated(body));

    /// <summary>The same, without an allocation where <paramref name="body"/> is a static lambda.</summary>
    /// <param name="count">Number of pieces, at least 0.</param>
    /// <param name="state">Handed to every call; may be a <c>ref struct</c> of spans.</param>
    /// <param name="body">Called with the state and the number of the piece, from several threads at once.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="count"/> is negative.</exception>
    public static void For<TState>(int count, TState state, Action<TState, int> body)
        where TState : allows ref struct => For(count, new Delegated<TState>(state, body));

    /// <summary>The same, without an allocation and without a call through a delegate.</summary>
    /// <param name="count">Number of pieces, at least 0.</param>
    /// <param name="body">The work; may be a <c>ref struct</c> of spans.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="count"/> is negative.</exception>
    public static unsafe void For<TBody>(int count, TBody body)
        where TBody : struct, IPieces, allows ref struct
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        int threads = count <= 1 ? 1 : Math.Min(Threads, count);
        if (threads > 1 && WorkerPool.TryTake())
        {
            isInside = true;
            try
            {
                // The body stays in this frame, where the collector sees and updates the spans in it, until Run has returned.
                WorkerPool.Run(threads - 1, count, &RunPiece<TBody>, Unsafe.AsPointer(ref body));
            }
            finally
            {
                isInside = false;
                WorkerPool.Release();
            }
            return;
        }
        for (int piece = 0; piece < count; piece++)
            body.Run(piece);
    }

    /// <summary>Marks the calling thread as one of the pool: whatever it calls runs inline.</summary>
    internal static void Join() => isInside = true;

    private static unsafe void RunPiece<TBody>(void* body, int piece)
        where TBody : struct, IPieces, allows ref struct => Unsafe.AsRef<TBody>(body).Run(piece);

    /// <summary>Gives back the limit that was in force before <see cref="Limit"/>.</summary>
    public readonly struct LimitScope : IDisposable
    {
        private readonly int _before;

        internal LimitScope(int before) => _before = before;

        /// <summary>Ends the limit.</summary>
        public void Dispose() => Limited.Value = _before;
    }

    private readonly struct Delegated(Action<int> body) : IPieces
    {
        public void Run(int piece) => body(piece);
    }

    private readonly ref struct Delegated<TState>(TState state, Action<TState, int> body) : IPieces
        where TState : allows ref struct
    {
        private readonly TState _state = state;

        public void Run(int piece) => body(_state, piece);
    }
}
