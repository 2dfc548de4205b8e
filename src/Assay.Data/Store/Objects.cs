using System.IO.Hashing;

namespace Assay.Data;

/// <summary>
/// Content-addressed files: a file's name is the XXH128 of its bytes, so equal content is kept once and a damaged file
/// can be told. Files are written to a temporary name, synced, then renamed.
/// </summary>
/// <param name="folder">The folder, made if need be.</param>
public sealed class Objects(string folder)
{
    /// <summary>The path of object <paramref name="hash"/>, whether it exists or not.</summary>
    public string PathOf(string hash) => Path.Combine(folder, hash[..2], hash[2..]);

    /// <summary>True if the object is here.</summary>
    public bool Has(string hash) => File.Exists(PathOf(hash));

    /// <summary>Keeps <paramref name="content"/> and returns its hash.</summary>
    public string Put(ReadOnlySpan<byte> content)
    {
        string hash = Convert.ToHexStringLower(XxHash128.Hash(content));
        if (!Has(hash))
        {
            byte[] bytes = content.ToArray();
            Directory.CreateDirectory(Path.GetDirectoryName(PathOf(hash))!);
            Pieces.WriteFile(PathOf(hash), stream => stream.Write(bytes));
        }
        return hash;
    }

    /// <summary>Moves a finished file in and returns its hash; the file must be synced and on the same volume.</summary>
    public string Adopt(string path)
    {
        XxHash128 hashing = new();
        using (FileStream stream = File.OpenRead(path))
            hashing.Append(stream);
        string hash = Convert.ToHexStringLower(hashing.GetCurrentHash());
        Directory.CreateDirectory(Path.GetDirectoryName(PathOf(hash))!);
        File.Move(path, PathOf(hash), overwrite: true);
        return hash;
    }

    /// <summary>Reads an object and checks it against its name.</summary>
    /// <exception cref="AssayException">It is missing or damaged.</exception>
    public byte[] Get(string hash)
    {
        string path = PathOf(hash);
        try
        {
            byte[] content = File.ReadAllBytes(path);
            if (Convert.ToHexStringLower(XxHash128.Hash(content)) == hash)
                return content;
            File.Delete(path);
        }
        catch (IOException) { }
        throw new AssayException(
            "an object of the store is missing or damaged",
            new(path),
            "Run the recipe again with --fresh; what is lost is computed anew."
        );
    }
}
