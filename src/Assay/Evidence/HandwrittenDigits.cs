using System.IO.Compression;

namespace Assay.Evidence;

/// <summary>The ten thousand test digits of MNIST, for experiments on images.</summary>
internal static class HandwrittenDigits
{
    /// <summary>The folder of the data.</summary>
    public const string Folder = "points";

    /// <summary>Pixels of a side.</summary>
    public const int Side = 28;

    /// <summary>Pixels of an image.</summary>
    public const int Pixels = Side * Side;

    /// <summary>All images, with pixels from 0 to 1, and their digits.</summary>
    public static (float[][] Images, int[] Labels) Read(Trial trial)
    {
        byte[] images = Unpack(trial, "t10k-images-idx3-ubyte.gz"),
            labels = Unpack(trial, "t10k-labels-idx1-ubyte.gz");
        int rows = labels.Length - 8;
        return (
            [
                .. Enumerable
                    .Range(0, rows)
                    .Select(row =>
                        images.AsSpan(16 + row * Pixels, Pixels).ToArray().Select(pixel => pixel / 255f).ToArray()
                    ),
            ],
            [.. Enumerable.Range(0, rows).Select(row => (int)labels[8 + row])]
        );
    }

    private static byte[] Unpack(Trial trial, string file)
    {
        using FileStream packed = File.OpenRead(trial.Path(Folder, file));
        using GZipStream bytes = new(packed, CompressionMode.Decompress);
        using MemoryStream all = new();
        bytes.CopyTo(all);
        return all.ToArray();
    }
}
