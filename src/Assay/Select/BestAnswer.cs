using System.ComponentModel.DataAnnotations;
using System.IO.Hashing;
using Assay.Data;

namespace Assay.Select;

/// <summary>Options of <see cref="BestAnswer"/>.</summary>
public sealed record BestAnswerOptions
{
    /// <summary>What answers are judged by, the highest being best: a signal of an earlier step, or a column of numbers (a reward model's score).</summary>
    [Required]
    public string By { get; init; } = "score";

    /// <summary>The column of prompts.</summary>
    [Required]
    public string Prompt { get; init; } = "prompt";

    /// <summary>The column of answers, of which the shortest wins among equals; where it is absent the row's text.</summary>
    [Required]
    public string Answer { get; init; } = "completion";
}

/// <summary>Keeps one answer of each prompt, the one that is scored highest: the best of several teachers, or of several samples.</summary>
/// <remarks>
/// Source: "Tower+", arXiv 2506.17080, the curation of its fine-tuning data: answers of several strong models, of which a reward model's favourite stays. Of equal scores the shortest answer
/// stays, and of equally long ones the first. Rows without a score go.
/// </remarks>
[Method("select/best-answer", Paper = "tower-plus")]
public sealed class BestAnswer(BestAnswerOptions options) : ISelector
{
    /// <inheritdoc/>
    /// <exception cref="AssayException">A column is missing.</exception>
    public Selected Select(View view, Work work)
    {
        double[]? signal = view.Signals.ContainsKey(options.By) ? view.Signal(options.By).Values : null;
        foreach (string column in signal is null ? (string[])[options.Prompt, options.By] : [options.Prompt])
            if (view.Dataset.Schema.Find(column) is null)
                throw new AssayException(
                    $"select/best-answer: '{view.Dataset.Name}' has no column '{column}'{(column == options.By ? ", and no step before computes it" : "")}",
                    hint: "It has: " + string.Join(", ", view.Dataset.Schema.Select(field => field.Name)) + "."
                );
        Verdicts verdicts = new(view, "best_answer.beaten", "best_answer.no_score");
        Dictionary<UInt128, (double Score, int Length, int Position)> best = [];
        int position = 0;
        view.ForEach(
            view.DistinctRows.ToArray(),
            (batch, row) =>
            {
                int at = batch.Local(row);
                double score = signal is not null
                    ? signal[row]
                    : batch.Table.Find(options.By)?.Number(at) ?? double.NaN;
                if (double.IsNaN(score))
                    verdicts.Drop(position, 1);
                else
                {
                    verdicts.Drop(position);
                    Column? answers = batch.Table.Find(options.Answer);
                    int length =
                        answers is { Type: ColumnType.Text } && !answers.IsNull(at)
                            ? answers.Utf8(at).Length
                            : batch.Text(row).Length;
                    UInt128 prompt =
                        batch.Table.Find(options.Prompt) is { Type: ColumnType.Text or ColumnType.Json } prompts
                        && !prompts.IsNull(at)
                            ? XxHash128.HashToUInt128(prompts.Utf8(at))
                            : UInt128.MaxValue;
                    if (
                        !best.TryGetValue(prompt, out (double Score, int Length, int Position) before)
                        || score > before.Score
                        || (score == before.Score && length < before.Length)
                    )
                        best[prompt] = (score, length, position);
                }
                position++;
            },
            work.Cancellation
        );
        foreach ((_, _, int kept) in best.Values)
            verdicts.Keep(kept);
        return verdicts.ToSelected();
    }
}
