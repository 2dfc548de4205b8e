using Assay.Numerics;

namespace Assay.Learning.Tests;

public sealed class GradientProjectionTests
{
    private static readonly Parameter[] Shapes =
    [
        new("first.weight", Tensor.Zeros(24, 20)),
        new("first.bias", Tensor.Zeros(24)),
        new("second.weight", Tensor.Zeros(10, 24)),
    ];

    private static float[] Gradient(ulong seed)
    {
        RandomStream stream = new(seed, "gradient");
        return [.. Enumerable.Range(0, 24 * 20 + 24 + 240).Select(_ => (float)stream.NextGaussian())];
    }

    private static double Dot(float[] a, float[] b) => a.Zip(b, (x, y) => (double)x * y).Sum();

    private static ProjectionOptions Options(ProjectionKind kind) =>
        new()
        {
            Kind = kind,
            Dimension = 256,
            NonZeros = kind == ProjectionKind.Sparse ? 4 : 1,
            Outputs = 8,
            Inputs = 8,
        };

    // For each of 60 gradients the chance that the length is off by more is under 2 exp(-256 (0.6^2 / 4 - 0.6^3 / 6)) = 2e-6
    // (Achlioptas, 2003): a false alarm in 10^4 seeds, and the seeds are fixed.
    [Fact]
    public void Lengths_are_kept_as_Johnson_and_Lindenstrauss_have_it()
    {
        GradientProjection projection = new(Shapes, Options(ProjectionKind.Rademacher), new RandomStream(1, "jl"));
        for (ulong seed = 0; seed < 60; seed++)
        {
            float[] gradient = Gradient(seed),
                image = projection.Project(gradient);
            Assert.InRange(Dot(image, image) / Dot(gradient, gradient), 0.4, 1.6);
        }
    }

    // Over 200 matrices the mean of the product, divided by both lengths, is normal with a variance of at most
    // (variance of one) / 200; five deviations are a false alarm in 10^6 seeds.
    [Theory]
    [InlineData(ProjectionKind.Rademacher, 2 / 256.0)]
    [InlineData(ProjectionKind.Sparse, 2 / 256.0)]
    [InlineData(ProjectionKind.Kronecker, (1 + 2 / 8.0) * (1 + 2 / 8.0) - 1)]
    public void Products_are_kept_on_average_and_spread_no_more_than_stated(ProjectionKind kind, double variance)
    {
        float[] first = Gradient(1),
            second = [.. Gradient(2).Zip(first, (a, b) => a + b)];
        double lengths = Math.Sqrt(Dot(first, first) * Dot(second, second)),
            expected = Dot(first, second) / lengths,
            sum = 0,
            squares = 0;
        for (ulong seed = 0; seed < 200; seed++)
        {
            GradientProjection projection = new(Shapes, Options(kind), new RandomStream(seed, "mean"));
            float[] a = projection.Project(first);
            sum += Dot(a, projection.Project(second)) / lengths / 200;
            squares += Math.Pow(Dot(a, a) / Dot(first, first) - 1, 2) / 200;
        }
        Assert.True(Math.Abs(sum - expected) < 5 * Math.Sqrt(variance / 200), $"{sum} {expected}");
        // A sample variance of 200 is within half of the true one, but once in 10^6.
        Assert.True(squares < 1.5 * variance, $"{squares} {variance}");
        Assert.True(squares > 0);
    }

    [Theory]
    [InlineData(ProjectionKind.Rademacher)]
    [InlineData(ProjectionKind.Sparse)]
    [InlineData(ProjectionKind.Kronecker)]
    public void A_batch_is_projected_as_its_gradients_are(ProjectionKind kind)
    {
        SequenceModel model = new(11, 12, 9);
        (int[] tokens, int[] targets) = SequenceModel.Draw(11, 45, 3);
        ProjectionOptions options = Options(kind) with { Dimension = 100, Outputs = 5, Inputs = 4 };
        GradientProjection projection = new(model.Parameters, options, new RandomStream(5, "projection"));
        using TensorScope scope = new();
        using GhostGradients gradients = GhostGradients.Of(model.Parameters, model.Losses(tokens, targets, 5));
        Matrix made = gradients.Make(),
            projected = projection.Project(gradients);
        Assert.Equal((5, projection.Dimension), (projected.Rows, projected.Columns));
        for (int sample = 0; sample < 5; sample++)
        {
            float[] expected = projection.Project(made.Row(sample));
            double scale = Math.Sqrt(Dot(expected, expected));
            for (int i = 0; i < expected.Length; i++)
                Assert.Equal(expected[i], projected[sample, i], 1e-5 * scale);
        }
        using (Workers.Limit(1))
            Assert.Equal(projected.Values.ToArray(), projection.Project(gradients).Values.ToArray());
    }

    // What another process computes, from the seed and the names only.
    [Theory]
    [InlineData(ProjectionKind.Rademacher, 4, -11, -12)]
    [InlineData(ProjectionKind.Sparse, -4.5f, 1.5f, 16)]
    [InlineData(ProjectionKind.Kronecker, 3, -4, -1)]
    public void The_matrix_depends_on_seed_and_names_only(ProjectionKind kind, float a, float b, float c)
    {
        RandomStream used = new(7, "projection");
        used.NextDouble();
        GradientProjection projection = new(
            Shapes,
            new()
            {
                Kind = kind,
                Dimension = 16,
                NonZeros = 4,
                Outputs = 4,
                Inputs = 4,
            },
            used
        );
        float[] ones = new float[projection.Length];
        Array.Fill(ones, 1);
        Assert.Equal([a, b, c], projection.Project(ones)[..3]);
    }

    [Fact]
    public void What_does_not_fit_is_named()
    {
        RandomStream stream = new(1, "x");
        Assert.Contains(
            "first.bias",
            Assert
                .Throws<ArgumentException>(() => new GradientProjection([Shapes[1], Shapes[1]], new(), stream))
                .Message
        );
        Assert.Throws<ArgumentException>(() =>
            new GradientProjection(Shapes, new() { Dimension = 10, NonZeros = 3 }, stream)
        );
        GradientProjection projection = new(Shapes, new(), stream);
        Assert.Contains("3", Assert.Throws<ArgumentException>(() => projection.Project(new float[3])).Message);
    }
}
