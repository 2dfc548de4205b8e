using System.Text.Json;

namespace Assay.Learning;

/// <summary>The weights of a model: one safetensors file, or the shards that an index joins.</summary>
/// <remarks>
/// A folder holds <c>model.safetensors</c>, or <c>model.safetensors.index.json</c> whose <c>weight_map</c> says which
/// tensor is in which file beside it. Shards may not lie in other folders.
/// </remarks>
public sealed class SafetensorsModel : IDisposable
{
    private const string Single = "model.safetensors";
    private const string Index = "model.safetensors.index.json";
    private const long MaxIndexBytes = 100_000_000;

    private readonly Dictionary<string, SafetensorsFile> _shardOf = new(StringComparer.Ordinal);
    private readonly Dictionary<string, SafetensorsFile> _shards = new(StringComparer.Ordinal);

    private SafetensorsModel(string path) => Path = path;

    /// <summary>Opens the weights; every header is read and checked, and every tensor of the index is looked up.</summary>
    /// <param name="path">A folder, a safetensors file, or an index (<c>.json</c>).</param>
    /// <exception cref="SafetensorsException">A file or the index is wrong, or the folder has no weights.</exception>
    /// <exception cref="IOException">A file cannot be opened.</exception>
    public static SafetensorsModel Open(string path)
    {
        if (Directory.Exists(path))
        {
            string index = System.IO.Path.Combine(path, Index);
            string single = System.IO.Path.Combine(path, Single);
            path =
                File.Exists(index) ? index
                : File.Exists(single) ? single
                : throw new SafetensorsException($"the folder has neither {Single} nor {Index}", path);
        }
        SafetensorsModel model = new(path);
        try
        {
            if (path.EndsWith(".json", StringComparison.Ordinal))
                model.OpenShards();
            else
                model.Adopt(System.IO.Path.GetFileName(path), SafetensorsFile.Open(path));
            return model;
        }
        catch
        {
            model.Dispose();
            throw;
        }
    }

    /// <summary>The file, or the index.</summary>
    public string Path { get; }

    /// <summary>The tensors, by name in ordinal order.</summary>
    public IEnumerable<SafetensorsEntry> Tensors =>
        _shardOf.OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => pair.Value[pair.Key]);

    /// <summary>True if there is a tensor of that name.</summary>
    public bool Contains(string name) => _shardOf.ContainsKey(name);

    /// <summary>The file that has a tensor; read from that.</summary>
    /// <exception cref="SafetensorsException">There is none of that name.</exception>
    public SafetensorsFile FileOf(string name) =>
        _shardOf.TryGetValue(name, out SafetensorsFile? shard)
            ? shard
            : throw new SafetensorsException($"is not there, and {_shardOf.Count} others are", Path, name);

    /// <summary>The description of a tensor.</summary>
    /// <exception cref="SafetensorsException">There is none of that name.</exception>
    public SafetensorsEntry this[string name] => FileOf(name)[name];

    /// <summary>Reads a whole tensor of floats (F16, BF16, F32, F64) as float32, row-major.</summary>
    /// <exception cref="SafetensorsException">It is absent, not of floats, or longer than an array can be.</exception>
    public float[] ReadFloats(string name) => FileOf(name).ReadFloats(name);

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (SafetensorsFile shard in _shards.Values)
            shard.Dispose();
    }

    private void Adopt(string file, SafetensorsFile shard)
    {
        _shards.Add(file, shard);
        foreach (SafetensorsEntry entry in shard.Tensors)
            _shardOf.Add(entry.Name, shard);
    }

    private void OpenShards()
    {
        string folder = System.IO.Path.GetDirectoryName(System.IO.Path.GetFullPath(Path))!;
        foreach ((string name, string file) in ReadIndex())
        {
            // A name with a path in it could reach any file of the machine.
            if (file.Length == 0 || file is "." or ".." || file.IndexOfAny(['/', '\\', ':', '\0']) >= 0)
                throw Bad(
                    $"is said to be in '{SafetensorsException.Excerpt(file)}', which is not a plain file name",
                    name
                );
            if (!_shards.TryGetValue(file, out SafetensorsFile? shard))
            {
                string path = System.IO.Path.Combine(folder, file);
                if (!File.Exists(path))
                    throw Bad(
                        $"is said to be in '{SafetensorsException.Excerpt(file)}', and there is no such file",
                        name
                    );
                _shards.Add(file, shard = SafetensorsFile.Open(path));
            }
            if (!shard.Contains(name))
                throw Bad($"is said to be in '{file}', which does not have it", name);
            _shardOf.Add(name, shard);
        }
    }

    private Dictionary<string, string> ReadIndex()
    {
        if (new FileInfo(Path).Length > MaxIndexBytes)
            throw Bad($"the index is longer than {MaxIndexBytes} bytes");
        try
        {
            using FileStream stream = File.OpenRead(Path);
            using JsonDocument json = JsonDocument.Parse(stream, new() { AllowDuplicateProperties = false });
            if (
                json.RootElement.ValueKind != JsonValueKind.Object
                || !json.RootElement.TryGetProperty("weight_map", out JsonElement map)
                || map.ValueKind != JsonValueKind.Object
            )
                throw Bad("the index should be an object with an object 'weight_map' from tensors to files");
            Dictionary<string, string> files = new(StringComparer.Ordinal);
            foreach (JsonProperty pair in map.EnumerateObject())
                files.Add(
                    pair.Name,
                    pair.Value.ValueKind == JsonValueKind.String
                        ? pair.Value.GetString()!
                        : throw Bad("should have the name of a file in the index", pair.Name)
                );
            return files;
        }
        catch (JsonException wrong)
        {
            throw Bad($"the index is not valid JSON: {wrong.Message}");
        }
        catch (InvalidOperationException)
        {
            throw Bad("a string of the index is not valid Unicode");
        }
    }

    private SafetensorsException Bad(string message, string? tensor = null) => new(message, Path, tensor);
}
