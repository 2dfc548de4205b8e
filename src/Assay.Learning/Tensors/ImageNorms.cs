using Assay.Numerics;

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
        (int batch, int channels) = (x.Shape[0], x.Shape[1]);
        if (groups < 1 || channels % groups != 0)
            throw new ArgumentException(
                $"GroupNorm: {groups} groups do not divide the channels of {TensorShape.Text(x.Shape)}."
            );
        Tensor y = Tensor.Create(x.Sizes),
            mean = Tensor.Create([batch * groups]),
            scale = Tensor.Create([batch * groups]);
        GroupNormKernel.Forward(
            x.Data,
            channels,
            x.Length / (batch * channels),
            groups,
            NormNode.Elements(gain),
            NormNode.Elements(bias),
            y.Data,
            mean.Data,
            scale.Data,
            epsilon
        );
        return Recorded(y, x, gain, bias, groups, mean, scale, epsilon);
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
            size = x.Length / (x.Shape[0] * channels);
        if (!training)
        {
            int[] wide = ChannelNormNode.Wide(x, channels);
            Tensor y =
                (x - runningMean.ReshapeTo(wide)) * (runningVariance + epsilon).Sqrt().Reciprocal().ReshapeTo(wide);
            y = gain is null ? y : y * gain.ReshapeTo(wide);
            return bias is null ? y : y + bias.ReshapeTo(wide);
        }
        Tensor result = Tensor.Create(x.Sizes),
            mean = Tensor.Create([channels]),
            variance = Tensor.Create([channels]);
        BatchNormKernel.Forward(
            x.Data,
            channels,
            size,
            NormNode.Elements(gain),
            NormNode.Elements(bias),
            result.Data,
            mean.Data,
            variance.Data,
            epsilon
        );
        int count = x.Shape[0] * size;
        for (int channel = 0; channel < channels; channel++)
        {
            runningMean.Data[channel] += momentum * (mean.Data[channel] - runningMean.Data[channel]);
            float unbiased = variance.Data[channel] * count / Math.Max(1, count - 1);
            runningVariance.Data[channel] += momentum * (unbiased - runningVariance.Data[channel]);
        }
        return Recorded(result, x, gain, bias, ChannelNormNode.WholeBatch, mean, variance, epsilon);
    }

    private static Tensor Recorded(
        Tensor y,
        Tensor x,
        Tensor? gain,
        Tensor? bias,
        int groups,
        Tensor mean,
        Tensor spread,
        float epsilon
    )
    {
        if (
            Tensor.Records(x)
            || (gain is not null && Tensor.Records(gain))
            || (bias is not null && Tensor.Records(bias))
        )
            return y.From(new ChannelNormNode(x, gain, bias, groups, mean, spread, epsilon));
        mean.Dispose();
        spread.Dispose();
        return y;
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

/// <summary>Normalisation of groups of channels of each image, or of channels over the whole batch.</summary>
internal sealed class ChannelNormNode(
    Tensor x,
    Tensor? gain,
    Tensor? bias,
    int groups,
    Tensor mean,
    Tensor spread,
    float epsilon
) : Node
{
    /// <summary>In the place of a number of groups.</summary>
    public const int WholeBatch = 0;

    private readonly Tensor _x = x.Save(),
        _mean = mean.Save(),
        _spread = spread.Save(); // 1 / sqrt(variance + epsilon) of groups, the variance over a batch
    private readonly Tensor? _gain = gain?.Save();

    public override int Inputs => 1 + (_gain is null ? 0 : 1) + (bias is null ? 0 : 1);

    public override Tensor Input(int index) =>
        index == 0 ? _x
        : index == 1 && _gain is not null ? _gain
        : bias!;

    public override void Backward(Tensor gradient, BackwardPass pass)
    {
        bool wantsGain = _gain is not null && pass.Wants(_gain),
            wantsBias = bias is not null && pass.Wants(bias);
        if (pass.CreateGraph)
        {
            Rule(gradient, pass, wantsGain, wantsBias);
            return;
        }
        int channels = _x.Shape[1],
            size = _x.Length / (_x.Shape[0] * channels);
        Tensor result = pass.MayOverwrite(gradient) ? gradient : Tensor.Create(gradient.Sizes);
        Tensor? gainGradient = wantsGain ? Tensor.Create([channels]) : null,
            biasGradient = wantsBias ? Tensor.Create([channels]) : null;
        Span<float> gains = gainGradient is null ? [] : gainGradient.Data,
            biases = biasGradient is null ? [] : biasGradient.Data;
        ReadOnlySpan<float> gain = NormNode.Elements(_gain);
        if (groups == WholeBatch)
            BatchNormKernel.Backward(
                _x.Data,
                gradient.Data,
                channels,
                size,
                gain,
                _mean.Data,
                _spread.Data,
                result.Data,
                gains,
                biases,
                epsilon
            );
        else
            GroupNormKernel.Backward(
                _x.Data,
                gradient.Data,
                channels,
                size,
                groups,
                gain,
                _mean.Data,
                _spread.Data,
                result.Data,
                gains,
                biases
            );
        pass.Add(_x, result);
        if (gainGradient is not null)
            pass.Add(_gain!, gainGradient);
        if (biasGradient is not null)
            pass.Add(bias!, biasGradient);
    }

    /// <summary>[channels, 1, ..], which is broadcast along the channels of <paramref name="x"/>.</summary>
    public static int[] Wide(Tensor x, int channels)
    {
        int[] wide = new int[x.Rank - 1];
        Array.Fill(wide, 1);
        wide[0] = channels;
        return wide;
    }

    private void Rule(Tensor gradient, BackwardPass pass, bool wantsGain, bool wantsBias)
    {
        int[] wide = Wide(_x, _x.Shape[1]);
        Tensor inner = _gain is null ? gradient : gradient * _gain.ReshapeTo(wide);
        (Tensor normalised, Tensor result) = NormNode.RowRule(Rows(_x), Rows(inner), centred: true, epsilon);
        pass.Add(_x, FromRows(result));
        if (wantsGain)
            pass.Add(_gain!, (gradient * FromRows(normalised)).SumTo(wide).ReshapeTo(_gain!.Sizes));
        if (wantsBias)
            pass.Add(bias!, gradient.SumTo(wide).ReshapeTo(bias!.Sizes));
    }

    /// <summary>What is normalised together as a row.</summary>
    private Tensor Rows(Tensor x)
    {
        (int batch, int channels) = (x.Shape[0], x.Shape[1]);
        return groups == WholeBatch
            ? x.ReshapeTo([batch, channels, x.Length / (batch * channels)])
                .Permute(1, 0, 2)
                .ReshapeTo([channels, x.Length / channels])
            : x.ReshapeTo([batch * groups, x.Length / (batch * groups)]);
    }

    private Tensor FromRows(Tensor rows)
    {
        (int batch, int channels) = (_x.Shape[0], _x.Shape[1]);
        return groups == WholeBatch
            ? rows.ReshapeTo([channels, batch, rows.Length / (batch * channels)]).Permute(1, 0, 2).ReshapeTo(_x.Sizes)
            : rows.ReshapeTo(_x.Sizes);
    }
}
