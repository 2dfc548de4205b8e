using System.Text;
using Assay.Data;
using Assay.Learning;
using Assay.Models;

namespace Assay.Preferences;

/// <summary>Prompts of rows: what a policy is asked to complete.</summary>
/// <remarks>
/// A column of prompts (texts, or lists of messages); else the prompts of preferences, each once; or the first words of texts.
/// </remarks>
public static class PromptRows
{
    /// <summary>Reads the prompts of the selected rows, in their order.</summary>
    /// <param name="view">The rows.</param>
    /// <param name="column">The column of prompts. Where there is none of that name, rows with preferences give theirs.</param>
    /// <param name="words">Only the first so many words, with the space behind them; 0: all of it. Rows with fewer words are left out.</param>
    /// <param name="cancellation">Asks to stop.</param>
    /// <returns>UTF-8.</returns>
    /// <exception cref="AssayException">There is no such column and no preference, or no row has so many words.</exception>
    public static IReadOnlyList<byte[]> Read(
        View view,
        string column,
        int words = 0,
        CancellationToken cancellation = default
    )
    {
        Schema schema = view.Dataset.Schema;
        List<byte[]> prompts = [];
        if (schema.Find(column) is not null)
            view.ForEach(
                view.Selection.Rows,
                (batch, row) => prompts.Add(new PreferenceRow(batch, row).Prompt(column)),
                cancellation
            );
        else if (schema.Find("chosen") is not null && schema.Find("rejected") is not null)
            prompts.AddRange(
                PreferenceRows
                    .Read(view, cancellation)
                    .Pairs.Select(pair => pair.Prompt)
                    .DistinctBy(Encoding.UTF8.GetString)
            );
        else
            throw new AssayException(
                $"'{view.Dataset.Name}' has no column '{column}': its columns are {string.Join(", ", schema.Select(field => field.Name))}",
                hint: "Name the column of the prompts (prompt)."
            );
        if (words > 0)
            prompts = [.. prompts.Select(prompt => First(prompt, words)).Where(prompt => prompt.Length > 0)];
        return prompts.Count > 0
            ? prompts
            : throw new AssayException(
                $"no row of '{view.Dataset.Name}' has {words + 1:N0} words",
                hint: "Ask for fewer words of a prompt (words)."
            );
    }

    /// <summary>Prompts as tokens behind the mark that stands before texts, cut at their beginning to leave room.</summary>
    /// <param name="prompts">UTF-8.</param>
    /// <param name="tokenizer">The model's tokenizer.</param>
    /// <param name="room">Most tokens of a prompt, at least 1.</param>
    /// <returns>The tokens, and how many prompts were cut.</returns>
    /// <exception cref="AssayException">A prompt is empty and the tokenizer has no such mark.</exception>
    public static (int[][] Tokens, int Cut) Encode(IReadOnlyList<byte[]> prompts, ITokenizer tokenizer, int room)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(room, 1);
        int? start = ModelFolder.StartOf(tokenizer);
        int cut = 0;
        int[][] tokens = new int[prompts.Count][];
        for (int i = 0; i < tokens.Length; i++)
        {
            List<int> all = start is { } mark ? [mark] : [];
            tokenizer.Encode(prompts[i], all);
            if (all.Count == 0)
                throw new AssayException(
                    $"prompt {i + 1:N0} is empty, and the model has no token to begin from nothing with",
                    hint: "Its tokenizer.json needs a begin or an end token; or leave empty prompts out."
                );
            cut += all.Count > room ? 1 : 0;
            tokens[i] = all.Count > room ? [.. all[^room..]] : [.. all];
        }
        return (tokens, cut);
    }

    // Up to the beginning of the next word, or nothing if there is none.
    private static byte[] First(byte[] text, int words)
    {
        int found = 0;
        for (int i = 0; i < text.Length; i++)
            if (!IsSpace(text[i]) && (i == 0 || IsSpace(text[i - 1])) && found++ == words)
                return text[..i];
        return [];

        static bool IsSpace(byte value) => value is (byte)' ' or (byte)'\t' or (byte)'\n' or (byte)'\r';
    }
}
