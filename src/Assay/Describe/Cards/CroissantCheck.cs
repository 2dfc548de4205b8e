using System.Security.Cryptography;
using System.Text.RegularExpressions;
using Assay.Data;

namespace Assay.Describe;

/// <summary>Checks a Croissant description: what its specification asks for, that references lead somewhere, and the files that are here.</summary>
/// <remarks>
/// Source: the Croissant format specification, versions 1.0 and 1.1. Required properties are errors, recommended ones warnings. Where the text
/// leaves a rule open, the reference implementation's is used: a file that lies in no other has a checksum unless the dataset is live; a field
/// has exactly one of a source and a value; fields of one record set that come from several sources are joined by references.
/// </remarks>
internal sealed partial class CroissantCheck(CroissantFile file, CardFindings findings, Work? data)
{
    private static readonly string[] Versions =
    [
        "http://mlcommons.org/croissant/1.0",
        "http://mlcommons.org/croissant/1.1",
    ];
    private static readonly string[] FileProperties = ["fullpath", "filename", "content", "lines", "lineNumbers"];

    // Without a prefix these mean nothing unless the context says so: its vocabulary is that of schema.org.
    private static readonly string[] Terms =
    [
        "column",
        "conformsTo",
        "data",
        "dataType",
        "extract",
        "field",
        "fileObject",
        "fileProperty",
        "fileSet",
        "includes",
        "jsonPath",
        "key",
        "recordSet",
        "references",
        "regex",
        "source",
        "subField",
        "transform",
    ];

    private static readonly string[] FieldKeys =
    [
        "@type",
        "@id",
        "name",
        "description",
        "source",
        "dataType",
        "value",
        "isArray",
        "arrayShape",
        "equivalentProperty",
        "references",
        "subField",
        "parentField",
        "annotation",
        "repeated",
        "examples",
        "format",
        "alternateName",
        "sameAs",
        "url",
        "key",
        "@context",
        "isEnumeration",
        "readLines",
        "unit",
        "identifier",
    ];

    private static readonly string[] Transforms =
    [
        "regex",
        "separator",
        "delimiter",
        "replace",
        "jsonPath",
        "jsonQuery",
        "format",
        "readLines",
        "unArchive",
        "unarchive",
        "@type",
        "@id",
    ];

    private readonly MapNode _root = file.Root;
    private readonly Dictionary<string, MapNode> _byId = [];
    private readonly Dictionary<string, string> _kinds = [];

    public void Run()
    {
        Dataset();
        foreach (MapNode resource in file.Resources)
            Name(
                resource,
                "distribution",
                CroissantFile.Types(resource).Contains("FileSet") ? "FileSet" : "FileObject"
            );
        foreach (MapNode records in file.RecordSets)
        {
            Name(records, "recordSet", "RecordSet");
            foreach (MapNode field in Fields(records))
                Name(field, "field", "Field");
        }
        foreach (MapNode resource in file.Resources)
            Resource(resource);
        foreach (MapNode records in file.RecordSets)
            RecordSet(records);
        foreach ((string id, MapNode resource) in _byId.Where(one => _kinds[one.Key] is "FileObject" or "FileSet"))
            Circle(id, resource);
    }

    private void Dataset()
    {
        if (CroissantFile.Find(_root, "@context") is null)
            findings.Error(_root.Mark, "@context", "there is no @context", "the JSON-LD context of Croissant");
        else if (CroissantFile.Find(_root, "@context")!.Value is MapNode context)
        {
            if (
                context.Find("@vocab")
                is not { Value: ScalarNode { Text: "https://schema.org/" or "http://schema.org/" } }
            )
                findings.Warn(
                    context.Mark,
                    "@context",
                    "names without a prefix mean nothing",
                    "\"@vocab\": \"https://schema.org/\""
                );
            if (context.Find("cr") is not { Value: ScalarNode { Text: "http://mlcommons.org/croissant/" } })
                findings.Error(
                    context.Mark,
                    "@context",
                    "the prefix 'cr' is not bound",
                    "\"cr\": \"http://mlcommons.org/croissant/\""
                );
            foreach (YamlEntry entry in Used(_root).DistinctBy(entry => entry.Key.Text))
                if (context.Find(entry.Key.Text) is null)
                    findings.Error(
                        entry.Key.Mark,
                        "@context",
                        $"the context does not say what '{entry.Key.Text}' is",
                        entry.Key.Text == "conformsTo"
                            ? "\"conformsTo\": \"dct:conformsTo\""
                            : $"\"{entry.Key.Text}\": \"cr:{entry.Key.Text}\", or the prefix cr before it"
                    );
        }
        if (!CroissantFile.Types(_root).Contains("Dataset"))
            findings.Error(MarkOf(_root, "@type"), "@type", "this is not of the type of datasets", "sc:Dataset");
        Version();
        Words(_root, "");
        Required(_root, "", "name", "description", "license", "url", "creator", "datePublished", "distribution");
        Recommended("version", "keywords");
        foreach (YamlNode url in CroissantFile.All(_root, "url"))
            if (url is ScalarNode text && !Uri.TryCreate(text.Text, UriKind.Absolute, out _))
                findings.Error(text.Mark, "url", $"{text.Noun} is no address", "an absolute URL");
        if (
            CroissantFile.Find(_root, "version")?.Value is ScalarNode { IsNull: false } version
            && !SemanticVersion().IsMatch(version.Text)
        )
            findings.Warn(
                version.Mark,
                "version",
                $"{version.Noun} has not the form that is recommended",
                "MAJOR.MINOR.PATCH"
            );
        foreach (string key in (string[])["datePublished", "dateCreated", "dateModified"])
            if (
                CroissantFile.Find(_root, key)?.Value is ScalarNode { IsNull: false } date
                && !Date().IsMatch(date.Text)
            )
                findings.Error(date.Mark, key, $"{date.Noun} is no date", "a date of ISO 8601, such as 2026-01-31");
        foreach (MapNode creator in CroissantFile.Maps(_root, "creator"))
            if (CroissantFile.IdOf(creator) is null)
                findings.Error(creator.Mark, "creator", "a creator has no name");
        foreach (
            YamlNode node in CroissantFile.All(_root, "distribution").Concat(CroissantFile.All(_root, "recordSet"))
        )
            if (node is not MapNode)
                findings.Error(node.Mark, "", $"{node.Noun} stands here", "an object");
    }

    /// <summary>Terms of Croissant that are used without a prefix; not those within the context, data and examples.</summary>
    private static IEnumerable<YamlEntry> Used(YamlNode node) =>
        node switch
        {
            MapNode map => map.Entries.SelectMany(entry =>
                entry.Key.Text is "@context" or "examples" ? []
                : entry.Key.Text is "data" or "value"
                    ? Terms.Contains(entry.Key.Text) ? [entry]
                        : []
                : Used(entry.Value).Concat(Terms.Contains(entry.Key.Text) ? [entry] : [])
            ),
            ListNode list => list.Items.SelectMany(Used),
            _ => [],
        };

    /// <summary>Names and descriptions are text, or texts by language.</summary>
    private void Words(MapNode node, string key)
    {
        foreach (string property in (string[])["name", "description"])
            if (CroissantFile.Find(node, property) is { } entry)
                foreach (YamlNode value in Flat(entry.Value))
                    if (value is ScalarNode { Plain: true, IsNull: false })
                        findings.Error(value.Mark, key, $"'{property}' is {value.Noun}", "text");
    }

    private static IEnumerable<YamlNode> Flat(YamlNode node) =>
        node switch
        {
            MapNode map => map.Entries.SelectMany(entry => Flat(entry.Value)),
            ListNode list => list.Items.SelectMany(Flat),
            _ => [node],
        };

    private void Version()
    {
        IReadOnlyList<YamlNode> said = CroissantFile.All(_root, "conformsTo");
        if (said.Count == 0)
            findings.Error(_root.Mark, "conformsTo", "which version it conforms to is not said", Versions[^1]);
        else if (!said.Select(CroissantFile.Reference).Intersect(Versions).Any())
            findings.Error(
                said[0].Mark,
                "conformsTo",
                $"{said[0].Noun} is no known version of Croissant",
                "one of " + string.Join(", ", Versions)
            );
    }

    /// <summary>Notes what a node is called; ids are unique.</summary>
    private void Name(MapNode node, string key, string kind)
    {
        Words(node, key);
        if (CroissantFile.IdOf(node) is not { Length: > 0 } id)
            findings.Error(node.Mark, key, $"a {kind} has neither @id nor name");
        else if (CroissantFile.Text(node, "@id") is { } written && written.Any(char.IsWhiteSpace))
            findings.Error(MarkOf(node, "@id"), key, $"the id '{SourceText.Printable(written)}' has white space in it");
        else if (!_byId.TryAdd(id, node))
            findings.Error(MarkOf(node, "@id"), key, $"the id '{SourceText.Printable(id)}' is there twice");
        else
            _kinds[id] = kind;
    }

    private void Resource(MapNode node)
    {
        string id = CroissantFile.IdOf(node) ?? "",
            key = $"distribution '{id}'";
        string[] types = [.. CroissantFile.Types(node)];
        bool isFile = types.Contains("FileObject");
        if (!isFile && !types.Contains("FileSet"))
        {
            findings.Error(
                MarkOf(node, "@type"),
                key,
                "this is of no type of resources",
                "cr:FileObject or cr:FileSet"
            );
            return;
        }
        IReadOnlyList<YamlNode> containers = CroissantFile.All(node, "containedIn");
        foreach (YamlNode container in containers)
            if (container is not MapNode source || CroissantFile.Find(source, "@id") is not null)
                Refers(container, key, "containedIn", "FileObject", "FileSet");
        Required(node, key, "encodingFormat");
        if (!isFile)
        {
            Required(node, key, "includes");
            return;
        }
        Required(node, key, "contentUrl");
        bool isLive = CroissantFile.IsTrue(_root, "isLiveDataset");
        YamlEntry? sha256 = CroissantFile.Find(node, "sha256");
        if (containers.Count == 0 && sha256 is null && CroissantFile.Find(node, "md5") is null && !isLive)
            findings.Error(node.Mark, key, "a file has no checksum", "sha256");
        if (sha256?.Value is ScalarNode hash && !Hash().IsMatch(hash.Text))
            findings.Warn(hash.Mark, key, $"{hash.Noun} is no SHA-256", "64 hexadecimal digits");
        if (CroissantFile.Find(node, "contentSize")?.Value is ScalarNode size && !Size().IsMatch(size.Text))
            findings.Warn(size.Mark, key, $"{size.Noun} is no size", "such as 117743 B");
        if (containers.Count == 0 && CroissantFile.Find(node, "contentUrl")?.Value is ScalarNode { IsNull: false } url)
            Content(node, key, url);
    }

    /// <summary>A file that should be here.</summary>
    private void Content(MapNode node, string key, ScalarNode url)
    {
        if (Uri.TryCreate(url.Text, UriKind.Absolute, out Uri? address) && address.Scheme is not "file")
            return;
        if (CroissantPaths.Local(file, url.Text) is not { } path)
        {
            findings.Error(
                url.Mark,
                key,
                $"{url.Noun} leads out of the folder",
                "an address, or a path within the folder of the description"
            );
            return;
        }
        if (!File.Exists(path))
        {
            findings.Error(url.Mark, key, $"the file {url.Noun} is not here");
            return;
        }
        if (
            CroissantFile.Text(node, "contentSize") is { } size
            && Size().Match(size) is { Success: true } match
            && match.Groups["unit"].Value is "" or "B"
            && long.TryParse(match.Groups["number"].Value, out long bytes)
            && bytes != new FileInfo(path).Length
        )
            findings.Error(
                MarkOf(node, "contentSize"),
                key,
                $"the file has {new FileInfo(path).Length:N0} bytes, not {bytes:N0}"
            );
        if (data is null || CroissantFile.Text(node, "sha256") is not { } said || !Hash().IsMatch(said))
            return;
        using FileStream stream = File.OpenRead(path);
        string found = Convert.ToHexStringLower(SHA256.HashData(stream));
        if (!found.Equals(said, StringComparison.OrdinalIgnoreCase))
            findings.Error(MarkOf(node, "sha256"), key, "the file is not the one that is described", found);
    }

    private void Circle(string id, MapNode resource)
    {
        HashSet<string> seen = [id];
        Queue<MapNode> next = new([resource]);
        while (next.TryDequeue(out MapNode? node))
            foreach (YamlNode container in CroissantFile.All(node, "containedIn"))
                if (CroissantFile.Reference(container) is { } inner && _byId.TryGetValue(inner, out MapNode? holder))
                    if (inner == id)
                    {
                        findings.Error(container.Mark, $"distribution '{id}'", "it lies, at the end, in itself");
                        return;
                    }
                    else if (seen.Add(inner))
                        next.Enqueue(holder);
    }

    private void RecordSet(MapNode node)
    {
        string id = CroissantFile.IdOf(node) ?? "",
            key = $"recordSet '{id}'";
        if (!CroissantFile.Types(node).Contains("RecordSet"))
            findings.Error(MarkOf(node, "@type"), key, "this is not of the type of record sets", "cr:RecordSet");
        MapNode[] fields = [.. CroissantFile.Maps(node, "field")];
        if (fields.Length == 0)
            findings.Error(node.Mark, key, "there are no fields", "field");
        foreach (YamlNode part in CroissantFile.All(node, "key"))
            // Keys are often named within their record set.
            if (CroissantFile.Reference(part) is not { } own || !_kinds.ContainsKey($"{id}/{own}"))
                Refers(part, key, "key", "Field");
        IReadOnlyList<YamlNode> rows = CroissantFile.All(node, "data");
        foreach (MapNode field in fields)
            Field(field, key, hasData: rows.Count > 0);
        HashSet<string> known =
        [
            .. fields.Select(field => CroissantFile.IdOf(field) ?? ""),
            .. fields.Select(field => CroissantFile.Text(field, "name") ?? ""),
        ];
        foreach (YamlNode row in rows)
            if (row is not MapNode record)
                findings.Error(
                    row.Mark,
                    key,
                    $"{row.Noun} stands among the data",
                    "an object, with a value for each field"
                );
            else
                foreach (YamlEntry value in record.Entries.Where(value => !known.Contains(value.Key.Text)))
                    findings.Error(
                        value.Key.Mark,
                        key,
                        $"there is no field '{SourceText.Printable(value.Key.Text)}'",
                        hint: Nearest.Hint(value.Key.Text, known)
                    );
        Joins(node, key, fields);
    }

    private void Field(MapNode node, string records, bool hasData)
    {
        string id = CroissantFile.IdOf(node) ?? "",
            key = $"{records}, field '{id}'";
        if (!CroissantFile.Types(node).Contains("Field"))
            findings.Error(MarkOf(node, "@type"), key, "this is not of the type of fields", "cr:Field");
        foreach (YamlEntry entry in node.Entries)
            if (
                !FieldKeys.Contains(CroissantFile.Plain(entry.Key.Text))
                && !entry.Key.Text.StartsWith("rai:", StringComparison.Ordinal)
            )
                findings.Warn(
                    entry.Key.Mark,
                    key,
                    $"fields have no property '{SourceText.Printable(entry.Key.Text)}'",
                    hint: Nearest.Hint(entry.Key.Text, FieldKeys)
                );
        MapNode[] subFields = [.. CroissantFile.Maps(node, "subField")];
        foreach (MapNode sub in subFields)
            Field(sub, records, hasData);
        YamlEntry? source = CroissantFile.Find(node, "source");
        // A field that is taken from another field has its type.
        bool isOfField =
            source is not null
            && (
                source.Value is not MapNode map
                || CroissantFile.Find(map, "field") is not null
                || CroissantFile.Find(map, "recordSet") is not null
                || CroissantFile.Find(map, "@id") is not null
            );
        if (CroissantFile.Find(node, "dataType") is null && subFields.Length == 0 && !isOfField)
            findings.Error(node.Mark, key, "its type is not said", "dataType, such as sc:Text");
        foreach (YamlNode type in CroissantFile.All(node, "dataType"))
            if (CroissantFile.Reference(type) is not { Length: > 0 })
                findings.Error(type.Mark, key, $"{type.Noun} is no type", "such as sc:Text");
        bool hasValue = CroissantFile.Find(node, "value") is not null;
        if (source is not null && hasValue)
            findings.Error(node.Mark, key, "it has a source and a value", "exactly one of them");
        else if (source is null && !hasValue && subFields.Length == 0 && !hasData)
            findings.Error(node.Mark, key, "where its values come from is not said", "source or value");
        if (source is not null)
            Source(source.Value, key);
        foreach (YamlNode reference in CroissantFile.All(node, "references"))
            // Older descriptions refer to a column of a file.
            if (
                reference is MapNode target
                && CroissantFile.Find(target, "@id") is null
                && CroissantFile.Find(target, "field") is null
            )
                Source(reference, key);
            else
                Refers(reference, key, "references", "Field");
        Array(node, key);
    }

    private void Array(MapNode node, string key)
    {
        if (CroissantFile.Find(node, "arrayShape")?.Value is not ScalarNode shape)
            return;
        if (!CroissantFile.IsTrue(node, "isArray"))
            findings.Error(shape.Mark, key, "it has the shape of an array, and is none", "\"isArray\": true");
        if (!Shape().IsMatch(shape.Text))
            findings.Error(
                shape.Mark,
                key,
                $"{shape.Noun} is no shape",
                "whole numbers from 1, or -1, with commas between them"
            );
    }

    private void Source(YamlNode node, string key)
    {
        if (node is not MapNode source)
        {
            Refers(node, key, "source", "Field", "FileObject", "FileSet", "RecordSet");
            return;
        }
        string[] kinds =
        [
            .. ((string[])["fileObject", "fileSet", "recordSet", "field", "@id"]).Where(kind =>
                CroissantFile.Find(source, kind) is not null
            ),
        ];
        if (kinds.Length != 1)
        {
            findings.Error(
                source.Mark,
                key,
                kinds.Length == 0 ? "the source says not of what" : $"the source names {string.Join(" and ", kinds)}",
                "exactly one of fileObject, fileSet, recordSet, field"
            );
            return;
        }
        YamlNode target = kinds[0] == "@id" ? source : CroissantFile.Find(source, kinds[0])!.Value;
        string kind = kinds[0] == "@id" ? "" : char.ToUpperInvariant(kinds[0][0]) + kinds[0][1..];
        if (kind.Length == 0)
            Refers(target, key, "source", "Field", "FileObject", "FileSet", "RecordSet");
        else
            Refers(target, key, kinds[0], kind);
        foreach (YamlNode item in CroissantFile.All(source, "extract"))
            Extract(item, key);
        foreach (YamlNode item in CroissantFile.All(source, "transform"))
            Transform(item, key);
    }

    private void Extract(YamlNode node, string key)
    {
        string[] ways = node is MapNode map
            ?
            [
                .. ((string[])["column", "jsonPath", "fileProperty", "regex"]).Where(way =>
                    CroissantFile.Find(map, way) is not null
                ),
            ]
            : [];
        if (ways.Length != 1)
            findings.Error(
                node.Mark,
                key,
                ways.Length == 0
                    ? "how values are extracted is not said"
                    : $"values are extracted by {string.Join(" and ", ways)}",
                "exactly one of column, jsonPath, fileProperty"
            );
        else if (
            ways[0] == "fileProperty"
            && CroissantFile.Find((MapNode)node, "fileProperty")!.Value is ScalarNode property
            && !FileProperties.Contains(property.Text)
        )
            findings.Error(
                property.Mark,
                key,
                $"files have no property {property.Noun}",
                "one of " + string.Join(", ", FileProperties),
                Nearest.Hint(property.Text, FileProperties)
            );
    }

    private void Transform(YamlNode node, string key)
    {
        if (node is not MapNode map)
        {
            findings.Error(node.Mark, key, $"{node.Noun} is no transformation", "an object");
            return;
        }
        foreach (YamlEntry entry in map.Entries)
        {
            string name = CroissantFile.Plain(entry.Key.Text);
            if (!Transforms.Contains(name))
                findings.Error(
                    entry.Key.Mark,
                    key,
                    $"there is no transformation '{SourceText.Printable(name)}'",
                    "one of " + string.Join(", ", Transforms[..7]),
                    Nearest.Hint(name, Transforms)
                );
            else if (name == "regex" && entry.Value is ScalarNode pattern && CroissantPaths.Regex(pattern.Text) is null)
                findings.Error(pattern.Mark, key, $"{pattern.Noun} is no regular expression that can be read");
        }
    }

    /// <summary>Fields of several sources need a reference that joins them.</summary>
    private void Joins(MapNode records, string key, MapNode[] fields)
    {
        HashSet<string> sources = [];
        bool isJoined = false;
        foreach (MapNode field in fields)
        {
            isJoined |= CroissantFile.Find(field, "references") is not null;
            if (CroissantFile.Find(field, "source")?.Value is MapNode source)
                foreach (string kind in (string[])["fileObject", "fileSet", "recordSet"])
                    if (CroissantFile.Find(source, kind) is { } named && CroissantFile.Reference(named.Value) is { } id)
                        sources.Add(id);
        }
        if (sources.Count > 1 && !isJoined)
            findings.Error(
                records.Mark,
                key,
                $"its fields come from {string.Join(" and ", sources.Order(StringComparer.Ordinal))}, and nothing says how they belong together",
                "references on a field of one to a field of the other"
            );
    }

    private void Refers(YamlNode node, string key, string property, params string[] kinds)
    {
        string? id = CroissantFile.Reference(node);
        // Older descriptions name a field by its record set: movies/movie_id.
        if (id is null)
            findings.Error(node.Mark, key, $"'{property}' refers to nothing", "{\"@id\": ...}");
        else if (!_kinds.TryGetValue(id, out string? kind))
            findings.Error(
                node.Mark,
                key,
                $"'{property}' refers to '{SourceText.Printable(id)}', which is not there",
                hint: Nearest.Hint(id, _kinds.Where(one => kinds.Contains(one.Value)).Select(one => one.Key))
            );
        else if (!kinds.Contains(kind))
            findings.Error(
                node.Mark,
                key,
                $"'{property}' refers to '{SourceText.Printable(id)}', which is a {kind}",
                string.Join(" or ", kinds)
            );
    }

    private void Required(MapNode node, string key, params string[] names)
    {
        foreach (string name in names)
            if (CroissantFile.All(node, name).Count == 0)
                findings.Error(node.Mark, key, $"the property '{name}' is missing", hint: "it is required");
    }

    private void Recommended(params string[] names)
    {
        foreach (string name in names)
            if (CroissantFile.All(_root, name).Count == 0)
                findings.Warn(_root.Mark, "", $"the property '{name}' is missing", hint: "it is recommended");
    }

    private static IEnumerable<MapNode> Fields(MapNode node) =>
        CroissantFile
            .Maps(node, CroissantFile.Types(node).Contains("RecordSet") ? "field" : "subField")
            .SelectMany(field => Fields(field).Prepend(field));

    private static TextMark MarkOf(MapNode node, string name) =>
        CroissantFile.Find(node, name)?.Value.Mark ?? node.Mark;

    [GeneratedRegex(@"\A\d+\.\d+\.\d+([-+][0-9A-Za-z.+-]+)?\z")]
    private static partial Regex SemanticVersion();

    [GeneratedRegex(@"\A\d{4}(-\d{2}(-\d{2}([T ]\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:?\d{2})?)?)?)?\z")]
    private static partial Regex Date();

    [GeneratedRegex(@"\A[0-9A-Fa-f]{64}\z")]
    private static partial Regex Hash();

    [GeneratedRegex(@"\A(?<number>\d+(\.\d+)?) ?(?<unit>([kKMGTP]i?)?B?|bytes?)\z")]
    private static partial Regex Size();

    [GeneratedRegex(@"\A\(? ?(-1|[1-9]\d*)( ?, ?(-1|[1-9]\d*))* ?,? ?\)?\z")]
    private static partial Regex Shape();
}
