namespace Assay.Learning;

/// <summary>Log-probabilities of token sequences under a <see cref="Transformer"/>, with gradients: what preference losses and policy gradients are made of.</summary>
public static class SequenceProbabilities
{
    /// <summary>ln p(token | tokens before) at every place that counts, and 0 at the others.</summary>
    /// <param name="model">The model.</param>
    /// <param name="batch">The sequences.</param>
    /// <param name="dropout">Gives the random numbers of dropout, or null.</param>
    /// <returns>[batch, time], nats, at most 0.</returns>
    public static Tensor TokenLogProbabilities(
        this Transformer model,
        TokenBatch batch,
        Numerics.RandomStream? dropout = null
    ) => (-model.Losses(batch.Inputs, batch.Targets, batch.Batch, dropout)).Reshape(batch.Batch, batch.Time);

    /// <summary>The sum of <see cref="TokenLogProbabilities"/> over each sequence.</summary>
    /// <param name="model">The model.</param>
    /// <param name="batch">The sequences.</param>
    /// <param name="dropout">Gives the random numbers of dropout, or null.</param>
    /// <returns>[batch], nats.</returns>
    public static Tensor LogProbabilities(
        this Transformer model,
        TokenBatch batch,
        Numerics.RandomStream? dropout = null
    ) => model.TokenLogProbabilities(batch, dropout).Sum(1);

    /// <summary>
    /// How typical each sequence is of what the model would write: the mean over the places that count of ln p(token) - ln sum of p^2, which is
    /// 0 for a uniform model. Without a gradient.
    /// </summary>
    /// <remarks>Source: WPO (arXiv 2406.11827), official code. ln sum of p^2 is taken as logsumexp(2 z) - 2 logsumexp(z).</remarks>
    /// <param name="model">The model.</param>
    /// <param name="batch">The sequences.</param>
    /// <returns>One number a sequence; 0 where no place counts.</returns>
    public static double[] MeanConfidences(this Transformer model, TokenBatch batch)
    {
        using var noGrad = Tensor.NoGrad();
        using TensorScope scope = new();
        ReadOnlySpan<float> logits = model.Forward(batch.Inputs, batch.Batch).Data;
        int vocabulary = logits.Length / batch.Inputs.Length;
        double[] means = new double[batch.Batch];
        for (int sequence = 0; sequence < batch.Batch; sequence++)
        {
            double sum = 0;
            int counted = 0;
            for (int place = sequence * batch.Time; place < (sequence + 1) * batch.Time; place++)
            {
                if (batch.Targets[place] == TokenBatch.NotCounted)
                    continue;
                counted++;
                sum += Confidence(logits.Slice(place * vocabulary, vocabulary), batch.Targets[place]);
            }
            means[sequence] = counted == 0 ? 0 : sum / counted;
        }
        return means;
    }

    /// <summary>ln p(token) - ln sum of p^2 of one place.</summary>
    /// <param name="logits">One for each token.</param>
    /// <param name="token">The token that stands there.</param>
    internal static double Confidence(ReadOnlySpan<float> logits, int token)
    {
        double largest = float.NegativeInfinity;
        foreach (float logit in logits)
            largest = Math.Max(largest, logit);
        double sum = 0,
            squares = 0;
        foreach (float logit in logits)
        {
            double power = Math.Exp(logit - largest);
            sum += power;
            squares += power * power;
        }
        return logits[token] - largest + Math.Log(sum) - Math.Log(squares);
    }
}
