using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Assay.Numerics;

namespace Assay.Learning.Tests;

public class TokenizerFileTests
{
    // a, b, ▁, ab, ▁a; the merge of a and b comes first.
    private const string Small = """
        {
          "version": "1.0", "truncation": null, "padding": null,
          "added_tokens": [
            { "id": 0, "content": "<unk>", "single_word": false, "lstrip": false, "rstrip": false, "normalized": false, "special": true },
            { "id": 6, "content": "<s>", "single_word": false, "lstrip": false, "rstrip": false, "normalized": false, "special": true },
            { "id": 7, "content": "[X]", "single_word": true, "lstrip": true, "rstrip": true, "normalized": false, "special": false }
          ],
          "normalizer": { "type": "Sequence", "normalizers": [
            { "type": "Prepend", "prepend": "▁" },
            { "type": "Replace", "pattern": { "String": " " }, "content": "▁" } ] },
          "pre_tokenizer": null,
          "post_processor": { "type": "TemplateProcessing",
            "single": [ { "SpecialToken": { "id": "<s>", "type_id": 0 } }, { "Sequence": { "id": "A", "type_id": 0 } } ],
            "pair": [],
            "special_tokens": { "<s>": { "id": "<s>", "ids": [6], "tokens": ["<s>"] } } },
          "decoder": { "type": "Sequence", "decoders": [
            { "type": "Replace", "pattern": { "String": "▁" }, "content": " " },
            { "type": "ByteFallback" }, { "type": "Fuse" },
            { "type": "Strip", "content": " ", "start": 1, "stop": 0 } ] },
          "model": { "type": "BPE", "dropout": null, "unk_token": "<unk>", "continuing_subword_prefix": null,
            "end_of_word_suffix": null, "fuse_unk": true, "byte_fallback": false, "ignore_merges": false,
            "vocab": { "<unk>": 0, "a": 1, "b": 2, "▁": 3, "ab": 4, "▁a": 5 },
            "merges": [ "a b", "▁ a" ] }
        }
        """;

    private static BpeTokenizer Read(string json) => TokenizerFile.Read(Encoding.UTF8.GetBytes(json));

    private static BpeTokenizer With(Action<JsonNode> change)
    {
        JsonNode root = JsonNode.Parse(Small)!;
        change(root);
        return Read(root.ToJsonString());
    }

    [Fact]
    public void ASmallFileByHand()
    {
        BpeTokenizer tokenizer = Read(Small);
        Assert.Equal(8, tokenizer.VocabularySize);
        Assert.Equal([3, 4, 5], tokenizer.Encode("ab a"));
        Assert.Equal([3, 0, 1], tokenizer.Encode("xyza")); // unknown characters are one token together
        Assert.Equal([6, 5], tokenizer.Encode("a", EncodeOptions.HuggingFace));
        Assert.Equal([5, 6, 5], tokenizer.Encode("a<s>a", EncodeOptions.RecogniseSpecial));
        Assert.Equal([5, 7, 5], tokenizer.Encode("a [X]  a")); // takes the spaces around it
        Assert.DoesNotContain(7, tokenizer.Encode("a[X]")); // touches a word
        Assert.Equal("ab a", tokenizer.DecodeText([3, 4, 5]));
        Assert.Equal(new SpecialTokens(Begin: 6, Unknown: 0), tokenizer.Special);
    }

    [Fact]
    public void UnknownCharactersOneByOneOrNotAtAll()
    {
        Assert.Equal([3, 0, 0, 1], With(root => root["model"]!["fuse_unk"] = false).Encode("xya"));
        Assert.Equal([5], With(root => root["model"]!["unk_token"] = null).Encode("xya"));
    }

    [Fact]
    public void WholePiecesMayGoBeforeMerges()
    {
        // Without the merge of ▁ and a, '▁a' can only come as a whole piece.
        void Change(JsonNode root)
        {
            root["model"]!["merges"] = new JsonArray("a b");
            root["model"]!["ignore_merges"] = true;
        }
        Assert.Equal([5], With(Change).Encode("a"));
        Assert.Equal([3, 1, 1], With(Change).Encode("aa"));
    }

    [Fact]
    public void MergesMayBePairs()
    {
        BpeTokenizer tokenizer = With(root => root["model"]!["merges"] = JsonNode.Parse("""[["a","b"],["▁","a"]]"""));
        Assert.Equal(Read(Small).Merges, tokenizer.Merges);
    }

    [Fact]
    public void AddedTokensAreFoundAnywhere()
    {
        // Around blocks of 32 bytes, at both ends, overlapping, with many or few different beginnings.
        RandomStream random = new(34, "added");
        foreach (
            string[] contents in (string[][])
                [
                    ["[X]", "[XY]", "aa"],
                    ["[", "]]"],
                    [.. "cdefghijklmnop".Select(c => $"{c}{c}")],
                ]
        )
        {
            AddedTokens tokens = new(
                contents.Select(
                    (content, id) => (Encoding.UTF8.GetBytes(content), new AddedToken(id, content, IsSpecial: false))
                )
            );
            for (int trial = 0; trial < 500; trial++)
            {
                StringBuilder built = new();
                for (int i = random.NextInt32(100); i > 0; i--)
                    built.Append(
                        random.NextInt32(6) == 0
                            ? contents[random.NextInt32(contents.Length)]
                            : "[X]abcd"[random.NextInt32(7)].ToString()
                    );
                string text = built.ToString();
                List<(int, int)> expected = [],
                    found = [];
                for (int at = 0; at < text.Length; )
                    if (contents.Where(c => text.AsSpan(at).StartsWith(c)).MaxBy(c => c.Length) is { } longest)
                    {
                        expected.Add((at, Array.IndexOf(contents, longest)));
                        at += longest.Length;
                    }
                    else
                        at++;
                byte[] bytes = Encoding.UTF8.GetBytes(text);
                for (int at = 0; tokens.Find(bytes, at, false, out int start, out int end) is { } token; at = end)
                    found.Add((start, token.Id));
                Assert.Equal(expected, found);
            }
        }
    }

    [Fact]
    public void MetaspaceByHand()
    {
        static Action<JsonNode> Metaspace(string scheme) =>
            root =>
            {
                root["normalizer"] = null;
                root["pre_tokenizer"] = JsonNode.Parse(
                    $$"""{"type":"Metaspace","replacement":"▁","prepend_scheme":"{{scheme}}","split":true}"""
                );
                root["decoder"] = root["pre_tokenizer"]!.DeepClone();
            };
        Assert.Equal([5, 5], With(Metaspace("always")).Encode("a a"));
        Assert.Equal([1, 5], With(Metaspace("never")).Encode("a a"));
        Assert.Equal([5, 6, 1], With(Metaspace("first")).Encode("a<s>a", EncodeOptions.RecogniseSpecial));
        Assert.Equal([5, 6, 5], With(Metaspace("always")).Encode("a<s>a", EncodeOptions.RecogniseSpecial));
        Assert.Equal("a a", With(Metaspace("always")).DecodeText([5, 5]));
        Assert.Equal(" a a", With(Metaspace("never")).DecodeText([5, 5]));
    }

    [Fact]
    public void ALlama3ShapedFileIsRead()
    {
        BpeTrainer trainer = new(new() { VocabularySize = 300 });
        trainer.Add("the cat's hat, 12345 times\n\n"u8.ToArray());
        JsonNode root = JsonNode.Parse(Written(trainer.Train()))!;
        root["pre_tokenizer"] = new JsonObject
        {
            ["type"] = "Sequence",
            ["pretokenizers"] = new JsonArray(
                new JsonObject
                {
                    ["type"] = "Split",
                    ["pattern"] = new JsonObject { ["Regex"] = WordPatterns.Llama3Regex },
                    ["behavior"] = "Isolated",
                    ["invert"] = false,
                },
                new JsonObject
                {
                    ["type"] = "ByteLevel",
                    ["add_prefix_space"] = false,
                    ["trim_offsets"] = true,
                    ["use_regex"] = false,
                }
            ),
        };
        BpeTokenizer tokenizer = Read(root.ToJsonString());
        Assert.True(tokenizer.IsLossless);
        Assert.Equal("it'S 123456\r\n x", tokenizer.DecodeText(tokenizer.Encode("it'S 123456\r\n x")));
        Assert.Equal(Written(tokenizer), Written(Read(Written(tokenizer))));
    }

    [Theory]
    [InlineData("tokenizers/gpt-neo-test-tokenizer.json.gz")]
    [InlineData("tokenizers/llama-test-tokenizer.json.gz")]
    public void WhatIsWrittenIsReadAsTheSame(string file)
    {
        BpeTokenizer tokenizer = TokenizerFile.Read(Gzipped.Read(file));
        string written = Written(tokenizer);
        BpeTokenizer again = Read(written);
        Assert.Equal(written, Written(again));
        RandomStream random = new(31, "written");
        for (int trial = 0; trial < 50; trial++)
        {
            string text = RandomText.Next(random, 30);
            Assert.Equal(
                tokenizer.Encode(text, EncodeOptions.HuggingFace),
                again.Encode(text, EncodeOptions.HuggingFace)
            );
        }
    }

    [Fact]
    public void ATrainedTokenizerIsWrittenWholeAndRead()
    {
        BpeTrainer trainer = new(new() { VocabularySize = 300, Special = ["<|endoftext|>", "<|pad|>"] });
        trainer.Add("a b, \"c\" \\ d é 日本 日本 a b\n"u8.ToArray());
        BpeTokenizer tokenizer = trainer.Train();
        string path = Path.Combine(Path.GetTempPath(), Guid.NewGuid() + ".json");
        try
        {
            TokenizerFile.Write(tokenizer, path);
            BpeTokenizer again = TokenizerFile.Read(path);
            Assert.Equal(tokenizer.Merges, again.Merges);
            Assert.Equal(tokenizer.Added, again.Added);
            Assert.Equal(tokenizer.Special, again.Special);
            Assert.Equal(
                tokenizer.Encode("a b 日本<|endoftext|>", EncodeOptions.HuggingFace),
                again.Encode("a b 日本<|endoftext|>", EncodeOptions.HuggingFace)
            );
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Fact]
    public void WhatIsNotImplementedNamesItsPath()
    {
        void Expect(string path, Action<JsonNode> change) =>
            Assert.Equal(path, Assert.Throws<TokenizerException>(() => With(change)).Path);

        Expect("$.model.type", root => root["model"]!["type"] = "Unigram");
        Expect("$.model.dropout", root => root["model"]!["dropout"] = 0.1);
        Expect("$.model.end_of_word_suffix", root => root["model"]!["end_of_word_suffix"] = "</w>");
        Expect("$.model[\"new\"]", root => root["model"]!["new"] = 1);
        Expect("$.model.unk_token", root => root["model"]!["unk_token"] = "none");
        Expect("$.model.merges[1]", root => root["model"]!["merges"]![1] = "a c");
        Expect("$.model.merges[0]", root => root["model"]!["merges"]![0] = "ab");
        Expect("$.model.merges[0]", root => root["model"]!["merges"]![0] = "b a");
        Expect("$.model.merges[1]", root => root["model"]!["merges"]![1] = 3);
        Expect("$.model.vocab[\"b\"]", root => root["model"]!["vocab"]!["b"] = 1);
        Expect("$.model.vocab[\"b\"]", root => root["model"]!["vocab"]!["b"] = -1);
        Expect("$.model.vocab[\"b\"]", root => root["model"]!["vocab"]!["b"] = 2.5);
        Expect("$.model.vocab[\"b\"]", root => root["model"]!["vocab"]!["b"] = 4_000_000_000);
        Expect("$.model.vocab", root => root["model"]!["vocab"]!["b"] = 1_000_000);
        Expect("$.model.vocab", root => root["model"]!["vocab"] = new JsonArray());
        Expect("$.model", root => root["model"]!.AsObject().Remove("vocab"));
        Expect("$", root => root.AsObject().Remove("model"));
        Expect("$.added_tokens[1].id", root => root["added_tokens"]![1]!["id"] = 5);
        Expect("$.added_tokens[0].id", root => root["added_tokens"]![0]!["id"] = 9);
        Expect("$.added_tokens[2].content", root => root["added_tokens"]![2]!["content"] = "");
        Expect("$.added_tokens[2].lstrip", root => root["added_tokens"]![2]!["lstrip"] = "yes");
        Expect("$.normalizer.type", root => root["normalizer"] = JsonNode.Parse("""{"type":"NFKC"}"""));
        Expect(
            "$.normalizer.normalizers[1].pattern",
            root => root["normalizer"]!["normalizers"]![1]!["pattern"] = JsonNode.Parse("""{"Regex":" "}""")
        );
        Expect("$.pre_tokenizer.type", root => root["pre_tokenizer"] = JsonNode.Parse("""{"type":"Whitespace"}"""));
        Expect(
            "$.pre_tokenizer.pattern.Regex",
            root =>
                root["pre_tokenizer"] = JsonNode.Parse(
                    """{"type":"Split","pattern":{"Regex":"x+"},"behavior":"Isolated","invert":false}"""
                )
        );
        Expect(
            "$.post_processor.single[0].SpecialToken.id",
            root => root["post_processor"]!["single"]![0]!["SpecialToken"]!["id"] = "<t>"
        );
        Expect(
            "$.post_processor.special_tokens[\"<s>\"].ids[0]",
            root => root["post_processor"]!["special_tokens"]!["<s>"]!["ids"]![0] = 8
        );
        Expect("$.decoder.decoders[3].stop", root => root["decoder"]!["decoders"]![3]!["stop"] = 1);
        Expect("$.decoder.type", root => root["decoder"] = JsonNode.Parse("""{"type":"WordPiece"}"""));
        Expect("$.decoder", root => root["decoder"] = JsonNode.Parse("""{"type":"ByteLevel"}"""));
    }

    [Fact]
    public void WhatIsNoJsonIsRefused()
    {
        foreach (
            string json in (string[])
                [
                    "",
                    "{",
                    "[]",
                    "3",
                    "null",
                    Small + "x",
                    Small.Replace("\"a\": 1", "\"\\ud800\": 1"),
                    Small.Replace("\"version\"", "\"\\ud800ersion\""),
                ]
        )
            Assert.Throws<TokenizerException>(() => Read(json));
        Assert.Throws<TokenizerException>(() => TokenizerFile.Read(new byte[] { (byte)'"', 0xFF, (byte)'"' }));
        Assert.Throws<TokenizerException>(() => Read(Small.Replace("\"a\": 1", "\"a\": 1, \"a\": 1")));
        Assert.Equal(8, Read("\uFEFF" + Small).VocabularySize);
    }

    [Fact]
    public void DamagedFilesAreRefusedOrWork()
    {
        byte[] json = Encoding.UTF8.GetBytes(JsonNode.Parse(Small)!.ToJsonString());
        string[] values =
        [
            "null",
            "true",
            "-1",
            "1e99",
            "\"\"",
            "\"▁\"",
            "[]",
            "{}",
            "[[\"a\",\"b\"]]",
            "\"\\udc00\"",
            "99999999999",
        ];
        RandomStream random = new(33, "damage");
        int refused = 0;
        for (int trial = 0; trial < 2000; trial++)
        {
            byte[] hurt = [.. json];
            switch (random.NextInt32(4))
            {
                case 0: // any byte
                    hurt[random.NextInt32(hurt.Length)] = (byte)random.NextInt32(256);
                    break;
                case 1: // cut
                    hurt = hurt[..random.NextInt32(hurt.Length)];
                    break;
                case 2: // a part twice
                    int from = random.NextInt32(hurt.Length),
                        length = random.NextInt32(Math.Min(40, hurt.Length - from));
                    hurt = [.. hurt[..(from + length)], .. hurt[from..]];
                    break;
                default: // another value in place of one
                    JsonNode root = JsonNode.Parse(json)!;
                    List<JsonNode> nodes = [.. Descendants(root)];
                    JsonNode replaced = nodes[random.NextInt32(nodes.Count)];
                    string path = replaced.GetPath();
                    string text = values[random.NextInt32(values.Length)];
                    string marked = Replace(root, replaced);
                    hurt = Encoding.UTF8.GetBytes(marked.Replace("\"@@\"", text));
                    break;
            }
            try
            {
                BpeTokenizer tokenizer = TokenizerFile.Read(hurt);
                int[] ids = tokenizer.Encode("ab a xyz [X] <s>é", EncodeOptions.HuggingFace);
                Assert.All(ids, id => Assert.InRange(id, 0, tokenizer.VocabularySize - 1));
                tokenizer.Decode(ids);
                Written(tokenizer);
            }
            catch (TokenizerException e)
            {
                Assert.StartsWith("$", e.Path);
                refused++;
            }
        }
        Assert.InRange(refused, 800, 1990);
    }

    private static IEnumerable<JsonNode> Descendants(JsonNode node)
    {
        IEnumerable<JsonNode?> children = node switch
        {
            JsonObject members => members.Select(member => member.Value),
            JsonArray items => items,
            _ => [],
        };
        foreach (JsonNode? child in children)
            if (child is not null)
            {
                yield return child;
                foreach (JsonNode further in Descendants(child))
                    yield return further;
            }
    }

    private static string Replace(JsonNode root, JsonNode node)
    {
        node.ReplaceWith("@@");
        return root.ToJsonString();
    }

    private static string Written(BpeTokenizer tokenizer)
    {
        using MemoryStream stream = new();
        TokenizerFile.Write(tokenizer, stream);
        return Encoding.UTF8.GetString(stream.ToArray());
    }
}
