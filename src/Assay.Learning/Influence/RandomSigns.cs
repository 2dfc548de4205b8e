using Assay.Numerics;

namespace Assay.Learning;

/// <summary>Numbers that are 1 or -1 with equal chance, 64 of them from each draw.</summary>
internal static class RandomSigns
{
    /// <summary>Fills a span of any length, in order.</summary>
    public static void Fill(RandomStream stream, Span<float> signs, float magnitude = 1)
    {
        for (int start = 0; start < signs.Length; start += 64)
            Fill(stream.NextUInt64(), signs[start..Math.Min(signs.Length, start + 64)], magnitude);
    }

    /// <summary>Fills at most 64 from the bits of one number, the lowest first. Without a branch, which would be guessed wrong every other time.</summary>
    public static void Fill(ulong bits, Span<float> signs, float magnitude)
    {
        uint plus = BitConverter.SingleToUInt32Bits(magnitude);
        foreach (ref float sign in signs)
        {
            sign = BitConverter.UInt32BitsToSingle(plus ^ ((uint)(bits & 1) << 31));
            bits >>= 1;
        }
    }
}
