using System.Diagnostics;
using System.Globalization;
using Assay.Data;

namespace Assay.Tests;

/// <summary>
/// Files with random damage never crash a reader, make it hang, or take more memory than it may. A few seconds in each run;
/// <c>ASSAY_FUZZ_FILES=1000000</c> in the environment makes it that many files.
/// </summary>
internal static class FileFuzz
{
    private const long MostBytes = 600L << 20; // allocated for one file: buffers are bounded by 256M together

    /// <summary>Reads damaged files.</summary>
    /// <param name="folder">Where they are put.</param>
    /// <param name="format">Their format.</param>
    /// <param name="sound">Small files as they should be.</param>
    /// <param name="damage">Makes a damaged one of a sound one.</param>
    public static void Run(
        SourceFolder folder,
        SourceFormat format,
        byte[][] sound,
        Func<byte[], Random, byte[]> damage
    )
    {
        long files = long.Parse(
            Environment.GetEnvironmentVariable("ASSAY_FUZZ_FILES") ?? "0",
            CultureInfo.InvariantCulture
        );
        Random random = new(20251126);
        Stopwatch watch = Stopwatch.StartNew();
        long read = 0,
            refused = 0,
            slowest = 0;
        for (; files > 0 ? read < files : watch.ElapsedMilliseconds < 3000; read++)
        {
            byte[] damaged = damage(sound[read % sound.Length], random);
            long bytes = GC.GetAllocatedBytesForCurrentThread(),
                start = watch.ElapsedMilliseconds;
            string path = folder.Write("f.damaged", damaged);
            try
            {
                refused += IsRead(path, format) ? 0 : 1;
            }
            catch (Exception failure)
            {
                string kept = Path.Combine(Path.GetTempPath(), $"assay-fuzz.{format}");
                File.WriteAllBytes(kept, damaged);
                throw new InvalidOperationException($"file {read}, kept as {kept}", failure);
            }
            bytes = GC.GetAllocatedBytesForCurrentThread() - bytes;
            slowest = Math.Max(slowest, watch.ElapsedMilliseconds - start);
            Assert.True(bytes < MostBytes, $"file {read} took {bytes} bytes");
            Assert.True(slowest < 20_000, $"file {read} took {slowest} ms");
        }
        TestContext.Current.SendDiagnosticMessage(
            $"{read} damaged {format} files, {refused} refused in whole or in part, the slowest took {slowest} ms"
        );
        Assert.True(read > 100);
    }

    /// <summary>Reads all that can be read; that something is refused is one of the two good ends.</summary>
    private static bool IsRead(string path, SourceFormat format)
    {
        SourceOptions options = new()
        {
            Path = [path],
            Format = format,
            MaxRow = new(1 << 20),
        };
        bool isSound = true;
        try
        {
            SourcePlan plan = SourcePlan.Find("p", options, "/", blockSize: 1 << 20);
            using GroupReader reader = new(
                plan,
                BadRowPolicy.Skip,
                (unit, _) =>
                {
                    isSound &= unit.Bad.Count == 0;
                    unit.Table.WriteTo(Stream.Null);
                },
                default
            );
            foreach (SourceUnit unit in plan.Units)
                reader.Read(unit);
            return isSound;
        }
        catch (AssayException)
        {
            return false;
        }
    }

    /// <summary>Some bytes changed, or a stretch cut out, doubled, or replaced by one of elsewhere; the end more often than the rest.</summary>
    public static List<byte> Damage(byte[] sound, Random random)
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
        return bytes;
    }
}
