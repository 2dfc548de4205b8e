namespace Assay.Learning;

/// <summary>Moves parameters by their gradients, all with one rule; keeps what the rule remembers of each.</summary>
/// <remarks>
/// <code>
/// Optimiser optimiser = new(model.TrainableParameters(), new AdamW(), weightDecay: 0.1);
/// loss.Backward();
/// optimiser.Step(rate: 1e-3, gradientScale: optimiser.ClipTo(1));
/// optimiser.ZeroGrad();
/// </code>
/// Weight decay goes to the parameters that <see cref="Parameter.Decays"/>: weights of layers, but no embeddings, biases or gains.
/// </remarks>
public sealed class Optimiser
{
    private readonly IUpdateRule _rule;
    private readonly double _weightDecay;
    private readonly (float[] First, float[] Second)[] _state;

    /// <summary>Starts with nothing remembered.</summary>
    /// <param name="parameters">What to move; none twice.</param>
    /// <param name="rule">How.</param>
    /// <param name="weightDecay">Per step and unit of learning rate; not negative.</param>
    public Optimiser(IEnumerable<Parameter> parameters, IUpdateRule rule, double weightDecay = 0)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(weightDecay);
        Parameters = [.. parameters];
        _rule = rule;
        _weightDecay = weightDecay;
        _state =
        [
            .. Parameters.Select(parameter =>
                (
                    rule.Slots > 0 ? new float[parameter.Tensor.Length] : [],
                    rule.Slots > 1 ? new float[parameter.Tensor.Length] : []
                )
            ),
        ];
    }

    /// <summary>The parameters, in order.</summary>
    public IReadOnlyList<Parameter> Parameters { get; }

    /// <summary>Steps done.</summary>
    public long Steps { get; private set; }

    /// <summary>Moves every parameter that has a gradient.</summary>
    /// <param name="rate">The learning rate of this step.</param>
    /// <param name="gradientScale">Factor on all gradients (see <see cref="ClipTo"/>).</param>
    public void Step(double rate, double gradientScale = 1)
    {
        Steps++;
        for (int i = 0; i < Parameters.Count; i++)
        {
            Parameter parameter = Parameters[i];
            if (parameter.Tensor.Grad is not { } gradient)
                continue;
            UpdateStep step = new(Steps, (float)rate, parameter.Decays ? (float)_weightDecay : 0, (float)gradientScale);
            _rule.Update(parameter, gradient.Data, _state[i].First, _state[i].Second, step);
        }
    }

    /// <summary>Forgets all gradients.</summary>
    public void ZeroGrad()
    {
        foreach (Parameter parameter in Parameters)
            parameter.Tensor.ZeroGrad();
    }

    /// <summary>The Euclidean norm of all gradients together, summed in double.</summary>
    public double GradientNorm()
    {
        double squares = 0;
        foreach (Parameter parameter in Parameters)
            if (parameter.Tensor.Grad is { } gradient)
                squares += SquaredNorm(gradient.Data);
        return Math.Sqrt(squares);
    }

    /// <summary>The factor that brings the norm of all gradients down to <paramref name="norm"/>; 1 if it is not above it.</summary>
    /// <param name="norm">Above 0.</param>
    public double ClipTo(double norm)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(norm);
        double found = GradientNorm();
        return found > norm ? norm / found : 1;
    }

    /// <summary>Copies the parameters, what the rule remembers of them, and the number of steps: for steps that are tried and taken back.</summary>
    public OptimiserState Snapshot() =>
        new(
            Steps,
            [.. Parameters.Select(parameter => parameter.Tensor.ToArray())],
            [.. _state.Select(state => (state.First.ToArray(), state.Second.ToArray()))]
        );

    /// <summary>Goes back to what <see cref="Snapshot"/> took, bit for bit, and forgets all gradients.</summary>
    /// <param name="state">Of this optimiser, or of one with the same rule and parameters of the same shapes.</param>
    /// <exception cref="ArgumentException">It is of other parameters or another rule.</exception>
    public void Restore(OptimiserState state)
    {
        if (state.Parameters.Length != Parameters.Count)
            throw new ArgumentException(
                $"The state has {state.Parameters.Length} parameters, and there are {Parameters.Count}."
            );
        for (int i = 0; i < Parameters.Count; i++)
        {
            Parameter parameter = Parameters[i];
            (float[] first, float[] second) = state.Slots[i];
            if (
                state.Parameters[i].Length != parameter.Tensor.Length
                || first.Length != _state[i].First.Length
                || second.Length != _state[i].Second.Length
            )
                throw new ArgumentException($"The state does not fit the parameter '{parameter.Name}'.");
            state.Parameters[i].CopyTo(parameter.Tensor.Data);
            first.CopyTo(_state[i].First, 0);
            second.CopyTo(_state[i].Second, 0);
        }
        Steps = state.Steps;
        ZeroGrad();
    }

    /// <summary>Adds what the rule remembers, and the number of steps, to a checkpoint.</summary>
    /// <param name="writer">Of the checkpoint.</param>
    /// <param name="part">Before all names, where a checkpoint has several optimisers.</param>
    public void Save(TrainingCheckpointWriter writer, string part = "")
    {
        long[] steps = [Steps];
        writer.AddState<long>(part + "optimiser.steps", [1], () => steps);
        for (int i = 0; i < Parameters.Count; i++)
        {
            (float[] first, float[] second) = _state[i];
            if (first.Length > 0)
                writer.AddState<float>(part + "optimiser.first." + Parameters[i].Name, [first.Length], () => first);
            if (second.Length > 0)
                writer.AddState<float>(part + "optimiser.second." + Parameters[i].Name, [second.Length], () => second);
        }
    }

    /// <summary>Goes on from a checkpoint.</summary>
    /// <param name="checkpoint">The checkpoint.</param>
    /// <param name="part">As it was saved with.</param>
    /// <exception cref="SafetensorsException">It is of another optimiser or of other parameters.</exception>
    public void Load(TrainingCheckpoint checkpoint, string part = "")
    {
        Span<long> steps = stackalloc long[1];
        checkpoint.ReadState(part + "optimiser.steps", [1], steps);
        Steps = steps[0];
        for (int i = 0; i < Parameters.Count; i++)
        {
            (float[] first, float[] second) = _state[i];
            if (first.Length > 0)
                checkpoint.ReadState<float>(part + "optimiser.first." + Parameters[i].Name, [first.Length], first);
            if (second.Length > 0)
                checkpoint.ReadState<float>(part + "optimiser.second." + Parameters[i].Name, [second.Length], second);
        }
    }

    private static double SquaredNorm(ReadOnlySpan<float> values)
    {
        // Blocks in float lanes, their sums in double: exact enough, and the same for any number of threads.
        const int block = 4096;
        double sum = 0;
        for (int at = 0; at < values.Length; at += block)
            sum += System.Numerics.Tensors.TensorPrimitives.SumOfSquares(
                values.Slice(at, Math.Min(block, values.Length - at))
            );
        return sum;
    }
}

/// <summary>An optimiser and its parameters as they stood at some step.</summary>
public sealed class OptimiserState
{
    internal OptimiserState(long steps, float[][] parameters, (float[] First, float[] Second)[] slots) =>
        (Steps, Parameters, Slots) = (steps, parameters, slots);

    /// <summary>Steps done.</summary>
    public long Steps { get; }

    internal float[][] Parameters { get; }

    internal (float[] First, float[] Second)[] Slots { get; }
}
