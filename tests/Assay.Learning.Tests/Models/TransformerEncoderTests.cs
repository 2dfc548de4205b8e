using Assay.Numerics;

namespace Assay.Learning.Tests;

public sealed class TransformerEncoderTests : IDisposable
{
    private readonly TensorScope _scope = new();

    public void Dispose() => _scope.Dispose();

    private static TransformerEncoder Create()
    {
        TransformerEncoder encoder = new(new RandomStream(1, "encoder"), 13, 8, layers: 2, heads: 2, contextLength: 6);
        // The usual start is too small for differences in float32 to show.
        foreach (Parameter parameter in encoder.Parameters().Where(parameter => parameter.Tensor.Rank == 2))
        foreach (ref float value in parameter.Tensor.Data)
            value *= 15;
        return encoder;
    }

    [Fact]
    public void GradientsAreThoseOfDifferences()
    {
        TransformerEncoder encoder = Create();
        int[] tokens = TinyModels.Tokens(12);
        GradientCheck.Check(encoder, Tensor.Ones(1), x => encoder.Pooled(tokens, new[] { 4, 6 }) * x, 0.03);
    }

    [Fact]
    public void PaddingDoesNotChangeAText()
    {
        TransformerEncoder encoder = Create();
        float[] padded = encoder.Pooled(new[] { 1, 2, 3, 0, 0, 4, 5, 6, 7, 8 }, new[] { 3, 5 }).ToArray(),
            other = encoder.Pooled(new[] { 1, 2, 3, 9, 9, 4, 5, 6, 7, 8 }, new[] { 3, 5 }).ToArray(),
            alone = encoder.Pooled(new[] { 1, 2, 3 }, new[] { 3 }).ToArray();
        Assert.InRange(TinyModels.MaxDifference(padded, other), 0, 1e-6);
        Assert.InRange(TinyModels.MaxDifference(padded.AsSpan(0, 8), alone), 0, 1e-5);
    }

    [Fact]
    public void EveryTokenSeesLaterOnes()
    {
        TransformerEncoder encoder = Create();
        float[] before = encoder.Forward(new[] { 1, 2, 3 }, new[] { 3 }).ToArray(),
            after = encoder.Forward(new[] { 1, 2, 4 }, new[] { 3 }).ToArray();
        Assert.True(TinyModels.MaxDifference(before.AsSpan(0, 8), after.AsSpan(0, 8)) > 1e-3);
    }

    [Fact]
    public void WrongShapesAreErrors()
    {
        TransformerEncoder encoder = Create();
        Assert.Throws<ArgumentException>(() => encoder.Pooled(new int[5], new[] { 2, 2 }));
        Assert.Throws<ArgumentException>(() => encoder.Pooled(new int[7], new[] { 7 }));
        Assert.Throws<ArgumentException>(() => encoder.Pooled(new int[4], new[] { 0, 2 }));
        Assert.Throws<ArgumentException>(() => new TransformerEncoder(new RandomStream(1, "x"), 5, 7, 1, 2, 4));
    }
}
