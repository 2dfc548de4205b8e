using System.Numerics;
using Assay.Numerics;

namespace Assay.Select;

/// <summary>Windows of a text, one after the other, that share their anchor.</summary>
/// <param name="Hash">The anchor's hash.</param>
/// <param name="First">Where the first window starts.</param>
/// <param name="Last">Where the last window starts.</param>
internal readonly record struct Anchor(ulong Hash, int First, int Last);

/// <summary>
/// The anchor of a window is the rightmost of its half-windows with the smallest hash. It moves on only every quarter window or so, and depends on the window's bytes
/// alone: equal windows have anchors of equal hash, at different places. So a hash that only one anchor has proves that no window of its own occurs
/// elsewhere, and windows that may be equal can be brought together by the hash.
/// </summary>
/// <remarks>
/// Minimisers, after Roberts et al., "Reducing storage requirements for biological sequence comparison" (2004); hashes roll by rotation (Cohen, 1997).
/// Instances hold buffers: one per thread.
/// </remarks>
/// <param name="length">Bytes of a window, at least 2.</param>
internal sealed class Anchors(int length)
{
    private static readonly ulong[] s_entering =
    [
        .. Enumerable.Range(1, 256).Select(k => RandomStream.SplitMix64(0, (ulong)k)),
    ];

    private readonly int _part = length / 2; // bytes of a half-window
    private readonly int _width = length - (length / 2) + 1; // half-windows in a window
    private readonly ulong[] _ring = new ulong[BitOperations.RoundUpToPowerOf2((uint)(length - (length / 2) + 1))];
    private readonly ulong[] _leaving = [.. s_entering.Select(bits => BitOperations.RotateLeft(bits, length / 2))];
    private readonly List<Anchor> _anchors = [];

    /// <summary>Anchors in a text of so many bytes, about.</summary>
    public static long Expected(long bytes, int length) => (2 * bytes / (length - (length / 2) + 2)) + 1;

    /// <summary>The anchors of all windows of a text, first to last; valid until the next call.</summary>
    public IReadOnlyList<Anchor> Of(ReadOnlySpan<byte> text)
    {
        _anchors.Clear();
        if (text.Length < length)
            return _anchors;
        ulong rolling = 0;
        foreach (byte value in text[.._part])
            rolling = BitOperations.RotateLeft(rolling, 1) ^ s_entering[value];
        ulong[] ring = _ring,
            entering = s_entering,
            leaving = _leaving;
        int mask = ring.Length - 1,
            part = _part,
            width = _width;
        int least = 0,
            first = 0;
        ulong hash = ulong.MaxValue;
        for (int at = 0; ; at++)
        {
            ulong mixed = (rolling ^ (rolling >> 29)) * 0xD6E8FEB86659FD93;
            ring[at & mask] = mixed;
            int window = at - width + 1; // the window whose last half-window this is
            if (mixed <= hash)
            {
                if (window > first)
                    _anchors.Add(new(hash, first, window - 1));
                first = Math.Max(first, window);
                (hash, least) = (mixed, at);
            }
            else if (least < window)
            {
                _anchors.Add(new(hash, first, window - 1));
                first = window;
                hash = ulong.MaxValue;
                for (int i = window; i <= at; i++)
                    if (ring[i & mask] <= hash)
                        (hash, least) = (ring[i & mask], i);
            }
            if (at + part == text.Length)
                break;
            rolling = BitOperations.RotateLeft(rolling, 1) ^ (entering[text[at + part]] ^ leaving[text[at]]);
        }
        _anchors.Add(new(hash, first, text.Length - length));
        return _anchors;
    }
}
