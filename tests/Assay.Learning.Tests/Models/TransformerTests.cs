using Assay.Numerics;

namespace Assay.Learning.Tests;

public sealed class TransformerTests : IDisposable
{
    private readonly TensorScope _scope = new();

    public void Dispose() => _scope.Dispose();

    public static TheoryData<TransformerFamily> Families => TinyModels.Families;

    [Theory]
    [MemberData(nameof(Families))]
    public void EveryParameterGetsTheGradientThatDifferencesShow(TransformerFamily family)
    {
        Transformer model = TinyModels.Model(family);
        int[] tokens = TinyModels.Tokens(12);
        // The rows of the embedding are the input: embedding parameters are checked through the loss.
        Tensor unused = Tensor.Ones(1);
        GradientCheck.Check(model, unused, x => model.Forward(tokens, 2).Reshape(2, 6 * 13) * x, 0.03);
    }

    [Theory]
    [MemberData(nameof(Families))]
    public void LaterTokensDoNotChangeEarlierLogits(TransformerFamily family)
    {
        Transformer model = TinyModels.Model(family);
        int[] tokens = TinyModels.Tokens(8),
            other = [.. tokens[..5], (tokens[5] + 1) % 13, .. tokens[6..]];
        float[] before = model.Forward(tokens, 1).ToArray(),
            after = model.Forward(other, 1).ToArray();
        Assert.Equal(before[..(5 * 13)], after[..(5 * 13)]);
        Assert.True(TinyModels.MaxDifference(before.AsSpan(5 * 13), after.AsSpan(5 * 13)) > 1e-3);
    }

    [Theory]
    [MemberData(nameof(Families))]
    public void ParametersAreCountedAsTheConfigCountsThem(TransformerFamily family)
    {
        Transformer model = TinyModels.Model(family);
        Assert.Equal(model.Config.Parameters, model.ParameterCount);
        string[] names = [.. model.Parameters().Select(parameter => parameter.Name)];
        Assert.Equal(names.Length, names.Distinct().Count());
    }

    [Fact]
    public void TiedWeightsGetTheGradientsOfBothUses()
    {
        Transformer model = TinyModels.Model(TransformerFamily.Gpt2);
        int[] tokens = TinyModels.Tokens(6),
            targets = TinyModels.Tokens(6, 4);
        model.Loss(tokens, targets, 1).Backward();
        float[] both = model.Embedding.Weight.Grad!.ToArray();

        // The same two uses apart: one as a table of constants, one as a head of constants.
        Tensor rows = model.Embedding.Weight;
        Tensor hidden = model.Hidden(tokens, 1);
        Tensor[] head = Tensor.Gradients(
            Functional.CrossEntropy(Functional.Linear(hidden.Detach(), rows), targets),
            [rows]
        );
        Tensor[] table = Tensor.Gradients(
            Functional.CrossEntropy(Functional.Linear(hidden, rows.Detach()), targets),
            [rows]
        );
        float[] sum = (head[0] + table[0]).ToArray();
        Assert.InRange(TinyModels.MaxDifference(both, sum), 0, 1e-5);
        Assert.True(table[0].Data.ContainsAnyExcept(0f) && head[0].Data.ContainsAnyExcept(0f));
    }

    [Fact]
    public void EmbeddingsNormsAndBiasesDoNotDecay()
    {
        Parameter[] kept =
        [
            .. TinyModels.Model(TransformerFamily.GptNeoX).Parameters().Where(parameter => !parameter.Decays),
        ];
        Assert.All(
            kept,
            parameter =>
                Assert.True(
                    parameter.Name.EndsWith(".bias", StringComparison.Ordinal)
                        || parameter.Name.Contains("norm", StringComparison.Ordinal)
                        || parameter.Name == "embedding.weight"
                )
        );
        Assert.Contains(kept, parameter => parameter.Name == "embedding.weight");
        Assert.Contains(kept, parameter => parameter.Name == "layers.0.attention_norm.weight");
    }

    [Theory]
    [MemberData(nameof(Families))]
    public void ASnapshotRestoresEveryParameter(TransformerFamily family)
    {
        Transformer model = TinyModels.Model(family, 1),
            other = TinyModels.Model(family, 2);
        int[] tokens = TinyModels.Tokens(6);
        float[] expected = model.Forward(tokens, 1).ToArray();
        other.Restore(model.Snapshot());
        Assert.Equal(expected, other.Forward(tokens, 1).ToArray());
        Assert.Throws<ArgumentException>(() => other.Restore(new float[3]));
    }

    [Theory]
    [MemberData(nameof(Families))]
    public void DecodingWithACacheGivesTheLogitsOfTheWholeSequence(TransformerFamily family)
    {
        Transformer model = TinyModels.Model(family);
        int[] a = TinyModels.Tokens(9, 7),
            b = TinyModels.Tokens(9, 8);
        float[] wholeA = model.Forward(a, 1).ToArray(),
            wholeB = model.Forward(b, 1).ToArray();
        KeyValueCache cache = model.CreateCache(batch: 2, capacity: 10);
        // Prompts of 4 and 2 tokens, then three of each at once, then one by one.
        float[] logits = model.Decode(new[] { a[0], a[1], a[2], a[3], b[0], b[1], 0, 0 }, [4, 2], cache).ToArray();
        CheckRows(3, 1);
        logits = model.Decode(new[] { a[4], a[5], a[6], b[2], b[3], b[4] }, [3, 3], cache).ToArray();
        CheckRows(6, 4);
        for (int i = 0; i < 2; i++)
        {
            logits = model.Decode(new[] { a[7 + i], b[5 + i] }, [1, 1], cache).ToArray();
            CheckRows(7 + i, 5 + i);
        }
        Assert.Equal([9, 7], cache.Lengths.ToArray());
        Assert.Throws<ArgumentException>(() => model.Decode(new int[4], [2, 2], cache));

        void CheckRows(int placeA, int placeB)
        {
            Assert.InRange(TinyModels.MaxDifference(logits.AsSpan(0, 13), wholeA.AsSpan(placeA * 13, 13)), 0, 1e-4);
            Assert.InRange(TinyModels.MaxDifference(logits.AsSpan(13), wholeB.AsSpan(placeB * 13, 13)), 0, 1e-4);
        }
    }

    [Fact]
    public void HiddenStatesEndWithWhatTheHeadReads()
    {
        Transformer model = TinyModels.Model(TransformerFamily.Llama);
        int[] tokens = TinyModels.Tokens(8);
        Tensor[] states = model.HiddenStates(tokens, 2);
        Assert.Equal(3, states.Length);
        Assert.Equal(model.Embedding.Weight.Data.Slice(tokens[0] * 16, 16).ToArray(), states[0].Data[..16].ToArray());
        Assert.Equal(model.Hidden(tokens, 2).ToArray(), states[^1].ToArray());
        Assert.Equal(model.Forward(tokens, 2).ToArray(), model.Logits(states[^1]).ToArray());
    }

    [Fact]
    public void ABatchGivesWhatItsSequencesGive()
    {
        Transformer model = TinyModels.Model(TransformerFamily.Llama);
        int[] tokens = TinyModels.Tokens(15);
        float[] all = model.Forward(tokens, 3).ToArray();
        for (int i = 0; i < 3; i++)
            Assert.InRange(
                TinyModels.MaxDifference(
                    all.AsSpan(i * 5 * 13, 5 * 13),
                    model.Forward(tokens.AsMemory(i * 5, 5), 1).Data
                ),
                0,
                1e-5
            );
    }

    [Theory]
    [MemberData(nameof(Families))]
    public void HessianVectorProductsAreDifferencesOfGradients(TransformerFamily family)
    {
        Transformer model = TinyModels.Model(family);
        int[] tokens = TinyModels.Tokens(8),
            targets = TinyModels.Tokens(8, 4);
        Tensor[] parameters = [.. model.Parameters().Select(parameter => parameter.Tensor)];
        RandomStream stream = new(6, "direction");
        float[] start = model.Snapshot(),
            direction = [.. start.Select(_ => (float)stream.NextGaussian() / 30)];

        Tensor[] gradients = Tensor.Gradients(model.Loss(tokens, targets, 2), parameters, createGraph: true);
        Tensor along = Tensor.Scalar(0);
        int at = 0;
        foreach (Tensor gradient in gradients)
        {
            along = along + (gradient * Tensor.Of(direction.AsSpan(at, gradient.Length), gradient.Shape)).Sum();
            at += gradient.Length;
        }
        float[] product = [.. Tensor.Gradients(along, parameters).SelectMany(part => part.ToArray())];

        const float step = 0.01f;
        float[] ahead = GradientAt(step),
            behind = GradientAt(-step);
        double error = 0,
            size = 0;
        for (int i = 0; i < product.Length; i++)
        {
            double difference = (ahead[i] - (double)behind[i]) / (2 * step);
            error += Math.Pow(difference - product[i], 2);
            size += difference * difference;
        }
        Assert.InRange(Math.Sqrt(error / size), 0, 0.01);

        float[] GradientAt(float length)
        {
            model.Restore([.. start.Select((value, i) => value + length * direction[i])]);
            Tensor[] found = Tensor.Gradients(model.Loss(tokens, targets, 2), parameters);
            return [.. found.SelectMany(part => part.ToArray())];
        }
    }

    [Theory]
    [InlineData(TransformerFamily.Llama)]
    [InlineData(TransformerFamily.Gpt2)]
    public void LossesInBlocksAreThoseOfAllLogits(TransformerFamily family)
    {
        Transformer whole = TinyModels.Model(family),
            blocks = new(whole.Config, new RandomStream(1, "model")) { MostLogits = 1 };
        int[] tokens = TinyModels.Tokens(8),
            targets = [.. TinyModels.Tokens(6, 4), TokenBatch.NotCounted, TokenBatch.NotCounted];
        Tensor a = whole.Loss(tokens, targets, 2),
            b = blocks.Loss(tokens, targets, 2);
        Assert.Equal(a.Item(), b.Item(), 1e-5f);
        a.Backward();
        b.Backward();
        foreach ((Parameter left, Parameter right) in whole.Parameters().Zip(blocks.Parameters()))
            Assert.InRange(TinyModels.MaxDifference(left.Tensor.Grad!.Data, right.Tensor.Grad!.Data), 0, 1e-5);
    }

    [Fact]
    public void GradientsHaveTheSameBitsOnOneThreadAndTwo()
    {
        TransformerConfig config = ModelSizes.Of("gpt-250k");
        RandomStream stream = new(2, "tokens");
        int[] tokens = [.. Enumerable.Range(0, 4 * 64).Select(_ => stream.NextInt32(256))];
        Assert.Equal(Run(1), Run(2));

        float[] Run(int threads)
        {
            using var limit = Workers.Limit(threads);
            Transformer model = new(config, new RandomStream(1, "model"));
            model.Loss(tokens, tokens, 4).Backward();
            ParameterVector vector = new(model.Parameters());
            float[] gradients = new float[vector.Length];
            vector.ReadGradients(gradients);
            return gradients;
        }
    }

    [Fact]
    public void AdaptersOnAModelTrainAloneAndTheirMergeIsThePlainModel()
    {
        Transformer model = TinyModels.Model(TransformerFamily.Llama);
        int[] tokens = TinyModels.Tokens(6);
        float[] before = model.Forward(tokens, 1).ToArray();
        Transformer reference = model.Copy();
        IReadOnlyList<LoraAdapter> adapters = model.AttachLora(2, 4, new RandomStream(3, "lora"));
        Assert.Equal(2 * 4, adapters.Count);
        Assert.Equal(before, model.Forward(tokens, 1).ToArray());
        model.Loss(tokens, TinyModels.Tokens(6, 4), 1).Backward();
        Assert.All(
            model.Parameters(),
            parameter =>
                Assert.Equal(parameter.Name.Contains("lora_", StringComparison.Ordinal), parameter.Tensor.RequiresGrad)
        );
        foreach (LoraAdapter adapter in adapters)
            Tensor.Normal(new RandomStream(4, "b"), 0.5f, adapter.B.Shape).Data.CopyTo(adapter.B.Data);
        float[] changed = model.Forward(tokens, 1).ToArray();
        Assert.True(TinyModels.MaxDifference(before, changed) > 1e-2);
        Assert.Throws<InvalidOperationException>(() => model.Copy());
        foreach (LoraAdapter adapter in adapters)
            adapter.Merge();
        Assert.InRange(TinyModels.MaxDifference(changed, model.Copy().Forward(tokens, 1).Data), 0, 1e-4);
        Assert.Equal(before, reference.Forward(tokens, 1).ToArray());
    }

    [Fact]
    public void WrongTokensAreErrors()
    {
        Transformer model = TinyModels.Model(TransformerFamily.Llama);
        Assert.Throws<ArgumentException>(() => model.Forward(new int[7], 2));
        Assert.Throws<ArgumentException>(() => model.Forward(new int[13], 1));
        Assert.Throws<ArgumentException>(() => model.Forward(Array.Empty<int>(), 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => model.Forward(new[] { 13 }, 1));
    }

    [Fact]
    public void DropoutIsOnlyWithAStreamAndTheSameForTheSameStream()
    {
        Transformer model = new(TinyModels.Config(TransformerFamily.Gpt2), new RandomStream(1, "model"))
        {
            Dropout = new(0.5),
        };
        int[] tokens = TinyModels.Tokens(6);
        float[] without = model.Forward(tokens, 1).ToArray(),
            with = model.Forward(tokens, 1, new RandomStream(1, "drop")).ToArray();
        Assert.Equal(without, model.Forward(tokens, 1).ToArray());
        Assert.Equal(with, model.Forward(tokens, 1, new RandomStream(1, "drop")).ToArray());
        Assert.NotEqual(without, with);
    }

    [Fact]
    public void NanoGptHasNoBiasAndTheSizeThatItsReadmeSays()
    {
        Transformer model = new(ModelSizes.NanoGpt(65), new RandomStream(1, "model"));
        Assert.DoesNotContain(
            model.Parameters(),
            parameter => parameter.Name.EndsWith("bias", StringComparison.Ordinal)
        );
        // 0.80 M without the positions, as nanoGPT counts.
        Assert.Equal(795_904, model.ParameterCount - model.Positions!.Weight.Length);
        using TemporaryFolder folder = new();
        model.Save(folder.Path);
        Assert.Equal(model.Snapshot(), Transformer.Load(folder.Path).Snapshot());
    }

    [Fact]
    public void NamedSizesAreAboutWhatTheyAreCalled()
    {
        (string, double)[] expected = [("gpt-250k", 250e3), ("gpt-1m", 1e6), ("gpt-4m", 4e6), ("gpt-10m", 10e6)];
        Assert.Equal(expected.Select(size => size.Item1), ModelSizes.Names);
        foreach ((string name, double parameters) in expected)
            Assert.InRange(ModelSizes.Of(name).Parameters, 0.97 * parameters, 1.03 * parameters);
        Assert.Contains("gpt-4m", Assert.Throws<ArgumentException>(() => ModelSizes.Of("gpt-5")).Message);
    }
}
