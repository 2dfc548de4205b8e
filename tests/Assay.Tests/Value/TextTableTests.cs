using System.Text;
using Assay.Data;
using Assay.Numerics;
using Assay.Value;

namespace Assay.Tests.Value;

/// <summary>Tables whose features are texts.</summary>
public sealed class TextTableTests
{
    private static readonly string[][] Words =
    [
        ["river", "stone", "water", "rain", "cloud", "sea"],
        ["tree", "leaf", "root", "bark", "forest", "seed"],
    ];

    private static readonly View Train = Of(60, "texts", flip: 8);
    private static readonly View Test = Of(60, "test texts");

    [Theory]
    [InlineData(TextFeatures.Auto)]
    [InlineData(TextFeatures.TfIdf)]
    [InlineData(TextFeatures.Hashed)]
    public void WrongLabelsOfTextsAreWorthLess(TextFeatures features)
    {
        foreach (
            IValuer valuer in (IValuer[])
                [
                    new KnnShapley(
                        new() { TextFeatures = features, Features = features == TextFeatures.Auto ? [] : ["n"] }
                    ),
                    new LeaveOneOut(new() { TextFeatures = features, Metric = WorthMetric.LogLoss }),
                    new DataOob(new() { TextFeatures = features, Models = 100 }),
                ]
        )
        {
            View train = features == TextFeatures.Auto ? Of(60, "texts", flip: 8, numbers: false) : Train;
            double[] values = valuer.Run(train, Test)[0].Values;
            double Mean(bool wrong) => values.Where((_, row) => row % 8 == 0 == wrong).Average();
            Assert.True(Mean(wrong: true) < Mean(wrong: false), $"{valuer} {Mean(true)} {Mean(false)}");
            Assert.Equal(values, valuer.Run(train, Test, threads: 1)[0].Values);
        }
    }

    [Fact]
    public void NumbersGoBeforeTextsUnlessTextsAreAskedFor()
    {
        double[] numbers = new KnnShapley(new()).Run(Train, Test)[0].Values;
        Assert.Equal(numbers, new KnnShapley(new() { TextFeatures = TextFeatures.None }).Run(Train, Test)[0].Values);
        Assert.NotEqual(
            numbers,
            new KnnShapley(new() { TextFeatures = TextFeatures.TfIdf }).Run(Train, Test)[0].Values
        );
    }

    [Fact]
    public void WhatHasNeitherIsSaid()
    {
        View labels = new(
            Rows.Of(
                4,
                4,
                (builder, row) => builder.Column("label").Set(Encoding.UTF8.GetBytes(row % 2 == 0 ? "a" : "b"))
            )
        );
        string Message(IValuer valuer) => Assert.Throws<AssayException>(() => valuer.Run(labels, labels)).Message;
        Assert.Contains("no column of numbers", Message(new KnnShapley(new())));
        Assert.Contains("no text in the column", Message(new KnnShapley(new() { TextFeatures = TextFeatures.Hashed })));
    }

    private static View Of(int count, string seed, int flip = 0, bool numbers = true)
    {
        RandomStream random = new(5, seed);
        return new(
            Rows.Of(
                count,
                9,
                (builder, row) =>
                {
                    int topic = random.NextInt32(2);
                    string text = string.Join(
                        ' ',
                        Enumerable.Range(0, 8).Select(_ => Words[topic][random.NextInt32(6)])
                    );
                    builder.Column("text").Set(Encoding.UTF8.GetBytes(text));
                    if (numbers)
                        builder.Column("n").Set(random.NextGaussian());
                    bool isFlipped = flip > 0 && row % flip == 0;
                    builder.Column("label").Set(Encoding.UTF8.GetBytes(topic == 1 != isFlipped ? "green" : "wet"));
                }
            )
        );
    }
}
