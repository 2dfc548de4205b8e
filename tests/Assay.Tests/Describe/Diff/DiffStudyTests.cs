using Assay.Data;
using Assay.Describe;
using Assay.Numerics;
using Assay.Studies;
using Assay.Tests.Studies;

namespace Assay.Tests.Describe;

public sealed class DiffStudyTests
{
    private static readonly string[] Film = ["film", "actor", "scene", "plot", "director", "story"],
        Food = ["soup", "bread", "cheese", "salt", "oven", "story"];

    [Fact]
    public void Planted_rows_are_found_and_the_sides_told_apart()
    {
        string[] a = [.. Texts(Film, 200, 1)],
            b = [.. Texts(Food, 100, 2), a[7], "Now: " + a[9] + " - and so on"];
        Study study = Run(Of(a), Of(b));
        Assert.Contains("almost always", study.Answer);
        Assert.Contains("2 of 102 rows of b", study.Answer);
        TablePanel rows = study.Panels.OfType<TablePanel>().Single(panel => panel.Title == "Rows of b found in a");
        Assert.Equal(["yes", "no"], rows.Columns[2].Words!);
        Assert.Equal(["memory, row 8", "memory, row 10"], rows.Columns[3].Words!);
        TablePanel words = study.Panels.OfType<TablePanel>().Single(panel => panel.Title == "Typical words");
        Assert.All(words.Columns[0].Words!.Take(5), word => Assert.Contains(word, Film));
        Assert.All(words.Columns[4].Words!.Take(5), word => Assert.Contains(word, Food));
    }

    /// <summary>Samples of one source over 20 seeds: each is called a drift with a chance below 0.01, more than two with one of 0.001.</summary>
    [Fact]
    public void Two_samples_of_one_source_do_not_differ()
    {
        int drifts = 0;
        for (int seed = 0; seed < 20; seed++)
        {
            Study study = Run(Of([.. Texts(Film, 150, 10 + 2 * seed)]), Of([.. Texts(Film, 150, 11 + 2 * seed)]));
            drifts += study.Answer.Contains("no distribution differs", StringComparison.Ordinal) ? 0 : 1;
            Assert.Contains("no row of b is in a", study.Answer);
            Assert.DoesNotContain("told apart well", study.Answer);
        }
        Assert.InRange(drifts, 0, 2);
    }

    [Fact]
    public void Columns_types_and_missing_values_are_compared()
    {
        View a = StudyTables.Of(
                "n,class,old\n"
                    + string.Concat(Enumerable.Range(0, 200).Select(i => $"{i},{(i % 2 == 0 ? "x" : "y")},1\n"))
            ),
            b = StudyTables.Of(
                "n,class,new\n"
                    + string.Concat(Enumerable.Range(0, 200).Select(i => $"{(i % 2 == 0 ? "" : i + 150)},x,1\n"))
            );
        Study study = Run(a, b);
        TablePanel changed = study.Panels.OfType<TablePanel>().Single(panel => panel.Title == "Columns that differ");
        Assert.Equal(["old", "new"], changed.Columns[0].Words!);
        TablePanel drifts = study.Panels.OfType<TablePanel>().Single(panel => panel.Title == "Distributions");
        Assert.Equal(
            ["class categories", "n missing", "n values"],
            drifts.Columns[0].Words!.Zip(drifts.Columns[1].Words!, (column, of) => $"{column} {of}").Order()
        );
        Assert.All(drifts.Columns[^1].Words!, word => Assert.Equal("yes", word));
        Assert.Contains(study.Notes, note => note.Contains("--text"));
    }

    [Fact]
    public void The_same_is_found_on_one_thread_and_on_two()
    {
        string[] a = [.. Texts(Film, 120, 1)],
            b = [.. Texts(Film, 60, 2), .. a[..10]];
        Assert.Equal(
            System.Text.Json.JsonSerializer.Serialize(Run(Of(a), Of(b), threads: 1)),
            System.Text.Json.JsonSerializer.Serialize(Run(Of(a), Of(b), threads: 2))
        );
    }

    [Fact]
    public void What_cannot_be_compared_is_said()
    {
        View some = Of(["a b c"]),
            none = some.With(new Selection([]));
        using Pieces pieces = Pieces.Temporary();
        AssayException alone = Assert.Throws<AssayException>(() => new DiffStudy(new()).Run(some, new(pieces)));
        Assert.Contains("second dataset", alone.Message);
        Assert.Throws<AssayException>(() => Run(some, none));
        Assert.Throws<AssayException>(() => Run(none, some));
        Assert.Contains(
            "Both have: text",
            Assert.Throws<AssayException>(() => Run(some, some, new() { Columns = ["x"] })).Hint
        );
    }

    private static Study Run(View a, View b, DiffOptions? options = null, int threads = 1)
    {
        using Pieces pieces = Pieces.Temporary();
        return new DiffStudy(options ?? new()).Run(
            a,
            new(pieces)
            {
                Random = new(1, "diff"),
                Threads = threads,
                Datasets = new Dictionary<string, View> { ["against"] = b },
            }
        );
    }

    private static View Of(string[] texts) => new(Dataset.OfTexts(texts, rowsPerTable: 50));

    private static IEnumerable<string> Texts(string[] words, int count, int seed)
    {
        RandomStream random = new((ulong)seed, "texts");
        return Enumerable
            .Range(0, count)
            .Select(_ =>
                string.Join(
                    ' ',
                    Enumerable.Range(0, 15 + random.NextInt32(20)).Select(_ => words[random.NextInt32(words.Length)])
                )
            )
            .ToArray();
    }
}
