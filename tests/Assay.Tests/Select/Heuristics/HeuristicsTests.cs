using System.Text;
using System.Text.Json.Nodes;
using Assay.Data;
using Assay.Select;

namespace Assay.Tests.Select;

public sealed class HeuristicsTests
{
    private const string Prose =
        "The river runs past the old mill, where two boys sit and talk about that summer. "
        + "Later on, somebody will have to carry the wood up to the house before it gets dark. "
        + "Most of the people here know each other, but few would ever admit to it in public. "
        + "Rain fell for three days and the road to the north was closed with stones and mud. "
        + "Nobody minds, since there is always enough to do in the garden behind the church.";

    /// <summary>Documents written for this test, with what the reference decides on them.</summary>
    [Fact]
    public void Decides_as_the_reference_on_edge_cases()
    {
        using Stream file = typeof(HeuristicsTests).Assembly.GetManifestResourceStream("heuristics.documents.json")!;
        JsonArray documents = JsonNode.Parse(file)!.AsArray();
        (string Column, Preset Preset)[] columns =
        [
            ("gopher_quality", Preset.GopherQuality),
            ("gopher_repetition", Preset.GopherRepetition),
            ("fineweb", Preset.FinewebQuality),
            ("c4", Preset.C4),
            ("c4_nopunct", Preset.C4NoPunctuation),
        ];
        List<string> differences = [];
        foreach (WordSplit split in Enum.GetValues<WordSplit>())
        foreach ((string column, Preset preset) in columns)
        {
            Heuristics.Filters filters = new(new(new() { Preset = [preset], Words = split }));
            foreach (JsonNode? document in documents)
            {
                JsonNode expected = document![split == WordSplit.Whitespace ? "whitespace" : "word-punctuation"]!;
                string reason = filters.Reject(Encoding.UTF8.GetBytes((string)document["text"]!)) ?? "keep";
                string actual = reason.Replace("gopher_quality.", "gopher_").Split('.')[^1];
                if (actual != (string)expected[column]!)
                    differences.Add($"{split} {column} '{document["name"]}': {expected[column]}, not {actual}");
                else if (actual == "keep" && expected[column + "_chars"] is { } characters)
                    Assert.Equal((int)characters, filters.Text.CodePoints);
            }
        }
        Assert.Empty(differences);
    }

    [Theory]
    [InlineData("Too short.", "gopher_quality.short_doc")]
    [InlineData("", "empty")]
    [InlineData(Prose, null)]
    [InlineData(Prose + " { x }", "c4.curly_bracket")]
    public void Names_filter_and_rule(string text, string? reason) =>
        Assert.Equal(reason, Reject(text, new() { Preset = [Preset.GopherQuality, Preset.C4NoPunctuation] }));

    [Fact]
    public void Thresholds_are_options()
    {
        HeuristicsOptions quality = new() { Preset = [Preset.GopherQuality] };
        Assert.Null(Reject(Prose, quality));
        Assert.Equal(
            "gopher_quality.long_doc",
            Reject(Prose, quality with { GopherQuality = new() { MaxWords = 60 } })
        );
        Assert.Equal(
            "gopher_quality.enough_stop_words",
            Reject(Prose, quality with { GopherQuality = new() { StopWords = ["le", "the", "la"] } })
        );
        Assert.Null(
            Reject(
                "One two.",
                quality with
                {
                    GopherQuality = new() { MinWords = 0, MinStopWords = 0 },
                }
            )
        );
        HeuristicsOptions c4 = new() { Preset = [Preset.C4] };
        Assert.Null(Reject(Prose, c4));
        Assert.Equal("c4.too_few_sentences", Reject(Prose, c4 with { C4 = new() { Sentences = SentenceSplit.Lines } }));
        Assert.Null(Reject(Prose + "\nA {x} here.", c4 with { C4 = new() { CurlyBracket = false } }));
    }

    // A text that C4 leaves nothing of is an empty row for whatever follows.
    [Fact]
    public void Empties_are_dropped_after_cutting_too() =>
        Assert.Equal(
            "empty",
            Reject(
                "no full stop",
                new()
                {
                    Preset = [Preset.C4],
                    C4 = new() { MinSentences = 0 },
                }
            )
        );

    [Fact]
    public void A_share_that_is_none_is_an_error()
    {
        HeuristicsOptions options = new() { GopherRepetition = new() { TopNGrams = [0.2, double.NaN] } };
        Assert.Contains("top-n-grams", Assert.Throws<AssayException>(() => new Heuristics(options)).Message);
    }

    [Fact]
    public void Invalid_text_is_decided_without_failing()
    {
        Numerics.RandomStream random = new(9, "bytes");
        Heuristics.Filters filters = new(
            new(new() { Preset = [Preset.GopherRepetition, Preset.GopherQuality, Preset.C4, Preset.FinewebQuality] })
        );
        byte[] prose = Encoding.UTF8.GetBytes(string.Join('\n', Enumerable.Repeat(Prose, 3)));
        for (int round = 0; round < 2000; round++)
        {
            byte[] text = prose[..random.NextInt32(prose.Length)];
            for (int i = 0; i < text.Length / 20; i++)
                text[random.NextInt32(text.Length)] = (byte)random.NextInt32(256);
            filters.Reject(text);
        }
    }

    [Fact]
    public void Every_row_is_kept_or_dropped_with_its_reason()
    {
        (Selected selected, _) = Select(Rows(), new(), threads: 1);
        Assert.Equal([0, 2, 5, 6], selected.Kept.Rows);
        Assert.Equal([1, 3, 4], selected.Drops.Rows);
        Assert.Equal(
            ["gopher_repetition.top_2_gram", "empty", "c4.curly_bracket"],
            selected.Drops.ReasonOf.Select(reason => selected.Drops.Reasons[reason])
        );
    }

    [Fact]
    public void Order_repeats_and_weights_of_the_selection_stay()
    {
        View view = new View(Dataset.OfTexts(Rows(), rowsPerTable: 2)).With(new Selection([6, 4, 0, 6], [1, 2, 3, 4]));
        using Pieces pieces = Pieces.Temporary();
        Selected selected = new Heuristics(new()).Select(view, new(pieces));
        Assert.Equal([6, 0, 6], selected.Kept.Rows);
        Assert.Equal([1, 3, 4], selected.Kept.Weights!);
        Assert.Equal([4], selected.Drops.Rows);
    }

    [Fact]
    public void Cut_texts_are_edits_and_the_others_are_not()
    {
        (_, string?[] texts) = Select(Rows(), new(), threads: 1);
        Assert.Equal((IEnumerable<string?>)[null, null, Prose, null, null, Prose, null], texts);
    }

    [Fact]
    public void Earlier_edits_stay_unless_the_text_changes_again()
    {
        string[] rows = [Prose + "\nFirst line", Prose + "\nOther line", "short", Prose];
        Dataset dataset = Dataset.OfTexts(rows, rowsPerTable: 4);
        using Pieces before = Pieces.Temporary(),
            first = Pieces.Temporary(),
            second = Pieces.Temporary();
        TableBuilder earlier = new("memory");
        foreach (
            (int row, string text) in new[] { (0, "nothing"), (1, Prose + "\nCut me"), (3, Prose + " More of it.") }
        )
        {
            earlier.Column("row").Set((long)row);
            earlier.Column("text").Set(Encoding.UTF8.GetBytes(text));
            earlier.EndRow(default, 0);
        }
        before.Write("edits", 0, earlier.WriteTo);
        View view = new(dataset, edits: new([before.PathOf("edits", 0)]));
        Selected cut = new Heuristics(new() { Preset = [Preset.C4] }).Select(view, new(first));
        Assert.Equal([1, 3], cut.Kept.Rows);
        Assert.Equal([Prose, Prose + " More of it."], Texts(view.With(cut.Kept, cut.Edits)));
        using (Table merged = cut.Edits!.Read(0)!)
            Assert.Equal([0L, 1, 3], Enumerable.Range(0, 3).Select(i => merged.Find("row")!.Int64(i)));

        // A second pass changes nothing, and hands the same file on.
        Selected again = new Heuristics(new() { Preset = [Preset.C4] }).Select(
            view.With(cut.Kept, cut.Edits),
            new(second)
        );
        Assert.Equal(cut.Edits.Files, again.Edits!.Files);
        Assert.Empty(again.Drops.Rows);
    }

    [Fact]
    public void Threads_and_kills_do_not_change_the_result()
    {
        string[] rows = [.. Enumerable.Range(0, 40).SelectMany(_ => Rows())];
        HeuristicsOptions options = new() { Preset = [Preset.C4NoPunctuation] };
        View view = new(Dataset.OfTexts(rows, rowsPerTable: 9));
        using Pieces whole = Pieces.Temporary(),
            killed = Pieces.Temporary();
        new Heuristics(options).Select(view, new(whole) { Threads = 1 });
        using CancellationTokenSource kill = new();
        Assert.ThrowsAny<OperationCanceledException>(() =>
            new Heuristics(options).Select(
                view,
                new(killed)
                {
                    Threads = 2,
                    Cancellation = kill.Token,
                    Progress = new Sudden(done =>
                    {
                        if (done > 100)
                            kill.Cancel();
                    }),
                }
            )
        );
        Assert.InRange(Directory.GetFiles(killed.Folder, "filter-*").Length, 1, view.TableCount - 1);
        new Heuristics(options).Select(view, new(killed) { Threads = 2 });
        Assert.Equal(Contents(whole), Contents(killed));
    }

    private sealed class Sudden(Action<long> hear) : IProgress<Progress>
    {
        public void Report(Progress value) => hear(value.Done);
    }

    private static Dictionary<string, string> Contents(Pieces pieces) =>
        Directory
            .GetFiles(pieces.Folder)
            .ToDictionary(file => Path.GetFileName(file), file => Convert.ToHexString(File.ReadAllBytes(file)));

    private static string[] Rows() =>
        [
            Prose,
            "very good " + string.Concat(Enumerable.Repeat("very good ", 60)),
            Prose + "\nTwo words",
            "",
            Prose + " {",
            Prose + "[1]",
            Prose,
        ];

    private static string? Reject(string text, HeuristicsOptions options) =>
        new Heuristics.Filters(new(options)).Reject(Encoding.UTF8.GetBytes(text));

    private static (Selected Selected, string?[] Edited) Select(string[] rows, HeuristicsOptions options, int threads)
    {
        View view = new(Dataset.OfTexts(rows, rowsPerTable: 3));
        using Pieces pieces = Pieces.Temporary();
        Selected selected = new Heuristics(options).Select(view, new(pieces) { Threads = threads });
        string?[] edited = new string?[rows.Length];
        View after = view.With(edits: selected.Edits);
        for (int table = 0; table < after.TableCount; table++)
        {
            using Batch batch = after.Read(table);
            foreach (int row in batch.Rows)
                edited[row] = batch.IsEdited(row) ? Encoding.UTF8.GetString(batch.Text(row)) : null;
        }
        return (selected, edited);
    }

    private static List<string> Texts(View view)
    {
        List<string> texts = [];
        for (int table = 0; table < view.TableCount; table++)
        {
            using Batch batch = view.Read(table);
            foreach (int row in batch.Rows)
                texts.Add(Encoding.UTF8.GetString(batch.Text(row)));
        }
        return texts;
    }
}
