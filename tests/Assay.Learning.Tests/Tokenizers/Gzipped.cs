using System.IO.Compression;
using Assay.Tests;

namespace Assay.Learning.Tests;

internal static class Gzipped
{
    /// <summary>The content of a gzipped reference file; skips the test where it is absent.</summary>
    public static byte[] Read(string relative)
    {
        using GZipStream stream = new(File.OpenRead(SharedData.Path(relative)), CompressionMode.Decompress);
        using MemoryStream content = new();
        stream.CopyTo(content);
        return content.ToArray();
    }
}
