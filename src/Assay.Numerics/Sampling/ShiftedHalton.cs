namespace Assay.Numerics;

/// <summary>Points that fill a cube more evenly than random ones: Halton's sequence with shuffled digits, shifted at random, in random order.</summary>
/// <remarks>
/// Halton (1960); digits shuffled as Faure and others do, a uniform shift per dimension. As AlgoPerf draws hyper-parameters (halton.py): the
/// bases are the largest primes below 1000 but the very largest, the first 100 points are left out. Bases as large fill an axis evenly only after many
/// points; they avoid that few dimensions run in step.
/// </remarks>
public static class ShiftedHalton
{
    private const int Skipped = 100,
        LargestBase = 1000;

    /// <summary>Draws points.</summary>
    /// <param name="count">How many, at least 0.</param>
    /// <param name="dimensions">Of how many numbers each, 1 to 100.</param>
    /// <param name="random">Digits, shifts and order.</param>
    /// <returns>One point after the other, each of numbers in [0, 1).</returns>
    public static double[][] Draw(int count, int dimensions, RandomStream random)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        if (dimensions is < 1 or > 100)
            throw new ArgumentOutOfRangeException(nameof(dimensions), dimensions, "Expected 1 to 100.");
        int[] bases = Primes()[^(dimensions + 1)..^1];
        double[][] points = [.. Enumerable.Range(0, count).Select(_ => new double[dimensions])];
        for (int d = 0; d < dimensions; d++)
        {
            RandomStream own = random.Child(d);
            // Zero stays: what stands before a number's first digit is zeros without end.
            int[] digits = [.. Enumerable.Range(0, bases[d])];
            own.Shuffle(digits.AsSpan(1));
            double shift = own.NextDouble();
            for (int i = 0; i < count; i++)
                points[i][d] = (VanDerCorput(Skipped + i + 1, bases[d], digits) + shift) % 1;
        }
        random.Child("order").Shuffle<double[]>(points);
        return points;
    }

    // The number's digits, mirrored at the point.
    private static double VanDerCorput(int number, int @base, int[] digits)
    {
        double value = 0,
            place = 1;
        for (; number > 0; number /= @base)
        {
            place /= @base;
            value += digits[number % @base] * place;
        }
        return value;
    }

    private static int[] Primes() =>
        [
            .. Enumerable
                .Range(2, LargestBase - 2)
                .Where(n => Enumerable.Range(2, Math.Max(0, (int)Math.Sqrt(n) - 1)).All(divisor => n % divisor != 0)),
        ];
}
