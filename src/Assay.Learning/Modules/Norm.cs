namespace Assay.Learning;

/// <summary>A normalisation over the last axis: layer norm or RMS norm.</summary>
public abstract class Norm : Module
{
    /// <summary>Normalises every row.</summary>
    /// <param name="x">[.., width].</param>
    /// <returns>[.., width].</returns>
    public abstract Tensor Forward(Tensor x);
}
