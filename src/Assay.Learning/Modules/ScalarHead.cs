using Assay.Numerics;

namespace Assay.Learning;

/// <summary>One number from each hidden state: values for reinforcement learning, or the reward of a whole text.</summary>
/// <remarks>Weights start normal with variance 1 / (width + 1), bias 0 (Stiennon and others, 2020).</remarks>
public sealed class ScalarHead : Module
{
    /// <summary>A head for states of a width.</summary>
    public ScalarHead(RandomStream stream, int width) =>
        Layer = Linear.Normal(stream, 1 / MathF.Sqrt(width + 1), width, 1, bias: true);

    /// <summary>From the width to one.</summary>
    public Linear Layer { get; }

    /// <inheritdoc/>
    public override IEnumerable<Parameter> Parameters() => Layer.Parameters();

    /// <summary>A value for every token.</summary>
    /// <param name="hidden">[batch, time, width].</param>
    /// <returns>[batch, time].</returns>
    public Tensor PerToken(Tensor hidden) => Layer.Forward(hidden).Squeeze(-1);

    /// <summary>The value at the last token of each sequence: a reward.</summary>
    /// <param name="hidden">[batch, time, width].</param>
    /// <param name="lengths">[batch]: tokens of each sequence, from 1 to time.</param>
    /// <returns>[batch].</returns>
    /// <exception cref="ArgumentException">The lengths do not fit.</exception>
    public Tensor AtLast(Tensor hidden, ReadOnlySpan<int> lengths)
    {
        int batch = hidden.Shape[0],
            time = hidden.Shape[1];
        if (lengths.Length != batch)
            throw new ArgumentException($"There are {lengths.Length} lengths for {batch} sequences.", nameof(lengths));
        int[] last = new int[batch];
        for (int i = 0; i < batch; i++)
            last[i] =
                lengths[i] >= 1 && lengths[i] <= time
                    ? i * time + lengths[i] - 1
                    : throw new ArgumentException(
                        $"A length of {lengths[i]} is not from 1 to {time}.",
                        nameof(lengths)
                    );
        return Layer.Forward(hidden.Reshape(batch * time, hidden.Shape[2]).Gather(last)).Squeeze(-1);
    }
}
