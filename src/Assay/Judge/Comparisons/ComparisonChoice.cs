using System.Text.Json;
using System.Text.Json.Serialization;

namespace Assay.Judge;

/// <summary>What somebody chose, with everything that is needed to count it later.</summary>
/// <remarks>
/// A line of the file that <c>assay compare</c> writes, and of the one that its page downloads. The confidence is that a's answer is better, on the paper's nine
/// points: 9 surely, 5 no difference, 1 surely not.
/// </remarks>
public sealed record ComparisonChoice
{
    private static readonly JsonSerializerOptions Format = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>The task's id.</summary>
    public required string Task { get; init; }

    /// <summary>What was asked.</summary>
    public required string Prompt { get; init; }

    /// <summary>Who wrote the one answer.</summary>
    public required string A { get; init; }

    /// <summary>Who wrote the other.</summary>
    public required string B { get; init; }

    /// <summary>The one answer.</summary>
    public required string AnswerA { get; init; }

    /// <summary>The other.</summary>
    public required string AnswerB { get; init; }

    /// <summary><c>a</c> or <c>b</c>: whose answer stood first.</summary>
    public required string First { get; init; }

    /// <summary><c>a</c>, <c>b</c> or <c>tie</c>.</summary>
    public required string Choice { get; init; }

    /// <summary>From 1 (surely b) over 5 to 9 (surely a); null where only a choice was made.</summary>
    public int? Confidence { get; init; }

    /// <summary>Who chose.</summary>
    public required string Rater { get; init; }

    /// <summary>The batch that the task was part of; may be absent.</summary>
    public string? Batch { get; init; }

    /// <summary>A choice of a task.</summary>
    /// <param name="task">The task.</param>
    /// <param name="aFirst">Whether a's answer stood first.</param>
    /// <param name="firstBetter">From 1 (the second is surely better) over 5 (no difference) to 9 (the first is).</param>
    /// <param name="isGraded">Whether that was asked on nine points; else only the side counts.</param>
    /// <param name="rater">Who chose.</param>
    /// <param name="batch">The batch, or null.</param>
    public static ComparisonChoice Of(
        ComparisonTask task,
        bool aFirst,
        int firstBetter,
        bool isGraded,
        string rater,
        string? batch
    )
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(firstBetter, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(firstBetter, 9);
        int confidence = aFirst ? firstBetter : 10 - firstBetter;
        return new()
        {
            Task = task.Id,
            Prompt = task.Prompt,
            A = task.A,
            B = task.B,
            AnswerA = task.AnswerA,
            AnswerB = task.AnswerB,
            First = aFirst ? "a" : "b",
            Choice =
                confidence > 5 ? "a"
                : confidence < 5 ? "b"
                : "tie",
            Confidence = isGraded ? confidence : null,
            Rater = rater,
            Batch = batch,
        };
    }

    /// <summary>The line of it.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, Format);

    /// <summary>Reads a line.</summary>
    /// <exception cref="JsonException">It is no choice.</exception>
    public static ComparisonChoice Parse(string line) =>
        JsonSerializer.Deserialize<ComparisonChoice>(line, Format) ?? throw new JsonException("there is no choice");
}
