using Assay.Data;

namespace Assay.Tests;

public class WorkTests
{
    [Fact]
    public void Each_piece_is_made_once_over_all_runs()
    {
        using Pieces pieces = Pieces.Temporary();
        int[] made = new int[50];
        for (int run = 0; run < 3; run++)
        {
            int stop = run == 2 ? 50 : 15 * (run + 1);
            try
            {
                new Data.Work(pieces) { Threads = 2 }.Make(
                    "stage",
                    50,
                    (i, stream) =>
                    {
                        stream.WriteByte((byte)i);
                        if (i >= stop)
                            throw new InvalidOperationException("killed");
                        Interlocked.Increment(ref made[i]);
                    }
                );
            }
            catch (InvalidOperationException) { }
        }
        Assert.All(made, times => Assert.Equal(1, times));
        Assert.Equal(50, Directory.GetFiles(pieces.Folder).Length);
        for (int i = 0; i < 50; i++)
            Assert.Equal([(byte)i], File.ReadAllBytes(pieces.PathOf("stage", i)));
    }

    [Fact]
    public void Leftovers_of_a_kill_are_swept_and_pieces_stay()
    {
        string folder = Directory.CreateTempSubdirectory("assay-test-").FullName;
        using (Pieces pieces = new(folder))
            pieces.Write("a", 1, stream => stream.WriteByte(1));
        File.WriteAllText(Path.Combine(folder, "a-000002.part"), "half");
        using (Pieces pieces = new(folder))
        {
            Assert.True(pieces.Has("a", 1));
            Assert.False(pieces.Has("a", 2));
            Assert.Single(Directory.GetFiles(folder));
            pieces.Write("b", 1, stream => stream.WriteByte(1));
            pieces.Delete("a");
            Assert.True(pieces.Has("b", 1) && !pieces.Has("a", 1));
        }
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public void A_failed_write_leaves_the_old_file_and_nothing_else()
    {
        using Pieces pieces = Pieces.Temporary();
        string path = Path.Combine(pieces.Folder, "file");
        Pieces.WriteFile(path, stream => stream.WriteByte(1));
        Assert.Throws<InvalidOperationException>(() =>
            Pieces.WriteFile(
                path,
                stream =>
                {
                    stream.WriteByte(2);
                    throw new InvalidOperationException();
                }
            )
        );
        Assert.Equal([1], File.ReadAllBytes(path));
        Assert.Single(Directory.GetFiles(pieces.Folder));
        Assert.Throws<AssayException>(() => Pieces.WriteFile(Path.Combine(pieces.Folder, "no/such"), _ => { }));
        Assert.Throws<AssayException>(() => Pieces.WriteFile("/dev/full/x", _ => { }));
    }

    [Fact]
    public void Cancellation_stops_the_work_and_a_failure_that_a_user_can_mend_comes_first()
    {
        using Pieces pieces = Pieces.Temporary();
        using CancellationTokenSource source = new();
        Data.Work work = new(pieces) { Threads = 2, Cancellation = source.Token };
        int done = 0;
        Assert.ThrowsAny<OperationCanceledException>(() =>
            work.Each(
                1000,
                i =>
                {
                    int mine = Interlocked.Increment(ref done);
                    if (mine == 10)
                        source.Cancel();
                    else if (mine > 10)
                        source.Token.WaitHandle.WaitOne(); // whoever comes in before it is heard
                }
            )
        );
        Assert.InRange(done, 10, 12);
        Assert.Throws<AssayException>(() => new Data.Work(pieces).Each(4, _ => throw new AssayException("no")));
        Assert.Throws<AssayException>(() => new Data.Work(pieces).Dataset("none"));
    }

    [Fact]
    public void Progress_adds_up()
    {
        using Pieces pieces = Pieces.Temporary();
        List<Progress> heard = [];
        Data.Work work = new(pieces) { Threads = 1, Progress = new Listener(heard) };
        work.Make("stage", 4, (_, _) => { }, i => i + 1, "rows");
        Assert.Equal(new("stage", 10, 10, "rows"), heard[^1]);
    }

    private sealed class Listener(List<Progress> heard) : IProgress<Progress>
    {
        public void Report(Progress value) => heard.Add(value);
    }
}
