namespace Assay.Numerics;

/// <summary>A vector of floats of one width, so that a kernel is written once for every width of the processor.</summary>
/// <remarks>
/// A kernel generic over it is compiled for each width apart. Sums over <see cref="Width"/> lanes and fused multiplication
/// make the last bits differ between widths and processors, never between runs or numbers of threads.
/// </remarks>
internal interface ILanes<V>
    where V : struct, ILanes<V>
{
    /// <summary>Floats in the vector: 4, 8 or 16.</summary>
    static abstract int Width { get; }

    static abstract V Zero { get; }

    static abstract V Of(float value);

    /// <summary>The floats from <paramref name="source"/>[<paramref name="index"/>] on.</summary>
    static abstract V Load(ref readonly float source, nint index);

    void Store(ref float target, nint index);

    static abstract V operator +(V a, V b);

    static abstract V operator -(V a, V b);

    static abstract V operator *(V a, V b);

    static abstract V operator /(V a, V b);

    /// <summary>a b + c, rounded once where the processor can.</summary>
    static abstract V MultiplyAdd(V a, V b, V c);

    /// <summary>sum = a b + sum, for loops in which the move of <see cref="MultiplyAdd"/>'s result to its variable would show.</summary>
    static abstract void AddProduct(ref V sum, V a, V b);

    /// <summary>The larger; where either is NaN, either of the two.</summary>
    static abstract V Max(V a, V b);

    static abstract V Sqrt(V a);

    static abstract V Abs(V a);

    /// <summary>The size of <paramref name="size"/> with the sign of <paramref name="sign"/>.</summary>
    static abstract V CopySign(V size, V sign);

    /// <summary>All bits of a lane set where a is less than b; none where either is NaN.</summary>
    static abstract V Less(V a, V b);

    /// <summary>All bits of a lane set where a is at most b; none where either is NaN.</summary>
    static abstract V AtMost(V a, V b);

    /// <summary>Lanes of <paramref name="yes"/> where the mask is set, of <paramref name="no"/> elsewhere.</summary>
    static abstract V Select(V mask, V yes, V no);

    /// <summary>2^n a for a normal result, by adding to the exponent: <paramref name="magic"/> is n + 1.5 x 2^23.</summary>
    static abstract V ScaleByPower(V a, V magic);

    /// <summary>Splits a positive normal float into 2^exponent and a mantissa in [sqrt(1/2), sqrt(2)).</summary>
    static abstract (V Exponent, V Mantissa) Split(V a);

    /// <summary>Sum of the lanes.</summary>
    float Sum();

    /// <summary>The largest lane; any of them where one is NaN.</summary>
    float Largest();
}
