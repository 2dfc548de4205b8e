namespace Assay.Plan;

/// <summary>The bounds of designs, in the units in which they are sampled.</summary>
/// <param name="Low">Lower bounds.</param>
/// <param name="High">Upper bounds, nowhere below.</param>
public sealed record DesignBox(float[] Low, float[] High)
{
    /// <summary>Moves designs onto the nearest point within the bounds.</summary>
    /// <param name="designs">Row-major; changed in place.</param>
    /// <returns>How many designs were outside.</returns>
    public int Clip(Span<float> designs)
    {
        int d = Low.Length,
            outside = 0;
        for (int row = 0; row < designs.Length; row += d)
        {
            bool moved = false;
            for (int j = 0; j < d; j++)
            {
                float x = designs[row + j],
                    inside = Math.Clamp(x, Low[j], High[j]);
                moved |= x != inside;
                designs[row + j] = inside;
            }
            outside += moved ? 1 : 0;
        }
        return outside;
    }

    /// <summary>How many designs are outside by more than rounding.</summary>
    public int CountOutside(ReadOnlySpan<float> designs)
    {
        const float rounding = 1e-5f;
        int d = Low.Length,
            outside = 0;
        for (int row = 0; row < designs.Length; row += d)
        for (int j = 0; j < d; j++)
            if (designs[row + j] < Low[j] - rounding || designs[row + j] > High[j] + rounding)
            {
                outside++;
                break;
            }
        return outside;
    }
}
