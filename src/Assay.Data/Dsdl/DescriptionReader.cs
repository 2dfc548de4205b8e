using System.Text.Json.Nodes;

namespace Assay.Data;

/// <summary>Reads what a description says, with the libraries that it imports; types are parsed, not yet resolved.</summary>
/// <param name="libraries">Where imported files are.</param>
/// <param name="findings">Takes what is wrong.</param>
internal sealed class DescriptionReader(LibraryFolders libraries, DsdlFindings findings)
{
    private const int ImportLimit = 1000;

    /// <summary>Where the samples of a description stand in its file.</summary>
    public static readonly string[] SampleKeys = ["data", "samples"];

    private readonly OrderedDictionary<string, DsdlDefinition> _definitions = [];
    private readonly List<string> _importing = []; // files that are being read, each imported by the one before
    private readonly List<string> _imported = [];

    /// <summary>The definitions read so far, by name.</summary>
    public IReadOnlyDictionary<string, DsdlDefinition> Definitions => _definitions;

    /// <summary>The files that were imported, in order.</summary>
    public IReadOnlyList<string> Imported => _imported;

    /// <summary>Where the types of samples and of the global object stand.</summary>
    public (Place Place, string Key) SampleTypeAt { get; private set; }

    /// <summary>The same of the global object.</summary>
    public (Place Place, string Key) GlobalTypeAt { get; private set; }

    /// <summary>Whether there are samples in the file.</summary>
    public bool HasSamples { get; private set; }

    /// <summary>The global object in the file, or null.</summary>
    public DsdlNode? GlobalInfo { get; private set; }

    /// <summary>The description, or null after errors.</summary>
    public DsdlDescription? Read(DsdlNode root, string file)
    {
        if (root is not DsdlMap map)
            throw new AssayException(
                $"expected a description, a map with '$dsdl-version', 'meta' and 'data', found {root.Noun}",
                root.Place.At("")
            );
        string? version = Version(map);
        _importing.Add(file);
        if (map.Find("$import") is { } imports)
            Import(imports.Value);
        JsonObject meta = [];
        if (Required(map, "meta", "") is { } said)
        {
            if (said.Value is DsdlMap free)
                meta = (JsonObject)free.ToJson()!;
            else
                findings.Error(said.Value.Place, "meta", $"expected a map, found {said.Value.Noun}");
        }
        if (map.Find("defs") is { } defs)
            Define(defs.Value, "defs.");
        Unknown(map, "", "$dsdl-version", "$import", "meta", "defs", "data");
        if (Required(map, "data", "") is not { } data)
            return null;
        if (data.Value is not DsdlMap keys)
        {
            findings.Error(data.Value.Place, "data", $"expected a map with 'sample-type', found {data.Value.Noun}");
            return null;
        }
        Unknown(
            keys,
            "data.",
            "sample-type",
            "sample-path",
            "samples",
            "global-info-type",
            "global-info-path",
            "global-info"
        );
        TypeExpression? sampleType = TypeAt(Required(keys, "sample-type", "data."), at => SampleTypeAt = at);
        string? samplePath = PathAt(keys, "sample-path", "samples"),
            globalPath = PathAt(keys, "global-info-path", "global-info");
        TypeExpression? globalType = TypeAt(keys.Find("global-info-type"), at => GlobalTypeAt = at);
        GlobalInfo = keys.Find("global-info")?.Value;
        if (globalType is null && (GlobalInfo is not null || globalPath is not null))
            findings.Warn(keys.Place, "data", "expected 'global-info-type' beside the global object, found none");
        if (keys.Find("samples") is { } samples)
        {
            HasSamples = samplePath is null;
            if (samples.Value is not (DsdlList or DsdlScalar { IsNull: true }))
                findings.Error(samples.Value.Place, "data.samples", $"expected a list, found {samples.Value.Noun}");
        }
        else if (samplePath is null)
            findings.Warn(keys.Place, "data", "expected 'samples' or 'sample-path', found none: there are no samples");
        return version is null || sampleType is null
            ? null
            : new()
            {
                Version = version,
                Meta = meta,
                Definitions = [.. _definitions.Values],
                SampleType = sampleType,
                SamplePath = samplePath,
                GlobalInfoType = globalType,
                GlobalInfoPath = globalPath,
            };
    }

    private string? Version(DsdlMap map)
    {
        if (Required(map, "$dsdl-version", "") is not { } version)
            return null;
        if (version.Value is not DsdlScalar { IsNull: false } scalar)
        {
            findings.Error(
                version.Value.Place,
                "$dsdl-version",
                $"expected a version such as {DsdlDescription.LanguageVersion}, found {version.Value.Noun}"
            );
            return null;
        }
        if (!scalar.Text.StartsWith("0.5", StringComparison.Ordinal))
            findings.Warn(
                scalar.Place,
                "$dsdl-version",
                $"expected version {DsdlDescription.LanguageVersion}, found {SourceText.Printable(scalar.Text)}; it is read as {DsdlDescription.LanguageVersion}"
            );
        return scalar.Text;
    }

    private void Import(DsdlNode node)
    {
        if (node is DsdlScalar { IsNull: true })
            return;
        IReadOnlyList<DsdlNode> names = node is DsdlList list ? list.Items : [node];
        foreach (DsdlNode item in names)
        {
            if (item is not DsdlScalar { IsNull: false } name)
            {
                findings.Error(
                    item.Place,
                    "$import",
                    $"expected the name of a file without its ending, found {item.Noun}"
                );
                continue;
            }
            if (libraries.Find(name.Text) is not { } file)
            {
                findings.Error(
                    name.Place,
                    "$import",
                    $"expected a file '{SourceText.Printable(name.Text)}.yaml' or .json {libraries.Searched}, found none"
                );
                continue;
            }
            if (_importing.Contains(file))
            {
                findings.Error(
                    name.Place,
                    "$import",
                    $"expected files that do not import themselves, '{SourceText.Printable(name.Text)}' does"
                );
                continue;
            }
            if (_imported.Count >= ImportLimit || _importing.Count > 16)
                throw new AssayException(
                    $"expected at most {ImportLimit} imports, and 16 of files by files; found more",
                    name.Place.At("$import")
                );
            using NodeReader reader = new(DsdlTokens.Of(LibraryFolders.Open(file), file));
            _importing.Add(file);
            _imported.Add(file);
            Library(reader.Read());
            _importing.RemoveAt(_importing.Count - 1);
        }
    }

    private void Library(DsdlNode root)
    {
        if (root is not DsdlMap map)
        {
            findings.Error(
                root.Place,
                "",
                $"expected a library, a map with '$dsdl-version' and definitions, found {root.Noun}"
            );
            return;
        }
        Version(map);
        if (map.Find("$import") is { } imports)
            Import(imports.Value);
        if (map.Find("defs") is { } defs)
            Define(defs.Value, "defs.");
        else
            foreach (DsdlEntry entry in map.Entries)
                if (entry.Key.Text is not ("$dsdl-version" or "$import" or "meta" or "data"))
                    Define(entry, "");
    }

    private void Define(DsdlNode node, string below)
    {
        if (node is DsdlMap map)
            foreach (DsdlEntry entry in map.Entries)
                Define(entry, below);
        else if (node is not DsdlScalar { IsNull: true })
            findings.Error(node.Place, "defs", $"expected a map of definitions, found {node.Noun}");
    }

    private void Define(DsdlEntry entry, string below)
    {
        string name = entry.Key.Text,
            key = below + name;
        if (BuiltInTypes.Has(name))
            findings.Error(
                entry.Key.Place,
                key,
                $"expected a name of its own, found '{name}', which is a type of the language"
            );
        else
            CheckName(entry.Key, key, "a struct or domain");
        if (entry.Value is not DsdlMap map)
        {
            findings.Error(
                entry.Value.Place,
                key,
                $"expected a definition, a map with '$def', found {entry.Value.Noun}"
            );
            return;
        }
        if (Required(map, "$def", key + ".") is not { } kind)
            return;
        DsdlDefinition? read = (kind.Value as DsdlScalar)?.Text switch
        {
            "struct" => Struct(name, map, key + "."),
            "class_domain" => Domain(name, map, key + "."),
            _ => null,
        };
        if ((kind.Value as DsdlScalar)?.Text is not ("struct" or "class_domain"))
            findings.Error(
                kind.Value.Place,
                key + ".$def",
                $"expected struct or class_domain, found {kind.Value.Noun}"
            );
        if (read is null)
            return;
        if (_definitions.TryGetValue(name, out DsdlDefinition? before))
            findings.Warn(
                entry.Key.Place,
                key,
                $"'{name}' replaces the definition in {before.Place.File}, line {before.Place.Line}"
            );
        _definitions[name] = read with { Place = entry.Key.Place };
    }

    private StructDefinition? Struct(string name, DsdlMap map, string below)
    {
        Unknown(map, below, "$def", "$fields", "$params", "$optional");
        IReadOnlyList<DsdlScalar> parameters = Names(map.Find("$params"), below + "$params");
        foreach (DsdlScalar parameter in parameters)
            CheckName(parameter, below + "$params", "a parameter");
        if (Required(map, "$fields", below) is not { } fields)
            return null;
        string key = below + "$fields";
        if (fields.Value is not DsdlMap types)
        {
            findings.Error(fields.Value.Place, key, $"expected a map of fields and types, found {fields.Value.Noun}");
            return null;
        }
        List<KeyValuePair<string, TypeExpression>> read = [];
        List<Place> places = [];
        foreach (DsdlEntry field in types.Entries)
        {
            CheckName(field.Key, $"{key}.{field.Key.Text}", "a field");
            if (Type(field.Value, $"{key}.{field.Key.Text}") is not { } type)
                continue;
            read.Add(new(field.Key.Text, type));
            places.Add(TextOf(field.Value));
        }
        IReadOnlyList<DsdlScalar> optional = Names(map.Find("$optional"), below + "$optional");
        foreach (DsdlScalar one in optional)
            if (types.Find(one.Text) is null)
                findings.Error(
                    one.Place,
                    below + "$optional",
                    $"expected a field of '{name}', found '{SourceText.Printable(one.Text)}'{Hint(one.Text, types.Entries.Select(entry => entry.Key.Text))}"
                );
        return new(name, [.. parameters.Select(one => one.Text)], read, [.. optional.Select(one => one.Text)])
        {
            FieldPlaces = places,
        };
    }

    private ClassDomain? Domain(string name, DsdlMap map, string below)
    {
        Unknown(map, below, "$def", "classes", "skeleton");
        if (Required(map, "classes", below) is not { } classes)
            return null;
        List<string> read = [];
        HashSet<string> seen = [];
        foreach (DsdlScalar one in Names(classes, below + "classes"))
        {
            string label = one.Text.Trim();
            if (label.Length == 0 || label[0] == '.')
                findings.Error(
                    one.Place,
                    below + "classes",
                    label.Length == 0
                        ? "expected a class, found an empty text"
                        : $"expected a class that does not start with a dot, found '{SourceText.Printable(label)}'"
                );
            else if (ClassDomain.Doubt(label) is { } doubt)
                findings.Warn(one.Place, below + "classes", $"{doubt}, found '{SourceText.Printable(label)}'");
            if (!seen.Add(label))
                findings.Warn(
                    one.Place,
                    below + "classes",
                    $"the class '{SourceText.Printable(label)}' is there twice; labels mean the first"
                );
            read.Add(label);
        }
        return new(name, read, Skeleton(map.Find("skeleton"), read.Count, below + "skeleton"));
    }

    private (int, int)[]? Skeleton(DsdlEntry? entry, int classes, string key)
    {
        if (entry is null or { Value: DsdlScalar { IsNull: true } })
            return null;
        if (entry.Value is not DsdlList list)
        {
            findings.Error(entry.Value.Place, key, $"expected a list of pairs of classes, found {entry.Value.Noun}");
            return null;
        }
        (int, int)[] bones = new (int, int)[list.Items.Count];
        for (int i = 0; i < bones.Length; i++)
            if (
                list.Items[i] is DsdlList { Items: [DsdlScalar { Whole: { } from }, DsdlScalar { Whole: { } to }] }
                && from >= 1
                && to >= 1
                && from <= classes
                && to <= classes
            )
                bones[i] = ((int)from, (int)to);
            else
                findings.Error(
                    list.Items[i].Place,
                    key,
                    $"expected two whole numbers from 1 to {classes}, the classes that a bone joins, found {Shown(list.Items[i])}"
                );
        return bones;
    }

    private TypeExpression? TypeAt(DsdlEntry? entry, Action<(Place, string)> at)
    {
        if (entry is null)
            return null;
        string key = "data." + entry.Key.Text;
        at((TextOf(entry.Value), key));
        return entry.Value is DsdlMap map ? ObjectType(map, key) : Type(entry.Value, key);
    }

    /// <summary>The object form of a type: <c>{$type: S, cdom: MyDom}</c>.</summary>
    private TypeExpression? ObjectType(DsdlMap map, string key)
    {
        if (Required(map, "$type", key + ".") is not { } named || Type(named.Value, key + ".$type") is not { } type)
            return null;
        List<TypeArgument> arguments = [.. type.Arguments];
        foreach (DsdlEntry entry in map.Entries)
        {
            if (entry.Key.Text == "$type")
                continue;
            DsdlScalar[] names = [.. Names(entry, $"{key}.{entry.Key.Text}", orOne: true)];
            if (names.Length > 0)
                arguments.Add(
                    new(
                        entry.Key.Text,
                        names.Length == 1
                            ? new NestedType(new(names[0].Text))
                            : new NameList([.. names.Select(name => name.Text)])
                    )
                );
        }
        return type with { Arguments = arguments };
    }

    private TypeExpression? Type(DsdlNode node, string key)
    {
        if (node is not DsdlScalar { IsText: true } scalar)
        {
            findings.Error(node.Place, key, $"expected a type as text, found {node.Noun}");
            return null;
        }
        try
        {
            return TypeParser.Parse(scalar.Text);
        }
        catch (TypeParser.Fault fault)
        {
            findings.Error(
                TextOf(node).Right(fault.At),
                key,
                $"in the type '{SourceText.Printable(scalar.Text)}': {fault.Message}"
            );
            return null;
        }
    }

    private string? PathAt(DsdlMap keys, string key, string local)
    {
        if (keys.Find(key) is not { } entry || entry.Value is DsdlScalar { IsNull: true })
            return null;
        if (entry.Value is not DsdlScalar { IsText: true, Text.Length: > 0 } path)
        {
            findings.Error(entry.Value.Place, "data." + key, $"expected a path or 'local', found {entry.Value.Noun}");
            return null;
        }
        if (path.Text is "local" or "$local")
            return null;
        if (keys.Find(local) is not null)
            findings.Warn(
                path.Place,
                "data." + key,
                $"'{local}' of the description is left out, since '{key}' names a file"
            );
        return path.Text;
    }

    private IReadOnlyList<DsdlScalar> Names(DsdlEntry? entry, string key, bool orOne = false)
    {
        if (entry is null or { Value: DsdlScalar { IsNull: true } })
            return [];
        IReadOnlyList<DsdlNode> items = entry.Value switch
        {
            DsdlList list => list.Items,
            DsdlScalar one when orOne => [one],
            _ => [],
        };
        if (entry.Value is not DsdlList && items.Count == 0)
            findings.Error(entry.Value.Place, key, $"expected a list of names, found {entry.Value.Noun}");
        List<DsdlScalar> names = [];
        foreach (DsdlNode item in items)
            if (item is DsdlScalar { IsNull: false } name)
                names.Add(name);
            else
                findings.Error(item.Place, key, $"expected a name, found {item.Noun}");
        return names;
    }

    private DsdlEntry? Required(DsdlMap map, string key, string below)
    {
        DsdlEntry? entry = map.Find(key);
        if (entry is null)
            findings.Error(
                map.Place,
                below.TrimEnd('.'),
                $"expected the key '{key}', found none{Hint(key, map.Entries.Select(one => one.Key.Text).Where(text => text.Length < 40))}"
            );
        return entry;
    }

    private void Unknown(DsdlMap map, string below, params string[] known)
    {
        foreach (DsdlEntry entry in map.Entries)
            if (!known.Contains(entry.Key.Text))
                findings.Warn(
                    entry.Key.Place,
                    below + entry.Key.Text,
                    $"expected one of {string.Join(", ", known)}, found '{SourceText.Printable(entry.Key.Text)}', which means nothing here{Hint(entry.Key.Text, known)}"
                );
    }

    private void CheckName(DsdlScalar name, string key, string what)
    {
        if (Identifier.Fault(name.Text) is { } fault)
            findings.Error(
                name.Place,
                key,
                $"expected {what} whose name {fault}, found '{SourceText.Printable(name.Text)}'"
            );
    }

    private static string Shown(DsdlNode node) =>
        node is DsdlList ? SourceText.Printable(node.ToJson()!.ToJsonString()) : node.Noun;

    // The text of a quoted scalar starts behind the quote.
    private static Place TextOf(DsdlNode node) =>
        node is DsdlScalar { IsPlain: false } ? node.Place.Right(1) : node.Place;

    private static string Hint(string word, IEnumerable<string> known) =>
        Nearest.Hint(word, known) is { } hint ? "; " + hint : "";
}

/// <summary>Names of structs, domains, parameters and fields: identifiers of Python that are no keywords of it.</summary>
internal static class Identifier
{
    private static readonly HashSet<string> Keywords =
    [
        .. (
            "False None True and as assert async await break class continue def del elif else except finally for from global if import in is "
            + "lambda nonlocal not or pass raise return try while with yield"
        ).Split(' '),
    ];

    /// <summary>What is wrong with a name, behind the word 'name'; null if nothing is.</summary>
    public static string? Fault(string name) =>
        name.Length == 0
        || !(char.IsLetter(name[0]) || name[0] == '_')
        || !name.All(letter => char.IsLetterOrDigit(letter) || letter == '_')
            ? "is of letters, digits and underscores, and starts with no digit"
        : Keywords.Contains(name) ? "is no keyword of Python"
        : null;
}

/// <summary>Where imported files are looked for.</summary>
/// <param name="description">The folder of the description, or null where no file may be looked at.</param>
/// <param name="libraries">The one folder of libraries, or null for the folder of the description and <c>../defs</c> beside it.</param>
internal sealed class LibraryFolders(string? description, string? libraries)
{
    private string[] Folders =>
        description is null ? []
        : libraries is not null ? [libraries]
        : [description, Path.Combine(description, "..", "defs")];

    /// <summary>Where was searched, for a message.</summary>
    public string Searched =>
        Folders.Length == 0
            ? "(no file is looked at here)"
            : "in " + string.Join(" or ", Folders.Select(Path.GetFullPath));

    /// <summary>The file of that name, which has no ending; null if there is none.</summary>
    public string? Find(string name)
    {
        if (name.Contains('\0') || Path.IsPathRooted(name))
            return null;
        foreach (string folder in Folders)
        foreach (string ending in (string[])[".yaml", ".yml", ".json"])
            if (Path.GetFullPath(Path.Combine(folder, name + ending)) is var path && File.Exists(path))
                return path;
        return null;
    }

    /// <exception cref="AssayException">The file cannot be read.</exception>
    public static Stream Open(string path)
    {
        try
        {
            return new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite, 1 << 16);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw SourceFile.Unreadable(path, failure);
        }
    }
}
