using System.Buffers;
using System.Text;
using Assay.Numerics;

namespace Assay.Learning.Tests;

public class StopSequencesTests
{
    private static (string Text, string? Stopped) Run(IEnumerable<string> pieces, params string[] stops)
    {
        StopSequences sequences = new(stops);
        ArrayBufferWriter<byte> text = new();
        string? stopped = null;
        foreach (string piece in pieces)
            if (sequences.Append(Encoding.UTF8.GetBytes(piece), text))
            {
                stopped = sequences.Stopped;
                break;
            }
        sequences.Flush(text);
        return (Encoding.UTF8.GetString(text.WrittenSpan), stopped);
    }

    [Fact]
    public void AStopSpreadOverPiecesEndsTheText()
    {
        Assert.Equal(("one two", "\n\n"), Run(["one", " two\n", "\nthree"], "\n\n"));
        Assert.Equal(("a", "END"), Run(["aE", "N", "D", "x"], "END"));
        Assert.Equal(("aENd", null), Run(["aE", "N", "d"], "END"));
        Assert.Equal(("a", "abac"), Run(["aaba", "c"], "abac"));
        Assert.Equal(("ab", "abac"), Run(["abab", "ac"], "abac"));
        Assert.Equal(("x", "abc"), Run(["xabc"], "bc", "abc")); // of two with the same end, the longer
        Assert.Equal(("xa", "b"), Run(["xabc"], "b", "abc")); // the earlier end wins
        Assert.Equal(("anything", null), Run(["any", "thing"]));
    }

    [Fact]
    public void AnySplitOfTheTextGivesWhatASearchGives()
    {
        RandomStream random = new(3, "stops");
        for (int trial = 0; trial < 500; trial++)
        {
            string all = new([.. Enumerable.Range(0, 30).Select(_ => (char)('a' + random.NextInt32(2)))]);
            string stop = new([
                .. Enumerable.Range(0, 1 + random.NextInt32(7)).Select(_ => (char)('a' + random.NextInt32(2))),
            ]);
            List<string> pieces = [];
            for (int at = 0; at < all.Length; )
            {
                int length = Math.Min(all.Length - at, random.NextInt32(4));
                pieces.Add(all.Substring(at, length));
                at += length;
            }
            int found = all.IndexOf(stop, StringComparison.Ordinal);
            Assert.Equal(found < 0 ? (all, null) : (all[..found], stop), Run(pieces, stop));
        }
    }

    [Fact]
    public void AnEmptyStopIsRefused() => Assert.Throws<ArgumentException>(() => new StopSequences("a", ""));
}
