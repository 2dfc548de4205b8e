using System.IO.Compression;
using System.Text;
using System.Text.Json.Nodes;
using Assay.Data;
using Assay.Select;

namespace Assay.Tests.Select;

/// <summary>Decisions of the public reference implementation, document by document.</summary>
public sealed class HeuristicsReferenceTests
{
    // The file's C4 columns count each kept line as one sentence, whatever stands in it.
    private static readonly HeuristicsOptions s_lines = new() { C4 = new() { Sentences = SentenceSplit.Lines } };
    private static readonly HeuristicsOptions s_tokens = new() { Words = WordSplit.WordPunctuation };

    [Fact]
    public void Equals_the_reference_on_white_space_words()
    {
        JsonNode[] documents = ReadLines("heuristics/docs.jsonl.gz"),
            decisions = ReadLines("heuristics/decisions.jsonl.gz");
        Assert.Equal(1004, documents.Length);
        List<string> differences = [];
        foreach (
            (string column, Preset preset) in Columns(
                "gopher_quality",
                "gopher_repetition",
                "fineweb",
                "c4",
                "c4_nopunct"
            )
        )
        {
            Heuristics.Filters filters = new(new(s_lines with { Preset = [preset] }));
            for (int i = 0; i < documents.Length; i++)
            {
                Assert.Equal((int)documents[i]["id"]!, (int)decisions[i]["id"]!);
                string text = (string)documents[i]["text"]!,
                    expected = (string)decisions[i][column]!,
                    actual = Decide(filters, text);
                // The reference crashes on the empty document, or names the first rule that a text without words fails.
                bool same = text.Length == 0 ? actual == "empty" : actual == expected;
                if (same && decisions[i][column + "_chars"] is { } characters)
                    same = filters.Text.CodePoints == (int)characters;
                if (!same)
                    differences.Add($"{column} {i}: {expected}, not {actual}");
            }
        }
        Assert.Empty(differences);
    }

    [Fact]
    public void Equals_the_reference_on_word_and_punctuation_tokens()
    {
        JsonNode outcomes = Read("data-selection-survey/filter_outcomes.json.gz");
        List<string> differences = [];
        foreach (string corpus in (string[])["toy_pile", "human_quality"])
        {
            Dictionary<string, string> texts = ReadLines($"data-selection-survey/{corpus}.jsonl.gz")
                .ToDictionary(row => row["id"]!.ToString(), row => (string)row["text"]!);
            foreach (
                (string column, Preset preset) in Columns("gopher_qual", "gopher_rep", "fineweb", "c4", "c4_noterm")
            )
            {
                Heuristics.Filters filters = new(new(s_tokens with { Preset = [preset] }));
                foreach ((string id, JsonNode? outcome) in outcomes[corpus]!.AsObject())
                {
                    string actual = Decide(filters, texts[id]);
                    bool same = actual == (string)outcome![column]!;
                    if (same && column == "c4" && outcome["c4_text_chars"] is { } characters)
                        same = filters.Text.CodePoints == (int)characters;
                    if (!same)
                        differences.Add($"{corpus} {column} {id}: {outcome[column]}, not {actual}");
                }
            }
            Heuristics.Filters chain = new(new(s_tokens with { Preset = [Preset.Fineweb] }));
            foreach ((string id, JsonNode? outcome) in outcomes[corpus]!.AsObject())
            {
                string filter = (chain.Reject(Encoding.UTF8.GetBytes(texts[id])) ?? "keep").Split('.')[0];
                string expected = (string)outcome!["fineweb_pipeline"]! switch
                {
                    "gopher_rep" => "gopher_repetition",
                    "gopher_qual" => "gopher_quality",
                    "c4_noterm" => "c4",
                    string other => other,
                };
                if (filter != expected)
                    differences.Add($"{corpus} chain {id}: {expected}, not {filter}");
            }
        }
        Assert.Empty(differences);
    }

    private static IEnumerable<(string Column, Preset Preset)> Columns(params string[] columns) =>
        columns.Zip(
            (Preset[])
                [
                    Preset.GopherQuality,
                    Preset.GopherRepetition,
                    Preset.FinewebQuality,
                    Preset.C4,
                    Preset.C4NoPunctuation,
                ]
        );

    // The reference's name for a decision: ours without the filter, Gopher's quality rules with another prefix.
    private static string Decide(Heuristics.Filters filters, string text)
    {
        string reason = filters.Reject(Encoding.UTF8.GetBytes(text)) ?? "keep";
        return reason.Replace("gopher_quality.", "gopher_").Split('.')[^1];
    }

    private static JsonNode[] ReadLines(string name)
    {
        using StreamReader reader = Open(name);
        List<JsonNode> lines = [];
        while (reader.ReadLine() is { } line)
            lines.Add(JsonNode.Parse(line)!);
        return [.. lines];
    }

    private static JsonNode Read(string name)
    {
        using StreamReader reader = Open(name);
        return JsonNode.Parse(reader.ReadToEnd())!;
    }

    private static StreamReader Open(string name) =>
        new(new GZipStream(File.OpenRead(SharedData.Path(name)), CompressionMode.Decompress));
}
