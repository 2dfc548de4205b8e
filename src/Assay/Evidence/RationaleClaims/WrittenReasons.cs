using System.IO.Compression;
using System.Text.Json;
using Assay.Make;

namespace Assay.Evidence;

/// <summary>Reasons that two models wrote for 999 pairs with three people's verdicts: do verdict and reason agree with people, and with each other?</summary>
internal static class WrittenReasons
{
    public const string Folder = "rationales";

    /// <summary>Who wrote.</summary>
    public static readonly (string Name, string File, string Prefix)[] Writers =
    [
        ("gpt-3.5", "gpt-3.5-turbo-testset-v1.json.gz", "gpt"),
        ("pandalm-7b", "pandalm-7b-testset-v1.json.gz", "pandalm"),
    ];

    public static void Measure(Trial trial, Figures figures)
    {
        using JsonDocument people = Read(trial, "testset-v1.json.gz");
        Dictionary<int, int> labels = [];
        foreach (JsonElement row in people.RootElement.EnumerateArray())
        {
            int? majority = ((string[])["annotator1", "annotator2", "annotator3"])
                .Select(name => row.GetProperty(name).GetInt32())
                .GroupBy(vote => vote)
                .FirstOrDefault(votes => votes.Count() >= 2)
                ?.Key;
            if (majority is 1 or 2)
                labels[row.GetProperty("idx").GetInt32()] = majority.Value;
        }
        figures["reasons/pairs"] = labels.Count;
        // A draw of the pairs for each seed, so that intervals say how much hangs on the pairs.
        Numerics.RandomStream random = trial.Random.Child("resample");
        int[] keys = [.. labels.Keys.Order()];
        int[] drawn = [.. keys.Select(_ => keys[random.NextInt32(keys.Length)])];
        foreach ((string name, string file, string prefix) in Writers)
        {
            using JsonDocument document = Read(trial, file);
            Dictionary<int, (string Verdict, string Reason)> written = [];
            foreach (JsonElement row in document.RootElement.EnumerateArray())
                written[row.GetProperty("idx").GetInt32()] = (
                    row.GetProperty(prefix + "_result").ToString(),
                    row.GetProperty(prefix + "_reason").ToString()
                );
            (string Verdict, int Label, int? Said)[] decided =
            [
                .. drawn
                    .Where(row => written[row].Verdict is "1" or "2")
                    .Select(row => (written[row].Verdict, labels[row], Rationales.Parse(written[row].Reason).Verdict)),
            ];
            figures[$"reasons/{name}/agrees"] = decided.Average(one => one.Verdict == one.Label.ToString() ? 1.0 : 0);
            (string Verdict, int Label, int? Said)[] said = [.. decided.Where(one => one.Said is not null)];
            figures[$"reasons/{name}/says-which"] = (double)said.Length / decided.Length;
            figures[$"reasons/{name}/contradicts"] =
                said.Length == 0 ? 0 : said.Average(one => one.Verdict == one.Said!.Value.ToString() ? 0.0 : 1);
        }
    }

    private static JsonDocument Read(Trial trial, string file)
    {
        using GZipStream stream = new(File.OpenRead(trial.Path(Folder, file)), CompressionMode.Decompress);
        return JsonDocument.Parse(stream);
    }
}
