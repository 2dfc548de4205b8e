using System.Buffers;
using System.Text;
using System.Text.RegularExpressions;
using Assay.Numerics;

namespace Assay.Learning.Tests;

public class BpeTokenizerTests
{
    private static readonly Lazy<BpeTokenizer> NeoX = new(() =>
        TokenizerFile.Read(Gzipped.Read("tokenizers/gpt-neo-test-tokenizer.json.gz"))
    );
    private static readonly Lazy<BpeTokenizer> Llama = new(() =>
        TokenizerFile.Read(Gzipped.Read("tokenizers/llama-test-tokenizer.json.gz"))
    );

    [Fact]
    public void NeoXIsRead()
    {
        BpeTokenizer tokenizer = NeoX.Value;
        Assert.Equal((50280, 50009, 28), (tokenizer.VocabularySize, tokenizer.Merges.Count, tokenizer.Added.Count));
        Assert.Equal((50279, 1), (tokenizer.Special.End, tokenizer.Special.Padding));
        Assert.False(tokenizer.IsLossless); // NFC
        Assert.Equal([0xC0, 0xC1, .. Enumerable.Range(0xF5, 11)], tokenizer.MissingBytes.Select(value => (int)value));
    }

    [Fact]
    public void LlamaIsRead()
    {
        BpeTokenizer tokenizer = Llama.Value;
        Assert.Equal((32003, 61249, 6), (tokenizer.VocabularySize, tokenizer.Merges.Count, tokenizer.Added.Count));
        Assert.Equal(new SpecialTokens(Begin: 1, End: 2, Unknown: 0), tokenizer.Special);
    }

    // Ids that documentation and discussions of Pythia and Llama show; the last with no space put before the text, so that it
    // starts with 1576 (The) there and with 450 (▁The) here.
    [Fact]
    public void PublicEncodings()
    {
        Assert.Equal([12092, 1533], NeoX.Value.Encode("Hello world"));
        Assert.Equal([12092, 13, 309, 717], NeoX.Value.Encode("Hello, I am"));
        Assert.Equal([1, 15043, 3186], Llama.Value.Encode("Hello world", EncodeOptions.HuggingFace));
        Assert.Equal(
            [
                450,
                1701,
                29916,
                12500,
                287,
                975,
                278,
                447,
                276,
                29889,
                13,
                1576,
                260,
                4227,
                280,
                338,
                8473,
                1135,
                278,
                447,
                276,
                29889,
            ],
            Llama.Value.Encode("The fox jumped over the hare.\nThe turtle is faster than the hare.")
        );
    }

    [Fact]
    public void NeoXByHand()
    {
        BpeTokenizer tokenizer = NeoX.Value;
        // Runs of 24 down to 2 spaces are added tokens 50254 to 50276, found before words are cut.
        Assert.Equal([50276, tokenizer.IdOf("x")!.Value], tokenizer.Encode("  x"));
        Assert.Equal([50254, 50276], tokenizer.Encode(new string(' ', 26)));
        Assert.Equal([tokenizer.IdOf("a")!.Value, 50275], tokenizer.Encode("a   "));
        // e and a combining accent are normalized to é.
        Assert.Equal(tokenizer.Encode("\u00E9"), tokenizer.Encode("e\u0301"));
        Assert.Equal([50278, tokenizer.IdOf("x")!.Value], tokenizer.Encode("|||PHONE_NUMBER|||x"));
    }

    [Fact]
    public void SpecialTokensAreTextUnlessAskedFor()
    {
        BpeTokenizer tokenizer = NeoX.Value;
        Assert.Equal([12092, 50279], tokenizer.Encode("Hello<|endoftext|>", EncodeOptions.RecogniseSpecial));
        int[] plain = tokenizer.Encode("Hello<|endoftext|>");
        Assert.DoesNotContain(50279, plain);
        Assert.Equal("Hello<|endoftext|>", tokenizer.DecodeText(plain));
        Assert.Equal("Hello", tokenizer.DecodeText([12092, 50279], skipSpecial: true));
        Assert.Equal("Hello<|endoftext|>", tokenizer.DecodeText([12092, 50279]));
        Assert.True(tokenizer.IsSpecial(50279));
        Assert.False(tokenizer.IsSpecial(50278));
        Assert.False(tokenizer.IsSpecial(-1));
    }

    [Fact]
    public void LlamaByHand()
    {
        BpeTokenizer tokenizer = Llama.Value;
        Assert.Empty(tokenizer.Encode(""));
        Assert.Equal([1], tokenizer.Encode("", EncodeOptions.HuggingFace));
        // No token is 😀: its four bytes are, from <0x00> = 3 on.
        Assert.Equal([29871, 3 + 0xF0, 3 + 0x9F, 3 + 0x98, 3 + 0x80], tokenizer.Encode("😀"));
        Assert.Equal([29871, 13], tokenizer.Encode("\n"));
        // <s> is normalized, so that its spelling is looked for with the space that is put before it.
        Assert.Equal([1, tokenizer.IdOf("x")!.Value], tokenizer.Encode("<s>x", EncodeOptions.RecogniseSpecial));
        Assert.DoesNotContain(1, tokenizer.Encode("x<s>", EncodeOptions.RecogniseSpecial));
        Assert.Equal("Hello world", tokenizer.DecodeText([1, 15043, 3186], skipSpecial: true));
        Assert.Equal(" world", Encoding.UTF8.GetString(tokenizer.BytesOf(3186)));
        Assert.Equal("world", Encoding.UTF8.GetString(tokenizer.BytesOf(3186, first: true)));
    }

    [Fact]
    public void ArbitraryTextComesBack()
    {
        RandomStream random = new(21, "round trip");
        for (int trial = 0; trial < 1000; trial++)
        {
            byte[] bytes = RandomText.NextBytes(random, 25);
            // NeoX normalizes; what it gives back is the normal form. It has no token for bytes that no UTF-8 has.
            ByteBuffer buffer = new();
            byte[] normal = Nfc.TryNormalize(bytes, buffer) ? buffer.Written.ToArray() : bytes;
            normal = [.. normal.Where(value => !NeoX.Value.MissingBytes.Contains(value))];
            Assert.Equal(normal, NeoX.Value.Decode(NeoX.Value.Encode(bytes)));
            // Llama writes spaces as ▁ and cannot tell them apart.
            byte[] spaced = Encoding.Latin1.GetBytes(
                Encoding.Latin1.GetString(bytes).Replace("\u00E2\u0096\u0081", " ")
            );
            Assert.Equal(spaced, Llama.Value.Decode(Llama.Value.Encode(bytes)));
        }
    }

    [Fact]
    public void StreamedTextIsTheWholeText()
    {
        RandomStream random = new(22, "streaming");
        foreach (BpeTokenizer tokenizer in (BpeTokenizer[])[NeoX.Value, Llama.Value])
            for (int trial = 0; trial < 200; trial++)
            {
                int[] ids = [.. Enumerable.Range(0, 20).Select(_ => random.NextInt32(tokenizer.VocabularySize))];
                StreamingDecoder decoder = new(tokenizer);
                ArrayBufferWriter<byte> text = new();
                foreach (int id in ids)
                    decoder.Append(id, text);
                decoder.Flush(text);
                Assert.Equal(tokenizer.Decode(ids, skipSpecial: true), text.WrittenSpan.ToArray());
            }
    }

    [Fact]
    public void NeoXIsTheRegularExpressionAndTheDefinitionOfMerging()
    {
        BpeTokenizer tokenizer = NeoX.Value;
        string text = Encoding
            .UTF8.GetString(Gzipped.Read("tinyshakespeare/input.txt.gz"))[..20_000]
            .Replace("  ", " ");
        Dictionary<(int, int), (int, int)> ranks = BpeMergerTests.Table(tokenizer.Merges);
        Dictionary<string, int[]> words = [];
        List<int> expected = [];
        foreach (Match match in Regex.Matches(text, WordPatterns.Gpt2Regex))
        {
            string spelled = ByteAlphabet.Spell(Encoding.UTF8.GetBytes(match.Value));
            if (!words.TryGetValue(spelled, out int[]? tokens))
            {
                int[] bytes = [.. spelled.Select(c => tokenizer.IdOf(c.ToString())!.Value)];
                words.Add(spelled, tokens = BpeMergerTests.ByDefinition(ranks, bytes));
            }
            expected.AddRange(tokens);
        }
        Assert.Equal(expected, tokenizer.Encode(text));
    }

    [Fact]
    public void LlamaCutIntoWordsIsLlamaAsAWhole()
    {
        // The encoder cuts before ▁ where no merge can reach over it; merging the whole text must give the same.
        BpeTokenizer tokenizer = Llama.Value;
        BpeMerger merger = new(new([.. tokenizer.Merges]));
        RandomStream random = new(23, "whole");
        for (int trial = 0; trial < 300; trial++)
        {
            string text = RandomText.Next(random, 40);
            List<int> start = [];
            foreach (Rune rune in ("▁" + text.Replace(' ', '▁')).EnumerateRunes())
                if (tokenizer.IdOf(rune.ToString()) is int id)
                    start.Add(id);
                else
                    start.AddRange(Encoding.UTF8.GetBytes(rune.ToString()).Select(value => 3 + value));
            int[] tokens = [.. start];
            Assert.Equal(text.Length == 0 ? [] : tokens[..merger.Merge(tokens)], tokenizer.Encode(text));
        }
    }

    [Fact]
    public void ThreadsShareATokenizer()
    {
        byte[] text = Gzipped.Read("tinyshakespeare/input.txt.gz")[..50_000];
        int[] expected = NeoX.Value.Encode(text);
        Parallel.For(0, 8, _ => Assert.Equal(expected, NeoX.Value.Encode(text)));
    }

    [Fact]
    public void SteadyStateAllocatesNothing()
    {
        byte[] text = Gzipped.Read("tinyshakespeare/input.txt.gz")[..100_000];
        foreach (BpeTokenizer tokenizer in (BpeTokenizer[])[NeoX.Value, Llama.Value])
        {
            List<int> ids = new(200_000);
            // The least of several runs: while other tests fill the memory, a collection takes free buffers out of the shared pool.
            long allocated = long.MaxValue;
            for (int run = 0; run < 6; run++)
            {
                ids.Clear();
                long before = GC.GetAllocatedBytesForCurrentThread();
                tokenizer.Encode(text, ids);
                allocated = Math.Min(allocated, GC.GetAllocatedBytesForCurrentThread() - before);
            }
            Assert.InRange(allocated, 0, 16_384); // the count has a grain of 8 KB; 100 KB of text are some 30,000 tokens
        }
    }

    [Fact]
    public void WhatTheCacheHoldsDoesNotMatter()
    {
        // Long words of more than a megabyte in all, so that the cache has to let go of them, and each of them twice.
        BpeTrainer trainer = new(new() { VocabularySize = 300 });
        trainer.Add("abcabcabcd"u8.ToArray());
        BpeTokenizer tokenizer = trainer.Train();
        RandomStream random = new(24, "cache");
        List<int> all = [];
        for (int i = 0; i < 12_000; i++)
        {
            string word = new([
                .. Enumerable.Range(0, 16 + random.NextInt32(120)).Select(_ => (char)('a' + random.NextInt32(4))),
            ]);
            all.Clear();
            tokenizer.Encode(Encoding.UTF8.GetBytes(word), all);
            int[] once = [.. all];
            Assert.Equal(once, tokenizer.Encode(word));
            Assert.Equal(word, tokenizer.DecodeText(once));
            if (i % 100 == 0)
                Assert.Equal(once, new BpeTokenizer(tokenizer.Definition).Encode(word));
        }
    }

    [Fact]
    public void AVeryLongWordIsNotQuadratic()
    {
        byte[] text = new byte[200_000];
        text.AsSpan().Fill((byte)'a');
        Assert.Equal(text, NeoX.Value.Decode(NeoX.Value.Encode(text)));
    }

    [Fact]
    public void UnknownIdsAreRefused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => NeoX.Value.Decode([50280]));
        Assert.Throws<ArgumentOutOfRangeException>(() => NeoX.Value.Decode([-1]));
    }
}
