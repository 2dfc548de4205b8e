using Assay.Learning;
using Assay.Numerics;
using FsCheck;
using FsCheck.Fluent;

namespace Assay.Tests.Learning.Preferences;

public sealed class LinearDeltaTests
{
    [Theory]
    [InlineData(0.7, 0.1, 0.6, 0.48, 1.86, 0.18, 0.8176982)]
    [InlineData(0.5, 0.3, 0.2, 0.16, 1.7, 0.0542169, 0.8019327)]
    public void Independent_teachers_help_by_the_closed_form(
        double stronger,
        double weaker,
        double delta,
        double along,
        double size,
        double step,
        double best
    )
    {
        LinearDelta found = LinearDelta.Independent(0.8, stronger, weaker);
        Assert.Equal(delta, found.Delta, 1e-12);
        Assert.Equal(along, found.Along, 1e-12);
        Assert.Equal(size, found.Size, 1e-12);
        Assert.Equal(delta * (1 - 0.64), found.Derivative, 1e-12);
        Assert.Equal(step, found.BestStep, 5e-8);
        Assert.Equal(best, found.BestCosine, 5e-8);
        double derivative = found.Derivative;
        Assert.Equal(Math.Sqrt(0.64 + derivative * derivative / (size - along * along)), found.BestCosine, 1e-12);
    }

    [Fact]
    public void The_best_step_of_any_vectors_is_the_best_of_all_and_the_formula_is_what_the_walk_gives() =>
        Prop.ForAll(
                Gen.Choose(0, 1 << 20).ToArbitrary(),
                seed =>
                {
                    RandomStream random = new((ulong)seed, "vectors");
                    double[][] vectors = [.. Enumerable.Range(0, 4).Select(_ => Unit(random, 6))];
                    LinearDelta delta = LinearDelta.Of(vectors[0], vectors[1], vectors[2], vectors[3]);
                    double Walk(double step) =>
                        Cosine(
                            [.. vectors[0].Select((x, i) => x + step * (vectors[1][i] - vectors[2][i]))],
                            vectors[3]
                        );
                    double best = delta.BestCosine;
                    return Enumerable
                            .Range(0, 40)
                            .Select(i => Math.Exp(0.3 * i - 6))
                            .All(step =>
                                Math.Abs(delta.After(step) - Walk(step)) < 1e-9 && delta.After(step) <= best + 1e-9
                            )
                        && Math.Abs(delta.After(0) - Walk(0)) < 1e-12
                        && (double.IsInfinity(delta.BestStep) || Math.Abs(Walk(delta.BestStep) - best) < 1e-9)
                        // A student that is better than chance gains only by a first step that helps.
                        && (delta.Student < 0 || delta.Derivative > 0 == best > delta.Student + 1e-15);
                }
            )
            .Holds();

    [Fact]
    public void In_many_dimensions_a_draw_is_best_where_the_formula_says()
    {
        // Cosines of 0.8, 0.7 and 0.1 with the truth, otherwise at random, in 2,000 dimensions.
        RandomStream random = new(4, "draw");
        double[] truth = Unit(random, 2000),
            student = At(truth, 0.8, random),
            stronger = At(truth, 0.7, random),
            weaker = At(truth, 0.1, random);
        LinearDelta delta = LinearDelta.Of(student, stronger, weaker, truth);
        double[] best = [.. student.Select((x, i) => x + delta.BestStep * (stronger[i] - weaker[i]))];
        Assert.Equal(delta.BestCosine, Cosine(best, truth), 1e-14);
        Assert.InRange(delta.BestCosine, 0.81, 0.83);
        Assert.True(delta.Limit < delta.BestCosine);
    }

    [Fact]
    public void The_gradient_of_a_row_does_not_look_at_the_student_and_inverted_pairs_turn_it_round()
    {
        double[] input = [0.3, -2, 1];
        Assert.Equal([-0.3, 2, -1], LinearDelta.Gradient(input, 1, -1));
        Assert.Equal([0.3, -2, 1], LinearDelta.Gradient(input, -1, 1));
        Assert.All(LinearDelta.Gradient(input, 1, 1), slope => Assert.Equal(0, slope));
        // The loss itself, at two students: its difference along any direction is that slope.
        foreach (
            double[] student in (double[][])
                [
                    [1, 2, 3],
                    [-1, 0, 0.5],
                ]
        )
            for (int i = 0; i < 3; i++)
            {
                double Loss(double by)
                {
                    double score = student.Select((t, j) => (t + (j == i ? by : 0)) * input[j]).Sum();
                    return -(Logistic.LogSigmoid(score) - Logistic.LogSigmoid(-score));
                }
                Assert.Equal(LinearDelta.Gradient(input, 1, -1)[i], (Loss(1e-5) - Loss(-1e-5)) / 2e-5, 1e-8);
            }
    }

    [Fact]
    public void Sampled_gradients_go_the_way_of_the_teachers_difference()
    {
        const int dimensions = 40,
            rows = 20_000;
        RandomStream random = new(9, "gradient");
        double[] stronger = Unit(random, dimensions),
            weaker = Unit(random, dimensions),
            sum = new double[dimensions],
            input = new double[dimensions];
        for (int row = 0; row < rows; row++)
        {
            for (int i = 0; i < dimensions; i++)
                input[i] = random.NextGaussian();
            double[] gradient = LinearDelta.Gradient(input, Sign(stronger, input), Sign(weaker, input));
            for (int i = 0; i < dimensions; i++)
                sum[i] -= gradient[i] / rows;
        }
        double scale = Math.Sqrt(1 / (2 * Math.PI)),
            error = 0,
            length = 0;
        for (int i = 0; i < dimensions; i++)
        {
            double expected = scale * (stronger[i] - weaker[i]);
            error += (sum[i] - expected) * (sum[i] - expected);
            length += expected * expected;
        }
        // Sampling alone gives the root of dimensions x share of disagreement / rows, over the length.
        double share = 1 - LinearDelta.AgreementOf(Cosine(stronger, weaker));
        Assert.InRange(Math.Sqrt(error / length), 0, 1.5 * Math.Sqrt(dimensions * share / rows / length));
    }

    [Fact]
    public void Agreement_and_cosine_are_each_others_inverse()
    {
        foreach (double cosine in (double[])[-1, -0.3, 0, 0.5, 1])
            Assert.Equal(cosine, LinearDelta.CosineOf(LinearDelta.AgreementOf(cosine)), 1e-12);
        Assert.Equal(0.5, LinearDelta.AgreementOf(0), 1e-12);
        Assert.Equal(2.0 / 3, LinearDelta.AgreementOf(0.5), 1e-12);
    }

    [Fact]
    public void What_has_no_delta_is_refused()
    {
        Assert.Throws<ArgumentException>(() => LinearDelta.Independent(0.5, 1, 1));
        Assert.Throws<ArgumentException>(() => LinearDelta.Of([1, 0], [1, 0], [0, 0], [1, 1]));
        Assert.Throws<ArgumentException>(() => LinearDelta.Of([1, 0], [1, 0, 0], [0, 1], [1, 1]));
        Assert.Equal(0, LinearDelta.Independent(0.8, 0.1, 0.7).BestStep);
        Assert.Equal(0.8, LinearDelta.Independent(0.8, 0.1, 0.7).BestCosine);
    }

    private static int Sign(double[] a, double[] b) => a.Zip(b, (x, y) => x * y).Sum() >= 0 ? 1 : -1;

    private static double Cosine(double[] a, double[] b) =>
        a.Zip(b, (x, y) => x * y).Sum() / Math.Sqrt(a.Sum(x => x * x)) / Math.Sqrt(b.Sum(x => x * x));

    private static double[] Unit(RandomStream random, int dimensions)
    {
        double[] vector = [.. Enumerable.Range(0, dimensions).Select(_ => random.NextGaussian())];
        double length = Math.Sqrt(vector.Sum(x => x * x));
        return [.. vector.Select(x => x / length)];
    }

    private static double[] At(double[] truth, double cosine, RandomStream random)
    {
        double[] other = Unit(random, truth.Length);
        double along = other.Zip(truth, (x, y) => x * y).Sum();
        double[] across = [.. other.Select((x, i) => x - along * truth[i])];
        double length = Math.Sqrt(across.Sum(x => x * x));
        return [.. truth.Select((x, i) => cosine * x + Math.Sqrt(1 - cosine * cosine) * across[i] / length)];
    }
}
