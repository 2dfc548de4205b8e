namespace Assay.Learning.Tests;

public class DataTests
{
    [Fact]
    public void ErrorsNameTheRowAndTheColumn()
    {
        Matrix features = new([0, 1, 2, float.NaN, 4, 5], 2);
        ClassificationData missing = new(features, [0, 1, 1], 2);
        Assert.Contains(
            "Row 1, column 1 is NaN",
            Assert.Throws<ArgumentException>(() => new LogisticRegression(new()).Fit(missing)).Message
        );
        Assert.Contains(
            "Row 0, column 1 is Infinity",
            Assert
                .Throws<ArgumentException>(() => new ClassificationData(new([0, float.PositiveInfinity], 2), [0], 2))
                .Message
        );
        Assert.Contains("5 numbers", Assert.Throws<ArgumentException>(() => new Matrix([1, 2, 3, 4, 5], 2)).Message);
        Matrix two = new([1, 2], 1);
        Assert.Contains(
            "Row 1 has label 3",
            Assert.Throws<ArgumentException>(() => new ClassificationData(two, [0, 3], 2)).Message
        );
        Assert.Contains(
            "1 labels do not fit 2 rows",
            Assert.Throws<ArgumentException>(() => new ClassificationData(two, [0], 2)).Message
        );
        Assert.Contains(
            "weight of row 1 is -1",
            Assert.Throws<ArgumentException>(() => new ClassificationData(two, [0, 1], 2, [1, -1])).Message
        );
        Assert.Contains(
            "Every row has weight 0",
            Assert.Throws<ArgumentException>(() => new RegressionData(two, [0, 1], [0, 0])).Message
        );
        Assert.Contains(
            "no row",
            Assert.Throws<ArgumentException>(() => new ClassificationData(new([], 3), [], 2)).Message
        );
        Assert.Contains(
            "target of row 1 is NaN",
            Assert.Throws<ArgumentException>(() => new RegressionData(two, [0, double.NaN])).Message
        );
    }

    [Fact]
    public void ASubsetKnowsWhetherItIsComplete()
    {
        Matrix features = new([0, 1, float.NaN, 3, 4], 1);
        ClassificationData data = new(features, [0, 1, 1, 0, 1], 2);
        Assert.Throws<ArgumentException>(() => data.Take([0, 2]).RequireComplete());
        ClassificationData complete = data.Take([4, 0, 4]);
        complete.RequireComplete();
        Assert.Equal([4, 0, 4], complete.Features.Values);
        Assert.Equal([1, 0, 1], complete.Labels);
    }

    [Fact]
    public void SparseRowsEqualTheirDenseForm()
    {
        SparseMatrixBuilder builder = new(5);
        builder.Add(3, 1);
        builder.Add(0, 2);
        builder.Add(3, 0.5f);
        builder.EndRow();
        builder.EndRow();
        builder.Add(4, 3);
        builder.Add(1, 4);
        builder.EndRow(normalise: true);
        SparseMatrix sparse = builder.Build();
        Assert.Equal([2, 0, 0, 1.5f, 0, 0, 0, 0, 0, 0, 0, 0.8f, 0, 0, 0.6f], sparse.ToDense().Values);
        Assert.Equal([0, 0.8f, 0, 0, 0.6f, 2, 0, 0, 1.5f, 0], sparse.Take([2, 0]).ToDense().Values);
        Assert.Equal([2, 0, 0, 0, 0, 0.8f, 0, 0, 0, 1.5f, 0, 0, 0, 0, 0.6f], sparse.Transpose().ToDense().Values);
        Assert.Throws<ArgumentException>(() => new SparseMatrix([0, 2], [1, 1], [1, 1], 2));
        Assert.Throws<ArgumentException>(() => new SparseMatrix([0, 3, 2], [0, 1], [1, 1], 2));
        Assert.Throws<ArgumentException>(() => new SparseMatrix([0, 1], [0], [float.NaN], 2));
    }

    [Fact]
    public void HashedTokensOfARowAddUpInTheirColumn()
    {
        FeatureHasher hasher = new(bits: 10);
        foreach (string token in new[] { "a", "b", "a" })
            hasher.Add(System.Text.Encoding.UTF8.GetBytes(token));
        hasher.EndRow(normalise: false);
        SparseMatrix row = hasher.Build();
        Assert.Equal(1024, row.Columns);
        Assert.Equal([1f, 2f], row.ValuesOf(0).ToArray().Select(Math.Abs).Order());
    }

    [Fact]
    public void MatricesOfAsManyColumnsAreStacked()
    {
        SparseMatrix first = new([0, 2, 2], [0, 2], [1, 2], 3),
            second = new([0, 1], [1], [3], 3);
        SparseMatrix both = SparseMatrix.Stack(first, second, first);
        Assert.Equal((5, 3, 5), (both.Rows, both.Columns, both.Entries));
        Assert.Equal([1, 0, 2, 0, 0, 0, 0, 3, 0, 1, 0, 2, 0, 0, 0], both.ToDense().Values.ToArray());
        Assert.Throws<ArgumentException>(() => SparseMatrix.Stack());
        Assert.Throws<ArgumentException>(() => SparseMatrix.Stack(first, new SparseMatrix([0], [], [], 2)));
    }
}
