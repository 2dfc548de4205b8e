using System.Globalization;
using System.Text.Json.Nodes;

namespace Assay.Data;

/// <summary>A piece of YAML or JSON with its place, before anybody knows its type. Immutable; aliases share nodes.</summary>
/// <param name="place">Where it starts.</param>
/// <param name="size">Number of nodes in it, itself included, with aliases written out.</param>
/// <param name="depth">Levels of nesting, 1 for a scalar.</param>
internal abstract class DsdlNode(Place place, long size, int depth)
{
    public Place Place { get; } = place;

    public long Size { get; } = size;

    public int Depth { get; } = depth;

    /// <summary>What a person calls it.</summary>
    public abstract string Noun { get; }

    /// <summary>As JSON, plain scalars by the rules of YAML 1.1.</summary>
    public abstract JsonNode? ToJson();
}

/// <summary>A scalar. It stays text until somebody asks for a number or a truth value.</summary>
/// <param name="place">Where it starts.</param>
/// <param name="text">Its text, without quotes.</param>
/// <param name="isPlain">False if it was quoted: then it is text, whatever it looks like.</param>
internal sealed class DsdlScalar(Place place, string text, bool isPlain) : DsdlNode(place, 1, 1)
{
    public string Text { get; } = text;

    public bool IsPlain { get; } = isPlain;

    /// <summary>Nothing at all, <c>~</c> or <c>null</c>.</summary>
    public bool IsNull => IsPlain && Text is "" or "~" or "null" or "Null" or "NULL";

    /// <summary>
    /// True for what can be meant as text: all that is quoted, and what is neither a number, a truth value as JSON and Python write it, nor null. What
    /// only YAML 1.1 takes for something else (<c>No</c>, <c>2020-12-29</c>, <c>007</c>) is text where text is wanted.
    /// </summary>
    public bool IsText =>
        !IsPlain
        || !IsNull && Number is null && Text is not ("true" or "True" or "TRUE" or "false" or "False" or "FALSE");

    /// <summary>The truth value, or null if it is none.</summary>
    public bool? Bool =>
        !IsPlain
            ? null
            : Text switch
            {
                "true" or "True" or "TRUE" or "yes" or "Yes" or "YES" or "on" or "On" or "ON" => true,
                "false" or "False" or "FALSE" or "no" or "No" or "NO" or "off" or "Off" or "OFF" => false,
                _ => null,
            };

    /// <summary>The finite number, or null if it is none.</summary>
    public double? Number =>
        IsPlain
        && IsNumber(Text)
        && double.TryParse(Text, NumberStyles.Float, CultureInfo.InvariantCulture, out double number)
        && double.IsFinite(number)
            ? number
            : null;

    /// <summary>The whole number of 64 bits (<c>1.0</c> is one), or null if it is none.</summary>
    public long? Whole =>
        !IsPlain ? null
        : long.TryParse(Text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long whole)
        && IsNumber(Text)
            ? whole
        : Number is { } number && Math.Floor(number) == number && Math.Abs(number) < 1L << 53 ? (long)number
        : null;

    public override string Noun =>
        !IsPlain ? $"the text '{SourceText.Printable(Text)}'"
        : IsNull ? "nothing"
        : Number is not null ? $"the number {SourceText.Printable(Text)}"
        : Bool is not null ? $"the truth value {Text}"
        : $"the text '{SourceText.Printable(Text)}'";

    public override JsonNode? ToJson() =>
        !IsPlain ? JsonValue.Create(Text)
        : IsNull ? null
        : Bool is { } truth ? JsonValue.Create(truth)
        : Number is null ? JsonValue.Create(Text)
        : Whole is { } whole && !Text.AsSpan().ContainsAny('.', 'e', 'E') ? JsonValue.Create(whole)
        : JsonValue.Create(Number.Value);

    /// <summary>Numbers of JSON and Python: an optional sign, digits without a leading zero, a fraction, an exponent.</summary>
    private static bool IsNumber(string text)
    {
        ReadOnlySpan<char> rest = text.AsSpan().TrimStart("+-");
        if (text.Length - rest.Length > 1 || rest.Length == 0)
            return false;
        int whole = Digits(rest);
        if (whole > 1 && rest[0] == '0')
            return false;
        rest = rest[whole..];
        int fraction = 0;
        if (rest.StartsWith('.'))
        {
            fraction = Digits(rest[1..]);
            rest = rest[(1 + fraction)..];
        }
        if (whole + fraction == 0)
            return false;
        if (rest.Length > 0 && rest[0] is 'e' or 'E')
        {
            rest = rest[1..];
            if (rest.Length > 0 && rest[0] is '+' or '-')
                rest = rest[1..];
            int exponent = Digits(rest);
            if (exponent == 0)
                return false;
            rest = rest[exponent..];
        }
        return rest.Length == 0;
    }

    private static int Digits(ReadOnlySpan<char> text) =>
        text.IndexOfAnyExceptInRange('0', '9') is var end and >= 0 ? end : text.Length;
}

/// <summary>A list.</summary>
internal sealed class DsdlList(Place place, IReadOnlyList<DsdlNode> items)
    : DsdlNode(place, 1 + items.Sum(item => item.Size), 1 + items.Max(item => (int?)item.Depth).GetValueOrDefault())
{
    public IReadOnlyList<DsdlNode> Items { get; } = items;

    public override string Noun => Items.Count == 1 ? "a list of 1 item" : $"a list of {Items.Count} items";

    public override JsonNode? ToJson() => new JsonArray([.. Items.Select(item => item.ToJson())]);
}

/// <summary>A map; keys are distinct and in the order written.</summary>
internal sealed class DsdlMap(Place place, IReadOnlyList<DsdlEntry> entries)
    : DsdlNode(
        place,
        1 + entries.Sum(entry => 1 + entry.Value.Size),
        1 + entries.Max(entry => (int?)entry.Value.Depth).GetValueOrDefault()
    )
{
    private Dictionary<string, DsdlEntry>? _byKey;

    public IReadOnlyList<DsdlEntry> Entries { get; } = entries;

    public override string Noun => "a map";

    /// <summary>The entry of that key, or null.</summary>
    public DsdlEntry? Find(string key)
    {
        if (Entries.Count > 8)
            return (_byKey ??= Entries.ToDictionary(entry => entry.Key.Text)).GetValueOrDefault(key);
        foreach (DsdlEntry entry in Entries)
            if (entry.Key.Text == key)
                return entry;
        return null;
    }

    public override JsonNode? ToJson()
    {
        JsonObject json = [];
        foreach (DsdlEntry entry in Entries)
            json.Add(entry.Key.Text, entry.Value.ToJson());
        return json;
    }
}

/// <summary>A key and its value.</summary>
internal sealed record DsdlEntry(DsdlScalar Key, DsdlNode Value);
