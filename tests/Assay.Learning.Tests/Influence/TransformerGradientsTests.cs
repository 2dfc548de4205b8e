using Assay.Numerics;

namespace Assay.Learning.Tests;

/// <summary>Gradients of the sequences of a batch, of the models that recipes use.</summary>
public sealed class TransformerGradientsTests
{
    private const int Batch = 3;
    private const int Time = 10;

    private static TransformerConfig Llama =>
        ModelSizes.Of("gpt-250k", 40) with
        {
            Layers = 2,
            HiddenSize = 16,
            HeadSize = 4,
            IntermediateSize = 24,
        };

    private static TransformerConfig Gpt2 =>
        ModelSizes.NanoGpt(40) with
        {
            Layers = 2,
            HiddenSize = 16,
            HeadSize = 4,
            IntermediateSize = 24,
        };

    private static Tensor Losses(Transformer model, int[] tokens, int[] targets, int batch, bool fused)
    {
        Tensor hidden = model.Hidden(tokens, batch);
        Tensor losses = fused
            ? Functional.LinearCrossEntropyRows(hidden, model.Embedding.Weight, targets, TokenBatch.NotCounted)
            : Functional.CrossEntropyRows(model.Logits(hidden), targets, TokenBatch.NotCounted);
        return losses.Reshape(batch, Time);
    }

    [Theory]
    [InlineData("llama", false)]
    [InlineData("llama", true)]
    [InlineData("gpt2", false)]
    [InlineData("lora", false)]
    public void Gradients_of_sequences_equal_one_backward_pass_for_each(string kind, bool fused)
    {
        Transformer model = new(kind == "gpt2" ? Gpt2 : Llama, new RandomStream(3, "model"));
        // Larger weights than at the start of training, so that no part of the gradient is lost beside another.
        foreach (Parameter parameter in model.Parameters())
            for (int i = 0; i < parameter.Tensor.Length; i++)
                parameter.Tensor.Data[i] *= 5;
        if (kind == "lora")
        {
            RandomStream stream = new(4, "adapters");
            foreach (LoraAdapter adapter in model.AttachLora(3, 6, stream))
                Tensor.Normal(stream, 0.3f, adapter.B.Shape).Data.CopyTo(adapter.B.Data);
        }
        Parameter[] parameters = [.. model.TrainableParameters()];
        (int[] tokens, int[] targets) = SequenceModel.Draw(40, Batch * Time, 6);
        for (int i = 0; i < tokens.Length; i++)
            tokens[i] = Math.Min(tokens[i], 39);
        using TensorScope scope = new();
        using GhostGradients ghost = GhostGradients.Of(parameters, Losses(model, tokens, targets, Batch, fused));
        Matrix made = ghost.Make(),
            products = ghost.Products(ghost);
        double[][] expected = new double[Batch][];
        for (int sample = 0; sample < Batch; sample++)
        {
            Range range = (sample * Time)..((sample + 1) * Time);
            Tensor[] gradients = Tensor.Gradients(
                Losses(model, tokens[range], targets[range], 1, fused).Sum(),
                [.. parameters.Select(parameter => parameter.Tensor)]
            );
            expected[sample] = [.. gradients.SelectMany(gradient => gradient.ToArray()).Select(value => (double)value)];
            double scale = Math.Sqrt(expected[sample].Sum(value => value * value));
            Assert.True(scale > 0);
            for (int i = 0; i < made.Columns; i++)
                Assert.Equal(expected[sample][i], made[sample, i], 1e-5 * scale);
        }
        double[] norms = ghost.Norms();
        for (int a = 0; a < Batch; a++)
        for (int b = 0; b < Batch; b++)
            Assert.Equal(
                expected[a].Zip(expected[b], (x, y) => x * y).Sum(),
                products[a, b],
                2e-5 * norms[a] * norms[b]
            );
    }
}
