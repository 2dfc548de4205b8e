namespace Assay.Numerics;

/// <summary>The threads of every kernel: one pool for the whole process.</summary>
/// <remarks>
/// A piece that calls <see cref="For(int, Action{int})"/> itself runs the inner pieces inline. What a kernel computes must not
/// depend on <see cref="Threads"/>: work is split by its size alone.
/// </remarks>
public static class Workers
{
    private const int MaxThreads = 256;
    private static readonly AsyncLocal<int> Limited = new();

    /// <summary>How many threads, the caller included, a call from here may use; at least 1.</summary>
    public static int Threads => Limited.Value is > 0 and int limit ? limit : Environment.ProcessorCount;

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
    public static void For(int count, Action<int> body)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        for (int piece = 0; piece < count; piece++)
            body(piece);
    }

    /// <summary>The same, without an allocation where <paramref name="body"/> is a static lambda.</summary>
    /// <param name="count">Number of pieces, at least 0.</param>
    /// <param name="state">Handed to every call; may be a <c>ref struct</c> of spans.</param>
    /// <param name="body">Called with the state and the number of the piece, from several threads at once.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="count"/> is negative.</exception>
    public static void For<TState>(int count, TState state, Action<TState, int> body)
        where TState : allows ref struct
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        for (int piece = 0; piece < count; piece++)
            body(state, piece);
    }

    /// <summary>The same, without an allocation and without a call through a delegate.</summary>
    /// <param name="count">Number of pieces, at least 0.</param>
    /// <param name="body">The work; may be a <c>ref struct</c> of spans.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="count"/> is negative.</exception>
    public static void For<TBody>(int count, TBody body)
        where TBody : struct, IPieces, allows ref struct
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        for (int piece = 0; piece < count; piece++)
            body.Run(piece);
    }

    /// <summary>Gives back the limit that was in force before <see cref="Limit"/>.</summary>
    public readonly struct LimitScope : IDisposable
    {
        private readonly int _before;

        internal LimitScope(int before) => _before = before;

        /// <summary>Ends the limit.</summary>
        public void Dispose() => Limited.Value = _before;
    }
}
