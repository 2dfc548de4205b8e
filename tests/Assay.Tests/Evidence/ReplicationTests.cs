using Assay.Data;
using Assay.Evidence;
using Assay.Numerics;
using Assay.Tests.Recipes;

namespace Assay.Tests.Evidence;

public sealed class ReplicationTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("assay-test-").FullName;

    public ReplicationTests()
    {
        Directory.CreateDirectory(Path.Combine(_folder, "data", "coins"));
        File.WriteAllText(Path.Combine(_folder, "data", "coins", "bias.txt"), "0.25");
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void SeedsAreMeasuredOnceAndMoreCanBeAdded()
    {
        Coins experiment = new();
        EvidenceRecord first = Run(experiment, 3),
            more = Run(experiment, 5),
            again = Run(new Coins(), 5);
        Assert.Equal(5, experiment.Measured);
        Assert.Equal(first.Figures["heads"], more.Figures["heads"][..3]);
        Assert.Equal(more.Figures["heads"], again.Figures["heads"]);
        Assert.Equal(5, more.Seeds);
    }

    [Fact]
    public void ThreadsDoNotChangeFigures()
    {
        EvidenceRecord one = Run(new Coins(), 4, threads: 1, store: "a"),
            two = Run(new Coins(), 4, threads: 2, store: "b");
        Assert.Equal(one.Figures["heads"], two.Figures["heads"]);
    }

    [Fact]
    public void AnAbortedRunKeepsItsFinishedSeeds()
    {
        Coins breaks = new() { BreakAt = 2 };
        Assert.Throws<OperationCanceledException>(() => Run(breaks, 4, threads: 1));
        Coins goesOn = new();
        Run(goesOn, 4, threads: 1);
        Assert.Equal(2, breaks.Measured);
        Assert.Equal(2, goesOn.Measured);
    }

    [Fact]
    public void OtherDataAreMeasuredAnew()
    {
        Coins experiment = new();
        Run(experiment, 2);
        File.WriteAllText(Path.Combine(_folder, "data", "coins", "bias.txt"), "0.75");
        Run(experiment, 2);
        Assert.Equal(4, experiment.Measured);
    }

    [Fact]
    public void MissingDataAreNamed()
    {
        Directory.Delete(Path.Combine(_folder, "data", "coins"), recursive: true);
        AssayException failure = Assert.Throws<AssayException>(() => Run(new Coins(), 2));
        Assert.Contains("coins", failure.Message);
        Assert.Contains("--data", failure.Hint);
    }

    [Theory]
    [InlineData(0.2, 0.1, 0.3, Verdict.Replicated)]
    [InlineData(0.2, -0.1, 0.5, Verdict.Inconclusive)]
    [InlineData(-0.2, -0.3, 0.0, Verdict.NotReplicated)]
    public void AVerdictFollowsTheInterval(double mean, double low, double high, Verdict expected)
    {
        Assert.Equal(expected, Finding.Above("", "", new MeanInterval(mean, low, high, 0.95)).Verdict);
        Assert.Equal(expected, Finding.Below("", "", new MeanInterval(-mean, -high, -low, 0.95)).Verdict);
    }

    [Fact]
    public void AFigureIsFinite() => Assert.Throws<ArgumentException>(() => new Figures { ["x"] = double.NaN });

    [Fact]
    public void ARecordSurvivesItsFile()
    {
        EvidenceRecord record = Run(new Coins(), 3);
        string path = Path.Combine(_folder, "coins.json");
        File.WriteAllText(path, record.ToJson());
        EvidenceRecord read = EvidenceRecord.Read(path);
        Assert.Equal(record.ToJson(), read.ToJson());
        Assert.Equal(EvidencePage.Of([record]), EvidencePage.Of([read]));
        Assert.Contains("| heads come up a quarter of the time |", EvidencePage.Of([record]));
    }

    [Fact]
    public void ThePageInDocsIsMadeOfItsRecords()
    {
        string docs = Path.Combine(ArchitectureTests.Root, "docs");
        string records = Path.Combine(docs, "evidence");
        Assert.Equal(
            File.ReadAllText(Path.Combine(docs, "evidence.md")),
            EvidencePage.Of(Directory.EnumerateFiles(records, "*.json").Select(EvidenceRecord.Read))
        );
    }

    [Fact]
    public void EveryExperimentIsOfAPaperOfItsOwn()
    {
        Assert.Equal(Experiments.All.Count, Experiments.All.Select(experiment => experiment.Slug).Distinct().Count());
        // Five where a seed is cheap; trainings of policies cost minutes each, and an interval over three is the least that says something.
        Assert.All(Experiments.All, experiment => Assert.True(experiment.Seeds >= 3, experiment.Slug));
    }

    private EvidenceRecord Run(IExperiment experiment, int seeds, int threads = 2, string store = "store")
    {
        using Store kept = Store.Open(Path.Combine(_folder, store));
        return new Replication(kept, Path.Combine(_folder, "data"), new() { Threads = threads }, new Silent()).Run(
            experiment,
            seeds
        );
    }

    private sealed class Coins : IExperiment
    {
        private int _measured;

        public int Measured => _measured;

        public int BreakAt { get; init; } = -1;

        public string Slug => "coins";

        public string Title => "Coins (2026)";

        public string Protocol => "Four hundred throws.";

        public IReadOnlyList<string> Data => ["coins"];

        public int Seeds => 5;

        public Figures Measure(Trial trial)
        {
            if (trial.Seed == BreakAt)
                throw new OperationCanceledException();
            Interlocked.Increment(ref _measured);
            double bias = double.Parse(
                File.ReadAllText(trial.Path("coins", "bias.txt")),
                System.Globalization.CultureInfo.InvariantCulture
            );
            RandomStream random = trial.Random.Child("throws");
            int heads = 0;
            for (int i = 0; i < 400; i++)
            {
                trial.Report("throwing", i, 400);
                heads += random.NextDouble() < bias ? 1 : 0;
            }
            return new() { ["heads"] = heads / 400.0 };
        }

        public IReadOnlyList<Finding> Conclude(Trials trials) =>
            [Finding.Above("heads come up a quarter of the time", "0.25", trials.Mean("heads"), 0.2)];
    }
}
