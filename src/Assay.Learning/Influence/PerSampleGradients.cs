namespace Assay.Learning;

/// <summary>The gradient of every sample's loss, one flat vector a sample.</summary>
/// <remarks>
/// <code>
/// Tensor losses = Functional.CrossEntropyRows(model.Forward(x), labels);
/// Matrix gradients = PerSampleGradients.Of(model.TrainableParameters(), losses);   // [samples, parameters]
/// </code>
/// Where products, lengths or projections of gradients are enough, <see cref="GhostGradients"/> gives them without samples x
/// parameters numbers.
/// </remarks>
public static class PerSampleGradients
{
    /// <summary>Makes the gradients, from one backward pass where the layers allow it.</summary>
    /// <inheritdoc cref="GhostGradients.Of"/>
    /// <returns>[samples, parameters].</returns>
    public static Matrix Of(IEnumerable<Parameter> parameters, Tensor losses)
    {
        using GhostGradients gradients = GhostGradients.Of(parameters, losses);
        return gradients.Make();
    }
}
