using Assay.Learning;
using Assay.Models;
using Assay.Numerics;
using Assay.Value;

namespace Assay.Tests.Value;

public class ProbeTests
{
    // Golden 1 of the method's file: AdamW of torch 1.13 in double. Ours is in float32, which has seven digits.
    private static readonly (float[] X, float Label)[] Rows =
    [
        ([1, .5f, 1], 1),
        ([-.5f, 1, 1], 0),
        ([.2f, -1, 1], 0),
        ([1.5f, 1, 1], 1),
        ([-1, -.3f, 1], 0),
        ([.4f, .8f, 1], 1),
        ([3, -2, 1], 0),
    ];
    private static readonly (float[] X, float Label)[] Reference =
    [
        ([.9f, .2f, 1], 1),
        ([-.8f, .1f, 1], 0),
        ([.3f, 1.1f, 1], 1),
    ];

    [Fact]
    public void LossesAfterAProbeAreThoseOfTorch()
    {
        Logistic model = new([0.1f, -0.2f, 0.05f]);
        Optimiser optimiser = Warm(model, new AdamW(0.9, 0.95), 0.1);
        float[] expected = [0.2473276909f, -0.1817133465f, 0.0607123774f];
        for (int i = 0; i < 3; i++)
            Assert.Equal(expected[i], model.Weights[i], 1e-7);
        OneStepProbe probe = ProbeOf(model, optimiser, 0.05);
        Assert.Equal(0.6406434930, probe.Before(), 3e-8);
        double[] losses =
        [
            0.6142924768,
            0.6296405902,
            0.6269397847,
            0.6142495069,
            0.6236198838,
            0.6141559180,
            0.6375341925,
        ];
        double[] found = [.. Enumerable.Range(0, 7).Select(probe.After)];
        for (int row = 0; row < 7; row++)
            Assert.Equal(losses[row], found[row], 3e-8);
        double[] z = [-1.018850406, 0.793884433, 0.474897725, -1.023925490, 0.082790891, -1.034979086, 1.726181930];
        double[] standard = TextScorer.Standardise(found);
        for (int row = 0; row < 7; row++)
            Assert.Equal(z[row], standard[row], 3e-6);
    }

    [Fact]
    public void ProbingLeavesEverythingAsItWas()
    {
        Logistic model = new([0.1f, -0.2f, 0.05f]);
        Optimiser optimiser = Warm(model, new AdamW(0.9, 0.95), 0.1);
        float[] weights = model.Weights;
        OneStepProbe probe = ProbeOf(model, optimiser, 0.05);
        double first = probe.After(6),
            other = probe.After(2);
        Assert.Equal(weights, model.Weights);
        Assert.Equal(3, optimiser.Steps);
        // The moments too: the same step again is the same step, and training goes on as if nothing had been.
        Assert.Equal(first, probe.After(6));
        Assert.Equal(other, probe.After(2));
        Logistic undisturbed = new([0.1f, -0.2f, 0.05f]);
        Optimiser plain = Warm(undisturbed, new AdamW(0.9, 0.95), 0.1);
        Step(model, optimiser, [0, 5]);
        Step(undisturbed, plain, [0, 5]);
        Assert.Equal(undisturbed.Weights, model.Weights);
        Assert.Equal(4, optimiser.Steps);
    }

    [Fact]
    public void AProbeThatFailsLeavesEverythingAsItWasToo()
    {
        Logistic model = new([0.1f, -0.2f, 0.05f]);
        Optimiser optimiser = Warm(model, new AdamW(), 0);
        float[] weights = model.Weights;
        OneStepProbe probe = new(
            optimiser,
            0.05,
            row => model.Loss([Rows[row]]),
            () => throw new InvalidOperationException()
        );
        Assert.Throws<InvalidOperationException>(() => probe.After(1));
        Assert.Equal(weights, model.Weights);
        Assert.Equal(3, optimiser.Steps);
    }

    [Fact]
    public void ASmallStepOfPlainDescentIsAProductOfGradients()
    {
        const double rate = 1e-3;
        Logistic model = new([0.1f, -0.2f, 0.05f]);
        OneStepProbe probe = ProbeOf(model, new(model.Parameters(), new Sgd()), rate, clip: 0);
        double[] reference = Gradient(model, Reference);
        for (int row = 0; row < Rows.Length; row++)
        {
            double product = Gradient(model, [Rows[row]]).Zip(reference, (a, b) => a * b).Sum();
            Assert.Equal(-product, (probe.After(row) - probe.Before()) / rate, 0.01);
        }
    }

    [Fact]
    public void TheReferenceItselfHelpsMostAmongRowsOfEqualGradientLength()
    {
        // At zero weights a row's gradient is (1/2 - label) x: rows on a circle have gradients of one length.
        Logistic model = new([0, 0, 0]);
        (float[] X, float Label)[] rows =
        [
            .. Enumerable
                .Range(0, 12)
                .Select(i => ((float[])[MathF.Cos(i * MathF.PI / 6), MathF.Sin(i * MathF.PI / 6), 1], 1f)),
        ];
        OneStepProbe probe = new(
            new(model.Parameters(), new Sgd()),
            0.01,
            row => model.Loss([rows[row]]),
            () => model.Loss([rows[4]]).Item(),
            clip: 0
        );
        double[] after = [.. Enumerable.Range(0, 12).Select(probe.After)];
        Assert.Equal(4, Array.IndexOf(after, after.Min()));
    }

    [Fact]
    public void LargeMomentsShiftAllRowsAlike()
    {
        Logistic model = new([0.1f, -0.2f, 0.05f]);
        Optimiser optimiser = new(model.Parameters(), new AdamW(0.9, 0.95));
        for (int step = 0; step < 40; step++)
        {
            model.Loss([([30, 30, 30], 0)]).Backward();
            optimiser.Step(0);
            optimiser.ZeroGrad();
        }
        OneStepProbe probe = ProbeOf(model, optimiser, 0.05);
        double[] moved = [.. Enumerable.Range(0, 7).Select(row => probe.After(row) - probe.Before())];
        Assert.True(moved.Max() - moved.Min() < 0.1 * Math.Abs(moved.Average()), string.Join(' ', moved));
        // What is left tells rows apart all the same.
        Assert.Equal(7, TextScorer.Standardise(moved).Distinct().Count());
    }

    private static Optimiser Warm(Logistic model, IUpdateRule rule, double decay)
    {
        Optimiser optimiser = new(model.Parameters(), rule, decay);
        foreach (
            int[] batch in (int[][])
                [
                    [0, 1],
                    [2, 3],
                    [4, 5],
                ]
        )
            Step(model, optimiser, batch);
        return optimiser;
    }

    private static void Step(Logistic model, Optimiser optimiser, int[] batch)
    {
        model.Loss([.. batch.Select(row => Rows[row])]).Backward();
        optimiser.Step(0.05, optimiser.ClipTo(1));
        optimiser.ZeroGrad();
    }

    private static OneStepProbe ProbeOf(Logistic model, Optimiser optimiser, double rate, double clip = 1) =>
        new(
            optimiser,
            rate,
            row => model.Loss([Rows[row]]),
            () => LogisticControl.MeanLoss(Exact, [.. model.Weights.Select(value => (double)value)]),
            clip
        );

    // The reference loss in double, so that what is compared is the step.
    private static readonly LogisticRow[] Exact = [new(.9, .2, 1), new(-.8, .1, 0), new(.3, 1.1, 1)];

    private static double[] Gradient(Logistic model, (float[], float)[] rows) =>
        [
            .. Tensor
                .Gradients(model.Loss(rows), [model.Parameters().Single().Tensor])[0]
                .ToArray()
                .Select(value => (double)value),
        ];

    /// <summary>Two weights and a bias as one matrix, so that all of them decay.</summary>
    private sealed class Logistic(float[] start) : Module
    {
        private readonly Tensor _weights = Own(Tensor.Of(start, 3, 1));

        public float[] Weights => _weights.ToArray();

        public override IEnumerable<Parameter> Parameters() => [new("w", _weights)];

        public Tensor Loss((float[] X, float Label)[] rows)
        {
            Tensor z = Tensor.Of([.. rows.SelectMany(row => row.X)], rows.Length, 3).MatMul(_weights).Squeeze(1);
            return (z.Softplus() - z * Tensor.Of([.. rows.Select(row => row.Label)], rows.Length)).Mean();
        }
    }
}
