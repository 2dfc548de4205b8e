using System.Text;
using System.Text.RegularExpressions;
using FsCheck;
using FsCheck.Fluent;

namespace Assay.Data.Tests;

public sealed class TextTests
{
    private const string Space = @"[\t-\r\x1C-\x20\x85\xA0\u1680\u2000-\u200A\u2028\u2029\u202F\u205F\u3000]";

    private static readonly string[] s_pieces =
    [
        "a",
        "word",
        "longer",
        "é",
        "日本",
        "😀",
        ".",
        "...",
        "!",
        "?",
        " ",
        "  ",
        "\n",
        "\r",
        "\r\n",
        "\t",
        "\v",
        "\f",
        "\u001C",
        "\u001E",
        "\u001F",
        "\u0085",
        "\u00A0",
        "\u1680",
        "\u2000",
        "\u200A",
        "\u200B",
        "\u2028",
        "\u2029",
        "\u202F",
        "\u205F",
        "\u3000",
        "\u3001",
    ];

    private static readonly Arbitrary<string> s_texts = Gen.Elements(s_pieces)
        .ArrayOf()
        .Resize(150)
        .Select(pieces => string.Concat(pieces))
        .ToArbitrary();

    // Leads and continuations of white space more often than chance would have them.
    private static readonly Arbitrary<byte[]> s_bytes = Gen.Elements<byte>([
            0x20,
            0x0A,
            0x0D,
            0x2E,
            0x41,
            0x61,
            0x80,
            0x85,
            0x8A,
            0x9A,
            0x9F,
            0xA0,
            0xA8,
            0xAF,
            0xC2,
            0xE1,
            0xE2,
            0xE3,
            0xF0,
            0xFF,
        ])
        .ArrayOf()
        .Resize(200)
        .ToArbitrary();

    [Fact]
    public void Words_lie_between_white_space() =>
        Prop.ForAll(
                s_texts,
                text =>
                {
                    string[] expected = [.. Regex.Split(text, Space + "+").Where(word => word.Length > 0)];
                    byte[] utf8 = Encoding.UTF8.GetBytes(text);
                    Assert.Equal(expected, Texts(utf8, Words.Of(utf8)));
                    Assert.Equal(expected.Length, Words.Count(utf8));
                }
            )
            .Holds();

    [Fact]
    public void Trim_takes_white_space_from_both_ends() =>
        Prop.ForAll(
                s_texts,
                text =>
                    Assert.Equal(
                        Regex.Replace(text, $@"\A{Space}+|{Space}+\z", ""),
                        Encoding.UTF8.GetString(Words.Trim(Encoding.UTF8.GetBytes(text)))
                    )
            )
            .Holds();

    [Fact]
    public void Lines_end_at_breaks_of_every_kind() =>
        Prop.ForAll(
                s_texts,
                text =>
                {
                    List<string> expected = [.. Regex.Split(text, "\r\n|[\n-\r\x1C-\x1E\x85\u2028\u2029]")];
                    if (expected[^1].Length == 0)
                        expected.RemoveAt(expected.Count - 1);
                    byte[] utf8 = Encoding.UTF8.GetBytes(text);
                    List<string> lines = [];
                    foreach (Range line in Lines.Of(utf8))
                        lines.Add(Encoding.UTF8.GetString(utf8[line]));
                    Assert.Equal(expected, lines);
                }
            )
            .Holds();

    [Fact]
    public void Sentences_end_after_their_sign() =>
        Prop.ForAll(
                s_texts,
                text =>
                {
                    string[] expected = [.. Regex.Split(text, $"(?<=[.!?]){Space}+").Where(piece => piece.Length > 0)];
                    byte[] utf8 = Encoding.UTF8.GetBytes(text);
                    List<string> sentences = [];
                    foreach (Range sentence in Sentences.Of(utf8))
                        sentences.Add(Encoding.UTF8.GetString(utf8[sentence]));
                    Assert.Equal(expected, sentences);
                    Assert.Equal(expected.Length, Sentences.Count(utf8));
                }
            )
            .Holds();

    [Fact]
    public void Code_points_are_counted() =>
        Prop.ForAll(
                s_texts,
                text => Assert.Equal(text.EnumerateRunes().Count(), CodePoints.Count(Encoding.UTF8.GetBytes(text)))
            )
            .Holds();

    [Fact]
    public void Any_bytes_are_cut_without_failing_and_the_same_way_by_both_paths() =>
        Prop.ForAll(
                s_bytes,
                bytes =>
                {
                    int words = 0,
                        end = 0;
                    foreach (Range word in Words.Of(bytes))
                    {
                        (int start, int wordEnd) = (word.Start.Value, word.End.Value);
                        Assert.True(end <= start && start < wordEnd && wordEnd <= bytes.Length);
                        end = wordEnd;
                        words++;
                    }
                    Assert.Equal(words, Words.Count(bytes));
                    for (int at = 0; at < bytes.Length; at += 64)
                        Assert.Equal(Words.VisibleScalar(bytes, at), Words.Visible(bytes, at));
                    int lineEnd = 0;
                    foreach (Range line in Lines.Of(bytes))
                        lineEnd = line.End.Value;
                    Assert.InRange(lineEnd, 0, bytes.Length);
                    Assert.InRange(Sentences.Count(bytes), 0, bytes.Length);
                    Assert.Equal(bytes.Count(value => value is < 0x80 or >= 0xC0), CodePoints.Count(bytes));
                    Assert.True(Words.Trim(bytes).Length <= bytes.Length);
                }
            )
            .Holds();

    [Theory]
    [InlineData("", 0, 0, 0)]
    [InlineData(" \n ", 0, 2, 1)]
    [InlineData("One two. Three? four", 4, 1, 3)]
    [InlineData("a\r\nb\n\nc\n", 3, 4, 1)]
    public void Counts_by_hand(string text, int words, int lines, int sentences)
    {
        byte[] utf8 = Encoding.UTF8.GetBytes(text);
        int count = 0;
        foreach (Range _ in Lines.Of(utf8))
            count++;
        Assert.Equal((words, lines, sentences), (Words.Count(utf8), count, Sentences.Count(utf8)));
    }

    private static List<string> Texts(byte[] utf8, Words.Enumerator words)
    {
        List<string> texts = [];
        foreach (Range word in words)
            texts.Add(Encoding.UTF8.GetString(utf8[word]));
        return texts;
    }
}
