using System.Text;
using System.Text.Json;
using Assay.Numerics;

namespace Assay.Tests.Cli;

/// <summary>A small made-up corpus: topics with their own words, exact and near duplicates, and rows that the filters drop.</summary>
internal static class Corpus
{
    private static readonly string[] Common =
        "the of and to in a is that for it as was with be by on not he his but at are this have from or had an they which one you were all her she there would their we him been has when who will no more if out so up said what its about than into them can only other time new some could these two may first then do any like my now over such our man me even most made after also did many off before must well back through years much where your way".Split(
            ' '
        );

    public static string Jsonl(int rows, ulong seed = 1)
    {
        RandomStream random = new(seed, "corpus");
        StringBuilder lines = new();
        string last = "";
        for (int i = 0; i < rows; i++)
        {
            string text = random.NextInt32(10) switch
            {
                0 when last.Length > 0 => last,
                1 when last.Length > 0 => last + " Changed at the end.",
                2 => "Too short.",
                _ => Document(random, i % 4),
            };
            last = text;
            lines
                .Append(
                    JsonSerializer.Serialize(
                        new
                        {
                            text,
                            topic = i % 4,
                            score = random.NextDouble(),
                        }
                    )
                )
                .Append('\n');
        }
        return lines.ToString();
    }

    private static string Document(RandomStream random, int topic)
    {
        StringBuilder text = new();
        int sentences = 6 + random.NextInt32(12);
        for (int s = 0; s < sentences; s++)
        {
            int words = 8 + random.NextInt32(12);
            for (int w = 0; w < words; w++)
            {
                // Topics overlap in common words and differ in their own.
                string word =
                    random.NextInt32(3) > 0
                        ? Common[(int)(Common.Length * random.NextDouble() * random.NextDouble())]
                        : $"{(char)('a' + topic)}{(char)('a' + random.NextInt32(20))}{(char)('e' + random.NextInt32(9))}r";
                text.Append(w == 0 ? "" : " ").Append(word);
            }
            text.Append(s % 4 == 3 ? ".\n" : ". ");
        }
        return text.ToString().TrimEnd();
    }

    public const string Recipe = """
        assay: 1
        seed: 3
        data:
          pool: { path: pool.jsonl }
        steps:
          - describe/label
          - select/dedup
          - select/heuristics: { preset: [gopher-quality] }
          - select/holdout: { size: 10%, as: target }
          - value/perplexity: { model: ngram-3 }
        candidates:
          random: [ select/random: { keep: 40% } ]
          low: [ select/top: { by: perplexity, lowest: true, keep: 40% } ]
        judge: { proxy: ngram-4, tokens: 20k, seeds: 3, metrics: [ bits-per-byte@target, distinct-2 ] }
        frontier: { minimise: [ bits-per-byte@target ], maximise: [ distinct-2 ] }
        export: { candidate: best, to: out, dropped: true }
        """;

    public static Cli Prepare(int rows = 1500)
    {
        Cli cli = new();
        cli.Write("pool.jsonl", Jsonl(rows));
        cli.Write("recipe.yaml", Recipe);
        return cli;
    }
}
