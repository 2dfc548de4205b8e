using System.Numerics.Tensors;

namespace Assay.Learning;

/// <summary>How far a policy is from its reference: the price that every comparison of policies is to be made at.</summary>
public static class PolicyDivergence
{
    private const int Batch = 32;

    /// <summary>
    /// Kullback-Leibler divergence of the policy from the reference over answers: for each answer, sampled from the policy, the sum over its tokens
    /// of the exact divergence of the next token. The mean over answers estimates the divergence without bias, and with less noise than log-ratios.
    /// </summary>
    /// <param name="policy">Who answered.</param>
    /// <param name="reference">With the same tokens.</param>
    /// <param name="answers">Prompts of at least one token, and what the policy wrote, at least one token.</param>
    /// <param name="cancellation">Asks to stop.</param>
    /// <returns>For each answer its divergence, nats, not negative.</returns>
    public static double[] OfAnswers(
        Transformer policy,
        Transformer reference,
        IReadOnlyList<(int[] Prompt, int[] Answer)> answers,
        CancellationToken cancellation = default
    )
    {
        double[] found = new double[answers.Count];
        using var noGrad = Tensor.NoGrad();
        for (int first = 0; first < answers.Count; first += Batch)
        {
            cancellation.ThrowIfCancellationRequested();
            using TensorScope scope = new();
            TokenBatch batch = TokenBatch.OfCompletions([.. answers.Skip(first).Take(Batch)]);
            ReadOnlySpan<float> ours = policy.Forward(batch.Inputs, batch.Batch).Data,
                theirs = reference.Forward(batch.Inputs, batch.Batch).Data;
            int vocabulary = ours.Length / batch.Inputs.Length;
            for (int place = 0; place < batch.Targets.Length; place++)
                if (batch.Targets[place] != TokenBatch.NotCounted)
                    found[first + place / batch.Time] += Between(
                        ours.Slice(place * vocabulary, vocabulary),
                        theirs.Slice(place * vocabulary, vocabulary)
                    );
        }
        return found;
    }

    /// <summary>Divergence of one distribution from another, both given by logits; nats, not negative.</summary>
    public static double Between(ReadOnlySpan<float> logits, ReadOnlySpan<float> reference)
    {
        (double largest, double largestOther) = (TensorPrimitives.Max(logits), TensorPrimitives.Max(reference));
        double sum = 0,
            sumOther = 0,
            weighted = 0;
        for (int i = 0; i < logits.Length; i++)
        {
            double z = logits[i] - largest,
                other = reference[i] - largestOther,
                power = Math.Exp(z);
            sum += power;
            sumOther += Math.Exp(other);
            if (power > 0)
                weighted += power * (z - other);
        }
        return Math.Max(0, weighted / sum - Math.Log(sum) + Math.Log(sumOther));
    }
}
