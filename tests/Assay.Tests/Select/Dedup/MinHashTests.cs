using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Assay.Numerics;
using Assay.Select;
using FsCheck;
using FsCheck.Fluent;

namespace Assay.Tests.Select;

public class MinHashTests
{
    private static RowSigner Signer(Banding banding, ulong seed = 7) =>
        new(new(), banding, new MinHash(banding.Hashes, new RandomStream(seed, "minhash")));

    private static List<string> Words(string text)
    {
        byte[] utf8 = Encoding.UTF8.GetBytes(text);
        NGramReader reader = new(utf8, new ulong[5]);
        List<string> words = [];
        while (reader.NextWord())
            words.Add(Encoding.UTF8.GetString(utf8[reader.Word]));
        return words;
    }

    private static uint[] Grams(string text, int n = 5)
    {
        NGramReader reader = new(Encoding.UTF8.GetBytes(text), new ulong[n]);
        List<uint> all = [];
        uint[] few = new uint[3];
        for (int count; (count = reader.Read(few)) > 0; )
            all.AddRange(few[..count]);
        return [.. all];
    }

    [Fact]
    public void Words_make_the_reference_n_grams()
    {
        List<string> words = Words("the quick brown fox jumps over 0 lazy dogs the quick brown fox jumps");
        ulong Hash(int start) =>
            BinaryPrimitives.ReadUInt64LittleEndian(
                SHA1.HashData(Encoding.UTF8.GetBytes(string.Join(' ', words.Skip(start).Take(5))))
            );
        Assert.Equal(14, words.Count);
        Assert.Equal(12313522834835307089UL, Hash(0));
        Assert.Equal(13802602654544986703UL, Hash(1));
    }

    [Fact]
    public void Equal_windows_and_only_those_hash_alike()
    {
        uint[] grams = Grams("the quick brown fox jumps over 0 lazy dogs the quick brown fox jumps");
        Assert.Equal(10, grams.Length);
        Assert.Equal(grams[0], grams[9]);
        Assert.Equal(9, grams.Distinct().Count());
        Assert.Equal(grams[1], Assert.Single(Grams("quick brown fox jumps over")));
        Assert.NotEqual(Grams("a b c d e"), Grams("e d c b a"));
    }

    [Theory]
    [InlineData("", 0)]
    [InlineData("one", 1)]
    [InlineData("one two three four", 1)]
    [InlineData("one two three four five", 1)]
    [InlineData("one two three four five six", 2)]
    public void Short_texts_are_one_n_gram(string text, int count) => Assert.Equal(count, Grams(text).Length);

    [Fact]
    public void Words_of_every_length_are_told_apart_wherever_they_stand()
    {
        HashSet<uint> seen = [];
        for (int length = 1; length <= 40; length++)
        for (int changed = 0; changed < length; changed++)
        {
            string word = new string('a', changed) + 'b' + new string('a', length - changed - 1);
            uint alone = Assert.Single(Grams(word, 1));
            Assert.Equal(alone, Grams(word + " and more words behind", 1)[0]);
            Assert.Equal(alone, Grams("before " + word, 1)[1]);
            Assert.True(seen.Add(alone), word);
        }
    }

    [Fact]
    public void Characters_are_words_in_scripts_without_spaces() =>
        Assert.Equal(["gpt", "模", "型", "很", "好", "ก", "ข", "한국어", "x"], Words("gpt模型很好 กข 한국어 x"));

    [Fact]
    public void Vectors_of_any_width_give_the_scalar_bits()
    {
        foreach (int hashes in (int[])[1, 15, 16, 112, 200])
        {
            MinHash minHash = new(hashes, new RandomStream(3, "family"));
            Prop.ForAll<uint[]>(set =>
                {
                    long[] expected = Minima(minHash.PaddedCount);
                    minHash.UpdateScalar(set, expected);
                    // Without such vectors the same loops run in software.
                    long[] wide = Minima(minHash.PaddedCount),
                        half = Minima(minHash.PaddedCount);
                    minHash.Update512(set, wide);
                    minHash.Update256(set, half);
                    return wide.AsSpan(0, hashes).SequenceEqual(expected.AsSpan(0, hashes))
                        && half.AsSpan(0, hashes).SequenceEqual(expected.AsSpan(0, hashes));
                })
                .Holds();
        }
        static long[] Minima(int count)
        {
            long[] minima = new long[count];
            Array.Fill(minima, long.MaxValue);
            return minima;
        }
    }

    // 1000 pairs for each similarity, seeds fixed. The mean agreement must lie within 4.5 standard errors (false alarm 7e-6 each),
    // and the variance within 4.5 standard errors of s (1 - s) / 112 (its own standard error is about sqrt(2 / 1000)).
    [Theory]
    [InlineData(0.2)]
    [InlineData(0.5)]
    [InlineData(0.8)]
    public void Agreement_estimates_Jaccard_with_the_binomial_spread(double similarity)
    {
        const int pairs = 1000,
            hashes = 112,
            union = 200;
        RandomStream random = new(11, "pairs");
        double sum = 0,
            squares = 0;
        int shared = (int)(similarity * union);
        for (int pair = 0; pair < pairs; pair++)
        {
            MinHash minHash = new(hashes, random.Child(pair));
            uint[] all = new uint[union];
            for (int i = 0; i < union; i++)
                all[i] = (uint)(random.NextUInt64() >> 32);
            int half = shared + (union - shared) / 2;
            uint[] a = Sign(minHash, all[..half]),
                b = Sign(minHash, [.. all[..shared], .. all[half..]]);
            double agreement = a.Zip(b).Count(both => both.First == both.Second) / (double)hashes;
            sum += agreement;
            squares += (agreement - similarity) * (agreement - similarity);
        }
        double variance = similarity * (1 - similarity) / hashes;
        Assert.InRange((sum / pairs - similarity) / Math.Sqrt(variance / pairs), -4.5, 4.5);
        Assert.InRange((squares / pairs / variance - 1) / Math.Sqrt(2.0 / pairs), -4.5, 4.5);
    }

    // 2000 pairs whose n-gram sets have Jaccard similarity 0.7: the share that matches lies within 4.5 standard errors (false alarm 7e-6).
    [Fact]
    public void Pairs_match_as_often_as_the_rule_says()
    {
        Banding banding = Banding.Default;
        const int pairs = 2000;
        int matches = 0;
        RandomStream random = new(13, "pairs");
        for (int pair = 0; pair < pairs; pair++)
        {
            MinHash minHash = new(banding.Hashes, random.Child(pair));
            uint[] all = new uint[200];
            for (int i = 0; i < all.Length; i++)
                all[i] = (uint)(random.NextUInt64() >> 32);
            uint[] a = Sign(minHash, all[..170]),
                b = Sign(minHash, [.. all[..140], .. all[170..]]);
            matches += Enumerable
                .Range(0, banding.Bands)
                .Any(band =>
                    a.AsSpan(band * banding.Rows, banding.Rows)
                        .SequenceEqual(b.AsSpan(band * banding.Rows, banding.Rows))
                )
                ? 1
                : 0;
        }
        double expected = banding.MatchProbability(0.7);
        Assert.InRange((matches / (double)pairs - expected) / Math.Sqrt(expected * (1 - expected) / pairs), -4.5, 4.5);
    }

    [Fact]
    public void Identical_texts_share_every_band_and_another_seed_gives_other_bands()
    {
        byte[] words = Encoding.UTF8.GetBytes("the same words in the same order again and again");
        ulong[] a = new ulong[14],
            b = new ulong[14],
            c = new ulong[14];
        Signer(Banding.Default).Bands(words, a, default);
        Signer(Banding.Default).Bands(words, b, default);
        Signer(Banding.Default, seed: 8).Bands(words, c, default);
        Assert.Equal(a, b);
        Assert.Equal(14, a.Distinct().Count());
        Assert.Empty(a.Intersect(c));
    }

    [Theory]
    [InlineData(14, 8, 0.5, 0.053320)]
    [InlineData(14, 8, 0.6, 0.211122)]
    [InlineData(14, 8, 0.7, 0.564504)]
    [InlineData(14, 8, 0.75, 0.771634)]
    [InlineData(14, 8, 0.8, 0.923548)]
    [InlineData(14, 8, 0.85, 0.988366)]
    [InlineData(14, 8, 0.9, 0.999622)]
    [InlineData(450, 20, 0.7, 0.301771)]
    [InlineData(450, 20, 0.75, 0.760527)]
    [InlineData(450, 20, 0.8, 0.994583)]
    public void Match_probabilities_are_those_of_the_survey(int bands, int rows, double similarity, double expected) =>
        Assert.Equal(expected, new Banding(bands, rows).MatchProbability(similarity), 6);

    [Fact]
    public void Knees_are_those_of_the_survey()
    {
        Assert.Equal(0.7190, Banding.Default.Knee, 4);
        Assert.Equal(0.7368, new Banding(450, 20).Knee, 4);
    }

    [Theory]
    [InlineData(0.5)]
    [InlineData(0.7)]
    [InlineData(0.8)]
    [InlineData(0.9)]
    public void A_threshold_chooses_bands_with_a_knee_nearby(double threshold)
    {
        Banding banding = Banding.ForThreshold(threshold);
        Assert.InRange(banding.Knee, threshold - 0.03, threshold + 0.03);
        Assert.InRange(banding.Hashes, 96, 128);
    }

    [Fact]
    public void Bands_given_outweigh_a_threshold()
    {
        Assert.Equal(Banding.Default, Banding.Of(new()));
        Assert.Equal(new(20, 8), Banding.Of(new() { Bands = 20, Threshold = 0.9 }));
        Assert.Equal(Banding.ForThreshold(0.9), Banding.Of(new() { Threshold = 0.9 }));
    }

    private static uint[] Sign(MinHash minHash, uint[] set)
    {
        long[] minima = new long[minHash.PaddedCount];
        Array.Fill(minima, long.MaxValue);
        minHash.Update(set, minima);
        uint[] signature = new uint[minHash.Count];
        minHash.Finish(minima, signature);
        return signature;
    }
}
