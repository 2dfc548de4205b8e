using Assay.Data;
using Assay.Learning;
using Assay.Models;

namespace Assay.Train;

/// <summary>Trains a small transformer over the bytes of the rows' texts, and measures its bits per byte on held-out rows.</summary>
/// <remarks>
/// The texts are one stream, each followed by the mark of its end, cut into sequences that are shuffled in every epoch. AdamW
/// with 0.9, 0.95; a tenth of the steps (100 at most) to warm up, then a cosine down to a tenth of the learning rate; gradients
/// clipped to norm 1. The saved folder has config.json, model.safetensors and tokenizer.json as Hugging Face names them (Llama).
/// </remarks>
[Method("train/lm")]
public sealed class LanguageModelTrainer(LanguageModelOptions options) : ITrainer
{
    private const string Stage = "training";

    /// <inheritdoc/>
    public Trained Train(View view, View? heldOut, Work work)
    {
        TokenStream text = CorpusText.Of("train/lm", view, work.Cancellation);
        TokenStream? held = CorpusText.OfHeldOut("train/lm", heldOut, work.Cancellation);
        LanguageModelFit fit = LanguageModelFit.Of(
            options,
            text,
            work.Random,
            new TrainingCheckpoints(Path.Combine(work.Pieces.Folder, "checkpoints")),
            step => work.Progress?.Report(new(Stage, step.Step, step.Steps, "steps")),
            held,
            cancellation: work.Cancellation
        );
        return new(
            $"{options.Model}, {fit.Model.ParameterCount:N0} parameters",
            fit.Result.Evaluations is [.., var last] ? [new("bits-per-byte", last.Value)] : [],
            fit.Result,
            new Learning.LanguageModel(fit.Model, TokenStream.Tokenizer).Save
        );
    }
}
