using Assay.Numerics;

namespace Assay.Learning.Tests;

/// <summary>Influence functions end to end, against retraining without a row and against exact inverses.</summary>
public sealed class InfluenceTests
{
    private const int Rows = 60;
    private const int Inputs = 5;
    private const float Decay = 0.02f;

    private sealed class Task
    {
        public Task(ulong seed, int classes)
        {
            RandomStream stream = new(seed, "task");
            X = Tensor.Normal(stream, 1, Rows, Inputs);
            Test = Tensor.Normal(stream, 1, 20, Inputs);
            Tensor truth = Tensor.Normal(stream, 1, classes, Inputs);
            Labels = SampledLabels.Of(Functional.Linear(X, truth), stream);
            TestLabels = SampledLabels.Of(Functional.Linear(Test, truth), stream);
        }

        public Tensor X { get; }
        public Tensor Test { get; }
        public int[] Labels { get; }
        public int[] TestLabels { get; }
    }

    /// <summary>Softmax regression with weight decay, by Newton's method from the weights as they are.</summary>
    private static void Fit(Parameter[] parameters, Func<Tensor> loss)
    {
        HessianVector hessian = new(parameters, loss);
        ParameterVector vector = new(parameters);
        float[] at = new float[vector.Length];
        for (int step = 0; step < 8; step++)
        {
            float[] gradient = Gradient(parameters, loss);
            if (Math.Sqrt(gradient.Sum(value => (double)value * value)) < 1e-6)
                return;
            float[] direction = ConjugateGradient.Solve(hessian, gradient, new() { Tolerance = 1e-4 }).Solution;
            vector.Read(at);
            vector.Write([.. at.Zip(direction, (value, change) => value - change)]);
        }
    }

    private static float[] Gradient(Parameter[] parameters, Func<Tensor> loss)
    {
        using TensorScope scope = new();
        Tensor[] found = Tensor.Gradients(loss(), [.. parameters.Select(parameter => parameter.Tensor)]);
        return [.. found.SelectMany(gradient => gradient.ToArray())];
    }

    private static double[] Scores(Parameter[] parameters, Func<Tensor> losses, float[] direction)
    {
        using TensorScope scope = new();
        using GhostGradients gradients = GhostGradients.Of(parameters, losses());
        return gradients.Products(direction);
    }

    // On a convex problem with 60 rows, leaving one out moves the optimum by about 1/60 of its curvature's scale: the
    // first-order prediction ranks nearly as retraining does. Over the seeds: 0.98 to 0.99, and 0.94 to 0.96 with EK-FAC, whose one
    // layer lacks only the dependence of gradients on inputs.
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Influence_ranks_rows_as_leaving_them_out_does(ulong seed)
    {
        Task task = new(seed, 3);
        Tensor weight = Tensor.Zeros(3, Inputs);
        weight.RequiresGrad = true;
        Parameter[] parameters = [new("weight", weight)];
        Tensor LossOf(int[] kept) =>
            Functional.CrossEntropy(
                Functional.Linear(task.X.Gather(kept), weight),
                kept.Select(i => task.Labels[i]).ToArray()
            ) * (kept.Length / (float)Rows)
            + weight.Square().Sum() * (Decay / 2);
        Tensor TestLoss() => Functional.CrossEntropy(Functional.Linear(task.Test, weight), task.TestLabels);
        Tensor Losses() => Functional.CrossEntropyRows(Functional.Linear(task.X, weight), task.Labels);
        int[] all = [.. Enumerable.Range(0, Rows)];
        Fit(parameters, () => LossOf(all));
        float[] optimum = weight.ToArray(),
            testGradient = Gradient(parameters, TestLoss);
        double before = TestLoss().Item();
        HessianVector hessian = new(parameters, () => LossOf(all));
        double[] exact = Scores(
            parameters,
            Losses,
            ConjugateGradient.Solve(hessian, testGradient, new() { Tolerance = 1e-5 }).Solution
        );
        KroneckerFisher fisher = KroneckerFisher.Of(
            parameters,
            50,
            draw =>
            {
                Tensor logits = Functional.Linear(task.X, weight);
                return Functional.CrossEntropyRows(
                    logits,
                    SampledLabels.Of(logits, new RandomStream(seed, "labels").Child(draw))
                );
            },
            new()
        );
        double[] kronecker = Scores(parameters, Losses, fisher.Solve(testGradient, damping: Decay, relativeDamping: 0));
        double[] actual = new double[Rows];
        for (int left = 0; left < Rows; left++)
        {
            optimum.CopyTo(weight.Data);
            int[] kept = [.. all.Where(i => i != left)];
            Fit(parameters, () => LossOf(kept));
            actual[left] = TestLoss().Item() - before;
        }
        double withExact = RankCorrelation.Spearman(exact, actual),
            withKronecker = RankCorrelation.Spearman(kronecker, actual);
        TestContext.Current.TestOutputHelper!.WriteLine($"exact {withExact:F4}, EK-FAC {withKronecker:F4}");
        Assert.True(withExact > 0.97, $"{withExact}");
        Assert.True(withKronecker > 0.9, $"{withKronecker}");
    }

    // What EK-FAC leaves out is, first, all curvature between layers, and second, that a layer's inputs and gradients depend on each
    // other. Against exact inverses of each layer's own block only the second remains. Means over six seeds were 0.79 (K-FAC 0.76,
    // products of gradients 0.67) and 0.87; one seed's spread is 0.05, a mean's 0.02: the bounds leave four of these.
    [Fact]
    public void Kronecker_influence_of_a_network_ranks_as_exact_inverses_do()
    {
        const int seeds = 6;
        double corrected = 0,
            uncorrected = 0,
            plain = 0,
            ofBlocks = 0;
        for (ulong seed = 1; seed <= seeds; seed++)
        {
            Network network = new(seed);
            double[] exact = network.ScoresOf(network.Solve(network.Parameters)),
                blocks = network.ScoresOf([
                    .. network.Solve(network.Parameters[..2]),
                    .. network.Solve(network.Parameters[2..]),
                ]),
                ekfac = network.ScoresOf(network.Fisher(true).Solve(network.TestGradient, Network.Damping, 0)),
                kfac = network.ScoresOf(network.Fisher(false).Solve(network.TestGradient, Network.Damping, 0)),
                products = network.ScoresOf(network.TestGradient);
            corrected += RankCorrelation.Spearman(ekfac, exact) / seeds;
            uncorrected += RankCorrelation.Spearman(kfac, exact) / seeds;
            plain += RankCorrelation.Spearman(products, exact) / seeds;
            ofBlocks += RankCorrelation.Spearman(ekfac, blocks) / seeds;
            TestContext.Current.TestOutputHelper!.WriteLine(
                $"EK-FAC {RankCorrelation.Spearman(ekfac, exact):F4}, K-FAC {RankCorrelation.Spearman(kfac, exact):F4}, "
                    + $"products of gradients {RankCorrelation.Spearman(products, exact):F4}, EK-FAC to blocks {RankCorrelation.Spearman(ekfac, blocks):F4}"
            );
        }
        Assert.True(corrected > 0.7, $"{corrected}");
        Assert.True(ofBlocks > 0.8, $"{ofBlocks}");
        // The control: no curvature at all.
        Assert.True(corrected > plain + 0.05, $"{corrected} {plain}");
    }

    /// <summary>A perceptron trained on a task, and what influence needs of it.</summary>
    private sealed class Network
    {
        public const double Damping = 0.01;
        private readonly Task _task;
        private readonly ulong _seed;

        public Network(ulong seed)
        {
            _seed = seed;
            _task = new(seed, 3);
            RandomStream stream = new(seed, "network");
            Parameters =
            [
                new("first.weight", Tensor.Normal(stream, 0.5f, 8, Inputs)),
                new("first.bias", Tensor.Zeros(8)),
                new("second.weight", Tensor.Normal(stream, 0.4f, 3, 8)),
                new("second.bias", Tensor.Zeros(3)),
            ];
            foreach (Parameter parameter in Parameters)
                parameter.Tensor.RequiresGrad = true;
            Optimiser optimiser = new(Parameters, new Sgd(), 0.01);
            for (int step = 0; step < 300; step++)
            {
                using TensorScope scope = new();
                Functional.CrossEntropy(Logits(_task.X), _task.Labels).Backward();
                optimiser.Step(0.3);
                optimiser.ZeroGrad();
            }
            TestGradient = Gradient(Parameters, () => Functional.CrossEntropy(Logits(_task.Test), _task.TestLabels));
        }

        public Parameter[] Parameters { get; }

        public float[] TestGradient { get; }

        public double[] ScoresOf(float[] direction) =>
            Scores(Parameters, () => Functional.CrossEntropyRows(Logits(_task.X), _task.Labels), direction);

        /// <summary>The damped inverse of the Gauss-Newton matrix of some of the parameters.</summary>
        public float[] Solve(Parameter[] parameters)
        {
            GaussNewtonVector matrix = new(
                parameters,
                () => Logits(_task.X),
                logits => Functional.CrossEntropy(logits, _task.Labels)
            );
            float[] right = Gradient(parameters, () => Functional.CrossEntropy(Logits(_task.Test), _task.TestLabels));
            ConjugateGradientResult solved = ConjugateGradient.Solve(
                matrix,
                right,
                new() { Damping = Damping, MaximumIterations = 300 }
            );
            Assert.True(solved.Converged);
            return solved.Solution;
        }

        public KroneckerFisher Fisher(bool correction) =>
            KroneckerFisher.Of(
                Parameters,
                50,
                draw =>
                {
                    Tensor logits = Logits(_task.X);
                    return Functional.CrossEntropyRows(
                        logits,
                        SampledLabels.Of(logits, new RandomStream(_seed, "labels").Child(draw))
                    );
                },
                new() { EigenvalueCorrection = correction }
            );

        private Tensor Logits(Tensor x) =>
            Functional.Linear(
                Functional.Linear(x, Parameters[0].Tensor, Parameters[1].Tensor).Tanh(),
                Parameters[2].Tensor,
                Parameters[3].Tensor
            );
    }
}
