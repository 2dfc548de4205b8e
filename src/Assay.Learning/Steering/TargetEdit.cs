using System.Numerics.Tensors;

namespace Assay.Learning;

/// <summary>Moves states of a model until a network of attributes predicts the targets, by gradient descent on the states.</summary>
/// <remarks>
/// Source: arXiv 2510.12121 and its published inference code: AdamW on a copy of the last state, smooth L1 of the distance of each attribute to its
/// target, in units of <see cref="AttributeNetwork.Scales"/>. A target of NaN leaves an attribute free. All in double precision. Not for several threads at once.
/// <code>
/// TargetEdit edit = new(network, new() { Steps = 20, WeightDecay = 0 });
/// EditedStates edited = edit.Apply(states, targets);    // [rows x width], [rows x attributes]
/// </code>
/// </remarks>
public sealed class TargetEdit
{
    private const double FirstMoment = 0.9,
        SecondMoment = 0.999,
        Epsilon = 1e-8,
        LeastGain = 1e-4,
        LeastLoss = 1e-6;

    private readonly TargetEditOptions _options;
    private readonly double[] _scales;
    private readonly double[][] _weights;
    private readonly double[][] _transposed;
    private readonly double[][] _biases;
    private readonly int[] _widths;
    private readonly double[][] _activations;
    private readonly double[][] _gradients;

    /// <summary>Takes the network's weights as they are now.</summary>
    /// <param name="network">What predicts the attributes.</param>
    /// <param name="options">How.</param>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range.</exception>
    public TargetEdit(AttributeNetwork network, TargetEditOptions options)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(options.Rate);
        ArgumentOutOfRangeException.ThrowIfNegative(options.WeightDecay);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.Steps, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.Patience, 1);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(options.Beta);
        ArgumentOutOfRangeException.ThrowIfNegative(options.ClipNorm);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(options.MostMove);
        _options = options;
        _widths = [.. network.Widths];
        _scales = [.. network.Scales];
        IReadOnlyList<Linear> layers = network.Network.Layers;
        _weights = [.. layers.Select(layer => Doubles(layer.Weight))];
        _biases = [.. layers.Select(layer => Doubles(layer.Bias!))];
        _transposed = [.. layers.Select((_, i) => Transpose(_weights[i], _widths[i + 1], _widths[i]))];
        _activations = [.. _widths.Select(width => new double[width])];
        _gradients = [.. _widths.Select(width => new double[width])];
    }

    /// <summary>Width of a state.</summary>
    public int Width => _widths[0];

    /// <summary>Number of attributes.</summary>
    public int Attributes => _widths[^1];

    /// <summary>What the network predicts of a state.</summary>
    /// <param name="state">[width].</param>
    public double[] Values(ReadOnlySpan<double> state)
    {
        Forward(state);
        return [.. _activations[^1]];
    }

    /// <summary>Edits states.</summary>
    /// <param name="states">[rows x width], finite; not changed.</param>
    /// <param name="targets">[rows x attributes]; NaN leaves one free.</param>
    /// <exception cref="ArgumentException">Shapes do not fit, or a state is not finite.</exception>
    public EditedStates Apply(ReadOnlySpan<double> states, ReadOnlySpan<double> targets)
    {
        int rows = states.Length / Width;
        if (rows == 0 || states.Length != rows * Width || targets.Length != rows * Attributes)
            throw new ArgumentException(
                $"{states.Length} numbers of states of width {Width} and {targets.Length} targets of {Attributes} attributes do not fit."
            );
        foreach (double number in states)
            if (!double.IsFinite(number))
                throw new ArgumentException("A state is not finite.", nameof(states));
        if (_options.Coupled)
            return Descend(states, targets);
        double[] edited = new double[states.Length];
        double loss = 0;
        int steps = 0;
        for (int row = 0; row < rows; row++)
        {
            EditedStates one = Descend(states.Slice(row * Width, Width), targets.Slice(row * Attributes, Attributes));
            one.States.CopyTo(edited, row * Width);
            loss += one.Loss / rows;
            steps = Math.Max(steps, one.Steps);
        }
        return new(edited, loss, steps);
    }

    private EditedStates Descend(ReadOnlySpan<double> states, ReadOnlySpan<double> targets)
    {
        int rows = states.Length / Width;
        double[] z = states.ToArray(),
            kept = states.ToArray(),
            before = new double[z.Length],
            gradient = new double[z.Length],
            first = new double[z.Length],
            second = new double[z.Length],
            losses = new double[rows];
        double best = double.NaN;
        int step = 0;
        for (int bad = 0; step < _options.Steps && bad < _options.Patience; )
        {
            step++;
            double loss = Gradient(z, targets, losses, gradient);
            z.CopyTo(before, 0);
            Move(z, gradient, first, second, step);
            Hold(z, states);
            if (double.IsNaN(best) || best - loss > LeastGain)
            {
                best = loss;
                (_options.Strict ? before : z).CopyTo(kept, 0);
                bad = 0;
            }
            else
                bad++;
        }
        return new(kept, best, step);
    }

    // Weights of rows are constants: no gradient goes through them.
    private double Gradient(double[] z, ReadOnlySpan<double> targets, double[] losses, double[] gradient)
    {
        int rows = losses.Length;
        double weights = 0;
        for (int row = 0; row < rows; row++)
        {
            Forward(z.AsSpan(row * Width, Width));
            losses[row] = 0;
            Span<double> last = _gradients[^1];
            for (int j = 0; j < Attributes; j++)
            {
                double off = (_activations[^1][j] - targets[row * Attributes + j]) / _scales[j];
                (double value, double slope) = Smooth(off);
                last[j] = slope / _scales[j];
                losses[row] += value;
            }
            Backward();
            _gradients[0].CopyTo(gradient, row * Width);
            weights += 1 / (losses[row] + LeastLoss);
        }
        double loss = 0,
            squares = 0;
        for (int row = 0; row < rows; row++)
        {
            double weight = rows == 1 ? 1 : 1 / (losses[row] + LeastLoss) / weights;
            loss += weight * losses[row];
            Span<double> part = gradient.AsSpan(row * Width, Width);
            TensorPrimitives.Multiply(part, weight, part);
            squares += TensorPrimitives.SumOfSquares<double>(part);
        }
        double norm = Math.Sqrt(squares);
        if (_options.ClipNorm > 0 && norm > _options.ClipNorm)
            TensorPrimitives.Multiply(gradient, Math.Min(1, _options.ClipNorm / (norm + 1e-6)), gradient);
        return loss;
    }

    private (double Value, double Slope) Smooth(double off)
    {
        double size = Math.Abs(off),
            beta = _options.Beta;
        return double.IsNaN(off) ? (0, 0)
            : double.IsInfinity(beta) ? (off * off, 2 * off)
            : size < beta ? (0.5 * off * off / beta, off / beta)
            : (size - beta / 2, Math.Sign(off));
    }

    private void Move(double[] z, double[] gradient, double[] first, double[] second, int step)
    {
        double decay = 1 - _options.Rate * _options.WeightDecay,
            firstScale = 1 - Math.Pow(FirstMoment, step),
            secondScale = Math.Sqrt(1 - Math.Pow(SecondMoment, step));
        for (int i = 0; i < z.Length; i++)
        {
            first[i] = FirstMoment * first[i] + (1 - FirstMoment) * gradient[i];
            second[i] = SecondMoment * second[i] + (1 - SecondMoment) * gradient[i] * gradient[i];
            z[i] =
                z[i] * decay - _options.Rate / firstScale * first[i] / (Math.Sqrt(second[i]) / secondScale + Epsilon);
        }
    }

    private void Hold(double[] z, ReadOnlySpan<double> states)
    {
        if (double.IsInfinity(_options.MostMove))
            return;
        for (int at = 0; at < z.Length; at += Width)
        {
            double moved = 0,
                size = 0;
            for (int i = at; i < at + Width; i++)
            {
                moved += (z[i] - states[i]) * (z[i] - states[i]);
                size += states[i] * states[i];
            }
            double share = _options.MostMove * Math.Sqrt(size) / Math.Sqrt(moved);
            for (int i = at; share < 1 && i < at + Width; i++)
                z[i] = states[i] + share * (z[i] - states[i]);
        }
    }

    private void Forward(ReadOnlySpan<double> state)
    {
        state.CopyTo(_activations[0]);
        for (int layer = 0; layer < _weights.Length; layer++)
        {
            int width = _widths[layer];
            ReadOnlySpan<double> input = _activations[layer];
            Span<double> output = _activations[layer + 1];
            bool last = layer == _weights.Length - 1;
            for (int j = 0; j < output.Length; j++)
            {
                double sum = _biases[layer][j] + TensorPrimitives.Dot(input, _weights[layer].AsSpan(j * width, width));
                output[j] = last ? sum : Math.Max(0, sum);
            }
        }
    }

    private void Backward()
    {
        for (int layer = _weights.Length - 1; layer >= 0; layer--)
        {
            ReadOnlySpan<double> from = _gradients[layer + 1];
            Span<double> to = _gradients[layer];
            int width = _widths[layer + 1];
            for (int i = 0; i < to.Length; i++)
                to[i] =
                    layer > 0 && _activations[layer][i] <= 0
                        ? 0
                        : TensorPrimitives.Dot(from, _transposed[layer].AsSpan(i * width, width));
        }
    }

    private static double[] Doubles(Tensor tensor)
    {
        double[] numbers = new double[tensor.Length];
        for (int i = 0; i < numbers.Length; i++)
            numbers[i] = tensor.Data[i];
        return numbers;
    }

    private static double[] Transpose(double[] weights, int outputs, int inputs)
    {
        double[] transposed = new double[weights.Length];
        for (int j = 0; j < outputs; j++)
        for (int i = 0; i < inputs; i++)
            transposed[i * outputs + j] = weights[j * inputs + i];
        return transposed;
    }
}
