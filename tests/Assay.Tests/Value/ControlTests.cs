using System.Runtime.InteropServices;
using Assay.Data;
using Assay.Learning;
using Assay.Models;
using Assay.Numerics;
using Assay.Value;
using FsCheck;
using FsCheck.Fluent;

namespace Assay.Tests.Value;

public class ControlTests
{
    // Golden 2 of the method's file: grad_utils of both official repositories, on a logistic regression.
    private static readonly double[] Start = [0.1, -0.2, 0.05];
    private static readonly LogisticControl Golden = new(
        Rows: [new(1, .3, 1), new(1, .3, 0), new(-.7, .4, 0), new(.05, .02, 1), new(2, 1, 1)],
        Batches:
        [
            [new(1, .5, 1), new(-.5, 1, 0)],
            [new(.2, -1, 0), new(1.5, 1, 1)],
            [new(-1, -.3, 0), new(.4, .8, 1)],
        ],
        Target: [new(.9, .2, 1), new(-.8, .1, 0), new(.3, 1.1, 1)]
    );
    private static readonly ControlRun Run = new(Steps: 3, Rate: 0.5, Interval: 1);

    [Fact]
    public void ParametersAndCostatesAreThoseOfTheOfficialCode()
    {
        Trajectory trajectory = Trajectory.Run(Golden, Start, 3, 0.5);
        Near([0.2781464, -0.25160368, 0.05933415], trajectory.After(1), 5e-8);
        Near([0.41511435, 0.00705324, 0.02267646], trajectory.After(2), 5e-8);
        Near([0.56092586, 0.12756209, 0.03491137], trajectory.After(3), 5e-8);
        using Pieces pieces = Pieces.Temporary();
        OptimalControl.Trace(Golden, Start, Run, new(pieces));
        Near([-0.25714324, -0.16293815, -0.12541171], Costate(pieces, 2), 5e-8);
        Near([-0.51701008, -0.32375043, -0.26065942], Costate(pieces, 1), 5e-8);
        Near([-0.6954453, -0.45178828, -0.34626645], Costate(pieces, 0), 5e-8);
    }

    [Fact]
    public void ScoresAreThoseOfTheOfficialCode()
    {
        ControlTrace trace = Trace(Golden, Start, Run);
        Near([0.5557993537, -0.6859402708, -0.0180722242, 0.2003927726, 0.9846562582], trace.Pds(), 1e-9);
        Near([0.8674424111, -0.7887548382, -0.0303085816, 0.3755395853, 1.1061320355], trace.Lqs(), 1e-9);
    }

    [Fact]
    public void PdsIsMinusTheDerivativeOfTheSumOfTargetLosses() =>
        Prop.ForAll(
                Gen.Choose(1, 1_000_000).ToArbitrary(),
                Gen.Choose(1, 9).ToArbitrary(),
                (seed, steps) =>
                {
                    LogisticControl model = LogisticControl.Random(new((ulong)seed, "model"), steps);
                    ControlTrace trace = Trace(model, Start, new(steps, 0.3, 1));
                    Near(Differences(model, steps, 0.3), trace.Pds(), 1e-7);
                }
            )
            .Holds();

    [Fact]
    public void WithoutALearningRateNothingIsWorthAnything() =>
        Assert.All(Trace(Golden, Start, Run with { Rate = 0 }).Pds(), score => Assert.Equal(0, score));

    [Fact]
    public void OneStepIsAProductOfTwoGradients()
    {
        double[] target = new double[3],
            norms = new double[5],
            products = new double[5];
        Golden.TargetGradient(Trajectory.Run(Golden, Start, 1, 0.5).After(1), target);
        Golden.RowGradients(0, Start, target, norms, products);
        Near([.. products.Select(product => 0.5 * product)], Trace(Golden, Start, Run with { Steps = 1 }).Pds(), 1e-15);
    }

    [Fact]
    public void CopiesAreWorthTheSameAndAFlippedLabelTheOpposite()
    {
        // At zero weights every row has probability one half.
        LogisticControl model = Golden with
        {
            Rows = [new(1, .3, 1), new(1, .3, 0), new(1, .3, 1)],
        };
        double[] scores = Trace(model, [0, 0, 0], Run with { Steps = 1 }).Pds();
        Assert.Equal(scores[0], scores[2]);
        Assert.Equal(scores[0], -scores[1], 15);
        double[] later = Trace(model, Start, Run).Lqs();
        Assert.Equal(later[0], later[2]);
    }

    [Fact]
    public void LqsIsPdsWhereNothingIsComparedAndCosinesWhereLengthsAreDivided()
    {
        // Rows are looked at once, so that no earlier length is known.
        ControlTrace once = Trace(Golden, Start, Run with { Interval = 3 });
        Near(once.Pds(), once.Lqs(), 1e-15);
        ControlTrace trace = Trace(Golden, Start, Run);
        double[] quality = new double[5],
            learnability = new double[5];
        for (int t = 0; t < 3; t++)
        for (int row = 0; row < 5; row++)
        {
            quality[row] += 0.5 * trace.Products[t][row] / trace.Norms[t][row];
            learnability[row] +=
                0.5 * trace.CostateNorms[t] * trace.Norms[t][row] / (t == 0 ? 1 : trace.Norms[t - 1][row]);
        }
        Near(quality, trace.Lqs(ControlTerm.Quality), 1e-12);
        Near(learnability, trace.Lqs(ControlTerm.Learnability), 1e-12);
    }

    [Fact]
    public void ARowIsComparedWithItselfWhateverIsBatchedWithIt()
    {
        // The released code hands the whole batch's lengths to each row, so that scores land on other rows; ours do not.
        double[] together = Trace(Golden, Start, Run).Lqs();
        for (int row = 0; row < 5; row++)
            Assert.Equal(together[row], Trace(Golden with { Rows = [Golden.Rows[row]] }, Start, Run).Lqs()[0]);
        LogisticControl many = Golden with { Rows = [.. Enumerable.Range(0, 203).Select(i => Golden.Rows[i % 5])] };
        Assert.Equal(Enumerable.Range(0, 203).Select(i => together[i % 5]), Trace(many, Start, Run).Lqs());
    }

    [Fact]
    public void AGradientThatHasVanishedHasNoDirectionAndDividesNothing()
    {
        ControlTrace trace = new(
            1,
            [1, 1, 1],
            [
                [0],
                [2],
                [1],
            ],
            [
                [0],
                [2],
                [1],
            ]
        );
        Assert.Equal([2 + 0.5], trace.Lqs());
    }

    [Fact]
    public void PointsOfATrajectoryAreHadAgainInAnyOrder()
    {
        foreach (int steps in (int[])[1, 2, 3, 8, 9, 10, 17])
        {
            LogisticControl model = LogisticControl.Random(new(3, "model"), steps);
            double[] point = [.. Start],
                gradient = new double[3];
            List<double[]> points =
            [
                [.. point],
            ];
            for (int step = 0; step < steps; step++)
            {
                model.BatchGradient(step, point, gradient);
                for (int i = 0; i < 3; i++)
                    point[i] -= 0.4 * gradient[i];
                points.Add([.. point]);
            }
            Trajectory trajectory = Trajectory.Run(model, Start, steps, 0.4);
            foreach (int step in Enumerable.Range(0, steps + 1).Reverse().Concat([steps / 2, 0, steps]))
                Assert.Equal(points[step], trajectory.After(step).ToArray());
        }
    }

    [Fact]
    public void ARunThatDivergesSaysSo()
    {
        LogisticControl model = Golden with
        {
            Batches =
            [
                [new(1e200, 1e200, 1)],
                [new(-1e200, 1, 1)],
            ],
        };
        AssayException failure = Assert.Throws<AssayException>(() => Trace(model, Start, new(2, 1e200, 1)));
        Assert.Contains("diverged", failure.Message);
        Assert.Contains("rate", failure.Hint);
    }

    [Fact]
    public void ARunThatOvershootsIsNoticedBeforeRowsAreLookedAt()
    {
        // Curvature up to 25 along the first weight: a rate of 0.5 is six times too fast.
        LogisticControl model = Golden with
        {
            Batches = [.. Enumerable.Repeat<LogisticRow[]>([new(10, 0, 1), new(-10, 0, 1)], 6)],
        };
        using Pieces pieces = Pieces.Temporary();
        AssayException failure = Assert.Throws<AssayException>(() =>
            OptimalControl.Trace(model, [0, 0, 0], new(6, 0.5, 1), new(pieces))
        );
        Assert.Contains("not stable", failure.Message);
        Assert.Contains("Lower its learning rate, which is 0.5", failure.Hint);
        Assert.False(pieces.Has("rows-5", 0));
        Assert.True(Trace(model, [0, 0, 0], new(6, 0.05, 1)).Pds().All(double.IsFinite));
    }

    [Fact]
    public void ATransformerIsScoredAsDifferencesOfItsTrainingSay()
    {
        (TransformerControl control, TokenRows rows, TokenRows target, Transformer model) = Small();
        const int steps = 4;
        const double rate = 0.5;
        double[] scores = Trace(control, control.Start(), new(steps, rate, 1)).Pds();
        // Runs with a little more weight on one row in every step.
        foreach (int row in (int[])[0, 3, 7])
        {
            double Sum(double weight)
            {
                double[] at = control.Start(),
                    gradient = new double[at.Length];
                Transformer copy = model.Copy();
                double sum = 0;
                for (int step = 0; step < steps; step++)
                {
                    control.BatchGradient(step, at, gradient);
                    copy.Restore([.. at.Select(value => (float)value)]);
                    using TensorScope scope = new();
                    Matrix own = PerSampleGradients.Of(copy.Parameters(), rows.Losses(copy, [row]));
                    for (int i = 0; i < at.Length; i++)
                        at[i] -= rate * (gradient[i] + weight * own.Values[i]);
                    copy.Restore([.. at.Select(value => (float)value)]);
                    sum += target.MeanLoss(copy);
                }
                return sum;
            }
            double difference = (Sum(-0.02) - Sum(0.02)) / 0.04;
            Assert.Equal(difference, scores[row], 0.01 * scores.Max(Math.Abs));
        }
    }

    [Fact]
    public void ThreadsAndKillsChangeNothing()
    {
        (TransformerControl control, _, _, _) = Small(rows: 150);
        ControlRun run = new(7, 0.1, 2);
        ControlTrace expected = Trace(control, control.Start(), run, threads: 1);
        Same(expected, Trace(control, control.Start(), run, threads: 2));
        using Pieces pieces = Pieces.Temporary();
        // Stopped after each finished piece of rows in turn, until a run comes through.
        int runs = 0;
        while (true)
        {
            runs++;
            using CancellationTokenSource stop = new();
            int finished = 0;
            Work work = new(pieces)
            {
                Threads = 2,
                Cancellation = stop.Token,
                Progress = new Heard(progress =>
                {
                    if (progress.Stage == "row gradients" && ++finished == 2 * runs)
                        stop.Cancel();
                }),
            };
            try
            {
                Same(expected, OptimalControl.Trace(control, control.Start(), run, work));
                break;
            }
            catch (OperationCanceledException) { }
        }
        Assert.InRange(runs, 3, 20);
        // All is there: nothing is computed any more.
        Same(expected, OptimalControl.Trace(control, [], run, new(pieces)));
    }

    private static (TransformerControl, TokenRows Rows, TokenRows Target, Transformer Model) Small(int rows = 8)
    {
        Transformer model = new(
            ModelSizes.Of("gpt-250k") with
            {
                HiddenSize = 8,
                Layers = 1,
                Heads = 2,
                KeyValueHeads = 2,
                HeadSize = 4,
                IntermediateSize = 16,
                InitialDeviation = 0.2,
            },
            new RandomStream(7, "model")
        );
        TokenRows texts = TokenRows.Of(
            Enumerable.Range(0, rows).Select(i => System.Text.Encoding.UTF8.GetBytes($"row {i % 9} of {i * 7 % 5}x")),
            context: 12
        );
        TokenRows target = TokenRows.Of(["row 1"u8.ToArray(), "of rows, 3"u8.ToArray()], context: 12);
        return (new(model, texts, target, batch: 3, new RandomStream(7, "batches")), texts, target, model);
    }

    private static ControlTrace Trace(IControlledModel model, double[] start, ControlRun run, int threads = 2)
    {
        using Pieces pieces = Pieces.Temporary();
        return OptimalControl.Trace(model, start, run, new(pieces) { Threads = threads });
    }

    private static double[] Costate(Pieces pieces, int step)
    {
        using FileStream stream = pieces.Open("costate", step);
        double[] values = new double[5];
        stream.ReadExactly(MemoryMarshal.AsBytes(values.AsSpan()));
        Assert.Equal(Math.Sqrt(values[2..].Sum(value => value * value)), values[0], 15);
        return values[2..];
    }

    private static double[] Differences(LogisticControl model, int steps, double rate)
    {
        const double weight = 1e-5;
        double Sum(LogisticRow row, double weight)
        {
            double[] at = [.. Start],
                gradient = new double[3],
                own = new double[3];
            double sum = 0;
            for (int step = 0; step < steps; step++)
            {
                model.BatchGradient(step, at, gradient);
                LogisticControl.MeanGradient([row], at, own);
                for (int i = 0; i < 3; i++)
                    at[i] -= rate * (gradient[i] + weight * own[i]);
                sum += LogisticControl.MeanLoss(model.Target, at);
            }
            return sum;
        }
        return [.. model.Rows.Select(row => (Sum(row, -weight) - Sum(row, weight)) / (2 * weight))];
    }

    private static void Near(ReadOnlySpan<double> expected, ReadOnlySpan<double> found, double tolerance)
    {
        Assert.Equal(expected.Length, found.Length);
        for (int i = 0; i < expected.Length; i++)
            Assert.Equal(expected[i], found[i], tolerance);
    }

    private static void Same(ControlTrace expected, ControlTrace found)
    {
        Assert.Equal(expected.CostateNorms, found.CostateNorms);
        Assert.Equal(expected.Norms, found.Norms);
        Assert.Equal(expected.Products, found.Products);
    }

    private sealed class Heard(Action<Progress> hear) : IProgress<Progress>
    {
        public void Report(Progress value)
        {
            lock (this)
                hear(value);
        }
    }
}

/// <summary>A row of a logistic regression.</summary>
internal readonly record struct LogisticRow(double X1, double X2, double Label)
{
    public double[] X => [X1, X2, 1];
}

/// <summary>Logistic regression with two weights and a bias, in double: the model of the golden numbers.</summary>
internal sealed record LogisticControl(LogisticRow[] Rows, LogisticRow[][] Batches, LogisticRow[] Target)
    : IControlledModel
{
    public int Parameters => 3;

    int IControlledModel.Rows => Rows.Length;

    public static LogisticControl Random(RandomStream random, int steps)
    {
        LogisticRow[] Draw(int count) =>
            [
                .. Enumerable
                    .Range(0, count)
                    .Select(_ => new LogisticRow(random.NextGaussian(), random.NextGaussian(), random.NextInt32(2))),
            ];
        return new(Draw(5), [.. Enumerable.Range(0, steps).Select(_ => Draw(3))], Draw(4));
    }

    public void BatchGradient(int step, ReadOnlySpan<double> at, Span<double> gradient) =>
        MeanGradient(Batches[step], at, gradient);

    public void TargetGradient(ReadOnlySpan<double> at, Span<double> gradient) => MeanGradient(Target, at, gradient);

    public void BatchHessian(int step, ReadOnlySpan<double> at, ReadOnlySpan<double> vector, Span<double> product)
    {
        product.Clear();
        foreach (LogisticRow row in Batches[step])
        {
            double p = Probability(row, at),
                along = Dot(row.X, vector);
            for (int i = 0; i < 3; i++)
                product[i] += p * (1 - p) * along * row.X[i] / Batches[step].Length;
        }
    }

    public void RowGradients(
        int first,
        ReadOnlySpan<double> at,
        ReadOnlySpan<double> direction,
        Span<double> norms,
        Span<double> products
    )
    {
        double[] gradient = new double[3];
        for (int i = 0; i < norms.Length; i++)
        {
            MeanGradient([Rows[first + i]], at, gradient);
            (norms[i], products[i]) = (Math.Sqrt(Dot(gradient, gradient)), Dot(gradient, direction));
        }
    }

    public static void MeanGradient(ReadOnlySpan<LogisticRow> rows, ReadOnlySpan<double> at, Span<double> gradient)
    {
        gradient.Clear();
        foreach (LogisticRow row in rows)
            for (int i = 0; i < 3; i++)
                gradient[i] += (Probability(row, at) - row.Label) * row.X[i] / rows.Length;
    }

    public static double MeanLoss(ReadOnlySpan<LogisticRow> rows, ReadOnlySpan<double> at)
    {
        double sum = 0;
        foreach (LogisticRow row in rows)
        {
            double z = Dot(row.X, at);
            sum += Math.Log(1 + Math.Exp(z)) - row.Label * z;
        }
        return sum / rows.Length;
    }

    private static double Probability(LogisticRow row, ReadOnlySpan<double> at) => 1 / (1 + Math.Exp(-Dot(row.X, at)));

    private static double Dot(ReadOnlySpan<double> a, ReadOnlySpan<double> b) =>
        a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
}
