using System.Text.Json;
using Assay.Data;
using Assay.Studies;

namespace Assay.Judge;

/// <summary>One label of a comparison: what a rater said of a task.</summary>
/// <param name="Task">The task.</param>
/// <param name="Rater">Who said it.</param>
/// <param name="Side">1 for a, -1 for b, 0 for no difference.</param>
/// <param name="Certainty">How far the confidence lies from the middle of the nine points, from 0 to 4; NaN where none was given.</param>
/// <param name="Batch">The batch; may be empty.</param>
/// <param name="A">Who wrote a.</param>
/// <param name="B">Who wrote b.</param>
public sealed record LabelledComparison(
    string Task,
    string Rater,
    int Side,
    double Certainty = double.NaN,
    string Batch = "",
    string A = "",
    string B = ""
)
{
    private const string Expected =
        "Expected columns task (or prompt), rater, choice (a, b, tie) or confidence (1 to 9), and perhaps batch, a, b; or those of the released comparisons: info, summaries, choice, worker, batch, extra.";

    /// <summary>Reads labels from a table: what <c>assay compare</c> writes, or the released comparisons of summaries.</summary>
    /// <exception cref="AssayException">A column is missing, or a value does not fit.</exception>
    public static IReadOnlyList<LabelledComparison> Read(StudyTable table, AgreementOptions options)
    {
        if (table.Has("summaries") && table.Has("worker"))
            return Released(table);
        string task = table.Has(options.Task) ? options.Task : "prompt";
        bool hasConfidence = table.Has(options.Confidence);
        if (!table.Has(task) || !table.Has(options.Rater) || !(hasConfidence || table.Has("choice")))
            throw new AssayException("the rows hold no labels of comparisons", hint: Expected);
        string[] tasks = table.Words(task),
            raters = table.Words(options.Rater),
            batches = Words(options.Batch),
            a = Words("a"),
            b = Words("b"),
            choices = Words("choice");
        double[] confidences = hasConfidence
            ? table.NumbersOrNaN(options.Confidence)
            : [.. Enumerable.Repeat(double.NaN, table.Rows)];
        List<LabelledComparison> labels = [];
        for (int row = 0; row < table.Rows; row++)
        {
            double confidence = confidences[row];
            if (confidence is < 1 or > 9)
                throw table.Wrong(row, options.Confidence, $"the confidence is {confidence}", "It runs from 1 to 9.");
            if (raters[row].Length == 0)
                throw table.Wrong(row, options.Rater, "nobody is named", "Every label needs a rater.");
            int side = choices[row].ToLowerInvariant() switch
            {
                "a" => 1,
                "b" => -1,
                "tie" => 0,
                "" when !double.IsNaN(confidence) => Math.Sign(confidence - 5),
                _ => throw table.Wrong(row, "choice", $"the choice is '{choices[row]}'", "It is a, b or tie."),
            };
            labels.Add(new(tasks[row], raters[row], side, Math.Abs(confidence - 5), batches[row], a[row], b[row]));
        }
        return labels;

        string[] Words(string column) =>
            table.Has(column) ? table.Words(column) : [.. Enumerable.Repeat("", table.Rows)];
    }

    // One JSON value a column: info.id, summaries[].policy, extra.confidence.
    private static LabelledComparison[] Released(StudyTable table)
    {
        string[] infos = table.Has("info") ? table.Words("info") : new string[table.Rows],
            summaries = table.Words("summaries"),
            workers = table.Words("worker"),
            batches = table.Has("batch") ? table.Words("batch") : new string[table.Rows],
            extras = table.Has("extra") ? table.Words("extra") : new string[table.Rows];
        double[] choices = table.Numbers("choice");
        return [.. Enumerable.Range(0, table.Rows).Select(Row)];

        LabelledComparison Row(int row)
        {
            if (choices[row] is not (0 or 1))
                throw table.Wrong(
                    row,
                    "choice",
                    $"the choice is {choices[row]}",
                    "It is 0 or 1, the preferred summary."
                );
            try
            {
                using JsonDocument texts = JsonDocument.Parse(summaries[row]);
                using JsonDocument info = JsonDocument.Parse(string.IsNullOrEmpty(infos[row]) ? "{}" : infos[row]);
                using JsonDocument extra = JsonDocument.Parse(string.IsNullOrEmpty(extras[row]) ? "{}" : extras[row]);
                string[] both =
                [
                    .. texts.RootElement.EnumerateArray().Select(one => one.GetProperty("text").GetString() ?? ""),
                ];
                string[] policies =
                [
                    .. texts
                        .RootElement.EnumerateArray()
                        .Select(one =>
                            one.TryGetProperty("policy", out JsonElement policy) ? policy.GetString() ?? "" : ""
                        ),
                ];
                string id = info.RootElement.TryGetProperty("id", out JsonElement named) ? named.ToString() : "";
                // The same two summaries are one task, whichever stands first.
                bool isTurned = string.CompareOrdinal(both[0], both[1]) > 0;
                double certainty =
                    extra.RootElement.TryGetProperty("confidence", out JsonElement given)
                    && given.ValueKind == JsonValueKind.Number
                        ? Math.Abs(given.GetDouble() - 5)
                        : double.NaN;
                int side =
                    certainty == 0 ? 0
                    : (choices[row] == 0) != isTurned ? 1
                    : -1;
                return new(
                    $"{id}\n{(isTurned ? both[1] : both[0])}\n{(isTurned ? both[0] : both[1])}",
                    workers[row],
                    side,
                    certainty,
                    batches[row] ?? "",
                    isTurned ? policies[1] : policies[0],
                    isTurned ? policies[0] : policies[1]
                );
            }
            catch (Exception failure)
                when (failure
                        is JsonException
                            or KeyNotFoundException
                            or InvalidOperationException
                            or IndexOutOfRangeException
                )
            {
                throw table.Wrong(row, "summaries", $"this is no comparison: {failure.Message}", Expected);
            }
        }
    }
}
