using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Assay.Numerics;
using FsCheck;
using FsCheck.Fluent;
using Prop = FsCheck.Fluent.Prop;

namespace Assay.Learning.Tests;

public class WordPatternTests
{
    private static readonly (WordPattern Pattern, Regex Regex)[] Patterns =
    [
        (WordPattern.Gpt2, new(WordPatterns.Gpt2Regex, RegexOptions.CultureInvariant)),
        (WordPattern.Llama3, new(WordPatterns.Llama3Regex, RegexOptions.CultureInvariant)),
        (WordPattern.Qwen2, new(WordPatterns.Qwen2Regex, RegexOptions.CultureInvariant)),
    ];

    private static List<string> Cut(WordPattern pattern, string text)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(text);
        List<string> pieces = [];
        for (int at = 0; at < bytes.Length; )
        {
            int end = WordPatterns.End(pattern, bytes, at);
            pieces.Add(Encoding.UTF8.GetString(bytes.AsSpan(at..end)));
            at = end;
        }
        return pieces;
    }

    /// <summary>.NET's expressions see surrogates and not characters, so each one above U+FFFF is put as one of its class below.</summary>
    private static string BelowU10000(string text) =>
        string.Concat(
            text.EnumerateRunes()
                .Select(rune =>
                    rune.IsBmp ? rune.ToString()
                    : Rune.GetUnicodeCategory(rune) <= UnicodeCategory.OtherLetter ? "あ"
                    : Rune.GetUnicodeCategory(rune)
                        is UnicodeCategory.DecimalDigitNumber
                            or UnicodeCategory.LetterNumber
                            or UnicodeCategory.OtherNumber
                        ? "๓"
                    : "€"
                )
        );

    private static void AssertSame(string text)
    {
        text = BelowU10000(text.Replace('ſ', 's'));
        foreach ((WordPattern pattern, Regex regex) in Patterns)
            Assert.Equal(regex.Matches(text).Select(match => match.Value), Cut(pattern, text));
    }

    [Fact]
    public void PiecesAreThoseOfTheRegularExpression()
    {
        Prop.ForAll<string>(text => AssertSame(Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text ?? "")))).Holds();
        RandomStream random = new(1, "patterns");
        for (int trial = 0; trial < 1500; trial++)
            AssertSame(RandomText.Next(random, 12));
    }

    [Fact]
    public void CharactersAboveU10000HaveTheirClass()
    {
        Assert.Equal(["𝔸𝔹", "𝟘𝟙", "😀", " 𝔸"], Cut(WordPattern.Gpt2, "𝔸𝔹𝟘𝟙😀 𝔸"));
    }

    [Fact]
    public void PiecesOfAnyBytesCoverThem()
    {
        RandomStream random = new(2, "cover");
        for (int trial = 0; trial < 2000; trial++)
        {
            byte[] bytes = RandomText.NextBytes(random, 12);
            foreach (WordPattern pattern in Enum.GetValues<WordPattern>())
                for (int at = 0, end; at < bytes.Length; at = end)
                {
                    end = WordPatterns.End(pattern, bytes, at);
                    Assert.InRange(end, at + 1, bytes.Length);
                }
        }
    }

    [Fact]
    public void ASafeCutChangesNoPiece()
    {
        RandomStream random = new(3, "cut");
        int cuts = 0;
        for (int trial = 0; trial < 3000; trial++)
        {
            string text = RandomText.Next(random, 14);
            byte[] bytes = Encoding.UTF8.GetBytes(text);
            int cut = WordPatterns.SafeCut(bytes, random.NextInt32(bytes.Length + 1));
            if (cut == bytes.Length)
                continue;
            cuts++;
            string left = Encoding.UTF8.GetString(bytes.AsSpan(..cut)),
                right = Encoding.UTF8.GetString(bytes.AsSpan(cut..));
            Assert.Equal(
                Cut(WordPattern.Gpt2, text),
                [.. Cut(WordPattern.Gpt2, left), .. Cut(WordPattern.Gpt2, right)]
            );
        }
        Assert.InRange(cuts, 100, 3000);
    }

    [Fact]
    public void DigitsAndMetaspaceByHand()
    {
        Assert.Equal(["a", "12", " b", "3"], Cut(WordPattern.Digits, "a12 b3"));
        Assert.Equal(["a", "1", "2", " b", "3"], Cut(WordPattern.SingleDigits, "a12 b3"));
        Assert.Equal(["▁", "▁a", "▁b"], Cut(WordPattern.Metaspace, "▁▁a▁b"));
        Assert.Equal(["▁▁a", "▁b"], Cut(WordPattern.MetaspaceRuns, "▁▁a▁b"));
        Assert.Equal(["a", "▁"], Cut(WordPattern.MetaspaceRuns, "a▁"));
    }
}
