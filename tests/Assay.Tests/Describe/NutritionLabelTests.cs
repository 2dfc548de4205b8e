using System.Globalization;
using System.Text;
using System.Text.Json;
using Assay.Data;
using Assay.Describe;
using Assay.Evidence;
using Assay.Numerics;

namespace Assay.Tests.Describe;

public class NutritionLabelTests
{
    // Pairs and the model have tests of their own; here they would only take time.
    private static readonly LabelOptions Defaults = new() { Modules = [LabelModule.Statistics, LabelModule.Alerts] };

    private static Label Describe(View view, LabelOptions? options = null, int threads = 2, Pieces? pieces = null)
    {
        using Pieces temporary = Pieces.Temporary();
        return new NutritionLabel(options ?? Defaults).Describe(
            view,
            new Work(pieces ?? temporary) { Threads = threads }
        );
    }

    private static Label Describe(Dataset dataset, LabelOptions? options = null) =>
        Describe(new View(dataset), options);

    private static string Json(Label label) => JsonSerializer.Serialize(label);

    private static ColumnLabel Column(Label label, string name) => label.Columns.Single(column => column.Name == name);

    // Each row sets the columns that it names; a JsonElement-like choice of setters by the value's type.
    private static byte[] Table(params IEnumerable<(string Name, object? Value)[]> rows)
    {
        TableBuilder builder = new("test");
        foreach ((string Name, object? Value)[] row in rows)
        {
            foreach ((string name, object? value) in row)
                switch (value)
                {
                    case string text:
                        builder.Column(name).Set(Encoding.UTF8.GetBytes(text));
                        break;
                    case byte[] json:
                        builder.Column(name).SetJson(json);
                        break;
                    case long whole:
                        builder.Column(name).Set(whole);
                        break;
                    case double number:
                        builder.Column(name).Set(number);
                        break;
                    case bool truth:
                        builder.Column(name).Set(truth);
                        break;
                    default:
                        builder.Column(name);
                        break;
                }
            builder.EndRow(RowId.Of([], "test", builder.RowCount), builder.RowCount);
        }
        using MemoryStream bytes = new();
        builder.WriteTo(bytes);
        return bytes.ToArray();
    }

    [Fact]
    public void SmallTablesByHand()
    {
        Dataset dataset = Dataset.Of(
            "hand",
            "text",
            Table(
                [("text", "one two\nthree"), ("n", 3L), ("ok", true), ("j", "[1]"u8.ToArray())],
                [("text", "one two\nthree"), ("n", -1L), ("ok", false), ("j", "{\"a\":1}"u8.ToArray())]
            ),
            Table([("text", "été"), ("ok", true), ("late", 0.5)], [("n", 0L), ("ok", true), ("late", 0.5)])
        );
        Label label = Describe(dataset);
        Assert.Equal((4, 2, "text", 13 + 13 + 5), (label.Rows, label.Tables, label.TextColumn, label.TextBytes));
        Assert.Equal(["text", "n", "ok", "j", "late"], label.Columns.Select(column => column.Name));

        ColumnLabel text = Column(label, "text");
        Assert.Equal((ColumnType.Text, 4, 1), (text.Type, text.Rows, text.Missing));
        Assert.Equal((new Estimate(2, 0), new Estimate(1, 0)), (text.Distinct, text.Duplicates));
        Assert.Equal([new FrequentValue("one two\nthree", 2, false)], text.Frequent);
        Assert.Equal(
            (31, 7, 5, 29),
            (text.Text!.TotalBytes, text.Text.TotalWords, text.Text.TotalLines, text.Text.TotalCharacters)
        );
        Assert.Equal(2.0 / 29, text.Text.NonAsciiShare!.Value, 1e-12);
        Assert.Equal([new Share("latin", 25, 1)], text.Text.Scripts);
        Assert.Equal(
            [("letters", 25L), ("white-space", 4L)],
            text.Text.Characters.Where(share => share.Count > 0).Select(share => (share.Name, share.Count))
        );
        Assert.Equal([1, 1, 1, 1, 3, 3, 3, 3, 3], text.Text.Words.Quantiles);
        Assert.Null(text.Numbers);

        ColumnLabel n = Column(label, "n");
        Assert.Equal((ColumnType.Int64, 1, 3), (n.Type, n.Missing, n.Distinct.Value));
        Assert.Equal((-1, 3, 1, 1), (n.Numbers!.Min, n.Numbers.Max, n.Numbers.Zeros, n.Numbers.Negatives));
        Assert.Equal(2.0 / 3, n.Numbers.Mean, 1e-12);
        Assert.Equal(Math.Sqrt(26.0 / 9), n.Numbers.StandardDeviation!.Value, 1e-12);
        Assert.Equal([-1, 0, 1, 2, 3, 4], n.Numbers.Edges);
        Assert.Equal([1, 1, 0, 0, 1], n.Numbers.Counts);

        Assert.Equal((0.75, 0), (Column(label, "ok").TrueShare, Column(label, "ok").Missing));
        Assert.Equal([new FrequentValue("true", 3, false)], Column(label, "ok").Frequent);
        Assert.Equal([new Share("object", 1, 0.5), new Share("array", 1, 0.5)], Column(label, "j").Kinds);
        ColumnLabel late = Column(label, "late");
        Assert.Equal((ColumnType.Float64, 2, 1), (late.Type, late.Missing, late.Distinct.Value));
        Assert.Equal([new FrequentValue("0.5", 2, false)], late.Frequent);
    }

    private static List<(string Name, object? Value)[]> RandomRows(ulong seed, int count)
    {
        RandomStream random = new(seed, "rows");
        string[] words = ["data", "naïve", "мир", "日本語", "x1", "$5", "end.\n", "\t"];
        return
        [
            .. Enumerable
                .Range(0, count)
                .Select(_ =>
                    (
                        new (string, object?)[]
                        {
                            (
                                "text",
                                string.Join(
                                    ' ',
                                    Enumerable.Range(0, random.NextInt32(9)).Select(_ => words[random.NextInt32(8)])
                                )
                            ),
                            ("n", (long)random.NextInt32(30) - 5),
                            ("x", Math.Round(random.NextGaussian() * 3, 2)),
                            ("flag", random.NextInt32(4) == 0),
                            ("word", words[random.NextInt32(8)]),
                        }
                    )
                        .Select(cell => random.NextInt32(10) == 0 ? (cell.Item1, null) : cell)
                        .ToArray()
                ),
        ];
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void RandomTablesAgreeWithCountingEverything(ulong seed)
    {
        List<(string Name, object? Value)[]> rows = RandomRows(seed, 700);
        Dataset dataset = Dataset.Of("random", "text", [.. rows.Chunk(100).Select(chunk => Table(chunk))]);
        Label label = Describe(dataset, Defaults with { Top = 1000 });
        foreach (ColumnLabel column in label.Columns)
        {
            object[] values =
            [
                .. rows.Select(row => row.Single(cell => cell.Name == column.Name).Value).OfType<object>(),
            ];
            Assert.Equal((rows.Count, rows.Count - values.Length), (column.Rows, column.Missing));
            Assert.Equal(new Estimate(values.Distinct().Count(), 0), column.Distinct);
            Assert.Equal(new Estimate(values.Length - values.Distinct().Count(), 0), column.Duplicates);
            Assert.Equal(0, column.FrequentError);
            Assert.Equal(
                values
                    .GroupBy(value => value)
                    .Where(group => group.Count() > 1)
                    .Select(group => (Shown(group.Key), (long)group.Count()))
                    .Order(),
                column.Frequent.Select(value => (value.Value, value.Count)).Order()
            );
            if (column.Name is "n" or "x")
                AssertDistribution([.. values.Select(value => Convert.ToDouble(value))], column.Numbers!);
            if (column.Name == "flag")
                Assert.Equal(values.Count(value => (bool)value) / (double)values.Length, column.TrueShare);
            if (column.Name is not ("text" or "word"))
                continue;
            string[] texts = [.. values.Cast<string>()];
            AssertDistribution([.. texts.Select(text => (double)Encoding.UTF8.GetByteCount(text))], column.Text!.Bytes);
            AssertDistribution(
                [
                    .. texts.Select(text =>
                        (double)text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).Length
                    ),
                ],
                column.Text.Words
            );
            AssertDistribution([.. texts.Select(Lines)], column.Text.Lines);
            Assert.Equal(texts.Sum(text => text.EnumerateRunes().Count()), column.Text.TotalCharacters);
        }
    }

    private static double Lines(string text) =>
        text.Count(c => c == '\n') + (text.Length > 0 && text[^1] != '\n' ? 1 : 0);

    private static string Shown(object value) =>
        value switch
        {
            bool truth => truth ? "true" : "false",
            string text when text.Length > 80 => text[..80] + "…",
            _ => Convert.ToString(value, CultureInfo.InvariantCulture)!,
        };

    private static void AssertDistribution(double[] values, Distribution distribution)
    {
        double[] sorted = [.. values.Order()];
        double mean = values.Average();
        Assert.Equal((values.Length, sorted[0], sorted[^1]), (distribution.Count, distribution.Min, distribution.Max));
        Assert.Equal(mean, distribution.Mean, 1e-9);
        Assert.Equal(
            Math.Sqrt(values.Average(value => (value - mean) * (value - mean))),
            distribution.StandardDeviation!.Value,
            1e-9
        );
        Assert.Equal(
            (values.Count(value => value == 0), values.Count(value => value < 0)),
            (distribution.Zeros, distribution.Negatives)
        );
        Assert.Equal(0, distribution.RankError);
        for (int i = 1; i < Quantiles.Reported.Length - 1; i++)
            Assert.Equal(
                sorted[(int)Math.Ceiling(Quantiles.Reported[i] * sorted.Length) - 1],
                distribution.Quantiles[i]
            );
        Assert.Equal(values.Length, distribution.Counts.Sum());
        for (int i = 0; i < distribution.Counts.Count - 1; i++)
            Assert.Equal(
                values.Count(value => value >= distribution.Edges[i] && value < distribution.Edges[i + 1]),
                distribution.Counts[i]
            );
    }

    [Fact]
    public void EstimatesStayWithinTheErrorsThatTheyState()
    {
        // 40,000 distinct texts and 10,000 copies; sketches are far too small to hold them. Quantiles are held with
        // probability 99.9 % each, the distinct count within 4 standard errors; the seed is fixed.
        const int distinct = 40_000;
        string[] texts =
        [
            .. Enumerable.Range(0, distinct + 10_000).Select(i => $"row {i % distinct}"),
            .. Enumerable.Repeat("often", 5000),
        ];
        Dataset dataset = Dataset.OfTexts(texts, rowsPerTable: 2500);
        ColumnLabel text = Describe(dataset, new() { QuantileError = 0.05, Top = 3 }).Columns.Single();
        Assert.InRange(
            text.Distinct.Value,
            distinct - 4 * text.Distinct.StandardError,
            distinct + 4 * text.Distinct.StandardError
        );
        Assert.InRange(text.Distinct.StandardError, 300, 350);
        Assert.Equal(texts.Length, text.Distinct.Value + text.Duplicates.Value);
        Assert.Equal("often", text.Frequent[0].Value);
        Assert.InRange(5000, text.Frequent[0].Count, text.Frequent[0].Count + text.FrequentError);
        Assert.InRange(text.FrequentError, 1, texts.Length / 513);
        Distribution bytes = text.Text!.Bytes;
        Assert.InRange(bytes.RankError, 1e-9, 0.05);
        double[] lengths = [.. texts.Select(value => (double)value.Length).Order()];
        Assert.Equal((lengths[0], lengths[^1], lengths.Length), (bytes.Min, bytes.Max, bytes.Counts.Sum()));
        Assert.Equal(lengths.Average(), bytes.Mean, 1e-9);
    }

    [Theory]
    [InlineData(0.005)]
    [InlineData(0.1)]
    public void ThreadsMemoryAndOrderOfWorkChangeNothing(double quantileError)
    {
        List<(string Name, object? Value)[]> rows = RandomRows(5, 6000);
        Dataset dataset = Dataset.Of("random", "text", [.. rows.Chunk(300).Select(chunk => Table(chunk))]);
        LabelOptions options = new()
        {
            QuantileError = quantileError,
            Sample = 500,
            Chains = 2,
        };
        string one = Json(Describe(new View(dataset), options, threads: 1));
        string two = Json(Describe(new View(dataset), options, threads: 2));
        using Pieces pieces = Pieces.Temporary();
        Label little = new NutritionLabel(options).Describe(new View(dataset), new Work(pieces) { MemoryBytes = 1 });
        Assert.Equal(one, two);
        Assert.Equal(one, Json(little));
        Assert.Equal(one, Json(JsonSerializer.Deserialize<Label>(one)!));
    }

    [Fact]
    public void AKilledRunGoesOnWithWhatIsFinished()
    {
        List<(string Name, object? Value)[]> rows = RandomRows(6, 1000);
        byte[][] tables = [.. rows.Chunk(100).Select(chunk => Table(chunk))];
        Dataset whole = Dataset.Of("random", "text", tables);
        string expected = Json(Describe(whole));
        using Pieces pieces = Pieces.Temporary();
        int read = 0;
        using CancellationTokenSource kill = new();
        Dataset counted = new(
            "random",
            whole.Fingerprint,
            whole.Schema,
            "text",
            whole.Tables,
            index =>
            {
                if (Interlocked.Increment(ref read) == 4)
                    kill.Cancel();
                return Data.Table.Open(tables[index], "random");
            }
        );
        Assert.ThrowsAny<OperationCanceledException>(() =>
            new NutritionLabel(Defaults).Describe(
                new View(counted),
                new Work(pieces) { Threads = 1, Cancellation = kill.Token }
            )
        );
        int finished = Directory.GetFiles(pieces.Folder).Length;
        Assert.InRange(finished, 1, 4);
        read = 10; // no more kills
        Assert.Equal(expected, Json(Describe(new View(counted), pieces: pieces)));
        Assert.Equal(10 + 10 - finished, read);
    }

    [Fact]
    public void ADamagedPieceIsNamed()
    {
        Dataset dataset = Dataset.OfTexts(["a", "b", "c"]);
        using Pieces pieces = Pieces.Temporary();
        Describe(new View(dataset), pieces: pieces);
        string path = pieces.PathOf("label", 0);
        byte[] bytes = File.ReadAllBytes(path);
        foreach (int length in (int[])[0, 3, 14, 25, bytes.Length - 1])
        {
            File.WriteAllBytes(path, bytes[..length]);
            AssayException failure = Assert.Throws<AssayException>(() => Describe(new View(dataset), pieces: pieces));
            Assert.Equal(path, failure.Where!.File);
        }
        bytes[^5] ^= 1;
        File.WriteAllBytes(path, bytes);
        Assert.Throws<AssayException>(() => Describe(new View(dataset), pieces: pieces));
    }

    [Fact]
    public void EmptyDatasetsHaveEmptyLabels()
    {
        Label nothing = Describe(Dataset.Of("none", "text"));
        Assert.Equal((0, 0, 0), (nothing.Rows, nothing.Columns.Count, nothing.Tables));
        Label noRows = Describe(new View(Dataset.OfTexts(["a", "b"]), new Selection([])));
        ColumnLabel text = noRows.Columns.Single();
        Assert.Equal((0, 0, 0, 0L), (noRows.Rows, text.Rows, text.Missing, text.Distinct.Value));
        Assert.Null(text.Text);
        Json(noRows);
    }

    [Fact]
    public void ColumnsOfMissingValuesAndSingleRowsAreDefined()
    {
        Label label = Describe(Dataset.Of("one", "text", Table([("text", ""), ("gone", null), ("x", 2.5)])));
        ColumnLabel gone = Column(label, "gone");
        Assert.Equal((ColumnType.Null, 1, 1, 0L), (gone.Type, gone.Rows, gone.Missing, gone.Distinct.Value));
        Assert.Equal((null, null, null), (gone.Numbers, gone.Text, gone.TrueShare));
        Assert.Equal((2.5, 0), (Column(label, "x").Numbers!.Mean, Column(label, "x").Numbers!.StandardDeviation));
        TextLabel empty = Column(label, "text").Text!;
        Assert.Equal((1, 0, null), (empty.Bytes.Zeros, empty.Characters.Count, empty.NonAsciiShare));
        Assert.DoesNotContain("NaN", Json(label));
    }

    [Fact]
    public void HugeValuesStayFiniteAndLongOnesAreCut()
    {
        string longText = string.Concat(Enumerable.Repeat("漢", 5000));
        string exactly80 = new('z', 80);
        Label label = Describe(
            Dataset.Of(
                "huge",
                "text",
                Table(
                    [("text", longText), ("x", 1e308), ("id", 9007199254740993)],
                    [("text", longText), ("x", -1e308), ("id", 9007199254740992)],
                    [("text", exactly80), ("x", 1e308), ("id", long.MaxValue)],
                    [("text", exactly80), ("x", double.MaxValue), ("id", long.MinValue)],
                    [("text", longText + "!")]
                )
            )
        );
        Assert.Equal(4, Column(label, "id").Distinct.Value);
        Assert.Null(Column(label, "x").Numbers!.StandardDeviation);
        Assert.Equal(4, Column(label, "x").Numbers!.Counts.Sum());
        Assert.Equal(
            [new FrequentValue(exactly80, 2, false), new FrequentValue(longText[..80] + "…", 2, true)],
            Column(label, "text").Frequent
        );
        Assert.Equal(3, Column(label, "text").Distinct.Value);
        Json(label);
    }

    [Fact]
    public void SelectedRowsCountOnceWithTheirEditedTexts()
    {
        Dataset dataset = Dataset.OfTexts(["keep", "drop", "keep", "change"], rowsPerTable: 2);
        string file = Path.GetTempFileName();
        try
        {
            File.WriteAllBytes(file, Table([("row", 3L), ("text", "changed")]));
            Edits edits = new([null, file]);
            Label label = Describe(new View(dataset, new Selection([3, 0, 2, 2, 2]), edits));
            ColumnLabel text = label.Columns.Single();
            Assert.Equal((3, 3, 4 + 4 + 7), (label.Rows, text.Rows, label.TextBytes));
            Assert.Equal(15, text.Text!.TotalBytes);
            Assert.Equal([new FrequentValue("keep", 2, false)], text.Frequent);
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Fact]
    public void ValuesAreReadAsTheSchemaSays()
    {
        byte[] Csv(string column, ColumnType reads, params string[] values)
        {
            TableBuilder builder = new("csv");
            foreach (string value in values)
            {
                builder.Column(column).Set(Encoding.UTF8.GetBytes(value));
                builder.EndRow(RowId.Of([], "csv", builder.RowCount), 0);
            }
            builder.Column(column).Reads = reads;
            using MemoryStream bytes = new();
            builder.WriteTo(bytes);
            return bytes.ToArray();
        }
        ColumnLabel whole = Describe(Dataset.Of("csv", "t", Csv("n", ColumnType.Int64, "1", "2", "2"))).Columns[0];
        Assert.Equal((ColumnType.Int64, 2.0, "2"), (whole.Type, whole.Numbers!.Max, whole.Frequent[0].Value));
        ColumnLabel mixed = Describe(
            Dataset.Of("csv", "t", Csv("n", ColumnType.Int64, "1", "2"), Csv("n", ColumnType.Float64, "2.0", "0.5"))
        ).Columns[0];
        Assert.Equal((ColumnType.Float64, 3, 4), (mixed.Type, mixed.Distinct.Value, mixed.Numbers!.Count));
        ColumnLabel flags = Describe(Dataset.Of("csv", "t", Csv("b", ColumnType.Bool, "true", "False"))).Columns[0];
        Assert.Equal(0.5, flags.TrueShare);
        // The text column stays text, though its values read as numbers.
        ColumnLabel text = Describe(Dataset.Of("csv", "n", Csv("n", ColumnType.Int64, "1", "22"))).Columns[0];
        Assert.Equal((null, 3L), (text.Numbers, text.Text!.TotalBytes));
    }

    [Fact]
    public void MixedColumnsShowTheirKinds()
    {
        string[] json =
        [
            "1",
            "2.5",
            "\"a\\u00e9\"",
            "\"b\"",
            "\"b\"",
            "true",
            "[1,2]",
            "{}",
            "null",
            "1e999",
            "\"\\ud800\"",
        ];
        Label label = Describe(
            Dataset.Of(
                "mixed",
                "text",
                Table([.. json.Select(value => new (string, object?)[] { ("m", Encoding.UTF8.GetBytes(value)) })]),
                Table([("m", "b")], [("m", 1L)])
            )
        );
        ColumnLabel mixed = label.Columns[0];
        Assert.Equal((ColumnType.Json, 13, 1), (mixed.Type, mixed.Rows, mixed.Missing));
        Assert.Equal(
            [("text", 5L), ("number", 4L), ("bool", 1L), ("object", 1L), ("array", 1L)],
            mixed.Kinds.Select(kind => (kind.Name, kind.Count))
        );
        Assert.Equal((3, 2.5), (mixed.Numbers!.Count, mixed.Numbers.Max));
        Assert.Equal([("b", 3L), ("1", 2L)], mixed.Frequent.Select(value => (value.Value, value.Count)));
        Assert.Equal(1, mixed.TrueShare);
    }

    [Fact]
    public void NamedColumnsOnlyAndNoValuesIfAsked()
    {
        Dataset dataset = Dataset.Of("hand", "text", Table([("text", "a"), ("n", 1L)], [("text", "a"), ("n", 1L)]));
        Label label = Describe(dataset, new() { Columns = ["n"], Top = 0 });
        Assert.Equal(("n", 0, 2), (label.Columns.Single().Name, label.Columns[0].Frequent.Count, label.TextBytes));
        AssayException failure = Assert.Throws<AssayException>(() => Describe(dataset, new() { Columns = ["m"] }));
        Assert.Contains("text, n", failure.Hint);
    }

    [Fact]
    public void RebuildsThePublishedLabelFigureByFigure()
    {
        PublishedLabel published = new(SharedData.Path("nutrition-label/prototype_label.json"));
        using TableFile file = new(SharedData.Path("nutrition-label/dollars_for_docs_sample_missing.csv.gz"));
        using Pieces pieces = Pieces.Temporary();
        Label label = published.Label(
            file.View,
            new() { Pairs = ["product_name * recipient_state", "product_name * " + Manufacturer], Chains = 1 },
            new(pieces)
        );
        Assert.Equal(published.Size, (label.Rows, label.Columns.Count));
        Assert.Equal(391, label.MissingCells);
        Assert.Equal(391.0 / 9000, label.MissingShare, 1e-12);
        Assert.Equal(
            published.Missing,
            label.MissingShareWhereAny.ToString("P1", CultureInfo.InvariantCulture).Replace(" ", "")
        );
        List<(string Name, IReadOnlyList<string> Differences)> compared = [.. published.Compare(label)];
        Assert.Equal(18, compared.Count);
        Assert.All(compared, row => Assert.Empty(row.Differences));

        Distribution amount = Column(label, "total_amount_of_payment_usdollars").Numbers!;
        Assert.Equal(
            (134.212980132, 501.985510126),
            (Math.Round(amount.Mean, 9), Math.Round(amount.StandardDeviation!.Value, 9))
        );
        PairAssociation states = label.Pairs!.Plots[0].Association,
            makers = label.Pairs.Plots[1].Association;
        Assert.Equal((484, 0.381769278), (states.Rows, Math.Round(states.Value!.Value, 9)));
        Assert.Equal((449, 0.818999353), (makers.Rows, Math.Round(makers.Value!.Value, 9)));
        // One value is left where missing ones are left out: nothing is associated with it, not even by 0.
        Assert.All(
            label.Pairs.Associations.Where(pair => pair.A == "product_is_drug" || pair.B == "product_is_drug"),
            pair => Assert.Null(pair.Value)
        );
        Assert.Contains(label.Pairs.Associations, pair => pair.B == "product_is_drug");
        Assert.All(published.Distributions, drug => Assert.Equal(1, drug.Shares.Sum(), 1e-9));
        Assert.Equal([47, 49, 46, 44], published.Distributions.Select(drug => drug.Shares.Length));
        Assert.All(
            label.Model!.Conditions,
            condition => Assert.Equal(1, condition.Shares.Sum(share => share.Model), 1e-9)
        );
        Assert.Equal(Json(label), Json(Label.FromJson(label.ToJson())));
    }

    private const string Manufacturer = "applicable_manufacturer_or_applicable_gpo_making_payment_name";
}
