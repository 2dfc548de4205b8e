using Assay.Numerics;

namespace Assay.Learning;

/// <summary>y = x W^T + b, perhaps with a <see cref="LoraAdapter"/>.</summary>
public sealed class Linear : Module
{
    /// <summary>Uses a weight and a bias.</summary>
    /// <param name="weight">[out, in].</param>
    /// <param name="bias">[out], or null for none.</param>
    /// <exception cref="ArgumentException">The shapes do not fit.</exception>
    public Linear(Tensor weight, Tensor? bias)
    {
        if (weight.Rank != 2)
            throw new ArgumentException(
                $"The weight of a linear layer is [out, in], not {TensorShape.Text(weight.Shape)}."
            );
        if (bias is not null && (bias.Rank != 1 || bias.Length != weight.Shape[0]))
            throw weight.ShapeError("Linear", bias, "the bias is [out]");
        Weight = Own(weight);
        Bias = bias is null ? null : Own(bias);
    }

    /// <summary>As PyTorch makes it: weight and bias uniform in +-1 / sqrt(in).</summary>
    public Linear(RandomStream stream, int inputs, int outputs, bool bias = true)
        : this(
            Initialise.PyTorch(stream, inputs, outputs, inputs),
            bias ? Initialise.PyTorch(stream, inputs, outputs) : null
        ) { }

    /// <summary>As transformers have it: weight normal with deviation <paramref name="std"/>, bias 0.</summary>
    public static Linear Normal(RandomStream stream, float std, int inputs, int outputs, bool bias) =>
        new(Tensor.Normal(stream, std, outputs, inputs), bias ? Tensor.Zeros(outputs) : null);

    /// <summary>[out, in].</summary>
    public Tensor Weight { get; }

    /// <summary>[out], or null.</summary>
    public Tensor? Bias { get; }

    /// <summary>Inputs of an output.</summary>
    public int Inputs => Weight.Shape[1];

    /// <summary>Number of outputs.</summary>
    public int Outputs => Weight.Shape[0];

    /// <summary>What is added to the weight while fine-tuning, or null.</summary>
    public LoraAdapter? Adapter { get; set; }

    /// <inheritdoc/>
    public override IEnumerable<Parameter> Parameters()
    {
        yield return new("weight", Weight);
        if (Bias is not null)
            yield return new("bias", Bias);
        foreach (Parameter parameter in Adapter?.Parameters() ?? [])
            yield return parameter;
    }

    /// <summary>x W^T + b, plus the residual if there is one.</summary>
    /// <param name="x">[.., in].</param>
    /// <param name="residual">[.., out], or null.</param>
    /// <returns>[.., out].</returns>
    public Tensor Forward(Tensor x, Tensor? residual = null)
    {
        Tensor y = Functional.Linear(x, Weight, Bias, residual);
        return Adapter is null ? y : Adapter.AddTo(y, x);
    }
}
