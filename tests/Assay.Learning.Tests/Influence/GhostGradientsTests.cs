using Assay.Numerics;

namespace Assay.Learning.Tests;

public sealed class GhostGradientsTests
{
    private const int Vocabulary = 11;

    /// <summary>One backward pass for each sample, over that sample alone.</summary>
    private static float[][] OneByOne(SequenceModel model, int[] tokens, int[] targets, int batch)
    {
        int time = tokens.Length / batch;
        float[][] gradients = new float[batch][];
        for (int sample = 0; sample < batch; sample++)
        {
            using TensorScope scope = new();
            Tensor loss = model
                .Losses(
                    tokens[(sample * time)..((sample + 1) * time)],
                    targets[(sample * time)..((sample + 1) * time)],
                    1
                )
                .Sum();
            Tensor[] found = Tensor.Gradients(loss, [.. model.Parameters.Select(parameter => parameter.Tensor)]);
            gradients[sample] = [.. found.SelectMany(gradient => gradient.ToArray())];
        }
        return gradients;
    }

    private static double Dot(ReadOnlySpan<float> a, ReadOnlySpan<float> b)
    {
        double sum = 0;
        for (int i = 0; i < a.Length; i++)
            sum += (double)a[i] * b[i];
        return sum;
    }

    private static void Close(double expected, double actual, double scale) =>
        Assert.True(Math.Abs(expected - actual) <= 1e-5 * scale, $"{actual} instead of {expected}, scale {scale}");

    [Theory]
    [InlineData(1, 7)]
    [InlineData(5, 1)]
    [InlineData(6, 9)]
    public void Gradients_of_samples_equal_one_backward_pass_for_each(int batch, int time)
    {
        SequenceModel model = new(Vocabulary, 8, time);
        (int[] tokens, int[] targets) = SequenceModel.Draw(Vocabulary, batch * time, 3);
        float[][] expected = OneByOne(model, tokens, targets, batch);
        using TensorScope scope = new();
        Matrix gradients = PerSampleGradients.Of(model.Parameters, model.Losses(tokens, targets, batch));
        Assert.Equal((batch, expected[0].Length), (gradients.Rows, gradients.Columns));
        for (int sample = 0; sample < batch; sample++)
        {
            double scale = Math.Sqrt(Dot(expected[sample], expected[sample]));
            for (int i = 0; i < expected[sample].Length; i++)
                Close(expected[sample][i], gradients[sample, i], scale);
        }
    }

    // Short sequences make Gram matrices the cheaper way, long ones making the gradients; the table is met by both.
    [Theory]
    [InlineData(4, 2, 3, 2, 16)]
    [InlineData(1, 2, 1, 3, 16)]
    [InlineData(3, 24, 5, 20, 8)]
    [InlineData(2, 1, 2, 40, 12)]
    public void Ghost_products_equal_products_of_gradients(int batchA, int timeA, int batchB, int timeB, int width)
    {
        SequenceModel model = new(Vocabulary, width, Math.Max(timeA, timeB));
        Parameter[] observed = [.. model.Parameters.Where(parameter => parameter.Name != "positions")];
        foreach (Parameter[] parameters in (Parameter[][])[observed, [.. model.Parameters]])
        {
            (int[] tokens, int[] targets) = SequenceModel.Draw(Vocabulary, batchA * timeA, 5);
            (int[] otherTokens, int[] otherTargets) = SequenceModel.Draw(Vocabulary, batchB * timeB, 6);
            using GhostGradients a = Of(tokens, targets, batchA),
                b = Of(otherTokens, otherTargets, batchB);
            Matrix madeA = a.Make(),
                madeB = b.Make(),
                products = a.Products(b),
                own = a.Products(a);
            double[] norms = a.Norms(),
                first = a.Products(madeB.Row(0));
            for (int i = 0; i < batchA; i++)
            {
                double length = Math.Sqrt(Dot(madeA.Row(i), madeA.Row(i)));
                Close(length, norms[i], length);
                for (int j = 0; j < batchB; j++)
                    Close(
                        Dot(madeA.Row(i), madeB.Row(j)),
                        products[i, j],
                        length * Math.Sqrt(Dot(madeB.Row(j), madeB.Row(j)))
                    );
                Close(Dot(madeA.Row(i), madeB.Row(0)), first[i], length * Math.Sqrt(Dot(madeB.Row(0), madeB.Row(0))));
                for (int j = 0; j < batchA; j++)
                    Close(
                        Dot(madeA.Row(i), madeA.Row(j)),
                        own[i, j],
                        length * Math.Sqrt(Dot(madeA.Row(j), madeA.Row(j)))
                    );
            }

            GhostGradients Of(int[] inputs, int[] outputs, int batch)
            {
                using TensorScope scope = new();
                return GhostGradients.Of(parameters, model.Losses(inputs, outputs, batch));
            }
        }
    }

    [Fact]
    public void Wide_layers_by_gram_matrices_and_by_slices_agree()
    {
        // 3 samples of 2 rows at a layer of 300 x 200: the Gram way; their gradients are made to compare.
        RandomStream stream = new(4, "wide");
        Tensor weight = Tensor.Normal(stream, 0.1f, 300, 200),
            table = Tensor.Normal(stream, 1, 400, 200);
        weight.RequiresGrad = table.RequiresGrad = true;
        int[] tokens = [5, 5, 399, 7, 7, 5];
        using TensorScope scope = new();
        Tensor tied = Functional
            .CrossEntropyRows(
                Functional.Linear(
                    Functional.Linear(Functional.Embedding(table, tokens, 3, 2), weight).Tanh().Slice(-1, 0, 200),
                    table
                ),
                new int[] { 1, 5, 7, 399, 0, 2 }
            )
            .Reshape(3, 2);
        using GhostGradients ghost = GhostGradients.Of([new("weight", weight), new("table", table)], tied);
        Matrix made = ghost.Make(),
            products = ghost.Products(ghost);
        double[] norms = ghost.SquaredNorms();
        for (int i = 0; i < 3; i++)
        {
            Close(Dot(made.Row(i), made.Row(i)), norms[i], norms[i]);
            for (int j = 0; j < 3; j++)
                Close(Dot(made.Row(i), made.Row(j)), products[i, j], Math.Sqrt(norms[i] * norms[j]));
        }
    }

    [Fact]
    public void The_same_bits_on_any_number_of_threads()
    {
        SequenceModel model = new(Vocabulary, 16, 20);
        (int[] tokens, int[] targets) = SequenceModel.Draw(Vocabulary, 120, 5);
        (Matrix, double[], float[]) Run(int threads)
        {
            using (Workers.Limit(threads))
            using (TensorScope scope = new())
            {
                using GhostGradients ghost = GhostGradients.Of(model.Parameters, model.Losses(tokens, targets, 6));
                Matrix made = ghost.Make();
                return (
                    ghost.Products(ghost),
                    [.. ghost.Norms(), .. ghost.Products(made.Row(1))],
                    made.Row(0).ToArray()
                );
            }
        }
        (Matrix products, double[] norms, float[] made) = Run(1);
        (Matrix products2, double[] norms2, float[] made2) = Run(2);
        Assert.Equal(products.Values.ToArray(), products2.Values.ToArray());
        Assert.Equal(norms, norms2);
        Assert.Equal(made, made2);
    }

    [Fact]
    public void Gradients_of_parameters_stay_and_storage_is_given_back()
    {
        SequenceModel model = new(Vocabulary, 8, 6);
        (int[] tokens, int[] targets) = SequenceModel.Draw(Vocabulary, 24, 5);
        using (TensorScope scope = new())
            model.Losses(tokens, targets, 4).Sum().Backward();
        float[] before = model.Parameters[0].Tensor.Grad!.ToArray();
        List<Tensor> kept = [];
        using (TensorScope scope = new())
        {
            using GhostGradients ghost = GhostGradients.Of(model.Parameters, model.Losses(tokens, targets, 4));
            foreach (SampleBlock block in ghost.Blocks)
            {
                kept.AddRange(block.Outer.SelectMany(outer => new[] { outer.Left, outer.Right }));
                if (block.Dense is not null)
                    kept.Add(block.Dense);
            }
        }
        Assert.Equal(before, model.Parameters[0].Tensor.Grad!.ToArray());
        Assert.True(kept.Count > 10);
        Assert.All(kept, tensor => Assert.True(tensor.IsReturned));
    }

    [Fact]
    public void What_does_not_fit_is_named()
    {
        SequenceModel model = new(Vocabulary, 8, 6),
            other = new(Vocabulary, 4, 6);
        (int[] tokens, int[] targets) = SequenceModel.Draw(Vocabulary, 24, 5);
        using TensorScope scope = new();
        Tensor losses = model.Losses(tokens, targets, 4);
        using GhostGradients ghost = GhostGradients.Of(model.Parameters, losses),
            narrow = GhostGradients.Of(other.Parameters, other.Losses(tokens, targets, 4));
        Assert.Contains("[11, 8]", Assert.Throws<ArgumentException>(() => ghost.Products(narrow)).Message);
        Assert.Contains("3", Assert.Throws<ArgumentException>(() => ghost.Products(new float[3])).Message);
        Assert.Throws<ArgumentException>(() => GhostGradients.Of(model.Parameters, losses.Sum()));
        Parameter twice = model.Parameters[0];
        Assert.Contains(
            "twice",
            Assert.Throws<ArgumentException>(() => GhostGradients.Of([twice, twice], losses)).Message
        );
        Parameter frozen = new("frozen", Tensor.Ones(3));
        Assert.Contains("frozen", Assert.Throws<ArgumentException>(() => GhostGradients.Of([frozen], losses)).Message);
    }
}
