using System.Diagnostics;
using System.Globalization;
using System.IO.Hashing;
using System.Text;

namespace Assay.Tests;

/// <summary>
/// No input crashes a parser, makes it hang, or takes more memory than it may: it is read, or refused in the documented way. A second for
/// each parser in each run; in the environment <c>ASSAY_FUZZ_SECONDS=600</c> makes it ten minutes each, <c>ASSAY_FUZZ_SEED=7</c> other
/// damage, <c>ASSAY_FUZZ_ONLY=html,warc</c> only these. Input that broke a parser once lies in <c>Cases</c> and is read in each run.
/// </summary>
public sealed class FuzzTests
{
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(120); // of one input, on a machine that may be busy

    public static TheoryData<string> Targets
    {
        get
        {
            string[] only = (Environment.GetEnvironmentVariable("ASSAY_FUZZ_ONLY") ?? "").Split(',');
            IEnumerable<string> names = FuzzTargets.All.Select(target => target.Name);
            return [.. only is [""] ? names : names.Where(only.Contains)];
        }
    }

    [Theory]
    [MemberData(nameof(Targets))]
    public void Damaged_input_is_refused_or_read(string name)
    {
        double seconds = Number("ASSAY_FUZZ_SECONDS", 1);
        ulong seed = (ulong)Number("ASSAY_FUZZ_SEED", 0);
        FuzzTarget target = FuzzTargets.All.Single(target => target.Name == name);
        byte[][] seeds = [.. target.Seeds()];
        foreach (byte[] sound in seeds)
            Check(target, sound, "a seed");
        IReadOnlyList<byte[]> words = target.WordList;
        Stopwatch clock = Stopwatch.StartNew();
        long count = 0;
        for (; clock.Elapsed.TotalSeconds < seconds || count < 20; count++)
        {
            byte[] damaged = new Mutator(seed << 40 | (ulong)count).Next(seeds, words, target.Window);
            if (target.Mend is { } mend && count % 4 > 0)
                damaged = mend(damaged);
            Check(target, damaged, $"damage {count} of seed {seed}");
        }
        TestContext.Current.SendDiagnosticMessage($"{name}: {count:N0} inputs in {clock.Elapsed.TotalSeconds:0} s");
    }

    [Theory]
    [MemberData(nameof(Targets))]
    public void What_broke_it_once_does_no_more(string name)
    {
        FuzzTarget target = FuzzTargets.All.Single(target => target.Name == name);
        string folder = Path.Combine(AppContext.BaseDirectory, "Cases", name);
        foreach (string file in Directory.Exists(folder) ? Directory.GetFiles(folder) : [])
            Check(target, File.ReadAllBytes(file), Path.GetFileName(file));
    }

    [Fact]
    public void The_same_seed_does_the_same_damage()
    {
        byte[][] seeds = [Encoding.ASCII.GetBytes("{\"text\": \"one\", \"n\": 12}\n")];
        byte[] Damaged(ulong seed) =>
            new Mutator(seed).Next(
                seeds,
                [
                    [1, 2],
                ],
                null
            );
        for (ulong seed = 0; seed < 200; seed++)
            Assert.Equal(Damaged(seed), Damaged(seed));
        Assert.True(
            Enumerable.Range(0, 200).Select(i => Convert.ToHexString(Damaged((ulong)i))).Distinct().Count() > 150
        );
    }

    private static void Check(FuzzTarget target, byte[] input, string what)
    {
        long before = GC.GetTotalAllocatedBytes();
        // On a thread of its own: one that hangs is left behind.
        Task reading = Task.Factory.StartNew(
            () => target.Read(input),
            CancellationToken.None,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default
        );
        try
        {
            if (!reading.Wait(Longest))
                throw Broken(target, input, what, $"hangs for {Longest.TotalSeconds} s");
        }
        catch (AggregateException failure)
        {
            throw Broken(target, input, what, failure.InnerException!.ToString());
        }
        long bytes = GC.GetTotalAllocatedBytes() - before;
        if (bytes > target.MostBytes)
            throw Broken(target, input, what, $"allocates {bytes:N0} bytes");
    }

    private static InvalidOperationException Broken(FuzzTarget target, byte[] input, string what, string how)
    {
        string kept = Path.Combine(
            Path.GetTempPath(),
            $"assay-fuzz-{target.Name}-{Convert.ToHexStringLower(XxHash3.Hash(input))}"
        );
        File.WriteAllBytes(kept, input);
        return new($"{target.Name}, {what}, kept as {kept}: {how}");
    }

    private static double Number(string variable, double otherwise) =>
        Environment.GetEnvironmentVariable(variable) is { Length: > 0 } text
            ? double.Parse(text, CultureInfo.InvariantCulture)
            : otherwise;
}
