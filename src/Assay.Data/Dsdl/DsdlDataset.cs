namespace Assay.Data;

/// <summary>A dataset in DSDL 0.5.0 (Data Set Description Language): its description, with all types resolved, and its samples, one at a time.</summary>
/// <remarks>
/// Source: Wang, Ouyang, Wu et al., "DSDL: Data Set Description Language for Bridging Modalities and Tasks in AI Data", arXiv 2405.18315, and the
/// language guide of opendatalab/dsdl-docs. YAML and JSON. A file is read twice: for what it says of the data, then for the samples, so that
/// memory holds one sample, wherever in the file they stand.
/// </remarks>
public sealed class DsdlDataset
{
    private readonly Func<Stream> _open;
    private readonly string _file;
    private readonly string? _folder;
    private readonly bool _hasSamples;
    private readonly DsdlNode? _globalInfo;
    private readonly DsdlFinding? _unbound;
    private readonly IReadOnlyList<string> _imported;

    private DsdlDataset(string file, Func<Stream> open, string? folder, string? libraries)
    {
        (_file, _open, _folder) = (file, open, folder);
        DsdlFindings findings = new();
        DescriptionReader reader = new(new(folder, libraries), findings);
        DsdlNode root;
        using (NodeReader nodes = new(DsdlTokens.Of(open(), file)))
            root = nodes.Read(DescriptionReader.SampleKeys);
        DsdlDescription? description = reader.Read(root, file);
        TypeResolver types = new(reader.Definitions, findings);
        types.CheckAll();
        // A type that is wrong in itself is an error already; what uses it would only repeat it.
        FieldType? sampleType = null;
        if (description is not null && !findings.HasErrors)
        {
            sampleType = types.Resolve(description.SampleType, Scope(reader.SampleTypeAt));
            if (description.GlobalInfoType is { } global)
                GlobalInfoType = types.Resolve(global, Scope(reader.GlobalTypeAt));
        }
        findings.ThrowIfAny();
        (Description, SampleType, Warnings) = (description!, sampleType!, findings.Warnings);
        _imported = reader.Imported;
        (_hasSamples, _globalInfo, _unbound) = (reader.HasSamples, reader.GlobalInfo, types.Unbound);
    }

    /// <summary>What the description says.</summary>
    public DsdlDescription Description { get; }

    /// <summary>The type of each sample.</summary>
    public FieldType SampleType { get; }

    /// <summary>The type of the global object, or null if there is none.</summary>
    public FieldType? GlobalInfoType { get; }

    /// <summary>What the description might better say otherwise.</summary>
    public IReadOnlyList<DsdlFinding> Warnings { get; }

    /// <summary>Opens a dataset: reads and checks its description.</summary>
    /// <param name="path">The description: YAML, or JSON if its name ends with <c>.json</c>.</param>
    /// <param name="libraries">The folder of imported files; if null, that of the description and <c>../defs</c> beside it.</param>
    /// <exception cref="DocumentException">Something is wrong with the description.</exception>
    /// <exception cref="AssayException">A file cannot be read.</exception>
    public static DsdlDataset Open(string path, string? libraries = null)
    {
        string full = Path.GetFullPath(path);
        return new(path, () => LibraryFolders.Open(full), Path.GetDirectoryName(full), libraries);
    }

    /// <summary>The same of a description in memory, which names no other file.</summary>
    /// <param name="content">The description.</param>
    /// <param name="name">What it is called in messages; JSON if it ends with <c>.json</c>, else YAML.</param>
    /// <exception cref="DocumentException">Something is wrong with the description, or it imports a file.</exception>
    /// <exception cref="AssayException">It is not YAML or JSON.</exception>
    public static DsdlDataset Parse(byte[] content, string name = "description.yaml") =>
        new(name, () => new MemoryStream(content, writable: false), null, null);

    /// <summary>The other files that it consists of: imported libraries, samples, the global object; full paths.</summary>
    /// <exception cref="AssayException">One that the description names is not there.</exception>
    public IReadOnlyList<string> Companions =>
        [
            .. _imported,
            .. Description.SamplePath is null ? [] : SampleFiles(),
            .. Description.GlobalInfoPath is { } path ? (string[])[Beside(path, "global-info-path")] : [],
        ];

    /// <summary>The samples in order, each checked against the type; read anew each time.</summary>
    /// <param name="isStrict">Whether a key that is no field, and a field that is missing, are errors; else the one is ignored and the other a warning.</param>
    /// <param name="cancellation">Asks to stop.</param>
    /// <exception cref="AssayException">A file cannot be read, or is not YAML or JSON from some place on.</exception>
    public IEnumerable<DsdlSample> Samples(bool isStrict = true, CancellationToken cancellation = default)
    {
        long index = 0;
        foreach ((string file, Func<Stream> open, string[] keys) in Files())
        {
            using NodeReader nodes = new(DsdlTokens.Of(open(), file));
            long within = 0;
            foreach (DsdlNode node in nodes.Items(keys))
            {
                cancellation.ThrowIfCancellationRequested();
                if (_unbound is not null)
                    throw new AssayException(_unbound.Message, _unbound.Where);
                yield return Read(SampleType, node, index++, isStrict, [.. keys], within++);
            }
            if (!nodes.HasItems && keys.Length == 1)
                throw new AssayException("expected a map with the key 'samples', a list; found none", new(file));
        }
    }

    /// <summary>The object that is about all samples, or null if there is none.</summary>
    /// <param name="isStrict">As for <see cref="Samples"/>.</param>
    /// <exception cref="AssayException">Its file cannot be read.</exception>
    public DsdlSample? GlobalInfo(bool isStrict = true)
    {
        if (GlobalInfoType is null)
            return null;
        if (_unbound is not null)
            throw new AssayException(_unbound.Message, _unbound.Where);
        if (Description.GlobalInfoPath is not { } path)
            return _globalInfo is null
                ? null
                : Read(GlobalInfoType, _globalInfo, 0, isStrict, ["data", "global-info"], null);
        string file = Beside(path, "global-info-path");
        using NodeReader nodes = new(DsdlTokens.Of(LibraryFolders.Open(file), file));
        return nodes.Read() is DsdlMap map && map.Find("global-info") is { } entry
            ? Read(GlobalInfoType, entry.Value, 0, isStrict, ["global-info"], null)
            : throw new AssayException("expected a map with the key 'global-info', found none", new(file));
    }

    private static DsdlSample Read(
        FieldType type,
        DsdlNode node,
        long index,
        bool isStrict,
        string[] keys,
        long? within
    )
    {
        DsdlReading reading = new(isStrict);
        foreach (string key in keys)
            reading.Keys.Push(key);
        if (within is { } place)
            reading.Keys.Push(place);
        DsdlValue? value = type.Read(node, reading);
        return new(index, node.Place.At(reading.Keys), reading.HasErrors ? null : value, reading.Findings);
    }

    private static TypeScope Scope((Place Place, string Key) at) => new(at.Place, at.Key, null, TypeScope.NoParameters);

    private IEnumerable<(string File, Func<Stream> Open, string[] Keys)> Files()
    {
        if (Description.SamplePath is null)
        {
            if (_hasSamples)
                yield return (_file, _open, DescriptionReader.SampleKeys);
            yield break;
        }
        foreach (string file in SampleFiles())
            yield return (file, () => LibraryFolders.Open(file), ["samples"]);
    }

    private string[] SampleFiles()
    {
        string path = Beside(Description.SamplePath!, "sample-path");
        if (!Directory.Exists(path))
            return [path];
        string[] files =
        [
            .. Directory
                .EnumerateFiles(path)
                .Where(file => Path.GetExtension(file).ToLowerInvariant() is ".json" or ".yaml" or ".yml")
                .Order(StringComparer.Ordinal),
        ];
        return files.Length > 0
            ? files
            : throw new AssayException(
                "expected files of samples (.json, .yaml) in the folder that 'sample-path' names, found none",
                new(path)
            );
    }

    private string Beside(string path, string key)
    {
        if (_folder is null)
            throw new AssayException(
                $"expected '{key}: local', found the path '{SourceText.Printable(path)}'; no file is looked at here",
                new(_file, Key: "data." + key)
            );
        string full = Path.GetFullPath(Path.Combine(_folder, path));
        return File.Exists(full) || Directory.Exists(full)
            ? full
            : throw new AssayException(
                $"expected a file or folder at '{key}', found none: {full}",
                new(_file, Key: "data." + key),
                "The path is relative to the folder of the description."
            );
    }
}

/// <summary>A sample as it was read.</summary>
/// <param name="Index">Its place among all samples, from 0.</param>
/// <param name="Where">Where it stands.</param>
/// <param name="Value">What it holds, or null if it has errors.</param>
/// <param name="Findings">Its errors and warnings; at most about twenty are kept.</param>
public sealed record DsdlSample(long Index, Location Where, DsdlValue? Value, IReadOnlyList<DsdlFinding> Findings)
{
    /// <summary>Whether it has errors.</summary>
    public bool HasErrors => Value is null;
}
