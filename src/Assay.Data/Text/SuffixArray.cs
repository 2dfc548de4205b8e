using System.Numerics;

namespace Assay.Data;

/// <summary>Suffix arrays: where the suffixes of a text start, in lexicographic order of the suffixes.</summary>
/// <remarks>
/// SA-IS (Nong, Zhang, Chan, "Two Efficient Algorithms for Linear Time Suffix Array Construction", 2011), within the result's own
/// memory: beside text and result it needs a bit for each byte, and for repetitive texts up to four bytes for each. A suffix is greater than every proper prefix of it.
/// Terms: a suffix is of type S if it is smaller than the one behind it, else L; it is leftmost S (LMS) if it is S and the one before
/// it is L.
/// </remarks>
public static class SuffixArray
{
    private const int Free = -1;
    private const int CheckMask = (1 << 20) - 1;

    /// <summary>The suffix array of <paramref name="text"/>: linear time, 4 bytes for each byte of text.</summary>
    public static int[] Of(ReadOnlySpan<byte> text, CancellationToken cancellation = default)
    {
        int[] suffixes = GC.AllocateUninitializedArray<int>(text.Length);
        Sort(text, suffixes, cancellation);
        return suffixes;
    }

    /// <summary>The same into <paramref name="suffixes"/>, which is as long as the text.</summary>
    /// <exception cref="ArgumentException">It is not.</exception>
    public static void Sort(ReadOnlySpan<byte> text, Span<int> suffixes, CancellationToken cancellation = default)
    {
        if (suffixes.Length != text.Length)
            throw new ArgumentException($"{suffixes.Length} places for {text.Length} suffixes", nameof(suffixes));
        Sort(text, suffixes, 256, cancellation);
    }

    private static void Sort<T>(ReadOnlySpan<T> text, Span<int> suffixes, int alphabet, CancellationToken cancellation)
        where T : unmanaged, IBinaryInteger<T>
    {
        if (text.Length <= 1)
        {
            suffixes.Clear();
            return;
        }
        Types types = Types.Of(text);
        int[] ends = new int[alphabet];
        foreach (T symbol in text)
            ends[int.CreateTruncating(symbol)]++;
        for (int i = 1; i < alphabet; i++)
            ends[i] += ends[i - 1];
        int[] places = new int[alphabet];

        // Sort the LMS substrings: thrown into their buckets in any order, they induce all others, and those them.
        suffixes.Fill(Free);
        ends.CopyTo(places, 0);
        int count = 0;
        for (int i = 1; i < text.Length; i++)
            if (types.IsLeftmost(i))
            {
                suffixes[--places[int.CreateTruncating(text[i])]] = i;
                count++;
            }
        Induce(text, suffixes, types, ends, places, cancellation);

        // Name them in order, equal ones alike; the names, in the order of the text, are a text of at most half the length.
        int sorted = 0;
        for (int i = 0; i < suffixes.Length; i++)
            if (suffixes[i] > 0 && types.IsLeftmost(suffixes[i]))
                suffixes[sorted++] = suffixes[i];
        suffixes[count..].Fill(Free);
        int names = 0;
        for (int i = 0, last = Free; i < count; i++)
        {
            int start = suffixes[i];
            if (last == Free || !SameSubstring(text, types, last, start))
                names++;
            last = start;
            suffixes[count + (start / 2)] = names - 1; // no two LMS suffixes start side by side
        }
        for (int from = suffixes.Length - 1, to = suffixes.Length - 1; from >= count; from--)
            if (suffixes[from] != Free)
                suffixes[to--] = suffixes[from];
        Span<int> reduced = suffixes[^count..];
        Span<int> order = suffixes[..count];
        if (names < count)
            Sort<int>(reduced, order, names, cancellation);
        else
            for (int i = 0; i < count; i++)
                order[reduced[i]] = i;

        // The LMS suffixes are in order now, and induce all others.
        for (int i = 1, k = 0; i < text.Length; i++)
            if (types.IsLeftmost(i))
                reduced[k++] = i;
        for (int i = 0; i < count; i++)
            order[i] = reduced[order[i]];
        suffixes[count..].Fill(Free);
        ends.CopyTo(places, 0);
        for (int i = count - 1; i >= 0; i--)
        {
            int start = suffixes[i];
            suffixes[i] = Free;
            suffixes[--places[int.CreateTruncating(text[start])]] = start;
        }
        Induce(text, suffixes, types, ends, places, cancellation);
    }

    // From sorted LMS suffixes at the ends of their buckets: first the L suffixes from left to right, then the S ones back.
    private static void Induce<T>(
        ReadOnlySpan<T> text,
        Span<int> suffixes,
        Types types,
        int[] ends,
        int[] places,
        CancellationToken cancellation
    )
        where T : unmanaged, IBinaryInteger<T>
    {
        places[0] = 0;
        ends.AsSpan(..^1).CopyTo(places.AsSpan(1));
        suffixes[places[int.CreateTruncating(text[^1])]++] = text.Length - 1; // what stands before the empty suffix
        for (int i = 0; i < suffixes.Length; i++)
        {
            if ((i & CheckMask) == 0)
                cancellation.ThrowIfCancellationRequested();
            int before = suffixes[i] - 1;
            if (before >= 0 && !types.IsS(before))
                suffixes[places[int.CreateTruncating(text[before])]++] = before;
        }
        ends.CopyTo(places, 0);
        for (int i = suffixes.Length - 1; i >= 0; i--)
        {
            if ((i & CheckMask) == 0)
                cancellation.ThrowIfCancellationRequested();
            int before = suffixes[i] - 1;
            if (before >= 0 && types.IsS(before))
                suffixes[--places[int.CreateTruncating(text[before])]] = before;
        }
    }

    // From one LMS suffix to the next, both ends included; the last one ends with the text and is like no other.
    private static bool SameSubstring<T>(ReadOnlySpan<T> text, Types types, int a, int b)
        where T : unmanaged, IBinaryInteger<T>
    {
        for (int i = 0; ; i++)
        {
            if (a + i >= text.Length || b + i >= text.Length || text[a + i] != text[b + i])
                return false;
            if (i > 0 && (types.IsLeftmost(a + i) || types.IsLeftmost(b + i)))
                return types.IsLeftmost(a + i) && types.IsLeftmost(b + i);
        }
    }

    /// <summary>One bit for each suffix: set for S.</summary>
    private readonly struct Types(ulong[] bits)
    {
        public static Types Of<T>(ReadOnlySpan<T> text)
            where T : unmanaged, IBinaryInteger<T>
        {
            ulong[] bits = new ulong[(text.Length + 63) / 64];
            bool isS = false; // the last suffix is greater than the empty one
            for (int i = text.Length - 2; i >= 0; i--)
            {
                isS = text[i] < text[i + 1] || (text[i] == text[i + 1] && isS);
                if (isS)
                    bits[i >> 6] |= 1UL << i;
            }
            return new(bits);
        }

        public bool IsS(int at) => (bits[at >> 6] >> at & 1) != 0;

        public bool IsLeftmost(int at) => at > 0 && IsS(at) && !IsS(at - 1);
    }
}
