using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Assay.Data;

namespace Assay.Evidence;

/// <summary>The published cases of the language: values and definitions, each with the verdict that the guide asks for and that of the official SDK.</summary>
internal static class ConformanceCases
{
    /// <summary>Puts every case to Assay.</summary>
    /// <returns>Cases, those that we judge otherwise than the guide, and those that the SDK does.</returns>
    public static (int Cases, int Ours, int Sdk) Run(string path)
    {
        using JsonDocument all = JsonDocument.Parse(File.ReadAllBytes(path));
        JsonElement root = all.RootElement;
        JsonObject domains = [];
        foreach (JsonProperty domain in root.GetProperty("domains").EnumerateObject())
        {
            JsonObject body = JsonNode.Parse(domain.Value.GetRawText())!.AsObject();
            body["$def"] = "class_domain";
            domains[domain.Name] = body;
        }
        int cases = 0,
            ours = 0,
            sdk = 0;
        foreach (JsonElement one in root.GetProperty("field_cases").EnumerateArray())
            Count(
                one,
                one.TryGetProperty("declare", out JsonElement declare) ? declare : one.GetProperty("expect"),
                Accepts(one, domains)
            );
        string folder = Directory.CreateTempSubdirectory("assay-dsdl-").FullName;
        foreach (JsonElement one in root.GetProperty("definition_cases").EnumerateArray())
            Count(one, one.GetProperty("expect"), Opens(one, Path.Combine(folder, one.GetProperty("id").GetString()!)));
        Directory.Delete(folder, recursive: true);
        return (cases, ours, sdk);

        void Count(JsonElement one, JsonElement verdict, bool accepted)
        {
            bool expected = verdict.GetString() == "accept";
            cases++;
            ours += accepted == expected ? 0 : 1;
            sdk += one.TryGetProperty("sdk", out JsonElement other) && other.GetString() != verdict.GetString() ? 1 : 0;
        }
    }

    private static bool Accepts(JsonElement one, JsonObject domains)
    {
        JsonObject definitions = (JsonObject)domains.DeepClone();
        definitions["S"] = new JsonObject
        {
            ["$def"] = "struct",
            ["$fields"] = new JsonObject { ["v"] = one.GetProperty("type").GetString() },
        };
        JsonObject description = new()
        {
            ["$dsdl-version"] = DsdlDescription.LanguageVersion,
            ["meta"] = new JsonObject(),
            ["defs"] = definitions,
            ["data"] = new JsonObject
            {
                ["sample-type"] = "S",
                ["samples"] = one.TryGetProperty("value", out JsonElement value)
                    ? new JsonArray(new JsonObject { ["v"] = JsonNode.Parse(value.GetRawText()) })
                    : [],
            },
        };
        try
        {
            return DsdlDataset
                .Parse(Encoding.UTF8.GetBytes(description.ToJsonString()), "case.json")
                .Samples()
                .All(sample => !sample.HasErrors);
        }
        catch (AssayException)
        {
            return false;
        }
    }

    private static bool Opens(JsonElement one, string folder)
    {
        Directory.CreateDirectory(folder);
        string file = Path.Combine(folder, "data.yaml");
        File.WriteAllText(file, one.GetProperty("yaml").GetString());
        if (one.TryGetProperty("libs", out JsonElement libraries))
            foreach (JsonProperty library in libraries.EnumerateObject())
                File.WriteAllText(Path.Combine(folder, library.Name), library.Value.GetString());
        try
        {
            DsdlDataset.Open(
                file,
                one.TryGetProperty("import_path", out JsonElement path) ? Path.Combine(folder, path.GetString()!) : null
            );
            return true;
        }
        catch (AssayException)
        {
            return false;
        }
    }
}
