using Assay.Data;

namespace Assay.Value;

/// <summary>A short run of plain stochastic gradient descent, whose parameters after any step can be had again.</summary>
/// <remarks>
/// Every floor(sqrt(T))-th point is kept, and the points between two of these are computed again when they are asked for; one
/// such stretch is kept too. Going through the points backwards so costs one more run, and 2 sqrt(T) copies of the parameters.
/// </remarks>
public sealed class Trajectory
{
    private readonly IControlledModel _model;
    private readonly double _rate;
    private readonly int _stride;
    private readonly double[][] _kept;
    private readonly double[][] _stretch;
    private int _stretchStart = -1;

    private Trajectory(IControlledModel model, int steps, double rate)
    {
        (_model, _rate, Steps) = (model, rate, steps);
        _stride = Math.Max(1, (int)Math.Sqrt(steps));
        _kept = new double[steps / _stride + 1][];
        _stretch = new double[_stride][];
    }

    /// <summary>T.</summary>
    public int Steps { get; }

    /// <summary>Runs.</summary>
    /// <param name="model">What gives the gradients.</param>
    /// <param name="start">The parameters to start from.</param>
    /// <param name="steps">Number of steps T, at least 1.</param>
    /// <param name="rate">The learning rate of all steps.</param>
    /// <param name="stepped">Called with the number of steps done, or null.</param>
    /// <param name="cancellation">Asks to stop.</param>
    /// <exception cref="AssayException">The parameters did not stay finite.</exception>
    public static Trajectory Run(
        IControlledModel model,
        ReadOnlySpan<double> start,
        int steps,
        double rate,
        Action<int>? stepped = null,
        CancellationToken cancellation = default
    )
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(steps, 1);
        Trajectory trajectory = new(model, steps, rate);
        double[] now = start.ToArray(),
            gradient = new double[now.Length];
        for (int step = 0; ; step++)
        {
            if (step % trajectory._stride == 0)
                trajectory._kept[step / trajectory._stride] = [.. now];
            if (step == steps)
                return trajectory;
            cancellation.ThrowIfCancellationRequested();
            trajectory.Step(step, now, gradient);
            if (!double.IsFinite(now.Sum()))
                throw new AssayException(
                    $"the run that rows are scored by diverged at step {step + 1} of {steps}",
                    hint: $"Lower its learning rate, which is {rate}."
                );
            stepped?.Invoke(step + 1);
        }
    }

    /// <summary>The parameters after some steps.</summary>
    /// <param name="step">From 0 to <see cref="Steps"/>.</param>
    public ReadOnlySpan<double> After(int step)
    {
        int start = step - step % _stride;
        if (start == step)
            return _kept[step / _stride];
        if (_stretchStart != start)
        {
            double[] gradient = new double[_model.Parameters];
            for (int i = 1; i < _stride && start + i <= Steps; i++)
            {
                _stretch[i] = [.. i == 1 ? _kept[start / _stride] : _stretch[i - 1]];
                Step(start + i - 1, _stretch[i], gradient);
            }
            _stretchStart = start;
        }
        return _stretch[step - start];
    }

    private void Step(int step, double[] parameters, double[] gradient)
    {
        _model.BatchGradient(step, parameters, gradient);
        for (int i = 0; i < parameters.Length; i++)
            parameters[i] -= _rate * gradient[i];
    }
}
