using Assay.Numerics;

namespace Assay.Learning.Tests;

public sealed class ModuleTests : IDisposable
{
    private readonly TensorScope _scope = new();
    private readonly RandomStream _stream = new(3, "modules");

    public void Dispose() => _scope.Dispose();

    private Tensor Input(params int[] shape) => Tensor.Normal(_stream, 1, shape);

    [Fact]
    public void GradientsOfLinear()
    {
        Linear layer = new(_stream, 4, 3);
        GradientCheck.Check(layer, Input(5, 4), x => layer.Forward(x));
    }

    [Fact]
    public void GradientsOfLayerNorm()
    {
        LayerNorm norm = new(6);
        GradientCheck.Check(norm, Input(4, 6), norm.Forward);
    }

    [Fact]
    public void GradientsOfRmsNorm()
    {
        RmsNorm norm = new(6);
        GradientCheck.Check(norm, Input(4, 6), norm.Forward);
    }

    [Theory]
    [InlineData(TransformerActivation.Silu, true)]
    [InlineData(TransformerActivation.Gelu, true)]
    [InlineData(TransformerActivation.Gelu, false)]
    [InlineData(TransformerActivation.GeluTanh, false)]
    public void GradientsOfFeedForward(TransformerActivation activation, bool gated)
    {
        FeedForward layer = new(new(_stream, 4, gated ? 12 : 6), new(_stream, 6, 4), activation);
        Assert.Equal(gated, layer.IsGated);
        GradientCheck.Check(layer, Input(2, 3, 4), x => layer.Forward(x, residual: x));
    }

    [Fact]
    public void GradientsOfEmbedding()
    {
        Embedding table = new(_stream, 1, 3, 4);
        GradientCheck.Check(table, Input(1, 4), x => table.Forward(new[] { 2, 0, 2, 1 }, 2, 2) * x);
    }

    [Fact]
    public void GradientsOfConvolutions()
    {
        Conv2d layer = new(_stream, 2, 3, side: 3, stride: 2, padding: 1);
        Tensor y = layer.Forward(Input(2, 2, 5, 4));
        Assert.Equal([2, 3, 3, 2], y.Shape.ToArray());
        GradientCheck.Check(layer, Input(2, 2, 5, 4), layer.Forward);
    }

    [Fact]
    public void GradientsOfImageNorms()
    {
        GroupNorm groups = new(2, 4),
            instance = GroupNorm.Instance(4);
        BatchNorm batch = new(4);
        GradientCheck.Check(groups, Input(2, 4, 3, 3), groups.Forward);
        GradientCheck.Check(instance, Input(2, 4, 3, 3), instance.Forward);
        GradientCheck.Check(batch, Input(3, 4, 2, 2), x => batch.Forward(x, training: true));
        GradientCheck.Check(batch, Input(3, 4, 2, 2), x => batch.Forward(x, training: false));
        Assert.Throws<ArgumentException>(() => new GroupNorm(3, 4));
    }

    [Fact]
    public void BatchNormInUseForgetsTheBatch()
    {
        BatchNorm norm = new(1, momentum: 1);
        norm.Forward(Tensor.Of([1, 3], 2, 1), training: true);
        Assert.Equal(2, norm.RunningMean.Item());
        Assert.Equal(2, norm.RunningVariance.Item()); // unbiased, as in PyTorch
        float alone = norm.Forward(Tensor.Of([4], 1, 1), training: false).Item();
        Assert.Equal(2 / Math.Sqrt(2), alone, 1e-4);
    }

    [Fact]
    public void GradientsOfMlpAndConvNet()
    {
        Mlp mlp = new(_stream, 5, 7, 6, 3);
        GradientCheck.Check(mlp, Input(4, 5), mlp.Forward, 0.02);
        ConvNet net = new(_stream, 2, 8, 8, 3, filters: 4, depth: 2);
        // Instance norm takes away what the bias of a convolution adds.
        using TensorScope scope = new();
        net.Forward(Input(2, 2, 8, 8)).Square().Sum().Backward();
        Assert.All(net.Parameters(), parameter => Assert.NotNull(parameter.Tensor.Grad));
    }

    [Fact]
    public void ConvNetIsThatOfDatasetDistillation()
    {
        // 3 x 128 x 9 + 128, two of 128 x 128 x 9 + 128, three norms of 256, 2048 x 10 + 10: CIFAR-10's ConvNet-3.
        Assert.Equal(320_010, new ConvNet(_stream, 3, 32, 32, 10).ParameterCount);
        ConvNet mnist = new(_stream, 1, 28, 28, 10);
        Assert.Equal(128 * 4 * 4, mnist.Classifier.Inputs);
        Assert.Equal([2, 10], mnist.Forward(Input(2, 1, 28, 28)).Shape.ToArray());
        Assert.Throws<ArgumentException>(() => new ConvNet(_stream, 1, 4, 4, 10));
    }

    [Fact]
    public void DropoutKeepsTheMeanAndIsNothingWithoutAStream()
    {
        Dropout dropout = new(0.25);
        Tensor x = Tensor.Ones(100, 100);
        Assert.Same(x, dropout.Forward(x, null));
        float[] y = dropout.Forward(x, new RandomStream(1, "drop")).ToArray();
        Assert.InRange(y.Count(value => value == 0) / 1e4, 0.23, 0.27);
        Assert.InRange(y.Average(), 0.97, 1.03);
        Assert.Throws<ArgumentOutOfRangeException>(() => new Dropout(1));
    }

    [Fact]
    public void PyTorchsStartIsUniformWithinOneOverTheRootOfTheInputs()
    {
        Linear layer = new(_stream, 100, 400);
        float[] weights = layer.Weight.ToArray();
        Assert.InRange(weights.Max(), 0.099f, 0.1f);
        Assert.InRange(weights.Min(), -0.1f, -0.099f);
        Assert.Equal(0.1 / Math.Sqrt(3), Deviation(weights), 5e-4);
        Assert.Equal(Math.Sqrt(2.0 / 100), Deviation(Initialise.KaimingNormal(_stream, 400, 100).ToArray()), 2e-3);
        Assert.InRange(Initialise.XavierUniform(_stream, 300, 100).ToArray().Max(), 0.121f, MathF.Sqrt(6f / 400));

        static double Deviation(float[] values) => Math.Sqrt(values.Average(value => (double)value * value));
    }

    [Fact]
    public void Gpt2ScalesWhatIsAddedToTheResidualStream()
    {
        Transformer model = new(
            TinyModels.Config(TransformerFamily.Gpt2) with
            {
                HiddenSize = 64,
                HeadSize = 16,
                InitialDeviation = 0.02,
            },
            _stream
        );
        float Deviation(Tensor tensor) => MathF.Sqrt(tensor.Square().Mean().Item());
        Assert.Equal(0.02, Deviation(model.Layers[0].Attention.QueryKeyValue.Weight), 1e-3);
        Assert.Equal(0.02 / Math.Sqrt(4), Deviation(model.Layers[0].Attention.Output.Weight), 1e-3);
        Assert.Equal(0.02 / Math.Sqrt(4), Deviation(model.Layers[1].FeedForward.Down.Weight), 1e-3);
    }

    [Fact]
    public void ParametersOutliveTheScopeTheyWereMadeIn()
    {
        Linear layer;
        using (new TensorScope())
            layer = new(_stream, 2, 2);
        Assert.False(layer.Weight.IsReturned);
    }

    [Fact]
    public void LoraStartsAtNothingTrainsAloneAndMerges()
    {
        Linear layer = new(_stream, 6, 5);
        Tensor x = Input(3, 6);
        float[] before = layer.Forward(x).ToArray(),
            weight = layer.Weight.ToArray();
        LoraAdapter adapter = LoraAdapter.Attach(layer, rank: 2, alpha: 4, _stream);
        Assert.Equal(before, layer.Forward(x).ToArray());
        Assert.Equal(
            ["lora_A.weight", "lora_B.weight"],
            layer.TrainableParameters().Select(parameter => parameter.Name)
        );

        Tensor.Normal(_stream, 1, 5, 2).Data.CopyTo(adapter.B.Data);
        GradientCheck.Check(adapter, x, y => layer.Forward(y));
        float[] apart = layer.Forward(x).ToArray();
        adapter.Merge();
        Assert.InRange(TinyModels.MaxDifference(apart, layer.Forward(x).Data), 0, 1e-5);
        Assert.True(TinyModels.MaxDifference(weight, layer.Weight.Data) > 0.1);
        adapter.Unmerge();
        Assert.InRange(TinyModels.MaxDifference(weight, layer.Weight.Data), 0, 1e-6);
        Assert.Throws<InvalidOperationException>(adapter.Unmerge);
        Assert.Throws<InvalidOperationException>(() => LoraAdapter.Attach(layer, 2, 4, _stream));
    }

    [Fact]
    public void APrefixIsSeenByEveryTokenAndGoesIntoTheCache()
    {
        Transformer model = TinyModels.Model(TransformerFamily.Llama);
        int[] tokens = TinyModels.Tokens(6);
        float[] without = model.Forward(tokens, 2).ToArray();
        model.RequireGrad(false);
        model.Prefix = new(model.Config, 3, _stream);
        Assert.Equal(4, model.TrainableParameters().Count());
        GradientCheck.Check(model.Prefix, Tensor.Ones(1), x => model.Forward(tokens, 2).Reshape(6 * 13) * x);
        float[] with = model.Forward(tokens, 2).ToArray();
        Assert.True(TinyModels.MaxDifference(with.AsSpan(0, 13), without.AsSpan(0, 13)) > 1e-3);

        KeyValueCache cache = model.CreateCache(2, 3);
        float[] first = model.Decode(new[] { tokens[0], tokens[3] }, [1, 1], cache).ToArray(),
            rest = model.Decode(new[] { tokens[1], tokens[2], tokens[4], tokens[5] }, [2, 2], cache).ToArray();
        Assert.InRange(TinyModels.MaxDifference(first.AsSpan(0, 13), with.AsSpan(0, 13)), 0, 1e-4);
        Assert.InRange(TinyModels.MaxDifference(rest.AsSpan(0, 13), with.AsSpan(2 * 13, 13)), 0, 1e-4);
        Assert.InRange(TinyModels.MaxDifference(rest.AsSpan(13), with.AsSpan(5 * 13)), 0, 1e-4);
    }

    [Fact]
    public void ScalarHeadsReadEachTokenOrTheLast()
    {
        ScalarHead head = new(_stream, 4);
        Tensor hidden = Input(2, 3, 4);
        float[] all = head.PerToken(hidden).ToArray();
        Assert.Equal([all[1], all[5]], head.AtLast(hidden, [2, 3]).ToArray());
        GradientCheck.Check(head, hidden, x => head.AtLast(x, [2, 3]));
        Assert.Throws<ArgumentException>(() => head.AtLast(hidden, [0, 3]));
        Assert.Throws<ArgumentException>(() => head.AtLast(hidden, [1]));
    }

    [Fact]
    public void AveragesAreThoseOfTheWeightsSeen()
    {
        Linear layer = new(_stream, 1, 1, bias: false);
        WeightAverage ema = WeightAverage.Exponential(layer, 0.75),
            mean = WeightAverage.Uniform(layer);
        Assert.Throws<InvalidOperationException>(() => ema.Applied());
        foreach (float weight in new[] { 4f, 8f, 0f })
        {
            layer.Restore([weight]);
            ema.Update();
            mean.Update();
        }
        Assert.Equal(0.75f * (0.75f * 4 + 0.25f * 8), ema.Mean[0], 1e-6f);
        Assert.Equal(4, mean.Mean[0], 1e-6f);
        using (mean.Applied())
            Assert.Equal(4, layer.Weight.Item(), 1e-6f);
        Assert.Equal(0, layer.Weight.Item());
        Assert.Equal(
            [2.5f, 1],
            WeightAverage.Of(
                [
                    [1, 1],
                    [3, 1],
                ],
                [1, 3]
            )
        );
        Assert.Throws<ArgumentException>(() =>
            WeightAverage.Of([
                [1, 1],
                [3],
            ])
        );
    }

    [Fact]
    public void TheGradientVectorFollowsTheParameters()
    {
        Linear layer = new(_stream, 2, 1);
        Tensor x = Tensor.Of([3, 5], 1, 2);
        layer.Forward(x).Sum().Backward();
        float[] gradients = [9, 9, 9];
        ParameterVector vector = new(layer.Parameters());
        vector.ReadGradients(gradients);
        Assert.Equal([3, 5, 1], gradients);
        layer.ZeroGrad();
        vector.ReadGradients(gradients);
        Assert.Equal([0, 0, 0], gradients);
    }
}
