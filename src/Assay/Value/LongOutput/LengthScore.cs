namespace Assay.Value;

/// <summary>How well a text keeps to a demanded length: S_L, from 0 to 100.</summary>
/// <remarks>
/// Source: LongBench-Write (arXiv 2408.07055), as arXiv 2410.10210 filters by it. Too long costs less than too short: 0 at four times the length and at a third of it; 80 at 1.6 times and at 1 / 1.4.
/// </remarks>
public static class LengthScore
{
    /// <summary>The score.</summary>
    /// <param name="required">The demanded length, above 0.</param>
    /// <param name="written">The length of the text; 0 scores 0.</param>
    public static double Of(double required, double written)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(required);
        ArgumentOutOfRangeException.ThrowIfNegative(written);
        return written > required ? 100 * Math.Max(0, 1 - (written / required - 1) / 3)
            : written == 0 ? 0
            : 100 * Math.Max(0, 1 - (required / written - 1) / 2);
    }
}
