using Assay.Data;
using Assay.Learning;

namespace Assay.Models;

/// <summary>Language models that lie in folders, as <c>assay train lm</c> and Hugging Face make them.</summary>
internal static class ModelFolder
{
    /// <summary>Reads one.</summary>
    /// <exception cref="AssayException">There is none, or it cannot be read.</exception>
    public static LanguageModel Read(string folder)
    {
        if (File.Exists(Path.Combine(folder, ModelEnsemble.FileName)))
            throw new AssayException(
                "this is an ensemble of models, and one model is needed here",
                new(folder),
                "Name one of its members' folders, or make one model of it with 'assay train distil'."
            );
        try
        {
            return LanguageModel.Load(folder);
        }
        catch (Exception failure)
            when (failure is IOException or FormatException or ArgumentException or UnauthorizedAccessException)
        {
            throw new AssayException(
                $"this is no model that can be read: {failure.Message}",
                new(folder),
                "A model is a folder with config.json, model.safetensors and tokenizer.json, as 'assay train lm' makes it.",
                failure
            );
        }
    }

    /// <summary>
    /// What stood before a text in training: for models of this house, whose texts follow each other, the end mark of the one before; for others the
    /// begin mark, or where there is none the end mark, if there is one.
    /// </summary>
    public static int? StartOf(ITokenizer tokenizer)
    {
        bool ours =
            tokenizer.VocabularySize == TokenStream.Tokenizer.VocabularySize
            && tokenizer.Special.End == TokenStream.Tokenizer.Special.End;
        return ours ? tokenizer.Special.End : tokenizer.Special.Begin ?? tokenizer.Special.End;
    }
}
