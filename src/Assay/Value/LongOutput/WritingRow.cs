using System.Text;
using System.Text.Json;
using Assay.Data;

namespace Assay.Value;

/// <summary>Where rows keep what was asked for and what was answered.</summary>
public record WritingColumns
{
    /// <summary>The column of messages (<c>[{"role": .., "content": ..}]</c>): the first of a user is the instruction, the first of the assistant the answer.</summary>
    public string Messages { get; init; } = "messages";

    /// <summary>The column of instructions, where there is none of messages.</summary>
    public string Prompt { get; init; } = "prompt";

    /// <summary>The column of answers, where there is none of messages.</summary>
    public string Answer { get; init; } = "response";

    /// <summary>How demands of length are read. Default: <c>parsed</c>.</summary>
    public LengthReading Reading { get; init; } = LengthReading.Parsed;
}

/// <summary>An instruction to write, and what was written.</summary>
/// <param name="Prompt">The instruction.</param>
/// <param name="Answer">The text.</param>
internal readonly record struct WritingRow(string Prompt, string Answer)
{
    /// <summary>Says so where a dataset has none of the columns.</summary>
    /// <exception cref="AssayException">It has not.</exception>
    public static void Check(View view, WritingColumns columns, string method)
    {
        Schema schema = view.Dataset.Schema;
        if (
            schema.Find(columns.Messages) is null
            && (schema.Find(columns.Prompt) is null || schema.Find(columns.Answer) is null)
        )
            throw new AssayException(
                $"{method}: '{view.Dataset.Name}' has neither a column '{columns.Messages}' nor '{columns.Prompt}' and '{columns.Answer}'",
                hint: "It has: "
                    + string.Join(", ", schema.Select(field => field.Name))
                    + ". Name them with 'messages', or 'prompt' and 'answer'."
            );
    }

    /// <summary>Reads a row; what is missing is empty.</summary>
    /// <exception cref="AssayException">The messages are no list of them.</exception>
    public static WritingRow Of(Batch batch, int row, WritingColumns columns)
    {
        int at = batch.Local(row);
        if (batch.Table.Find(columns.Messages) is { } messages && !messages.IsNull(at))
            try
            {
                using JsonDocument document = JsonDocument.Parse(messages.Utf8Memory(at));
                string First(string role) =>
                    document
                        .RootElement.EnumerateArray()
                        .Where(message => message.GetProperty("role").GetString() == role)
                        .Select(message => message.GetProperty("content").GetString() ?? "")
                        .FirstOrDefault("");
                return new(First("user"), First("assistant"));
            }
            catch (Exception failure)
                when (failure is JsonException or InvalidOperationException or KeyNotFoundException)
            {
                throw new AssayException(
                    $"'{columns.Messages}' is no list of messages",
                    new(batch.Table.SourceOf(at), Byte: batch.Table.Offsets[at], Key: columns.Messages),
                    "Expected [{\"role\": \"user\", \"content\": ..}, ..]; mend the row, or leave it out (select/where).",
                    failure
                );
            }
        return new(Text(columns.Prompt), Text(columns.Answer));

        string Text(string name) =>
            batch.Table.Find(name) is { Type: ColumnType.Text } column && !column.IsNull(at)
                ? Encoding.UTF8.GetString(column.Utf8(at))
                : "";
    }
}
