using Assay.Learning;
using Assay.Numerics;

namespace Assay.Tests;

public sealed class PolicyLossTests
{
    private static readonly Tensor OldLog = Log(0.5f, 0.4f, 0.2f, 0.3f, 0.6f, 0.1f),
        NewLog = Log(0.7f, 0.3f, 0.25f, 0.25f, 0.9f, 0.5f),
        Mask = Tensor.Of([1, 1, 0, 1, 1, 1], 2, 3),
        Advantages = Tensor.Of([1, -0.5f], 2, 1);

    private static PolicyLossOptions Canon(PolicyAggregation aggregation) =>
        new()
        {
            ClipHigh = 0.28,
            DualClip = 3,
            Aggregation = aggregation,
        };

    private static Tensor Log(params float[] p) => Tensor.Of([.. p.Select(x => MathF.Log(x))], 2, 3);

    [Theory]
    [InlineData(PolicyAggregation.TokenMean, 0.127333333)]
    [InlineData(PolicyAggregation.SequenceMeanTokenSum, 0.318333333)]
    [InlineData(PolicyAggregation.SequenceMeanTokenMean, -0.063055556)]
    public void Golden_losses_of_canon(PolicyAggregation aggregation, double expected)
    {
        Tensor loss = PolicyLoss.Of(
            NewLog,
            OldLog,
            Advantages,
            PolicyLoss.Weights(Mask, aggregation),
            Canon(aggregation)
        );
        Assert.Equal(expected, loss.Item(), 2e-7);
    }

    [Fact]
    public void Padding_is_left_out_whatever_it_holds()
    {
        Tensor dirty = NewLog.Copy();
        dirty.Data[2] = float.NaN;
        Tensor weights = PolicyLoss.Weights(Mask, PolicyAggregation.TokenMean);
        dirty.RequiresGrad = true;
        Tensor loss = PolicyLoss.Of(dirty, OldLog, Advantages, weights, Canon(PolicyAggregation.TokenMean));
        Assert.Equal(0.127333333, loss.Item(), 2e-7);
        loss.Backward();
        Assert.All(dirty.Grad!.ToArray(), value => Assert.True(float.IsFinite(value)));
        Assert.Equal(0, dirty.Grad!.Data[2]);
    }

    [Fact]
    public void Where_nothing_has_moved_the_gradient_is_that_of_the_policy_gradient()
    {
        Tensor now = OldLog.Copy();
        now.RequiresGrad = true;
        Tensor weights = PolicyLoss.Weights(Mask, PolicyAggregation.SequenceMeanTokenSum);
        PolicyLoss.Of(now, OldLog, Advantages, weights, Canon(PolicyAggregation.SequenceMeanTokenSum)).Backward();
        Assert.Equal([-0.5f, -0.5f, 0, 0.25f, 0.25f, 0.25f], now.Grad!.ToArray());
    }

    [Fact]
    public void The_gradient_is_that_of_finite_differences_and_0_where_a_limit_holds()
    {
        // Ratios 1.4 and 0.75 with A = 1, -0.5; 0.833, 1.5, 5 with A = -0.5: the first, the second and the last are held.
        Tensor advantages = Tensor.Of([1, -0.5f, 0, -0.5f, -0.5f, -0.5f], 2, 3);
        Tensor weights = PolicyLoss.Weights(Mask, PolicyAggregation.TokenMean);
        Tensor now = NewLog.Copy();
        now.RequiresGrad = true;
        PolicyLoss.Of(now, OldLog, advantages, weights, Canon(PolicyAggregation.TokenMean)).Backward();
        float[] gradient = now.Grad!.ToArray();
        for (int i = 0; i < 6; i++)
        {
            double At(float by)
            {
                Tensor moved = NewLog.Copy();
                moved.Data[i] += by;
                return PolicyLoss.Of(moved, OldLog, advantages, weights, Canon(PolicyAggregation.TokenMean)).Item();
            }
            Assert.Equal((At(1e-2f) - At(-1e-2f)) / 2e-2, gradient[i], 1e-3);
        }
        Assert.Equal(0, gradient[0]);
        Assert.Equal(0, gradient[1]);
        Assert.Equal(0, gradient[5]);
        Assert.NotEqual(0, gradient[3]);
        Assert.Equal(
            0.6,
            PolicyLoss.ClipFraction(NewLog, OldLog, advantages, weights, Canon(PolicyAggregation.TokenMean)),
            1e-12
        );
    }

    [Fact]
    public void The_parts_of_a_batch_add_up_to_its_loss()
    {
        RandomStream random = new(1, "parts");
        Tensor now = Tensor.Normal(random, 0.3f, 6, 5),
            old = Tensor.Normal(random, 0.3f, 6, 5),
            advantages = Tensor.Normal(random, 1, 6, 1);
        Tensor mask = Tensor.Ones(6, 5);
        for (int i = 0; i < 6; i++)
            mask.Data.Slice(i * 5 + 1 + i % 4, 4 - i % 4).Clear();
        foreach (PolicyAggregation aggregation in Enum.GetValues<PolicyAggregation>())
        {
            Tensor weights = PolicyLoss.Weights(mask, aggregation);
            double whole = PolicyLoss.Of(now, old, advantages, weights, Canon(aggregation)).Item(),
                parts = 0;
            for (int part = 0; part < 3; part++)
                parts += PolicyLoss
                    .Of(
                        now.Slice(0, 2 * part, 2),
                        old.Slice(0, 2 * part, 2),
                        advantages.Slice(0, 2 * part, 2),
                        weights.Slice(0, 2 * part, 2),
                        Canon(aggregation)
                    )
                    .Item();
            Assert.Equal(whole, parts, 1e-5);
        }
    }

    [Fact]
    public void Bad_limits_and_nothing_to_learn_from_are_errors()
    {
        Tensor weights = PolicyLoss.Weights(Mask, PolicyAggregation.TokenMean);
        foreach (
            PolicyLossOptions bad in new PolicyLossOptions[]
            {
                new() { ClipLow = -0.1 },
                new() { ClipLow = double.NaN },
                new() { ClipHigh = -1 },
                new() { DualClip = 1 },
            }
        )
            Assert.Throws<ArgumentOutOfRangeException>(() => PolicyLoss.Of(NewLog, OldLog, Advantages, weights, bad));
        Assert.Throws<ArgumentException>(() => PolicyLoss.Weights(Tensor.Zeros(2, 3), PolicyAggregation.TokenMean));
    }
}
