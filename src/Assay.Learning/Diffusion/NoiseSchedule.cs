namespace Assay.Learning;

/// <summary>How much of an item is left at each time step of a diffusion: x_t = sqrt(a_t) x_0 + sqrt(1 - a_t) noise.</summary>
/// <remarks>The cosine schedule of Nichol and Dhariwal, "Improved Denoising Diffusion Probabilistic Models" (2021), with steps that add at most 0.999.</remarks>
public sealed class NoiseSchedule
{
    private const double Offset = 0.008,
        LargestStep = 0.999;
    private readonly double[] _kept;

    /// <summary>A schedule.</summary>
    /// <param name="steps">Time steps, at least 1.</param>
    public NoiseSchedule(int steps)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(steps, 1);
        _kept = new double[steps + 1];
        _kept[0] = 1;
        for (int t = 1; t <= steps; t++)
            _kept[t] = _kept[t - 1] * (1 - Math.Min(LargestStep, 1 - Share(t, steps) / Share(t - 1, steps)));

        static double Share(int t, int steps) =>
            Math.Pow(Math.Cos(((double)t / steps + Offset) / (1 + Offset) * Math.PI / 2), 2);
    }

    /// <summary>Time steps; t goes from 1 to it.</summary>
    public int Steps => _kept.Length - 1;

    /// <summary>a_t, the share of the item's variance that is left: from 1 at 0 down to nearly 0.</summary>
    public double Kept(int t) => _kept[t];

    /// <summary>Noise on an item.</summary>
    /// <param name="item">x_0.</param>
    /// <param name="noise">As many standard normal numbers.</param>
    /// <param name="t">From 1 to <see cref="Steps"/>.</param>
    /// <param name="noisy">x_t.</param>
    public void Add(ReadOnlySpan<float> item, ReadOnlySpan<float> noise, int t, Span<float> noisy)
    {
        float keep = (float)Math.Sqrt(_kept[t]),
            add = (float)Math.Sqrt(1 - _kept[t]);
        for (int i = 0; i < noisy.Length; i++)
            noisy[i] = keep * item[i] + add * noise[i];
    }
}
