using System.Text.Json;
using Assay.Data;
using Assay.Learning;
using Assay.Make;
using Assay.Recipes;
using Assay.Recipes.Execution;
using Assay.Studies;

namespace Assay.Tests.Recipes;

/// <summary>Tiers built from end to end, in process, with a scripted maker.</summary>
public sealed class TiersTests : IDisposable
{
    private const string Gates = """
        tiers:
          L1: [ select/clean: { min-characters: 20 }, select/dedup ]
          L2: [ select/top: { by: bytes, keep: 20% } ]
          L3: [ make/shouted, select/where: { keep: "text != 'GONE'" } ]
        """;

    private static readonly MethodCatalogue Catalogue = new([
        .. typeof(MethodCatalogue).Assembly.GetTypes(),
        .. typeof(TiersTests).GetNestedTypes(),
    ]);

    private readonly string _folder = Directory.CreateTempSubdirectory("assay-tiers-").FullName;

    public TiersTests()
    {
        File.WriteAllLines(PathOf("pool.txt"), [.. Enumerable.Range(0, 41).Select(Document), Document(7), "short"]);
        Shouted.Calls = 0;
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Every_tier_has_its_rows_its_cost_and_the_reasons_of_those_that_stopped()
    {
        StudyReport report = Build(Gates);
        TablePanel tiers = Table(report, "Tiers"),
            stopped = Table(report, "Why rows stopped");
        Assert.Equal(["L0", "L1", "L2", "L3"], tiers.Columns[0].Words);
        // round(0.2 x 41) of the rows of L1, and one of those made is dropped.
        Assert.Equal([43, 41, 8, 7], tiers.Columns[1].Numbers);
        Assert.Equal([1, 41 / 43.0, 8 / 41.0, 7 / 8.0], tiers.Columns[3].Numbers!.Select(share => share!.Value));
        Assert.Equal([0, 0, 0, 0.5], tiers.Columns[5].Numbers);
        Assert.Equal(
            [
                ("L1", "clean.no_punctuation", 1.0),
                ("L1", "dedup.exact", 1),
                ("L2", "top.below_cut", 33),
                ("L3", "where.false", 1),
            ],
            Enumerable
                .Range(0, 4)
                .Select(i =>
                    (stopped.Columns[0].Words![i], stopped.Columns[2].Words![i], stopped.Columns[3].Numbers![i]!.Value)
                )
        );
        Assert.Contains("L3 makes 7 rows of 8.", report.Study.Answer);
    }

    [Fact]
    public void Rows_are_written_once_with_tier_parents_and_reason()
    {
        StudyReport report = Build(Gates);
        JsonElement[] l1 = Lines("L1"),
            l2 = Lines("L2"),
            l3 = Lines("L3");
        Assert.Equal((33, 8, 7), (l1.Length, l2.Length, l3.Length));
        Assert.All(
            l1,
            row =>
                Assert.Equal(
                    (1, "L2: top.below_cut"),
                    (row.GetProperty("tier").GetDouble(), row.GetProperty("assay_reason").GetString())
                )
        );
        HashSet<string> ids = [.. l2.Select(row => row.GetProperty("assay_id").GetString()!)];
        Assert.All(
            l3,
            row =>
            {
                // A whole number, by which select/mix can take tiers for domains.
                Assert.Equal("3", row.GetProperty("tier").GetRawText());
                // No row is more than one tier above its parents.
                Assert.Contains(row.GetProperty("parents").GetString()!, ids);
            }
        );
        Assert.Equal(
            l2.Skip(1).Select(row => row.GetProperty("text").GetString()!.ToUpperInvariant()),
            l3.Select(row => row.GetProperty("text").GetString())
        );
    }

    [Fact]
    public void Nothing_is_promoted_twice()
    {
        StudyReport first = Build(Gates);
        Assert.Equal(1, Shouted.Calls);
        string[] bytes = [.. first.Files.Where(file => file.EndsWith("jsonl")).Select(File.ReadAllText)];
        StudyReport second = Build(Gates);
        Assert.Equal(1, Shouted.Calls);
        Assert.Equal(
            first.Study.Panels.OfType<TablePanel>().First().Columns.SelectMany(column => column.Numbers ?? []),
            second.Study.Panels.OfType<TablePanel>().First().Columns.SelectMany(column => column.Numbers ?? [])
        );
        Assert.Equal(bytes, second.Files.Where(file => file.EndsWith("jsonl")).Select(File.ReadAllText));
        // A stricter gate at the top leaves what lies below as it is.
        Build(Gates.Replace("'GONE'", "'LOST'"));
        Assert.Equal(1, Shouted.Calls);
    }

    [Fact]
    public void A_demoted_row_takes_with_it_what_was_made_of_it()
    {
        Build(Gates);
        JsonElement[] before = Lines("L3");
        string parent = before[2].GetProperty("parents").GetString()!;
        Build(
            Gates.Replace(
                "keep: 20% }",
                $"keep: 20% }}, select/withdraw: {{ rows: [ {parent} ], reason: failed review }}"
            )
        );
        Assert.DoesNotContain(Lines("L3"), row => row.GetProperty("parents").GetString() == parent);
        Assert.DoesNotContain(Lines("L2"), row => row.GetProperty("assay_id").GetString() == parent);
        Assert.Equal(
            "L2: withdrawn.failed_review",
            Lines("L1")
                .Single(row => row.GetProperty("assay_id").GetString() == parent)
                .GetProperty("assay_reason")
                .GetString()
        );
    }

    [Fact]
    public void A_row_of_any_tier_is_explained()
    {
        Build(Gates);
        JsonElement made = Lines("L3")[0];
        using Store store = Store.OpenToRead(PathOf("store"));
        Explanation of(string id) => Explanation.Of(store, RowId.Parse(id, null));
        Explanation explained = of(made.GetProperty("assay_id").GetString()!);
        string parent = made.GetProperty("parents").GetString()!;
        Assert.Equal(
            [("tier L3", "make/shouted", "made from row " + parent), ("tier L3", "select/where", "kept")],
            explained.Events.Select(e => (e.Candidate, e.Method, e.What))
        );
        Assert.Equal(
            [("tier L1", "kept"), ("tier L1", "kept"), ("tier L2", "kept")],
            of(parent).Events.Select(e => (e.Candidate, e.What))
        );
        Assert.Equal(
            [("tier L1", "kept"), ("tier L1", "kept"), ("tier L2", "dropped: top.below_cut")],
            of(Lines("L1")[0].GetProperty("assay_id").GetString()!).Events.Select(e => (e.Candidate, e.What))
        );
    }

    [Fact]
    public void A_tier_is_skipped_for_a_reason_only()
    {
        const string without = """
            tiers:
              L1: [ select/clean ]
              L3: [ make/shouted ]
            """;
        DocumentException failure = Assert.Throws<DocumentException>(() => Build(without));
        Assert.Contains("L3 has a gate and L2 has none", failure.Message);
        StudyReport report = Build(without + "\n  skip: { L2: the pool was selected elsewhere }\n");
        Assert.Contains("L2 is left out: the pool was selected elsewhere.", report.Study.Notes);
        HashSet<string> ids = [.. Lines("L1").Select(row => row.GetProperty("assay_id").GetString()!)];
        Assert.All(Lines("L3"), row => Assert.Contains(row.GetProperty("parents").GetString()!, ids));
    }

    [Theory]
    [InlineData("tiers: { }", "there is no gate")]
    [InlineData("tiers: { L1: [ make/shouted ] }", "is not a step")]
    [InlineData(
        "tiers: { L3: [ select/clean, make/shouted ], skip: { L1: x, L2: x } }",
        "only at the beginning of a gate"
    )]
    [InlineData("tiers: { L1: [ select/clean ], skip: { L1: x } }", "has a gate and is left out")]
    [InlineData("tiers: { L2: [ select/clean ], skip: { L1: '' } }", "nothing says why")]
    [InlineData("tiers: { L1: [ select/holdout: { size: 5% } ] }", "cannot set rows aside")]
    [InlineData("tiers: { L1: [ value/quality: { positive: wanted } ] }", "there is no dataset 'wanted'")]
    [InlineData("tiers: { L1: [ select/clean ], verify: { target: wanted } }", "there is no dataset 'wanted'")]
    [InlineData("tiers: { L1: [ select/clean ] }\nsteps: [ select/dedup ]", "a recipe with tiers has no 'steps'")]
    [InlineData("tiers: { L5: [ select/clean ] }", "there is no key 'L5'")]
    public void Recipes_that_do_not_fit_are_refused(string tiers, string message) =>
        Assert.Contains(message, Assert.Throws<DocumentException>(() => Build(tiers)).Message);

    [Fact]
    public void A_maker_that_forgets_parents_and_a_gate_that_none_passes_are_errors()
    {
        AssayException failure = Assert.Throws<AssayException>(() =>
            Build("tiers: { L3: [ make/orphans ], skip: { L1: x, L2: x } }")
        );
        Assert.Contains("parents", failure.Message);
        failure = Assert.Throws<AssayException>(() =>
            Build("tiers: { L1: [ select/where: { keep: \"text == 'nothing'\" } ] }")
        );
        Assert.Contains("no row passes the gate of L1", failure.Message);
        failure = Assert.Throws<AssayException>(() => new Runner(Load(Gates), PathOf("store")).Run());
        Assert.Contains("assay tiers", failure.Hint);
        Assert.Contains("no tiers", Assert.Throws<AssayException>(() => Build("steps: [ select/clean ]")).Message);
    }

    [Fact]
    public void Gains_and_costs_are_told_for_every_tier()
    {
        File.WriteAllLines(PathOf("wanted.txt"), Enumerable.Range(50, 5).Select(i => Document(i).ToUpperInvariant()));
        string gates =
            Gates.Replace("select/top: { by: bytes, keep: 20% }", "select/top: { by: bytes, keep: 50% }")
            + "\n  verify: { target: wanted, base-steps: 4, decay-steps: 4, seeds: 2, hour-price: 3.6 }\n";
        StudyReport report = Build(gates, "  wanted: { path: WANTED }\n");
        TablePanel gains = Table(report, "Gain and cost");
        Assert.Equal(["L1", "L2", "L3"], gains.Columns[0].Words);
        Assert.Equal(0, gains.Columns[2].Numbers![0]);
        Assert.All(gains.Columns[1].Numbers!, loss => Assert.InRange(loss!.Value, 1, 9));
        double[] costs = [.. gains.Columns[5].Numbers!.Select(cost => cost!.Value)];
        Assert.True(costs[2] > costs[1] && costs[1] > costs[0], string.Join(", ", costs));
        for (int i = 1; i < 3; i++)
            Assert.Equal(gains.Columns[2].Numbers![i]!.Value / costs[i], gains.Columns[6].Numbers![i]!.Value, 1e-9);
        Assert.Contains(report.Study.Panels.OfType<IntervalPanel>(), panel => panel.Lines.Count == 2);
        TablePanel again = Table(Build(gates, "  wanted: { path: WANTED }\n"), "Gain and cost");
        Assert.Equal(gains.Columns[1].Numbers, again.Columns[1].Numbers);
    }

    // No two documents have many words in common, and later ones are longer.
    private static string Document(int number)
    {
        Assay.Numerics.RandomStream random = new((ulong)number, "document");
        return string.Join(
                ' ',
                Enumerable
                    .Range(0, 40 + number)
                    .Select(_ => new string((char)('a' + random.NextInt32(26)), 2 + random.NextInt32(5)))
            ) + ", and so on.";
    }

    private string PathOf(string name) => Path.Combine(_folder, name);

    private JsonElement[] Lines(string tier) =>
        [
            .. File.ReadLines(Path.Combine(_folder, "out", tier + ".jsonl"))
                .Select(line => JsonDocument.Parse(line).RootElement),
        ];

    private static TablePanel Table(StudyReport report, string title) =>
        report.Study.Panels.OfType<TablePanel>().Single(panel => panel.Title == title);

    private Recipe Load(string tiers, string data = "")
    {
        File.WriteAllText(
            PathOf("recipe.yaml"),
            $"assay: 1\nseed: 3\ndata:\n  pool: {{ path: {PathOf("pool.txt")} }}\n{data.Replace("WANTED", PathOf("wanted.txt"))}{tiers}\n"
        );
        return Recipe.Load(PathOf("recipe.yaml"), catalogue: Catalogue);
    }

    private StudyReport Build(string tiers, string data = "")
    {
        Recipe recipe = Load(tiers, data);
        using Store store = Store.Open(PathOf("store"));
        return new RecipeRunner(recipe, store, new() { Threads = 2 }, new Silent()).BuildTiers(PathOf("out"));
    }

    /// <summary>Makes of each row the same in capitals; of the first nothing worth having.</summary>
    [Method("make/shouted")]
    public sealed class Shouted : IMaker
    {
        public static int Calls { get; set; }

        public Made Make(View view, Work work)
        {
            Calls++;
            MadeRows rows = new();
            view.ForEach(
                view.Selection.Rows,
                (batch, row) =>
                {
                    rows.Set(
                        "text",
                        rows.Count == 0
                            ? "GONE"
                            : System.Text.Encoding.UTF8.GetString(batch.Text(row)).ToUpperInvariant()
                    );
                    rows.Set("parents", batch.Id(row).ToString());
                    rows.Set("number", (long)row);
                    rows.EndRow();
                },
                work.Cancellation
            );
            return new(
                rows.ToDataset("text"),
                new() { Title = "Shouted", Answer = "All is loud." },
                new ChatUsage(8, 0, 1, 1, 0.5m)
            );
        }
    }

    /// <summary>Makes a row of nowhere.</summary>
    [Method("make/orphans")]
    public sealed class Orphans : IMaker
    {
        public Made Make(View view, Work work)
        {
            MadeRows rows = new();
            rows.Set("text", "x");
            rows.EndRow();
            return new(rows.ToDataset("text"), new() { Title = "Orphans", Answer = "One." });
        }
    }
}
