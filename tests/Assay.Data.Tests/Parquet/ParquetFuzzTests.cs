using Assay.Data;

namespace Assay.Tests;

/// <summary>Parquet files with random damage (<see cref="FileFuzz"/>).</summary>
public sealed class ParquetFuzzTests : IDisposable
{
    private readonly SourceFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Damaged_files_are_refused_or_read() =>
        FileFuzz.Run(_folder, SourceFormat.Parquet, [.. Seeds()], Damage);

    /// <summary>Damage to pages alone, in place, so that the rest of the file still leads to them; or to anything.</summary>
    private static byte[] Damage(byte[] sound, Random random)
    {
        int pages = sound.Length - 8 - BitConverter.ToInt32(sound.AsSpan(sound.Length - 8));
        if (pages is <= 8 || pages > sound.Length || random.Next(3) > 0)
            return DamageAnything(sound, random);
        byte[] bytes = [.. sound];
        for (int change = random.Next(1, 4); change > 0; change--)
        {
            int at = random.Next(4, pages);
            bytes[at] = random.Next(3) switch
            {
                0 => (byte)(bytes[at] ^ (1 << random.Next(8))),
                1 => bytes[random.Next(4, pages)],
                _ => (byte)random.Next(256),
            };
        }
        return bytes;
    }

    private static byte[] DamageAnything(byte[] sound, Random random)
    {
        List<byte> bytes = FileFuzz.Damage(sound, random);
        // Most damage should get past the length of the metadata.
        if (random.Next(4) > 0 && bytes.Count > 16)
        {
            int length = BitConverter.ToInt32(sound.AsSpan(sound.Length - 8)) + bytes.Count - sound.Length;
            byte[] end =
            [
                .. BitConverter.GetBytes(
                    random.Next(2) == 0 ? length : BitConverter.ToInt32(sound.AsSpan(sound.Length - 8))
                ),
                .. "PAR1"u8,
            ];
            for (int i = 0; i < 8; i++)
                bytes[bytes.Count - 8 + i] = end[i];
        }
        return [.. bytes];
    }

    /// <summary>Small sound files: ours, those of another writer in all compressions, and the conformance suite where it is there.</summary>
    private IEnumerable<byte[]> Seeds()
    {
        _folder.Write(
            "in.jsonl",
            string.Concat(
                Enumerable
                    .Range(0, 60)
                    .Select(i =>
                        $"{{\"text\":\"row {i}\",\"n\":{i},\"x\":0.5,\"b\":{(i % 2 == 0 ? "true" : "false")},\"l\":[{i}],\"d\":\"d{i % 3}\"}}\n"
                    )
            )
        );
        using (Pieces pieces = Pieces.Temporary())
        {
            IngestResult result = _folder.Ingest(pieces, new() { Path = ["in.jsonl"] });
            Dataset dataset = new("p", "0", result.Schema, "text", result.Infos, i => Table.Read(result.Tables[i]));
            string ours = Path.Combine(_folder.Path, "ours.parquet");
            ParquetWriter.Write(ours, new(dataset), new(pieces), null, 3000);
            yield return File.ReadAllBytes(ours);
        }
        foreach (string method in (string[])["None", "Snappy", "Gzip", "Brotli", "Zstd", "Lz4Raw"])
            yield return ParquetPeer.Write(
                [
                    .. Enumerable
                        .Range(0, 30)
                        .Select(i => new ParquetPeer.Row
                        {
                            Text = new string('a', i),
                            Whole = i % 3 == 0 ? null : i,
                            Tags = i % 4 == 0 ? null : ["x", $"{i}"],
                            Inner = new() { A = i, Xs = [i] },
                            Counts = new() { ["k"] = i },
                        }),
                ],
                method
            );
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            DirectoryInfo suite = new(Path.Combine(folder.FullName, "shared", "data", "parquet-testing"));
            if (suite.Exists)
                foreach (
                    FileInfo file in suite
                        .GetFiles("*.parquet", SearchOption.AllDirectories)
                        .OrderBy(f => f.Name, StringComparer.Ordinal)
                )
                    if (file.Length < 20_000 && !file.Name.StartsWith("large", StringComparison.Ordinal))
                        yield return File.ReadAllBytes(file.FullName);
        }
    }
}
