using Assay.Data;
using Assay.Learning;

namespace Assay.Value;

/// <summary>What training on a sample does to the loss on a target, told from gradients. Above 0: it lowers the target's loss.</summary>
/// <remarks>
/// <code>
/// float[] target = GradientInfluence.Gradient(parameters, validation);
/// float[] direction = new Curvature(parameters, training, new(), stream).Solve(InfluenceMethod.EkFac, target);
/// double[] scores = GradientInfluence.Products(parameters, training, direction);
/// </code>
/// </remarks>
public static class GradientInfluence
{
    /// <summary>The gradient of the mean loss over all places of a target.</summary>
    /// <param name="parameters">What to differentiate for.</param>
    /// <param name="target">At least one sample.</param>
    /// <param name="cancellation">Ends the work between batches.</param>
    /// <exception cref="AssayException">The loss has no finite gradient.</exception>
    public static float[] Gradient(
        IReadOnlyList<Parameter> parameters,
        LossSamples target,
        CancellationToken cancellation = default
    )
    {
        Tensor[] tensors = [.. parameters.Select(parameter => parameter.Tensor)];
        double[] sum = new double[tensors.Sum(tensor => tensor.Length)];
        double places = Enumerable.Range(0, target.Count).Sum(sample => (double)target.SizeOf(sample));
        foreach (int[] batch in target.Batches)
        {
            cancellation.ThrowIfCancellationRequested();
            using TensorScope scope = new();
            Tensor loss = target.Losses(target.Logits(batch), target.Targets(batch), batch, _ => 1 / places).Sum();
            int at = 0;
            foreach (Tensor gradient in Tensor.Gradients(loss, tensors))
            foreach (float value in gradient.Data)
                sum[at++] += value;
        }
        return Checked([.. sum.Select(value => (float)value)]);
    }

    /// <summary>The product of each sample's gradient with a direction, or the cosine between them.</summary>
    /// <param name="parameters">Those of the direction, in its order.</param>
    /// <param name="samples">Whose gradients.</param>
    /// <param name="direction">As long as the parameters together.</param>
    /// <param name="cosine">Whether products are divided by both lengths; 0 where one is 0.</param>
    /// <param name="cancellation">Ends the work between batches.</param>
    /// <returns>One number a sample.</returns>
    /// <exception cref="AssayException">A sample's loss has no finite gradient.</exception>
    public static double[] Products(
        IReadOnlyList<Parameter> parameters,
        LossSamples samples,
        float[] direction,
        bool cosine = false,
        CancellationToken cancellation = default
    )
    {
        double[] products = new double[samples.Count];
        double length = cosine ? Length(direction) : 1;
        foreach (int[] batch in samples.Batches)
        {
            cancellation.ThrowIfCancellationRequested();
            using TensorScope scope = new();
            using GhostGradients gradients = GhostGradients.Of(parameters, samples.Losses(batch));
            double[] found = gradients.Products(direction);
            double[]? lengths = cosine ? gradients.Norms() : null;
            for (int i = 0; i < batch.Length; i++)
            {
                double scale = length * (lengths?[i] ?? 1);
                products[batch[i]] = scale > 0 ? found[i] / scale : 0;
            }
        }
        return Array.TrueForAll(products, double.IsFinite) ? products : throw NotFinite();
    }

    /// <summary>TracIn: the products at checkpoints of a training, each times the learning rate there, added up.</summary>
    /// <remarks>Pruthi et al., "Estimating training data influence by tracing gradient descent" (2020), TracInCP.</remarks>
    /// <param name="model">The model; its parameters are the same again afterwards.</param>
    /// <param name="checkpoints">Learning rates, and all parameters as <see cref="Module.Snapshot"/> gives them.</param>
    /// <param name="parameters">Those that count, of the model.</param>
    /// <param name="samples">Whose influence, under the model.</param>
    /// <param name="target">On whose loss, under the model.</param>
    /// <param name="cancellation">Ends the work between batches.</param>
    /// <returns>One number a sample: how far plain gradient steps on it would have lowered the target's loss.</returns>
    public static double[] TracIn(
        Module model,
        IEnumerable<InfluenceCheckpoint> checkpoints,
        IReadOnlyList<Parameter> parameters,
        LossSamples samples,
        LossSamples target,
        CancellationToken cancellation = default
    )
    {
        float[] now = model.Snapshot();
        double[] sums = new double[samples.Count];
        try
        {
            foreach ((double rate, float[] weights) in checkpoints)
            {
                model.Restore(weights);
                float[] direction = Gradient(parameters, target, cancellation);
                double[] products = Products(parameters, samples, direction, cancellation: cancellation);
                for (int i = 0; i < sums.Length; i++)
                    sums[i] += rate * products[i];
            }
        }
        finally
        {
            model.Restore(now);
        }
        return sums;
    }

    /// <summary>
    /// Quad's direction: the mean, over the samples of a reference, of the inverse curvature times the sample's gradient, brought to
    /// length 1. The cosine of a row with it is the mean of its cosines with all reference samples, but for a factor.
    /// </summary>
    /// <param name="parameters">What to differentiate for.</param>
    /// <param name="reference">At least one sample.</param>
    /// <param name="inverse">The inverse times a gradient; the gradient itself for none.</param>
    /// <param name="cancellation">Ends the work between batches.</param>
    public static float[] MeanUnitDirection(
        IReadOnlyList<Parameter> parameters,
        LossSamples reference,
        Func<float[], float[]> inverse,
        CancellationToken cancellation = default
    )
    {
        double[] sum = new double[parameters.Sum(parameter => parameter.Tensor.Length)];
        foreach (int[] batch in reference.Batches)
        {
            cancellation.ThrowIfCancellationRequested();
            using TensorScope scope = new();
            Matrix gradients = PerSampleGradients.Of(parameters, reference.Losses(batch));
            for (int i = 0; i < gradients.Rows; i++)
            {
                float[] solved = inverse(gradients.Row(i).ToArray());
                double length = Length(solved);
                for (int j = 0; j < sum.Length && length > 0; j++)
                    sum[j] += solved[j] / length;
            }
        }
        return Checked([.. sum.Select(value => (float)(value / reference.Count))]);
    }

    internal static double Length(ReadOnlySpan<float> vector)
    {
        double squared = 0;
        foreach (float value in vector)
            squared += (double)value * value;
        return Math.Sqrt(squared);
    }

    private static float[] Checked(float[] gradient) =>
        Array.TrueForAll(gradient, float.IsFinite) ? gradient : throw NotFinite();

    private static AssayException NotFinite() =>
        new(
            "influence: a gradient is not finite",
            hint: "The model diverged in training, or a feature is so large that its square overflows; train with a lower rate, or standardise."
        );
}

/// <summary>A model on its way.</summary>
/// <param name="Rate">The learning rate there.</param>
/// <param name="Weights">All parameters, as <see cref="Module.Snapshot"/> gives them.</param>
public readonly record struct InfluenceCheckpoint(double Rate, float[] Weights);
