using System.Text;
using Assay.Numerics;

namespace Assay.Learning.Tests;

public class NfcTests
{
    private static string Normalize(string text)
    {
        ByteBuffer buffer = new();
        byte[] bytes = Encoding.UTF8.GetBytes(text);
        return Encoding.UTF8.GetString(Nfc.TryNormalize(bytes, buffer) ? buffer.Written : bytes);
    }

    [Theory]
    [InlineData("e\u0301", "é")]
    [InlineData("plain ascii, Größe", "plain ascii, Größe")]
    [InlineData("\u1E9B\u0323", "\u1E9B\u0323")] // the annex's own example: long s with dots
    [InlineData("\u0073\u0323\u0307", "\u1E69")]
    [InlineData("\u0073\u0307\u0323", "\u1E69")] // marks are put in order first
    [InlineData("\u0064\u0307\u0323", "\u1E0D\u0307")]
    [InlineData("a\u0315\u0300\u05AE\u0300b", "\u00E0\u05AE\u0300\u0315b")]
    [InlineData("\u212B", "\u00C5")] // a singleton
    [InlineData("\u0958", "\u0915\u093C")] // excluded from composition
    [InlineData("\u1100\u1161\u11A8", "각")]
    [InlineData("\uAC00\u11A8", "각")]
    [InlineData("\u0344", "\u0308\u0301")]
    [InlineData("\u09C7\u09BE", "\u09CB")] // a mark of class 0 composes
    [InlineData("\u09C7\u0334\u09BE", "\u09C7\u0334\u09BE")] // but not over another mark
    [InlineData("\U0001D15E", "\U0001D157\U0001D165")]
    [InlineData("日本語 текст", "日本語 текст")]
    [InlineData("", "")]
    public void KnownForms(string text, string normal) => Assert.Equal(normal, Normalize(text));

    [Fact]
    public void NormalizingTwiceChangesNothing()
    {
        RandomStream random = new(12, "nfc");
        for (int trial = 0; trial < 2000; trial++)
        {
            string once = Normalize(RandomText.Next(random, 20));
            Assert.Equal(once, Normalize(once));
        }
    }

    [Fact]
    public void BytesThatAreNotUtf8Stay()
    {
        byte[] text = [(byte)'e', 0xCC, 0x81, 0xFF, 0xCC, 0xCC, 0x81, (byte)'a', 0xE2, 0x82];
        ByteBuffer buffer = new();
        Assert.True(Nfc.TryNormalize(text, buffer));
        Assert.Equal([0xC3, 0xA9, 0xFF, 0xCC, 0xCC, 0x81, (byte)'a', 0xE2, 0x82], buffer.Written.ToArray());
    }
}
