using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Numerics;
using System.Reflection;
using System.Text.Json;
using System.Text.Json.Serialization;
using Assay.Data;

namespace Assay.Recipes;

/// <summary>Says in words what an option takes: for errors, for <c>assay methods</c> and for the schema.</summary>
internal static class Wording
{
    /// <summary>What belongs at a place, with its limits: <c>a number from 0 to 1</c>.</summary>
    public static string Expected(ValueKind kind, IReadOnlyList<ValidationAttribute> constraints)
    {
        if (kind is ValueKind.List list)
            return "a list of " + Plural(list.Item) + Limits(constraints);
        if (Allowed(kind, constraints) is { Count: > 0 } allowed)
            return OneOf(allowed);
        string type = Type(kind);
        string article =
            kind is ValueKind.Scalar { Type: var scalar }
            && (scalar == typeof(bool) || scalar == typeof(string) || ExpectedOf(scalar) is not null)
                ? ""
                : "a ";
        return article + type + Limits(constraints);
    }

    /// <summary>The type as a person would say it, without limits.</summary>
    public static string Type(ValueKind kind) =>
        kind switch
        {
            ValueKind.Scalar { Type: var type } when type == typeof(bool) => "true or false",
            ValueKind.Scalar { Type: var type } when type == typeof(string) => "text",
            ValueKind.Scalar { Type.IsEnum: true } => "word",
            ValueKind.Scalar { Type: var type } when type == typeof(ulong) => "whole number from 0",
            ValueKind.Scalar { Type: var type } when IsWhole(type) => "whole number",
            ValueKind.Scalar { Type: var type } when IsNumber(type) => "number",
            ValueKind.Scalar { Type: var type } => ExpectedOf(type) ?? type.Name,
            ValueKind.List list => "list of " + Plural(list.Item),
            ValueKind.Map map => "map from names to " + Plural(map.Item),
            ValueKind.Record record => record.Shape.Options.Count == 0
                ? "map without keys"
                : "map with keys such as "
                    + string.Join(", ", record.Shape.Options.Take(4).Select(option => option.Name)),
            _ => "step, such as 'select/dedup' or 'select/dedup: { ... }'",
        };

    private static string Plural(ValueKind kind) =>
        kind switch
        {
            ValueKind.Scalar { Type: var type } when type == typeof(string) => "texts",
            ValueKind.Scalar { Type.IsEnum: true } => "words",
            ValueKind.Scalar { Type: var type } when IsNumber(type) => Type(kind) + "s",
            ValueKind.List => "lists of " + Plural(((ValueKind.List)kind).Item),
            ValueKind.Record => "maps",
            ValueKind.Step => "steps",
            _ => "values, each " + Type(kind),
        };

    /// <summary>The words that are allowed, or empty if there is no such list.</summary>
    public static IReadOnlyList<string> Allowed(ValueKind kind, IReadOnlyList<ValidationAttribute> constraints)
    {
        if (constraints.OfType<AllowedValuesAttribute>().FirstOrDefault() is { } allowed)
            return [.. allowed.Values.Select(Text)];
        return kind is ValueKind.Scalar { Type: { IsEnum: true } type } ? [.. EnumNames(type).Keys] : [];
    }

    /// <summary>The limits of a value: <c>0 to 1</c>, <c>at least 1</c>; empty if there are none.</summary>
    public static string Range(IReadOnlyList<ValidationAttribute> constraints)
    {
        if (constraints.OfType<RangeAttribute>().FirstOrDefault() is { } range)
            return Between(range.Minimum, range.Maximum, range.MinimumIsExclusive, range.MaximumIsExclusive);
        (int least, int most) = Length(constraints);
        return least == 0 && most == int.MaxValue ? ""
            : most == int.MaxValue ? $"at least {least} long"
            : $"{least} to {most} long";
    }

    /// <summary>The least and the greatest length of a text or a list.</summary>
    public static (int Least, int Most) Length(IReadOnlyList<ValidationAttribute> constraints)
    {
        int least = 0,
            most = int.MaxValue;
        foreach (ValidationAttribute constraint in constraints)
            (least, most) = constraint switch
            {
                MinLengthAttribute limit => (limit.Length, most),
                MaxLengthAttribute { Length: >= 0 } limit => (least, limit.Length),
                LengthAttribute limit => (limit.MinimumLength, limit.MaximumLength),
                StringLengthAttribute limit => (limit.MinimumLength, limit.MaximumLength),
                _ => (least, most),
            };
        return (least, most);
    }

    /// <summary><c>one of a, b, c</c>; of very many only the first.</summary>
    public static string OneOf(IEnumerable<string> words)
    {
        const int most = 60;
        string[] shown = [.. words.Take(most + 1).Select(word => SourceText.Printable(word))];
        return shown.Length == 1 ? shown[0]
            : shown.Length <= most ? "one of " + string.Join(", ", shown)
            : "one of " + string.Join(", ", shown.Take(most)) + " and so on";
    }

    /// <summary>A value as it would be written in a recipe.</summary>
    public static string Text(object? value) =>
        value switch
        {
            null => "",
            bool flag => flag ? "true" : "false",
            Enum word => EnumNames(word.GetType()).First(name => name.Value.Equals(word)).Key,
            double number => number.ToString("R", CultureInfo.InvariantCulture),
            string text => text,
            System.Collections.IEnumerable list => "[" + string.Join(", ", list.Cast<object?>().Select(Text)) + "]",
            IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
            _ => value.ToString() ?? "",
        };

    /// <summary>The words of an enum, in its order, with their values.</summary>
    public static OrderedDictionary<string, object> EnumNames(Type type)
    {
        OrderedDictionary<string, object> names = [];
        foreach (FieldInfo field in type.GetFields(BindingFlags.Public | BindingFlags.Static))
            names[EnumName(field)] = field.GetValue(null)!;
        return names;
    }

    /// <summary>The word for a member of an enum.</summary>
    public static string EnumName(FieldInfo field) =>
        field.GetCustomAttribute<JsonStringEnumMemberNameAttribute>()?.Name
        ?? JsonNamingPolicy.KebabCaseLower.ConvertName(field.Name);

    /// <summary>True for the integers.</summary>
    public static bool IsWhole(Type type) => type == typeof(int) || type == typeof(long) || type == typeof(ulong);

    /// <summary>True for whole numbers and doubles.</summary>
    public static bool IsNumber(Type type) => IsWhole(type) || type == typeof(double);

    /// <summary>The number that [Range] compares, or null if there is none.</summary>
    public static double? Magnitude(object value) =>
        value switch
        {
            Amount amount => amount.Value,
            ByteSize size => size.Bytes,
            IConvertible number when IsNumber(value.GetType()) => number.ToDouble(CultureInfo.InvariantCulture),
            _ => null,
        };

    /// <summary>What a type that parses itself says about its text, in its constant <c>Expected</c>.</summary>
    private static string? ExpectedOf(Type type) =>
        type.GetField("Expected", BindingFlags.Public | BindingFlags.Static)?.GetValue(null) as string;

    private static string Limits(IReadOnlyList<ValidationAttribute> constraints)
    {
        string range = Range(constraints);
        bool isFromTo =
            !char.IsAsciiLetter(range.FirstOrDefault('a')) && constraints.Any(limit => limit is RangeAttribute);
        return range.Length == 0 ? ""
            : isFromTo ? " from " + range
            : ", " + range;
    }

    private static string Between(object low, object high, bool aboveLow, bool belowHigh)
    {
        double least = Convert.ToDouble(low, CultureInfo.InvariantCulture);
        double most = Convert.ToDouble(high, CultureInfo.InvariantCulture);
        bool open = most is int.MaxValue or double.MaxValue or double.PositiveInfinity || most >= long.MaxValue;
        bool openBelow = least is int.MinValue or double.MinValue or double.NegativeInfinity || least <= long.MinValue;
        string lower = (aboveLow ? "above " : "at least ") + Text(low);
        string upper = (belowHigh ? "below " : "at most ") + Text(high);
        return open && openBelow ? ""
            : open ? lower
            : openBelow ? upper
            : aboveLow || belowHigh ? $"{lower} and {upper}"
            : $"{Text(low)} to {Text(high)}";
    }
}
