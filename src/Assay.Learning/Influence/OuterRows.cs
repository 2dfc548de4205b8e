namespace Assay.Learning;

/// <summary>A layer's gradient of each sample as a sum of outer products over the sample's rows: left row (x) right row.</summary>
/// <param name="Left">[samples x rows of a sample, out]: gradients of outputs.</param>
/// <param name="Right">[samples x rows of a sample, in]: inputs.</param>
/// <param name="PerSample">Rows of a sample.</param>
internal sealed record OuterRows(Tensor Left, Tensor Right, int PerSample);
