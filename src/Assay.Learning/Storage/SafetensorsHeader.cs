using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Unicode;

namespace Assay.Learning;

/// <summary>The JSON header of a safetensors file: read with every check that the format asks for.</summary>
/// <remarks>
/// Source: the format's description and reference reader (huggingface/safetensors): the header starts with '{' and has at most
/// 100 MB, keys are unique, and the tensors cover the bytes after the header without holes or overlaps. Unknown keys of
/// a tensor are passed over, as the reference does.
/// </remarks>
internal sealed class SafetensorsHeader
{
    /// <summary>The longest header that the format allows, in bytes.</summary>
    public const int MaxBytes = 100_000_000;

    /// <summary>Bytes of the number before the header that says how long it is.</summary>
    public const int LengthBytes = 8;

    public const string MetadataKey = "__metadata__";

    private readonly string _file;
    private readonly long _dataBytes;
    private bool _hasMetadata;

    private SafetensorsHeader(string file, long dataBytes) => (_file, _dataBytes) = (file, dataBytes);

    /// <summary>The tensors by name.</summary>
    public Dictionary<string, SafetensorsEntry> Entries { get; } = new(StringComparer.Ordinal);

    public SortedDictionary<string, string> Metadata { get; } = new(StringComparer.Ordinal);

    /// <summary>Reads the header.</summary>
    /// <param name="json">The bytes of the header, padding included.</param>
    /// <param name="dataBytes">The bytes that follow the header in the file.</param>
    /// <param name="file">The file, for errors.</param>
    /// <exception cref="SafetensorsException">Anything is wrong with it.</exception>
    public static SafetensorsHeader Parse(ReadOnlySpan<byte> json, long dataBytes, string file)
    {
        SafetensorsHeader header = new(file, dataBytes);
        if (json.IsEmpty || json[0] != (byte)'{')
            throw header.Bad("the header should begin with '{'");
        if (!Utf8.IsValid(json))
            throw header.Bad("the header is not valid UTF-8");
        try
        {
            header.ReadAll(json);
        }
        catch (JsonException wrong)
        {
            throw header.Bad($"the header is not valid JSON, at byte {wrong.BytePositionInLine} of it");
        }
        catch (InvalidOperationException)
        {
            // What a string with half of a surrogate pair in it ("\ud800") ends in.
            throw header.Bad("a string of the header is not valid Unicode");
        }
        header.CheckCover();
        return header;
    }

    private void ReadAll(ReadOnlySpan<byte> json)
    {
        Utf8JsonReader reader = new(json);
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            string name = reader.GetString()!;
            reader.Read();
            if (name == MetadataKey)
                ReadMetadata(ref reader);
            else if (!Entries.TryAdd(name, ReadEntry(ref reader, name)))
                throw Bad("the name is there twice", name);
        }
        // Reading on finds anything that follows the closing brace but white space.
        while (reader.Read()) { }
    }

    private void ReadMetadata(ref Utf8JsonReader reader)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
            throw Bad($"{MetadataKey} should be an object of strings, found {Kind(ref reader)}");
        if (_hasMetadata)
            throw Bad($"{MetadataKey} is there twice");
        _hasMetadata = true;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            string key = reader.GetString()!;
            reader.Read();
            if (reader.TokenType != JsonTokenType.String)
                throw Bad($"{MetadataKey} '{key}' should be a string, found {Kind(ref reader)}");
            if (!Metadata.TryAdd(key, reader.GetString()!))
                throw Bad($"{MetadataKey} '{key}' is there twice");
        }
    }

    private SafetensorsEntry ReadEntry(ref Utf8JsonReader reader, string name)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
            throw Bad($"should be an object with dtype, shape and data_offsets, found {Kind(ref reader)}", name);
        SafetensorsType? type = null;
        long[]? shape = null,
            offsets = null;
        HashSet<string> seen = [];
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            string key = reader.GetString()!;
            if (!seen.Add(key))
                throw Bad($"'{SafetensorsException.Excerpt(key)}' is there twice", name);
            reader.Read();
            if (key == "dtype")
                type = ReadType(ref reader, name);
            else if (key == "shape")
                shape = ReadNumbers(ref reader, name, key);
            else if (key == "data_offsets")
                offsets = ReadNumbers(ref reader, name, key);
            else
                reader.Skip();
        }
        return Entry(
            name,
            type ?? throw Bad("has no dtype", name),
            shape ?? throw Bad("has no shape", name),
            offsets ?? throw Bad("has no data_offsets", name)
        );
    }

    private SafetensorsEntry Entry(string name, SafetensorsType type, long[] shape, long[] offsets)
    {
        if (offsets.Length != 2 || offsets[0] > offsets[1])
            throw Bad($"data_offsets should be [begin, end], found [{string.Join(", ", offsets)}]", name);
        long found = offsets[1] - offsets[0];
        long expected = SafetensorsTypes.SizeOf(type);
        foreach (long dimension in shape)
            if (Math.BigMul((ulong)expected, (ulong)dimension, out ulong low) != 0 || low > long.MaxValue)
                throw Bad($"the shape [{string.Join(", ", shape)}] is too large", name);
            else
                expected = (long)low;
        if (found != expected)
            throw Bad(
                $"{SafetensorsTypes.NameOf(type)} [{string.Join(", ", shape)}] needs {expected} bytes, data_offsets has {found}",
                name
            );
        if (offsets[1] > _dataBytes)
            throw Bad($"ends at byte {offsets[1]} of the data, and the file has {_dataBytes} (is it whole?)", name);
        return new(name, type, ImmutableArray.Create(shape), offsets[0], found);
    }

    private SafetensorsType ReadType(ref Utf8JsonReader reader, string name)
    {
        if (reader.TokenType != JsonTokenType.String)
            throw Bad($"dtype should be a string, found {Kind(ref reader)}", name);
        string text = reader.GetString()!;
        return SafetensorsTypes.TryParse(text, out SafetensorsType type)
            ? type
            : throw Bad(
                $"dtype '{SafetensorsException.Excerpt(text)}' is not known; these are: {SafetensorsTypes.AllNames}",
                name
            );
    }

    private long[] ReadNumbers(ref Utf8JsonReader reader, string name, string key)
    {
        if (reader.TokenType != JsonTokenType.StartArray)
            throw Bad($"{key} should be a list, found {Kind(ref reader)}", name);
        List<long> numbers = [];
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
            if (reader.TokenType == JsonTokenType.Number && reader.TryGetInt64(out long number) && number >= 0)
                numbers.Add(number);
            else
                throw Bad($"{key} should have whole numbers from 0 to 2^63-1 only", name);
        return [.. numbers];
    }

    /// <summary>Checks that the tensors, put one after the other, are the bytes after the header, all of them.</summary>
    private void CheckCover()
    {
        long end = 0;
        foreach (SafetensorsEntry entry in Entries.Values.OrderBy(entry => entry.Offset).ThenBy(entry => entry.Bytes))
        {
            if (entry.Offset != end)
                throw Bad(
                    $"begins at byte {entry.Offset} of the data, expected {end}: there is "
                        + (entry.Offset > end ? "a hole before it" : "an overlap with the one before it"),
                    entry.Name
                );
            end += entry.Bytes;
        }
        if (end != _dataBytes)
            throw Bad($"the tensors end at byte {end} of the data, and the file has {_dataBytes}");
    }

    private static string Kind(ref Utf8JsonReader reader) =>
        reader.TokenType switch
        {
            JsonTokenType.StartObject => "an object",
            JsonTokenType.StartArray => "a list",
            JsonTokenType.String => "a string",
            JsonTokenType.Number => "a number",
            JsonTokenType.Null => "null",
            _ => "a truth value",
        };

    private SafetensorsException Bad(string message, string? tensor = null) => new(message, _file, tensor);
}
