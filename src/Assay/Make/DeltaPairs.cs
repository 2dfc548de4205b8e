using System.Globalization;
using System.Text;
using Assay.Data;
using Assay.Learning;
using Assay.Models;
using Assay.Studies;

namespace Assay.Make;

/// <summary>Pairs of answers of two models, the stronger one's chosen without any judge: what is learned is the way from the one to the other.</summary>
/// <remarks>
/// Source: "The Delta Learning Hypothesis", arXiv 2507.06187, section 4 and its pairs of a ladder of model sizes. Both models may be weaker than the one
/// that is tuned on the pairs, as long as one is better than the other. Pairs of equal answers teach nothing and are left out; tune on
/// the rest with length-normalised DPO.
/// </remarks>
[Method("make/delta-pairs", Paper = "delta-learning")]
public sealed class DeltaPairs(DeltaPairsOptions options) : IMaker
{
    private const int Examples = 20;

    /// <inheritdoc/>
    /// <exception cref="AssayException">A side is named twice or not at all, a column is missing, or no pair is left.</exception>
    public Made Make(View view, Work work)
    {
        StudyTable table = StudyTable.Of(view, work.Cancellation);
        string[] prompts = table.Words(options.Prompt);
        byte[][] utf8 = [.. prompts.Select(Encoding.UTF8.GetBytes)];
        Side chosen = Answers("stronger", options.Stronger, "chosen", options.Chosen, table, utf8, work),
            rejected = Answers("weaker", options.Weaker, "rejected", options.Rejected, table, utf8, work);
        if (options.ChosenScore is null != options.RejectedScore is null)
            throw new AssayException(
                "one score alone says nothing",
                hint: "Name 'chosen-score' and 'rejected-score', or neither."
            );
        double[]? worth = options.ChosenScore is { } better ? table.Numbers(better) : null,
            rival = options.RejectedScore is { } worse ? table.Numbers(worse) : null;

        MadeRows rows = new();
        int equal = 0,
            empty = 0,
            inverted = 0,
            longer = 0;
        double chosenBytes = 0,
            rejectedBytes = 0;
        List<int> kept = [];
        for (int row = 0; row < prompts.Length; row++)
        {
            ReadOnlySpan<byte> good = chosen.Texts[row],
                bad = rejected.Texts[row];
            double? delta = worth is null ? null : worth[row] - rival![row];
            if (good.SequenceEqual(bad))
                equal++;
            else if (good.IsEmpty || bad.IsEmpty)
                empty++;
            else if (delta <= options.MinDelta)
                inverted++;
            else
            {
                rows.Set("prompt", utf8[row]);
                rows.Set("chosen", good);
                rows.Set("rejected", bad);
                rows.Set("chosen_model", chosen.Name);
                rows.Set("rejected_model", rejected.Name);
                if (delta is { } known)
                    rows.Set("delta", known);
                rows.EndRow();
                kept.Add(row);
                longer += good.Length > bad.Length ? 1 : 0;
                chosenBytes += good.Length;
                rejectedBytes += bad.Length;
            }
        }
        if (kept.Count == 0)
            throw new AssayException(
                $"none of {prompts.Length:N0} prompts makes a pair: {equal:N0} have equal answers, {empty:N0} an empty one, {inverted:N0} no gain",
                hint: "Take models that differ more, or more tokens (max-tokens)."
            );

        double share = (double)longer / kept.Count;
        List<string> notes =
        [
            "The order of a pair is assumed, not judged: check on some prompts whose worth is known that the stronger source is better, and by how much.",
            "Tune with the length-normalised DPO loss and a small learning rate, and choose the step on rows of your own: what the pairs differ in keeps growing.",
        ];
        if (share is > 0.9 or < 0.1)
            notes.Add(
                Text(
                    $"The chosen answer is the longer one in {share:P0} of the pairs; a loss that is not length-normalised would learn length."
                )
            );
        if (chosen.Cut + rejected.Cut > 0)
            notes.Add(
                Text(
                    $"{chosen.Cut + rejected.Cut:N0} prompts were too long for a model's context and lost their beginning."
                )
            );
        return new(
            rows.ToDataset(),
            new()
            {
                Title = "Pairs of a stronger and a weaker source",
                Answer =
                    $"{kept.Count:N0} of {prompts.Length:N0} prompts make a pair; the answers of {chosen.Name} are chosen over those of {rejected.Name}.",
                Facts =
                [
                    new("Pairs", Text($"{kept.Count:N0}"), Text($"of {prompts.Length:N0} prompts")),
                    new("Equal answers", Text($"{equal:N0}"), "left out"),
                    new("Empty answers", Text($"{empty:N0}"), "left out"),
                    .. worth is null
                        ? Array.Empty<Fact>()
                        : [new("Tied or inverted", Text($"{inverted:N0}"), "left out, by the scores")],
                    new("Chosen is longer", Text($"{share:P0}"), "of the pairs"),
                    new(
                        "Mean length",
                        Text($"{chosenBytes / kept.Count:N0} and {rejectedBytes / kept.Count:N0} bytes"),
                        "chosen, rejected"
                    ),
                ],
                Panels =
                [
                    new TablePanel
                    {
                        Title = "First pairs",
                        Note = "The rows that were made are in rows.jsonl.",
                        Columns =
                        [
                            TableColumn.Of("prompt", kept.Take(Examples).Select(row => prompts[row])),
                            TableColumn.Of("chosen", kept.Take(Examples).Select(row => Words(chosen.Texts[row]))),
                            TableColumn.Of("rejected", kept.Take(Examples).Select(row => Words(rejected.Texts[row]))),
                        ],
                    },
                ],
                Notes = notes,
            }
        );
    }

    private Side Answers(
        string modelOption,
        string? folder,
        string columnOption,
        string? column,
        StudyTable table,
        byte[][] prompts,
        Work work
    )
    {
        if (folder is null == column is null)
            throw new AssayException(
                $"the answers to be {columnOption} come from one of two: a model ('{modelOption}') or a column ('{columnOption}')",
                hint: $"Name {(folder is null ? "one" : "only one")} of them."
            );
        if (column is not null)
            return new(column, [.. table.Words(column).Select(Encoding.UTF8.GetBytes)], 0);
        LanguageModel model = ModelFolder.Read(folder!);
        if (options.MaxTokens >= model.ContextLength)
            throw new AssayException(
                $"{options.MaxTokens:N0} tokens of answer leave no room for a prompt in a context of {model.ContextLength:N0}",
                new(folder!),
                "Ask for fewer with 'max-tokens'."
            );
        (byte[][] texts, int cut) = Continuations.Of(
            model,
            prompts,
            new()
            {
                Sampling = new() { Temperature = options.Temperature },
                MaxTokens = options.MaxTokens,
                Stops = options.Stop,
            },
            modelOption,
            work
        );
        return new(Path.GetFileName(Path.TrimEndingDirectorySeparator(folder!)), texts, cut);
    }

    private static string Words(byte[] text) => Encoding.UTF8.GetString(text);

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    private sealed record Side(string Name, byte[][] Texts, int Cut);
}
