using System.Diagnostics;
using Assay.Learning;
using Assay.Numerics;

namespace Assay.Bench;

/// <summary>
/// Steps of training small transformers: <c>training [text[.gz]] [models ..] [threads] [steps=n] [seconds=n]</c>, and
/// <c>shakespeare text[.gz] [steps]</c>, nanoGPT's recipe for a CPU with its validation loss.
/// </summary>
/// <remarks>
/// Utilisation is (6 parameters + 6 layers width time) x tokens per second, the products of causal attention counted by half,
/// over the rate of SGEMM at 960 measured between the steps of the same run. <c>peers/training.py</c> trains the same models with PyTorch.
/// </remarks>
internal static class Training
{
    private static readonly float[] Left = Ones(),
        Right = Ones(),
        Result = Ones();

    private sealed record Model(string Name, TransformerConfig Config, int Batch, int Time);

    public static void Run(string[] arguments)
    {
        string? text = arguments.FirstOrDefault(File.Exists);
        int threads = arguments.Where(a => int.TryParse(a, out _)).Select(int.Parse).FirstOrDefault(Workers.Threads);
        double seconds = Number(arguments, "seconds=", 8);
        int steps = (int)Number(arguments, "steps=", int.MaxValue);
        string[] names = [.. arguments.Where(a => Models(65).Any(model => model.Name == a))];
        using var limit = Workers.Limit(threads);
        Console.WriteLine($"{threads} thread(s)");
        Console.WriteLine(
            $"{"model", -10} {"parameters", 11} {"tokens", 7} {"steps/s", 8} {"tokens/s", 9} {"SGEMM", 13} {"used", 5} {"memory", 9} {"needed", 9} {"ratio", 6} {"managed", 9}"
        );
        foreach (Model model in Models(new TextBatches(text, 1, 1).Vocabulary))
            if (names.Length == 0 || names.Contains(model.Name))
                Measure(model, text, seconds, steps);
    }

    public static void Shakespeare(string[] arguments)
    {
        string text = arguments.First(File.Exists);
        int steps = arguments.Where(a => int.TryParse(a, out _)).Select(int.Parse).FirstOrDefault(2000);
        TextBatches batches = new(text, 12, 64);
        Transformer model = new(ModelSizes.NanoGpt(batches.Vocabulary), new RandomStream(1337, "model"));
        RandomStream stream = new(1337, "batches");
        Optimiser optimiser = new(model.TrainableParameters(), new AdamW(beta2: 0.99), weightDecay: 0.1);
        long start = Stopwatch.GetTimestamp();
        Trainer trainer = new(
            new()
            {
                Steps = steps,
                LearningRate = 1e-3,
                WarmUp = 100,
                Floor = 0.1,
                ClipNorm = 1,
            }
        )
        {
            Evaluate = _ => batches.Validate(model),
        };
        TrainingResult result = trainer.Run(
            optimiser,
            batch =>
            {
                (ReadOnlyMemory<int> inputs, ReadOnlyMemory<int> targets) = batches.Next(stream.Child(batch));
                return model.Loss(inputs, targets, batches.Batch);
            }
        );
        double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        Console.WriteLine(
            $"{model.ParameterCount:N0} parameters, {steps:N0} steps, {Workers.Threads} threads: validation loss {result.Evaluations[^1].Value:F4} (training {result.Losses.TakeLast(100).Average():F4}), {seconds:F1} s with evaluation"
        );
    }

    /// <summary>Whether anything grows: 10,000 steps of a model of 0.1 million parameters on windows of 16 characters.</summary>
    public static void Endless(string[] arguments)
    {
        int steps = arguments.Where(a => int.TryParse(a, out _)).Select(int.Parse).FirstOrDefault(10_000);
        Model shape = Models(97).First(model => model.Name == "gpt-100k") with { Batch = 1, Time = 16 };
        TextBatches batches = new(null, shape.Batch, shape.Time);
        Transformer model = new(shape.Config, new RandomStream(1, "model"));
        Optimiser optimiser = new(model.TrainableParameters(), new AdamW(), weightDecay: 0.1);
        RandomStream stream = new(1, "batches");
        for (int step = 1; step <= steps; step++)
        {
            using (TensorScope scope = new())
            {
                (ReadOnlyMemory<int> inputs, ReadOnlyMemory<int> targets) = batches.Next(stream);
                model.Loss(inputs, targets, shape.Batch).Backward();
            }
            optimiser.Step(1e-3, optimiser.ClipTo(1));
            optimiser.ZeroGrad();
            if (step % (steps / 10) == 0 || step == 100)
                Console.WriteLine(
                    $"step {step, 6}: tensors {TensorPool.BytesInUse / 1e6:F3} MB, kept free {TensorPool.FreeBytes / 1e6:F3} MB, process {Environment.WorkingSet / 1e6:F0} MB, collections {GC.CollectionCount(0)}/{GC.CollectionCount(1)}/{GC.CollectionCount(2)}"
                );
        }
    }

    private static void Measure(Model shape, string? text, double seconds, int steps)
    {
        TextBatches batches = new(text, shape.Batch, shape.Time);
        TensorPool.Trim();
        long before = TensorPool.BytesInUse;
        Transformer model = new(shape.Config, new RandomStream(1, "model"));
        Optimiser optimiser = new(model.TrainableParameters(), new AdamW(beta2: 0.99), weightDecay: 0.1);
        RandomStream stream = new(1, "batches");
        int tokens = shape.Batch * shape.Time;
        long warm = Stopwatch.GetTimestamp();
        for (int i = 0; i < 3 || (Stopwatch.GetElapsedTime(warm).TotalSeconds < Math.Min(3, seconds) && i < steps); i++)
            Step();
        TensorPool.ResetPeak();
        List<double> times = [],
            products = [];
        Product(products); // its buffers are made once
        products.Clear();
        long allocated = GC.GetAllocatedBytesForCurrentThread(),
            start = Stopwatch.GetTimestamp(),
            productsAt = 0;
        while (times.Count < 3 || (Stopwatch.GetElapsedTime(start).TotalSeconds < seconds && times.Count < steps))
        {
            long stepStart = Stopwatch.GetTimestamp();
            Step();
            times.Add(Stopwatch.GetElapsedTime(stepStart).TotalSeconds);
            // Between the steps, so that both see the machine in the same mood.
            if (Stopwatch.GetElapsedTime(productsAt).TotalSeconds > 0.25)
            {
                Product(products);
                productsAt = Stopwatch.GetTimestamp();
            }
        }
        allocated = (GC.GetAllocatedBytesForCurrentThread() - allocated) / times.Count;
        times.Sort();
        products.Sort();
        double perSecond = 1 / times[times.Count / 2],
            rate = products[products.Count / 2],
            operations = 6.0 * model.ParameterCount + 6.0 * shape.Config.Layers * shape.Config.HiddenSize * shape.Time;
        // The optimiser's state is beside the pool.
        double memory = TensorPool.PeakBytes - before + 8.0 * model.ParameterCount,
            needed = Needed(shape, model.ParameterCount);
        Console.WriteLine(
            $"{shape.Name, -10} {model.ParameterCount, 11:N0} {tokens, 7:N0} {perSecond, 8:F2} {perSecond * tokens, 9:N0} {rate / 1e9, 5:F0} GFLOP/s {operations * perSecond * tokens / rate, 5:F2} {memory / 1e6, 6:F1} MB {needed / 1e6, 6:F1} MB {memory / needed, 6:F2} {allocated / 1e3, 6:F1} kB"
        );
        foreach (Parameter parameter in model.Parameters())
            parameter.Tensor.Dispose();

        void Step()
        {
            using (TensorScope scope = new())
            {
                (ReadOnlyMemory<int> inputs, ReadOnlyMemory<int> targets) = batches.Next(stream);
                model.Loss(inputs, targets, shape.Batch).Backward();
            }
            optimiser.Step(1e-3, optimiser.ClipTo(1));
            optimiser.ZeroGrad();
        }
    }

    // Parameters, gradients, two moments, and what backward rules read: of each layer its input, both normalised inputs, queries, keys
    // and values, their mixture, the sum between, the inner products and their activation; at the end input, norm, logits and their gradient.
    private static double Needed(Model shape, long parameters)
    {
        TransformerConfig config = shape.Config;
        double inner = config.IntermediateSize * (config.Gated ? 3.0 : 2.0),
            perToken =
                config.Layers * (8.0 * config.HiddenSize + inner)
                + 2.0 * config.HiddenSize
                + 2.0 * config.VocabularySize;
        return 4 * (4.0 * parameters + shape.Batch * shape.Time * perToken);
    }

    private static IEnumerable<Model> Models(int vocabulary)
    {
        yield return new("nanogpt", ModelSizes.NanoGpt(vocabulary), 12, 64);
        TransformerConfig small = ModelSizes.Of("gpt-250k", vocabulary) with
        {
            Layers = 4,
            HiddenSize = 48,
            Heads = 3,
            KeyValueHeads = 3,
            HeadSize = 16,
            IntermediateSize = 112,
        };
        yield return new("gpt-100k", small, 16, 128);
        yield return new("gpt-1m", ModelSizes.Of("gpt-1m", vocabulary), 16, 128);
        yield return new("gpt-4m", ModelSizes.Of("gpt-4m", vocabulary), 8, 256);
        yield return new("gpt-10m", ModelSizes.Of("gpt-10m", vocabulary), 8, 256);
    }

    // Adds the rates of a few products of 960 by 960 by 960, the first unmeasured.
    private static void Product(List<double> rates)
    {
        const int size = 960;
        for (int run = 0; run < 4; run++)
        {
            long start = Stopwatch.GetTimestamp();
            Gemm.Multiply(false, false, size, size, size, Left, size, Right, size, Result, size);
            if (run > 0)
                rates.Add(2.0 * size * size * size / Stopwatch.GetElapsedTime(start).TotalSeconds);
        }
    }

    private static float[] Ones()
    {
        float[] values = new float[960 * 960];
        Array.Fill(values, 1f);
        return values;
    }

    private static double Number(string[] arguments, string key, double otherwise) =>
        arguments.FirstOrDefault(a => a.StartsWith(key, StringComparison.Ordinal)) is { } found
            ? double.Parse(found[key.Length..])
            : otherwise;
}
