using System.IO.Hashing;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Microsoft.Extensions.AI;

namespace Assay.Learning;

/// <summary>Replies of chat models on disk, one small JSON file each, named by the hash of the request. Thread-safe.</summary>
/// <remarks>
/// A file holds the request in full, the reply, and a checksum of it. It is written whole or not at all. One that is
/// damaged, or holds another request, is no reply: it is reported and asked for anew.
/// </remarks>
public sealed class ReplyCache
{
    private const string Format = "assay chat reply 1";

    private readonly Action<string>? _report;
    private long _hits,
        _misses,
        _damaged,
        _unkept;

    /// <summary>Uses a folder, made when the first reply is kept.</summary>
    /// <param name="folder">The folder; several programs may share it.</param>
    /// <param name="report">Told of damaged files, and of replies that could not be kept; null: nobody.</param>
    public ReplyCache(string folder, Action<string>? report = null) => (Folder, _report) = (folder, report);

    /// <summary>The folder.</summary>
    public string Folder { get; }

    /// <summary>Requests that were answered from here.</summary>
    public long Hits => Interlocked.Read(ref _hits);

    /// <summary>Requests that were not here, damaged ones included.</summary>
    public long Misses => Interlocked.Read(ref _misses);

    /// <summary>Files that were damaged.</summary>
    public long Damaged => Interlocked.Read(ref _damaged);

    /// <summary>Replies that could not be kept: the disk is full, or the request cannot be written down.</summary>
    public long Unkept => Interlocked.Read(ref _unkept);

    internal ChatResponse? Find(string request)
    {
        string path = PathOf(request);
        try
        {
            if (File.Exists(path))
            {
                ChatResponse found = Parse(File.ReadAllBytes(path), request);
                Interlocked.Increment(ref _hits);
                return found;
            }
        }
        catch (Exception wrong)
            when (wrong
                    is JsonException
                        or FormatException
                        or InvalidOperationException
                        or NotSupportedException
                        or IOException
            )
        {
            Interlocked.Increment(ref _damaged);
            _report?.Invoke($"{path}: the kept reply is damaged and will be asked for anew: {wrong.Message}");
        }
        Interlocked.Increment(ref _misses);
        return null;
    }

    /// <summary>Keeps a reply.</summary>
    /// <returns>The reply as it will be read, so that the first run sees what later ones see.</returns>
    internal ChatResponse Keep(string request, ChatResponse response)
    {
        try
        {
            byte[] bytes = Bytes(request, response);
            Directory.CreateDirectory(Path.GetDirectoryName(PathOf(request))!);
            AtomicFile.Write(PathOf(request), stream => stream.Write(bytes));
            return Parse(bytes, request);
        }
        catch (Exception wrong) when (wrong is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            // The reply is paid for: better one that is not kept than none.
            Unable($"{PathOf(request)}: the reply could not be kept: {wrong.Message}");
            return response;
        }
    }

    internal void Unable(string message)
    {
        Interlocked.Increment(ref _unkept);
        _report?.Invoke(message);
    }

    internal string PathOf(string request)
    {
        string key = ChatRequestText.KeyOf(request);
        return Path.Combine(Folder, key[..2], key[2..] + ".json");
    }

    private static byte[] Bytes(string request, ChatResponse response)
    {
        byte[] reply = JsonSerializer.SerializeToUtf8Bytes(
            response,
            AIJsonUtilities.DefaultOptions.GetTypeInfo(typeof(ChatResponse))
        );
        using MemoryStream buffer = new();
        using (Utf8JsonWriter json = new(buffer, new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            json.WriteStartObject();
            json.WriteString("format", Format);
            json.WritePropertyName("request");
            json.WriteRawValue(request);
            json.WriteString("xxh128", Checksum(reply));
            json.WritePropertyName("response");
            json.WriteRawValue(reply);
            json.WriteEndObject();
        }
        return buffer.ToArray();
    }

    private static ChatResponse Parse(byte[] bytes, string request)
    {
        using JsonDocument json = JsonDocument.Parse(bytes, new() { AllowDuplicateProperties = false });
        JsonElement root = json.RootElement;
        if (Text("format") != Format)
            throw new FormatException($"expected the format '{Format}'");
        if (Part("request").GetRawText() != request)
            throw new FormatException("it holds another request");
        string reply = Part("response").GetRawText();
        if (Text("xxh128") != Checksum(Encoding.UTF8.GetBytes(reply)))
            throw new FormatException("the checksum of the reply is another");
        return (ChatResponse?)
                JsonSerializer.Deserialize(reply, AIJsonUtilities.DefaultOptions.GetTypeInfo(typeof(ChatResponse)))
            ?? throw new FormatException("there is no reply");

        JsonElement Part(string key) =>
            root.ValueKind == JsonValueKind.Object && root.TryGetProperty(key, out JsonElement part)
                ? part
                : throw new FormatException($"there is no '{key}'");

        string Text(string key) =>
            Part(key) is { ValueKind: JsonValueKind.String } text
                ? text.GetString()!
                : throw new FormatException($"'{key}' should be a string");
    }

    private static string Checksum(ReadOnlySpan<byte> bytes) => Convert.ToHexStringLower(XxHash128.Hash(bytes));
}
