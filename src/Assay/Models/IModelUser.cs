namespace Assay.Models;

/// <summary>
/// A method that needs a language model trained on the rows in view. The model is trained before the method, as a step of
/// its own that the plan shows, and once for all steps and candidates that ask for the same one of the same rows.
/// </summary>
public interface IModelUser
{
    /// <summary>The model that is needed; null if these options need none.</summary>
    ModelRequest? Model { get; }
}

/// <summary>A language model to be trained on the rows in view.</summary>
/// <param name="Options">Which, how long, how fast.</param>
/// <param name="Checkpoints">Snapshots that are kept, evenly spaced over the run; the last is the trained model. At least 1.</param>
public sealed record ModelRequest(LanguageModelOptions Options, int Checkpoints = 1);
