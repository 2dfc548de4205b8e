using System.Text.Json.Nodes;
using Assay.Data;

namespace Assay.Tests;

/// <summary>A valid description with samples, drawn from all types of the language, as JSON.</summary>
internal sealed class RandomDescription(int seed)
{
    private static readonly string[] Texts =
    [
        "",
        "No",
        "true",
        "null",
        "~",
        "12",
        "1e3",
        "2020-12-29",
        " led by a space",
        "with: colon",
        "# no comment",
        "'quotes\" and \\ slashes",
        "two\nlines\tand a tab",
        "- dash",
        "Ünïcödé 漢字 🙂",
        "*alias &anchor !tag",
        "[list, {map}]",
        "line\u2028separator\u0085next",
    ];
    private readonly Random _random = new(seed);
    private readonly JsonObject _definitions = [];
    private readonly Dictionary<string, int> _classes = [];
    private readonly List<string> _structs = []; // without parameters
    private readonly Dictionary<string, List<(string Name, string Type, bool Optional)>> _fields = [];

    public JsonObject Draw()
    {
        for (int i = 0; i < 3; i++)
            AddDomain($"Dom{i}");
        AddStruct("Template", ["one", "two"]);
        for (int i = _random.Next(3); i >= 0; i--)
            AddStruct($"S{i}", []);
        string type = _random.Next(4) == 0 ? "Template[one=Dom0, two=[Dom1, Dom2]]" : _structs[^1];
        JsonObject data = new() { ["sample-type"] = type };
        data["samples"] = new JsonArray([.. Enumerable.Range(0, _random.Next(4)).Select(_ => ValueOf(type, []))]);
        if (_random.Next(2) == 0)
        {
            string global = TypeOf([], 1);
            data["global-info-type"] = global;
            data["global-info"] = ValueOf(global, []);
        }
        return new()
        {
            ["$dsdl-version"] = "0.5.0",
            ["meta"] = Map(),
            ["defs"] = _definitions,
            ["data"] = data,
        };
    }

    private void AddDomain(string name)
    {
        int classes = 1 + _random.Next(4);
        _classes[name] = classes;
        string[] words = ["cat", "hot dog", "vehicle.boat", "No", "12", "t-shirt", "漢字"];
        _random.Shuffle(words);
        _definitions[name] = new JsonObject
        {
            ["$def"] = "class_domain",
            ["classes"] = new JsonArray([.. words.Take(classes).Select(word => (JsonNode)word)]),
            ["skeleton"] = new JsonArray(new JsonArray(1, classes)),
        };
    }

    private void AddStruct(string name, string[] parameters)
    {
        List<(string Name, string Type, bool Optional)> fields = [];
        JsonObject types = [];
        for (int i = _random.Next(1, 5); i > 0; i--)
        {
            string type = TypeOf(parameters, 2);
            fields.Add(($"f{i}", type, _random.Next(3) == 0 && !_structs.Contains(type)));
            types[$"f{i}"] = type;
        }
        JsonObject definition = new() { ["$def"] = "struct", ["$fields"] = types };
        if (parameters.Length > 0)
            definition["$params"] = new JsonArray([.. parameters.Select(one => (JsonNode)one)]);
        definition["$optional"] = new JsonArray([
            .. fields.Where(field => field.Optional).Select(field => (JsonNode)field.Name),
        ]);
        _definitions[name] = definition;
        _fields[name] = fields;
        if (parameters.Length == 0)
            _structs.Add(name);
    }

    private string TypeOf(string[] parameters, int depth)
    {
        string domain = parameters.Length > 0 ? "$one" : "Dom0";
        string[] types =
        [
            "Bool",
            "Int",
            "Num",
            "Str",
            "Text",
            "Dict",
            "Coord",
            "Coord3D",
            "Interval",
            "BBox",
            "BBox[mode=xyxy]",
            "RotatedBBox[measure=degree]",
            "RotatedBBox[mode=\"xyxy\"]",
            "BBox3D[mode=auto-drive]",
            "BBox3D[ mode = indoor ]",
            "Polygon",
            $"Label[dom={domain}]",
            parameters.Length > 0 ? "Label[$two]" : "Label[dom=[Dom1,Dom2]]",
            $"Keypoint[dom={domain}]",
            "ImageShape[mode=wh]",
            "UniqueID[id_type=image]",
            "Date",
            "Date[fmt=\"%d.%m.%Y\"]",
            "Time",
            "Image",
            $"LabelMap[dom={domain}]",
            "PointCloud[load_dim=4]",
        ];
        int which = _random.Next(types.Length + 6);
        return which < types.Length ? types[which]
            : depth > 0 && which % 2 == 0 ? $"List[etype={TypeOf(parameters, depth - 1)}, ordered=true]"
            : _structs.Count > 0 ? _structs[_random.Next(_structs.Count)]
            : "Int";
    }

    private JsonNode ValueOf(string type, Dictionary<string, string> bound)
    {
        string name = type.Split('[')[0];
        switch (name)
        {
            case "Bool":
                return _random.Next(2) == 0;
            case "Int":
                return _random.NextInt64(long.MinValue, long.MaxValue);
            case "Num":
                return Number();
            case "Str" or "Text" or "UniqueID":
                return Texts[_random.Next(Texts.Length)];
            case "Dict":
                return Map();
            case "Coord":
                return Numbers(2);
            case "Coord3D":
                return Numbers(3);
            case "Interval":
                return new JsonArray(-1.5, _random.Next(5));
            case "BBox":
                return Numbers(2, 2);
            case "RotatedBBox":
                return type.Contains("xyxy") ? Numbers(8) : new JsonArray(1, Number(), 3, 0.25, Number());
            case "BBox3D":
                return type.Contains("indoor")
                    ? new JsonArray(Number(), 0, 0, 1, 2, 3, 0, Number(), 0)
                    : new JsonArray(Number(), 0, 0, 1, 2, 3, 0);
            case "Polygon":
                return new JsonArray(new JsonArray(Numbers(2), Numbers(2), Numbers(2)), new JsonArray());
            case "Label":
                string domains = bound.Aggregate(type, (text, pair) => text.Replace("$" + pair.Key, pair.Value));
                return domains.Contains("[Dom1") ? Class($"Dom{1 + _random.Next(2)}", true) : Class("Dom0", false);
            case "Keypoint":
                return new JsonArray([.. Enumerable.Range(0, _classes["Dom0"]).Select(_ => (JsonNode)Numbers(3))]);
            case "ImageShape":
                return new JsonArray(_random.Next(), 540);
            case "Date":
                return type.Contains("fmt") ? "29.02.2020" : "2020-02-29";
            case "Time":
                return _random.Next(2) == 0 ? "15:32" : "15:32:01.5+02:00";
            case "Image" or "LabelMap" or "PointCloud":
                return _random.Next(4) switch
                {
                    0 => "a/b.jpg",
                    1 => "$alias/b.jpg",
                    2 => "::domain::17",
                    _ => new JsonObject { ["$loc"] = "c.png", ["$descr"] = Map() },
                };
            case "List":
                string element = type["List[etype=".Length..^", ordered=true]".Length];
                return new JsonArray([.. Enumerable.Range(0, _random.Next(3)).Select(_ => ValueOf(element, bound))]);
            default:
                JsonObject value = [];
                if (name == "Template")
                    bound = new() { ["one"] = "Dom0", ["two"] = "[Dom1, Dom2]" };
                foreach ((string field, string of, bool isOptional) in _fields[name])
                    if (!isOptional || _random.Next(2) == 0)
                        value[field] = ValueOf(of, bound);
                return value;
        }
    }

    private JsonNode Class(string domain, bool isQualified)
    {
        int place = 1 + _random.Next(_classes[domain]);
        string name = _definitions[domain]!["classes"]![place - 1]!.GetValue<string>();
        return _random.Next(3) switch
        {
            0 => isQualified ? $"{domain}::{place}" : place,
            1 => $"{domain}::{name}",
            _ => isQualified ? $"{domain}::{name}" : name,
        };
    }

    private double Number() =>
        _random.Next(4) switch
        {
            0 => 0,
            1 => _random.Next(-100, 100),
            2 => _random.NextDouble(),
            _ => BitConverter.Int64BitsToDouble(_random.NextInt64()) is var any && double.IsFinite(any) ? any : -0.5,
        };

    private JsonArray Numbers(int any, int positive = 0) =>
        new([
            .. Enumerable
                .Range(0, any + positive)
                .Select(i => (JsonNode)(i < any ? Number() : _random.NextDouble() * 100)),
        ]);

    private JsonObject Map() =>
        new()
        {
            ["a key: with colon"] = Texts[_random.Next(Texts.Length)],
            ["$b"] = new JsonArray(1, null, true, "x", new JsonObject { ["No"] = 1.5 }),
            ["empty"] = new JsonObject(),
            ["n"] = Number(),
        };
}
