namespace Assay.Learning;

public static partial class Functional
{
    /// <summary>Each image's channels, in equal groups of neighbours, normalised to mean 0 and variance 1 (Wu and He, 2018).</summary>
    /// <param name="x">[batch, channels, ...].</param>
    /// <param name="groups">Divides the number of channels; as many groups as channels is instance normalisation.</param>
    /// <param name="gain">[channels], or null for 1.</param>
    /// <param name="bias">[channels], or null for 0.</param>
    /// <param name="epsilon">Added to the variance.</param>
    /// <exception cref="ArgumentException">The shapes do not fit.</exception>
    public static Tensor GroupNorm(
        Tensor x,
        int groups,
        Tensor? gain = null,
        Tensor? bias = null,
        float epsilon = 1e-5f
    )
    {
        CheckChannels("GroupNorm", x, gain, bias);
        if (groups < 1 || x.Shape[1] % groups != 0)
            throw new ArgumentException(
                $"GroupNorm: {groups} groups do not divide the channels of {TensorShape.Text(x.Shape)}."
            );
        Tensor rows = x.ReshapeTo([x.Shape[0] * groups, x.Length / Math.Max(1, x.Shape[0] * groups)]);
        return ByChannel(LayerNorm(rows, epsilon: epsilon).ReshapeTo(x.Sizes), gain, bias);
    }

    /// <summary>Each channel of each image normalised to mean 0 and variance 1 (Ulyanov and others, 2016).</summary>
    /// <inheritdoc cref="GroupNorm"/>
    public static Tensor InstanceNorm(Tensor x, Tensor? gain = null, Tensor? bias = null, float epsilon = 1e-5f)
    {
        CheckChannels("InstanceNorm", x, gain, bias);
        return GroupNorm(x, x.Shape[1], gain, bias, epsilon);
    }

    /// <summary>Each channel normalised over the batch (Ioffe and Szegedy, 2015).</summary>
    /// <param name="x">[batch, channels, ...].</param>
    /// <param name="gain">[channels], or null for 1.</param>
    /// <param name="bias">[channels], or null for 0.</param>
    /// <param name="runningMean">[channels]: the mean for evaluation; moved towards the batch's in training. Constant.</param>
    /// <param name="runningVariance">[channels]: the variance for evaluation; moved towards the batch's unbiased one in training. Constant.</param>
    /// <param name="training">True: normalise by the batch. False: by the running numbers.</param>
    /// <param name="momentum">How far the running numbers move, from 0 to 1.</param>
    /// <param name="epsilon">Added to the variance.</param>
    /// <exception cref="ArgumentException">The shapes do not fit.</exception>
    public static Tensor BatchNorm(
        Tensor x,
        Tensor? gain,
        Tensor? bias,
        Tensor runningMean,
        Tensor runningVariance,
        bool training,
        float momentum = 0.1f,
        float epsilon = 1e-5f
    )
    {
        CheckChannels("BatchNorm", x, gain, bias);
        CheckChannels("BatchNorm", x, runningMean, runningVariance);
        int channels = x.Shape[1],
            inner = x.Length / Math.Max(1, x.Shape[0] * channels),
            count = x.Shape[0] * inner;
        if (!training)
        {
            Tensor scale = (runningVariance + epsilon).Sqrt().Reciprocal();
            int[] wide = Wide(x, channels);
            return ByChannel((x - runningMean.ReshapeTo(wide)) * scale.ReshapeTo(wide), gain, bias);
        }
        Tensor rows = x.ReshapeTo([x.Shape[0], channels, inner]).Permute(1, 0, 2).ReshapeTo([channels, count]);
        MoveTowards(rows, runningMean, runningVariance, momentum);
        Tensor normalised = LayerNorm(rows, epsilon: epsilon).ReshapeTo([channels, x.Shape[0], inner]);
        return ByChannel(normalised.Permute(1, 0, 2).ReshapeTo(x.Sizes), gain, bias);
    }

    private static void MoveTowards(Tensor rows, Tensor runningMean, Tensor runningVariance, float momentum)
    {
        int count = rows.Shape[1];
        using (Tensor.NoGrad())
        {
            using Tensor mean = rows.Mean(1),
                variance = rows.Variance(1);
            for (int channel = 0; channel < mean.Length; channel++)
            {
                runningMean.Data[channel] += momentum * (mean.Data[channel] - runningMean.Data[channel]);
                float unbiased = variance.Data[channel] * count / Math.Max(1, count - 1);
                runningVariance.Data[channel] += momentum * (unbiased - runningVariance.Data[channel]);
            }
        }
    }

    private static Tensor ByChannel(Tensor x, Tensor? gain, Tensor? bias)
    {
        Tensor y = gain is null ? x : x * gain.ReshapeTo(Wide(x, gain.Length));
        return bias is null ? y : y + bias.ReshapeTo(Wide(x, bias.Length));
    }

    /// <summary>[channels, 1, ..], which is broadcast along the channels of x.</summary>
    private static int[] Wide(Tensor x, int channels)
    {
        int[] wide = new int[x.Rank - 1];
        Array.Fill(wide, 1);
        wide[0] = channels;
        return wide;
    }

    private static void CheckChannels(string operation, Tensor x, Tensor? gain, Tensor? bias)
    {
        if (x.Rank < 2 || x.Length == 0)
            throw new ArgumentException($"{operation}: {TensorShape.Text(x.Shape)} is not [batch, channels, ...].");
        if (gain is not null && (gain.Rank != 1 || gain.Length != x.Shape[1]))
            throw x.ShapeError(operation, gain, "there is one number for each channel");
        if (bias is not null && (bias.Rank != 1 || bias.Length != x.Shape[1]))
            throw x.ShapeError(operation, bias, "there is one number for each channel");
    }
}
