using Assay.Data;
using Assay.Learning;
using Assay.Studies;

namespace Assay.Train;

/// <summary>Trains a model on the rows in view.</summary>
public interface ITrainer
{
    /// <summary>Trains.</summary>
    /// <param name="view">What to train on, in the order and with the repeats of its selection.</param>
    /// <param name="heldOut">What to measure on, or null.</param>
    /// <param name="work">Random numbers, progress, cancellation; a killed run goes on from its checkpoints among the pieces.</param>
    /// <exception cref="AssayException">The rows do not suit the model.</exception>
    /// <exception cref="TrainingException">The loss became infinite.</exception>
    Trained Train(View view, View? heldOut, Work work);
}

/// <summary>A trained model.</summary>
/// <param name="Model">What it is, in a few words: <c>gpt-1m, 1,007,360 parameters</c>.</param>
/// <param name="Scores">What it was measured to be on the held-out rows; empty without them.</param>
/// <param name="Curve">Losses and evaluations on the way, or null where it was fitted in one go.</param>
/// <param name="Save">Writes it into a folder, each file whole or not at all.</param>
/// <param name="Chosen">What it was chosen by, measured on the rows given; empty where nothing was chosen.</param>
/// <param name="Study">What the training showed: its page is written beside the model; null where there is no more to say than scores.</param>
public sealed record Trained(
    string Model,
    IReadOnlyList<Score> Scores,
    TrainingResult? Curve,
    Action<string> Save,
    IReadOnlyList<Score>? Chosen = null,
    Study? Study = null
);

/// <summary>One number about a trained model.</summary>
/// <param name="Metric">Such as <c>bits-per-byte</c> or <c>accuracy</c>.</param>
/// <param name="Value">The number.</param>
public readonly record struct Score(string Metric, double Value);
