using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Assay.Data;

/// <summary>How a field's value is made of what its source holds: extracted, transformed, and given its type.</summary>
internal sealed class CroissantValue
{
    private readonly List<Func<JsonNode?, JsonNode?>> _steps = [];
    private readonly MapNode _field;

    /// <summary>Reads what a field says of its values.</summary>
    /// <exception cref="AssayException">It says something that is not understood.</exception>
    public CroissantValue(MapNode field)
    {
        _field = field;
        if (CroissantFile.Find(field, "source")?.Value is MapNode source)
        {
            MapNode? extract = CroissantFile.Maps(source, "extract").FirstOrDefault();
            Column = extract is null ? null : CroissantFile.Text(extract, "column");
            FileProperty = extract is null ? null : CroissantFile.Text(extract, "fileProperty");
            if (extract is not null && CroissantFile.Text(extract, "jsonPath") is { } path)
                Path = JsonPath.Parse(path) ?? throw NotRead(extract, $"the path '{SourceText.Printable(path)}'");
            foreach (MapNode transform in CroissantFile.Maps(source, "transform").Prepend(extract).OfType<MapNode>())
            foreach (YamlEntry entry in transform.Entries)
                if (entry.Value is ScalarNode value && Step(CroissantFile.Plain(entry.Key.Text), value) is { } step)
                    _steps.Add(step);
            if (CroissantFile.Text(source, "format") is { } format)
                _steps.Add(Date(format, source));
        }
        Convert = Conversion([.. CroissantFile.Types(field, "dataType")]);
    }

    /// <summary>The column that it is taken from, or null.</summary>
    public string? Column { get; }

    /// <summary>The path in JSON that it is taken from, or null.</summary>
    public JsonPath? Path { get; }

    /// <summary>What of the file it is, or null.</summary>
    public string? FileProperty { get; }

    private Func<JsonNode, JsonNode?> Convert { get; }

    /// <summary>The value of what was extracted.</summary>
    /// <exception cref="FormatException">It is not of the field's type.</exception>
    public JsonNode? Of(JsonNode? extracted)
    {
        foreach (Func<JsonNode?, JsonNode?> step in _steps)
            extracted = step(extracted);
        return extracted is JsonArray array
                ? new JsonArray([.. array.Select(item => item is null ? null : Convert(item))])
            : extracted is null ? null
            : Convert(extracted);
    }

    /// <summary>A value of a table.</summary>
    public static JsonNode? Of(Column? column, int row) =>
        column is null || column.IsNull(row)
            ? null
            : column.Type switch
            {
                ColumnType.Bool => column.Bool(row),
                ColumnType.Int64 => column.Int64(row),
                ColumnType.Float64 => column.Float64(row),
                ColumnType.Json => JsonNode.Parse(column.Utf8(row)),
                _ => System.Text.Encoding.UTF8.GetString(column.Utf8(row)),
            };

    /// <summary>A value as text: what regular expressions and joins see.</summary>
    public static string? Text(JsonNode? node) =>
        node switch
        {
            null => null,
            JsonValue value when value.GetValueKind() == JsonValueKind.String => value.GetValue<string>(),
            _ => node.ToJsonString(),
        };

    private Func<JsonNode?, JsonNode?>? Step(string name, ScalarNode value)
    {
        switch (name)
        {
            case "regex":
                Regex regex = CroissantPaths.Regex(value.Text) ?? throw NotRead(value, "this regular expression");
                return node =>
                    OnText(
                        node,
                        text =>
                            regex.Match(text) is { Success: true } match
                                ? match.Groups[match.Groups.Count > 1 ? 1 : 0].Value
                                : null
                    );
            case "separator" or "delimiter":
                return node =>
                    Text(node) is { } text
                        ? new JsonArray([.. text.Split(value.Text).Select(part => (JsonNode?)part)])
                        : null;
            case "replace":
                string[] parts = value.Text.Split('/');
                if (parts.Length != 2)
                    throw NotRead(value, "this replacement, which is not of the form old/new");
                return node => OnText(node, text => text.Replace(parts[0], parts[1], StringComparison.Ordinal));
            case "jsonPath" or "jsonQuery" when value.Mark != PathMark:
                JsonPath path = JsonPath.Parse(value.Text) ?? throw NotRead(value, $"the path {value.Noun}");
                return node =>
                    path.Of(
                        node is JsonValue text && text.GetValueKind() == JsonValueKind.String
                            ? Parsed(text.GetValue<string>())
                            : node
                    );
            case "format":
                return Date(value.Text, value);
            case "column" or "fileProperty" or "jsonPath" or "readLines" or "@type" or "@id":
                return null;
            default:
                throw NotRead(value, $"the transformation '{SourceText.Printable(name)}'");
        }
    }

    /// <summary>Where the extraction's own path stands, which is no transformation.</summary>
    private TextMark? PathMark =>
        CroissantFile.Find(_field, "source")?.Value is MapNode source
        && CroissantFile.Maps(source, "extract").FirstOrDefault() is { } extract
            ? CroissantFile.Find(extract, "jsonPath")?.Value.Mark
            : null;

    private static JsonNode? OnText(JsonNode? node, Func<string, string?> change) =>
        node is JsonArray array ? new JsonArray([.. array.Select(item => OnText(item, change))])
        : Text(node) is { } text && change(text) is { } changed ? JsonValue.Create(changed)
        : null;

    private static JsonNode? Parsed(string text)
    {
        try
        {
            return JsonNode.Parse(text);
        }
        catch (JsonException failure)
        {
            throw new FormatException("text that is not JSON", failure);
        }
    }

    private Func<JsonNode?, JsonNode?> Date(string format, YamlNode where)
    {
        string pattern = DatePattern(format) ?? throw NotRead(where, $"the format '{SourceText.Printable(format)}'");
        bool isDay = CroissantFile.Types(_field, "dataType").Contains("Date");
        return node =>
            Text(node) is not { } text ? null
            : DateTime.TryParseExact(
                text,
                pattern,
                CultureInfo.InvariantCulture,
                DateTimeStyles.None,
                out DateTime date
            )
                ? date.ToString(isDay ? "yyyy-MM-dd" : "yyyy-MM-dd'T'HH:mm:ss.FFFFFF", CultureInfo.InvariantCulture)
            : throw new FormatException($"'{SourceText.Printable(text)}' is no date of the form {format}");
    }

    /// <summary>A pattern of .NET for one of C (<c>%Y-%m-%d</c>) or of CLDR (<c>yyyy-MM-dd</c>); null where it is neither.</summary>
    private static string? DatePattern(string format)
    {
        if (!format.Contains('%'))
            return Regex.IsMatch(format, @"\A([yMdHhms]+|[-/:., T])+\z")
                ? format.Replace("T", "'T'", StringComparison.Ordinal)
                : null;
        System.Text.StringBuilder pattern = new();
        for (int i = 0; i < format.Length; i++)
        {
            if (format[i] != '%')
            {
                pattern.Append(char.IsLetter(format[i]) ? $"'{format[i]}'" : format[i].ToString());
                continue;
            }
            string? part =
                ++i == format.Length
                    ? null
                    : format[i] switch
                    {
                        'Y' => "yyyy",
                        'y' => "yy",
                        'm' => "MM",
                        'b' => "MMM",
                        'B' => "MMMM",
                        'd' => "dd",
                        'H' => "HH",
                        'M' => "mm",
                        'S' => "ss",
                        'f' => "FFFFFF",
                        _ => null,
                    };
            if (part is null)
                return null;
            pattern.Append(part);
        }
        return pattern.ToString();
    }

    private static Func<JsonNode, JsonNode?> Conversion(string[] types) =>
        types.Contains("Integer") || types.Contains("Int64") || types.Contains("Int32")
            ? node => Number(node, isWhole: true)
        : types.Contains("Float") || types.Contains("Number") || types.Contains("Float64") || types.Contains("Float32")
            ? node => Number(node, isWhole: false)
        : types.Contains("Boolean")
            ? node =>
                node.GetValueKind() is JsonValueKind.True or JsonValueKind.False
                    ? node.DeepClone()
                    : Text(node)!.ToLowerInvariant() switch
                    {
                        "true" or "1" => true,
                        "false" or "0" => false,
                        "" => null,
                        var other => throw new FormatException(
                            $"'{SourceText.Printable(other)}' is neither true nor false"
                        ),
                    }
        : types.Contains("Text") ? node => node is JsonValue ? JsonValue.Create(Text(node)) : node.DeepClone()
        : node => node.DeepClone();

    private static JsonNode? Number(JsonNode node, bool isWhole)
    {
        if (node is not JsonValue)
            return node.DeepClone();
        string text = Text(node)!.Trim();
        if (text.Length == 0)
            return null;
        if (isWhole && long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long whole))
            return whole;
        if (
            double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double number)
            && double.IsFinite(number)
            && (!isWhole || number == Math.Floor(number) && Math.Abs(number) < 1L << 53)
        )
            return isWhole ? (long)number : number;
        throw new FormatException($"'{SourceText.Printable(text)}' is no {(isWhole ? "whole " : "")}number");
    }

    private static AssayException NotRead(YamlNode where, string what) =>
        CroissantResources.Wrong(
            where,
            what + " is not read",
            "Read are columns, simple paths of JSON, properties of files, regex, separator, replace, and formats of dates."
        );
}
