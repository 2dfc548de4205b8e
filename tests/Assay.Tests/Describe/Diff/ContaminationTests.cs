using Assay.Data;
using Assay.Describe;
using Assay.Tests.Studies;
using FsCheck;
using FsCheck.Fluent;

namespace Assay.Tests.Describe;

public sealed class ContaminationTests
{
    private static readonly Gen<string[]> Texts = Gen.Choose(0, 3)
        .Select(word => "abcd"[word].ToString())
        .ArrayOf(9)
        .Select(words => string.Join(' ', words))
        .ArrayOf(6);

    [Fact]
    public void It_finds_what_comparing_all_runs_of_all_rows_finds()
    {
        Prop.ForAll(
                Arb.From(Texts),
                Arb.From(Texts),
                (data, tests) =>
                {
                    ContaminationResult found = Find(data, tests, words: 3);
                    FoundRow[] brute = [.. Brute(data, tests, words: 3)];
                    return found.Found.OrderBy(row => row.Row).SequenceEqual(brute)
                        && found.Touching.SequenceEqual(BruteTouching(data, tests, words: 3));
                }
            )
            .Holds();
    }

    [Fact]
    public void Neither_memory_nor_threads_change_what_is_found()
    {
        Prop.ForAll(
                Arb.From(Texts),
                Arb.From(Texts),
                (data, tests) =>
                {
                    ContaminationResult one = Find(data, tests, words: 2),
                        parts = Find(data, tests, words: 2, memory: 1, threads: 2);
                    return one.Found.SequenceEqual(parts.Found) && one.Touching.SequenceEqual(parts.Touching);
                }
            )
            .Holds();
    }

    [Fact]
    public void Case_and_punctuation_do_not_hide_a_row()
    {
        ContaminationResult found = Find(["It was,  the BEST of times."], ["it was the best of times"], words: 13);
        FoundRow row = Assert.Single(found.Found);
        Assert.True(row.IsWhole);
        Assert.Equal(1, row.Covered);
        Assert.Empty(Find(["it was the best of times and more"], ["it was the best of times"], words: 13).Found);
    }

    [Fact]
    public void Rows_without_text_are_the_same_where_all_shared_columns_are()
    {
        View a = StudyTables.Of("x,y,only\n1,a,5\n2,b,6\n,c,7\n"),
            b = StudyTables.Of("y,x\na,1.0\nb,3\nc,\n");
        using Pieces pieces = Pieces.Temporary();
        ContaminationResult found = Contamination.Find(a, b, ["x", "y"], 13, new(pieces));
        Assert.Equal([(0, 0), (2, 2)], found.Found.Select(row => (row.Row, row.In)));
    }

    private static ContaminationResult Find(
        string[] data,
        string[] tests,
        int words,
        long memory = 1 << 20,
        int threads = 1
    )
    {
        using Pieces pieces = Pieces.Temporary();
        return Contamination.Find(
            new(Dataset.OfTexts(data, rowsPerTable: 2)),
            new(Dataset.OfTexts(tests, rowsPerTable: 2)),
            null,
            words,
            new(pieces) { MemoryBytes = memory, Threads = threads }
        );
    }

    private static IEnumerable<FoundRow> Brute(string[] data, string[] tests, int words)
    {
        for (int row = 0; row < tests.Length; row++)
        {
            string[] own = Split(tests[row]);
            if (own.Length == 0)
                continue;
            int whole = Array.FindIndex(data, text => Split(text).SequenceEqual(own)),
                first = whole;
            HashSet<int> covered = [];
            for (int i = 0; i + words <= own.Length; i++)
            {
                int at = Array.FindIndex(
                    data,
                    text => Runs(text, words).Contains(string.Join(' ', own[i..(i + words)]))
                );
                if (at < 0)
                    continue;
                first = first < 0 ? at : first;
                covered.UnionWith(Enumerable.Range(i, words));
            }
            if (first >= 0)
                yield return new(row, whole >= 0, whole >= 0 ? 1 : (double)covered.Count / own.Length, first);
        }
    }

    private static IEnumerable<int> BruteTouching(string[] data, string[] tests, int words) =>
        Enumerable
            .Range(0, data.Length)
            .Where(row =>
                Split(data[row]).Length > 0
                && tests.Any(test =>
                    Split(test).SequenceEqual(Split(data[row]))
                    || Runs(test, words).Intersect(Runs(data[row], words)).Any()
                )
            );

    private static IEnumerable<string> Runs(string text, int words)
    {
        string[] own = Split(text);
        for (int i = 0; i + words <= own.Length; i++)
            yield return string.Join(' ', own[i..(i + words)]);
    }

    private static string[] Split(string text) => text.Split(' ', StringSplitOptions.RemoveEmptyEntries);
}
