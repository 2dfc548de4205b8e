using System.Text;
using Assay.Numerics;
using Microsoft.Extensions.AI;

namespace Assay.Learning.Tests;

public sealed class LanguageModelTests : IDisposable
{
    private static readonly string[] Prompts = ["abc", "a longer prompt", "x"];
    private readonly TemporaryFolder _folder = new();
    private readonly RandomStream _stream = new(9, "texts");

    public void Dispose() => _folder.Dispose();

    private static LanguageModel Model(
        TransformerFamily family = TransformerFamily.Llama,
        int context = 40,
        ITokenizer? tokenizer = null
    ) =>
        new(
            new Transformer(
                TinyModels.Config(family) with
                {
                    VocabularySize = 259,
                    ContextLength = context,
                },
                new RandomStream(4, "model")
            ),
            tokenizer ?? new ByteTokenizer()
        );

    private static double LogProbability(Transformer model, int[] tokens, int place)
    {
        using var noGrad = Tensor.NoGrad();
        using TensorScope scope = new();
        Tensor logs = model.Forward(tokens.AsMemory(0, place), 1).LogSoftmax();
        return logs.Data[(place - 1) * model.Config.VocabularySize + tokens[place]];
    }

    [Fact]
    public void LogProbabilitiesOfABatchAreThoseOfItsSequences()
    {
        Transformer model = Model().Transformer;
        int[] prompt = [1, 2, 3],
            completion = [4, 5],
            other = [7, 8, 9, 10, 11, 12];
        TokenBatch batch = TokenBatch.OfCompletions((prompt, completion), ([], other));
        Assert.Equal((2, 5), (batch.Counted(0), batch.Counted(1)));
        using TensorScope scope = new();
        Tensor tokens = model.TokenLogProbabilities(batch),
            sums = model.LogProbabilities(batch);
        Assert.Equal([2, 5], tokens.Shape.ToArray());
        int[] all = [.. prompt, .. completion];
        Assert.Equal([0f, 0f], tokens.Data[..2].ToArray());
        Assert.Equal(0, tokens.Data[4]);
        Assert.Equal(LogProbability(model, all, 3), tokens.Data[2], 1e-4);
        Assert.Equal(LogProbability(model, all, 4), tokens.Data[3], 1e-4);
        Assert.Equal(Enumerable.Range(1, 5).Sum(place => LogProbability(model, other, place)), sums.Data[1], 1e-3);
        // They have gradients, of the completion only: the last token is an output alone.
        sums.Sum().Backward();
        Assert.All(model.Parameters(), parameter => Assert.NotNull(parameter.Tensor.Grad));
        Assert.Throws<ArgumentException>(() => TokenBatch.Of([5]));
        Assert.Throws<ArgumentException>(() => TokenBatch.Of());
    }

    [Fact]
    public void BitsPerByteAreThoseOfEveryTokenFromTheBeginToken()
    {
        LanguageModel model = Model();
        byte[] text = "some text"u8.ToArray();
        int[] ids = [256, .. text.Select(value => (int)value)];
        double nats = -Enumerable.Range(1, 9).Sum(place => LogProbability(model.Transformer, ids, place));
        TextCost cost = model.Cost(text);
        Assert.Equal(nats / Math.Log(2), cost.Bits, 1e-3);
        Assert.Equal((9, 9), (cost.Bytes, cost.Tokens));
        Assert.Equal(cost.Bits / 9, model.BitsPerByte(text), 1e-9);
        Assert.Equal(0, model.BitsPerByte([]));
    }

    [Fact]
    public void LongTextsAreReadInWindowsThatOverlapByHalf()
    {
        LanguageModel model = Model(context: 8);
        byte[] text = "a text of more than two windows"u8.ToArray();
        int[] ids = [256, .. text.Select(value => (int)value)];
        double nats = 0;
        // Windows of 9 tokens: the first predicts 8, each later one those beyond 4 of context.
        for (int place = 1; place < ids.Length; place++)
        {
            int start = place <= 8 ? 0 : 5 + (place - 9) / 5 * 5;
            nats -= LogProbability(model.Transformer, ids[start..], place - start);
        }
        Assert.Equal(nats / Math.Log(2), model.Cost(text).Bits, 1e-2);
    }

    [Fact]
    public void TextsScoredTogetherCostWhatEachCostsAfterItsContext()
    {
        LanguageModel model = Model(context: 8);
        (ReadOnlyMemory<byte> Context, ReadOnlyMemory<byte> Text)[] texts =
        [
            (default, "some text that is long"u8.ToArray()),
            ("ab"u8.ToArray(), "cd"u8.ToArray()),
            ("a context that is longer than a window"u8.ToArray(), "x"u8.ToArray()),
            ("context"u8.ToArray(), default),
        ];
        TextCost[] costs = TextCosts.Of(model, texts);
        Assert.Equal(model.Cost("some text that is long"u8).Bits, costs[0].Bits, 1e-3);
        double nats = -Enumerable
            .Range(3, 2)
            .Sum(place => LogProbability(model.Transformer, [256, 97, 98, 99, 100], place));
        Assert.Equal(nats / Math.Log(2), costs[1].Bits, 1e-3);
        Assert.Equal((2L, 2L), (costs[1].Bytes, costs[1].Tokens));
        // Half a window of the context is what is read of a long one.
        int[] end = [.. "dow"u8.ToArray().Select(value => (int)value), 'x'];
        Assert.Equal(-LogProbability(model.Transformer, ['n', .. end], 4) / Math.Log(2), costs[2].Bits, 1e-3);
        Assert.True(costs[3] is { Bits: 0, Tokens: 0 } && double.IsNaN(costs[3].Perplexity));
        Assert.Equal(costs, TextCosts.Of(model, texts));
        Assert.NotEqual(costs[1].Bits, TextCosts.Of(model, texts, start: 257)[1].Bits);
    }

    [Fact]
    public void WithoutABeginTokenTheFirstTokenCostsLog2OfTheVocabulary()
    {
        byte[] text = "abab"u8.ToArray();
        LanguageModel model = Model(tokenizer: CharacterTokenizer.Of(text));
        double nats = -Enumerable.Range(1, 3).Sum(place => LogProbability(model.Transformer, [0, 1, 0, 1], place));
        Assert.Equal(nats / Math.Log(2) + Math.Log2(259), model.Cost(text).Bits, 1e-3);
        Assert.Throws<NotSupportedException>(() => model.Save(_folder.Path));
    }

    [Theory]
    [InlineData(TransformerFamily.Llama)]
    [InlineData(TransformerFamily.GptNeoX)]
    [InlineData(TransformerFamily.Gpt2)]
    public void GreedyTextIsTheMostLikelyTokenOfTheWholeSequenceEachTime(TransformerFamily family)
    {
        LanguageModel model = Model(family);
        GenerationOptions options = new()
        {
            Sampling = SamplingOptions.Greedy,
            MaxTokens = 12,
            BatchSize = 2,
        };
        IReadOnlyList<GeneratedText> texts = model.Generate(Prompts, options, _stream);
        for (int i = 0; i < texts.Count; i++)
        {
            int[] ids = [256, .. Encoding.UTF8.GetBytes(Prompts[i]).Select(value => (int)value)];
            for (int t = 0; t < texts[i].Tokens.Length; t++)
            {
                using TensorScope scope = new();
                Tensor logits = model.Transformer.Forward(ids, 1);
                Tensor last = logits.Reshape(ids.Length, 259).Slice(0, ids.Length - 1, 1);
                int token = texts[i].Tokens[t];
                // As likely as the best to rounding: what the cache gives is not the same to the last bit.
                Assert.InRange(last.Max().Item() - last.Data[token], 0, 1e-4);
                ids = [.. ids, token];
                Assert.Equal(
                    LogProbability(model.Transformer, ids, ids.Length - 1),
                    texts[i].LogProbabilities[t],
                    1e-4
                );
            }
            Assert.Equal(texts[i].Tokens.Length, texts[i].LogProbabilities.Length);
            Assert.True(texts[i].Tokens.Length == 12 || texts[i].End == GenerationEnd.EndToken);
        }
    }

    [Fact]
    public void TextsDoNotDependOnTheBatchTheyAreMadeIn()
    {
        LanguageModel model = Model();
        GenerationOptions options = new() { MaxTokens = 15 };
        IReadOnlyList<GeneratedText> together = model.Generate(Prompts, options with { BatchSize = 3 }, _stream),
            alone = model.Generate(Prompts, options with { BatchSize = 1 }, _stream);
        Assert.Equal(together.Select(text => text.ToString()), alone.Select(text => text.ToString()));
        Assert.NotEqual(together[0].Tokens, model.Generate(Prompts, options, new RandomStream(10, "texts"))[0].Tokens);
    }

    [Fact]
    public void TextsEndAtStopsAtEndTokensAndWithTheContext()
    {
        LanguageModel model = Model();
        // Every token is as likely as its bias in the embedding allows: make 'z' then the end the only choices.
        GenerationOptions greedy = new() { Sampling = SamplingOptions.Greedy, MaxTokens = 100 };
        GeneratedText full = model.Generate(["abc"], greedy, _stream)[0];
        Assert.True(full.End == GenerationEnd.EndToken || full.Tokens.Length == 40 - 4);
        Assert.Equal(full.Tokens.Where(token => token < 256).Select(token => (byte)token), full.Text);

        // Stop at what it makes as its third byte, if that is a character.
        int third = Array.FindIndex(full.Tokens, 2, token => token is > 0 and < 128);
        Assert.True(third >= 0);
        string stop = ((char)full.Tokens[third]).ToString();
        GeneratedText stopped = model.Generate(["abc"], greedy with { Stops = [stop] }, _stream)[0];
        Assert.Equal(GenerationEnd.Stop, stopped.End);
        Assert.DoesNotContain(stop, stopped.ToString());

        TransformerConfig ending = model.Transformer.Config with { EndTokens = [full.Tokens[0]] };
        Transformer same = new(ending, new RandomStream(1, "other"));
        same.Restore(model.Transformer.Snapshot());
        GeneratedText ended = new LanguageModel(same, model.Tokenizer).Generate(["abc"], greedy, _stream)[0];
        Assert.Equal(GenerationEnd.EndToken, ended.End);
        Assert.Empty(ended.Text);
        Assert.Single(ended.Tokens);
    }

    [Fact]
    public void PromptsThatLeaveNoRoomAreErrors()
    {
        LanguageModel model = Model(context: 8);
        Assert.Throws<ArgumentException>(() => model.Generate([new int[8]], new(), _stream));
        Assert.Throws<ArgumentException>(() => model.Generate([Array.Empty<int>()], new(), _stream));
        Assert.Throws<ArgumentException>(() =>
            Model(tokenizer: new ByteTokenizer()).Transformer.Forward(new int[41], 1)
        );
    }

    [Fact]
    public void AFolderGivesBackTheModelAndItsTokens()
    {
        LanguageModel model = Model();
        model.Save(_folder.Path);
        LanguageModel read = LanguageModel.Load(_folder.Path);
        Assert.Equal(model.Transformer.Snapshot(), read.Transformer.Snapshot());
        Assert.Equal(model.Tokenizer.Special, read.Tokenizer.Special);
        byte[] text = [.. Enumerable.Range(0, 256).Select(value => (byte)value), .. "grüße </s> 你好"u8];
        Assert.Equal(model.Tokenizer.Encode(text), read.Tokenizer.Encode(text));
        Assert.Equal(
            model.Tokenizer.Encode("a  b", EncodeOptions.AddSpecial),
            read.Tokenizer.Encode("a  b", EncodeOptions.AddSpecial)
        );
        Assert.Equal(model.BitsPerByte(text), read.BitsPerByte(text));
        read.Save(_folder["again"]);
        Assert.Equal(
            File.ReadAllBytes(_folder["tokenizer.json"]),
            File.ReadAllBytes(Path.Combine(_folder["again"], "tokenizer.json"))
        );
    }

    [Fact]
    public async Task TheLocalChatClientRepliesAsTheModelContinues()
    {
        LanguageModel model = Model();
        using LocalChatClient client = new(model, model.Tokenizer, "tiny", ChatTemplate.None);
        ChatResponse reply = await client.GetResponseAsync(
            "abc",
            new() { Temperature = 0, MaxOutputTokens = 8 },
            TestContext.Current.CancellationToken
        );
        GeneratedText expected = model.Generate(
            ["abc"],
            new() { Sampling = SamplingOptions.Greedy, MaxTokens = 8 },
            _stream
        )[0];
        Assert.Equal(expected.ToString(), reply.Text);
    }

    [Fact]
    public void ATokenizerWithMoreTokensThanTheModelIsAnError() =>
        Assert.Throws<ArgumentException>(() =>
            new LanguageModel(TinyModels.Model(TransformerFamily.Llama), new ByteTokenizer())
        );
}
