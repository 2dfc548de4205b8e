using Assay.Data;
using Assay.Learning;

namespace Assay.Models;

/// <summary>What a language model writes after prompts, in pieces that a killed run keeps.</summary>
internal static class Continuations
{
    private const int PerPiece = 16;

    /// <summary>Continues each prompt once.</summary>
    /// <remarks>
    /// A sampled text depends on its prompt's number only, not on threads or kills. A prompt that leaves no room for its continuation loses its beginning.
    /// </remarks>
    /// <param name="model">Who writes.</param>
    /// <param name="prompts">UTF-8; an empty one needs a tokenizer with a begin or an end token.</param>
    /// <param name="options">How.</param>
    /// <param name="stage">Name of the pieces; of one model only.</param>
    /// <param name="work">Pieces, random numbers, cancellation.</param>
    /// <returns>The texts, and how many prompts were cut.</returns>
    /// <exception cref="AssayException">A prompt is empty and the model cannot begin from nothing.</exception>
    public static (byte[][] Texts, int Cut) Of(
        LanguageModel model,
        IReadOnlyList<byte[]> prompts,
        GenerationOptions options,
        string stage,
        Work work
    )
    {
        int? start = ModelFolder.StartOf(model.Tokenizer);
        int room = Math.Max(1, model.ContextLength - options.MaxTokens),
            cut = 0;
        int[][] tokens = new int[prompts.Count][];
        for (int i = 0; i < tokens.Length; i++)
        {
            int[] all = [.. start is { } first ? [first] : Array.Empty<int>(), .. model.Tokenizer.Encode(prompts[i])];
            if (all.Length == 0)
                throw new AssayException(
                    $"prompt {i + 1:N0} is empty, and the model has no token to begin from nothing with",
                    hint: "Its tokenizer.json needs a begin or an end token; or leave empty prompts out."
                );
            if (all.Length > room)
                cut++;
            tokens[i] = all.Length > room ? all[^room..] : all;
        }
        work.Make(
            stage,
            (tokens.Length + PerPiece - 1) / PerPiece,
            (piece, stream) =>
            {
                using BinaryWriter writer = new(stream, System.Text.Encoding.UTF8, leaveOpen: true);
                int first = piece * PerPiece;
                foreach (
                    GeneratedText made in model.Generate(
                        tokens[first..Math.Min(tokens.Length, first + PerPiece)],
                        options with
                        {
                            BatchSize = PerPiece,
                        },
                        work.Random.Child(stage).Child(piece)
                    )
                )
                {
                    writer.Write(made.Text.Length);
                    writer.Write(made.Text);
                }
            },
            piece => Math.Min(PerPiece, tokens.Length - piece * PerPiece),
            "texts"
        );
        byte[][] texts = new byte[tokens.Length][];
        for (int at = 0; at < texts.Length; )
        {
            using BinaryReader reader = new(work.Pieces.Open(stage, at / PerPiece));
            for (int end = Math.Min(texts.Length, at + PerPiece); at < end; at++)
                texts[at] = reader.ReadBytes(reader.ReadInt32());
        }
        return (texts, cut);
    }
}
