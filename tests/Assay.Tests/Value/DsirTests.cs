using System.IO.Compression;
using System.Text;
using System.Text.Json;
using Assay.Data;
using Assay.Numerics;
using Assay.Select;
using Assay.Value;
using FsCheck;
using FsCheck.Fluent;

namespace Assay.Tests.Value;

public class DsirTests
{
    [Theory]
    [InlineData("alice", 6720)]
    [InlineData("alice went", 114)]
    public void Buckets_are_those_of_the_reference(string nGram, int bucket)
    {
        HashedNGrams nGrams = new();
        Assert.Equal(bucket, nGrams.BucketOf(Encoding.UTF8.GetBytes(nGram)));
        Assert.Equal(bucket, nGrams.BucketOf(Encoding.UTF8.GetBytes(nGram))); // from memory
    }

    [Theory]
    [InlineData("Alice went!", "alice|went|!|alice went|went !")]
    [InlineData("  it's\u00A0(so_so) 3.5", "it|'|s|(|so_so|)|3|.|5|it '|' s|s (|( so_so|so_so )|) 3|3 .|. 5")]
    [InlineData("...--x", "...--|x|...--\u0020x")]
    [InlineData("ÄRA ½ x²", "ära|½|x²|ära ½|½ x²")]
    [InlineData("İx", "i|\u0307|x|i \u0307|\u0307 x")]
    [InlineData("ΟΔΟΣ Σ", "οδος|σ|οδος σ")]
    [InlineData("", "")]
    public void Tokens_are_runs_of_word_characters_and_runs_of_others(string text, string expected)
    {
        HashedNGrams nGrams = new();
        int[] buckets =
        [
            .. expected
                .Split('|', StringSplitOptions.RemoveEmptyEntries)
                .Select(nGram => nGrams.BucketOf(Encoding.UTF8.GetBytes(nGram))),
        ];
        Assert.Equal(buckets, nGrams.Read(Encoding.UTF8.GetBytes(text)).ToArray());
    }

    [Fact]
    public void Eight_hashes_at_once_are_those_of_one_at_a_time()
    {
        Sha256Lanes lanes = new();
        RandomStream random = new(1, "messages");
        for (int round = 0; round < 50; round++)
        {
            byte[][] messages = [.. Enumerable.Range(0, 8).Select(_ => new byte[random.NextInt32(56)])];
            foreach ((int lane, byte[] message) in messages.Index())
            {
                for (int i = 0; i < message.Length; i++)
                    message[i] = (byte)random.NextInt32(256);
                lanes.Set(lane, message);
            }
            lanes.Hash();
            foreach ((int lane, byte[] message) in messages.Index())
                Assert.Equal(
                    Convert.ToHexString(System.Security.Cryptography.SHA256.HashData(message)),
                    string.Concat(Enumerable.Range(0, 8).Select(word => lanes.Digest(lane, word).ToString("X8", null)))
                );
        }
    }

    [Fact]
    public void Buckets_are_the_hash_modulo_their_number_for_n_grams_of_any_length()
    {
        RandomStream random = new(2, "lengths");
        foreach (int buckets in (int[])[1, 7, 10_000, 1 << 24])
        {
            HashedNGrams nGrams = new(buckets);
            string text = string.Join(
                ' ',
                Enumerable.Range(0, 60).Select(i => new string((char)('a' + random.NextInt32(26)), 1 + i))
            );
            string[] words = text.Split(' ');
            int[] expected =
            [
                .. words
                    .Concat(words.Zip(words.Skip(1), (a, b) => a + " " + b))
                    .Select(nGram =>
                        (int)(
                            new System.Numerics.BigInteger(
                                System.Security.Cryptography.SHA256.HashData(Encoding.UTF8.GetBytes(nGram)),
                                isUnsigned: true,
                                isBigEndian: true
                            ) % buckets
                        )
                    ),
            ];
            Assert.Equal(expected, nGrams.Read(Encoding.UTF8.GetBytes(text)).ToArray());
            Assert.Equal(expected, nGrams.Read(Encoding.UTF8.GetBytes(text)).ToArray());
        }
    }

    [Fact]
    public void Any_bytes_can_be_read() =>
        Prop.ForAll(
                Gen.Elements<byte>(0x20, (byte)'a', (byte)'.', 0xFF, 0xC4, 0xB0, 0xC8, 0xBA, 0xE2)
                    .ArrayOf()
                    .ToArbitrary(),
                bytes =>
                {
                    HashedNGrams nGrams = new(orders: 3);
                    byte[] many = [.. Enumerable.Repeat(bytes, 200).SelectMany(some => some)];
                    int found = nGrams.Read(many).Length,
                        tokens = nGrams.Tokens;
                    return found
                        == 3 * tokens
                            - (
                                tokens > 1 ? 3
                                : tokens == 1 ? 2
                                : 0
                            );
                }
            )
            .Holds();

    [Fact]
    public void Log_weights_lengths_and_the_best_rows_are_those_of_the_reference()
    {
        using JsonDocument golden = JsonDocument.Parse(
            File.ReadAllText(SharedData.Path("data-selection-survey/dsir_golden.json"))
        );
        (string Domain, string Text)[] pile = ToyPile();
        View view = new(Dataset.OfTexts(pile.Select(document => document.Text), rowsPerTable: 64));
        View wikipedia = new(view.Dataset, view.Selection.Where(row => pile[row].Domain == "Wikipedia (en)"));
        Assert.Equal(41, wikipedia.Selection.Count);
        DsirOptions options = new() { Target = "target", Laplace = 1 };
        double[] all = Value(view, wikipedia, options with { MinTokens = 0 })[0].Values;
        double[] expected = Numbers(golden, "log_weight_docs_0_9");
        for (int i = 0; i < expected.Length; i++)
            Assert.Equal(expected[i], all[i], 1e-9);
        HashedNGrams nGrams = new();
        int[] lengths = [.. pile.Take(10).Select(document => Read(nGrams, document.Text))];
        Assert.Equal(Numbers(golden, "token_length_docs_0_9"), lengths.Select(length => (double)length));

        double[] values = Value(view, wikipedia, options)[0].Values;
        Assert.Equal(793, values.Count(double.IsFinite));
        Assert.Equal(
            Numbers(golden, "top20_by_log_weight_min_length_100").Select(row => (int)row),
            Enumerable
                .Range(0, values.Length)
                .Where(row => double.IsFinite(values[row]))
                .OrderByDescending(row => values[row])
                .Take(20)
        );

        static double[] Numbers(JsonDocument json, string name) =>
            [.. json.RootElement.GetProperty(name).EnumerateArray().Select(number => number.GetDouble())];
        static int Read(HashedNGrams nGrams, string text)
        {
            nGrams.Read(Encoding.UTF8.GetBytes(text));
            return nGrams.Tokens;
        }
    }

    [Fact]
    public void A_worked_example()
    {
        // Target: a a b -> a 2/3, b 1/3. Pool: a b b -> a 1/3, b 2/3. Unigrams only.
        View pool = new(Dataset.OfTexts(["a b", "b"]));
        DsirOptions options = new()
        {
            Target = "target",
            NGrams = 1,
            MinTokens = 0,
        };
        IReadOnlyList<Signal> found = Value(pool, new(Dataset.OfTexts(["a a", "b"])), options);
        Assert.Equal(["dsir", "dsir-per-token"], found.Select(signal => signal.Name));
        Assert.Equal(0, found[0].Values[0], 1e-7);
        Assert.Equal(Math.Log(1.0 / 2), found[0].Values[1], 1e-7);
        found = Value(pool, new(Dataset.OfTexts(["a"])), options);
        Assert.Equal(
            Math.Log(1 + 1e-8) - Math.Log(1 / 3.0 + 1e-8) + Math.Log(1e-8) - Math.Log(2 / 3.0 + 1e-8),
            found[0].Values[0],
            1e-9
        );
        Assert.Equal(found[0].Values[0] / 2, found[1].Values[0]);
    }

    [Fact]
    public void A_target_like_the_pool_weighs_all_rows_alike() =>
        Prop.ForAll(
                Gen.Elements("one", "two", "three", "four two").ArrayOf().ToArbitrary(),
                texts =>
                {
                    View view = new(Dataset.OfTexts(texts.Append("two").Concat(texts)));
                    double[] values = Value(view, view, new() { Target = "target", MinTokens = 0 })[0].Values;
                    return values.All(value => value == 0);
                }
            )
            .Holds();

    [Fact]
    public void Weights_do_not_depend_on_threads_or_kills()
    {
        View view = new(Dataset.OfTexts(Texts(300), rowsPerTable: 17));
        View target = new(Dataset.OfTexts(Texts(40, "cat"), rowsPerTable: 7));
        DsirOptions options = new() { Target = "target", MinTokens = 3 };
        double[] one = Value(view, target, options, threads: 1)[0].Values;
        Assert.Equal(one, Value(view, target, options, threads: 2)[0].Values);
        using Pieces pieces = Pieces.Temporary();
        Value(view, target, options, pieces: pieces);
        foreach (string piece in (string[])["weights:3", "pool:2", "target:1", "weights:9"])
            File.Delete(pieces.PathOf(piece.Split(':')[0], int.Parse(piece.Split(':')[1], null)));
        Assert.Equal(one, Value(view, target, options, pieces: pieces)[0].Values);
        // With all weights made, not even the counts are needed.
        pieces.Delete("pool");
        Assert.Equal(one, Value(view, target, options, pieces: pieces)[0].Values);
    }

    [Fact]
    public void The_selector_is_the_signal_and_a_gumbel_draw()
    {
        View view = new(Dataset.OfTexts(Texts(200), rowsPerTable: 30));
        View target = new(Dataset.OfTexts(Texts(40, "cat")));
        DsirSelectionOptions options = new()
        {
            Target = "target",
            Keep = Rows.Amount("20%"),
            MinTokens = 4,
            Laplace = 1,
        };
        Selected selected = Select(view, target, options);
        Assert.True(selected.Complements(view));
        Assert.Equal(40, selected.Kept.Count);
        Assert.Equal(["dsir.not_drawn", "dsir.too_short"], selected.Drops.Reasons.Order());
        View valued = view.With(signals: Value(view, target, options));
        TopOptions top = new()
        {
            By = "dsir",
            Keep = options.Keep,
            Temperature = 1,
        };
        Assert.Equal(new Top(top).Run(valued).Kept.Rows, selected.Kept.Rows);
        int[] best = Select(view, target, options with { Temperature = 0 }).Kept.Rows;
        double[] values = valued.Signal("dsir").Values;
        Assert.Equal(
            best.Sum(row => values[row]),
            values.Where(double.IsFinite).OrderDescending().Take(40).Sum(),
            1e-9
        );
        Assert.NotEqual(best, selected.Kept.Rows);
    }

    [Fact]
    public void A_target_without_words_and_a_missing_one_are_refused()
    {
        View view = new(Dataset.OfTexts(["some text"]));
        DsirOptions options = new() { Target = "target" };
        AssayException failure = Assert.Throws<AssayException>(() => Value(view, new(Dataset.OfTexts([""])), options));
        Assert.Contains("'target' has no words", failure.Message);
        Assert.Throws<AssayException>(() => Value(view, view, options with { Target = "other" }));
        Assert.Throws<ArgumentException>(() => new ImportanceWeights([1], [0]));
        Assert.Throws<ArgumentException>(() => new ImportanceWeights([1, 2], [1]));
        Assert.Throws<ArgumentException>(() => new ImportanceWeights([1, -1], [1, 1]));
    }

    [Fact]
    public void A_pool_without_words_has_no_weight_to_speak_of()
    {
        View target = new(Dataset.OfTexts(["some text"]));
        View view = new(Dataset.OfTexts(["", " "]));
        DsirOptions options = new() { Target = "target", MinTokens = 0 };
        Assert.Equal([0, 0], Value(view, target, options)[0].Values);
        Assert.All(
            Value(view, target, options with { MinTokens = 1 })[0].Values,
            value => Assert.True(double.IsNaN(value))
        );
        Assert.Empty(Value(new(Dataset.OfTexts([])), target, options)[0].Values);
    }

    internal static (string Domain, string Text)[] ToyPile()
    {
        using FileStream file = File.OpenRead(SharedData.Path("data-selection-survey/toy_pile.jsonl.gz"));
        using StreamReader reader = new(new GZipStream(file, CompressionMode.Decompress));
        List<(string, string)> documents = [];
        while (reader.ReadLine() is { } line)
        {
            using JsonDocument json = JsonDocument.Parse(line);
            documents.Add(
                (json.RootElement.GetProperty("domain").GetString()!, json.RootElement.GetProperty("text").GetString()!)
            );
        }
        return [.. documents];
    }

    private static IEnumerable<string> Texts(int count, string word = "dog")
    {
        RandomStream random = new(5, word);
        string[] words = ["the", "cat", "dog", "sat", "ran", "on", "mat", "and", word, word];
        for (int i = 0; i < count; i++)
            yield return string.Join(
                ' ',
                Enumerable.Range(0, 2 + i % 9).Select(_ => words[random.NextInt32(words.Length)])
            );
    }

    private static IReadOnlyList<Signal> Value(
        View view,
        View target,
        DsirOptions options,
        int threads = 2,
        Pieces? pieces = null
    )
    {
        using Pieces temporary = Pieces.Temporary();
        return new DsirWeight(options).Value(view, WorkOn(pieces ?? temporary, target, threads));
    }

    private static Selected Select(View view, View target, DsirSelectionOptions options)
    {
        using Pieces pieces = Pieces.Temporary();
        return new Dsir(options).Select(view, WorkOn(pieces, target, 2));
    }

    private static Work WorkOn(Pieces pieces, View target, int threads) =>
        new(pieces)
        {
            Random = new(7, "step"),
            Threads = threads,
            Datasets = new Dictionary<string, View> { ["target"] = target },
        };
}
