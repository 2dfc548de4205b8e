using System.Runtime.InteropServices;
using System.Text.Json;

namespace Assay.Learning;

/// <summary>The one loop that trains every model: loss, gradients, clipping, step, evaluation, checkpoints.</summary>
/// <remarks>
/// The loss is asked for by the number of its batch, and must depend on nothing else that changes but the parameters (random
/// numbers come from a child stream of that number). Then a run that was killed goes on from its newest checkpoint to the
/// same bits.
/// <code>
/// Trainer trainer = new(new() { Steps = 2000, LearningRate = 1e-3 });
/// TrainingResult result = trainer.Run(optimiser, batch => model.Loss(batches, batch));
/// </code>
/// </remarks>
/// <param name="options">How long and how fast.</param>
public sealed class Trainer(TrainingOptions options)
{
    /// <summary>Called after every step: for progress, and for methods that watch the training.</summary>
    public Action<TrainingStep>? Stepped { get; init; }

    /// <summary>Measures the model on held-out data; lower is better. Called with the number of steps done.</summary>
    public Func<long, double>? Evaluate { get; init; }

    /// <summary>Asked before every step with the number of steps done; true ends the run there.</summary>
    public Func<long, bool>? Until { get; init; }

    /// <summary>Where checkpoints are kept, and looked for when the run starts.</summary>
    public TrainingCheckpoints? Checkpoints { get; init; }

    /// <summary>Numbers of the loss that go from step to step, or that it writes down for later: they are kept in checkpoints.</summary>
    public Memory<double> Carried { get; init; }

    /// <summary>Trains.</summary>
    /// <param name="optimiser">The parameters and how they move.</param>
    /// <param name="loss">
    /// The mean loss of batch i: one number with a graph, not NaN. Step s takes the batches s x accumulate and following.
    /// </param>
    /// <param name="cancellation">Heard between batches.</param>
    /// <exception cref="TrainingException">The loss is not finite, or the checkpoints are of another run.</exception>
    /// <exception cref="OperationCanceledException">It was asked to stop; the newest checkpoint is kept.</exception>
    public TrainingResult Run(Optimiser optimiser, Func<long, Tensor> loss, CancellationToken cancellation = default)
    {
        Schedule schedule = new(options.Schedule, options.Steps, options.WarmUp, options.Floor);
        Sam? sam = options.SamRadius > 0 ? new(optimiser, options.SamRadius) : null;
        TrainingRecord record = new(options, Carried);
        long end = options.StopAfter > 0 ? Math.Min(options.StopAfter, options.Steps) : options.Steps;
        if (Checkpoints is not null)
            record.Load(Checkpoints, optimiser);
        optimiser.ZeroGrad();
        while (optimiser.Steps < end && !record.OutOfPatience && Until?.Invoke(optimiser.Steps) != true)
        {
            long step = optimiser.Steps;
            double mean = Gradients(step, loss, cancellation);
            if (!double.IsFinite(mean))
                throw new TrainingException(
                    $"the loss became {mean} at step {step + 1}: lower the learning rate (now {options.LearningRate:G3}), warm up longer, or clip harder (now {options.ClipNorm:G3})"
                );
            if (sam is not null)
            {
                sam.Climb();
                Gradients(step, loss, cancellation);
                sam.Return();
            }
            double norm = options.ClipNorm > 0 ? optimiser.GradientNorm() / options.Accumulate : double.NaN;
            double rate = options.LearningRate * schedule.At(step);
            double clip = norm > options.ClipNorm ? options.ClipNorm / norm : 1;
            optimiser.Step(rate, clip / options.Accumulate);
            optimiser.ZeroGrad();
            record.Losses.Add(mean);
            Stepped?.Invoke(new(step + 1, options.Steps, mean, rate, norm));
            bool last = step + 1 == end;
            if (Evaluate is not null && (last || Due(step + 1, options.EvaluateEvery)))
                record.Add(new(step + 1, Evaluate(step + 1)), optimiser);
            if (Checkpoints is not null && (last || record.OutOfPatience || Due(step + 1, options.CheckpointEvery)))
                record.Save(Checkpoints, optimiser);
        }
        return record.Finish(optimiser);
    }

    private double Gradients(long step, Func<long, Tensor> loss, CancellationToken cancellation)
    {
        double sum = 0;
        for (int part = 0; part < options.Accumulate; part++)
        {
            cancellation.ThrowIfCancellationRequested();
            using TensorScope scope = new();
            Tensor value = loss(step * options.Accumulate + part);
            sum += value.Item();
            value.Backward();
        }
        return sum / options.Accumulate;
    }

    private static bool Due(long steps, long every) => every > 0 && steps % every == 0;
}

/// <summary>What a run has come to so far; all of it goes into its checkpoints.</summary>
internal sealed class TrainingRecord(TrainingOptions options, Memory<double> carried)
{
    private const string LossesState = "losses";
    private const string EvaluationSteps = "evaluations.steps";
    private const string EvaluationValues = "evaluations.values";
    private const string CarriedState = "carried";
    private const string Best = "best.";
    private float[][]? _best;

    public List<double> Losses { get; } = [];
    private readonly List<long> _evaluatedAt = [];
    private readonly List<double> _evaluated = [];

    /// <summary>True once so many evaluations in a row were no better than the best before them.</summary>
    public bool OutOfPatience =>
        options.Patience > 0
        && _evaluated.Count > options.Patience
        && _evaluated.Count - 1 - _evaluated.IndexOf(_evaluated.Min()) >= options.Patience;

    public void Add(Evaluation evaluation, Optimiser optimiser)
    {
        _evaluatedAt.Add(evaluation.Step);
        _evaluated.Add(evaluation.Value);
        if (options.Patience > 0 && _evaluated.IndexOf(_evaluated.Min()) == _evaluated.Count - 1)
            _best = [.. optimiser.Parameters.Select(parameter => parameter.Tensor.ToArray())];
    }

    public TrainingResult Finish(Optimiser optimiser)
    {
        if (_best is not null)
            for (int i = 0; i < _best.Length; i++)
                _best[i].CopyTo(optimiser.Parameters[i].Tensor.Data);
        return new(
            optimiser.Steps,
            Losses,
            [.. _evaluatedAt.Zip(_evaluated, (step, value) => new Evaluation(step, value))],
            OutOfPatience && optimiser.Steps < options.Steps
        );
    }

    public void Save(TrainingCheckpoints checkpoints, Optimiser optimiser) =>
        checkpoints.Save(
            optimiser.Steps,
            JsonSerializer.Serialize(options, TrainingJson.Default.TrainingOptions),
            writer =>
            {
                foreach (Parameter parameter in optimiser.Parameters)
                    writer.AddParameter(parameter.Name, LongShape(parameter.Tensor), () => parameter.Tensor.Data);
                optimiser.Save(writer);
                writer.AddState<double>(LossesState, [Losses.Count], () => CollectionsMarshal.AsSpan(Losses));
                writer.AddState<long>(
                    EvaluationSteps,
                    [_evaluatedAt.Count],
                    () => CollectionsMarshal.AsSpan(_evaluatedAt)
                );
                writer.AddState<double>(
                    EvaluationValues,
                    [_evaluated.Count],
                    () => CollectionsMarshal.AsSpan(_evaluated)
                );
                if (carried.Length > 0)
                    writer.AddState<double>(CarriedState, [carried.Length], () => carried.Span);
                for (int i = 0; _best is not null && i < _best.Length; i++)
                {
                    float[] values = _best[i];
                    writer.AddState<float>(Best + optimiser.Parameters[i].Name, [values.Length], () => values);
                }
            }
        );

    public void Load(TrainingCheckpoints checkpoints, Optimiser optimiser)
    {
        using TrainingCheckpoint? checkpoint = checkpoints.OpenNewest(_ => { });
        if (checkpoint is null)
            return;
        if (checkpoint.Options != JsonSerializer.Serialize(options, TrainingJson.Default.TrainingOptions))
            throw new TrainingException(
                $"{checkpoints.Folder} holds a run with other options: go on with those ({checkpoint.Options}), or train in another folder"
            );
        foreach (Parameter parameter in optimiser.Parameters)
            checkpoint.ReadParameter(parameter.Name, LongShape(parameter.Tensor), parameter.Tensor.Data);
        optimiser.Load(checkpoint);
        // Their lengths are known: one loss a step, and evaluations as the options say.
        Losses.AddRange(new double[optimiser.Steps]);
        checkpoint.ReadState<double>(LossesState, [Losses.Count], CollectionsMarshal.AsSpan(Losses));
        int evaluations = checkpoint.StateNames.Contains(EvaluationSteps) ? checkpoint.LengthOf(EvaluationSteps) : 0;
        _evaluatedAt.AddRange(new long[evaluations]);
        _evaluated.AddRange(new double[evaluations]);
        checkpoint.ReadState<long>(EvaluationSteps, [evaluations], CollectionsMarshal.AsSpan(_evaluatedAt));
        checkpoint.ReadState<double>(EvaluationValues, [evaluations], CollectionsMarshal.AsSpan(_evaluated));
        if (carried.Length > 0)
            checkpoint.ReadState(CarriedState, [carried.Length], carried.Span);
        if (checkpoint.StateNames.Contains(Best + optimiser.Parameters[0].Name))
        {
            _best = [.. optimiser.Parameters.Select(parameter => new float[parameter.Tensor.Length])];
            for (int i = 0; i < _best.Length; i++)
                checkpoint.ReadState<float>(Best + optimiser.Parameters[i].Name, [_best[i].Length], _best[i]);
        }
    }

    private static long[] LongShape(Tensor tensor)
    {
        long[] shape = new long[tensor.Rank];
        for (int i = 0; i < shape.Length; i++)
            shape[i] = tensor.Shape[i];
        return shape;
    }
}

[System.Text.Json.Serialization.JsonSerializable(typeof(TrainingOptions))]
internal sealed partial class TrainingJson : System.Text.Json.Serialization.JsonSerializerContext;
