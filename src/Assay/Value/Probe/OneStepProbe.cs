using Assay.Learning;

namespace Assay.Value;

/// <summary>Takes one step of training on single rows, each from the same point, and sees what it does to a reference loss.</summary>
/// <remarks>
/// Source: MATES, arXiv 2406.06046: locally probed oracle influence, I(x) = L(reference | one step on x) - L(reference). The step is that of
/// training: with the optimiser's moments, learning rate and clipping as they are. After each probe all of that is put back,
/// bit for bit.
/// </remarks>
public sealed class OneStepProbe
{
    private readonly Optimiser _optimiser;
    private readonly OptimiserState _here;
    private readonly Func<int, Tensor> _loss;
    private readonly Func<double> _reference;
    private readonly double _rate;
    private readonly double _clip;

    /// <summary>Probes from where the optimiser stands.</summary>
    /// <param name="optimiser">The parameters and how training moves them.</param>
    /// <param name="rate">The learning rate of a step.</param>
    /// <param name="loss">The loss of a row, with a graph.</param>
    /// <param name="reference">The loss on the reference at the parameters' present values.</param>
    /// <param name="clip">The norm that the gradient is clipped to; 0 for no clipping.</param>
    public OneStepProbe(
        Optimiser optimiser,
        double rate,
        Func<int, Tensor> loss,
        Func<double> reference,
        double clip = 1
    )
    {
        (_optimiser, _rate, _loss, _reference, _clip) = (optimiser, rate, loss, reference, clip);
        _here = optimiser.Snapshot();
    }

    /// <summary>The reference loss without any step.</summary>
    public double Before() => _reference();

    /// <summary>The reference loss after one step on a row.</summary>
    public double After(int row)
    {
        try
        {
            _optimiser.ZeroGrad();
            using TensorScope scope = new();
            _loss(row).Backward();
            _optimiser.Step(_rate, _clip > 0 ? _optimiser.ClipTo(_clip) : 1);
            return _reference();
        }
        finally
        {
            _optimiser.Restore(_here);
        }
    }
}
