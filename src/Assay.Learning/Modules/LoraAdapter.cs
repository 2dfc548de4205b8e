using Assay.Numerics;

namespace Assay.Learning;

/// <summary>A change of a linear layer's weight of low rank: W + (alpha / r) B A, of which only A and B are trained.</summary>
/// <remarks>
/// Source: Hu and others, "LoRA: Low-Rank Adaptation of Large Language Models", arXiv 2106.09685. B starts at 0, so that the
/// layer starts as it was; A as PEFT has it, uniform in +-1 / sqrt(in). Names of parameters are those of PEFT. On a layer that
/// makes queries, keys and values together, A is shared by the three, as in PEFT on GPT-2's <c>c_attn</c>.
/// </remarks>
public sealed class LoraAdapter : Module
{
    private readonly Linear _layer;

    private LoraAdapter(Linear layer, int rank, float alpha, RandomStream stream)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(rank, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(rank, Math.Min(layer.Inputs, layer.Outputs));
        _layer = layer;
        Scale = alpha / rank;
        A = Own(Initialise.PyTorch(stream, layer.Inputs, rank, layer.Inputs));
        B = Own(Tensor.Zeros(layer.Outputs, rank));
    }

    /// <summary>Puts an adapter on a layer, whose own weight and bias are frozen.</summary>
    /// <param name="layer">A layer without an adapter.</param>
    /// <param name="rank">r, from 1 to the smaller side of the weight.</param>
    /// <param name="alpha">The scale of the change is alpha / r.</param>
    /// <param name="stream">Where A comes from.</param>
    /// <exception cref="InvalidOperationException">The layer has an adapter.</exception>
    public static LoraAdapter Attach(Linear layer, int rank, float alpha, RandomStream stream)
    {
        if (layer.Adapter is not null)
            throw new InvalidOperationException("The layer has an adapter; merge or remove it first.");
        layer.RequireGrad(false);
        return layer.Adapter = new(layer, rank, alpha, stream);
    }

    /// <summary>[r, in].</summary>
    public Tensor A { get; }

    /// <summary>[out, r].</summary>
    public Tensor B { get; }

    /// <summary>alpha / r.</summary>
    public float Scale { get; }

    /// <summary>True while the change is part of the layer's weight.</summary>
    public bool IsMerged { get; private set; }

    /// <inheritdoc/>
    public override IEnumerable<Parameter> Parameters()
    {
        yield return new("lora_A.weight", A);
        yield return new("lora_B.weight", B);
    }

    /// <summary>Adds the change to the layer's weight, so that the layer costs what it did before.</summary>
    /// <exception cref="InvalidOperationException">It is merged already.</exception>
    public void Merge() => Change(Scale, merged: true);

    /// <summary>Takes the change out of the layer's weight again, exact to rounding.</summary>
    /// <exception cref="InvalidOperationException">It is not merged.</exception>
    public void Unmerge() => Change(-Scale, merged: false);

    internal Tensor AddTo(Tensor y, Tensor x) =>
        IsMerged ? y : Functional.Linear(Functional.Linear(x, A) * Scale, B, residual: y);

    private void Change(float scale, bool merged)
    {
        if (IsMerged == merged)
            throw new InvalidOperationException(
                merged ? "The adapter is merged already." : "The adapter is not merged."
            );
        using (Tensor.NoGrad())
        using (TensorScope scope = new())
        {
            Tensor changed = _layer.Weight + B.MatMul(A) * scale;
            changed.Data.CopyTo(_layer.Weight.Data);
        }
        IsMerged = merged;
    }
}
