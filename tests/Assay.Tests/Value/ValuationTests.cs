using Assay.Data;
using Assay.Numerics;
using Assay.Value;

namespace Assay.Tests.Value;

/// <summary>The methods that train models, on tables.</summary>
public sealed class ValuationTests
{
    private static readonly View Train = LabelledTables.Of(40, "train", flip: 8);
    private static readonly View Test = LabelledTables.Of(80, "test");

    private static readonly Dictionary<string, (IValuer Valuer, string Stage)> Methods = new()
    {
        ["shapley"] = (
            new Shapley(
                new()
                {
                    Features = LabelledTables.Features,
                    Permutations = 130,
                    Error = 0,
                }
            ),
            "permutations"
        ),
        ["shapley gradient"] = (
            new Shapley(
                new()
                {
                    Features = LabelledTables.Features,
                    Permutations = 200,
                    Estimator = ShapleyEstimator.Gradient,
                }
            ),
            "permutations"
        ),
        ["shapley gradient mlp"] = (
            new Shapley(
                new()
                {
                    Features = LabelledTables.Features,
                    Permutations = 30,
                    Model = "mlp",
                    Estimator = ShapleyEstimator.Gradient,
                }
            ),
            "permutations"
        ),
        ["shapley regression"] = (
            new Shapley(
                new()
                {
                    Features = LabelledTables.Features,
                    Task = LabelKind.Regression,
                    Label = "y",
                    Permutations = 60,
                }
            ),
            "permutations"
        ),
        ["shapley tree auc"] = (
            new Shapley(
                new()
                {
                    Features = LabelledTables.Features,
                    Model = "naive-bayes",
                    Metric = WorthMetric.Auc,
                    Permutations = 60,
                }
            ),
            "permutations"
        ),
        ["beta-shapley"] = (
            new BetaShapley(new() { Features = LabelledTables.Features, Permutations = 60 }),
            "permutations"
        ),
        ["banzhaf"] = (new Banzhaf(new() { Features = LabelledTables.Features, Sets = 400 }), "sets"),
        ["loo"] = (
            new LeaveOneOut(new() { Features = LabelledTables.Features, Metric = WorthMetric.LogLoss }),
            "left-out"
        ),
        ["data-oob"] = (new DataOob(new() { Features = LabelledTables.Features, Models = 150 }), "bags"),
        ["data-oob regression"] = (
            new DataOob(
                new()
                {
                    Features = LabelledTables.Features,
                    Task = LabelKind.Regression,
                    Label = "y",
                    Models = 150,
                    Model = "knn",
                }
            ),
            "bags"
        ),
    };

    public static TheoryData<string> Names => [.. Methods.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void WrongRowsAreWorthLessOnAnyNumberOfThreadsAndAfterAKill(string name)
    {
        (IValuer valuer, string stage) = Methods[name];
        View train = Train.With(Selection.All(Train.Dataset).Where(row => row % 10 != 3));
        IReadOnlyList<Signal> one = valuer.Run(train, Test, threads: 1);
        using Pieces pieces = Pieces.Temporary();
        Assert.Equal(Values(one), Values(valuer.Run(train, Test, pieces: pieces)));
        File.Delete(pieces.PathOf(stage, 1));
        Assert.Equal(Values(one), Values(valuer.Run(train, Test, pieces: pieces)));
        double[] values = one[0].Values;
        Assert.Equal(name.Split(' ')[0], one[0].Name);
        for (int row = 0; row < 40; row++)
            Assert.Equal(row % 10 == 3, double.IsNaN(values[row]));
        double Mean(bool wrong) =>
            values.Index().Where(it => (it.Index % 8 == 0) == wrong && !double.IsNaN(it.Item)).Average(it => it.Item);
        Assert.True(Mean(wrong: true) < Mean(wrong: false), $"{Mean(true)} {Mean(false)}");

        static IEnumerable<double[]> Values(IReadOnlyList<Signal> signals) => signals.Select(signal => signal.Values);
    }

    [Fact]
    public void ASourcesValueIsDividedAmongItsRows()
    {
        ShapleyOptions options = new()
        {
            Features = LabelledTables.Features,
            Source = "from",
            Estimator = ShapleyEstimator.Exact,
        };
        double[] exact = new Shapley(options).Run(Train, Test)[0].Values;
        for (int row = 5; row < 40; row++)
            Assert.Equal(exact[row % 5], exact[row]);
        double[] sampled = new Shapley(
            options with
            {
                Estimator = ShapleyEstimator.Tmc,
                Permutations = 400,
                Tolerance = -1,
            }
        )
            .Run(Train, Test)[0]
            .Values;
        KnnShapleyTests.AssertNear(exact, sampled, 0.003);
        // Efficiency of both: all rows together are worth U(all) - U0.
        Assert.Equal(exact.Sum(), sampled.Sum(), 0.5 / 80);
        double loo = new LeaveOneOut(new() { Features = LabelledTables.Features, Source = "from" })
            .Run(Train, Test)[0]
            .Values[0];
        Assert.Equal(Math.Round(loo * 8 * 80), loo * 8 * 80, 1e-9); // a whole number of test rows, over eight rows
    }

    [Fact]
    public void StartingFromTheModelBeforeFindsTheSameScores()
    {
        using Pieces pieces = Pieces.Temporary();
        Work work = new(pieces) { Datasets = new Dictionary<string, View> { ["test"] = Test } };
        (TrainingGame game, _, _) = TrainingGame.Of(
            new ShapleyOptions { Features = LabelledTables.Features, Metric = WorthMetric.LogLoss },
            Train,
            work
        );
        int[] order = [.. Enumerable.Range(0, 40)];
        new RandomStream(3, "order").Shuffle(order.AsSpan());
        ICoalition coalition = game.Grow();
        for (int size = 1; size <= 40; size++)
            Assert.Equal(game.Worth(order.AsSpan(0, size)), coalition.Add(order[size - 1]), 1e-5);
    }

    [Fact]
    public void ProgressShowsHowMuchValuesStillChangeAndStopsThere()
    {
        Listener heard = new();
        new Shapley(new() { Features = LabelledTables.Features, Error = 1 }).Run(Train, Test, progress: heard);
        Assert.Contains(
            heard.All,
            progress => progress.Stage.StartsWith("values change by 0.") && progress.Done >= 100
        );
        Assert.All(heard.All, progress => Assert.True(progress.Done < 1000));
    }

    [Fact]
    public void BagsAreDrawnFromAllRows()
    {
        // A public library draws from the number of models instead.
        int[] bag = DataOob.Bag(5000, 5000, new RandomStream(1, "bag"));
        Assert.InRange(bag[^1], 4900, 4999);
        Assert.InRange(bag.Distinct().Count(), 3000, 3300); // 1 - 1/e of them
        Assert.True(bag[0] < 100);
    }

    [Fact]
    public void BadInputIsOneClearError()
    {
        string Message(IValuer valuer) => Assert.Throws<AssayException>(() => valuer.Run(Train, Test)).Message;
        Assert.Contains(
            "'ridge' does not learn classes",
            Message(new Shapley(new() { Features = LabelledTables.Features, Model = "ridge" }))
        );
        Assert.Contains(
            "R2 is one of numbers",
            Message(new Banzhaf(new() { Features = LabelledTables.Features, Metric = WorthMetric.R2 }))
        );
        Assert.Contains(
            "Auc is one of classes",
            Message(
                new LeaveOneOut(
                    new()
                    {
                        Features = LabelledTables.Features,
                        Task = LabelKind.Regression,
                        Label = "y",
                        Metric = WorthMetric.Auc,
                    }
                )
            )
        );
        Assert.Contains(
            "gradient estimator",
            Message(
                new Shapley(
                    new()
                    {
                        Features = LabelledTables.Features,
                        Model = "knn",
                        Estimator = ShapleyEstimator.Gradient,
                    }
                )
            )
        );
        Assert.Contains(
            "40 players",
            Message(new Shapley(new() { Features = LabelledTables.Features, Estimator = ShapleyEstimator.Exact }))
        );
        Assert.Contains("no column 'b2'", Message(new DataOob(new() { Features = ["a", "b2"] })));
        using Pieces pieces = Pieces.Temporary();
        Assert.ThrowsAny<OperationCanceledException>(() =>
            new Shapley(new() { Features = LabelledTables.Features }).Value(
                Train,
                new(pieces)
                {
                    Cancellation = new(canceled: true),
                    Datasets = new Dictionary<string, View> { ["test"] = Test },
                }
            )
        );
    }

    private sealed class Listener : IProgress<Progress>
    {
        private readonly List<Progress> _all = [];

        public IEnumerable<Progress> All => _all;

        public void Report(Progress value)
        {
            lock (_all)
                _all.Add(value);
        }
    }
}
