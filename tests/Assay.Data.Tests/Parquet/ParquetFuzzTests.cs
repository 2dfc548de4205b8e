using System.Diagnostics;
using System.Globalization;
using Assay.Data;

namespace Assay.Tests;

/// <summary>
/// Files with random damage never crash the reader, make it hang, or take more memory than it may. A few seconds in each run;
/// <c>ASSAY_FUZZ_FILES=1000000</c> in the environment makes it that many files.
/// </summary>
public sealed class ParquetFuzzTests : IDisposable
{
    private const long MostBytes = 600L << 20; // allocated for one file: pages are bounded by 256M together
    private readonly SourceFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Damaged_files_are_refused_or_read()
    {
        long files = long.Parse(
            Environment.GetEnvironmentVariable("ASSAY_FUZZ_FILES") ?? "0",
            CultureInfo.InvariantCulture
        );
        byte[][] sound = [.. Seeds()];
        Random random = new(20251126);
        Stopwatch watch = Stopwatch.StartNew();
        long read = 0,
            slowest = 0;
        for (; files > 0 ? read < files : watch.ElapsedMilliseconds < 3000; read++)
        {
            byte[] damaged = Damage(sound[read % sound.Length], random);
            long bytes = GC.GetAllocatedBytesForCurrentThread(),
                start = watch.ElapsedMilliseconds;
            string path = _folder.Write("f.parquet", damaged);
            try
            {
                ReadAll(path);
            }
            catch (Exception failure)
            {
                string kept = Path.Combine(Path.GetTempPath(), "assay-fuzz.parquet");
                File.WriteAllBytes(kept, damaged);
                throw new InvalidOperationException($"file {read}, kept as {kept}", failure);
            }
            bytes = GC.GetAllocatedBytesForCurrentThread() - bytes;
            slowest = Math.Max(slowest, watch.ElapsedMilliseconds - start);
            Assert.True(bytes < MostBytes, $"file {read} took {bytes} bytes");
            Assert.True(slowest < 20_000, $"file {read} took {slowest} ms");
        }
        TestContext.Current.SendDiagnosticMessage($"{read} damaged files, the slowest took {slowest} ms");
        Assert.True(read > 100);
    }

    /// <summary>Reads all that can be read; that a file is refused is one of the two good ends.</summary>
    private static void ReadAll(string path)
    {
        SourceOptions options = new()
        {
            Path = [path],
            Format = SourceFormat.Parquet,
            MaxRow = new(1 << 20),
        };
        try
        {
            SourcePlan plan = SourcePlan.Find("p", options, "/", blockSize: 1 << 20);
            using GroupReader reader = new(
                plan,
                BadRowPolicy.Skip,
                (unit, _) => unit.Table.WriteTo(Stream.Null),
                default
            );
            foreach (SourceUnit unit in plan.Units)
                reader.Read(unit);
        }
        catch (AssayException) { }
    }

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

    /// <summary>Some bytes changed, or a stretch cut out, doubled, or replaced by one of elsewhere; the end more often than the rest.</summary>
    private static byte[] DamageAnything(byte[] sound, Random random)
    {
        List<byte> bytes = [.. sound];
        for (int change = random.Next(1, 5); change > 0 && bytes.Count > 16; change--)
        {
            int at =
                random.Next(2) == 0
                    ? random.Next(bytes.Count)
                    : bytes.Count - 1 - random.Next(Math.Min(bytes.Count, 900));
            int length = Math.Min(random.Next(1, 12), bytes.Count - at);
            switch (random.Next(8))
            {
                case 0:
                    bytes.RemoveRange(at, length);
                    break;
                case 1:
                    bytes.InsertRange(at, bytes.GetRange(random.Next(bytes.Count - length), length));
                    break;
                case 2:
                    for (int i = 0; i < length; i++)
                        bytes[at + i] = bytes[random.Next(bytes.Count)];
                    break;
                case 3:
                    bytes[at] = (byte)(random.Next(2) == 0 ? 0xFF : 0);
                    break;
                case 4:
                    bytes[at] ^= (byte)(1 << random.Next(8));
                    break;
                default:
                    bytes[at] = (byte)random.Next(256);
                    break;
            }
        }
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
