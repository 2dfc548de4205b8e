using System.Collections;
using System.Globalization;
using System.Text.Json;
using Assay.Data;
using Parquet.Serialization;

namespace Assay.Tests;

/// <summary>The files of the conformance suite, value by value, against two independent readers.</summary>
public sealed class ParquetPeersTests : IDisposable
{
    private readonly SourceFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private static IEnumerable<(string Name, string Path)> Files() =>
        Directory
            .GetFiles(SharedData.Path("parquet-testing/data"), "*.parquet")
            .Order(StringComparer.Ordinal)
            .Select(path => (Path.GetFileNameWithoutExtension(path), path))
            .Where(file => file.Item1 != "large_string_map.brotli"); // texts of 1 GiB, which neither reads

    [Fact]
    public void Values_are_those_that_the_reader_of_Arrow_finds()
    {
        Dictionary<string, string> refused = new()
        {
            ["datapage_v1-corrupt-checksum"] = "CRC checksum verification failed",
            ["rle-dict-uncompressed-corrupt-checksum"] = "CRC checksum verification failed",
            ["incorrect_map_schema"] = "Map keys must be annotated as required", // ours takes it
        };
        int compared = 0;
        foreach ((string name, string path) in Files())
            if (refused.TryGetValue(name, out string? reason))
                Assert.Contains(
                    reason,
                    Assert.ThrowsAny<Exception>(() => ParquetSharpPeer.Read(path, _folder)).Message,
                    StringComparison.Ordinal
                );
            else
            {
                List<string> peer = ParquetSharpPeer.Read(path, _folder),
                    ours = FileRows.Read(path).Lines;
                // The peer takes the year 290000 for another; its description is what ours is compared with elsewhere.
                if (name == "int96_from_spark")
                    (peer, ours) = (peer[..^1], ours[..^1]);
                Assert.True(peer.SequenceEqual(ours), $"{name}: {peer.Except(ours).FirstOrDefault()}");
                compared++;
            }
        Assert.True(compared > 60);
    }

    /// <summary>Parquet.Net reads fewer of them; it does not check sums, and leaves out missing values within nested ones.</summary>
    [Fact]
    public void Values_are_those_that_ParquetNet_finds()
    {
        HashSet<string> differ =
        [
            "datapage_v1-corrupt-checksum",
            "rle-dict-uncompressed-corrupt-checksum",
            "list_columns",
            "nested_lists.snappy",
            "null_list",
            "nulls.snappy",
            "fixed_length_byte_array", // does not say that bytes are of a fixed length, so they look like text
        ];
        int compared = 0;
        foreach ((string name, string path) in Files())
        {
            List<SortedDictionary<string, string>> peer;
            try
            {
                peer = Peer(path);
            }
            catch (Exception)
            {
                continue;
            }
            List<SortedDictionary<string, string>> ours = [.. FileRows.Read(path).Lines.Select(Ours)];
            bool isSame = peer.Count == ours.Count && peer.Zip(ours).All(row => row.First.SequenceEqual(row.Second));
            Assert.True(isSame != differ.Contains(name), name);
            compared += isSame ? 1 : 0;
        }
        Assert.True(compared > 35, $"{compared} compared");
    }

    private static SortedDictionary<string, string> Ours(string line)
    {
        SortedDictionary<string, string> cells = new(StringComparer.Ordinal);
        foreach (JsonProperty cell in JsonDocument.Parse(line).RootElement.EnumerateObject())
            cells[cell.Name] = Show(cell.Value);
        return cells;
    }

    private static string Show(object? value) =>
        value switch
        {
            JsonElement { ValueKind: JsonValueKind.Null } or null => "null",
            JsonElement { ValueKind: JsonValueKind.Number } number => Show(number.GetDouble()),
            JsonElement { ValueKind: JsonValueKind.True } => "true",
            JsonElement { ValueKind: JsonValueKind.False } => "false",
            JsonElement { ValueKind: JsonValueKind.Array } array =>
                $"[{string.Join(",", array.EnumerateArray().Select(item => Show(item)))}]",
            JsonElement { ValueKind: JsonValueKind.Object } o =>
                $"{{{string.Join(",", o.EnumerateObject().Select(p => p.Name + ":" + Show(p.Value)))}}}",
            JsonElement text => text.GetString()!,
            bool truth => truth ? "true" : "false",
            string text => text,
            byte[] bytes => System.Text.Unicode.Utf8.IsValid(bytes)
                ? System.Text.Encoding.UTF8.GetString(bytes)
                : Convert.ToBase64String(bytes),
            DateTime time => time.ToString(
                time.Ticks % TimeSpan.TicksPerSecond == 0 ? "yyyy-MM-dd'T'HH:mm:ss" : "yyyy-MM-dd'T'HH:mm:ss.fff",
                CultureInfo.InvariantCulture
            ),
            IDictionary map =>
                $"{{{string.Join(",", map.Keys.Cast<object>().Select(key => key + ":" + Show(map[key])))}}}",
            IEnumerable list => $"[{string.Join(",", list.Cast<object?>().Select(Show))}]",
            double n when double.IsNaN(n) => "null",
            float f when float.IsNaN(f) => "null",
            IConvertible number => ((float)number.ToDouble(CultureInfo.InvariantCulture)).ToString(
                "R",
                CultureInfo.InvariantCulture
            ),
            _ => value.ToString()!,
        };

    private static List<SortedDictionary<string, string>> Peer(string path)
    {
        using FileStream stream = File.OpenRead(path);
        List<SortedDictionary<string, string>> rows = [];
        foreach (var row in ParquetSerializer.DeserializeUntypedAsync(stream).GetAwaiter().GetResult().Data)
        {
            SortedDictionary<string, string> cells = new(StringComparer.Ordinal);
            foreach (var (name, value) in row)
                if (value is not (null or double.NaN or float.NaN))
                    cells[name] = Show(value);
            rows.Add(cells);
        }
        return rows;
    }
}
