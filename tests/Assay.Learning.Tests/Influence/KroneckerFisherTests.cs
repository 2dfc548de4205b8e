using Assay.Numerics;

namespace Assay.Learning.Tests;

public sealed class KroneckerFisherTests
{
    private static float[] Vector(int length, string name)
    {
        RandomStream stream = new(9, name);
        return [.. Enumerable.Range(0, length).Select(_ => (float)stream.NextGaussian())];
    }

    private static double Distance(float[] expected, float[] actual) =>
        Math.Sqrt(expected.Zip(actual, (a, b) => (double)(a - b) * (a - b)).Sum() / expected.Sum(a => (double)a * a));

    /// <summary>The mean of g g' over samples, times a vector.</summary>
    private static float[] Fisher(Matrix gradients, float[] vector)
    {
        double[] product = new double[vector.Length];
        for (int row = 0; row < gradients.Rows; row++)
        {
            double along = 0;
            for (int i = 0; i < vector.Length; i++)
                along += gradients[row, i] * vector[i];
            for (int i = 0; i < vector.Length; i++)
                product[i] += along * gradients[row, i] / gradients.Rows;
        }
        return [.. product.Select(value => (float)value)];
    }

    // At weights of 0 every class is equally likely whatever the input, so gradient and input are independent and the Fisher
    // matrix is a Kronecker product; each row stands with each label once, which is the expectation over labels.
    [Theory]
    [InlineData(true, true)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    public void It_is_exact_where_the_Fisher_matrix_is_a_Kronecker_product(bool correction, bool hasBias)
    {
        const int rows = 20,
            inputs = 4,
            classes = 3;
        Tensor x = Tensor.Normal(new RandomStream(1, "x"), 1, rows, inputs),
            weight = Tensor.Zeros(classes, inputs),
            bias = Tensor.Zeros(classes);
        weight.RequiresGrad = bias.RequiresGrad = true;
        Parameter[] parameters = hasBias ? [new("bias", bias), new("weight", weight)] : [new("weight", weight)];
        int[] row = [.. Enumerable.Range(0, rows * classes).Select(i => i / classes)],
            label = [.. Enumerable.Range(0, rows * classes).Select(i => i % classes)];
        Tensor Losses(int batch)
        {
            int start = batch * 30;
            return Functional.CrossEntropyRows(
                Functional.Linear(x.Gather(row.AsMemory(start, 30)), weight, hasBias ? bias : null),
                label.AsMemory(start, 30)
            );
        }
        KroneckerFisher fisher = KroneckerFisher.Of(parameters, 2, Losses, new() { EigenvalueCorrection = correction });
        Assert.Equal(["weight"], fisher.KroneckerParameters);
        Assert.Equal(60, fisher.Samples);
        Matrix gradients = PerSampleGradients.Of(
            parameters,
            Functional.CrossEntropyRows(Functional.Linear(x.Gather(row), weight, hasBias ? bias : null), label)
        );
        float[] v = Vector(fisher.Length, "v"),
            product = new float[v.Length];
        fisher.Multiply(v, product);
        Assert.True(Distance(Fisher(gradients, v), product) < 1e-5);
        float[] solved = fisher.Solve(v, damping: 0.02, relativeDamping: 0),
            back = Fisher(gradients, solved);
        for (int i = 0; i < back.Length; i++)
            back[i] += 0.02f * solved[i];
        Assert.True(Distance(v, back) < 1e-4);
    }

    [Fact]
    public void Sequences_and_other_parameters_have_the_right_trace()
    {
        // Eigenvalue correction and diagonals both keep the trace of the mean of g g', whatever the tokens' dependence.
        SequenceModel model = new(11, 6, 7);
        (int[] tokens, int[] targets) = SequenceModel.Draw(11, 42, 3);
        Tensor Losses(int batch) =>
            model.Losses(tokens[(batch * 21)..((batch + 1) * 21)], targets[(batch * 21)..((batch + 1) * 21)], 3);
        KroneckerFisher fisher = KroneckerFisher.Of(model.Parameters, 2, Losses, new());
        Assert.Equal(["attention.weight", "output.weight", "twice.weight"], fisher.KroneckerParameters);
        double trace = 0;
        float[] unit = new float[fisher.Length],
            product = new float[fisher.Length];
        for (int i = 0; i < unit.Length; i++)
        {
            unit[i] = 1;
            fisher.Multiply(unit, product);
            unit[i] = 0;
            trace += product[i];
        }
        double expected = 0;
        for (int batch = 0; batch < 2; batch++)
        {
            using TensorScope scope = new();
            using GhostGradients gradients = GhostGradients.Of(model.Parameters, Losses(batch));
            expected += gradients.SquaredNorms().Sum() / 6;
        }
        Assert.Equal(expected, trace, 1e-4 * expected);
        KroneckerFisher again;
        using (Workers.Limit(1))
            again = KroneckerFisher.Of(model.Parameters, 2, Losses, new());
        float[] v = Vector(fisher.Length, "v");
        Assert.Equal(fisher.Solve(v), again.Solve(v));
    }

    [Fact]
    public void Sampled_labels_follow_the_model()
    {
        Tensor logits = Tensor.Of([0, MathF.Log(2), MathF.Log(5)], 1, 3).BroadcastTo(8000, 3);
        int[] labels = SampledLabels.Of(logits, new RandomStream(4, "labels"));
        double[] expected = [1000, 2000, 5000];
        double chiSquare = expected
            .Select((count, label) => Math.Pow(labels.Count(one => one == label) - count, 2) / count)
            .Sum();
        // Chi-square with two degrees of freedom exceeds 27.6 once in 10^6.
        Assert.InRange(chiSquare, 0, 27.6);
        Assert.Equal(labels, SampledLabels.Of(logits, new RandomStream(4, "labels")));
        int[] targets = new int[8000];
        targets[5] = targets[6] = -1;
        int[] padded = SampledLabels.Of(logits, new RandomStream(4, "labels"), targets, ignore: -1);
        Assert.Equal([.. labels[..5], -1, -1, .. labels[7..]], padded);
    }
}
