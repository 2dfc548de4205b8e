namespace Assay.Learning;

/// <summary>The non-linearity of a transformer's feed-forward layers.</summary>
public enum TransformerActivation
{
    /// <summary>x sigmoid(x).</summary>
    Silu,

    /// <summary>x Phi(x), by the error function.</summary>
    Gelu,

    /// <summary>x Phi(x), by the approximation with tanh.</summary>
    GeluTanh,

    /// <summary>max(x, 0).</summary>
    Relu,
}
