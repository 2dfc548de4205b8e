using System.Text;
using System.Text.Json;

namespace Assay.Data;

/// <summary>Turns JSON text into the nodes that YAML gives, so that problems in it are told with line and column as well.</summary>
public static class JsonTreeReader
{
    private const int DepthLimit = 64;

    /// <summary>The value of <paramref name="source"/>.</summary>
    /// <exception cref="DocumentException">It is not JSON.</exception>
    public static YamlNode Read(SourceText source, DocumentProblems problems)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(source.Text);
        Utf8JsonReader json = new(bytes, new() { MaxDepth = DepthLimit });
        Places places = new(source, bytes);
        try
        {
            json.Read();
            YamlNode root = Value(ref json, places, problems, "");
            // What stands behind the value is an error of the reader's.
            json.Read();
            return root;
        }
        catch (Exception failure) when (failure is JsonException or InvalidOperationException)
        {
            JsonException? known = failure as JsonException;
            int line = (int)(known?.LineNumber ?? 0) + 1;
            string message = failure.Message.Split(" LineNumber:")[0].TrimEnd('.');
            throw problems.Fatal(
                new(source, line, places.ColumnOf(line, (int)(known?.BytePositionInLine ?? 0))),
                "",
                $"this is not JSON: {char.ToLowerInvariant(message[0])}{message[1..]}"
            );
        }
    }

    private static YamlNode Value(ref Utf8JsonReader json, Places places, DocumentProblems problems, string key)
    {
        TextMark mark = places.At((int)json.TokenStartIndex);
        switch (json.TokenType)
        {
            case JsonTokenType.StartObject:
                List<YamlEntry> entries = [];
                HashSet<string> seen = [];
                while (json.Read() && json.TokenType != JsonTokenType.EndObject)
                {
                    ScalarNode name = new(places.At((int)json.TokenStartIndex), json.GetString()!, plain: false);
                    string path = YamlReader.Join(key, name.Text);
                    json.Read();
                    YamlNode value = Value(ref json, places, problems, path);
                    if (seen.Add(name.Text))
                        entries.Add(new(name, value));
                    else
                        problems.Add(name.Mark, path, $"the key '{SourceText.Printable(name.Text)}' is there twice");
                }
                return new MapNode(mark, entries);
            case JsonTokenType.StartArray:
                List<YamlNode> items = [];
                while (json.Read() && json.TokenType != JsonTokenType.EndArray)
                    items.Add(Value(ref json, places, problems, $"{key}[{items.Count}]"));
                return new ListNode(mark, items);
            case JsonTokenType.String:
                return new ScalarNode(mark, json.GetString()!, plain: false);
            default:
                return new ScalarNode(mark, Encoding.UTF8.GetString(json.ValueSpan), plain: true);
        }
    }

    /// <summary>Finds lines and columns of bytes that are asked for in ascending order.</summary>
    private sealed class Places(SourceText source, byte[] bytes)
    {
        private int _at,
            _line = 1,
            _lineStart;

        public TextMark At(int offset)
        {
            for (; _at < offset; _at++)
                if (bytes[_at] == (byte)'\n')
                    (_line, _lineStart) = (_line + 1, _at + 1);
            return new(source, _line, Encoding.UTF8.GetCharCount(bytes, _lineStart, offset - _lineStart) + 1);
        }

        /// <summary>The column of a byte of a line.</summary>
        public int ColumnOf(int line, int inLine)
        {
            int start = 0;
            for (int i = 1; i < line; i++)
                start = Array.IndexOf(bytes, (byte)'\n', start) + 1;
            return Encoding.UTF8.GetCharCount(bytes, start, Math.Min(inLine, bytes.Length - start)) + 1;
        }
    }
}
