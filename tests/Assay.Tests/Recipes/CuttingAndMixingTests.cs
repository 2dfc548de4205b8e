using System.Text.Json;
using Assay.Recipes;
using Assay.Recipes.Execution;

namespace Assay.Tests.Recipes;

/// <summary>The selectors that cut texts, and mixing, from a recipe.</summary>
public sealed class CuttingAndMixingTests : IDisposable
{
    private const string Licence =
        "This text may be copied and given to anybody by anybody as long as this very notice stays where it is. "
        + "Nobody promises that it is true or useful. Ask the one who wrote it before you change a word of it. "
        + "Whoever does otherwise does so at a price that the court of the town will name.";

    private readonly string _folder = Directory.CreateTempSubdirectory("assay-test-").FullName;

    public CuttingAndMixingTests() =>
        File.WriteAllLines(
            Path.Combine(_folder, "in.jsonl"),
            Enumerable
                .Range(0, 120)
                .Select(i =>
                    JsonSerializer.Serialize(
                        new
                        {
                            text = i % 4 == 0
                                ? $"Day {Name(i)}: the tide is {Name(i + 3)} and the sea {Name(i + 7)}. Write to sea{i}@example.org. {Licence}"
                                : $"Case {Name(i)}: the court finds {Name(i + 5)} and {Name(i + 11)} against {Name(i + 2)}.",
                            domain = i % 4 == 0 ? "sea" : "law",
                        }
                    )
                )
        );

    private static string Name(int i) => string.Concat($"{i * 7919}".Select(digit => (char)('a' + digit - '0')));

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private RunReport Run(string rest)
    {
        string path = Path.Combine(_folder, "recipe.yaml");
        File.WriteAllText(
            path,
            $"assay: 1\nseed: 1\ndata: {{ pool: {{ path: {_folder}/in.jsonl }} }}\n{rest}\n".Replace(
                "to: out",
                "to: " + Path.Combine(_folder, "out")
            )
        );
        return new Runner(Recipe.Load(path), Path.Combine(_folder, "store")).Run();
    }

    private JsonElement[] Exported() =>
        [
            .. File.ReadAllLines(Path.Combine(_folder, "out", "train.jsonl"))
                .Select(line => JsonDocument.Parse(line).RootElement),
        ];

    [Fact]
    public void Texts_are_cut_and_masked_and_the_report_counts_it()
    {
        RunReport report = Run(
            "steps: [select/pii: { mask: '<{kind}>' }, select/substring: { length: 100 }, select/heuristics: { preset: c4-bad-words, c4-bad-words: { words: [garbage] } }]\n"
                + "candidates: { all: [select/random: { keep: 100% }] }\nexport: { candidate: all, to: out }"
        );
        Assert.Contains("pii.email: 30", report.Steps[0].Notes);
        Assert.Contains("substring.spans: 30", report.Steps[1].Notes);
        JsonElement[] rows = Exported();
        Assert.Equal(120, rows.Length);
        Assert.All(rows, row => Assert.DoesNotContain("may be copied", row.GetProperty("text").GetString()));
        // The mask made the words around it equal too, so the cut begins before them.
        Assert.Equal("Day a: the tide is cdhfh and the sea ffe", rows[0].GetProperty("text").GetString());
    }

    [Fact]
    public void Seen_paragraphs_and_sentences_go()
    {
        RunReport report = Run(
            "candidates: { triplets: [select/sentence-triplets: { min-words: 5, min-sentences: 1 }], bloom: [select/bloom: { threshold: 0.6 }] }\n"
                + "export: { candidate: triplets, to: out }"
        );
        Assert.Contains("sentence_triplets.spans: 29", report.Candidates[0].Steps[0].Notes);
        Assert.Equal(1, Exported().Count(row => row.GetProperty("text").GetString()!.Contains("may be copied")));
        Assert.Equal(29, report.Candidates[1].Steps[0].Reasons.Single().Rows);
        Assert.Equal("bloom.document", report.Candidates[1].Steps[0].Reasons.Single().Reason);
    }

    [Fact]
    public void Domains_are_mixed_and_interleaved()
    {
        RunReport report = Run(
            "candidates:\n"
                + "  mixed: [select/mix: { by: domain, weights: { sea: 3, law: 1 }, keep: 80 }, order/mix: { by: domain }]\n"
                + "  learned: [select/doremi: { by: domain, model: gpt-250k, model-epochs: 0.2, keep: 4000 }]\n"
                + "export: { candidate: mixed, to: out, ids: false }"
        );
        string[] domains = [.. Exported().Select(row => row.GetProperty("domain").GetString()!)];
        Assert.Equal(80, domains.Length);
        Assert.Equal(60, domains.Count(domain => domain == "sea"));
        for (int first = 0; first < 80; first += 8)
            Assert.InRange(domains[first..(first + 8)].Count(domain => domain == "sea"), 5, 7);
        Assert.Contains(
            report.Candidates[0].Steps[0].Notes,
            note => note.StartsWith("sea: weight 0.75, 60 of 30 rows")
        );
        StepReport doremi = report.Candidates[1].Steps.Single(step => step.Method == "select/doremi");
        Assert.Contains(doremi.Notes, note => note.StartsWith("law: excess loss"));
        Assert.Contains(report.Candidates[1].Steps, step => step.Method == "train/lm");
    }
}
