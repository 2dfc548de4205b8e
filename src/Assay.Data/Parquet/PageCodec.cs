using System.IO.Compression;

namespace Assay.Data;

/// <summary>Decompresses pages.</summary>
internal sealed class PageCodec : IDisposable
{
    private readonly ZstdSharp.Decompressor _zstd = new();

    /// <summary>Stops where so few stored bytes cannot become so many, before there is room made for them.</summary>
    public static void CheckSizes(ParquetCodec codec, int stored, int plain)
    {
        long most = codec switch
        {
            ParquetCodec.Uncompressed => stored,
            ParquetCodec.Snappy => 64L * stored,
            ParquetCodec.Lz4 or ParquetCodec.Lz4Raw => 256L * stored,
            ParquetCodec.Gzip => 1100L * stored,
            _ => long.MaxValue,
        };
        if (plain > most)
            throw new ParquetException(
                $"expected {codec} data that can become {plain} bytes, found {stored} bytes of it"
            );
    }

    /// <summary>Fills <paramref name="output"/> with the content of a page.</summary>
    /// <exception cref="ParquetException">The page is damaged, or of another length when decompressed.</exception>
    public void Decompress(ParquetCodec codec, byte[] input, int start, int length, Span<byte> output)
    {
        ReadOnlySpan<byte> packed = input.AsSpan(start, length);
        int got = output.Length;
        try
        {
            switch (codec)
            {
                case ParquetCodec.Uncompressed:
                    got = length;
                    if (got == output.Length)
                        packed.CopyTo(output);
                    break;
                case ParquetCodec.Snappy:
                    SnappyBlock.Decompress(packed, output);
                    break;
                case ParquetCodec.Lz4Raw:
                    Lz4Block.Decompress(packed, output);
                    break;
                case ParquetCodec.Lz4:
                    if (!Lz4Block.TryDecompressHadoop(packed, output))
                        Lz4Block.Decompress(packed, output);
                    break;
                case ParquetCodec.Gzip:
                    using (GZipStream gzip = new(new MemoryStream(input, start, length), CompressionMode.Decompress))
                    {
                        got = gzip.ReadAtLeast(output, output.Length, throwOnEndOfStream: false);
                        if (gzip.ReadByte() >= 0)
                            got++;
                    }
                    break;
                case ParquetCodec.Brotli:
                    if (!BrotliDecoder.TryDecompress(packed, output, out got))
                        throw new ParquetException("expected Brotli data, found it damaged or longer than stated");
                    break;
                case ParquetCodec.Zstd:
                    if (!_zstd.TryUnwrap(packed, output, out got))
                        got = -1;
                    break;
                default:
                    throw new ParquetException(
                        $"expected pages that are not compressed, or with Snappy, gzip, Brotli, Zstandard or LZ4; found {codec}"
                    );
            }
        }
        catch (Exception failure) when (failure is InvalidDataException or ZstdSharp.ZstdException)
        {
            throw new ParquetException($"expected {codec} data, found it damaged ({failure.Message.TrimEnd('.')})");
        }
        if (got != output.Length)
            throw new ParquetException(
                $"expected a page of {output.Length} bytes when decompressed, found {(got < 0 || got > output.Length ? "more" : $"{got}")}"
            );
    }

    public void Dispose() => _zstd.Dispose();
}
