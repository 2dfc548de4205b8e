namespace Assay.Learning;

/// <summary>The feed-forward part of a transformer's layer: down(act(up(x))), or gated, down(act(gate(x)) up(x)), as SwiGLU is.</summary>
/// <remarks>
/// Gated units: Shazeer (2020). Gate and up are one product: the rows of its weight are first the gate's, then those of up.
/// </remarks>
public sealed class FeedForward : Module
{
    private readonly TransformerActivation _activation;

    /// <summary>A layer of two products.</summary>
    /// <param name="up">From the width to the inner width, or twice that if gated.</param>
    /// <param name="down">From the inner width to the width.</param>
    /// <param name="activation">The non-linearity.</param>
    /// <exception cref="ArgumentException"><paramref name="up"/> gives neither what <paramref name="down"/> takes nor twice that.</exception>
    public FeedForward(Linear up, Linear down, TransformerActivation activation)
    {
        if (up.Outputs != down.Inputs && up.Outputs != 2 * down.Inputs)
            throw new ArgumentException(
                $"Down takes {down.Inputs}, and up gives {up.Outputs}: neither that nor twice that."
            );
        (Up, Down, _activation) = (up, down, activation);
    }

    /// <summary>To the inner width: [gate; up] if gated.</summary>
    public Linear Up { get; }

    /// <summary>Back to the width.</summary>
    public Linear Down { get; }

    /// <summary>Whether half of what <see cref="Up"/> gives is a gate.</summary>
    public bool IsGated => Up.Outputs != Down.Inputs;

    /// <inheritdoc/>
    public override IEnumerable<Parameter> Parameters() =>
        [.. Within(IsGated ? "gate_up" : "up", Up), .. Within("down", Down)];

    /// <summary>Row by row.</summary>
    /// <param name="x">[.., width].</param>
    /// <param name="residual">Added to the result, [.., width]; or null.</param>
    /// <returns>[.., width].</returns>
    public Tensor Forward(Tensor x, Tensor? residual = null)
    {
        Tensor inner = Up.Forward(x);
        if (!IsGated)
            return Down.Forward(Activate(inner), residual);
        if (_activation == TransformerActivation.Silu)
            return Down.Forward(Functional.SwiGlu(inner), residual);
        Tensor gate = inner.Slice(-1, 0, Down.Inputs),
            up = inner.Slice(-1, Down.Inputs, Down.Inputs);
        return Down.Forward(Activate(gate) * up, residual);
    }

    private Tensor Activate(Tensor x) =>
        _activation switch
        {
            TransformerActivation.Silu => x.Silu(),
            TransformerActivation.Gelu => x.Gelu(),
            TransformerActivation.GeluTanh => x.GeluTanh(),
            _ => x.Relu(),
        };
}
