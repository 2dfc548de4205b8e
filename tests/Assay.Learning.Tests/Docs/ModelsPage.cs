using Assay.Numerics;

namespace Assay.Learning.Tests;

/// <summary>The code of docs/models.md, run.</summary>
public sealed class ModelsPage
{
    [Fact]
    public void TheExampleOfThePageRuns()
    {
        using TemporaryFolder temporary = new();
        string folder = temporary.Path;
        new LanguageModel(
            new Transformer(ModelSizes.Of("gpt-250k"), new RandomStream(1, "model")),
            new ByteTokenizer()
        ).Save(folder);
        RandomStream stream = new(2, "texts");
        int[] prompt = [1, 2],
            answer = [3],
            tokens = [1, 2, 3];

        // csharpier-ignore-start
        LanguageModel model = LanguageModel.Load(folder);              // config.json, model.safetensors, tokenizer.json
        double bits = model.BitsPerByte("What does this text cost?"u8);

        GenerationOptions options = new() { MaxTokens = 40, Sampling = new() { Temperature = 0.8, TopP = 0.95 } };
        IReadOnlyList<GeneratedText> texts = model.Generate(["Once upon", "In the year"], options, stream);

        TokenBatch batch = TokenBatch.OfCompletions((prompt, answer));
        Tensor logProbability = model.Transformer.LogProbabilities(batch);   // [1], with a gradient
        Tensor[] states = model.Transformer.HiddenStates(tokens, batch: 1);  // embedding, after each layer; the last after the norm
        // csharpier-ignore-end

        // A model that knows nothing yet: log2 of 259 for each byte.
        Assert.InRange(bits, 7.5, 8.7);
        Assert.Equal(2, texts.Count);
        Assert.InRange(logProbability.Item(), -6.2f, -5);
        Assert.Equal(5, states.Length);
    }
}
