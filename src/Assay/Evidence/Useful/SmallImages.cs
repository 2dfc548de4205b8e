using System.IO.Compression;
using Assay.Learning;
using Assay.Numerics;

namespace Assay.Evidence;

/// <summary>4,000 + 1,000 images of CIFAR-10 at 16 x 16, and the small network that the experiment trains on them.</summary>
internal sealed class SmallImages
{
    public const int Channels = 3,
        Side = 16,
        Classes = 10;
    private const int Pixels = Side * Side,
        Values = Channels * Pixels,
        Batch = 128,
        EvaluationBatch = 250;

    private readonly float[] _training,
        _test;

    private SmallImages(float[] training, float[] test)
    {
        (_training, _test) = (training, test);
        Labels = LabelsOf(training.Length / Values);
        TestLabels = LabelsOf(test.Length / Values);
    }

    /// <summary>The class of each training row.</summary>
    public int[] Labels { get; }

    /// <summary>The class of each test row.</summary>
    public int[] TestLabels { get; }

    /// <summary>Reads them: as many of each class as are asked for; channels are standardised by the training rows.</summary>
    public static SmallImages Read(Trial trial, int trainingPerClass, int testPerClass)
    {
        using GZipStream packed = new(
            File.OpenRead(trial.Path("useful", "cifar10_16x16.bin.gz")),
            CompressionMode.Decompress
        );
        using MemoryStream bytes = new();
        packed.CopyTo(bytes);
        byte[] all = bytes.ToArray();
        const int perClass = 400,
            testOfClass = 100;
        float[] training = Take(all, 0, perClass, trainingPerClass),
            test = Take(all, perClass * Classes, testOfClass, testPerClass);
        for (int channel = 0; channel < Channels; channel++)
        {
            double sum = 0,
                squares = 0;
            long count = 0;
            ForEach(
                training,
                channel,
                value => (sum, squares, count) = (sum + value, squares + (double)value * value, count + 1)
            );
            double mean = sum / count,
                scale = 1 / Math.Sqrt(squares / count - mean * mean);
            Scale(training, channel, mean, scale);
            Scale(test, channel, mean, scale);
        }
        return new(training, test);
    }

    /// <summary>Trains a network from its start.</summary>
    /// <param name="entries">Training rows, repeats counted; all are seen once an epoch.</param>
    /// <param name="steps">Steps of the schedule.</param>
    /// <param name="random">Names weights, order and augmentation.</param>
    /// <param name="every">Steps of an epoch for <paramref name="epochEnded"/>.</param>
    /// <param name="epochEnded">Gets the number of the epoch, from 1, and the network; or null.</param>
    /// <param name="cancellation">Asks to stop.</param>
    public Network Train(
        int[] entries,
        long steps,
        RandomStream random,
        long every,
        Action<int, Network>? epochEnded,
        CancellationToken cancellation
    )
    {
        Network network = new(random.Child("weights"));
        Optimiser optimiser = new(network.Parameters(), new Sgd(0.9), 5e-4);
        Batches batches = new(entries.Length, Batch, random.Child("order"));
        RandomStream augmentation = random.Child("augmentation");
        int[] places = new int[Batch],
            labels = new int[Batch];
        Trainer trainer = new(
            new()
            {
                Steps = steps,
                LearningRate = 0.1,
                Floor = 0,
                ClipNorm = 0,
            }
        )
        {
            Stepped = step =>
            {
                if (step.Step % every == 0)
                    epochEnded?.Invoke((int)(step.Step / every), network);
            },
        };
        trainer.Run(
            optimiser,
            number =>
            {
                batches.Fill(number, places);
                for (int i = 0; i < Batch; i++)
                    labels[i] = Labels[entries[places[i]]];
                return Functional.CrossEntropy(
                    network.Forward(Augmented(entries, places, augmentation.Child(number)), training: true),
                    labels
                );
            },
            cancellation
        );
        return network;
    }

    /// <summary>Logits of the training rows, or of the test rows, as the network is used.</summary>
    public Matrix Outputs(Network network, bool test = false)
    {
        float[] from = test ? _test : _training;
        int rows = from.Length / Values;
        float[] outputs = new float[rows * Classes];
        using var noGrad = Tensor.NoGrad();
        for (int first = 0; first < rows; first += EvaluationBatch)
        {
            using TensorScope scope = new();
            int count = Math.Min(EvaluationBatch, rows - first);
            Tensor x = Tensor.Of(from.AsSpan(first * Values, count * Values), count, Channels, Side, Side);
            network.Forward(x, training: false).Data.CopyTo(outputs.AsSpan(first * Classes));
        }
        return new(outputs, Classes);
    }

    /// <summary>The share of rows, in percent, whose largest output is not that of their class.</summary>
    public static double Error(Matrix outputs, int[] labels) =>
        100.0
        * labels
            .Index()
            .Count(row => System.Numerics.Tensors.TensorPrimitives.IndexOfMax(outputs.Row(row.Index)) != row.Item)
        / labels.Length;

    // Mirrored half of the time, and shifted by up to two pixels both ways; what is shifted in is the channel's mean.
    private Tensor Augmented(int[] entries, int[] places, RandomStream random)
    {
        Tensor x = Tensor.Zeros(Batch, Channels, Side, Side);
        Span<float> to = x.Data;
        for (int i = 0; i < Batch; i++)
        {
            ReadOnlySpan<float> image = _training.AsSpan(entries[places[i]] * Values, Values);
            bool mirrored = random.NextInt32(2) == 1;
            int down = random.NextInt32(5) - 2,
                right = random.NextInt32(5) - 2;
            for (int channel = 0; channel < Channels; channel++)
            for (int row = Math.Max(0, -down); row < Math.Min(Side, Side - down); row++)
            for (int column = Math.Max(0, -right); column < Math.Min(Side, Side - right); column++)
                to[((i * Channels + channel) * Side + row) * Side + column] = image[
                    channel * Pixels + (row + down) * Side + (mirrored ? Side - 1 - (column + right) : column + right)
                ];
        }
        return x;
    }

    private static float[] Take(byte[] all, int firstImage, int ofClass, int wanted)
    {
        float[] images = new float[Classes * wanted * Values];
        for (int image = 0; image < Classes * wanted; image++)
        {
            int from = (firstImage + image / wanted * ofClass + image % wanted) * Values;
            for (int pixel = 0; pixel < Pixels; pixel++)
            for (int channel = 0; channel < Channels; channel++)
                images[image * Values + channel * Pixels + pixel] = all[from + pixel * Channels + channel];
        }
        return images;
    }

    private static void ForEach(float[] images, int channel, Action<float> use)
    {
        for (int at = channel * Pixels; at < images.Length; at += Values)
        for (int pixel = 0; pixel < Pixels; pixel++)
            use(images[at + pixel]);
    }

    private static void Scale(float[] images, int channel, double mean, double scale)
    {
        for (int at = channel * Pixels; at < images.Length; at += Values)
        for (int pixel = 0; pixel < Pixels; pixel++)
            images[at + pixel] = (float)((images[at + pixel] - mean) * scale);
    }

    private static int[] LabelsOf(int rows) => [.. Enumerable.Range(0, rows).Select(row => row / (rows / Classes))];

    /// <summary>Three convolutions of 8, 16 and 32 kernels with batch norm, two poolings, a mean over places, and a linear layer: 6,400 parameters.</summary>
    internal sealed class Network : Module
    {
        private readonly (Conv2d Convolution, BatchNorm Norm)[] _blocks;
        private readonly Linear _head;

        public Network(RandomStream random)
        {
            int[] widths = [Channels, 8, 16, 32];
            _blocks =
            [
                .. Enumerable
                    .Range(0, 3)
                    .Select(i =>
                        (
                            new Conv2d(random, widths[i], widths[i + 1], 3, padding: 1, bias: false),
                            new BatchNorm(widths[i + 1])
                        )
                    ),
            ];
            _head = new(random, widths[^1], Classes);
        }

        public override IEnumerable<Parameter> Parameters() =>
            [
                .. _blocks.SelectMany(
                    (block, i) =>
                        Within($"blocks.{i}.convolution", block.Convolution)
                            .Concat(Within($"blocks.{i}.norm", block.Norm))
                ),
                .. Within("head", _head),
            ];

        public Tensor Forward(Tensor x, bool training)
        {
            for (int i = 0; i < _blocks.Length; i++)
            {
                x = _blocks[i].Norm.Forward(_blocks[i].Convolution.Forward(x), training).Relu();
                if (i < 2)
                    x = Functional.AvgPool2d(x, 2);
            }
            return _head.Forward(x.Flatten(2).Mean(2));
        }
    }
}
