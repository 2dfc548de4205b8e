namespace Assay.Judge;

/// <summary>What the released plots of the paper do, for comparison with them only.</summary>
public static class ReleasedPlot
{
    /// <summary>Where a number of rows stands on the axis: the logarithm to base 4, rounded up.</summary>
    /// <param name="rows">Rows of an ability, at least 1.</param>
    public static int Position(int rows)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(rows);
        int position = 0;
        for (long reached = 1; reached < rows; reached *= 4)
            position++;
        return position;
    }

    /// <summary>The released 'overall' score: a sum that is divided by twice the number of abilities, since the expected scores are counted too. It is half the mean.</summary>
    /// <param name="scores">A score for each ability, one at least.</param>
    public static double Overall(IReadOnlyList<double> scores) => scores.Sum() / (2 * scores.Count);
}
