using System.Text;

namespace Assay.Tests;

/// <summary>A parser, sound input for it, and the one way in which it may refuse what is not.</summary>
/// <param name="Name">What it is called; also the folder of its cases.</param>
/// <param name="Seeds">Sound input, small.</param>
/// <param name="Read">Reads input to its end; that it is refused, in the documented way, is one of the two good ends.</param>
/// <param name="Words">Words of the format, one after the other, separated by blanks.</param>
internal sealed record FuzzTarget(string Name, Func<IEnumerable<byte[]>> Seeds, Action<byte[]> Read, string Words = "")
{
    /// <summary>Bytes that may be allocated for one input.</summary>
    public long MostBytes { get; init; } = 256L << 20;

    /// <summary>Where most damage is to be, or null for anywhere.</summary>
    public Func<byte[], Range>? Window { get; init; }

    /// <summary>Makes damaged input sound from outside, so that the damage is reached: lengths, checksums, compression.</summary>
    public Func<byte[], byte[]>? Mend { get; init; }

    public IReadOnlyList<byte[]> WordList =>
        [.. Words.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(Encoding.Latin1.GetBytes)];
}
