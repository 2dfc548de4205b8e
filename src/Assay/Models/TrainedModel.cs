using System.Text.Json;
using Assay.Data;
using Assay.Learning;

namespace Assay.Models;

/// <summary>The language model that was trained for a step (see <see cref="IModelUser"/>), with the snapshots on its way.</summary>
public sealed class TrainedModel
{
    private readonly string _folder;
    private readonly TrainingCheckpoints _snapshots;

    private TrainedModel(string folder)
    {
        _folder = folder;
        _snapshots = new(Path.Combine(folder, Snapshots.Name), int.MaxValue);
    }

    /// <summary>Opens the model of a step.</summary>
    /// <exception cref="InvalidOperationException">The method did not ask for one.</exception>
    public static TrainedModel Open(Work work) =>
        new(
            work.ModelFolder
                ?? throw new InvalidOperationException("No model was trained for this step: it is no IModelUser.")
        );

    /// <summary>Opens a folder that a model was saved to with its snapshots.</summary>
    public static TrainedModel Open(string folder) => new(folder);

    /// <summary>Steps of the snapshots, ascending; the last is the whole training.</summary>
    public IReadOnlyList<long> Steps => _snapshots.Steps;

    /// <summary>The trained model.</summary>
    public Transformer Transformer() => Learning.Transformer.Load(_folder);

    /// <summary>The model as it stood after a step, with what its optimiser remembered.</summary>
    /// <param name="step">One of <see cref="Steps"/>.</param>
    public ModelSnapshot At(long step)
    {
        using TrainingCheckpoint checkpoint = TrainingCheckpoint.Open(_snapshots.PathOf(step));
        SnapshotFacts facts = JsonSerializer.Deserialize(checkpoint.Options, SnapshotJson.Default.SnapshotFacts)!;
        Transformer model = Transformer();
        Optimiser optimiser = LanguageModelFit.OptimiserOf(model, facts.WeightDecay);
        foreach (Parameter parameter in optimiser.Parameters)
            checkpoint.ReadParameter(parameter.Name, LongShape(parameter.Tensor), parameter.Tensor.Data);
        optimiser.Load(checkpoint);
        return new(step, facts.Rate, facts.Context, model, optimiser);
    }

    internal static long[] LongShape(Tensor tensor)
    {
        long[] shape = new long[tensor.Rank];
        for (int i = 0; i < shape.Length; i++)
            shape[i] = tensor.Shape[i];
        return shape;
    }
}

/// <summary>A model in the middle of its training.</summary>
/// <param name="Step">Steps done.</param>
/// <param name="Rate">The learning rate of the last of them.</param>
/// <param name="Context">Bytes of a sequence in training.</param>
/// <param name="Model">The model.</param>
/// <param name="Optimiser">Its optimiser, moments included; it moves the model's parameters.</param>
public sealed record ModelSnapshot(long Step, double Rate, int Context, Transformer Model, Optimiser Optimiser);
