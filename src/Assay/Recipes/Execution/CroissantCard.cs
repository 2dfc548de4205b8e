using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.RegularExpressions;
using Assay.Data;
using Assay.Describe;

namespace Assay.Recipes.Execution;

/// <summary>The Croissant description of exported data: files with their hashes, one record set with its splits, and how the rows came to be.</summary>
/// <remarks>Croissant 1.1; the last of these in the terms of its responsible-AI vocabulary 1.0. Nothing depends on the machine or the time.</remarks>
internal sealed class CroissantCard(Manifest manifest, RunReport run, ExportOptions options, View view)
{
    private const string Records = "default";
    private const string Splits = "splits";
    private const string Files = "files";
    private readonly ManifestFile[] _files = [.. manifest.Files.Where(file => !file.IsDropped)];

    /// <summary>The keys of <c>about</c> that the specification asks for and nobody but the maker knows; those that are missing.</summary>
    public static IEnumerable<string> Missing(AboutOptions about) =>
        from needed in ((string Key, bool IsThere)[])
            [
                ("license", about.License is not null),
                ("url", about.Url is not null),
                ("creators", about.Creators.Count > 0),
                ("published", about.Published is not null),
            ]
        where !needed.IsThere
        select needed.Key;

    public static byte[] Of(Manifest manifest, RunReport run, ExportOptions options, View view) =>
        new CroissantCard(manifest, run, options, view).Write();

    private byte[] Write()
    {
        using MemoryStream stream = new();
        using (
            Utf8JsonWriter json = new(
                stream,
                new()
                {
                    Indented = true,
                    NewLine = "\n",
                    Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
                }
            )
        )
        {
            json.WriteStartObject();
            Context(json);
            About(json);
            Preparation(json);
            Distribution(json);
            RecordSets(json);
            json.WriteEndObject();
        }
        stream.WriteByte((byte)'\n');
        return stream.ToArray();
    }

    private static void Context(Utf8JsonWriter json)
    {
        json.WriteStartObject("@context");
        json.WriteString("@language", "en");
        json.WriteString("@vocab", "https://schema.org/");
        json.WriteString("sc", "https://schema.org/");
        json.WriteString("cr", "http://mlcommons.org/croissant/");
        json.WriteString("rai", "http://mlcommons.org/croissant/RAI/");
        json.WriteString("dct", "http://purl.org/dc/terms/");
        json.WriteString("conformsTo", "dct:conformsTo");
        foreach (
            string name in (string[])
                [
                    "citeAs",
                    "column",
                    "containedIn",
                    "extract",
                    "field",
                    "fileObject",
                    "fileProperty",
                    "fileSet",
                    "includes",
                    "key",
                    "recordSet",
                    "references",
                    "regex",
                    "source",
                    "transform",
                ]
        )
            json.WriteString(name, "cr:" + name);
        foreach ((string name, string type) in ((string, string)[])[("data", "@json"), ("dataType", "@vocab")])
        {
            json.WriteStartObject(name);
            json.WriteString("@id", "cr:" + name);
            json.WriteString("@type", type);
            json.WriteEndObject();
        }
        json.WriteEndObject();
    }

    private void About(Utf8JsonWriter json)
    {
        AboutOptions about = options.About;
        json.WriteString("@type", "sc:Dataset");
        Strings(json, "conformsTo", ["http://mlcommons.org/croissant/1.1", "http://mlcommons.org/croissant/RAI/1.0"]);
        json.WriteString("name", about.Name ?? manifest.Candidate);
        json.WriteString(
            "description",
            about.Description
                ?? $"{_files.Sum(file => file.Rows)} rows chosen by Assay {manifest.Assay} from {run.Datasets[0].Rows} of the dataset '{run.Datasets[0].Name}'."
        );
        json.WriteString("license", CardVocabulary.LicenseUrl(about.License!) ?? about.License!);
        json.WriteString("url", about.Url);
        json.WriteStartArray("creator");
        foreach (string creator in about.Creators)
        {
            json.WriteStartObject();
            json.WriteString("@type", "sc:Organization");
            json.WriteString("name", creator);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteString("datePublished", about.Published);
        json.WriteString("version", about.Version ?? "1.0.0");
        Strings(json, "keywords", ["assay", .. about.Tags.Where(tag => tag != "assay")]);
        if (about.Language.Count > 0)
            Strings(json, "inLanguage", about.Language);
        if (about.Citation is { } citation)
            json.WriteString("citeAs", citation);
    }

    /// <summary>What became of the rows that were read.</summary>
    private void Preparation(Utf8JsonWriter json)
    {
        CandidateReport candidate = run.Candidates.First(candidate => candidate.Name == manifest.Candidate);
        StepReport[] steps = [.. run.Steps, .. candidate.Steps];
        Strings(
            json,
            "rai:dataPreprocessingProtocol",
            [
                .. run.Datasets.Select(dataset =>
                    $"read {dataset.Name}: {dataset.Rows} rows of {dataset.Files} file{(dataset.Files == 1 ? "" : "s")}, fingerprint {dataset.Fingerprint}"
                ),
                .. steps.Select(step =>
                    $"{step.Method} {step.Options}".TrimEnd()
                    + $": {step.RowsIn} rows in, {step.RowsOut} out"
                    + string.Concat(step.Reasons.Take(8).Select(reason => $"; {reason.Reason} {reason.Rows}"))
                ),
                $"seed {manifest.Seed}, Assay {manifest.Assay}; the recipe is in manifest.json",
            ]
        );
        if (steps.LastOrDefault(step => step.Label is not null)?.Label is not { } label)
            return;
        ColumnLabel[] missing = [.. label.Columns.Where(column => column.Missing > 0)];
        json.WriteString(
            "rai:dataCollectionMissingData",
            missing.Length == 0
                ? $"No value is missing in {label.Rows} rows."
                : string.Join(
                    "; ",
                    missing.Select(column => $"{column.Name}: {column.Missing} of {column.Rows} values missing")
                )
        );
    }

    private void Distribution(Utf8JsonWriter json)
    {
        json.WriteStartArray("distribution");
        foreach (ManifestFile file in _files)
        {
            json.WriteStartObject();
            json.WriteString("@type", "cr:FileObject");
            json.WriteString("@id", file.Path);
            json.WriteString("name", Path.GetFileName(file.Path));
            json.WriteString("contentUrl", file.Path);
            json.WriteString("contentSize", $"{file.Bytes} B");
            Encoding(json);
            json.WriteString("sha256", file.Sha256);
            json.WriteEndObject();
        }
        json.WriteStartObject();
        json.WriteString("@type", "cr:FileSet");
        json.WriteString("@id", Files);
        json.WriteString("name", Files);
        Encoding(json);
        Strings(json, "includes", [.. _files.Select(file => file.Path)]);
        json.WriteEndObject();
        json.WriteEndArray();
    }

    private void Encoding(Utf8JsonWriter json)
    {
        switch (options.Format)
        {
            case ExportFormat.Parquet:
                json.WriteString("encodingFormat", "application/x-parquet");
                break;
            case ExportFormat.Arrow:
                json.WriteString("encodingFormat", "application/vnd.apache.arrow.file");
                break;
            case ExportFormat.JsonlGz:
                Strings(json, "encodingFormat", ["application/jsonlines", "application/gzip"]);
                break;
            default:
                json.WriteString("encodingFormat", "application/jsonlines");
                break;
        }
    }

    private void RecordSets(Utf8JsonWriter json)
    {
        string[] splits = [.. _files.Select(file => file.Split).Distinct()];
        json.WriteStartArray("recordSet");

        json.WriteStartObject();
        json.WriteString("@type", "cr:RecordSet");
        json.WriteString("@id", Splits);
        json.WriteString("name", Splits);
        json.WriteString("dataType", "cr:Split");
        Reference(json, "key", Splits + "/name");
        json.WriteStartArray("field");
        json.WriteStartObject();
        Field(json, Splits, "name", "sc:Text");
        json.WriteEndObject();
        json.WriteEndArray();
        json.WriteStartArray("data");
        foreach (string split in splits)
        {
            json.WriteStartObject();
            json.WriteString(Splits + "/name", split);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteEndObject();

        json.WriteStartObject();
        json.WriteString("@type", "cr:RecordSet");
        json.WriteString("@id", Records);
        json.WriteString("name", Records);
        json.WriteString(
            "description",
            string.Join(
                ", ",
                splits.Select(split =>
                    $"{split}: {_files.Where(file => file.Split == split).Sum(file => file.Rows)} rows"
                )
            )
        );
        json.WriteStartArray("field");
        Field[] fields = [.. ExportColumns.Of(view.Dataset, options, isDropped: false)];
        string splitField = "split";
        while (fields.Any(field => field.Name == splitField))
            splitField += "_";
        json.WriteStartObject();
        Field(json, Records, splitField, "sc:Text");
        Reference(json, "references", Splits + "/name");
        json.WriteStartObject("source");
        Reference(json, "fileSet", Files);
        json.WriteStartObject("extract");
        json.WriteString("fileProperty", "fullpath");
        json.WriteEndObject();
        json.WriteStartObject("transform");
        json.WriteString(
            "regex",
            $@"(?:^|/)({string.Join('|', splits.Select(Regex.Escape))})(?:-\d{{5}}-of-\d{{5}})?\.[a-z.]+$"
        );
        json.WriteEndObject();
        json.WriteEndObject();
        json.WriteEndObject();
        foreach (Field field in fields)
        {
            json.WriteStartObject();
            Field(
                json,
                Records,
                field.Name,
                field.Type switch
                {
                    ColumnType.Bool => "sc:Boolean",
                    ColumnType.Int64 => "sc:Integer",
                    ColumnType.Float64 => "sc:Float",
                    _ => "sc:Text",
                }
            );
            json.WriteStartObject("source");
            Reference(json, "fileSet", Files);
            json.WriteStartObject("extract");
            json.WriteString("column", field.Name);
            json.WriteEndObject();
            json.WriteEndObject();
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteEndObject();
        json.WriteEndArray();
    }

    /// <summary>A column's name as an id, which holds no white space.</summary>
    private static string IdOf(string name) =>
        name.Any(char.IsWhiteSpace)
            ? string.Concat(name.Select(c => char.IsWhiteSpace(c) ? $"_{(int)c:x}_" : c.ToString()))
            : name;

    private static void Field(Utf8JsonWriter json, string records, string name, string type)
    {
        json.WriteString("@type", "cr:Field");
        json.WriteString("@id", $"{records}/{IdOf(name)}");
        json.WriteString("name", name);
        json.WriteString("dataType", type);
    }

    private static void Reference(Utf8JsonWriter json, string name, string id)
    {
        json.WriteStartObject(name);
        json.WriteString("@id", id);
        json.WriteEndObject();
    }

    private static void Strings(Utf8JsonWriter json, string name, IEnumerable<string> values)
    {
        json.WriteStartArray(name);
        foreach (string value in values)
            json.WriteStringValue(value);
        json.WriteEndArray();
    }
}
