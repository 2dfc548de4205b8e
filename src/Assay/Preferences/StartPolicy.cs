using Assay.Data;
using Assay.Learning;
using Assay.Models;

namespace Assay.Preferences;

/// <summary>The model that a training on preferences starts from: a folder, or a proxy that is first trained on texts.</summary>
public static class StartPolicy
{
    /// <summary>Whether a model is named that is to be trained first.</summary>
    public static bool IsProxy(string model) => model is "gpt-250k" or "gpt-1m" or "gpt-4m" or "gpt-10m";

    /// <summary>Reads the folder, or trains the proxy on texts (supervised fine-tuning from nothing).</summary>
    /// <param name="model">A folder as <c>assay train lm</c> makes it, or <c>gpt-250k</c> to <c>gpt-10m</c>.</param>
    /// <param name="texts">What a proxy is trained on: prompts with their preferred completions.</param>
    /// <param name="epochs">How often a proxy goes through them.</param>
    /// <param name="context">Most tokens of a sequence; longer than the model's own context is cut to it.</param>
    /// <param name="work">Random numbers, progress, cancellation; a killed training goes on from its checkpoints.</param>
    /// <exception cref="AssayException">There is no such model, or it cannot be read.</exception>
    public static LanguageModel Of(string model, IEnumerable<byte[]> texts, double epochs, int context, Work work)
    {
        if (!IsProxy(model))
            return Directory.Exists(model)
                ? ModelFolder.Read(model)
                : throw new AssayException(
                    $"there is no model '{model}'",
                    hint: "Name a folder with config.json, model.safetensors and tokenizer.json, or gpt-250k, gpt-1m, gpt-4m or gpt-10m."
                );
        TokenStream stream = new();
        foreach (byte[] text in texts)
            stream.Add(text);
        LanguageModelFit fit = LanguageModelFit.Of(
            new()
            {
                Model = model,
                Epochs = epochs,
                Context = context,
            },
            stream,
            work.Random.Child("start"),
            new TrainingCheckpoints(Path.Combine(work.Pieces.Folder, "start")),
            step => work.Progress?.Report(new("supervised start", step.Step, step.Steps, "steps")),
            cancellation: work.Cancellation
        );
        return new(fit.Model, TokenStream.Tokenizer);
    }

    /// <summary>Prompts with their preferred completions, as texts to learn to write from.</summary>
    public static IEnumerable<byte[]> TextsOf(IEnumerable<PreferencePair> pairs) =>
        pairs.Where(pair => pair.Chosen is not null).Select(pair => (byte[])[.. pair.Prompt, .. pair.Chosen!]);
}
