using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Assay.Data;

namespace Assay.Recipes;

/// <summary>The JSON Schema of recipes, by which editors complete, explain and check them.</summary>
public static class RecipeSchema
{
    // As Amount and ByteSize read them; numbers without a unit may stand without quotes, hence the integers below.
    private const string AmountPattern =
        @"^\s*((100(\.0*)?|\d{1,2}(\.\d*)?|\.\d+)%|(\d+(\.\d*)?|\.\d+)[kKmMgG]|\d+(\.0*)?)\s*$";
    private const string ByteSizePattern = @"^\s*(\d+(\.\d*)?|\.\d+)([kKmMgGtT]?([iI]?[bB])?)\s*$";

    /// <summary>The schema (draft 2020-12) of a recipe with those methods.</summary>
    /// <param name="catalogue">The methods; Assay's own if not given.</param>
    public static string ToJson(MethodCatalogue? catalogue = null)
    {
        catalogue ??= MethodCatalogue.Default;
        JsonObject definitions = new()
        {
            ["step"] = Step(catalogue, mayMakeRows: false),
            ["making-step"] = Step(catalogue, mayMakeRows: true),
        };
        foreach (MethodEntry method in catalogue.Methods)
            definitions[method.Name] = Of(method.Shape, method.Summary);
        JsonObject schema = new()
        {
            ["$schema"] = "https://json-schema.org/draft/2020-12/schema",
            ["title"] = "Assay recipe",
        };
        foreach ((string key, JsonNode? value) in Of(RecordShape.Of(typeof(Recipe)), "").ToArray())
            schema[key] = value?.DeepClone();
        // A recipe that extends another may leave to it whatever it likes.
        JsonNode required = schema["required"]!.DeepClone();
        schema.Remove("required");
        schema["anyOf"] = new JsonArray(
            new JsonObject { ["required"] = required },
            new JsonObject { ["required"] = new JsonArray(RecipeFiles.Extends) }
        );
        schema["$defs"] = definitions;
        JsonSerializerOptions layout = new()
        {
            WriteIndented = true,
            Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        };
        return schema.ToJsonString(layout).ReplaceLineEndings("\n") + "\n";
    }

    private static JsonObject Step(MethodCatalogue catalogue, bool mayMakeRows)
    {
        JsonArray bare = [];
        JsonObject withOptions = [];
        foreach (
            MethodEntry method in catalogue.Methods.Where(method =>
                OptionsBinder.Refusal(catalogue, method.Name, mayMakeRows) is null
            )
        )
        {
            JsonObject options = new() { ["$ref"] = "#/$defs/" + method.Name.Replace("/", "~1") };
            bool mandatory = method.Shape.Options.Any(option => option.IsRequired);
            if (!mandatory)
                bare.Add(new JsonObject { ["const"] = method.Name, ["description"] = method.Summary });
            withOptions[method.Name] = mandatory
                ? options
                : new JsonObject { ["anyOf"] = new JsonArray(options, new JsonObject { ["type"] = "null" }) };
        }
        JsonObject map = new()
        {
            ["type"] = "object",
            ["minProperties"] = 1,
            ["maxProperties"] = 1,
            ["additionalProperties"] = false,
            ["properties"] = withOptions,
        };
        JsonObject step = new() { ["description"] = "A method, or a method and its options." };
        step["anyOf"] = bare.Count == 0 ? new JsonArray(map) : new JsonArray(new JsonObject { ["anyOf"] = bare }, map);
        return step;
    }

    private static JsonObject Of(RecordShape shape, string description)
    {
        JsonObject properties = [];
        JsonArray required = [];
        foreach (Option option in shape.Options)
        {
            JsonObject schema = Of(option.Kind, option.Constraints);
            if (option.IsNullable && option.Kind is not ValueKind.Record)
                schema = new() { ["anyOf"] = new JsonArray(schema, new JsonObject { ["type"] = "null" }) };
            string summary = XmlDocs.Of(option.Property.DeclaringType!.Assembly).Summary(option.Property);
            if (summary.Length > 0)
                schema["description"] = summary;
            if (option.IsRequired)
                required.Add(option.Name);
            else if (Default(option) is { } value)
                schema["default"] = value;
            properties[option.Name] = schema;
        }
        JsonObject record = new()
        {
            ["type"] = "object",
            ["properties"] = properties,
            ["additionalProperties"] = false,
        };
        if (description.Length > 0)
            record["description"] = description;
        if (required.Count > 0)
            record["required"] = required;
        return record;
    }

    private static JsonNode? Default(Option option) =>
        option.Kind switch
        {
            _ when option.Default is null => null,
            ValueKind.Scalar { Type: var type } when type != typeof(string) && !type.IsEnum && !IsPlain(type) =>
                JsonValue.Create(Wording.Text(option.Default)),
            ValueKind.List { Item: ValueKind.Step } or ValueKind.Map or ValueKind.Record => null,
            ValueKind.List { Item: ValueKind.Scalar { Type: var type } }
                when !IsPlain(type) && type != typeof(string) => new JsonArray([
                .. ((System.Collections.IEnumerable)option.Default)
                    .Cast<object?>()
                    .Select(item => (JsonNode)JsonValue.Create(Wording.Text(item))),
            ]),
            _ => JsonNode.Parse(CanonicalJson.Of(option.Default)),
        };

    private static bool IsPlain(Type type) => type == typeof(bool) || Wording.IsNumber(type);

    private static JsonObject Of(ValueKind kind, IReadOnlyList<ValidationAttribute> constraints) =>
        kind switch
        {
            ValueKind.Scalar scalar => Of(scalar, constraints),
            ValueKind.List list => Of(list, constraints),
            ValueKind.Map map => new() { ["type"] = "object", ["additionalProperties"] = Of(map.Item, []) },
            ValueKind.Record record => Of(record.Shape, XmlDocs.Of(record.Type.Assembly).Summary(record.Type)),
            ValueKind.Step { MayMakeRows: true } => new() { ["$ref"] = "#/$defs/making-step" },
            _ => new() { ["$ref"] = "#/$defs/step" },
        };

    private static JsonObject Of(ValueKind.List list, IReadOnlyList<ValidationAttribute> constraints)
    {
        ValidationAttribute[] ofItems = [.. constraints.Where(OptionsBinder.LimitsItems)];
        (int least, int most) = Wording.Length(constraints);
        JsonObject many = new() { ["type"] = "array", ["items"] = Of(list.Item, ofItems) };
        if (least > 0)
            many["minItems"] = least;
        if (most < int.MaxValue)
            many["maxItems"] = most;
        return list.Item is ValueKind.Scalar && least <= 1
            ? new() { ["anyOf"] = new JsonArray(many, Of(list.Item, ofItems)) }
            : many;
    }

    private static JsonObject Of(ValueKind.Scalar scalar, IReadOnlyList<ValidationAttribute> constraints)
    {
        if (constraints.OfType<AllowedValuesAttribute>().FirstOrDefault() is { } allowed)
            return new() { ["enum"] = new JsonArray([.. allowed.Values.Select(Literal)]) };
        if (scalar.Type.IsEnum)
            return new() { ["enum"] = new JsonArray([.. Wording.EnumNames(scalar.Type).Keys.Select(Literal)]) };
        JsonObject schema = scalar.Type switch
        {
            Type type when type == typeof(bool) => new() { ["type"] = "boolean" },
            Type type when Wording.IsWhole(type) => new() { ["type"] = "integer" },
            Type type when Wording.IsNumber(type) => new() { ["type"] = "number" },
            Type type when type == typeof(Amount) => IntegerOr(AmountPattern),
            Type type when type == typeof(ByteSize) => IntegerOr(ByteSizePattern),
            _ => new() { ["type"] = "string" },
        };
        if (scalar.Type == typeof(ulong))
            schema["minimum"] = 0;
        foreach (ValidationAttribute constraint in constraints)
            AddLimit(schema, scalar.Type, constraint);
        return schema;
    }

    private static void AddLimit(JsonObject schema, Type type, ValidationAttribute constraint)
    {
        if (constraint is RangeAttribute range && Wording.IsNumber(type))
        {
            if (Limit(range.Minimum) is { } low)
                schema[range.MinimumIsExclusive ? "exclusiveMinimum" : "minimum"] = low;
            if (Limit(range.Maximum) is { } high)
                schema[range.MaximumIsExclusive ? "exclusiveMaximum" : "maximum"] = high;
        }
        if (type != typeof(string))
            return;
        (int least, int most) = Wording.Length([constraint]);
        if (constraint is RequiredAttribute { AllowEmptyStrings: false })
            least = 1;
        if (least > 0)
            schema["minLength"] = least;
        if (most < int.MaxValue)
            schema["maxLength"] = most;
        if (constraint is RegularExpressionAttribute pattern)
            schema["pattern"] = $"^(?:{pattern.Pattern})$";
    }

    /// <summary>A bound as JSON; the ends of .NET's types say nothing to a person.</summary>
    private static JsonNode? Limit(object bound)
    {
        double number = Convert.ToDouble(bound, CultureInfo.InvariantCulture);
        return Math.Abs(number) >= long.MaxValue || number is int.MaxValue or int.MinValue ? null
            : number == Math.Floor(number) ? JsonValue.Create((long)number)
            : JsonValue.Create(number);
    }

    private static JsonObject IntegerOr(string pattern) =>
        new()
        {
            ["anyOf"] = new JsonArray(
                new JsonObject { ["type"] = "integer", ["minimum"] = 0 },
                new JsonObject { ["type"] = "string", ["pattern"] = pattern }
            ),
        };

    private static JsonNode? Literal(object? value) => value is null ? null : JsonNode.Parse(CanonicalJson.Of(value));
}
