using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Assay.Select;
using FsCheck;
using FsCheck.Fluent;

namespace Assay.Tests.Select;

public class TextNormaliserTests
{
    private static string Normalise(string text) =>
        Encoding.UTF8.GetString(new TextNormaliser().Normalise(Encoding.UTF8.GetBytes(text)));

    [Theory]
    [InlineData(
        "The quick brown fox jumps over 13 lazy dogs; the QUICK brown fox jumps!",
        "the quick brown fox jumps over 0 lazy dogs the quick brown fox jumps"
    )]
    [InlineData("Café naïve — 1,234.50 €; “Hello”", "cafe naive 0 0 € hello")]
    [InlineData("", "")]
    [InlineData(" \t\r\n!?.,;", "")]
    [InlineData("a1b22c", "a0b0c")]
    [InlineData("1.5.7", "0 0")]
    [InlineData(".5", "0")]
    [InlineData("5.", "0")]
    [InlineData("٣٫١٤ and １２", "0 and 0")] // Arabic-Indic and full-width digits
    [InlineData("İstanbul STRASSE ẞ ΣΊΣΥΦΟΣ", "istanbul strasse ß σισυφοσ")]
    [InlineData("e\u0301 \u0301 x", "e x")] // combining acute, then one that stands alone
    [InlineData("한글", "\u1112\u1161\u11AB\u1100\u1173\u11AF")]
    [InlineData("ガギ", "カキ")]
    [InlineData("\u09CB", "\u09C7\u09BE")] // a vowel sign in two parts
    [InlineData("\uF900", "\u8C48")] // a compatibility ideograph
    [InlineData("a\u00A0\u2003b\u3000c", "a b c")]
    public void Writes_the_reference_values(string text, string expected) => Assert.Equal(expected, Normalise(text));

    // Digests of what the reference's rules give, computed by an independent implementation.
    [Theory]
    [InlineData("toy_pile", "47922fcecd013e6c198235a8c9cedebf13fbba92")]
    [InlineData("human_quality", "27d29a6b1f5bf1f93e2a64b11c91b4cf55724d6d")]
    public void Agrees_with_the_reference_on_real_documents(string file, string digest)
    {
        using GZipStream stream = new(
            File.OpenRead(SharedData.Path($"data-selection-survey/{file}.jsonl.gz")),
            CompressionMode.Decompress
        );
        using StreamReader reader = new(stream);
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA1);
        TextNormaliser normaliser = new();
        while (reader.ReadLine() is { } line)
        {
            using JsonDocument row = JsonDocument.Parse(line);
            hash.AppendData(
                normaliser.Normalise(Encoding.UTF8.GetBytes(row.RootElement.GetProperty("text").GetString()!))
            );
            hash.AppendData("\n"u8);
        }
        Assert.Equal(digest, Convert.ToHexStringLower(hash.GetHashAndReset()));
    }

    [Fact]
    public void Vectors_copy_what_bytes_copy()
    {
        Gen<byte[]> texts = Gen.Elements("abXYz    ..\n\t-09\u00E9"u8.ToArray()).ArrayOf();
        Prop.ForAll(
                texts.Resize(200).ToArbitrary(),
                (byte[] text) =>
                {
                    byte[] vector = new byte[text.Length + 64],
                        scalar = new byte[text.Length + 64];
                    foreach (bool afterSpace in (bool[])[false, true])
                    {
                        int copied = TextNormaliser.CopyPlain(text, vector, afterSpace);
                        if (copied != TextNormaliser.CopyPlainScalar(text, scalar, afterSpace))
                            return false;
                        if (!vector.AsSpan(0, copied).SequenceEqual(scalar.AsSpan(0, copied)))
                            return false;
                    }
                    return true;
                }
            )
            .Holds();
    }

    [Fact]
    public void Long_plain_runs_are_copied_whole()
    {
        byte[] text = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat("Word After word\n", 40)));
        byte[] to = new byte[text.Length + 64];
        Assert.Equal(text.Length, TextNormaliser.CopyPlain(text, to, afterSpace: true));
        Assert.Equal(
            Encoding.UTF8.GetString(text).ToLowerInvariant().Replace('\n', ' '),
            Encoding.UTF8.GetString(to, 0, text.Length)
        );
    }

    [Fact]
    public void Nothing_but_single_inner_spaces_is_left_and_doing_it_twice_changes_nothing()
    {
        Prop.ForAll<NonNull<string>>(text =>
            {
                string once = Normalise(text.Get);
                return !once.Contains("  ")
                    && once == once.Trim(' ')
                    // A sign such as U+2260 loses its stroke and is then punctuation: such characters are left out.
                    && (text.Get.Any(c => c >= 0x80) || Normalise(once) == once);
            })
            .Holds();
    }

    [Fact]
    public void Text_that_grows_threefold_fits()
    {
        string text = string.Concat(Enumerable.Repeat("한", 100_000));
        Assert.Equal(100_000 * 9, Encoding.UTF8.GetByteCount(Normalise(text)));
    }

    [Fact]
    public void Invalid_utf8_does_not_throw()
    {
        byte[] bytes = [0xFF, (byte)'a', 0xE2, 0x80, 0xC3];
        Assert.Contains((byte)'a', new TextNormaliser().Normalise(bytes).ToArray());
    }
}
