using Assay.Numerics;

namespace Assay.Learning;

/// <summary>A transformer that says before each token what reward is still to come.</summary>
/// <remarks>
/// A network of its own, which starts as the reward model: it serves better than one shared with the policy (arXiv 2009.01325, appendix G).
/// </remarks>
/// <param name="body">The transformer; its own head for tokens is not used.</param>
/// <param name="head">From the width to one.</param>
public sealed class ValueModel(Transformer body, ScalarHead head) : Module
{
    /// <summary>The transformer.</summary>
    public Transformer Body { get; } = body;

    /// <summary>From the width to one.</summary>
    public ScalarHead Head { get; } = head;

    /// <summary>What is taken from the head's number: the offset of the reward model that it started as.</summary>
    public double Offset { get; init; }

    /// <summary>One that starts as a reward model; that is not changed by its training.</summary>
    public static ValueModel Of(RewardModel reward)
    {
        RewardModel copy = reward.Copy();
        return new(copy.Body, copy.Head) { Offset = copy.Offset };
    }

    /// <summary>One that starts as a policy with a head that answers 0 everywhere: where there is no reward model.</summary>
    public static ValueModel Of(Transformer policy)
    {
        ScalarHead head = new(new RandomStream(0, "zero"), policy.Config.HiddenSize);
        head.Layer.Weight.Data.Clear();
        return new(policy.Copy(), head);
    }

    /// <inheritdoc/>
    public override IEnumerable<Parameter> Parameters() =>
        [
            .. Within("body", Body)
                .Where(parameter => !parameter.Name.StartsWith("body.head.", StringComparison.Ordinal)),
            .. Within("head", Head),
        ];

    /// <summary>The value before each token that is predicted, with a gradient; where none counts, a number that means nothing.</summary>
    /// <param name="batch">Prompts and completions.</param>
    /// <returns>[batch, time].</returns>
    public Tensor Values(TokenBatch batch) => Head.PerToken(Body.Hidden(batch.Inputs, batch.Batch)) - (float)Offset;

    /// <summary>The value before each token of completions.</summary>
    /// <param name="rollouts">The completions.</param>
    /// <param name="batchSize">Sequences that are read together, at least 1.</param>
    /// <returns>A row for each completion.</returns>
    public IReadOnlyList<float[]> Values(IReadOnlyList<Rollout> rollouts, int batchSize = 64)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(batchSize, 1);
        List<float[]> found = [];
        using var noGrad = Tensor.NoGrad();
        for (int first = 0; first < rollouts.Count; first += batchSize)
        {
            using TensorScope scope = new();
            Rollout[] part = [.. rollouts.Skip(first).Take(batchSize)];
            TokenBatch batch = Rollouts.BatchOf(part);
            found.AddRange(Rollouts.OfTokens(Values(batch), batch, part));
        }
        return found;
    }
}
