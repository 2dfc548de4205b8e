using Assay.Numerics;

namespace Assay.Learning.Tests;

/// <summary>Whole steps of training: the same bits on any number of threads, memory that is given back, checkpointing, accumulation.</summary>
[Collection(nameof(TensorPool))]
public sealed class TrainingStepTests
{
    private const int Vocabulary = 50;

    [Fact]
    public void ThreadsDoNotChangeBits()
    {
        Assert.Equal(Train(1), Train(2));

        static int[] Train(int threads)
        {
            using (Workers.Limit(threads))
            {
                TinyTransformer model = new(Vocabulary, 64, 2, 4, 2, 32);
                for (int step = 0; step < 3; step++)
                    Step(model, step, batch: 4, length: 32);
                return [.. model.Parameters.SelectMany(p => p.ToArray()).Select(BitConverter.SingleToInt32Bits)];
            }
        }
    }

    [Fact]
    public void TrainingLearns()
    {
        TinyTransformer model = new(Vocabulary, 32, 1, 2, 1, 16);
        float first = Step(model, 0, 4, 16),
            last = 0;
        for (int i = 0; i < 60; i++)
            last = Step(model, 0, 4, 16);
        Assert.True(last < 0.5f * first, $"The loss went from {first} to {last} only.");
    }

    [Fact]
    public void CheckpointingChangesNoGradient()
    {
        TinyTransformer model = new(Vocabulary, 32, 2, 2, 2, 16);
        (int[] tokens, int[] targets) = Batch(3, 2, 16);
        model.Loss(tokens, targets, 2).Backward();
        float[][] plain = [.. model.Parameters.Select(p => p.Grad!.ToArray())];
        foreach (Tensor parameter in model.Parameters)
            parameter.ZeroGrad();
        model.Loss(tokens, targets, 2, checkpoint: true).Backward();
        Assert.Equal(plain, model.Parameters.Select(p => p.Grad!.ToArray()));
    }

    [Fact]
    public void CheckpointingNeedsLessMemory()
    {
        TinyTransformer model = new(Vocabulary, 32, 8, 2, 2, 64);
        Assert.True(Peak(checkpoint: true) < 0.5 * Peak(checkpoint: false));

        long Peak(bool checkpoint)
        {
            (int[] tokens, int[] targets) = Batch(3, 8, 64);
            using TensorScope scope = new();
            long before = TensorPool.BytesInUse;
            TensorPool.ResetPeak();
            model.Loss(tokens, targets, 8, checkpoint).Backward();
            foreach (Tensor parameter in model.Parameters)
                parameter.ZeroGrad();
            return TensorPool.PeakBytes - before;
        }
    }

    [Fact]
    public void HalvesOfABatchAddUpToTheWhole()
    {
        TinyTransformer model = new(Vocabulary, 32, 1, 2, 1, 16);
        (int[] tokens, int[] targets) = Batch(1, 4, 16);
        model.Loss(tokens, targets, 4).Backward();
        float[][] whole = [.. model.Parameters.Select(p => p.Grad!.ToArray())];
        foreach (Tensor parameter in model.Parameters)
            parameter.ZeroGrad();
        for (int half = 0; half < 2; half++)
            (
                model.Loss(tokens[(half * 32)..(half * 32 + 32)], targets[(half * 32)..(half * 32 + 32)], 2) * 0.5f
            ).Backward();
        foreach ((float[] expected, Tensor parameter) in whole.Zip(model.Parameters))
            for (int i = 0; i < expected.Length; i++)
                OperationTests.Near(expected[i], parameter.Grad!.Data[i], 1e-5f, $"element {i}");
    }

    [Fact]
    public void MemoryDoesNotGrowOverTenThousandSteps()
    {
        TinyTransformer model = new(20, 8, 1, 1, 1, 4);
        using (Workers.Limit(1))
        {
            for (int i = 0; i < 100; i++)
                Step(model, i, 1, 4);
            // Tensors that other tests left to the collector are struck from the books before, not during, the measurement.
            GC.Collect();
            GC.WaitForPendingFinalizers();
            long inUse = TensorPool.BytesInUse,
                free = TensorPool.FreeBytes,
                allocated = GC.GetAllocatedBytesForCurrentThread();
            for (int i = 0; i < 10_000; i++)
                Step(model, i, 1, 4);
            Assert.Equal(inUse, TensorPool.BytesInUse);
            Assert.Equal(free, TensorPool.FreeBytes);
            // Handles and graph nodes, which die young; no buffer is among them.
            long perStep = (GC.GetAllocatedBytesForCurrentThread() - allocated) / 10_000;
            Assert.True(perStep < 20_000, $"A step allocates {perStep} bytes.");
        }
    }

    [Fact]
    public void AStepNeedsLittleMoreThanItsLiveTensors()
    {
        const int width = 64,
            layers = 3,
            batch = 8,
            length = 32,
            rows = batch * length;
        TinyTransformer model = new(Vocabulary, width, layers, 4, 4, length);
        Step(model, 0, batch, length);
        long parameters = model.Parameters.Sum(p => 4L * p.Length);
        // What the rules of a block read: 2 inputs of norms, 2 normalised, q, k, v, attended; gate, up, product of 2 widths.
        long perBlock = 4L * rows * width * (2 + 2 + 3 + 1 + 6);
        long logits = 4L * rows * (2 * width + Vocabulary);
        long live = 2 * parameters + layers * perBlock + logits;
        // The gradients of parameters are alive already; the parameters of other tests are not counted.
        long before = TensorPool.BytesInUse - 2 * parameters;
        TensorPool.ResetPeak();
        Step(model, 1, batch, length);
        double ratio = (TensorPool.PeakBytes - before) / (double)live;
        Assert.True(ratio is > 0.9 and < 1.3, $"The peak is {ratio:F2} of the live tensors.");
    }

    private static float Step(TinyTransformer model, int step, int batch, int length)
    {
        using TensorScope scope = new();
        (int[] tokens, int[] targets) = Batch(step, batch, length);
        foreach (Tensor parameter in model.Parameters)
            parameter.ZeroGrad();
        Tensor loss = model.Loss(tokens, targets, batch);
        loss.Backward();
        foreach (Tensor parameter in model.Parameters)
        {
            ReadOnlySpan<float> gradient = parameter.Grad!.Data;
            Span<float> values = parameter.Data;
            for (int i = 0; i < values.Length; i++)
                values[i] -= 0.3f * gradient[i];
        }
        return loss.Item();
    }

    private static (int[] Tokens, int[] Targets) Batch(int seed, int batch, int length)
    {
        RandomStream stream = new((ulong)seed, "batch");
        int[] tokens = new int[batch * length],
            targets = new int[batch * length];
        for (int i = 0; i < tokens.Length; i++)
        {
            tokens[i] = stream.NextInt32(20);
            targets[i] = (tokens[i] * 3 + 1) % 20;
        }
        return (tokens, targets);
    }
}

/// <summary>Tests that read the counters of the pool, which all tensors share, run alone.</summary>
[CollectionDefinition(nameof(TensorPool), DisableParallelization = true)]
public sealed class TensorPoolCollection;
