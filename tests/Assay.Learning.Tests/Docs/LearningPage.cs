using Assay.Numerics;
using Microsoft.Extensions.AI;

namespace Assay.Learning.Tests;

/// <summary>The code of docs/learning.md, run.</summary>
public sealed class LearningPage
{
    private const int Rows = 90;
    private readonly float[] _values = new float[Rows * 4];
    private readonly int[] _labels = new int[Rows];

    public LearningPage()
    {
        RandomStream random = new(1, "rows");
        for (int row = 0; row < Rows; row++)
        {
            _labels[row] = row % 3;
            for (int column = 0; column < 4; column++)
                _values[row * 4 + column] = (float)random.NextDouble() + (column == _labels[row] ? 1 : 0);
        }
    }

    // csharpier-ignore-start
    sealed class Classifier(RandomStream stream) : Module
    {
        private readonly Linear _hidden = new(stream, inputs: 4, outputs: 16),
            _output = new(stream, inputs: 16, outputs: 3);

        public override IEnumerable<Parameter> Parameters() =>
            [.. Within("hidden", _hidden), .. Within("output", _output)];

        public Tensor Forward(Tensor x) => _output.Forward(_hidden.Forward(x).Gelu()); // [rows, 4] to [rows, 3]
    }
    // csharpier-ignore-end

    [Fact]
    public void AModelALoopAndGradientsOfSingleRows()
    {
        float[] values = _values;
        int[] labels = _labels;
        int rows = Rows;

        // csharpier-ignore-start
        Classifier model = new(new RandomStream(7, "model"));
        Optimiser optimiser = new(model.TrainableParameters(), new AdamW(), weightDecay: 0.01);
        for (int step = 0; step < 100; step++)
        {
            using TensorScope scope = new();                          // its end gives back all memory of the step
            Tensor x = Tensor.Of(values, rows, 4);
            Tensor loss = Functional.CrossEntropy(model.Forward(x), labels);
            loss.Backward();
            optimiser.Step(rate: 0.01, gradientScale: optimiser.ClipTo(1));
            optimiser.ZeroGrad();
        }
        // csharpier-ignore-end

        float[] Mean()
        {
            using TensorScope scope = new();
            Tensor loss = Functional.CrossEntropy(model.Forward(Tensor.Of(values, rows, 4)), labels);
            Assert.InRange(loss.Item(), 0, 0.5f);
            return Flat(Tensor.Gradients(loss, [.. model.TrainableParameters().Select(p => p.Tensor)]));
        }

        float[] mean = Mean();
        Matrix Gradients()
        {
            // csharpier-ignore-start
            using TensorScope scope = new();
            Tensor losses = Functional.CrossEntropyRows(model.Forward(Tensor.Of(values, rows, 4)), labels);
            Matrix gradients = PerSampleGradients.Of(model.TrainableParameters(), losses);  // [rows, parameters]

            using GhostGradients ghosts = GhostGradients.Of(model.TrainableParameters(), losses);
            double[] lengths = ghosts.Norms();                                              // without making them
            Matrix alike = ghosts.Products(ghosts);                                         // [rows, rows]
            // csharpier-ignore-end
            Assert.Equal(lengths[5] * lengths[5], alike[5, 5], 1e-5);
            return gradients;
        }

        Matrix ofRows = Gradients();
        for (int i = 0; i < mean.Length; i++)
            Assert.Equal(mean[i], Enumerable.Range(0, Rows).Average(row => ofRows[row, i]), 1e-5);

        float[] v = [.. Enumerable.Range(0, mean.Length).Select(i => (i % 3 - 1) / 10f)];
        float[] exact = HessianTimes(v);
        float[] start = model.Snapshot();
        model.Restore([.. start.Zip(v, (s, d) => s + 0.01f * d)]);
        float[] above = Mean();
        model.Restore([.. start.Zip(v, (s, d) => s - 0.01f * d)]);
        float[] below = Mean();
        model.Restore(start);
        for (int i = 0; i < exact.Length; i++)
            Assert.Equal((above[i] - below[i]) / 0.02f, exact[i], 2e-4);

        float[] HessianTimes(float[] vector)
        {
            // csharpier-ignore-start
            using TensorScope scope = new();
            Tensor[] parameters = [.. model.TrainableParameters().Select(parameter => parameter.Tensor)];
            Tensor loss = Functional.CrossEntropy(model.Forward(Tensor.Of(values, rows, 4)), labels);
            Tensor[] gradient = Tensor.Gradients(loss, parameters, createGraph: true); // has gradients itself

            Tensor slope = Tensor.Scalar(0);
            for (int i = 0, at = 0; i < parameters.Length; at += parameters[i++].Length)
            {
                Tensor direction = Tensor.Of(vector.AsSpan(at, parameters[i].Length), parameters[i].Shape);
                slope += (gradient[i] * direction).Sum();
            }
            Tensor[] product = Tensor.Gradients(slope, parameters);                    // Hessian times vector
            // csharpier-ignore-end
            return Flat(product);
        }
    }

    [Fact]
    public async Task ALanguageModelFromTrainingToChat()
    {
        string[] texts = ["the river runs to the sea", "a stone lies in the river", "the sea has no stone"];
        using TemporaryFolder temporary = new();
        string folder = temporary.Path;

        // csharpier-ignore-start
        ByteTokenizer tokenizer = new();
        TokenBatch batch = TokenBatch.Of([.. texts.Select(text => tokenizer.Encode(text))]);
        Transformer transformer = new(ModelSizes.Of("gpt-250k", tokenizer.VocabularySize), new RandomStream(7, "model"));

        Optimiser optimiser = new(transformer.TrainableParameters(), new AdamW(0.9, 0.95), weightDecay: 0.1);
        Trainer trainer = new(new() { Steps = 30, LearningRate = 3e-3, WarmUp = 3, CheckpointEvery = 10 })
        {
            Checkpoints = new TrainingCheckpoints(folder + "/checkpoints"),            // a killed run goes on from here
            Stepped = step => Console.WriteLine($"{step.Step}: {step.Loss:0.000}"),
        };
        TrainingResult result = trainer.Run(
            optimiser,
            number => transformer.Loss(batch.Inputs, batch.Targets, batch.Batch)       // of batch 0, 1, 2, ...
        );
        // csharpier-ignore-end

        Assert.True(result.Losses[^1] < result.Losses[0] - 1);

        // csharpier-ignore-start
        new LanguageModel(transformer, tokenizer).Save(folder);     // config.json, model.safetensors, tokenizer.json
        LanguageModel model = LanguageModel.Load(folder);           // the same files of Llama, GPT-NeoX, GPT-2

        double bits = model.BitsPerByte("the river"u8);
        IReadOnlyList<GeneratedText> continued = model.Generate(
            ["the ", "a stone "],
            new() { MaxTokens = 20, Sampling = new() { Temperature = 0.8, TopP = 0.95 } },
            new RandomStream(7, "texts")
        );
        // csharpier-ignore-end

        Assert.InRange(bits, 0, 7.9);
        Assert.All(continued, text => Assert.InRange(text.Tokens.Length, 1, 20));

        // csharpier-ignore-start
        using IChatClient chat = new LocalChatClient(model, model.Tokenizer, "river-250k");
        ChatResponse reply = await chat.GetResponseAsync(
            [new(ChatRole.User, "the sea")],
            new() { MaxOutputTokens = 20, Temperature = 0 }
        );
        // csharpier-ignore-end

        Assert.Equal("river-250k", reply.ModelId);
        Assert.InRange(reply.Usage!.OutputTokenCount!.Value, 1, 20);
    }

    private static float[] Flat(Tensor[] tensors) => [.. tensors.SelectMany(tensor => tensor.ToArray())];
}
