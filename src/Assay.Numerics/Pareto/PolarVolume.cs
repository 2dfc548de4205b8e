using System.Runtime.Intrinsics;

namespace Assay.Numerics;

/// <summary>Hypervolume as the mean reach along directions from the reference point.</summary>
/// <remarks>HV = pi^(m/2) / (Gamma(m/2) m 2^(m-1)) times the mean over directions w of max over points of (min_k (r_k - y_k) / w_k)^m.</remarks>
internal static class PolarVolume
{
    private const int Shifts = 16;

    /// <summary>The estimate for n x m points, all below the reference.</summary>
    public static HypervolumeEstimate Of(
        double[] points,
        int m,
        ReadOnlySpan<double> reference,
        RandomStream random,
        int directions
    )
    {
        if (directions < Shifts)
            throw new ArgumentException($"At least {Shifts} directions are needed, not {directions}.");
        int n = points.Length / m;
        if (n == 0)
            return new(0, 0);
        // Distances to the reference, objective by objective, in whole vectors; what is added reaches nowhere.
        int lanes = Vector256<double>.Count,
            padded = (n + lanes - 1) / lanes * lanes;
        double[] gaps = new double[padded * m];
        for (int i = 0; i < n; i++)
        for (int j = 0; j < m; j++)
            gaps[j * padded + i] = reference[j] - points[i * m + j];
        double[] step = Steps(m),
            shift = new double[m],
            inverse = new double[m];
        double[] means = new double[Shifts];
        int each = directions / Shifts;
        for (int s = 0; s < Shifts; s++)
        {
            foreach (ref double one in shift.AsSpan())
                one = random.NextDouble();
            double sum = 0;
            for (int i = 1; i <= each; i++)
            {
                Direction(i, step, shift, inverse);
                sum += Math.Pow(Reach(gaps, padded, inverse), m);
            }
            means[s] = Constant(m) * sum / each;
        }
        double mean = means.Average(),
            squares = means.Sum(x => (x - mean) * (x - mean));
        return new(mean, Math.Sqrt(squares / (Shifts - 1) / Shifts));
    }

    // pi^(m/2) / (Gamma(m/2) m 2^(m-1)), from m - 2 to m: the factor pi / (4 (m/2 - 1)) and the m that stands below.
    private static double Constant(int m)
    {
        double constant = m % 2 == 0 ? Math.PI / 2 : 1; // times m, for m = 2 and m = 1
        for (int k = m % 2 == 0 ? 2 : 1; k < m; k += 2)
            constant *= Math.PI / (2 * k);
        return constant / m;
    }

    // The powers of 1/g where g^(m+1) = g + 1: the sequence's step in each coordinate.
    private static double[] Steps(int m)
    {
        double ratio = 2;
        for (int i = 0; i < 64; i++)
            ratio = Math.Pow(1 + ratio, 1.0 / (m + 1));
        return [.. Enumerable.Range(1, m).Select(j => Math.Pow(ratio, -j) % 1)];
    }

    // One over a direction that is uniform on the unit sphere's positive part: normal numbers without their signs, to length 1.
    private static void Direction(int index, double[] step, double[] shift, double[] inverse)
    {
        double squares = 0;
        for (int j = 0; j < step.Length; j++)
        {
            double u = shift[j] + index * step[j];
            u -= Math.Floor(u);
            double normal = Math.Max(1e-300, Gaussian.Quantile(Math.Min(0.5 + 0.5 * u, 1 - 1e-16)));
            inverse[j] = normal;
            squares += normal * normal;
        }
        double length = Math.Sqrt(squares);
        foreach (ref double one in inverse.AsSpan())
            one = length / one;
    }

    private static double Reach(double[] gaps, int n, double[] inverse)
    {
        Vector256<double> furthest = Vector256<double>.Zero;
        for (int i = 0; i < n; i += Vector256<double>.Count)
        {
            Vector256<double> reach = Vector256.Create(double.PositiveInfinity);
            for (int j = 0; j < inverse.Length; j++)
                reach = Vector256.MinNative(
                    reach,
                    Vector256.LoadUnsafe(ref gaps[j * n + i]) * Vector256.Create(inverse[j])
                );
            furthest = Vector256.MaxNative(furthest, reach);
        }
        double best = 0;
        for (int lane = 0; lane < Vector256<double>.Count; lane++)
            best = Math.Max(best, furthest[lane]);
        return best;
    }
}
