using System.IO.Hashing;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Assay.Data;

/// <summary>Makes the rows of a record set, as a file of JSON Lines in the store: one object a record, with the fields' names as keys.</summary>
/// <remarks>
/// Read are record sets whose fields come from one FileObject or FileSet, from data within the description, and, over
/// <c>references</c>, from one other record set each; what is joined is held in memory.
/// </remarks>
internal sealed class CroissantRecords(CroissantFile file, Downloads downloads)
{
    private const int JoinLimit = 1_000_000;
    private const long DocumentLimit = 512 << 20;
    private readonly CroissantResources _resources = new(file, downloads);
    private readonly SortedDictionary<string, string> _inputs = new(StringComparer.Ordinal);

    /// <summary>The file of the record set and the splits that are asked for; made once for the same description and files.</summary>
    /// <exception cref="AssayException">There is no such record set, or it is made in a way that is not read.</exception>
    public string Make(SourceOptions source)
    {
        MapNode records = Choose(source.Config);
        string id = CroissantFile.IdOf(records)!;
        Func<JsonObject, bool> isWanted = Wanted(records, source.Split);
        // Files are found before anything is read, so that the name of the result stands for them.
        IEnumerable<JsonObject> rows = Records(records);
        StringBuilder key = new("croissant 1\n");
        key.Append(file.Root.Mark.Source.Text).Append('\n').Append(id).Append('\n').AppendJoin(',', source.Split);
        foreach ((string path, string state) in _inputs)
            key.Append('\n').Append(path).Append(' ').Append(state);
        string hash = Convert.ToHexStringLower(XxHash128.Hash(Encoding.UTF8.GetBytes(key.ToString())));
        string output = Path.Combine(downloads.Folder, "croissant", hash, Download.Safe(id) + ".jsonl");
        if (File.Exists(output))
            return output;
        Directory.CreateDirectory(Path.GetDirectoryName(output)!);
        Pieces.WriteFile(
            output,
            stream =>
            {
                using Utf8JsonWriter json = new(
                    stream,
                    new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }
                );
                long count = 0;
                foreach (JsonObject row in rows.Where(isWanted))
                {
                    row.WriteTo(json);
                    json.Flush();
                    json.Reset();
                    stream.WriteByte((byte)'\n');
                    if ((++count & 1023) != 0)
                        continue;
                    downloads.Work.Cancellation.ThrowIfCancellationRequested();
                    downloads.Work.Progress?.Report(new("records", count, 0, "rows"));
                }
            }
        );
        return output;
    }

    private MapNode Choose(string? name)
    {
        MapNode[] all = [.. file.RecordSets.Where(node => CroissantFile.IdOf(node) is not null)];
        string[] ids = [.. all.Select(node => CroissantFile.IdOf(node)!)];
        string where = file.Root.Mark.Source.Path;
        if (name is not null)
            return all.FirstOrDefault(node =>
                    CroissantFile.IdOf(node) == name || CroissantFile.Text(node, "name") == name
                )
                ?? throw new AssayException(
                    $"there is no record set '{SourceText.Printable(name)}'",
                    new(where, Key: "config"),
                    (Nearest.Hint(name, ids) is { } near ? near + " " : "") + $"There is {string.Join(", ", ids)}."
                );
        MapNode[] own = [.. all.Where(node => CroissantFile.Find(node, "data") is null)];
        return own.Length == 1
            ? own[0]
            : throw new AssayException(
                own.Length == 0 ? "the description has no record set" : $"the description has {own.Length} record sets",
                new(where),
                own.Length == 0
                    ? "Name the files of data themselves."
                    : $"Choose with 'config:' one of {string.Join(", ", ids)}."
            );
    }

    /// <summary>Whether a record is of the splits that are asked for.</summary>
    private Func<JsonObject, bool> Wanted(MapNode records, IReadOnlyList<string> splits)
    {
        string where = file.Root.Mark.Source.Path;
        if (splits is ["all"])
            return _ => true;
        foreach (MapNode field in CroissantFile.Maps(records, "field"))
        {
            MapNode? set = CroissantFile
                .All(field, "references")
                .Select(CroissantFile.Reference)
                .OfType<string>()
                .Select(RecordSetOf)
                .FirstOrDefault(found => found is not null);
            bool isSplit =
                CroissantFile.Types(field, "dataType").Contains("Split")
                || set is not null && CroissantFile.Types(set, "dataType").Contains("Split");
            if (!isSplit)
                continue;
            string[] known = set is null
                ? []
                :
                [
                    .. CroissantFile
                        .Maps(set, "data")
                        .SelectMany(row => row.Entries.Take(1))
                        .Select(entry => entry.Value)
                        .OfType<ScalarNode>()
                        .Select(value => value.Text),
                ];
            foreach (string name in splits)
                if (known.Length > 0 && !known.Contains(name))
                    throw new AssayException(
                        $"there is no split '{SourceText.Printable(name)}'",
                        new(where, Key: "split"),
                        (Nearest.Hint(name, known) is { } near ? near + " " : "")
                            + $"There is {string.Join(", ", known)}."
                    );
            if (splits.Count == 0 && known.Length > 1)
                splits = known.Contains("train")
                    ? ["train"]
                    : throw new AssayException(
                        $"there are {known.Length} splits, and none is called train",
                        new(where),
                        $"Choose with 'split:' one or several of {string.Join(", ", known)}; 'all' takes them all."
                    );
            string column = NameOf(field);
            HashSet<string> wanted = [.. splits];
            return wanted.Count == 0
                ? _ => true
                : row => CroissantValue.Text(row[column]) is { } split && wanted.Contains(split);
        }
        return splits.Count == 0
            ? _ => true
            : throw new AssayException(
                "the record set does not say which split a record is of",
                new(where, Key: "split"),
                "Leave 'split' out, or choose with select/where."
            );
    }

    /// <summary>The records, with all their fields.</summary>
    private IEnumerable<JsonObject> Records(MapNode records)
    {
        MapNode[] fields = [.. CroissantFile.Maps(records, "field")];
        if (CroissantFile.Find(records, "data") is not null)
            return Inline(records, fields);
        Plan[] plans = [.. fields.Select(field => new Plan(field))];
        string main =
            plans
                .SelectMany(plan => plan.Leaves)
                .Select(plan => plan.Resource)
                .FirstOrDefault(resource => resource is not null && _resources.Find(resource) is not null)
            ?? throw CroissantResources.Wrong(
                records,
                $"no field of '{CroissantFile.IdOf(records)}' comes from a file"
            );
        Plan[] own = [.. plans.Where(plan => plan.Leaves.All(leaf => leaf.Resource is null || leaf.Resource == main))];
        Plan[] joined = [.. plans.Except(own)];
        List<(Plan Plan, string By, Dictionary<string, JsonNode?> Index)> joins =
        [
            .. joined.Select(plan => Join(plan, fields, main)),
        ];
        IEnumerable<JsonObject> rows = Rows(main, own, records);
        return joins.Count == 0
            ? rows
            : rows.Select(row =>
            {
                foreach ((Plan plan, string by, Dictionary<string, JsonNode?> index) in joins)
                    row[plan.Name] = CroissantValue.Text(row[by]) is { } key
                        ? index.GetValueOrDefault(key)?.DeepClone()
                        : null;
                return row;
            });
    }

    /// <summary>Values of a field of another record set, by the values that a field of this one refers to.</summary>
    private (Plan, string, Dictionary<string, JsonNode?>) Join(Plan plan, MapNode[] fields, string main)
    {
        foreach (MapNode field in fields)
        foreach (
            string reference in CroissantFile.All(field, "references").Select(CroissantFile.Reference).OfType<string>()
        )
        {
            if (RecordSetOf(reference) is not { } other)
                continue;
            MapNode[] others = [.. CroissantFile.Maps(other, "field")];
            MapNode key = others.First(one => CroissantFile.IdOf(one) == reference);
            MapNode? wanted = others.FirstOrDefault(one => CroissantFile.IdOf(one) == plan.Resource);
            bool isOfFile = wanted is null && plan.Resource is not null && new Plan(key).Resource == plan.Resource;
            bool isOfSet = wanted is null && plan.Resource == CroissantFile.IdOf(other);
            if (wanted is null && !isOfFile && !isOfSet)
                continue;
            string value = wanted is not null ? NameOf(wanted) : plan.Value.Column ?? plan.Name;
            IEnumerable<JsonObject> rows = isOfFile
                ? Rows(plan.Resource!, [new Plan(key), plan], other)
                : Records(other);
            if (isOfFile)
                value = plan.Name;
            Dictionary<string, JsonNode?> index = [];
            foreach (JsonObject row in rows)
            {
                if (CroissantValue.Text(row[NameOf(key)]) is { } at && !index.TryAdd(at, row[value]?.DeepClone()))
                    throw CroissantResources.Wrong(
                        key,
                        $"'{SourceText.Printable(at)}' occurs twice, so that what refers to it has no one record"
                    );
                if (index.Count > JoinLimit)
                    throw CroissantResources.Wrong(
                        plan.Node,
                        $"more than {JoinLimit:N0} records are joined",
                        "Join the files beforehand."
                    );
            }
            return (plan, NameOf(field), index);
        }
        throw CroissantResources.Wrong(
            plan.Node,
            $"the field '{plan.Name}' comes from '{plan.Resource}', the others from '{main}', and no 'references' joins them",
            "Only joins over one reference are read."
        );
    }

    private IEnumerable<JsonObject> Inline(MapNode records, MapNode[] fields)
    {
        CroissantValue[] values = [.. fields.Select(field => new CroissantValue(field))];
        foreach (MapNode row in CroissantFile.Maps(records, "data"))
        {
            JsonObject made = [];
            for (int f = 0; f < fields.Length; f++)
            {
                YamlNode? value = (row.Find(CroissantFile.IdOf(fields[f]) ?? "") ?? row.Find(NameOf(fields[f])))?.Value;
                made[NameOf(fields[f])] = Checked(
                    values[f],
                    value is null ? null : JsonNode.Parse(Json(value)),
                    fields[f],
                    "data"
                );
            }
            yield return made;
        }
    }

    /// <summary>The rows of a resource, with some of the fields.</summary>
    private IEnumerable<JsonObject> Rows(string resource, Plan[] plans, MapNode records)
    {
        MapNode node =
            _resources.Find(resource)
            ?? throw CroissantResources.Wrong(records, $"there is no resource '{SourceText.Printable(resource)}'");
        IReadOnlyList<(string Name, string Path)> files = _resources.FilesOf(node);
        foreach ((string _, string path) in files)
        {
            FileInfo info = new(path);
            _inputs[info.FullName] = $"{info.Length} {info.LastWriteTimeUtc.Ticks}";
        }
        Plan[] leaves = [.. plans.SelectMany(plan => plan.Leaves)];
        SourceFormat format = CroissantResources.FormatOf(node);
        bool isDocument =
            format == SourceFormat.Auto
            && CroissantFile.Text(node, "encodingFormat") is "application/json"
            && !files[0].Name.Contains(".jsonl", StringComparison.Ordinal);
        bool hasColumns = leaves.Any(leaf => leaf.Value.Column is not null || leaf.Value.Path is not null);
        bool hasLines = leaves.Any(leaf => leaf.Value.FileProperty is "lines" or "lineNumbers");
        return files.SelectMany(found =>
            !hasColumns && !hasLines ? OfFile(found, plans)
            : isDocument ? OfDocument(found, plans)
            : OfTable(found, plans, hasColumns ? format : SourceFormat.Text)
        );
    }

    private static IEnumerable<JsonObject> OfFile((string Name, string Path) found, Plan[] plans)
    {
        yield return Make(plans, leaf => Property(leaf, found), found.Name);
    }

    private static IEnumerable<JsonObject> OfDocument((string Name, string Path) found, Plan[] plans)
    {
        if (new FileInfo(found.Path).Length > DocumentLimit)
            throw new AssayException(
                $"a document of JSON of more than {new ByteSize(DocumentLimit)}",
                new(found.Path),
                "JSON Lines are read at any length."
            );
        JsonNode? root;
        try
        {
            using FileStream stream = File.OpenRead(found.Path);
            root = JsonNode.Parse(stream);
        }
        catch (Exception failure) when (failure is IOException or JsonException)
        {
            throw SourceFile.Unreadable(found.Path, failure);
        }
        Dictionary<Plan, List<JsonNode?>> columns = [];
        foreach (Plan leaf in plans.SelectMany(plan => plan.Leaves))
            if (leaf.Value.Path is { } path)
                columns[leaf] = path.List(root);
            else if (leaf.Value.Column is { } column)
                columns[leaf] = JsonPath
                    .Parse("[*]")!
                    .List(root)
                    .Select(item => (item as JsonObject)?[column])
                    .ToList();
        int[] lengths = [.. columns.Values.Select(column => column.Count).Distinct()];
        if (lengths.Length > 1)
            throw new AssayException(
                $"the paths of the fields lead to {string.Join(" and ", lengths)} values, which make no records",
                new(found.Path)
            );
        for (int row = 0; row < lengths.FirstOrDefault(); row++)
            yield return Make(
                plans,
                leaf => columns.TryGetValue(leaf, out List<JsonNode?>? column) ? column[row] : Property(leaf, found),
                $"{found.Name}, record {row + 1}"
            );
    }

    private IEnumerable<JsonObject> OfTable((string Name, string Path) found, Plan[] plans, SourceFormat format)
    {
        using Pieces pieces = Pieces.Temporary();
        SourcePlan plan = SourcePlan.Find(
            "records",
            new()
            {
                Path = [found.Path],
                Table = true,
                Format = format,
            },
            "/"
        );
        IngestResult read = Ingest.Run(plan, BadRowPolicy.Fail, downloads.Work.With(pieces));
        foreach (Plan leaf in plans.SelectMany(one => one.Leaves))
            if ((leaf.Value.Column ?? leaf.Value.Path?.First) is { } column && read.Schema.Find(column) is null)
                throw CroissantResources.Wrong(
                    leaf.Node,
                    $"there is no column '{SourceText.Printable(column)}' in {found.Name}",
                    Nearest.Hint(column, read.Schema.Select(field => field.Name))
                        ?? $"There is {string.Join(", ", read.Schema.Select(field => field.Name).Take(20))}."
                );
        long number = 0;
        foreach (string path in read.Tables)
        {
            using Table table = Table.Read(path);
            for (int row = 0; row < table.RowCount; row++, number++)
                yield return Make(
                    plans,
                    leaf =>
                        leaf.Value.Column is { } column ? CroissantValue.Of(table.Find(column), row)
                        : leaf.Value.Path is { First: { } first } path
                            ? path.Rest().Of(CroissantValue.Of(table.Find(first), row))
                        : leaf.Value.FileProperty switch
                        {
                            "lines" => CroissantValue.Of(table.Find("text"), row),
                            "lineNumbers" => number,
                            _ => Property(leaf, found),
                        },
                    $"{found.Name}, row {number + 1}"
                );
        }
    }

    private static JsonNode? Property(Plan leaf, (string Name, string Path) found) =>
        leaf.Value.FileProperty switch
        {
            "filename" => found.Name[(found.Name.LastIndexOf('/') + 1)..],
            "fullpath" => found.Name,
            "content" => File.ReadAllText(found.Path),
            null => null,
            var other => throw CroissantResources.Wrong(
                leaf.Node,
                $"the property '{SourceText.Printable(other)}' of files is not read beside others"
            ),
        };

    private static JsonObject Make(Plan[] plans, Func<Plan, JsonNode?> extract, string where)
    {
        JsonObject row = [];
        foreach (Plan plan in plans)
            row[plan.Name] =
                plan.Sub.Length > 0 ? Make(plan.Sub, extract, where)
                : plan.Constant is { } constant ? JsonNode.Parse(constant)
                : Checked(plan.Value, extract(plan), plan.Node, where);
        return row;
    }

    private static JsonNode? Checked(CroissantValue value, JsonNode? extracted, MapNode field, string where)
    {
        try
        {
            return value.Of(extracted);
        }
        catch (Exception failure)
            when (failure is FormatException or System.Text.RegularExpressions.RegexMatchTimeoutException)
        {
            throw CroissantResources.Wrong(field, $"in {where}, field '{NameOf(field)}': {failure.Message}");
        }
    }

    private MapNode? RecordSetOf(string field) =>
        file.RecordSets.FirstOrDefault(set =>
            CroissantFile.Maps(set, "field").Any(one => CroissantFile.IdOf(one) == field)
        );

    /// <summary>What a field is called within its record set: its name, or the end of its id, which some repeat as the name.</summary>
    private static string NameOf(MapNode field)
    {
        string id = CroissantFile.IdOf(field) ?? "";
        return CroissantFile.Text(field, "name") is { } name && name != id ? name : id[(id.LastIndexOf('/') + 1)..];
    }

    private static string Json(YamlNode node) =>
        node switch
        {
            ScalarNode { Plain: true } scalar => scalar.Text,
            ScalarNode text => JsonSerializer.Serialize(text.Text, CroissantJson.Default.String),
            ListNode list => $"[{string.Join(',', list.Items.Select(Json))}]",
            MapNode map =>
                $"{{{string.Join(',', map.Entries.Select(entry => $"{Json(entry.Key)}:{Json(entry.Value)}"))}}}",
            _ => "null",
        };

    /// <summary>A field, and where its values come from.</summary>
    private sealed class Plan
    {
        public Plan(MapNode field)
        {
            Node = field;
            Name = NameOf(field);
            Value = new(field);
            Sub = [.. CroissantFile.Maps(field, "subField").Select(sub => new Plan(sub))];
            Constant = CroissantFile.Find(field, "value") is { } value ? Json(value.Value) : null;
            YamlNode? source = CroissantFile.Find(field, "source")?.Value;
            Resource =
                source is MapNode map
                    ? ((string[])["fileObject", "fileSet", "recordSet", "field"])
                        .Select(kind =>
                            CroissantFile.Find(map, kind) is { } named ? CroissantFile.Reference(named.Value) : null
                        )
                        .FirstOrDefault(id => id is not null)
                        ?? CroissantFile.Reference(map)
                : source is null ? null
                : CroissantFile.Reference(source);
        }

        public MapNode Node { get; }
        public string Name { get; }
        public CroissantValue Value { get; }
        public Plan[] Sub { get; }
        public string? Constant { get; }
        public string? Resource { get; }

        /// <summary>The fields that hold values: itself, or those within it.</summary>
        public IEnumerable<Plan> Leaves => Sub.Length == 0 ? [this] : Sub.SelectMany(sub => sub.Leaves);
    }
}

[System.Text.Json.Serialization.JsonSerializable(typeof(string))]
internal sealed partial class CroissantJson : System.Text.Json.Serialization.JsonSerializerContext;
