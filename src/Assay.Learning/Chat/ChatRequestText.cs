using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.AI;

namespace Assay.Learning;

/// <summary>A request as one JSON text: equal requests are equal texts. What names a reply in the cache.</summary>
internal static class ChatRequestText
{
    private const string Format = "assay chat request 1";

    /// <summary>The text, or null if the request has parts that cannot be written down: then it cannot be cached.</summary>
    /// <param name="endpoint">The endpoint and its model.</param>
    /// <param name="messages">The messages. Their ids and times do not matter.</param>
    /// <param name="options">The options. All of them matter.</param>
    public static string? Of(string endpoint, IEnumerable<ChatMessage> messages, ChatOptions? options)
    {
        using MemoryStream buffer = new();
        using (Utf8JsonWriter json = new(buffer, new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            json.WriteStartObject();
            json.WriteString("format", Format);
            json.WriteString("endpoint", endpoint);
            json.WriteStartArray("messages");
            try
            {
                foreach (ChatMessage message in messages)
                    Message(json, message);
                json.WriteEndArray();
                if (options is not null && !Options(json, options))
                    return null;
            }
            catch (NotSupportedException)
            {
                return null; // content of the user's own type, of which JSON knows nothing
            }
            json.WriteEndObject();
        }
        return Encoding.UTF8.GetString(buffer.ToArray());
    }

    /// <summary>The name of the request: 64 hexadecimal digits.</summary>
    public static string KeyOf(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));

    private static void Message(Utf8JsonWriter json, ChatMessage message)
    {
        json.WriteStartObject();
        json.WriteString("role", message.Role.Value);
        if (message.AuthorName is not null)
            json.WriteString("author", message.AuthorName);
        json.WriteStartArray("contents");
        foreach (AIContent content in message.Contents)
            // Text by ourselves: what the library makes of it may change with its versions.
            if (content is TextContent text)
                json.WriteStringValue(text.Text);
            else
                Value(json, content, typeof(AIContent));
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static bool Options(Utf8JsonWriter json, ChatOptions options)
    {
        // The first three refer to what lies with the endpoint or in the program, and not in the request.
        if (
            options.ConversationId is not null
            || options.ContinuationToken is not null
            || options.RawRepresentationFactory is not null
            || options.Tools?.Any(tool => tool is not AIFunctionDeclaration) == true
        )
            return false;
        Optional(json, "model", options.ModelId);
        Optional(json, "instructions", options.Instructions);
        Optional(json, "temperature", options.Temperature);
        Optional(json, "top_p", options.TopP);
        Optional(json, "top_k", options.TopK);
        Optional(json, "max_output_tokens", options.MaxOutputTokens);
        Optional(json, "frequency_penalty", options.FrequencyPenalty);
        Optional(json, "presence_penalty", options.PresencePenalty);
        Optional(json, "seed", options.Seed);
        Optional(json, "reasoning", options.Reasoning);
        Optional(json, "response_format", options.ResponseFormat);
        Optional(json, "stop", options.StopSequences is { Count: > 0 } ? options.StopSequences.ToArray() : null);
        Optional(json, "multiple_tool_calls", options.AllowMultipleToolCalls);
        Optional(json, "background", options.AllowBackgroundResponses);
        Optional(json, "tool_mode", options.ToolMode);
        foreach (AIFunctionDeclaration tool in options.Tools?.OfType<AIFunctionDeclaration>() ?? [])
        {
            json.WriteStartArray($"tool {tool.Name}");
            json.WriteStringValue(tool.Description);
            tool.JsonSchema.WriteTo(json);
            json.WriteEndArray();
        }
        foreach (
            (string key, object? value) in (options.AdditionalProperties ?? []).OrderBy(
                pair => pair.Key,
                StringComparer.Ordinal
            )
        )
            if (IsPlain(value))
                Optional(json, $"additional {key}", value);
            else
                return false;
        return true;
    }

    // An object of some other type may differ from another in what JSON does not show.
    private static bool IsPlain(object? value) =>
        value
            is null
                or string
                or bool
                or int
                or long
                or float
                or double
                or decimal
                or JsonElement
                or JsonNode
                or string[];

    private static void Optional<T>(Utf8JsonWriter json, string key, T? value)
    {
        if (value is null)
            return;
        json.WritePropertyName(key);
        Value(json, value, typeof(T) == typeof(object) ? value.GetType() : typeof(T));
    }

    private static void Value(Utf8JsonWriter json, object value, Type type) =>
        JsonSerializer.Serialize(json, value, AIJsonUtilities.DefaultOptions.GetTypeInfo(type));
}
