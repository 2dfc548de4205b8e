using FsCheck;
using FsCheck.Fluent;

namespace Assay.Numerics.Tests;

public class AssociationTests
{
    [Fact]
    public void TablesByHand()
    {
        // Expected counts 5 everywhere: four times 25 / 5.
        Assert.Equal(
            20,
            Association.ChiSquared(
                new long[,]
                {
                    { 10, 0 },
                    { 0, 10 },
                }
            ),
            12
        );
        Assert.Equal(
            1,
            Association.CramersV(
                new long[,]
                {
                    { 10, 0 },
                    { 0, 10 },
                }
            ),
            12
        );
        Assert.Equal(
            0,
            Association.CramersV(
                new long[,]
                {
                    { 5, 5 },
                    { 10, 10 },
                }
            ),
            12
        );
        // Expected 6, 4, 6, 4: 4/6 + 4/4 + 4/6 + 4/4 = 10/3; over 20 rows.
        Assert.Equal(
            Math.Sqrt(1 / 6.0),
            Association.CramersV(
                new long[,]
                {
                    { 8, 2 },
                    { 4, 6 },
                }
            ),
            12
        );
        // Groups (1, 3) and (6, 8): means 2 and 7 about 4.5: 25 between, 4 within.
        Assert.Equal(Math.Sqrt(25 / 29.0), Association.CorrelationRatio([0, 0, 1, 1], [1, 3, 6, 8]), 12);
    }

    [Fact]
    public void WhatDoesNotVaryIsUndefined()
    {
        Assert.True(
            double.IsNaN(
                Association.CramersV(
                    new long[,]
                    {
                        { 3, 4, 5 },
                    }
                )
            )
        );
        Assert.True(
            double.IsNaN(
                Association.CramersV(
                    new long[,]
                    {
                        { 3, 0 },
                        { 4, 0 },
                    }
                )
            )
        );
        Assert.True(double.IsNaN(Association.CramersV(new long[0, 0])));
        Assert.True(double.IsNaN(Association.CorrelationRatio([0, 0], [1, 2])));
        Assert.True(double.IsNaN(Association.CorrelationRatio([0, 1], [2, 2])));
        Assert.True(double.IsNaN(Association.CorrelationRatio([], [])));
        Assert.Throws<ArgumentException>(() => Association.CorrelationRatio([0], [1, 2]));
        Assert.Throws<ArgumentOutOfRangeException>(() =>
            Association.CramersV(
                new long[,]
                {
                    { -1, 2 },
                    { 3, 4 },
                }
            )
        );
    }

    [Fact]
    public void OrderOfCategoriesAndEmptyOnesChangeNothing() =>
        Prop.ForAll<byte[]>(cells =>
            {
                long[,] counts = new long[3, 4],
                    turned = new long[5, 3];
                for (int i = 0; i < cells.Length; i++)
                {
                    counts[i % 3, i % 4] += cells[i];
                    turned[4 - (i % 4), 2 - (i % 3)] += cells[i];
                }
                double one = Association.CramersV(counts),
                    other = Association.CramersV(turned);
                return double.IsNaN(one) ? double.IsNaN(other) : Math.Abs(one - other) < 1e-12 && one is >= 0 and <= 1;
            })
            .Holds();
}
