using Assay.Numerics;

namespace Assay.Learning;

public static partial class Functional
{
    /// <summary>(x - mean) / sqrt(variance + epsilon) over the last axis, times gain, plus bias.</summary>
    /// <param name="x">[.., width].</param>
    /// <param name="gain">[width], or null for 1.</param>
    /// <param name="bias">[width], or null for 0.</param>
    /// <param name="epsilon">Added to the variance.</param>
    /// <exception cref="ArgumentException">The shapes do not fit.</exception>
    public static Tensor LayerNorm(Tensor x, Tensor? gain = null, Tensor? bias = null, float epsilon = 1e-5f)
    {
        int width = CheckNorm("LayerNorm", x, gain, bias);
        Tensor y = Tensor.Create(x.Sizes),
            mean = Tensor.Create([x.Length / width]),
            scale = Tensor.Create([x.Length / width]);
        LayerNormKernel.Forward(
            x.Data,
            width,
            NormNode.Elements(gain),
            NormNode.Elements(bias),
            y.Data,
            mean.Data,
            scale.Data,
            epsilon
        );
        return Recorded(y, x, gain, bias, mean, scale, epsilon);
    }

    /// <summary>x / sqrt(mean of x^2 + epsilon) over the last axis, times gain (Zhang and Sennrich, 2019).</summary>
    /// <param name="x">[.., width].</param>
    /// <param name="gain">[width], or null for 1.</param>
    /// <param name="epsilon">Added to the mean square.</param>
    /// <exception cref="ArgumentException">The shapes do not fit.</exception>
    public static Tensor RmsNorm(Tensor x, Tensor? gain = null, float epsilon = 1e-5f)
    {
        int width = CheckNorm("RmsNorm", x, gain, null);
        Tensor y = Tensor.Create(x.Sizes),
            scale = Tensor.Create([x.Length / width]);
        RmsNormKernel.Forward(x.Data, width, NormNode.Elements(gain), y.Data, scale.Data, epsilon);
        return Recorded(y, x, gain, null, null, scale, epsilon);
    }

    private static Tensor Recorded(
        Tensor y,
        Tensor x,
        Tensor? gain,
        Tensor? bias,
        Tensor? mean,
        Tensor scale,
        float epsilon
    )
    {
        if (
            Tensor.Records(x)
            || (gain is not null && Tensor.Records(gain))
            || (bias is not null && Tensor.Records(bias))
        )
            return y.From(new NormNode(x, gain, bias, mean, scale, epsilon));
        mean?.Dispose();
        scale.Dispose();
        return y;
    }

    private static int CheckNorm(string operation, Tensor x, Tensor? gain, Tensor? bias)
    {
        if (x.Rank == 0 || x.Shape[^1] == 0)
            throw new ArgumentException($"{operation}: {TensorShape.Text(x.Shape)} has no row to normalise.");
        if (gain is not null && (gain.Rank != 1 || gain.Length != x.Shape[^1]))
            throw x.ShapeError(operation, gain, "the gain is [width]");
        if (bias is not null && (bias.Rank != 1 || bias.Length != x.Shape[^1]))
            throw x.ShapeError(operation, bias, "the bias is [width]");
        return x.Shape[^1];
    }
}

/// <summary>Layer norm, or RMS norm where there is no mean.</summary>
internal sealed class NormNode(Tensor x, Tensor? gain, Tensor? bias, Tensor? mean, Tensor scale, float epsilon) : Node
{
    private readonly Tensor _x = x.Save(),
        _scale = scale.Save();
    private readonly Tensor? _gain = gain?.Save(),
        _mean = mean?.Save();

    public override int Inputs => 1 + (_gain is null ? 0 : 1) + (bias is null ? 0 : 1);

    public override Tensor Input(int index) =>
        index == 0 ? _x
        : index == 1 && _gain is not null ? _gain
        : bias!;

    public static ReadOnlySpan<float> Elements(Tensor? tensor) => tensor is null ? [] : tensor.Data;

    public override void Backward(Tensor gradient, BackwardPass pass)
    {
        bool parameters = _gain is null || pass.Observer is null || Report(pass.Observer, gradient),
            wantsGain = parameters && _gain is not null && pass.Wants(_gain),
            wantsBias = parameters && bias is not null && pass.Wants(bias);
        if (pass.CreateGraph)
        {
            Rule(gradient, pass, wantsGain, wantsBias);
            return;
        }
        int width = _x.Shape[^1];
        Tensor result = pass.MayOverwrite(gradient) ? gradient : Tensor.Create(gradient.Sizes);
        Tensor? gainGradient = wantsGain ? Tensor.Create([width]) : null,
            biasGradient = wantsBias ? Tensor.Create([width]) : null;
        Span<float> gains = gainGradient is null ? [] : gainGradient.Data,
            biases = biasGradient is null ? [] : biasGradient.Data;
        if (_mean is null)
            RmsNormKernel.Backward(_x.Data, gradient.Data, width, Elements(_gain), _scale.Data, result.Data, gains);
        else
            LayerNormKernel.Backward(
                _x.Data,
                gradient.Data,
                width,
                Elements(_gain),
                _mean.Data,
                _scale.Data,
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

    private void Rule(Tensor gradient, BackwardPass pass, bool wantsGain, bool wantsBias)
    {
        Tensor inner = _gain is null ? gradient : gradient * _gain;
        (Tensor normalised, Tensor result) = RowRule(_x, inner, centred: _mean is not null, epsilon);
        pass.Add(_x, result);
        if (wantsGain)
            pass.Add(_gain!, (gradient * normalised).SumTo(_gain!.Sizes));
        if (wantsBias)
            pass.Add(bias!, gradient.SumTo(bias!.Sizes));
    }

    /// <summary>The normalised rows of <paramref name="x"/>, and its gradient given theirs.</summary>
    public static (Tensor Normalised, Tensor Gradient) RowRule(Tensor x, Tensor gradient, bool centred, float epsilon)
    {
        Tensor from = centred ? x - x.Mean(-1, keepAxis: true) : x;
        Tensor scale = (from.Square().Mean(-1, keepAxis: true) + epsilon).Sqrt().Reciprocal();
        Tensor normalised = from * scale;
        Tensor across = gradient - normalised * (gradient * normalised).Mean(-1, keepAxis: true);
        return (normalised, (centred ? across - gradient.Mean(-1, keepAxis: true) : across) * scale);
    }

    private bool Report(IGradientObserver observer, Tensor gradient)
    {
        using (Tensor.NoGrad())
        {
            Tensor normalised = Tensor.Create(_x.Sizes);
            using Tensor mean = Tensor.Create(_scale.Sizes),
                scale = Tensor.Create(_scale.Sizes);
            if (_mean is null)
                RmsNormKernel.Forward(_x.Data, _x.Shape[^1], [], normalised.Data, scale.Data, epsilon);
            else
                LayerNormKernel.Forward(_x.Data, _x.Shape[^1], [], [], normalised.Data, mean.Data, scale.Data, epsilon);
            return observer.Norm(_gain!, bias, normalised, gradient);
        }
    }
}
