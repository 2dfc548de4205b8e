using System.Text;
using Assay.Data;
using Assay.Features;
using Assay.Learning;
using Assay.Numerics;
using Assay.Recipes;
using Assay.Select;
using Assay.Tests.Recipes;
using Assay.Value;

namespace Assay.Tests.Select;

public sealed class GotDTests
{
    private static readonly double[][] Target =

        [
            [0, 0],
            [0.5, 0],
            [0, 1],
        ],
        Pool =

        [
            [0.1, 0],
            [0.6, 0.1],
            [1, 1],
            [0, 0.9],
            [0.5, 0.5],
            [-0.4, 0.2],
            [0.2, 0.7],
        ];
    private static readonly GotDOptions Options = new()
    {
        Target = "target",
        Embed = EmbeddingKind.Columns,
        UnitLength = false,
        Threshold = 1e-6,
        Keep = Rows.Amount("3"),
    };

    [Fact]
    public void TheRowsOfTheReferenceAreKept()
    {
        Matrix pool = Of(Pool),
            target = Of(Target);
        SinkhornOptions options = new() { Threshold = 1e-6 };
        Assert.Equal([0, 1, 5, 3, 4, 6, 2], GotD.Choose(pool, target, 7, options));
        Assert.Equal([0, 6, 4, 1], GotD.Choose(pool, target, 4, options with { Epsilon = 1 }));
        View view = Listed(Pool);
        Selected selected = Run(new GotD(Options), view);
        Assert.True(selected.Complements(view));
        Assert.Equal([0, 1, 5], selected.Kept.Rows);
        Assert.Equal(4, selected.Reasons()["got-d.below_cut"]);
        Assert.Contains("iterations", selected.Notes![0]);
        Assert.StartsWith("100", selected.Notes[1]);
        // Vectors belong to rows, whatever order and repeats the view has them in.
        View mixed = new(view.Dataset, new Selection([6, 5, 2, 1, 4, 3, 0]));
        Assert.Equal([5, 1, 0], Run(new GotD(Options), mixed).Kept.Rows);
        // Epsilon in mean distances: 0.1 of itself over the mean is the same run.
        double mean = Sinkhorn.MeanCost(TransportCosts.SquaredDistances(target.Values, pool.Values, 2));
        Assert.Equal(
            selected.Kept.Rows,
            Run(new GotD(Options with { Relative = true, Epsilon = 0.1 / mean }), view).Kept.Rows
        );
    }

    [Fact]
    public void LavaTurnsTheSignSoThatHighIsGood()
    {
        double[] cal = [-0.41570759, -0.31225740, 1.02008491, -0.07784063, -0.05641131, -0.18243030, 0.02456232];
        double[] values = Lava.Values(Of(Pool), Of(Target), new() { Threshold = 1e-9 });
        for (int i = 0; i < cal.Length; i++)
            Assert.Equal(-cal[i], values[i], 1e-6);
        Signal signal = Assert.Single(
            Run(
                new Lava(
                    new()
                    {
                        Target = "target",
                        Embed = EmbeddingKind.Columns,
                        UnitLength = false,
                        Threshold = 1e-8,
                    }
                ),
                Listed(Pool)
            )
        );
        Assert.Equal("lava", signal.Name);
        for (int i = 0; i < cal.Length; i++)
            Assert.Equal(-cal[i], signal.Values[i], 1e-6);
    }

    [Fact]
    public void WeightsAndRepeatsAreMasses()
    {
        LavaOptions options = new()
        {
            Target = "target",
            Embed = EmbeddingKind.Columns,
            UnitLength = false,
            Threshold = 1e-8,
        };
        Dataset rows = Listed(Pool).Dataset;
        double[] repeated = Run(new Lava(options), new(rows, new Selection([0, 1, 2, 2, 2, 3, 4, 5, 6])))[0].Values,
            weighed =
                Run(new Lava(options), new(rows, new Selection([0, 1, 2, 3, 4, 5, 6], [2, 2, 6, 2, 2, 2, 2])))[
                    0
                ].Values,
            plain = Run(new Lava(options), new(rows))[0].Values;
        double[] masses = [.. Enumerable.Range(0, 7).Select(row => (row == 2 ? 3 : 1) / 9.0)];
        double[] expected = CalibratedGradient.Exact(
            Sinkhorn
                .Solve(
                    TransportCosts.SquaredDistances(Of(Target).Values, Of(Pool).Values, 2),
                    [1.0 / 3, 1.0 / 3, 1.0 / 3],
                    masses,
                    new() { Threshold = 1e-9 }
                )
                .State.ColumnPotentials
        );
        for (int i = 0; i < 7; i++)
        {
            Assert.Equal(-expected[i], repeated[i], 1e-5);
            Assert.Equal(repeated[i], weighed[i], 1e-9);
        }
        Assert.True(repeated[2] < plain[2]); // what there is more of already is worth less
        Assert.Throws<AssayException>(() => Run(new Lava(options), new(rows, new Selection([0, 1], [1, 0]))));
    }

    [Fact]
    public void RowsOfTheWrongClassAreWorthLess()
    {
        // Two clouds; three rows of the pool lie in one and have the class of the other.
        RandomStream random = new(1, "clouds");
        (Matrix rows, int[] classes) Cloud(int count)
        {
            float[] values = new float[2 * count];
            int[] of = new int[count];
            for (int i = 0; i < count; i++)
            {
                of[i] = i % 2;
                values[2 * i] = (float)(random.NextGaussian() * 0.2 + (i % 2 == 0 ? 0 : 3));
                values[2 * i + 1] = (float)(random.NextGaussian() * 0.2);
            }
            return (new(values, 2), of);
        }
        (Matrix pool, int[] labels) = Cloud(60);
        (Matrix target, int[] truth) = Cloud(40);
        foreach (int wrong in (int[])[10, 21, 42])
            labels[wrong] ^= 1;
        SinkhornOptions settings = new()
        {
            Epsilon = 1,
            Relaxation = 1.3,
            Threshold = 1e-6,
        };
        double[] values = Lava.Values(pool, labels, target, truth, settings);
        int[] worst = [.. Enumerable.Range(0, 60).OrderBy(row => values[row]).Take(3).Order()];
        Assert.Equal([10, 21, 42], worst);
        double[] blind = Lava.Values(pool, target, settings);
        Assert.NotEqual([10, 21, 42], Enumerable.Range(0, 60).OrderBy(row => blind[row]).Take(3).Order());
        Assert.Equal(0, values.Sum(), 1e-9);
        // The same as a step: labels are a column.
        View Table(Matrix of, int[] label) =>
            new(
                Rows.Of(
                    of.Rows,
                    7,
                    (builder, row) =>
                    {
                        builder.Column("x").Set((double)of[row, 0]);
                        builder.Column("y").Set((double)of[row, 1]);
                        builder.Column("class").Set(Encoding.UTF8.GetBytes("c" + label[row]));
                    }
                )
            );
        LavaOptions options = new()
        {
            Target = "target",
            Embed = EmbeddingKind.Columns,
            UnitLength = false,
            Threshold = 1e-6,
            Epsilon = 1,
            Label = "class",
        };
        Signal signal = Run(new Lava(options), Table(pool, labels), Table(target, truth))[0];
        for (int i = 0; i < 60; i++)
            Assert.Equal(values[i], signal.Values[i], 1e-5);
        Assert.Throws<AssayException>(() =>
            Run(new Lava(options with { Label = "nothing" }), Table(pool, labels), Table(target, truth))
        );
    }

    [Fact]
    public void OnlyTheNearestDomainsAreChosenFrom()
    {
        string[] domains = ["near", "far", "middle"];
        View view = new(
            Rows.Of(
                30,
                7,
                (builder, row) =>
                {
                    builder.Column("x0").Set(row % 3 * 5.0 % 7 + row / 100.0);
                    builder.Column("x1").Set(0.0);
                    builder.Column("domain").Set(Encoding.UTF8.GetBytes(domains[row % 3]));
                }
            )
        );
        Selected selected = Run(
            new GotD(
                Options with
                {
                    Features = ["x0", "x1"],
                    Domain = "domain",
                    NearestDomains = 2,
                    DomainRows = 8,
                    Keep = Rows.Amount("12"),
                }
            ),
            view
        );
        Assert.True(selected.Complements(view));
        Assert.Equal(12, selected.Kept.Count);
        Assert.Equal(10, selected.Reasons()["got-d.far_domain"]);
        Assert.All(selected.Kept.Rows, row => Assert.NotEqual(1, row % 3));
        Assert.Contains(selected.Notes!, note => note.Contains("far") && note.Contains("left out"));
        double[] distances = GotD.DomainDistances(Of(Target), [Of(Target), Of(Pool)], new() { Epsilon = 0.02 });
        Assert.True(distances[0] < distances[1]);
    }

    [Fact]
    public void ThreadsAndKillsChangeNothing()
    {
        View view = Listed(Points(500, 1)),
            target = Listed(Points(60, 2));
        GotD method = new(Options with { Threshold = 1e-9, Epsilon = 0.05, Keep = Rows.Amount("20%") });
        Selected two = Run(method, view, target);
        Assert.Equal(100, two.Kept.Count);
        Assert.Equal(two.Kept.Rows, Run(method, view, target, threads: 1).Kept.Rows);
        foreach (int after in (int[])[1, 4, 12, 30])
        {
            using Pieces pieces = Pieces.Temporary();
            using CancellationTokenSource stop = new();
            int reports = 0;
            try
            {
                Run(
                    method,
                    view,
                    target,
                    1,
                    pieces,
                    new Counted(() =>
                    {
                        if (++reports == after)
                            stop.Cancel();
                    }),
                    stop.Token
                );
            }
            catch (OperationCanceledException) { }
            Selected resumed = Run(method, view, target, pieces: pieces);
            Assert.Equal(two.Kept.Rows, resumed.Kept.Rows);
            Assert.Equal(two.Notes, resumed.Notes);
        }
    }

    [Fact]
    public void WhatDoesNotFitIsSaid()
    {
        View view = Listed(Pool);
        AssayException failure = Assert.Throws<AssayException>(() =>
            Run(new GotD(Options with { MaxIterations = 1, Epsilon = 0.02 }), view)
        );
        Assert.Contains("epsilon", failure.Hint);
        Assert.Throws<AssayException>(() => Run(new GotD(Options with { Target = "other" }), view));
        AssayException empty = Assert.Throws<AssayException>(() =>
            Run(new GotD(Options), view, new View(view.Dataset, new Selection([])))
        );
        Assert.Contains("no rows", empty.Message);
        View same = Listed([.. Enumerable.Repeat(new[] { 1.0, 2.0 }, 4)]);
        Assert.Throws<AssayException>(() => Run(new GotD(Options with { Relative = true }), same, same));
        // Without 'relative' equal rows are no trouble: none is better than another, so the first stay.
        Assert.Equal([0, 1, 2], Run(new GotD(Options), same, same).Kept.Rows);
        Assert.Throws<ArgumentException>(() => Lava.Values(Of(Pool), new([1, 2, 3], 3), new()));
        Assert.Throws<AssayException>(() => Lava.Values(Of(Pool), Of(Target), new() { MaxIterations = 1 }));
    }

    [Fact]
    public void ARecipeRunsIt()
    {
        string folder = Directory.CreateTempSubdirectory("assay-test-").FullName;
        try
        {
            Directory.CreateDirectory(Path.Combine(folder, "in"));
            IEnumerable<string> Lines(int from, int count, bool sea) =>
                Enumerable
                    .Range(from, count)
                    .Select(i => sea ? $"the tide of day {i} is high" : $"case {i}: the court finds");
            File.WriteAllLines(Path.Combine(folder, "in", "sea.txt"), Lines(0, 30, true));
            File.WriteAllLines(Path.Combine(folder, "in", "law.txt"), Lines(0, 30, false));
            File.WriteAllLines(Path.Combine(folder, "target.txt"), Lines(100, 12, true));
            File.WriteAllText(
                Path.Combine(folder, "recipe.yaml"),
                $$"""
                assay: 1
                data: { pool: { path: {{folder}}/in/*.txt }, target: { path: {{folder}}/target.txt } }
                steps: [ value/lava: { target: target, dimensions: 8 } ]
                candidates:
                  chosen: [ select/got-d: { target: target, keep: 25, dimensions: 8 } ]
                  valued: [ select/top: { by: lava, keep: 25 } ]
                  states: [ select/got-d: { target: target, keep: 25, embed: hidden-states, model-epochs: 0.1, relative: true } ]
                """
            );
            RunReport report = new Runner(
                Recipe.Load(Path.Combine(folder, "recipe.yaml")),
                Path.Combine(folder, ".assay")
            ).Run();
            Assert.Equal([25, 25, 25], report.Candidates.Select(candidate => candidate.Rows));
            Assert.Contains(report.Candidates[2].Steps, step => step.Method == "train/lm");
            int sea = report.Domains!.Domains.ToList().IndexOf("sea.txt");
            Assert.Equal([25, 25], report.Domains.Chosen.Take(2).Select(chosen => chosen[sea]));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static double[][] Points(int count, ulong seed)
    {
        RandomStream random = new(seed, "points");
        return
        [
            .. Enumerable.Range(0, count).Select(_ => new[] { random.NextGaussian() + seed, random.NextGaussian() }),
        ];
    }

    private static Matrix Of(double[][] rows) =>
        Matrix.Of([.. rows.Select(row => row.Select(value => (float)value).ToArray())]);

    private static View Listed(double[][] rows) =>
        new(
            Rows.Of(
                rows.Length,
                50,
                (builder, row) =>
                {
                    builder.Column("x0").Set(rows[row][0]);
                    builder.Column("x1").Set(rows[row][1]);
                }
            )
        );

    private static Selected Run(
        GotD method,
        View view,
        View? target = null,
        int threads = 2,
        Pieces? pieces = null,
        IProgress<Progress>? progress = null,
        CancellationToken cancellation = default
    )
    {
        using Pieces temporary = Pieces.Temporary();
        return method.Select(view, Working(target, threads, pieces ?? temporary, progress, cancellation));
    }

    private static IReadOnlyList<Signal> Run(Lava method, View view, View? target = null)
    {
        using Pieces pieces = Pieces.Temporary();
        return method.Value(view, Working(target, 2, pieces, null, default));
    }

    private static Work Working(
        View? target,
        int threads,
        Pieces pieces,
        IProgress<Progress>? progress,
        CancellationToken cancellation
    ) =>
        new(pieces)
        {
            Random = new(7, "step"),
            Threads = threads,
            Progress = progress,
            Cancellation = cancellation,
            Datasets = new Dictionary<string, View> { ["target"] = target ?? Listed(Target) },
        };

    private sealed class Counted(Action heard) : IProgress<Progress>
    {
        public void Report(Progress value) => heard();
    }
}
