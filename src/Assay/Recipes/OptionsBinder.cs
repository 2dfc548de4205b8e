using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Reflection;
using System.Text.RegularExpressions;
using Assay.Data;

namespace Assay.Recipes;

/// <summary>Turns YAML nodes into options records, and collects everything that does not fit.</summary>
/// <param name="catalogue">The methods that steps can name.</param>
/// <param name="problems">Where problems go.</param>
internal sealed class OptionsBinder(MethodCatalogue catalogue, DocumentProblems problems)
{
    private static readonly IReadOnlyDictionary<string, string> NotSteps = new Dictionary<string, string>
    {
        ["make"] =
            "made rows are data of their own: make them with 'assay make' and read them under 'data:', or begin the gate L3 or L4 of 'tiers:' with it",
        ["judge"] = "candidates are judged together, after all steps: write it under 'judge:'",
        ["plan"] = "planning compares finished candidates: write it under 'frontier:'",
        ["train"] = "the proxies of a recipe are trained by the 'judge:' section",
    };

    /// <summary>Binds a map to a record; what does not fit keeps its default and is a problem.</summary>
    /// <param name="shape">The record.</param>
    /// <param name="node">The map.</param>
    /// <param name="key">Its path of keys.</param>
    public object BindRecord(RecordShape shape, MapNode node, string key)
    {
        object record = shape.Create();
        foreach (YamlEntry entry in node.Entries)
        {
            string path = YamlReader.Join(key, entry.Key.Text);
            if (shape.Find(entry.Key.Text) is not { } option)
                UnknownKey(shape, entry.Key, path);
            else if (TryBindOption(option, entry.Value, path, out object? value))
                option.Property.SetValue(record, value);
        }
        foreach (Option option in shape.Options)
            if (option.IsRequired && node.Find(option.Name) is null)
                problems.Add(node.Mark, key, $"'{option.Name}' is missing", Line(option));
        return record;
    }

    /// <summary>The line that is missing: <c>assay: 1</c>, <c>to: (text)</c>.</summary>
    private static string Line(Option option)
    {
        string expected = Wording.Expected(option.Kind, option.Constraints);
        bool literal = Wording.Allowed(option.Kind, option.Constraints).Count == 1;
        return literal ? $"{option.Name}: {expected}" : $"{option.Name}: <{expected}>";
    }

    private void UnknownKey(RecordShape shape, ScalarNode name, string path)
    {
        string[] keys = [.. shape.Options.Select(option => option.Name)];
        problems.Add(
            name.Mark,
            path,
            $"there is no key '{SourceText.Printable(name.Text)}' here",
            keys.Length == 0 ? "no keys" : Wording.OneOf(keys),
            Nearest.Hint(name.Text, keys)
        );
    }

    private bool TryBindOption(Option option, YamlNode node, string key, out object? value)
    {
        value = null;
        if (node.IsNull && option.IsNullable && option.Kind is not ValueKind.Record)
            return true;
        return TryBind(option.Kind, node, key, option.Constraints, out value);
    }

    private bool TryBind(
        ValueKind kind,
        YamlNode node,
        string key,
        IReadOnlyList<ValidationAttribute> constraints,
        out object? value
    )
    {
        value = null;
        if (kind is ValueKind.Step step)
            return (value = BindStep(node, key, step.MayMakeRows)) is not null;
        if (node.IsNull)
        {
            string? hint = kind is ValueKind.Record ? "write {} for the defaults, or take the key away" : null;
            problems.Add(node.Mark, key, "there is no value here", Wording.Expected(kind, constraints), hint);
            return false;
        }
        return (kind, node) switch
        {
            (ValueKind.Scalar scalar, ScalarNode text) => TryBindScalar(scalar, text, key, constraints, out value),
            (ValueKind.List list, ListNode items) => TryBindList(list, items.Items, items, key, constraints, out value),
            (ValueKind.List { Item: ValueKind.Scalar } list, ScalarNode) => TryBindList(
                list,
                [node],
                node,
                key,
                constraints,
                out value
            ),
            (ValueKind.Map map, MapNode entries) => (value = BindMap(map, entries, key)) is not null,
            (ValueKind.Record record, MapNode entries) => (value = BindRecord(record.Shape, entries, key)) is not null,
            _ => Misfit(node, key, kind, constraints),
        };
    }

    private bool Misfit(
        YamlNode node,
        string key,
        ValueKind kind,
        IReadOnlyList<ValidationAttribute> constraints,
        string? hint = null
    )
    {
        problems.Add(node.Mark, key, $"{node.Noun} does not fit", Wording.Expected(kind, constraints), hint);
        return false;
    }

    private bool TryBindList(
        ValueKind.List kind,
        IReadOnlyList<YamlNode> items,
        YamlNode node,
        string key,
        IReadOnlyList<ValidationAttribute> constraints,
        out object? value
    )
    {
        // Limits of length are the list's; all others are its items'.
        (int least, int most) = Wording.Length(constraints);
        ValidationAttribute[] ofItems = [.. constraints.Where(LimitsItems)];
        List<object?> bound = [];
        for (int i = 0; i < items.Count; i++)
            if (TryBind(kind.Item, items[i], node is ListNode ? $"{key}[{i}]" : key, ofItems, out object? item))
                bound.Add(item);
        if (items.Count < least || items.Count > most)
            problems.Add(node.Mark, key, $"{items.Count} values do not fit", Wording.Expected(kind, constraints));
        value = Listed(kind.Type, bound);
        return bound.Count == items.Count || kind.Item is ValueKind.Step;
    }

    private static object Listed(Type type, List<object?> items)
    {
        Type itemType = type.IsArray ? type.GetElementType()! : type.GetGenericArguments()[0];
        Array array = Array.CreateInstance(itemType, items.Count);
        for (int i = 0; i < items.Count; i++)
            array.SetValue(items[i], i);
        return type.IsAssignableFrom(array.GetType()) ? array : Activator.CreateInstance(type, array)!;
    }

    private System.Collections.IDictionary BindMap(ValueKind.Map kind, MapNode node, string key)
    {
        var map = (System.Collections.IDictionary)
            Activator.CreateInstance(typeof(OrderedDictionary<,>).MakeGenericType(typeof(string), kind.ItemType))!;
        foreach (YamlEntry entry in node.Entries)
            if (TryBind(kind.Item, entry.Value, YamlReader.Join(key, entry.Key.Text), [], out object? item))
                map.Add(entry.Key.Text, item);
        return map;
    }

    private bool TryBindScalar(
        ValueKind.Scalar kind,
        ScalarNode node,
        string key,
        IReadOnlyList<ValidationAttribute> constraints,
        out object? value
    )
    {
        string? hint = Parse(kind.Type, node, out value);
        if (value is null)
            return Misfit(node, key, kind, constraints, hint);
        if (value is double and (double.NaN or double.PositiveInfinity or double.NegativeInfinity))
        {
            problems.Add(node.Mark, key, $"{node.Noun} is not a finite number", Wording.Expected(kind, constraints));
            return false;
        }
        foreach (ValidationAttribute constraint in constraints)
            if (!Fits(constraint, value))
            {
                IReadOnlyList<string> allowed = Wording.Allowed(kind, constraints);
                string what = constraint switch
                {
                    RangeAttribute => $"{node.Noun} is out of range",
                    RequiredAttribute => "the text is empty",
                    RegularExpressionAttribute pattern => $"{node.Noun} does not match the pattern {pattern.Pattern}",
                    _ => $"{node.Noun} is not allowed",
                };
                problems.Add(
                    node.Mark,
                    key,
                    what,
                    constraint is RegularExpressionAttribute ? null : Wording.Expected(kind, constraints),
                    Nearest.Hint(node.Text, allowed)
                );
                return false;
            }
        return true;
    }

    /// <summary>Parses a scalar; leaves <paramref name="value"/> null if it cannot, with a hint if there is one.</summary>
    private static string? Parse(Type type, ScalarNode node, out object? value)
    {
        value = null;
        string text = node.Text;
        if (type == typeof(string))
            value = text;
        else if (type.IsEnum)
        {
            OrderedDictionary<string, object> names = Wording.EnumNames(type);
            if (!names.TryGetValue(text, out value))
                return Nearest.Hint(text, names.Keys);
        }
        else if (type == typeof(bool))
        {
            value = !node.Plain
                ? null
                : text switch
                {
                    "true" or "True" or "TRUE" => true,
                    "false" or "False" or "FALSE" => false,
                    _ => null,
                };
            if (value is null)
                return text.ToLowerInvariant() switch
                {
                    "yes" or "on" or "y" or "1" or "true" => "did you mean true, without quotes?",
                    "no" or "off" or "n" or "0" or "false" => "did you mean false, without quotes?",
                    _ => null,
                };
        }
        else if (Wording.IsNumber(type))
        {
            object? number = Number(type, text);
            if (!node.Plain && number is not null)
                return "take the quotes away";
            value = number;
            if (number is null && Wording.IsWhole(type) && Amount.TryParse(text, null, out Amount amount))
                return Number(type, amount.ToString()) is { } meant ? $"did you mean {meant}?" : null;
        }
        else
            value = ParseItself(type, text);
        return null;
    }

    private static object? Number(Type type, string text)
    {
        const NumberStyles whole = NumberStyles.AllowLeadingSign;
        CultureInfo invariant = CultureInfo.InvariantCulture;
        if (type == typeof(int))
            return int.TryParse(text, whole, invariant, out int i) ? i : null;
        if (type == typeof(long))
            return long.TryParse(text, whole, invariant, out long l) ? l : null;
        if (type == typeof(ulong))
            return ulong.TryParse(text, whole, invariant, out ulong ul) ? ul : null;
        // YAML writes them so; .NET's own words come out as not finite below, too.
        if (text.TrimStart('+', '-').ToLowerInvariant() is ".inf" or ".nan")
            text = "NaN";
        return double.TryParse(text, NumberStyles.Float, invariant, out double d) ? d : null;
    }

    private static object? ParseItself(Type type, string text)
    {
        MethodInfo parse = typeof(OptionsBinder)
            .GetMethod(nameof(TryParse), BindingFlags.NonPublic | BindingFlags.Static)!
            .MakeGenericMethod(type);
        return parse.Invoke(null, [text]);
    }

    private static object? TryParse<T>(string text)
        where T : IParsable<T> => T.TryParse(text, CultureInfo.InvariantCulture, out T? value) ? value : null;

    private static bool Fits(ValidationAttribute constraint, object value)
    {
        switch (constraint)
        {
            case RangeAttribute range:
                if (Wording.Magnitude(value) is not { } number)
                    return true;
                double low = Convert.ToDouble(range.Minimum, CultureInfo.InvariantCulture);
                double high = Convert.ToDouble(range.Maximum, CultureInfo.InvariantCulture);
                return (range.MinimumIsExclusive ? number > low : number >= low)
                    && (range.MaximumIsExclusive ? number < high : number <= high);
            case AllowedValuesAttribute allowed:
                return allowed.Values.Any(word => Wording.Text(word) == Wording.Text(value));
            case RegularExpressionAttribute pattern:
                return Regex.IsMatch(
                    (string)value,
                    $"^(?:{pattern.Pattern})$",
                    RegexOptions.CultureInvariant | RegexOptions.NonBacktracking
                );
            default:
                return constraint.IsValid(value);
        }
    }

    private StepSpec? BindStep(YamlNode node, string key, bool mayMakeRows)
    {
        YamlEntry? entry = node switch
        {
            ScalarNode { IsNull: false } scalar => new(scalar, new ScalarNode(scalar.Mark, "", true)),
            MapNode { Entries: [var only] } => only,
            _ => null,
        };
        if (entry is null)
        {
            NotAStep(node, key);
            return null;
        }
        string name = entry.Key.Text;
        string path = $"{key}.{name}";
        if (Refusal(catalogue, name, mayMakeRows) is { } reason)
            problems.Add(entry.Key.Mark, key, $"'{SourceText.Printable(name)}' is not a step", hint: reason);
        else if (catalogue.Find(name) is not { } method)
            UnknownMethod(entry.Key, key);
        else if (!entry.Value.IsNull && entry.Value is not MapNode)
            problems.Add(
                entry.Value.Mark,
                path,
                $"{entry.Value.Noun} does not fit",
                method.Shape.Options.Count == 0
                    ? "nothing, for it has no options"
                    : "a map with options, such as { " + method.Shape.Options[0].Name + ": ... }"
            );
        else
            return Bound(method, entry, path);
        return null;
    }

    private StepSpec? Bound(MethodEntry method, YamlEntry entry, string path)
    {
        MapNode options = entry.Value as MapNode ?? new(entry.Key.Mark, []);
        int known = problems.Count;
        object bound = BindRecord(method.Shape, options, path);
        if (problems.Count > known)
            return null;
        try
        {
            // Options that do not fit together are the method's to refuse, and it does so when it is made.
            method.Create(bound);
            return new(method, bound, options, entry.Key.Mark, path);
        }
        catch (AssayException failure)
        {
            problems.Add(entry.Key.Mark, path, failure.Message, hint: failure.Hint);
            return null;
        }
    }

    private void NotAStep(YamlNode node, string key)
    {
        const string expected =
            "a method's name, such as 'select/dedup', or its name and options: 'select/dedup: { ... }'";
        if (node is not MapNode { Entries: [var first, _, ..] } map)
            problems.Add(node.Mark, key, $"{(node is MapNode ? "an empty map" : node.Noun)} is not a step", expected);
        else
        {
            string keys = string.Join(
                ", ",
                map.Entries.Take(6).Select(entry => $"'{SourceText.Printable(entry.Key.Text)}'")
            );
            problems.Add(
                map.Entries[1].Key.Mark,
                key,
                $"a step names one method, and this one has {map.Entries.Count} keys: {keys}",
                hint: catalogue.Find(map.Entries[1].Key.Text) is null
                    ? $"indent the options further than '{SourceText.Printable(first.Key.Text)}:'"
                    : "begin every step with '- '"
            );
        }
    }

    /// <summary>Why a method cannot be a step, or null if it can.</summary>
    public static string? Refusal(MethodCatalogue catalogue, string name, bool mayMakeRows = false)
    {
        string verb = name.Split('/')[0];
        if (mayMakeRows && verb == "make")
            return null;
        bool mayBeStudy = catalogue.Find(name) is { } method
            ? method.IsStudy
            : catalogue.Methods.Any(other => other.Verb == verb && other.IsStudy);
        return mayBeStudy ? null : NotSteps.GetValueOrDefault(verb);
    }

    /// <summary>True for a limit that, on a list, is meant for each of its items.</summary>
    public static bool LimitsItems(ValidationAttribute limit) =>
        limit is RangeAttribute or AllowedValuesAttribute or DeniedValuesAttribute or RegularExpressionAttribute;

    private void UnknownMethod(ScalarNode name, string key)
    {
        string[] methods =
        [
            .. catalogue.Methods.Where(method => Refusal(catalogue, method.Name) is null).Select(method => method.Name),
        ];
        string verb = name.Text.Split('/')[0] + "/";
        string[] ofVerb = [.. methods.Where(method => method.StartsWith(verb, StringComparison.Ordinal))];
        problems.Add(
            name.Mark,
            key,
            $"there is no method '{SourceText.Printable(name.Text)}'",
            Wording.OneOf(ofVerb.Length > 0 ? ofVerb : methods),
            Nearest.Hint(name.Text, methods)
        );
    }
}
