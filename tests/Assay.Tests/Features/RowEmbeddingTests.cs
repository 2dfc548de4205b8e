using System.Text;
using Assay.Data;
using Assay.Features;
using Assay.Learning;
using Assay.Numerics;

namespace Assay.Tests.Features;

public sealed class RowEmbeddingTests
{
    private static readonly string[] Words =
    [
        "camera",
        "lens",
        "battery",
        "photo",
        "zoom",
        "king",
        "sword",
        "castle",
        "queen",
        "throne",
        "the",
        "a",
        "of",
        "and",
    ];

    // Two subjects with words of their own, and words of both.
    private static View Texts(int count, string seed = "texts", int rowsPerTable = 37) =>
        new(
            Dataset.OfTexts(
                Enumerable
                    .Range(0, count)
                    .Select(i =>
                    {
                        RandomStream random = new((ulong)i, seed);
                        return string.Join(
                            ' ',
                            Enumerable
                                .Range(0, 12)
                                .Select(at =>
                                    Words[at % 2 == 0 ? i % 2 * 5 + random.NextInt32(5) : 10 + random.NextInt32(4)]
                                )
                        );
                    }),
                seed,
                rowsPerTable
            )
        );

    [Theory]
    [InlineData(EmbeddingKind.TfIdf, TextUnit.Words)]
    [InlineData(EmbeddingKind.TfIdf, TextUnit.Characters)]
    [InlineData(EmbeddingKind.Hashed, TextUnit.Words)]
    [InlineData(EmbeddingKind.Hashed, TextUnit.Characters)]
    public void RowsOfOneSubjectLieTogetherInUnitLength(EmbeddingKind kind, TextUnit unit)
    {
        View pool = Texts(200),
            target = Texts(20, "target");
        EmbeddingOptions options = new()
        {
            Embed = kind,
            Unit = unit,
            Dimensions = kind == EmbeddingKind.Hashed ? 200 : 8,
        };
        (Matrix rows, Matrix others) = Embed(options, pool, target);
        Assert.Equal([200, 20], [rows.Rows, others.Rows]);
        Assert.Equal(kind == EmbeddingKind.Hashed ? 200 : 8, rows.Columns);
        for (int i = 0; i < rows.Rows; i++)
            Assert.Equal(1, Dot(rows, i, rows, i), 1e-5);
        double same = 0,
            other = 0;
        for (int i = 0; i < 20; i++)
        for (int j = 0; j < 200; j++)
            if (i % 2 == j % 2)
                same += Dot(others, i, rows, j);
            else
                other += Dot(others, i, rows, j);
        Assert.True(same > 1.5 * other, $"{same} {other}");
    }

    [Fact]
    public void ThreadsTablesAndKillsChangeNothing()
    {
        EmbeddingOptions options = new() { Dimensions = 16, FitRows = 100 };
        View pool = Texts(300),
            target = Texts(40, "target");
        (Matrix two, Matrix other) = Embed(options, pool, target);
        Assert.Equal(two.Values, Embed(options, pool, target, threads: 1).Pool.Values);
        Assert.Equal(two.Values, Embed(options, Texts(300, rowsPerTable: 1000), target).Pool.Values);
        // A run that dies after the fit and some tables goes on from there.
        using Pieces pieces = Pieces.Temporary();
        using CancellationTokenSource stop = new();
        int reports = 0;
        Assert.ThrowsAny<OperationCanceledException>(() =>
            Embed(
                options,
                pool,
                target,
                threads: 1,
                pieces,
                new Reports(() =>
                {
                    if (++reports == 4)
                        stop.Cancel();
                }),
                stop.Token
            )
        );
        Assert.True(pieces.Has("embedding", 0) && pieces.Has("pool", 0) && !pieces.Has("target", 0));
        (Matrix resumed, Matrix rest) = Embed(options, pool, target, pieces: pieces);
        Assert.Equal(two.Values, resumed.Values);
        Assert.Equal(other.Values, rest.Values);
    }

    [Fact]
    public void CaseAndPunctuationDoNotCountAndOnlyTheStartIsRead()
    {
        View view = new(
            Dataset.OfTexts([
                "The camera, the LENS!",
                "the camera the lens",
                "camera the lens the",
                "the camera the lens and much more",
                "",
                "?!",
            ])
        );
        EmbeddingOptions options = new() { Embed = EmbeddingKind.Hashed, TextBytes = 19 };
        Matrix rows = Embed(options, view, view).Pool;
        Matrix whole = Embed(options with { TextBytes = 21 }, view, view).Pool;
        Assert.Equal(whole.Row(0).ToArray(), whole.Row(1).ToArray());
        Assert.Equal(rows.Row(1).ToArray(), rows.Row(3).ToArray());
        Assert.NotEqual(rows.Row(1).ToArray(), rows.Row(2).ToArray()); // pairs of words are in order
        Matrix single = Embed(options with { NGrams = 1 }, view, view).Pool;
        Assert.Equal(single.Row(1).ToArray(), single.Row(2).ToArray());
        Assert.Equal(new float[64], rows.Row(4).ToArray());
        Assert.Equal(1, Dot(rows, 5, rows, 5), 1e-5);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(13)]
    [InlineData(64)]
    [InlineData(100)]
    public void HashedVectorsAreSumsOfSigns(int dimensions)
    {
        View view = new(Dataset.OfTexts(["tide sea tide tide"]));
        EmbeddingOptions options = new()
        {
            Embed = EmbeddingKind.Hashed,
            Dimensions = dimensions,
            NGrams = 1,
            UnitLength = false,
        };
        float[] vector = Embed(options, view, view).Pool.Row(0).ToArray();
        ulong tide = System.IO.Hashing.XxHash3.HashToUInt64("tide"u8),
            sea = System.IO.Hashing.XxHash3.HashToUInt64("sea"u8);
        double Sign(ulong hash, int at) =>
            (RandomStream.SplitMix64(hash, (ulong)at / 64 + 1) >> (at % 64) & 1) == 0 ? 1 : -1;
        for (int at = 0; at < dimensions; at++)
            Assert.Equal((1 + Math.Log(3)) * Sign(tide, at) + Sign(sea, at), vector[at], 1e-6);
    }

    [Fact]
    public void ColumnsAreTakenAsTheyAre()
    {
        View view = new(
            Rows.Of(
                5,
                2,
                (builder, row) =>
                {
                    builder.Column("a").Set(3.0 * (row + 1));
                    builder.Column("b").Set(4L * (row + 1));
                    builder.Column("list").SetJson(Encoding.UTF8.GetBytes($"[{row}, 1.5]"));
                }
            )
        );
        EmbeddingOptions options = new() { Embed = EmbeddingKind.Columns };
        Matrix unit = Embed(options, view, view).Pool;
        for (int i = 0; i < 5; i++)
            Assert.Equal([0.6f, 0.8f], unit.Row(i).ToArray());
        Matrix raw = Embed(options with { UnitLength = false, Features = ["list", "a"] }, view, view).Pool;
        Assert.Equal([3f, 1.5f, 12f], raw.Row(3).ToArray());
        AssayException missing = Assert.Throws<AssayException>(() =>
            Embed(options with { Features = ["nothing"] }, view, view)
        );
        Assert.Contains("nothing", missing.Message);
        Assert.Throws<AssayException>(() => Embed(options, Texts(3), Texts(3)));
    }

    [Fact]
    public void ASmallViewGivesAllItsRowsToTheFit()
    {
        // The target's words are in no row of the pool: with a share of its own in the sample they are still known.
        View pool = Texts(500),
            target = new(Dataset.OfTexts(Enumerable.Repeat("zebra stripes", 5)));
        (_, Matrix others) = Embed(new() { FitRows = 50, Dimensions = 20 }, pool, target);
        Assert.Equal(1, Dot(others, 0, others, 1), 1e-5);
    }

    [Fact]
    public void HiddenStatesAreMeansOverTheBytesOfAText()
    {
        Transformer model = new(ModelSizes.Of("gpt-250k", 259), new(3, "model"));
        int context = model.Config.ContextLength;
        string[] texts = ["abc", "", new('x', context + 20), "the tide is high"];
        View view = new(Dataset.OfTexts(texts));
        using Batch batch = view.Read(0);
        Matrix rows = new HiddenStateEmbedder(new(), model).Embed(batch, [0, 1, 2, 3]);
        Assert.Equal([4, model.Config.HiddenSize], [rows.Rows, rows.Columns]);
        using var noGrad = Tensor.NoGrad();
        // Neither the begin mark nor what pads shorter texts counts, and windows of a long text count by their bytes.
        Check(0, Mean("abc"));
        Check(1, new double[rows.Columns]);
        double[] whole = Mean(new('x', context - 1)),
            rest = Mean(new('x', 21));
        Check(2, [.. whole.Zip(rest, (a, b) => (a * (context - 1) + b * 21) / (context + 20))]);
        Check(3, Mean("the tide is high"));
        Matrix cut = new HiddenStateEmbedder(new() { TextBytes = 16 }, model).Embed(batch, [2]);
        Assert.Equal(Mean(new('x', 16))[0], cut[0, 0], 1e-4);

        double[] Mean(string text)
        {
            int[] tokens = [256, .. Encoding.UTF8.GetBytes(text).Select(value => (int)value)];
            float[] states = model.Hidden(tokens, 1).Data.ToArray();
            return
            [
                .. Enumerable
                    .Range(0, rows.Columns)
                    .Select(c => Enumerable.Range(1, text.Length).Average(i => (double)states[i * rows.Columns + c])),
            ];
        }
        void Check(int row, double[] expected)
        {
            for (int c = 0; c < expected.Length; c++)
                Assert.Equal(expected[c], rows[row, c], 1e-4);
        }
    }

    [Fact]
    public void WhatCannotBeEmbeddedIsSaid()
    {
        View empty = new(Dataset.OfTexts(["", " "]));
        Assert.Contains("text", Assert.Throws<AssayException>(() => Embed(new(), empty, empty)).Message);
        View some = Texts(50);
        using Pieces pieces = Pieces.Temporary();
        Work small = new(pieces) { MemoryBytes = 1000 };
        AssayException failure = Assert.Throws<AssayException>(() =>
            RowEmbedding.Fit(new() { Embed = EmbeddingKind.Hashed }, small, some).Apply(some, small, "rows")
        );
        Assert.Contains("memory", failure.Hint);
        Assert.Contains(
            "trains none",
            Assert
                .Throws<AssayException>(() =>
                    RowEmbedding.Fit(new() { Embed = EmbeddingKind.HiddenStates }, small, some)
                )
                .Message
        );
    }

    private static (Matrix Pool, Matrix Target) Embed(
        EmbeddingOptions options,
        View pool,
        View target,
        int threads = 2,
        Pieces? pieces = null,
        IProgress<Progress>? progress = null,
        CancellationToken cancellation = default
    )
    {
        using Pieces temporary = Pieces.Temporary();
        Work work = new(pieces ?? temporary)
        {
            Threads = threads,
            Random = new(7, "step"),
            Progress = progress,
            Cancellation = cancellation,
        };
        RowEmbedding space = RowEmbedding.Fit(options, work, pool, target);
        return (space.Apply(pool, work, "pool"), space.Apply(target, work, "target"));
    }

    private static double Dot(Matrix a, int i, Matrix b, int j)
    {
        double sum = 0;
        for (int c = 0; c < a.Columns; c++)
            sum += (double)a[i, c] * b[j, c];
        return sum;
    }

    private sealed class Reports(Action heard) : IProgress<Progress>
    {
        public void Report(Progress value) => heard();
    }
}
