using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Assay.Data;
using Assay.Tests;

namespace Assay.Tests;

/// <summary>The cases of <c>conformance.json</c>: what the language asks for, beside what the official SDK did.</summary>
public sealed class DsdlConformanceTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("assay-dsdl-").FullName;

    private static JsonElement Cases(string kind) =>
        JsonDocument
            .Parse(File.ReadAllBytes(SharedData.Path("opendatalab-dsdl/conformance.json")))
            .RootElement.GetProperty(kind);

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Every_value_case_gives_its_verdict_and_result()
    {
        string domains = string.Concat(
            Cases("domains")
                .EnumerateObject()
                .Select(domain =>
                {
                    JsonObject body = JsonNode.Parse(domain.Value.GetRawText())!.AsObject();
                    body["$def"] = "class_domain";
                    return $"  {domain.Name}: {body.ToJsonString()}\n";
                })
        );
        int cases = 0;
        foreach (JsonElement one in Cases("field_cases").EnumerateArray())
        {
            cases++;
            string type = one.GetProperty("type").GetString()!;
            bool isDeclaration = one.TryGetProperty("declare", out JsonElement declare);
            string value = isDeclaration ? "null" : one.GetProperty("value").GetRawText().ReplaceLineEndings("");
            string yaml =
                $"$dsdl-version: '0.5.0'\nmeta: {{}}\ndefs:\n{domains}  S: {{$def: struct, $fields: {{v: {JsonSerializer.Serialize(type)}}}}}\n"
                + $"data:\n  sample-type: S\n  samples:\n    - v: {value}\n";
            (bool accepted, DsdlValue? read, string message) = Read(yaml);
            string verdict = isDeclaration ? declare.GetString()! : one.GetProperty("expect").GetString()!;
            Assert.True(
                accepted == (verdict == "accept"),
                $"{type} {value}: expected {verdict}, {(accepted ? "accepted" : message)}"
            );
            if (!accepted)
                Assert.Contains(".yaml:", message, StringComparison.Ordinal);
            else if (one.TryGetProperty("result", out JsonElement result))
                AssertResult(type, result, ((StructValue)read!)["v"]!);
        }
        Assert.Equal(104, cases);
    }

    [Fact]
    public void Every_definition_case_gives_its_verdict_warnings_and_fields()
    {
        int cases = 0;
        foreach (JsonElement one in Cases("definition_cases").EnumerateArray())
        {
            cases++;
            string id = one.GetProperty("id").GetString()!;
            string folder = Path.Combine(_folder, id);
            Directory.CreateDirectory(folder);
            string file = Path.Combine(folder, "data.yaml");
            File.WriteAllText(file, one.GetProperty("yaml").GetString());
            if (one.TryGetProperty("libs", out JsonElement libraries))
                foreach (JsonProperty library in libraries.EnumerateObject())
                    File.WriteAllText(Path.Combine(folder, library.Name), library.Value.GetString());
            string? path = one.TryGetProperty("import_path", out JsonElement given)
                ? Path.Combine(folder, given.GetString()!)
                : null;
            DsdlDataset? read = null;
            string message = "";
            try
            {
                read = DsdlDataset.Open(file, path);
            }
            catch (AssayException failure)
            {
                message = failure.ToString();
                Assert.Contains("data.yaml:", message, StringComparison.Ordinal);
            }
            string verdict = one.GetProperty("expect").GetString()!;
            Assert.True(
                read is not null == (verdict == "accept"),
                $"{id}: expected {verdict}, {(read is null ? message : "accepted")}"
            );
            if (read is null)
                continue;
            Assert.Equal(
                one.TryGetProperty("warn", out _) || id == "local_defs_override_import",
                read.Warnings.Count > 0
            );
            if (one.TryGetProperty("defs", out JsonElement definitions))
                Assert.Equal(
                    JsonSerializer.Serialize(definitions),
                    new JsonObject(
                        definitions
                            .EnumerateObject()
                            .Select(expected =>
                                KeyValuePair.Create(
                                    expected.Name,
                                    (JsonNode?)AsInTheCases(
                                        read.Description.Definitions.Single(definition =>
                                            definition.Name == expected.Name
                                        )
                                    )
                                )
                            )
                    ).ToJsonString(new() { Encoder = JavaScript })
                );
        }
        Assert.Equal(45, cases);
    }

    [Fact]
    public void Sample_types_with_arguments_are_read_right()
    {
        foreach (JsonElement one in Cases("sample_type_cases").EnumerateArray())
        {
            TypeExpression type = TypeExpression.Parse(one.GetProperty("text").GetString()!);
            Assert.Equal(one.GetProperty("struct").GetString(), type.Name);
            Assert.Equal(
                one.GetProperty("args")
                    .EnumerateObject()
                    .Select(argument =>
                        $"{argument.Name}={(argument.Value.ValueKind == JsonValueKind.Array ? $"[{string.Join(", ", argument.Value.EnumerateArray())}]" : argument.Value.ToString())}"
                    ),
                type.Arguments.Select(argument => argument.ToString())
            );
            Assert.Equal(type.ToString(), TypeExpression.Parse(type.ToString()).ToString());
        }
    }

    [Fact]
    public void The_hierarchy_of_classes_is_that_of_the_case()
    {
        foreach (JsonElement one in Cases("hierarchy_cases").EnumerateArray())
        {
            (IReadOnlyList<string> names, bool[,] relation) = new ClassDomain(
                "D",
                [.. one.GetProperty("classes").EnumerateArray().Select(name => name.GetString()!)]
            ).Hierarchy();
            Assert.Equal(one.GetProperty("names").EnumerateArray().Select(name => name.GetString()), names);
            JsonElement[] rows = [.. one.GetProperty("relation").EnumerateArray()];
            for (int row = 0; row < rows.Length; row++)
            for (int column = 0; column < rows.Length; column++)
                Assert.Equal(rows[row][column].GetInt32() == 1, relation[row, column]);
        }
    }

    [Fact]
    public void The_demo_of_boxes_gives_its_counts()
    {
        JsonElement expected = Cases("dataset_cases")[0];
        DsdlDataset coco = DsdlDataset.Open(
            SharedData.Path("opendatalab-dsdl/" + expected.GetProperty("file").GetString())
        );
        DsdlSample[] samples = [.. coco.Samples()];
        Assert.Equal(expected.GetProperty("samples").GetInt32(), samples.Length);
        Assert.DoesNotContain(samples, sample => sample.Findings.Count > 0);
        StructValue[] objects =
        [
            .. samples.SelectMany(sample =>
                ((ListValue)((StructValue)sample.Value!)["objects"]!).Items.Cast<StructValue>()
            ),
        ];
        Assert.Equal(expected.GetProperty("objects").GetInt32(), objects.Length);
        Assert.Equal(
            expected.GetProperty("bbox_area_sum").GetDouble(),
            objects.Sum(one => ((BoxValue)one["bbox"]!).Area),
            4
        );
        Dictionary<string, int> labels = objects
            .Select(one => ((LabelValue)one["label"]!).Name)
            .CountBy(name => name)
            .ToDictionary();
        Assert.Equal(expected.GetProperty("distinct_labels").GetInt32(), labels.Count);
        foreach (JsonProperty label in expected.GetProperty("labels").EnumerateObject())
            Assert.Equal(label.Value.GetInt32(), labels[label.Name]);
        ClassDomain classes = coco.Description.Definitions.OfType<ClassDomain>().Single();
        Assert.Equal("COCOClassFullDom", classes.Name);
        Assert.Equal("dog", classes.Classes[18 - 1]);
        Assert.Equal([false], objects.Select(one => ((BoolValue)one["is_crowd"]!).Truth).Distinct());
    }

    [Fact]
    public void Demos_with_and_without_a_library_say_the_same()
    {
        string[] histograms =
        [
            .. ((string[])["demo1", "demo2"]).Select(demo =>
            {
                DsdlDataset dataset = DsdlDataset.Open(SharedData.Path($"opendatalab-dsdl/{demo}/coco_val_demo.yaml"));
                Assert.Equal(100, dataset.Samples(isStrict: true).Count(sample => sample.HasErrors));
                DsdlSample[] lenient = [.. dataset.Samples(isStrict: false)];
                Assert.Equal(100, lenient.Length);
                Assert.DoesNotContain(lenient, sample => sample.HasErrors);
                Assert.Contains("is_crowd", dataset.Samples().First().Findings[0].Message, StringComparison.Ordinal);
                return string.Join(
                    '\n',
                    lenient
                        .SelectMany(sample => ((ListValue)((StructValue)sample.Value!)["objects"]!).Items)
                        .Select(one => (LabelValue)((StructValue)one)["label"]!)
                        .CountBy(label => $"{label.Index} {label.Name}")
                        .OrderBy(pair => pair.Key, StringComparer.Ordinal)
                );
            }),
        ];
        Assert.Equal(histograms[0], histograms[1]);
        Assert.Contains("dog", histograms[0], StringComparison.Ordinal);
    }

    [Fact]
    public void Templates_parse_but_for_what_the_language_lacks()
    {
        Dictionary<string, string> faults = new()
        {
            ["Instance_Segmentation_segmap"] = "found 'InsMap'",
            ["Panoptic_Segmentation"] = "found 'InsMap'",
            ["Keypoint_Detection"] = "found 'LocalObjectEntry'",
            ["OCR_detection"] = "found 'Bbox', which nothing defines; did you mean 'BBox'?",
            ["OCR_end2end"] = "the language has no unions of types",
        };
        string folder = SharedData.Path("opendatalab-dsdl/templates");
        string[] templates = Directory.GetFiles(folder);
        Assert.Equal(13, templates.Length);
        foreach (string template in templates)
        {
            string name = Path.GetFileNameWithoutExtension(template);
            string file = Path.Combine(_folder, name + ".yaml");
            File.WriteAllText(
                file,
                $"$dsdl-version: '0.5.0'\n$import: [{name}]\nmeta: {{}}\ndata: {{sample-type: Int, samples: [1, 2.0]}}\n"
            );
            if (faults.TryGetValue(name[..^"-template".Length], out string? fault))
            {
                string message = Assert.Throws<DocumentException>(() => DsdlDataset.Open(file, folder)).ToString();
                Assert.Contains(fault, message, StringComparison.Ordinal);
                Assert.Matches($@"{name}\.yaml:\d+:\d+ \(key '\w+\.\$fields\.\w+'\)", message);
            }
            else
                Assert.Equal(["1", "2"], DsdlDataset.Open(file, folder).Samples().Select(one => one.Value!.ToJson()));
        }
    }

    [Fact]
    public void The_first_example_of_the_guide_reads_and_its_wrong_value_is_found()
    {
        DsdlDataset hello = DsdlDataset.Open(SharedData.Path("opendatalab-dsdl/helloworld.yaml"));
        DsdlSample[] samples = [.. hello.Samples()];
        Assert.Equal(2, samples.Length);
        DsdlFinding wrong = Assert.Single(samples[0].Findings);
        Assert.Equal("expected a whole number, found the number 10.1", wrong.Message);
        Assert.Equal((34, 14, "data.samples[0].i_val"), (wrong.Where.Line, wrong.Where.Column, wrong.Where.Key));
        Assert.Empty(samples[1].Findings);
        LocatorValue image = (LocatorValue)((StructValue)samples[1].Value!)["image"]!;
        Assert.Equal("abc/0001.jpg", image.Path);
        Assert.Equal("""{"size":[640,480]}""", image.Description!.ToJsonString());
    }

    [Theory]
    [InlineData("train", 100)]
    [InlineData("test", 20)]
    public void Small_images_are_read_with_a_folder_of_libraries(string part, int least)
    {
        string description = SharedData.Path($"opendatalab-dsdl/cifar10/{part}_data.yaml");
        string missing = Assert.Throws<DocumentException>(() => DsdlDataset.Open(description)).ToString();
        Assert.Contains("class/cifar10-class-dom", missing, StringComparison.Ordinal);
        Directory.CreateDirectory(Path.Combine(_folder, "class"));
        Directory.CreateDirectory(Path.Combine(_folder, "task"));
        File.WriteAllText(
            Path.Combine(_folder, "class/cifar10-class-dom.yaml"),
            "$dsdl-version: '0.5.0'\nCifar10ImageClassificationClassDom:\n  $def: class_domain\n"
                + "  classes: [airplane, automobile, bird, cat, deer, dog, frog, horse, ship, truck]\n"
        );
        File.WriteAllText(
            Path.Combine(_folder, "task/classification-template.yaml"),
            "$dsdl-version: '0.5.0'\nCifar10Sample:\n  $def: struct\n  $params: [cdom]\n  $fields: {image: Image, label: 'Label[dom=$cdom]'}\n"
        );
        DsdlSample[] samples = [.. DsdlDataset.Open(description, _folder).Samples()];
        Assert.True(samples.Length >= least, $"{samples.Length} samples");
        Assert.DoesNotContain(samples, sample => sample.Findings.Count > 0);
    }

    private static readonly System.Text.Encodings.Web.JavaScriptEncoder JavaScript = System
        .Text
        .Encodings
        .Web
        .JavaScriptEncoder
        .Default;

    private static (bool Accepted, DsdlValue? Value, string Message) Read(string yaml)
    {
        try
        {
            DsdlSample sample = DsdlDataset.Parse(Encoding.UTF8.GetBytes(yaml)).Samples().Single();
            return (!sample.HasErrors, sample.Value, string.Join('\n', sample.Findings));
        }
        catch (AssayException failure)
        {
            return (false, null, failure.ToString());
        }
    }

    private static void AssertResult(string type, JsonElement expected, DsdlValue value)
    {
        switch (value)
        {
            case LabelValue label:
                Assert.Equal(expected.GetProperty("$label").GetString(), label.Name);
                Assert.Equal(expected.GetProperty("domain").GetString(), label.Domain.Name);
                Assert.Equal(expected.GetProperty("index").GetInt32(), label.Index);
                break;
            case BoxValue box:
                Assert.Equal(
                    Numbers(expected.GetProperty("xywh")),
                    new double[] { box.X, box.Y, box.Width, box.Height }
                );
                Assert.Equal(Numbers(expected.GetProperty("xyxy")), box.Corners);
                Assert.Equal(expected.GetProperty("area").GetDouble(), box.Area);
                break;
            case RotatedBoxValue box:
                JsonElement[] corners = [.. expected.GetProperty("polygon").EnumerateArray()];
                for (int i = 0; i < 4; i++)
                {
                    Assert.Equal(corners[i][0].GetDouble(), box.Corners[i].X, 1e-12);
                    Assert.Equal(corners[i][1].GetDouble(), box.Corners[i].Y, 1e-12);
                }
                break;
            case ImageShapeValue shape:
                Assert.Equal(expected.GetProperty("height").GetInt64(), shape.Height);
                Assert.Equal(expected.GetProperty("width").GetInt64(), shape.Width);
                break;
            case LocatorValue locator:
                Assert.Equal(expected.GetProperty("$loc").GetString(), locator.Path);
                break;
            case TimeValue time:
                Assert.Equal(expected.GetString(), time.Iso);
                break;
            case ListValue list:
                JsonElement[] items = [.. expected.EnumerateArray()];
                Assert.Equal(items.Length, list.Items.Count);
                for (int i = 0; i < items.Length; i++)
                    AssertResult(type, items[i], list.Items[i]);
                break;
            default:
                Assert.True(
                    JsonNode.DeepEquals(JsonNode.Parse(expected.GetRawText()), JsonNode.Parse(value.ToJson())),
                    $"{type}: {value.ToJson()}"
                );
                break;
        }
    }

    private static double[] Numbers(JsonElement list) => [.. list.EnumerateArray().Select(item => item.GetDouble())];

    /// <summary>A definition as the cases write it: types as calls, in the SDK's words.</summary>
    private static JsonObject AsInTheCases(DsdlDefinition definition) =>
        definition switch
        {
            ClassDomain domain => new()
            {
                ["kind"] = "class_domain",
                ["classes"] = new JsonArray([.. domain.Classes.Select(name => (JsonNode)name)]),
                ["skeleton"] = domain.Skeleton is null
                    ? null
                    : new JsonArray([.. domain.Skeleton.Select(bone => new JsonArray(bone.From, bone.To))]),
            },
            StructDefinition one => new()
            {
                ["kind"] = "struct",
                ["params"] = new JsonArray([.. one.Parameters.Select(name => (JsonNode)name)]),
                ["fields"] = new JsonObject(
                    one.Fields.Select(field => KeyValuePair.Create(field.Key, (JsonNode?)Call(field.Value)))
                ),
                ["optional"] = new JsonArray([.. one.Optional.Select(name => (JsonNode)name)]),
            },
            _ => throw new InvalidOperationException(),
        };

    private static string Call(TypeExpression type) =>
        $"{type.Name}({string.Join(',', type.Arguments.Select(argument => (argument.Key is null ? "" : argument.Key + "=") + Word(argument)))})";

    private static string Word(TypeArgument argument) =>
        argument.Value switch
        {
            NestedType { Type: { Name: "true" } } => "True",
            NestedType nested when argument.Key is "mode" => nested.Type.Name,
            NestedType nested => Call(nested.Type),
            TypeParameter parameter => $"\"{parameter}\"",
            var other => other.ToString()!,
        };
}
