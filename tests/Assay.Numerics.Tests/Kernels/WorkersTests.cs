namespace Assay.Numerics.Tests;

/// <summary>By themselves: there is one pool for the whole process, and a call that finds it taken runs inline.</summary>
[Collection(nameof(Workers))]
public class WorkersTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(5)]
    public void EveryPieceRunsOnce(int threads)
    {
        using (Workers.Limit(threads))
            for (int count = 0; count < 300; count++)
            {
                int[] runs = new int[count];
                Workers.For(count, piece => Interlocked.Increment(ref runs[piece]));
                Assert.All(runs, one => Assert.Equal(1, one));
            }
    }

    [Fact]
    public void SpansGoIntoPieces()
    {
        Span<int> squares = stackalloc int[100];
        using (Workers.Limit(2))
            Workers.For(100, new Squares(squares));
        for (int i = 0; i < 100; i++)
            Assert.Equal(i * i, squares[i]);
        using (Workers.Limit(2))
            Workers.For(100, squares, static (all, i) => all[i] = -i);
        for (int i = 0; i < 100; i++)
            Assert.Equal(-i, squares[i]);
    }

    [Fact]
    public void SpansOfMovedArraysAreFollowed()
    {
        using (Workers.Limit(2))
            for (int round = 0; round < 20; round++)
            {
                _ = new byte[1000]; // a hole for the array to be moved into
                int[] counts = new int[64];
                Workers.For(
                    64,
                    counts.AsSpan(),
                    static (all, i) =>
                    {
                        if (i % 16 == 0)
                            GC.Collect(0, GCCollectionMode.Forced, blocking: true, compacting: true);
                        all[i]++;
                    }
                );
                Assert.All(counts, one => Assert.Equal(1, one));
            }
    }

    [Fact]
    public void SeveralThreadsWorkAtOnce()
    {
        using Barrier barrier = new(2);
        using (Workers.Limit(2))
            Workers.For(2, _ => Assert.True(barrier.SignalAndWait(TimeSpan.FromSeconds(30))));
    }

    [Fact]
    public void ALimitOfOneStaysOnTheCaller()
    {
        int caller = Environment.CurrentManagedThreadId;
        using (Workers.Limit(1))
            Workers.For(50, _ => Assert.Equal(caller, Environment.CurrentManagedThreadId));
    }

    [Fact]
    public void InnerLoopsRunInline()
    {
        using (Workers.Limit(3))
            Workers.For(
                8,
                _ =>
                {
                    Assert.Equal(1, Workers.Threads);
                    int thread = Environment.CurrentManagedThreadId;
                    Workers.For(4, _ => Assert.Equal(thread, Environment.CurrentManagedThreadId));
                }
            );
    }

    [Fact]
    public void CallersFromManyThreadsAllFinish()
    {
        long sum = 0;
        Parallel.For(
            0,
            200,
            new ParallelOptions { MaxDegreeOfParallelism = 4 },
            _ =>
            {
                using (Workers.Limit(3))
                    Workers.For(10, piece => Interlocked.Add(ref sum, piece));
            }
        );
        Assert.Equal(200 * 45, sum);
    }

    [Fact]
    public void TheExceptionOfTheLowestPieceReachesTheCaller()
    {
        using (Workers.Limit(3))
        {
            for (int round = 0; round < 50; round++)
            {
                InvalidOperationException error = Assert.Throws<InvalidOperationException>(() =>
                    Workers.For(
                        40,
                        static piece =>
                        {
                            if (piece >= 7)
                                throw new InvalidOperationException($"piece {piece}");
                        }
                    )
                );
                Assert.Equal("piece 7", error.Message);
            }
            int done = 0;
            Workers.For(10, _ => Interlocked.Increment(ref done));
            Assert.Equal(10, done);
        }
    }

    [Fact]
    public void LimitsNest()
    {
        int before = Workers.Threads;
        using (Workers.Limit(3))
        {
            using (Workers.Limit(1))
                Assert.Equal(1, Workers.Threads);
            Assert.Equal(3, Workers.Threads);
        }
        Assert.Equal(before, Workers.Threads);
    }

    [Fact]
    public void SleepingThreadsAreWoken()
    {
        using (Workers.Limit(2))
            for (int round = 0; round < 30; round++)
            {
                using Barrier barrier = new(2);
                Workers.For(2, _ => Assert.True(barrier.SignalAndWait(TimeSpan.FromSeconds(30))));
                Thread.Sleep(round % 3);
            }
    }

    [Fact]
    public void NothingIsAllocated()
    {
        using (Workers.Limit(2))
        {
            float[] values = new float[100];
            for (int warm = 0; warm < 100; warm++)
                Workers.For(4, values, static (all, piece) => all[piece] += 1);
            long before = GC.GetAllocatedBytesForCurrentThread();
            for (int round = 0; round < 1000; round++)
                Workers.For(4, values, static (all, piece) => all[piece] += 1);
            // Waking a sleeping thread may allocate a few hundred bytes.
            Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 20_000);
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(257)]
    public void LimitsOutOfRangeAreRefused(int threads) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => Workers.Limit(threads));

    [Fact]
    public void NegativeCountsAreRefused() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => Workers.For(-1, static _ => { }));

    private readonly ref struct Squares(Span<int> results) : IPieces
    {
        private readonly Span<int> _results = results;

        public void Run(int piece) => _results[piece] = piece * piece;
    }
}

[CollectionDefinition(nameof(Workers), DisableParallelization = true)]
public sealed class WorkersAlone;
