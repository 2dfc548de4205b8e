namespace Assay.Learning;

/// <summary>What modified Kneser-Ney takes from n-grams counted once, twice, and three times or more.</summary>
/// <remarks>
/// Chen and Goodman, "An Empirical Study of Smoothing Techniques for Language Modeling" (1998), section 3.3, equations
/// for D1, D2, D3+.
/// </remarks>
internal readonly record struct Discounts(double One, double Two, double ThreeOrMore)
{
    /// <summary>
    /// What is used where the counts of counts give nothing sensible: for very small or very repetitive texts, and for the
    /// low orders of byte models, in which no n-gram is rare.
    /// </summary>
    public static Discounts Fallback { get; } = new(0.5, 1, 1.5);

    /// <summary>
    /// The discounts of an order in which n1..n4 n-grams were counted 1..4 times; <see cref="Fallback"/> if n1, n2 or n3
    /// is zero or a discount falls outside of (0, its count].
    /// </summary>
    public static Discounts Of(long n1, long n2, long n3, long n4)
    {
        if (n1 == 0 || n2 == 0 || n3 == 0)
            return Fallback;
        double y = n1 / (n1 + 2.0 * n2);
        Discounts found = new(1 - 2 * y * n2 / n1, 2 - 3 * y * n3 / n2, 3 - 4 * y * n4 / n3);
        bool sensible = found is { One: > 0 and <= 1, Two: > 0 and <= 2, ThreeOrMore: > 0 and <= 3 };
        return sensible ? found : Fallback;
    }

    public double For(int count) =>
        count switch
        {
            0 => 0,
            1 => One,
            2 => Two,
            _ => ThreeOrMore,
        };
}
