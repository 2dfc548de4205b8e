using Assay.Data;
using Assay.Value;

namespace Assay.Tests.Value;

public sealed class ValueCurvesTests
{
    private static readonly LearnerGameOptions Options = new() { Features = LabelledTables.Features };

    [Fact]
    public void RemovingTheWorstHelpsAndTheBestHurts()
    {
        View view = LabelledTables.Of(80, "curve rows", flip: 8),
            unseen = LabelledTables.Of(100, "curve unseen");
        double[] values = new KnnShapley(new() { Features = LabelledTables.Features })
            .Run(view, LabelledTables.Of(100, "curve test"))[0]
            .Values;
        ValueCurves curves = Measure(view, unseen, values, 10, threads: 2);
        Assert.Equal(("logistic", "accuracy", 100), (curves.Model, curves.Metric, curves.TestRows));
        Assert.Single(curves.LowestFirst.Points, point => point.Share == 10 / 80.0);
        double Mean(ValueCurve curve) => curve.Points.Average(point => point.Worth);
        Assert.True(Mean(curves.LowestFirst) > Mean(curves.HighestFirst) + 0.1);
        Assert.Equal(curves.HighestFirst.Points.Count, curves.LowestFirst.Points.Count);
        // All orders start with all rows, and the deviation there is none.
        Assert.Equal(curves.LowestFirst.Points[0].Worth, curves.Random.Points[0].Worth, 1e-12);
        Assert.Equal(0, curves.Random.Points[0].Deviation, 1e-12);
        Assert.Contains(curves.Random.Points, point => point.Deviation > 0);
        // Removing the lowest first is adding the highest first.
        ValueCurve added = curves.LowestFirst.Mirrored();
        Assert.Equal(1, added.Points[^1].Share);
        Assert.Equal(curves.LowestFirst.Points[0].Worth, added.Points[^1].Worth);
        ValueCurves one = Measure(view, unseen, values, 10, threads: 1);
        Assert.Equal(curves.Random.Points, one.Random.Points);
        Assert.Equal(curves.LowestFirst.Points, one.LowestFirst.Points);
    }

    [Fact]
    public void NumbersAreCurvesToo()
    {
        ValueCurves curves = Measure(
            LabelledTables.Of(40, "curve numbers"),
            LabelledTables.Of(40, "curve numbers unseen"),
            [.. Enumerable.Range(0, 40).Select(row => (double)row)],
            0,
            threads: 2,
            new()
            {
                Label = "y",
                Task = LabelKind.Regression,
                Features = LabelledTables.Features,
            }
        );
        Assert.Equal(("ridge", "r2"), (curves.Model, curves.Metric));
    }

    [Fact]
    public void WhatDoesNotFitIsSaid()
    {
        View view = LabelledTables.Of(20, "curve few");
        Assert.Throws<ArgumentException>(() => Measure(view, view, [1, 2], 0, threads: 1));
    }

    private static ValueCurves Measure(
        View view,
        View unseen,
        double[] values,
        int marked,
        int threads,
        LabelledTableOptions? options = null
    )
    {
        using Pieces pieces = Pieces.Temporary();
        return ValueCurves.Measure(
            options ?? Options,
            view,
            unseen,
            values,
            marked,
            new(pieces) { Threads = threads, Random = new(3, "curves") }
        );
    }
}
