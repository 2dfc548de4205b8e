using System.Buffers;
using System.Text;
using Assay.Numerics;

namespace Assay.Learning.Tests;

public class SimpleTokenizerTests
{
    [Fact]
    public void BytesAreTokens()
    {
        ByteTokenizer tokenizer = new();
        byte[] all = [.. Enumerable.Range(0, 256).Select(i => (byte)i)];
        Assert.Equal(Enumerable.Range(0, 256), tokenizer.Encode(all));
        Assert.Equal(all, tokenizer.Decode(tokenizer.Encode(all)));
        Assert.Equal([256, 104, 105], tokenizer.Encode("hi", EncodeOptions.AddSpecial));
        Assert.Equal("hi", tokenizer.DecodeText([256, 104, 105, 257, 258]));
        Assert.Throws<ArgumentOutOfRangeException>(() => tokenizer.Decode([259]));
        Assert.Throws<ArgumentOutOfRangeException>(() => tokenizer.Decode([-1]));
    }

    [Fact]
    public void CharactersAreTokensInOrderOfCodePoints()
    {
        CharacterTokenizer tokenizer = CharacterTokenizer.Of("hello é😀\n"u8);
        // \n, space, e, h, l, o, é, 😀
        Assert.Equal(8, tokenizer.VocabularySize);
        Assert.Equal([3, 2, 4, 4, 5, 1, 6, 7, 0], tokenizer.Encode("hello é😀\n"));
        Assert.Equal("😀oh", tokenizer.DecodeText([7, 5, 3]));
        ArgumentException error = Assert.Throws<ArgumentException>(() => tokenizer.Encode("hex"));
        Assert.Contains("byte 2: the character U+0078", error.Message);
        Assert.Throws<ArgumentException>(() => CharacterTokenizer.Of([]));
    }

    [Fact]
    public void BytesOutsideOfUtf8AreCharactersToo()
    {
        byte[] text = [(byte)'a', 0xFF, 0xC3, (byte)'b', 0xE2, 0x82];
        CharacterTokenizer tokenizer = CharacterTokenizer.Of(text);
        Assert.Equal([0, 5, 3, 1, 4, 2], tokenizer.Encode(text));
        Assert.Equal(text, tokenizer.Decode(tokenizer.Encode(text)));
    }

    [Fact]
    public void TinyShakespeareHas65Characters()
    {
        byte[] text = Gzipped.Read("tinyshakespeare/input.txt.gz");
        CharacterTokenizer tokenizer = CharacterTokenizer.Of(text);
        Assert.Equal(65, tokenizer.VocabularySize);
        int[] ids = tokenizer.Encode(text);
        Assert.Equal([18, 47, 56, 57, 58], ids[..5]); // "First", as nanoGPT numbers them
        Assert.Equal(text, tokenizer.Decode(ids));
    }

    [Fact]
    public void StreamedBytesComeOutAsWholeCharacters()
    {
        RandomStream random = new(2, "stream");
        ByteTokenizer tokenizer = new();
        for (int trial = 0; trial < 300; trial++)
        {
            List<byte> bytes = [];
            while (bytes.Count < 20)
                bytes.AddRange(
                    random.NextInt32(5) switch
                    {
                        0 => [(byte)random.NextInt32(256)],
                        1 => "é"u8,
                        2 => "€"u8,
                        3 => "😀"u8,
                        _ => "a"u8,
                    }
                );
            StreamingDecoder decoder = new(tokenizer);
            ArrayBufferWriter<byte> all = new();
            for (int seen = 1; seen <= bytes.Count; seen++)
            {
                decoder.Append(bytes[seen - 1], all);
                Assert.Equal(seen - Incomplete([.. bytes[..seen]]), all.WrittenCount);
            }
            decoder.Flush(all);
            Assert.Equal(bytes, all.WrittenSpan.ToArray());
        }
    }

    [Fact]
    public void ACharacterIsGivenWithItsLastByte()
    {
        StreamingDecoder decoder = new(new ByteTokenizer());
        ArrayBufferWriter<byte> text = new();
        foreach (byte value in "😀"u8[..3])
            decoder.Append(value, text);
        Assert.Equal(0, text.WrittenCount);
        decoder.Append("😀"u8[3], text);
        Assert.Equal("😀", Encoding.UTF8.GetString(text.WrittenSpan));
        decoder.Append(257, text); // an end mark is no text
        decoder.Append(0xE2, text);
        decoder.Append('a', text); // what was held can be no character any more
        Assert.Equal([.. "😀"u8, 0xE2, (byte)'a'], text.WrittenSpan.ToArray());
    }

    private static int Incomplete(byte[] bytes) =>
        Enumerable
            .Range(1, Math.Min(3, bytes.Length))
            .LastOrDefault(length =>
                Rune.DecodeFromUtf8(bytes.AsSpan()[^length..], out _, out int used) == OperationStatus.NeedMoreData
                && used == length
            );
}
