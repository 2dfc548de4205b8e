using System.Globalization;
using System.Text;
using Assay.Data;
using Assay.Numerics;
using Assay.Select;
using FsCheck;
using FsCheck.Fluent;

namespace Assay.Tests.Select;

public class SubstringTests
{
    // A byte goes if it lies in a window that occurs a second time (or, keeping the first, earlier).
    private static HashSet<(int Row, int At)> BruteForce(IReadOnlyList<byte[]> texts, int length, bool keepFirst)
    {
        List<(int Row, int At)> windows = [];
        for (int row = 0; row < texts.Count; row++)
        for (int at = 0; at + length <= texts[row].Length; at++)
            windows.Add((row, at));
        HashSet<(int, int)> cut = [];
        foreach (
            var same in windows.GroupBy(window => Convert.ToHexString(texts[window.Row].AsSpan(window.At, length)))
        )
            if (same.Count() > 1)
                foreach ((int row, int at) in same.Order().Skip(keepFirst ? 1 : 0))
                    for (int i = at; i < at + length; i++)
                        cut.Add((row, i));
        return cut;
    }

    private static HashSet<(int, int)> BytesOf(IEnumerable<TextSpan> spans) =>
        [.. spans.SelectMany(span => Enumerable.Range(span.Start, span.End - span.Start).Select(at => (span.Row, at)))];

    private static readonly Arbitrary<(byte[][] Texts, int Length, bool KeepFirst)> Corpora = (
        from letters in Gen.Elements(1, 2, 4)
        from texts in Gen.Choose(0, letters - 1).Select(value => (byte)('a' + value)).ArrayOf().ArrayOf()
        from length in Gen.Choose(1, 12)
        from keepFirst in Gen.Elements(true, false)
        select (texts, length, keepFirst)
    ).ToArbitrary();

    [Fact]
    public void Finds_what_comparing_all_windows_finds() =>
        Prop.ForAll(
                Corpora,
                corpus =>
                    BytesOf(Substring.Find(corpus.Texts, corpus.Length, corpus.KeepFirst))
                        .SetEquals(BruteForce(corpus.Texts, corpus.Length, corpus.KeepFirst))
            )
            .Holds();

    [Fact]
    public void Works_on_periodic_text_and_equal_bytes()
    {
        byte[] equal = [.. Enumerable.Repeat((byte)'x', 50)];
        byte[] periodic = [.. Enumerable.Range(0, 50).Select(i => (byte)('a' + (i % 3)))];
        Assert.Equal([new TextSpan(0, 0, 50)], Substring.Find([equal], 10));
        // Of a run, the first period stays.
        Assert.Equal([new TextSpan(0, 1, 50)], Substring.Find([equal], 10, keepFirst: true));
        Assert.Equal([new TextSpan(0, 3, 50)], Substring.Find([periodic], 10, keepFirst: true));
        Assert.Empty(Substring.Find([equal], 50));
        Assert.Equal(2, Substring.Find([equal, equal], 50).Count);
        Assert.Empty(Substring.Find([], 5));
        Assert.Throws<ArgumentOutOfRangeException>(() => Substring.Find([equal], 0));
    }

    /// <summary>Rows of random words with shared passages of many lengths, runs, and characters of several bytes.</summary>
    private static string[] Texts(int rows, ulong seed)
    {
        RandomStream random = new(seed, "texts");
        string Words(int count) =>
            string.Join(
                ' ',
                Enumerable
                    .Range(0, count)
                    .Select(_ => random.NextInt32(9) == 0 ? "naïve—€" : "w" + random.NextInt32(5000))
            );
        string[] shared = [.. Enumerable.Range(0, 12).Select(i => Words(2 + (3 * i)))];
        return
        [
            .. Enumerable
                .Range(0, rows)
                .Select(row =>
                    Words(random.NextInt32(40))
                    + (random.NextInt32(2) == 0 ? shared[random.NextInt32(shared.Length)] : "")
                    + (random.NextInt32(20) == 0 ? new string('=', 30 + random.NextInt32(80)) : "")
                    + Words(random.NextInt32(20))
                    + (random.NextInt32(3) == 0 ? shared[random.NextInt32(shared.Length)] : "")
                ),
        ];
    }

    // Bytes that go, whole characters only; what is left of each row, or null.
    private static IReadOnlyList<string?> Expected(string[] texts, int length, bool keepFirst)
    {
        byte[][] utf8 = [.. texts.Select(Encoding.UTF8.GetBytes)];
        HashSet<(int, int)> cut = BruteForce(utf8, length, keepFirst);
        string?[] left = new string?[texts.Length];
        for (int row = 0; row < texts.Length; row++)
        {
            StringBuilder kept = new();
            int at = 0;
            foreach (Rune rune in texts[row].EnumerateRunes())
            {
                if (!Enumerable.Range(at, rune.Utf8SequenceLength).All(i => cut.Contains((row, i))))
                    kept.Append(rune);
                at += rune.Utf8SequenceLength;
            }
            left[row] =
                kept.Length < texts[row].Length && string.IsNullOrWhiteSpace(kept.ToString()) ? null : kept.ToString();
        }
        return left;
    }

    [Theory]
    [InlineData(16, false, 1, 1L << 30)]
    [InlineData(40, false, 1, 1L << 30)]
    [InlineData(40, true, 1, 1L << 30)]
    [InlineData(40, true, 3, 1L << 30)]
    [InlineData(40, false, 2, 200_000)]
    public void Cuts_exactly_that_in_parts_and_with_little_memory(int length, bool keepFirst, int parts, long memory)
    {
        string[] texts = Texts(160, 3);
        View view = new(Dataset.OfTexts(texts, rowsPerTable: 30));
        IReadOnlyList<string?> expected = Expected(texts, length, keepFirst);
        Substring substring = new(new() { Length = length, KeepFirst = keepFirst }) { Parts = parts };
        foreach (int threads in (int[])[1, 2])
        {
            using Pieces pieces = Pieces.Temporary();
            Selected selected = substring.Select(view, new(pieces) { Threads = threads, MemoryBytes = memory });
            Assert.True(selected.Complements(view));
            Assert.Equal(expected, selected.Texts(view));
            int bytes =
                texts.Sum(Encoding.UTF8.GetByteCount) - expected.Sum(text => Encoding.UTF8.GetByteCount(text ?? ""));
            Assert.Contains(
                string.Create(CultureInfo.InvariantCulture, $"substring.bytes: {bytes:N0}"),
                selected.Notes!
            );
        }
    }

    [Fact]
    public void Rows_with_nothing_left_go_and_rows_that_were_empty_stay()
    {
        string text = new('a', 10);
        for (int i = 0; i < 30; i++)
            text += (char)('b' + (i % 20));
        View view = new(Dataset.OfTexts([text, "", "x " + text, text + " ", "short"]));
        (Selected selected, IReadOnlyList<string?> texts) = new Substring(new() { Length = 40 }).RunOnTexts(view);
        Assert.Equal([1, 2, 4], selected.Kept.Rows);
        Assert.Equal(2, selected.Reasons()["substring.nothing_left"]);
        Assert.Equal("x ", texts[2]);
        (selected, texts) = new Substring(new() { Length = 40, KeepFirst = true }).RunOnTexts(view);
        Assert.Equal([0, 1, 2, 4], selected.Kept.Rows);
        Assert.Equal(text, texts[0]);
    }

    [Fact]
    public void Earlier_edits_are_seen_and_stay_in_force()
    {
        string shared = string.Concat(Enumerable.Range(0, 30).Select(i => $"part{i} "));
        View view = new(Dataset.OfTexts(["a@b.org only here", shared + "x@y.org", shared + "z@y.org tail", "end"]));
        using Pieces first = Pieces.Temporary(),
            second = Pieces.Temporary();
        Selected masked = new Pii(new()).Select(view, new(first));
        View edited = view.With(masked.Kept, masked.Edits);
        Selected cut = new Substring(new() { Length = 64 }).Select(edited, new(second));
        Assert.Equal(["[email] only here", null, " tail", "end"], cut.Texts(view));
        Assert.Equal([1], cut.Drops.Rows);
    }

    [Fact]
    public void A_killed_run_goes_on_to_the_same_result()
    {
        View view = new(Dataset.OfTexts(Texts(200, 4), rowsPerTable: 20));
        Substring substring = new(new() { Length = 30 }) { Parts = 3 };
        using Pieces whole = Pieces.Temporary();
        IReadOnlyList<string?> expected = substring.Select(view, new(whole)).Texts(view);
        foreach (string stage in (string[])["suspects", "repeats", "filter"])
        {
            using Pieces killed = Pieces.Temporary();
            substring.KilledIn(stage, view, killed);
            Selected selected = substring.Select(view, new(killed) { Threads = 2, MemoryBytes = 300_000 });
            Assert.Equal(expected, selected.Texts(view));
        }
    }

    [Fact]
    public void One_text_that_fits_no_memory_is_an_error_that_says_what_to_do()
    {
        View view = new(Dataset.OfTexts([new string('x', 100_000), new string('x', 100_000)]));
        using Pieces pieces = Pieces.Temporary();
        AssayException failure = Assert.Throws<AssayException>(() =>
            new Substring(new()).Select(view, new(pieces) { MemoryBytes = 100_000, Threads = 1 })
        );
        Assert.Contains("memory", failure.Message);
        Assert.Contains("--memory", failure.Hint);
    }
}
