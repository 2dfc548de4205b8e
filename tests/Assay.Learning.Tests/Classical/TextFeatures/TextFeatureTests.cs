using Assay.Numerics;
using FsCheck;
using FsCheck.Fluent;
using MathNet.Numerics.LinearAlgebra.Double;

namespace Assay.Learning.Tests;

public class TextFeatureTests
{
    [Fact]
    public void WeightsAreThoseOfTheDefinition()
    {
        // Terms: 0 in all three rows, 1 in two, 2 in one (left out), 3 in none.
        SparseMatrix counts = Sparse([2, 1, 0, 0], [1, 3, 0, 0], [4, 0, 5, 0]);
        TfIdfModel model = TfIdf.Fit(counts);
        Assert.Equal([0, 1], model.Terms);
        GoldenRows.Near([1, 1 + Math.Log(4.0 / 3)], model.Weights, 1e-15);
        SparseMatrix rows = model.Transform(counts);
        double a = 1 + Math.Log(2),
            b = 1 + Math.Log(4.0 / 3),
            length = Math.Sqrt(a * a + b * b);
        Assert.Equal([(float)(a / length), (float)(b / length)], rows.ValuesOf(0).ToArray());
        Assert.Equal([0], rows.ColumnsOf(2).ToArray());
        Assert.Equal([1f], rows.ValuesOf(2).ToArray());
        Assert.Equal(3, TfIdf.Fit(counts, leastRows: 1).Terms.Length);
        Assert.Equal([0], TfIdf.Fit(counts, leastRows: 1, mostTerms: 1).Terms);
        Assert.Equal([0, 2], TfIdf.Fit(Sparse([1, 0, 1], [1, 0, 1], [1, 1, 0]), 1, 2).Terms);
    }

    [Fact]
    public void TermsOfSingleRowsAreKeptWhereThereAreNoOthers()
    {
        TfIdfModel model = TfIdf.Fit(Sparse([1, 0, 0], [0, 1, 0]));
        Assert.Equal([0, 1], model.Terms);
        Assert.Throws<ArgumentException>(() => TfIdf.Fit(Sparse([0, 0])));
        Assert.Throws<ArgumentException>(() => model.Transform(Sparse([0, 0])));
        Assert.Throws<ArgumentException>(() => model.Transform(Sparse([-1, 0, 0])));
        // A row without any kept term is a row of zeros, not of NaN.
        Assert.Empty(model.Transform(Sparse([0, 0, 3])).ValuesOf(0).ToArray());
    }

    [Fact]
    public void DirectionsAreTheSingularVectors() =>
        Prop.ForAll(
                Arb.From(
                    from n in Gen.Choose(1, 30)
                    from d in Gen.Choose(1, 25)
                    from k in Gen.Choose(1, 12)
                    from seed in Gen.Choose(0, 1 << 20)
                    select (n, d, k, seed)
                ),
                made =>
                {
                    (int n, int d, int k, int seed) = made;
                    RandomStream random = new((ulong)seed, "svd");
                    float[][] dense =
                    [
                        .. Enumerable
                            .Range(0, n)
                            .Select(_ =>
                                Enumerable
                                    .Range(0, d)
                                    .Select(j =>
                                        random.NextInt32(3) == 0 ? (float)(random.NextGaussian() / (1 + j)) : 0
                                    )
                                    .ToArray()
                            ),
                    ];
                    dense[0][0] = 1;
                    TruncatedSvdModel model = new TruncatedSvd(new() { Components = k, PowerIterations = 40 }).Fit(
                        Sparse(dense),
                        random
                    );
                    double[] exact = DenseMatrix
                        .OfRows(dense.Select(row => row.Select(value => (double)value)))
                        .Svd()
                        .S.ToArray();
                    int found = model.SingularValues.Length;
                    Assert.InRange(found, 1, Math.Min(k, exact.Length));
                    GoldenRows.Near(exact[..found], model.SingularValues, 1e-6 * exact[0]);
                    if (found < Math.Min(k, exact.Length))
                        Assert.True(exact[found] < 1e-5 * exact[0]);
                    // Orthonormal, and the coordinates along each direction have its singular value as their length.
                    Matrix coordinates = model.Transform(Sparse(dense));
                    for (int a = 0; a < found; a++)
                    {
                        for (int b = 0; b <= a; b++)
                            Assert.Equal(
                                a == b ? 1 : 0,
                                Enumerable
                                    .Range(0, d)
                                    .Sum(j =>
                                        (double)model.Directions[j * found + a] * model.Directions[j * found + b]
                                    ),
                                1e-5
                            );
                        double square = Enumerable.Range(0, n).Sum(i => Math.Pow(coordinates[i, a], 2));
                        Assert.Equal(model.SingularValues[a], Math.Sqrt(square), 1e-5 * exact[0]);
                    }
                    return true;
                }
            )
            .Holds();

    [Fact]
    public void RowsOfLowRankComeBack()
    {
        // Rank 2: what two directions keep is everything, and there is no third.
        float[][] dense =
        [
            .. Enumerable.Range(0, 50).Select(i => new float[] { i, 2 * i, 50 - i, i % 5 == 0 ? 0 : 0 }),
        ];
        TruncatedSvdModel model = new TruncatedSvd(new() { Components = 4 }).Fit(Sparse(dense), new(1, "svd"));
        Assert.Equal(2, model.SingularValues.Length);
        Matrix coordinates = model.Transform(Sparse(dense));
        for (int i = 0; i < 50; i++)
        for (int j = 0; j < 4; j++)
            Assert.Equal(
                dense[i][j],
                coordinates[i, 0] * model.Directions[2 * j] + coordinates[i, 1] * model.Directions[2 * j + 1],
                1e-3
            );
    }

    [Fact]
    public void ThreadsChangeNothingAndBadRowsAreRefused()
    {
        RandomStream random = new(3, "rows");
        SparseMatrix rows = Sparse([
            .. Enumerable
                .Range(0, 600)
                .Select(_ => Enumerable.Range(0, 40).Select(_ => (float)Math.Max(0, random.NextGaussian())).ToArray()),
        ]);
        TruncatedSvd svd = new(new() { Components = 8 });
        TruncatedSvdModel two = svd.Fit(rows, new(1, "svd"));
        using (Workers.Limit(1))
            Assert.Equal(two.Directions, svd.Fit(rows, new(1, "svd")).Directions);
        Assert.Throws<ArgumentException>(() => svd.Fit(Sparse([0, 0], [0, 0]), new(1, "svd")));
        Assert.Throws<ArgumentException>(() => two.Transform(Sparse([1, 2])));
        Assert.ThrowsAny<OperationCanceledException>(() => svd.Fit(rows, new(1, "svd"), new(canceled: true)));
    }

    private static SparseMatrix Sparse(params float[][] rows)
    {
        SparseMatrixBuilder builder = new(rows[0].Length);
        foreach (float[] row in rows)
        {
            for (int j = 0; j < row.Length; j++)
                if (row[j] != 0)
                    builder.Add(j, row[j]);
            builder.EndRow();
        }
        return builder.Build();
    }
}
