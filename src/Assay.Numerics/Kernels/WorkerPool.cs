using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;

namespace Assay.Numerics;

/// <summary>The threads behind <see cref="Workers"/> and the one loop that they may be working on.</summary>
/// <remarks>
/// A loop is offered to each thread through a word of the thread's own. A thread that looks takes the offer; one that sleeps
/// is woken, but if the loop ends first the offer is withdrawn, so that nobody waits for a thread to wake up. Waking takes
/// milliseconds if the system lets the thread wait for the processor of the one who woke it, so between loops a thread looks
/// for an offer for longer than a training step usually pauses, soon letting every other thread go first, and then sleeps.
/// </remarks>
internal static unsafe class WorkerPool
{
    private const int SpinMicroseconds = 100,
        YieldMicroseconds = 2_000;
    private static readonly long SpinTicks = SpinMicroseconds * Stopwatch.Frequency / 1_000_000,
        YieldTicks = YieldMicroseconds * Stopwatch.Frequency / 1_000_000;

    private static readonly Lock Failing = new();
    private static Worker[] workers = [];
    private static int taken;

    // The loop, valid while an offer is out or taken.
    private static delegate* <void*, int, void> run;
    private static void* body;
    private static int count;
    private static Counter next;
    private static int failedPiece;
    private static ExceptionDispatchInfo? failure;

    public static bool TryTake() => taken == 0 && Interlocked.CompareExchange(ref taken, 1, 0) == 0;

    public static void Release() => Volatile.Write(ref taken, 0);

    /// <summary>Runs the pieces on the calling thread, which has taken the pool, and on up to <paramref name="helpers"/> others.</summary>
    public static void Run(int helpers, int pieces, delegate* <void*, int, void> runPiece, void* state)
    {
        if (workers.Length < helpers)
            Grow(helpers);
        run = runPiece;
        body = state;
        count = pieces;
        next.Value = 0;
        failure = null;
        Worker[] all = workers;
        for (int i = 0; i < helpers; i++)
            all[i].Offer();
        RunPieces();
        for (int i = 0; i < helpers; i++)
            all[i].WithdrawOrWait();
        body = null;
        if (failure is ExceptionDispatchInfo thrown)
        {
            failure = null;
            thrown.Throw();
        }
    }

    private static void RunPieces()
    {
        int piece = 0;
        try
        {
            while ((piece = Interlocked.Increment(ref next.Value) - 1) < count)
                run(body, piece);
        }
        catch (Exception exception)
        {
            // Pieces are taken in order, so the lowest that throws has been taken when another one throws: keeping the lowest
            // gives the same exception every time.
            lock (Failing)
            {
                if (failure is null || piece < failedPiece)
                    (failure, failedPiece) = (ExceptionDispatchInfo.Capture(exception), piece);
            }
            // Half of the range, so that the increments of the others do not overflow.
            Volatile.Write(ref next.Value, int.MaxValue / 2);
        }
    }

    private static void Grow(int helpers)
    {
        Worker[] grown = new Worker[helpers];
        workers.CopyTo(grown, 0);
        for (int i = workers.Length; i < helpers; i++)
            grown[i] = new Worker(i + 1);
        workers = grown;
    }

    // On a cache line of its own (and the one that is fetched with it): every thread writes to it.
    [StructLayout(LayoutKind.Explicit, Size = 256)]
    private struct Counter
    {
        [FieldOffset(128)]
        public int Value;
    }

    private sealed class Worker
    {
        private const int Idle = 0,
            Offered = 1,
            Working = 2;

        private readonly SemaphoreSlim _wake = new(0);
        private readonly bool _maySpin;
        private Counter _state;
        private int _asleep;

        public Worker(int number)
        {
            // Where there are fewer processors than threads, looking for an offer would hinder the one who makes it.
            _maySpin = number < Environment.ProcessorCount;
            new Thread(Work) { IsBackground = true, Name = $"Assay worker {number}" }.UnsafeStart();
        }

        public void Offer()
        {
            // A full fence between the offer and the look at the sleeper, as between the two of Sleep: one of both sees the other.
            Interlocked.Exchange(ref _state.Value, Offered);
            if (Volatile.Read(ref _asleep) != 0 && Interlocked.Exchange(ref _asleep, 0) != 0)
                _wake.Release();
        }

        public void WithdrawOrWait()
        {
            if (Interlocked.CompareExchange(ref _state.Value, Idle, Offered) != Working)
                return;
            SpinWait wait = new();
            while (Volatile.Read(ref _state.Value) == Working)
                wait.SpinOnce(sleep1Threshold: -1);
        }

        private void Work()
        {
            Workers.Join();
            while (true)
            {
                AwaitOffer();
                if (Interlocked.CompareExchange(ref _state.Value, Working, Offered) != Offered)
                    continue; // withdrawn
                RunPieces();
                Volatile.Write(ref _state.Value, Idle);
            }
        }

        private void AwaitOffer()
        {
            long start = Stopwatch.GetTimestamp();
            while (Volatile.Read(ref _state.Value) != Offered)
            {
                long waited = _maySpin ? Stopwatch.GetTimestamp() - start : YieldTicks;
                if (waited < SpinTicks)
                    Thread.SpinWait(4);
                else if (waited < YieldTicks)
                    Thread.Yield();
                else
                {
                    Sleep();
                    start = Stopwatch.GetTimestamp();
                }
            }
        }

        [MethodImpl(MethodImplOptions.NoInlining)]
        private void Sleep()
        {
            Interlocked.Exchange(ref _asleep, 1);
            // If the offer came just before, whoever clears the flag first decides whether there is a signal to wait for.
            if (Volatile.Read(ref _state.Value) == Offered && Interlocked.Exchange(ref _asleep, 0) != 0)
                return;
            _wake.Wait();
        }
    }
}
