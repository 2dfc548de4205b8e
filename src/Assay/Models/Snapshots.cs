using System.Text.Json;
using System.Text.Json.Serialization;
using Assay.Learning;

namespace Assay.Models;

/// <summary>Keeps a model and its optimiser as they stand at evenly spaced steps of a training.</summary>
internal sealed class Snapshots(string folder, int count)
{
    /// <summary>The folder beside the model's own files.</summary>
    public const string Name = "snapshots";

    private readonly TrainingCheckpoints _files = new(Path.Combine(folder, Name), int.MaxValue);

    /// <summary>Saves one if its step is due.</summary>
    public void After(TrainingStep step, Optimiser optimiser, SnapshotFacts facts)
    {
        if (step.Step * count / step.Steps == (step.Step - 1) * count / step.Steps)
            return;
        _files.Save(
            step.Step,
            JsonSerializer.Serialize(facts, SnapshotJson.Default.SnapshotFacts),
            writer =>
            {
                foreach (Parameter parameter in optimiser.Parameters)
                    writer.AddParameter(
                        parameter.Name,
                        TrainedModel.LongShape(parameter.Tensor),
                        () => parameter.Tensor.Data
                    );
                optimiser.Save(writer);
            }
        );
    }
}

/// <summary>What else there is to know of a snapshot.</summary>
internal sealed record SnapshotFacts(double Rate, double WeightDecay, int Context);

[JsonSerializable(typeof(SnapshotFacts))]
internal sealed partial class SnapshotJson : JsonSerializerContext;
