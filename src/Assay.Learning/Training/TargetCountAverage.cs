namespace Assay.Learning;

/// <summary>A moving average of the number of targets in a batch: what the long-ce loss divides the summed loss of a batch by.</summary>
/// <remarks>
/// <para>
/// Source: the loss <c>long-ce</c> of ms-swift, with which arXiv 2410.10210 trains: L = (sum of token losses) / m, where s = 0.9 s + n, w = 0.9 w + 1, m = s / w. A batch with more targets than usual weighs
/// more; the mean over its own targets weighs all batches the same, and so the tokens of long ones less.
/// </para>
/// <para>It is state that goes from batch to batch: hand <see cref="State"/> to <see cref="Trainer.Carried"/>, and it is kept in checkpoints.</para>
/// <code>
/// TargetCountAverage average = new();
/// Tensor loss = summed * (float)(1 / average.Next(targets));
/// </code>
/// </remarks>
/// <param name="smoothing">How much of the past stays, from 0 (the batch's own mean) to below 1.</param>
public sealed class TargetCountAverage(double smoothing = 0.9)
{
    private readonly double[] _state = new double[2];
    private readonly double _smoothing = smoothing is >= 0 and < 1
        ? smoothing
        : throw new ArgumentOutOfRangeException(nameof(smoothing), smoothing, "From 0 to below 1.");

    /// <summary>The sum and the weight so far.</summary>
    public Memory<double> State => _state;

    /// <summary>The average with another batch in it.</summary>
    /// <param name="targets">Tokens to predict in the batch, at least 1.</param>
    public double Next(long targets)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(targets, 1);
        _state[0] = _smoothing * _state[0] + targets;
        _state[1] = _smoothing * _state[1] + 1;
        return _state[0] / _state[1];
    }
}
