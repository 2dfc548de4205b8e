using System.Globalization;
using System.Text;
using Assay.Data;
using Assay.Describe;
using Assay.Numerics;
using FsCheck;
using FsCheck.Fluent;

namespace Assay.Tests.Describe;

public class TextScanTests
{
    private static readonly string[] Fragments =
    [
        "plain words ",
        "x",
        "\n",
        "\t \r\n",
        "3.14 $ + <=> ^ ` | ~ !?#",
        "\u0000\u001b\u007f\u0085",
        "naïve café ",
        "Привет мир ",
        "Ωμέγα ",
        "漢字と仮名 カタカナー ",
        "한국어 ",
        "السلام ",
        "नमस्ते ",
        "שלום ",
        "สวัสดี ",
        "বাংলা ",
        "😀👍🏽",
        "𠀀",
        "\u00a0\u2003\u3000",
        "the quick brown fox jumps over the lazy dog and more than thirty-two bytes ",
    ];

    private static string RandomText(RandomStream random, int fragments) =>
        string.Concat(Enumerable.Range(0, fragments).Select(_ => Fragments[random.NextInt32(Fragments.Length)]));

    [Fact]
    public void CountsByHand()
    {
        TextScan scan = new();
        Assert.Equal((5, 2), scan.Add("Ab, 42 é\n日本 +"u8));
        Assert.Equal([5, 0, 2, 4, 1, 1, 0, 0], scan.Classes);
        Assert.Equal((3, 2, 3), (scan.Scripts[(int)Script.Latin], scan.Scripts[(int)Script.Han], scan.NonAscii));
        Assert.Equal((0, 0), scan.Add([]));
        Assert.Equal((0, 1), scan.Add("\n"u8));
        Assert.Equal((0, 2), scan.Add("\n "u8));
        Assert.Equal((1, 1), scan.Add("a\n"u8));
    }

    [Fact]
    public void VectorsCharactersAndAnOpenCountAgree()
    {
        RandomStream random = new(1, "scan");
        for (int run = 0; run < 300; run++)
        {
            string text = RandomText(random, random.NextInt32(12));
            byte[] utf8 = Encoding.UTF8.GetBytes(text);
            TextScan vectors = new(),
                characters = new();
            (long words, long lines) = vectors.Add(utf8);
            Assert.Equal((words, lines), characters.AddCharacters(utf8));
            Assert.Equal(characters.Classes, vectors.Classes);
            Assert.Equal(characters.Scripts, vectors.Scripts);
            Assert.Equal(characters.NonAscii, vectors.NonAscii);

            int expectedWords = 0;
            foreach (Range _ in Words.Of(utf8))
                expectedWords++;
            Assert.Equal(expectedWords, words);
            Assert.Equal(text.Count(c => c == '\n') + (text.Length > 0 && text[^1] != '\n' ? 1 : 0), lines);
            Rune[] runes = [.. text.EnumerateRunes()];
            Assert.Equal(runes.Length, vectors.Classes.Sum());
            Assert.Equal(runes.Count(rune => rune.Value > 127), vectors.NonAscii);
            Assert.Equal(runes.Count(Rune.IsLetter), vectors.Classes[(int)CharacterClass.Letters]);
            Assert.Equal(runes.Count(Rune.IsLetter), vectors.Scripts.Sum());
            Assert.Equal(runes.Count(Rune.IsDigit), vectors.Classes[(int)CharacterClass.Digits]);
            Assert.Equal(runes.Count(Rune.IsPunctuation), vectors.Classes[(int)CharacterClass.Punctuation]);
            Assert.Equal(runes.Count(Rune.IsSymbol), vectors.Classes[(int)CharacterClass.Symbols]);
        }
    }

    [Fact]
    public void AnyBytesAreCountedWithoutFailing() =>
        Prop.ForAll<byte[]>(bytes =>
            {
                TextScan vectors = new(),
                    characters = new();
                return vectors.Add(bytes) == characters.AddCharacters(bytes)
                    && vectors.Classes.SequenceEqual(characters.Classes)
                    && vectors.Scripts.SequenceEqual(characters.Scripts);
            })
            .Holds();

    [Fact]
    public void WhiteSpaceIsThatOfWords()
    {
        for (int codePoint = 0; codePoint < 0x10FFFF; codePoint++)
        {
            if (!Rune.IsValid(codePoint))
                continue;
            byte[] utf8 = Encoding.UTF8.GetBytes(new Rune(codePoint).ToString());
            bool isSpace = CodePointClasses.ClassOf(CodePointClasses.Of(codePoint)) == CharacterClass.WhiteSpace;
            if (isSpace != Words.WhiteSpaceLength(utf8, 0) > 0)
                Assert.Fail($"U+{codePoint:X4}");
        }
    }

    [Theory]
    [InlineData("Aszïßāǆɐẞﬁ", "Latin")]
    [InlineData("Привітӯѣ", "Cyrillic")]
    [InlineData("ΑλφάἈᾳ", "Greek")]
    [InlineData("漢字々龘豈𠀀", "Han")]
    [InlineData("ひらカターｶ", "Kana")]
    [InlineData("한글ㄱᄀ", "Hangul")]
    [InlineData("سلامپگ", "Arabic")]
    [InlineData("नमस्ते", "Devanagari")]
    [InlineData("שלום", "Hebrew")]
    [InlineData("สวัสดี", "Thai")]
    [InlineData("বাংলাதமிழ்ქართული", "Other")]
    public void LettersBelongToTheirScripts(string text, string script)
    {
        TextScan scan = new();
        scan.Add(Encoding.UTF8.GetBytes(text));
        Assert.Equal(text.EnumerateRunes().Count(Rune.IsLetter), scan.Scripts[(int)Enum.Parse<Script>(script)]);
        Assert.Equal(
            text.EnumerateRunes()
                .Count(rune =>
                    Rune.GetUnicodeCategory(rune)
                        is UnicodeCategory.NonSpacingMark
                            or UnicodeCategory.SpacingCombiningMark
                ),
            scan.Classes[(int)CharacterClass.Marks]
        );
    }
}
