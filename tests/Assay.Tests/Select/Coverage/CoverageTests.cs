using Assay.Data;
using Assay.Features;
using Assay.Learning;
using Assay.Numerics;
using Assay.Recipes;
using Assay.Select;
using Assay.Tests.Recipes;
using FsCheck;
using FsCheck.Fluent;

namespace Assay.Tests.Select;

public sealed class CoverageTests
{
    [Fact]
    public void CentresAreFarthestFirst()
    {
        // On a line: the mean is 3.4, so 3 comes first, then the end that is farthest, and so on.
        Matrix line = new([0, 1, 3, 4, 9], 1);
        Assert.Equal([2, 4, 0, 1, 3], KCenter.Choose(line, 5));
        Assert.Equal([2, 4], KCenter.Choose(line, 2));
        Assert.Equal(5, KCenter.Choose(line, 10).Length);
        // 9 is held: what is farthest from it comes first.
        Assert.Equal([0, 3], KCenter.Choose(line, 2, new Matrix([9], 1)));
        // Equal rows are chosen one after the other, none twice.
        Assert.Equal([0, 1, 2], KCenter.Choose(new([1, 1, 1], 1), 3));
        Assert.Throws<ArgumentException>(() => KCenter.Choose(new([float.NaN], 1), 1));
        Assert.Throws<ArgumentException>(() => KCenter.Choose(line, 1, new Matrix([1, 2], 2)));
    }

    [Fact]
    public void TheRadiusIsAtMostTwiceTheLeastPossible() =>
        Small(
            (rows, k) =>
            {
                double Radius(IEnumerable<int> chosen) =>
                    Enumerable.Range(0, rows.Rows).Max(row => chosen.Min(centre => Distance(rows, row, centre)));
                double least = Subsets(rows.Rows, k).Min(Radius);
                Assert.True(Radius(KCenter.Choose(rows, k)) <= 2 * least + 1e-5);
            }
        );

    [Fact]
    public void FacilityLocationIsGreedyAndNearTheBest() =>
        Small(
            (rows, k) =>
            {
                Representatives found = FacilityLocation.Choose(rows, rows, k);
                Assert.Equal(Worth(rows, found.Rows), found.Value, 1e-5);
                double best = Subsets(rows.Rows, k).Max(chosen => Worth(rows, chosen));
                Assert.True(found.Value >= (1 - 1 / Math.E) * best - 1e-5);
                // Each choice is the best next one, as a plain greedy choice finds it.
                for (int step = 0; step < k; step++)
                {
                    int[] before = found.Rows[..step];
                    double most = Enumerable
                        .Range(0, rows.Rows)
                        .Except(before)
                        .Max(row => Worth(rows, [.. before, row]));
                    Assert.Equal(most, Worth(rows, found.Rows[..(step + 1)]), 1e-5);
                }
            }
        );

    [Fact]
    public void LazyChoiceIsPlainGreedyChoice()
    {
        // Many candidates, so that most gains are never computed again, and several blocks.
        Matrix rows = Points(700, 8, 1),
            represented = Points(1500, 8, 2);
        Representatives lazy = FacilityLocation.Choose(rows, represented, 40);
        Gains gains = new(RowEmbedding.OfUnitLength(rows), RowEmbedding.OfUnitLength(represented), default);
        int[] all = [.. Enumerable.Range(0, 700)];
        List<int> plain = [];
        for (int step = 0; step < 40; step++)
        {
            double[] of = gains.Of(all);
            int best = Enumerable.Range(0, 700).Where(row => !plain.Contains(row)).MaxBy(row => of[row]);
            plain.Add(best);
            gains.Take(best);
        }
        Assert.Equal(plain, lazy.Rows);
        Assert.Equal(gains.Value, lazy.Value);
    }

    [Fact]
    public void DuplicatesAreFoundAsDefined()
    {
        Matrix rows = Points(300, 4, 5);
        foreach (SemDedupKeep keep in Enum.GetValues<SemDedupKeep>())
        {
            SemanticDuplicates found = SemDedup.Find(rows, 1, keep, new(1, "dedup"));
            // With one cluster, every row but the first has some row before it, and its similarity is that of the definition.
            int first = Assert.Single(Enumerable.Range(0, 300), row => found.To[row] == row);
            Assert.Equal(-1, found.Similarity[first]);
            for (int row = 0; row < 300; row++)
                if (row != first)
                    Assert.Equal(Cosine(rows, row, found.To[row]), found.Similarity[row], 1e-6);
            if (keep == SemDedupKeep.Random)
                continue;
            // The centre is the direction of the mean of directions; hard begins with what is farthest from it.
            Matrix unit = RowEmbedding.OfUnitLength(rows);
            double[] centre = new double[4];
            for (int row = 0; row < 300; row++)
            for (int c = 0; c < 4; c++)
                centre[c] += unit[row, c];
            double[] toCentre =
            [
                .. Enumerable.Range(0, 300).Select(row => Enumerable.Range(0, 4).Sum(c => unit[row, c] * centre[c])),
            ];
            int[] order =
            [
                .. Enumerable.Range(0, 300).OrderBy(row => keep == SemDedupKeep.Hard ? toCentre[row] : -toCentre[row]),
            ];
            Assert.Equal(order[0], first);
            for (int j = 1; j < 300; j++)
                Assert.Equal(
                    order[..j].Max(before => Cosine(rows, before, order[j])),
                    found.Similarity[order[j]],
                    1e-6
                );
        }
    }

    [Fact]
    public void EpsilonAtItsEnds()
    {
        // Distinct directions, among them some that differ by less than float32 products can tell.
        float[] values = new float[40];
        for (int row = 0; row < 20; row++)
        {
            values[2 * row] = (float)Math.Cos(0.0002 * row);
            values[2 * row + 1] = (float)Math.Sin(0.0002 * row);
        }
        SemanticDuplicates found = SemDedup.Find(new(values, 2), 3, SemDedupKeep.Hard, new(1, "dedup"));
        Assert.DoesNotContain(found.Similarity, cosine => cosine > 1); // epsilon 0 keeps all
        // Epsilon 2 keeps the first of each cluster: its own similarity does not count.
        Assert.Equal(3, found.Similarity.Count(cosine => !(cosine > 1 - 2)));
        // Equal rows are found at any epsilon above 0.
        SemanticDuplicates same = SemDedup.Find(new([1, 2, 2, 4, 1, 2], 2), 1, SemDedupKeep.Hard, new(1, "dedup"));
        Assert.Equal(2, same.Similarity.Count(cosine => cosine > 1 - 1e-9));
    }

    [Fact]
    public void ARowThatHasGoneStillDropsOthers()
    {
        // Degrees from the centre, which is at 32: the order is 0, 10, 50, 20, 30. 20 goes for 10, and 30 goes for 20.
        double[] degrees = [0, 10, 20, 30, 50, 50, 50, 50];
        Matrix rows = new([.. degrees.SelectMany(Direction)], 2);
        View view = Listed(rows);
        Selected selected = new SemDedup(
            new()
            {
                Embed = EmbeddingKind.Columns,
                Epsilon = 0.02,
                Clusters = 1,
            }
        ).Run(view);
        Assert.True(selected.Complements(view));
        Assert.Equal([0, 4], selected.Kept.Rows);
        Assert.Equal([1, 2, 3, 5, 6, 7], selected.Drops.Rows);
        Assert.Equal([0, 0, 0, 4, 4, 4], selected.Drops.LostTo!);
        Assert.Equal(["semdedup.within_0.0025", "semdedup.within_0.02"], selected.Drops.Reasons);

        static float[] Direction(double degree) =>
            [(float)Math.Cos(degree * Math.PI / 180), (float)Math.Sin(degree * Math.PI / 180)];
    }

    [Fact]
    public void ReasonsSayWhatSmallerEpsilonsWouldDrop()
    {
        Matrix rows = Points(400, 3, 9);
        View view = Listed(rows);
        SemDedupOptions options = new() { Embed = EmbeddingKind.Columns, Clusters = 2 };
        Selected wide = new SemDedup(options with { Epsilon = 0.02 }).Run(view),
            narrow = new SemDedup(options with { Epsilon = 0.005 }).Run(view);
        Dictionary<string, int> bands = wide.Reasons();
        Assert.Equal(narrow.Drops.Rows.Length, bands["semdedup.within_0.0025"] + bands["semdedup.within_0.005"]);
        Assert.Equal(wide.Drops.Rows.Length, bands.Values.Sum());
        HashSet<int> kept = [.. wide.Kept.Rows];
        Assert.All(wide.Drops.LostTo!, row => Assert.Contains(row, kept));
    }

    [Fact]
    public void ThreadsAndKillsChangeNothing()
    {
        View view = Listed(Points(900, 6, 3));
        EmbeddingKind columns = EmbeddingKind.Columns;
        ISelector[] selectors =
        [
            new KCenter(new() { Embed = columns, Keep = Rows.Amount("300") }),
            new FacilityLocation(
                new()
                {
                    Embed = columns,
                    Keep = Rows.Amount("600"),
                    Represented = 500,
                }
            ),
            new SemDedup(
                new()
                {
                    Embed = columns,
                    Epsilon = 0.01,
                    Clusters = 5,
                }
            ),
        ];
        foreach (ISelector selector in selectors)
        {
            Selected two = selector.Run(view, threads: 2);
            Assert.True(two.Complements(view));
            Assert.NotEmpty(two.Drops.Rows);
            Assert.Equal(two.Kept.Rows, selector.Run(view, threads: 1).Kept.Rows);
            for (int after = 1; after < 40; after += 5)
            {
                using Pieces pieces = Pieces.Temporary();
                using CancellationTokenSource stop = new();
                int reports = 0;
                Work Working(CancellationToken token) =>
                    new(pieces)
                    {
                        Random = new(7, "step"),
                        Threads = 1,
                        Cancellation = token,
                        Progress = new Counted(() =>
                        {
                            if (++reports == after)
                                stop.Cancel();
                        }),
                    };
                try
                {
                    selector.Select(view, Working(stop.Token));
                }
                catch (OperationCanceledException) { }
                reports = 1000;
                Assert.Equal(two.Kept.Rows, selector.Select(view, Working(default)).Kept.Rows);
            }
        }
    }

    [Fact]
    public void RecipesRunThem()
    {
        string folder = Directory.CreateTempSubdirectory("assay-test-").FullName;
        try
        {
            Directory.CreateDirectory(Path.Combine(folder, "in"));
            File.WriteAllLines(
                Path.Combine(folder, "in", "a.txt"),
                Enumerable
                    .Range(0, 60)
                    .Select(i => i % 2 == 0 ? $"the tide of day {i} is high" : $"case {i}: the court finds")
            );
            File.WriteAllText(
                Path.Combine(folder, "recipe.yaml"),
                $$"""
                assay: 1
                data: { pool: { path: {{folder}}/in/*.txt } }
                candidates:
                  a: [ select/k-center: { keep: 10, dimensions: 4 } ]
                  b: [ select/facility-location: { keep: 20%, dimensions: 4 } ]
                  c: [ select/semdedup: { epsilon: 0.2, dimensions: 4, clusters: 2 } ]
                """
            );
            RunReport report = new Recipes.Runner(
                Recipe.Load(Path.Combine(folder, "recipe.yaml")),
                Path.Combine(folder, ".assay")
            ).Run();
            Assert.Equal(10, report.Candidates[0].Rows);
            Assert.Equal(12, report.Candidates[1].Rows);
            Assert.InRange(report.Candidates[2].Rows, 2, 59);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static void Small(Action<Matrix, int> check) =>
        Prop.ForAll(
                Arb.From(
                    from n in Gen.Choose(3, 9)
                    from k in Gen.Choose(1, 3)
                    from seed in Gen.Choose(0, 1 << 20)
                    select (n, k, seed)
                ),
                made =>
                {
                    check(Points(made.n, 2, (ulong)made.seed), made.k);
                    return true;
                }
            )
            .Holds();

    private static Matrix Points(int count, int dimensions, ulong seed)
    {
        RandomStream random = new(seed, "points");
        return new([.. Enumerable.Range(0, count * dimensions).Select(_ => (float)random.NextGaussian())], dimensions);
    }

    private static View Listed(Matrix rows) =>
        new(
            Rows.Of(
                rows.Rows,
                100,
                (builder, row) =>
                {
                    for (int c = 0; c < rows.Columns; c++)
                        builder.Column("x" + c).Set((double)rows[row, c]);
                }
            )
        );

    private static IEnumerable<int[]> Subsets(int n, int k) =>
        Enumerable
            .Range(0, 1 << n)
            .Where(set => int.PopCount(set) == k)
            .Select(set => Enumerable.Range(0, n).Where(row => (set >> row & 1) == 1).ToArray());

    private static double Worth(Matrix rows, int[] chosen) =>
        Enumerable
            .Range(0, rows.Rows)
            .Sum(row => Math.Max(0, chosen.Length == 0 ? 0 : chosen.Max(of => Cosine(rows, row, of))));

    private static double Distance(Matrix rows, int a, int b) =>
        Math.Sqrt(Enumerable.Range(0, rows.Columns).Sum(c => Math.Pow((double)rows[a, c] - rows[b, c], 2)));

    private static double Cosine(Matrix rows, int a, int b)
    {
        double Product(int x, int y) => Enumerable.Range(0, rows.Columns).Sum(c => (double)rows[x, c] * rows[y, c]);
        return Product(a, b) / Math.Sqrt(Product(a, a) * Product(b, b));
    }

    private sealed class Counted(Action heard) : IProgress<Progress>
    {
        public void Report(Progress value) => heard();
    }
}
