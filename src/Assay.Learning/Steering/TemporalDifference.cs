namespace Assay.Learning;

/// <summary>What values of the states of a text should be, by its final scores and by the values of later states: TD(lambda) without discount.</summary>
/// <remarks>
/// Source: "Precise Attribute Intensity Control in Large Language Models via Targeted Representation Editing", arXiv 2510.12121, and its published
/// training code. The last state of a text gets its scores R; one before it G_t = (1 - lambda) V(h_{t+1}) + lambda G_{t+1}. With lambda = 1 every
/// target is R: Monte Carlo.
/// </remarks>
public static class TemporalDifference
{
    /// <summary>The targets of all states.</summary>
    /// <param name="values">[texts, time, scores]: V of each state.</param>
    /// <param name="scores">[texts, scores]: R.</param>
    /// <param name="lengths">States of each text, from 0 to time.</param>
    /// <param name="lambda">From 0 (the next state's value) to 1 (the final scores).</param>
    /// <returns>[texts, time, scores], 0 beyond the end of a text; with a gradient to the values where they have one.</returns>
    /// <exception cref="ArgumentException">Shapes do not fit, or lambda is out of its range.</exception>
    public static Tensor Targets(Tensor values, Tensor scores, ReadOnlySpan<int> lengths, double lambda)
    {
        int texts = values.Shape[0],
            time = values.Shape[1],
            count = values.Shape[2];
        if (!(lambda is >= 0 and <= 1))
            throw new ArgumentOutOfRangeException(nameof(lambda), lambda, "Lambda is from 0 to 1.");
        if (lengths.Length != texts || scores.Shape[0] != texts || scores.Shape[1] != count)
            throw new ArgumentException(
                $"There are values of {texts} texts and {count} scores, lengths of {lengths.Length}, and scores [{scores.Shape[0]}, {scores.Shape[1]}]."
            );
        // G_t = (1 - lambda) sum over s > t of lambda^(s - t - 1) V_s, and lambda^(last - t) R.
        Tensor later = Tensor.Zeros(texts, time, time),
            final = Tensor.Zeros(texts, time, 1);
        for (int i = 0; i < texts; i++)
        {
            int length = lengths[i];
            if (length < 0 || length > time)
                throw new ArgumentException($"A length of {length} is not from 0 to {time}.", nameof(lengths));
            for (int t = 0; t < length; t++)
            {
                double weight = 1 - lambda;
                for (int s = t + 1; s < length; s++, weight *= lambda)
                    later.Data[(i * time + t) * time + s] = (float)weight;
                final.Data[i * time + t] = (float)Math.Pow(lambda, length - 1 - t);
            }
        }
        return later.MatMul(values) + final * scores.Unsqueeze(1);
    }

    /// <summary>The sum over the states and scores of a text of (V - G)^2, its mean over texts.</summary>
    /// <param name="values">[texts, time, scores], with a gradient.</param>
    /// <param name="scores">[texts, scores], constant.</param>
    /// <param name="lengths">States of each text, from 0 to time; a text without any counts only as one of the texts.</param>
    /// <param name="lambda">From 0 to 1.</param>
    /// <param name="detach">Whether targets are constants (the text-book form); false lets gradients go through them (residual gradients, as published).</param>
    /// <returns>[].</returns>
    public static Tensor Loss(
        Tensor values,
        Tensor scores,
        ReadOnlySpan<int> lengths,
        double lambda,
        bool detach = true
    )
    {
        Tensor targets = Targets(detach ? values.Detach() : values, scores, lengths, lambda);
        Tensor mask = Tensor.Zeros(values.Shape[0], values.Shape[1], 1);
        for (int i = 0; i < lengths.Length; i++)
            mask.Data.Slice(i * values.Shape[1], lengths[i]).Fill(1);
        return ((values - targets).Square() * mask).Sum() * (1f / lengths.Length);
    }
}
