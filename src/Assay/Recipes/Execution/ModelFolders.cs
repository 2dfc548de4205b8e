using System.IO.Hashing;

namespace Assay.Recipes.Execution;

/// <summary>The content of the model folders that options name, as parts of keys.</summary>
internal static class ModelFolders
{
    private static readonly string[] Names = ["*.safetensors", "*.json"];

    /// <summary>One hash for each folder that is there; none for anything else.</summary>
    public static IEnumerable<string> KeysOf(RecordShape shape, object options) =>
        shape
            .Options.Where(option => option.Property.IsDefined(typeof(ModelFolderAttribute), inherit: true))
            .Select(option => option.Property.GetValue(options))
            .SelectMany(value => value is string folder ? [folder] : value as IEnumerable<string> ?? [])
            .Where(Directory.Exists)
            .Select(Hash);

    // By name and content; training.json says when a model was trained, not what it is.
    private static string Hash(string folder)
    {
        XxHash128 hash = new();
        foreach (
            string file in Names
                .SelectMany(name => Directory.EnumerateFiles(folder, name, SearchOption.AllDirectories))
                .Where(file => Path.GetFileName(file) != "training.json")
                .Order(StringComparer.Ordinal)
        )
        {
            hash.Append(System.Text.Encoding.UTF8.GetBytes(Path.GetRelativePath(folder, file)));
            using FileStream bytes = File.OpenRead(file);
            hash.Append(bytes);
        }
        return Convert.ToHexStringLower(hash.GetCurrentHash());
    }
}
