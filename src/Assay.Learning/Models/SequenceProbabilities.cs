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
}
