using Assay.Learning;
using Assay.Numerics;

namespace Assay.Tests;

public sealed class OptimiserTests
{
    private static Parameter Of(string name, float[] values, params int[] shape) =>
        new(name, Tensor.Of(values, shape.Length == 0 ? [values.Length] : shape)) { };

    private static (Optimiser, Tensor) One(IUpdateRule rule, double decay = 0, params float[] values)
    {
        Tensor tensor = Tensor.Of(values, 1, values.Length);
        tensor.RequiresGrad = true;
        return (new([new("w", tensor)], rule, decay), tensor);
    }

    private static void Gradient(Tensor tensor, params float[] gradient)
    {
        tensor.ZeroGrad();
        (tensor * Tensor.Of(gradient, 1, gradient.Length)).Sum().Backward();
    }

    [Fact]
    public void Decay_is_decoupled_and_multiplied_by_the_rate()
    {
        // Gradient w / 2, rate 0.01, decay 1.6: "Pre-training under infinite compute", section 5 of its description.
        (Optimiser optimiser, Tensor w) = One(new AdamW(0.9, 0.95), 1.6, 1);
        foreach (double expected in (double[])[0.9740000002, 0.9484204236, 0.9232575497])
        {
            Gradient(w, 0.5f * w.Data[0]);
            optimiser.Step(0.01);
            Assert.Equal(expected, w.Data[0], 1e-6);
        }
    }

    [Fact]
    public void Two_steps_of_every_rule_are_those_worked_by_hand()
    {
        // Gradients 0.5 then -0.25 on a weight of 1; rate 0.1, decay 0.1.
        static float Run(IUpdateRule rule, double decay)
        {
            (Optimiser optimiser, Tensor w) = One(rule, decay, 1);
            Gradient(w, 0.5f);
            optimiser.Step(0.1);
            Gradient(w, -0.25f);
            optimiser.Step(0.1);
            return w.Data[0];
        }
        // g1 = .5 + .1, w1 = .94; g2 = -.25 + .094, w2 = .94 + .0156
        Assert.Equal(0.9556f, Run(new Sgd(), 0.1), 1e-6f);
        // m1 = .5, w1 = .95; m2 = .9 x .5 - .25 = .2, w2 = .93
        Assert.Equal(0.93f, Run(new Sgd(0.9), 0), 1e-6f);
        // g + .9 m: .95, w1 = .905; -.25 + .9 x .2 = -.07, w2 = .912
        Assert.Equal(0.912f, Run(new Sgd(0.9, nesterov: true), 0), 1e-6f);
        // Step 1 moves by the rate: 1 x .99 - .1. Step 2: m = .9 x .05 - .025 = .02, v = .999 x .00025 + .0000625 = .00031225;
        // m' = .02 / .19, v' = .00031225 / .001999: .105263 / .395229 = .266336.
        Assert.Equal(0.89 * 0.99 - 0.1 * 0.266336, Run(new AdamW(), 0.1), 1e-5);
        // Signs: .1 x .5 > 0, then .9 x .005 + .1 x -.25 < 0.
        Assert.Equal((1 * 0.99 - 0.1) * 0.99 + 0.1, Run(new Lion(), 0.1), 1e-6);
    }

    [Fact]
    public void Every_rule_finds_the_minimum_of_a_bowl()
    {
        foreach (
            (IUpdateRule rule, double rate) in ((IUpdateRule, double)[])
                [
                    (new Sgd(), 0.2),
                    (new Sgd(0.9), 0.05),
                    (new Sgd(0.9, true), 0.05),
                    (new AdamW(), 0.05),
                    (new AdamW(nesterov: true), 0.05),
                    (new Lion(0.9, 0.9), 0.03),
                    (new Muon(), 0.2),
                ]
        )
        {
            Tensor w = Tensor.Of([2, -1, 0.5f, 3, 1, -2], 2, 3),
                target = Tensor.Of([1, 1, -1, 0, 2, 0.5f], 2, 3);
            w.RequiresGrad = true;
            Optimiser optimiser = new([new("w", w)], rule);
            Schedule schedule = new(ScheduleShape.Linear, 300);
            for (int step = 0; step < 300; step++)
            {
                using TensorScope scope = new();
                (w - target).Square().Sum().Backward();
                optimiser.Step(rate * schedule.At(step));
                optimiser.ZeroGrad();
            }
            for (int i = 0; i < 6; i++)
                Assert.True(Math.Abs(target.Data[i] - w.Data[i]) < 0.05, $"{rule} {i}: {w.Data[i]}");
        }
    }

    [Fact]
    public void Only_weights_of_layers_decay()
    {
        Parameter weight = Of("layer.weight", [1, 1], 1, 2),
            bias = Of("layer.bias", [1, 1]),
            embedding = Of("tokens", [1, 1], 1, 2) with { IsEmbedding = true };
        Parameter[] all = [weight, bias, embedding];
        foreach (Parameter parameter in all)
        {
            parameter.Tensor.RequiresGrad = true;
            (parameter.Tensor * 0f).Sum().Backward();
        }
        new Optimiser(all, new AdamW(), weightDecay: 0.5).Step(0.1);
        Assert.Equal([0.95f, 0.95f], weight.Tensor.ToArray());
        Assert.Equal([1f, 1f], bias.Tensor.ToArray());
        Assert.Equal([1f, 1f], embedding.Tensor.ToArray());
    }

    [Fact]
    public void Clipping_brings_the_norm_of_all_gradients_down_and_never_up()
    {
        (Optimiser optimiser, Tensor w) = One(new Sgd(), 0, 0, 0);
        Gradient(w, 3, 4);
        Assert.Equal(5, optimiser.GradientNorm(), 1e-6);
        Assert.Equal(0.2, optimiser.ClipTo(1), 1e-6);
        Assert.Equal(1, optimiser.ClipTo(6));
        optimiser.Step(1, optimiser.ClipTo(1));
        Assert.Equal([-0.6f, -0.8f], w.ToArray().Select(x => MathF.Round(x, 5)));
    }

    [Fact]
    public void Parameters_without_a_gradient_stay()
    {
        (Optimiser optimiser, Tensor w) = One(new AdamW(), 0.5, 1, 2);
        optimiser.Step(0.1);
        Assert.Equal([1f, 2f], w.ToArray());
        Assert.Equal(1, optimiser.Steps);
    }

    [Fact]
    public void Muon_makes_matrices_nearly_orthogonal_in_either_shape()
    {
        RandomStream random = new(5, "muon");
        foreach ((int rows, int columns) in ((int, int)[])[(8, 20), (20, 8), (12, 12), (1, 5)])
        {
            float[] matrix = [.. Enumerable.Range(0, rows * columns).Select(_ => (float)random.NextGaussian())];
            Muon.Orthogonalise(matrix, rows, columns);
            // All singular values near 1: X X^T (of the smaller side) has eigenvalues in [0.7, 1.3]^2, so its trace is near n.
            int n = Math.Min(rows, columns);
            double trace = matrix.Sum(x => (double)x * x);
            Assert.InRange(trace / n, 0.45, 1.5);
        }
        float[] zero = new float[6];
        Muon.Orthogonalise(zero, 2, 3);
        Assert.All(zero, x => Assert.Equal(0, x));
    }

    [Fact]
    public void Sam_climbs_by_its_radius_and_comes_back()
    {
        (Optimiser optimiser, Tensor w) = One(new Sgd(), 0, 1, 2);
        Sam sam = new(optimiser, 0.5);
        Gradient(w, 3, 4);
        sam.Climb();
        Assert.Equal([1.3f, 2.4f], w.ToArray().Select(x => MathF.Round(x, 5)));
        Assert.Null(w.Grad);
        Assert.Throws<InvalidOperationException>(sam.Climb);
        sam.Return();
        Assert.Equal([1f, 2f], w.ToArray());
        Assert.Throws<InvalidOperationException>(sam.Return);
    }

    [Fact]
    public void Schedules_warm_up_and_end_at_their_floor()
    {
        foreach (ScheduleShape shape in Enum.GetValues<ScheduleShape>())
        {
            Schedule schedule = new(shape, 100, WarmUp: 10, Floor: 0.1);
            Assert.Equal(0.1, schedule.At(0), 12);
            Assert.Equal(1, schedule.At(9), 12);
            Assert.Equal(1, schedule.At(10), 12);
            Assert.Equal(shape == ScheduleShape.Constant ? 1 : 0.1, schedule.At(99), 12);
            double[] after = [.. Enumerable.Range(10, 90).Select(step => schedule.At(step))];
            Assert.Equal(after.OrderDescending(), after);
        }
        Assert.Equal(0.55, new Schedule(ScheduleShape.Cosine, 101, Floor: 0.1).At(50), 12);
        Assert.Equal(0.55, new Schedule(ScheduleShape.Linear, 101, Floor: 0.1).At(50), 12);
        Assert.Equal(1, new Schedule(ScheduleShape.Wsd, 101).At(80), 12);
        Assert.Equal(0.5, new Schedule(ScheduleShape.Wsd, 101).At(90), 12);
    }
}
