using System.Globalization;
using System.IO.Compression;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Assay.Data;
using Assay.Numerics;
using Assay.Order;

namespace Assay.Evidence;

/// <summary>A real dataset twice: in its own format with a reader of its own, and in DSDL.</summary>
/// <param name="Name">What it is.</param>
/// <param name="Definitions">What the description defines; the sample is called <c>Sample</c>.</param>
/// <param name="Samples">The samples in DSDL, in order.</param>
/// <param name="Rows">The rows by the reader that was written for it.</param>
/// <param name="Classes">Number of classes.</param>
internal sealed record DescribedData(
    string Name,
    string Definitions,
    IReadOnlyList<JsonObject> Samples,
    IReadOnlyList<FeatureRow> Rows,
    int Classes
)
{
    /// <summary>The description, its samples in another file.</summary>
    public string Description =>
        $"$dsdl-version: \"0.5.0\"\nmeta:\n  name: {Name}\ndefs:\n{Definitions}\ndata:\n  sample-type: Sample\n  sample-path: samples.json\n";

    /// <summary>The samples as a file, some of them replaced.</summary>
    public string SampleFile(Func<int, JsonObject, JsonObject>? change = null) =>
        new JsonObject
        {
            ["samples"] = new JsonArray([
                .. Samples.Select(
                    (sample, i) =>
                        (JsonNode)(
                            change is null ? (JsonObject)sample.DeepClone() : change(i, (JsonObject)sample.DeepClone())
                        )
                ),
            ]),
        }.ToJsonString();

    /// <summary>The five datasets, rows of the large ones drawn by the seed; images are written to a folder.</summary>
    public static IEnumerable<DescribedData> All(Trial trial, string media)
    {
        yield return Texts(trial);
        yield return Table(trial);
        yield return Pairs(trial);
        yield return Images(trial, media);
        yield return Interactions(trial);
    }

    private static DescribedData Texts(Trial trial)
    {
        List<(string Text, int Label)> all = [];
        foreach ((string name, int label) in ((string, int)[])[("neg", 0), ("pos", 1)])
            all.AddRange(
                Lines(trial.Path("rt-polarity", $"rt-polarity.{name}.gz"))
                    .Where(line => line.Length > 0)
                    .Select(line => (line, label))
            );
        (string Text, int Label)[] drawn = Drawn(all, trial, "texts", trial.Size(4000, 100));
        return new(
            "sentences",
            """
              Opinion: {$def: class_domain, classes: [negative, positive]}
              Sample:
                $def: struct
                $fields: {text: Str, opinion: "Label[dom=Opinion]"}
            """,
            [
                .. drawn.Select(row => new JsonObject
                {
                    ["text"] = row.Text,
                    ["opinion"] = row.Label == 0 ? "negative" : "positive",
                }),
            ],
            [
                .. drawn.Select(row =>
                {
                    SampleFeatures features = new();
                    features.Text(row.Text);
                    return features.Row(row.Label);
                }),
            ],
            2
        );
    }

    private static DescribedData Table(Trial trial)
    {
        string[][] lines =
        [
            .. File.ReadLines(trial.Path("data-shapley", "breast_cancer.csv")).Skip(1).Select(line => line.Split(',')),
        ];
        string[][] drawn = Drawn(lines, trial, "table", trial.Size(lines.Length, 100));
        string fields = string.Concat(Enumerable.Range(0, 30).Select(i => $", f{i}: Num"));
        return new(
            "cells",
            $"  Finding: {{$def: class_domain, classes: [malignant, benign]}}\n"
                + $"  Sample: {{$def: struct, $fields: {{finding: \"Label[dom=Finding]\"{fields}}}}}",
            [
                .. drawn.Select(row =>
                {
                    // Labels by number, from 1.
                    JsonObject sample = new() { ["finding"] = int.Parse(row[30], CultureInfo.InvariantCulture) + 1 };
                    for (int i = 0; i < 30; i++)
                        sample[$"f{i}"] = JsonNode.Parse(row[i]);
                    return sample;
                }),
            ],
            [
                .. drawn.Select(row =>
                {
                    SampleFeatures features = new();
                    foreach (string number in row[..30])
                        features.Number(double.Parse(number, CultureInfo.InvariantCulture));
                    return features.Row(int.Parse(row[30], CultureInfo.InvariantCulture));
                }),
            ],
            2
        );
    }

    private static DescribedData Pairs(Trial trial)
    {
        string[] lines = Drawn(
            [.. Lines(trial.Path("hh-rlhf", "harmless-base-test.jsonl.gz"))],
            trial,
            "pairs",
            trial.Size(1500, 100)
        );
        RandomStream sides = trial.Random.Child("sides");
        (string First, string Second, int Better)[] pairs =
        [
            .. lines.Select(line =>
            {
                using JsonDocument pair = JsonDocument.Parse(line);
                string chosen = pair.RootElement.GetProperty("chosen").GetString()!,
                    rejected = pair.RootElement.GetProperty("rejected").GetString()!;
                return sides.NextInt32(2) == 0 ? (chosen, rejected, 0) : (rejected, chosen, 1);
            }),
        ];
        return new(
            "dialogues",
            """
              Side: {$def: class_domain, classes: [first, second]}
              Sample: {$def: struct, $fields: {first: Str, second: Str, better: "Label[Side]"}}
            """,
            [
                .. pairs.Select(pair => new JsonObject
                {
                    ["first"] = pair.First,
                    ["second"] = pair.Second,
                    ["better"] = pair.Better == 0 ? "first" : "Side::second",
                }),
            ],
            [
                .. pairs.Select(pair =>
                {
                    SampleFeatures features = new();
                    features.Text(pair.First);
                    features.Text(pair.Second);
                    return features.Row(pair.Better);
                }),
            ],
            2
        );
    }

    private static DescribedData Images(Trial trial, string media)
    {
        byte[] images = Unpacked(trial.Path(HandwrittenDigits.Folder, "t10k-images-idx3-ubyte.gz")),
            labels = Unpacked(trial.Path(HandwrittenDigits.Folder, "t10k-labels-idx1-ubyte.gz"));
        int[] drawn = Drawn([.. Enumerable.Range(0, labels.Length - 8)], trial, "images", trial.Size(1500, 100));
        byte[] Pixels(int image) =>
            images[(16 + image * HandwrittenDigits.Pixels)..(16 + (image + 1) * HandwrittenDigits.Pixels)];
        foreach (int image in drawn)
            PortableGreymap.Write(Path.Combine(media, $"{image}.pgm"), Pixels(image), HandwrittenDigits.Side);
        return new(
            "digits",
            """
              Digit: {$def: class_domain, classes: [zero, one, two, three, four, five, six, seven, eight, nine]}
              Sample: {$def: struct, $fields: {image: Image, digit: "Label[dom=Digit]"}}
            """,
            [
                .. drawn.Select(image => new JsonObject
                {
                    ["image"] = $"{image}.pgm",
                    ["digit"] = labels[8 + image] + 1,
                }),
            ],
            [
                .. drawn.Select(image =>
                {
                    SampleFeatures features = new();
                    features.Pixels(Pixels(image));
                    return features.Row(labels[8 + image]);
                }),
            ],
            10
        );
    }

    private static DescribedData Interactions(Trial trial)
    {
        using JsonDocument data = JsonDocument.Parse(Unpacked(trial.Path("dpfr", "amazon-lb-recommendations.json.gz")));
        long[][] Lists(string name) =>
            [
                .. data
                    .RootElement.GetProperty(name)
                    .EnumerateArray()
                    .Select(user => user.EnumerateArray().Select(item => item.GetInt64()).ToArray()),
            ];
        long[][] history = Lists("history"),
            test = Lists("test");
        HashSet<long> popular =
        [
            .. history
                .SelectMany(items => items)
                .CountBy(item => item)
                .OrderByDescending(item => item.Value)
                .ThenBy(item => item.Key)
                .Take(50)
                .Select(item => item.Key),
        ];
        int[] users = Drawn([.. Enumerable.Range(0, history.Length)], trial, "users", trial.Size(history.Length, 100));
        int Next(int user) => test[user].Any(popular.Contains) ? 0 : 1;
        return new(
            "purchases",
            """
              Next: {$def: class_domain, classes: [popular, rare]}
              Sample:
                $def: struct
                $fields:
                  user: UniqueID[id_type=user]
                  history: List[etype=Int]
                  next: Label[dom=Next]
            """,
            [
                .. users.Select(user => new JsonObject
                {
                    ["user"] = $"u{user}",
                    ["history"] = new JsonArray([.. history[user].Select(item => (JsonNode)item)]),
                    ["next"] = Next(user) == 0 ? "popular" : "rare",
                }),
            ],
            [
                .. users.Select(user =>
                {
                    SampleFeatures features = new();
                    features.Set(history[user]);
                    return features.Row(Next(user));
                }),
            ],
            2
        );
    }

    private static T[] Drawn<T>(IReadOnlyList<T> all, Trial trial, string name, int count) =>
        [.. Shuffle.Of(all.Count, trial.Random.Child(name)).Take(count).Select(row => all[row])];

    private static IEnumerable<string> Lines(string path) =>
        Encoding.UTF8.GetString(Unpacked(path)).Split('\n', StringSplitOptions.RemoveEmptyEntries);

    private static byte[] Unpacked(string path)
    {
        using GZipStream content = new(File.OpenRead(path), CompressionMode.Decompress);
        using MemoryStream all = new();
        content.CopyTo(all);
        return all.ToArray();
    }
}
