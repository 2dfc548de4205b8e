namespace Assay.Learning.Tests;

/// <summary>
/// Sixty rows by a formula, the same as in bench/peers/classical_golden.py, which prints what scikit-learn 1.2.1 finds on them.
/// </summary>
internal static class GoldenRows
{
    public const int Rows = 60,
        Columns = 4;

    public static Matrix Features { get; } = new([.. Cells.Select(a => (float)(a / 50.0 - 1))], Columns);

    public static int[] Scores { get; } =
    [.. Enumerable.Range(0, Rows).Select(i => 2 * Cell(i, 0) + Cell(i, 1) - Cell(i, 2) + i * 71 % 97)];

    public static int[] Binary { get; } = [.. Scores.Select(score => score > 150 ? 1 : 0)];

    public static int[] Three { get; } =
    [
        .. Scores.Select(score =>
            score > 200 ? 2
            : score > 100 ? 1
            : 0
        ),
    ];

    public static double[] Targets { get; } = [.. Scores.Select(score => score / 50.0)];

    public static double[] Weights { get; } = [.. Enumerable.Range(0, Rows).Select(i => 1.0 + i % 3)];

    /// <summary>Weights under which no two splits are equally good.</summary>
    public static double[] UnevenWeights { get; } = [.. Enumerable.Range(0, Rows).Select(i => 1 + i * 29 % 61 / 64.0)];

    public static ClassificationData BinaryData { get; } = new(Features, Binary, 2);

    public static ClassificationData ThreeData { get; } = new(Features, Three, 3);

    public static RegressionData RegressionData { get; } = new(Features, Targets);

    /// <summary>Two equal lists but for a tolerance.</summary>
    public static void Near(ReadOnlySpan<double> expected, ReadOnlySpan<double> actual, double tolerance)
    {
        Assert.Equal(expected.Length, actual.Length);
        for (int i = 0; i < expected.Length; i++)
            Assert.True(
                Math.Abs(expected[i] - actual[i]) <= tolerance,
                $"number {i}: expected {expected[i]:R}, found {actual[i]:R}"
            );
    }

    private static IEnumerable<int> Cells =>
        Enumerable.Range(0, Rows * Columns).Select(at => Cell(at / Columns, at % Columns));

    private static int Cell(int i, int j) => (i * (37 + 11 * j * j) + 13 * j) % 101;
}
