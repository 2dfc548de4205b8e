using System.Text;
using System.Text.RegularExpressions;
using Assay.Numerics;

namespace Assay.Learning.Tests;

public class BpeTrainerTests
{
    private static BpeTokenizer Train(string text, BpeTrainerOptions options)
    {
        BpeTrainer trainer = new(options);
        trainer.Add(Encoding.UTF8.GetBytes(text));
        return trainer.Train();
    }

    /// <summary>Counts everything anew before each merge.</summary>
    private static List<(string, string)> ByDefinition(string text, BpeTrainerOptions options)
    {
        int special = options.Special.Count;
        List<string> spellings = [.. options.Special];
        Dictionary<string, int> ids = [];
        foreach (byte value in ByteAlphabet.InOrderOfCharacters)
        {
            ids.Add(ByteAlphabet.CharacterOf(value).ToString(), spellings.Count);
            spellings.Add(ByteAlphabet.CharacterOf(value).ToString());
        }
        List<List<int>> words =
        [
            .. Regex
                .Matches(text, WordPatterns.Gpt2Regex)
                .Select(match =>
                    ByteAlphabet.Spell(Encoding.UTF8.GetBytes(match.Value)).Select(c => ids[c.ToString()]).ToList()
                ),
        ];
        List<(string, string)> merges = [];
        while (spellings.Count < options.VocabularySize)
        {
            Dictionary<(int Left, int Right), long> counts = [];
            foreach (List<int> word in words)
                for (int i = 0; i + 1 < word.Count; i++)
                    counts[(word[i], word[i + 1])] = counts.GetValueOrDefault((word[i], word[i + 1])) + 1;
            var best = counts
                .Where(pair => (spellings[pair.Key.Left] + spellings[pair.Key.Right]).Length <= options.MaxTokenBytes)
                .OrderByDescending(pair => pair.Value)
                .ThenBy(pair => pair.Key)
                .FirstOrDefault();
            if (best.Value < options.MinFrequency)
                break;
            (int left, int right) = best.Key;
            string spelling = spellings[left] + spellings[right];
            if (!ids.TryGetValue(spelling, out int merged))
            {
                merged = spellings.Count;
                ids.Add(spelling, merged);
                spellings.Add(spelling);
            }
            if (!merges.Contains((spellings[left], spellings[right])))
                merges.Add((spellings[left], spellings[right]));
            foreach (List<int> word in words)
                for (int i = 0; i + 1 < word.Count; i++)
                    if (word[i] == left && word[i + 1] == right)
                    {
                        word[i] = merged;
                        word.RemoveAt(i + 1);
                    }
        }
        return merges;
    }

    private static IEnumerable<(string, string)> Spelled(BpeTokenizer tokenizer) =>
        tokenizer.Merges.Select(merge => (tokenizer.SpellingOf(merge.Left)!, tokenizer.SpellingOf(merge.Right)!));

    [Fact]
    public void TheFirstMergesByHand()
    {
        // Words: low x5, Ġlower x2 ... as in the paper of Sennrich, Haddow and Birch, with spaces in front.
        string text = string.Concat(
            Enumerable
                .Repeat(" low", 5)
                .Concat(Enumerable.Repeat(" lower", 2))
                .Concat(Enumerable.Repeat(" newest", 6))
                .Concat(Enumerable.Repeat(" widest", 3))
        );
        BpeTokenizer tokenizer = Train(text, new() { VocabularySize = 1 + 256 + 6 });
        // 9 times: es, st (e comes before s), then est. 7 times: lo, ow, Ġl (l comes before Ġ), then Ġlo (Ġ comes before lo).
        Assert.Equal([("e", "s"), ("es", "t"), ("l", "o"), ("Ġ", "lo"), ("Ġlo", "w"), ("e", "w")], Spelled(tokenizer));
        Assert.Equal(263, tokenizer.VocabularySize);
        Assert.Equal(0, tokenizer.IdOf("<|endoftext|>"));
        Assert.Equal(1, tokenizer.IdOf("!")); // the first of the alphabet
        Assert.Equal(257, tokenizer.IdOf("es"));
        Assert.Equal("est", tokenizer.SpellingOf(258));
    }

    [Fact]
    public void MergesAreThoseOfCountingAnew()
    {
        RandomStream random = new(6, "trainer");
        for (int trial = 0; trial < 60; trial++)
        {
            int letters = 1 + random.NextInt32(5);
            StringBuilder text = new();
            for (int i = 20 + random.NextInt32(200); i > 0; i--)
                text.Append(random.NextInt32(5) == 0 ? ' ' : (char)('a' + random.NextInt32(letters)));
            BpeTrainerOptions options = new()
            {
                VocabularySize = 257 + random.NextInt32(60),
                MinFrequency = 1 + random.NextInt32(3),
                MaxTokenBytes = random.NextInt32(3) == 0 ? 3 : int.MaxValue,
            };
            Assert.Equal(ByDefinition(text.ToString(), options), Spelled(Train(text.ToString(), options)));
        }
    }

    [Fact]
    public void AnyBytesCanBeTrainedOnAndComeBack()
    {
        RandomStream random = new(8, "any");
        BpeTrainer trainer = new(new() { VocabularySize = 400, Special = [] });
        for (int i = 0; i < 50; i++)
            trainer.Add(RandomText.NextBytes(random, 30));
        BpeTokenizer tokenizer = trainer.Train();
        Assert.True(tokenizer.IsLossless);
        for (int i = 0; i < 300; i++)
        {
            byte[] bytes = RandomText.NextBytes(random, 30);
            Assert.Equal(bytes, tokenizer.Decode(tokenizer.Encode(bytes)));
        }
        Assert.Equal(
            Enumerable.Range(0, 256).Select(i => (byte)i),
            tokenizer.Decode(tokenizer.Encode([.. Enumerable.Range(0, 256).Select(i => (byte)i)]))
        );
    }

    [Fact]
    public void OrderSplitAndThreadsDoNotMatter()
    {
        // More than two blocks of 1 MB, so that counting is split.
        RandomStream random = new(9, "blocks");
        string[] words = [.. Enumerable.Range(0, 3000).Select(_ => RandomText.Next(random, 4).Replace('\n', 'n'))];
        StringBuilder text = new();
        while (text.Length < 1_500_000)
            text.Append("word ").Append(words[random.NextInt32(words.Length)]).Append('\n');
        byte[] bytes = Encoding.UTF8.GetBytes(text.ToString());
        BpeTrainerOptions options = new() { VocabularySize = 500 };
        List<BpeTokenizer> trained = [];
        foreach (int threads in (int[])[1, 2])
        {
            using (Workers.Limit(threads))
            {
                BpeTrainer whole = new(options);
                whole.Add(bytes);
                trained.Add(whole.Train());
            }
        }
        BpeTrainer parts = new(options);
        string[] lines = text.ToString().Split('\n');
        for (int i = lines.Length - 2; i >= 0; i--)
            parts.Add(Encoding.UTF8.GetBytes(lines[i]));
        trained.Add(parts.Train());
        Assert.Equal(trained[0].Merges, trained[1].Merges);
        Assert.Equal(trained[0].Merges, trained[2].Merges); // a line end is a word of its own here, and merges with nothing
    }

    [Fact]
    public void WeightsCountAsRepeats()
    {
        BpeTrainerOptions options = new() { VocabularySize = 270 };
        BpeTrainer once = new(options),
            often = new(options);
        once.Add("abab cd"u8.ToArray(), times: 3);
        once.Add("cde cde"u8.ToArray());
        for (int i = 0; i < 3; i++)
            often.Add("abab cd"u8.ToArray());
        often.Add("cde cde"u8.ToArray());
        Assert.Equal(often.Train().Merges, once.Train().Merges);
    }

    [Fact]
    public void NothingToMergeIsNoError()
    {
        BpeTokenizer tokenizer = new BpeTrainer(new() { VocabularySize = 1000 }).Train();
        Assert.Equal(257, tokenizer.VocabularySize);
        Assert.Empty(tokenizer.Merges);
        Assert.Throws<ArgumentOutOfRangeException>(() => new BpeTrainer(new() { VocabularySize = 256 }));
        Assert.Throws<ArgumentException>(() => new BpeTrainer(new() { VocabularySize = 300, Special = ["a", "a"] }));
        Assert.Throws<ArgumentException>(() => new BpeTrainer(new() { VocabularySize = 300, Special = [""] }));
        Assert.Throws<ArgumentOutOfRangeException>(() =>
            new BpeTrainer(new() { VocabularySize = 300, MinFrequency = 0 })
        );
    }

    [Fact]
    public void TinyShakespeareTrainsAndComesBack()
    {
        byte[] text = Gzipped.Read("tinyshakespeare/input.txt.gz");
        BpeTrainer trainer = new(new() { VocabularySize = 1024 });
        trainer.Add(text);
        BpeTokenizer tokenizer = trainer.Train();
        Assert.Equal(1024, tokenizer.VocabularySize);
        int[] ids = tokenizer.Encode(text);
        Assert.Equal(text, tokenizer.Decode(ids));
        Assert.InRange(text.Length / (double)ids.Length, 2.3, 3.3); // bytes for a token
        Assert.True(tokenizer.IdOf("Ġthe") is > 256 and < 300);
    }
}
