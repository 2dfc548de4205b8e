using Assay.Recipes;
namespace Assay.Tests.Recipes;
public class Scratch
{
    [Fact]
    public void Show()
    {
        string h = Fakes.Head;
        string c = "assay: 1\ndata: { pool: { path: a }, target: { path: b } }\n";
        string[] all = [
            h + "  - select/dedup: { treshold: 0.7 }",
            h + "  - select/dedup: { threshold: 1.5 }",
            h + "  - select/dedup:\n      threshold: abc\n      bands: 0\n      keep-first: yes\n      buffer: 2X\n      method: min-hash\n      column: ~\n",
            h + "  - select/dedup: { threshold: .nan, bands: 1.5 }",
            h + "  - select/dedup: { threshold: -.inf, bands: 1e3 }",
            h + "  - select/dedup: { threshold: 1e999, bands: 99999999999 }",
            h + "  - select/dedup: { threshold: , bands: \"3\", keep-first: 'true' }",
            h + "  - select/dedup: { threshold: [1], bands: {a: 1}, method: [exact] }",
            h + "  - select/dedup: { threshold: 0.5, threshold: 0.6 }",
            h + "  - select/dedup: 5",
            h + "  - describe/label: 5",
            h + "  - describe/label: { a: 1 }",
            h + "  - select/dedpu",
            h + "  - dedup",
            h + "  - wibble/wobble",
            h + "  - judge/proxies",
            h + "  - plan/frontier: {}",
            h + "  - []",
            h + "  - ",
            h + "  - {}",
            h + "  - select/dedup:\n    threshold: 0.5",
            h + "  - select/dedup:\n    select/random: { keep: 1% }",
            h + "  - select/random",
            h + "  - select/random: { keep: 130% }",
            h + "  - select/band: { low: 2 }",
            h + "  - select/heuristics: { preset: finweb, rules: [], sizes: [1, 10], tag: A1, share: 0 }",
            h + "  - select/heuristics: { limits: ~, extra: ~, weights: { a: x }, methods: [exact, suffixarray], sizes: [~] }",
            h + "  - select/heuristics: { limits: { leest: 3, least: 1M }, rules: [a,b,c,d] }",
            "",
            "# only a comment\n",
            "---\n",
            "just text",
            "- a\n- b",
            "assay: 1\nsteps:\n\t- describe/label\n",
            "assay: 1\ndata: [\n",
            "assay: 1\n b: 2\n",
            "assay: 2\ndata: {}\n",
            "assay: 1\n---\nassay: 1\n",
            "seed: -1\n",
            "assay: 1\ndata: &d { pool: *d }\n",
            "assay: 1\ndata: *nope\n",
            "assay: 1\ndata: { pool: { path: *.jsonl } }\n",
            "assay: 1\ndata: { pool: { path: !include x } }\n",
            "assay: 1\ndata: { pool: { path: \"a\\0b\" } }\n",
            "assay: 1\ndata: { pool: { path: \"\\ud800\" } }\n",
            "assay: 1\n? [a, b]\n: 5\n",
            "assay: 1\ndata: { <<: 5 }\n",
            string.Concat(Enumerable.Repeat("[", 10000)),
            string.Concat(Enumerable.Repeat("- ", 10000)),
            string.Concat(Enumerable.Repeat("{a: ", 10000)),
            "a: &a [x,x,x,x,x,x,x,x,x]\n" + string.Concat("bcdefgh".Select(l => $"{l}: &{l} [{string.Join(",", Enumerable.Repeat("*" + (char)(l - 1), 9))}]\n")),
            c + "steps:\n  - value/influence: { target: targt }\n  - select/holdout: { as: held }\n  - value/influence: { target: held, others: [pool, hold] }\n  - select/holdout: { as: pool }\n",
            c + "candidates:\n  best: [ select/random: { keep: 3% } ]\n  a b: [ describe/label ]\n  none: []\n  empty:\n  h: [ select/holdout: { as: x } ]\n",
            c + "judge: { seeds: 0, metrics: [ bits@targt ] }\nfrontier: { minimise: [ bits@targt, row ], maximise: rows }\n",
            c + "candidates: { a: [describe/label], b: [describe/label] }\njudge: { metrics: bits@targt }\nfrontier: { minimise: [ bit@targt, row ], maximise: [rows, rows] }\nexport: { candidate: c, to: out }\n",
            c + "candidates: { a: [describe/label], b: [describe/label] }\njudge:\nfrontier: {}\nexport: { }\n",
            c + "candidates: { a: [describe/label], b: [describe/label] }\nexport: { to: x, format: gz }\n",
            c + "judge: {}\nfrontier: { minimise: rows }\nexports: { candidate: z, to: out }\nexport: { candidate: z, to: '' }\n",
            c + "steps: describe/label\n",
            c + "steps:\n  - describe/label\n  - " + new string('x', 300) + ": { a: 5 }\n",
            c + "steps: [ " + string.Concat(Enumerable.Repeat("describe/label, ", 40)) + "oops ]\n",
        ];
        foreach (string yaml in all)
        {
            Console.WriteLine("-----");
            Console.WriteLine(yaml.Length > 300 ? yaml[..300] + "..." : yaml);
            try { Fakes.Read(yaml); Console.WriteLine("!!! OK"); } catch (RecipeException e) { Console.WriteLine(e); } catch (Exception e) { Console.WriteLine("!!! " + e); }
        }
    }
}
