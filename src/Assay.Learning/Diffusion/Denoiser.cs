using Assay.Numerics;

namespace Assay.Learning;

/// <summary>A small diffusion model of points or small images: says which noise is in an item of a class.</summary>
/// <remarks>
/// Ho, Jain and Abbeel, "Denoising Diffusion Probabilistic Models" (2020): trained on the mean squared error of the noise, sampled step by step from noise, with the item held
/// from -1 to 1 on the way. The network is a perceptron with two residual blocks; time enters as sines, the class as an embedding.
/// <code>
/// Denoiser model = new(random.Child("weights"), dimensions: 64, classes: 10, new NoiseSchedule(50));
/// model.Fit(images, labels, new() { Steps = 1000 }, random.Child("training"));
/// float[] made = model.Sample([3, 3, 7], random.Child("samples"));
/// </code>
/// </remarks>
public sealed class Denoiser : Module
{
    private const int TimeFeatures = 32;
    private readonly Linear _item,
        _time,
        _out;
    private readonly Embedding _class;
    private readonly (Linear First, Linear Second)[] _blocks;
    private readonly int _classes,
        _width;

    /// <summary>An untrained one.</summary>
    /// <param name="random">Where the weights come from.</param>
    /// <param name="dimensions">Numbers of an item, from -1 to 1 by and large.</param>
    /// <param name="classes">Classes to ask for, at least 1.</param>
    /// <param name="schedule">The noise.</param>
    /// <param name="width">Of the hidden layers.</param>
    public Denoiser(RandomStream random, int dimensions, int classes, NoiseSchedule schedule, int width = 192)
    {
        (Dimensions, Schedule, _classes, _width) = (dimensions, schedule, classes, width);
        _item = new(random, dimensions, width);
        _time = new(random, TimeFeatures, width);
        _class = new(random, 0.5f, classes, width);
        _blocks = new (Linear, Linear)[2];
        for (int i = 0; i < _blocks.Length; i++)
            _blocks[i] = (new(random, width, width), new(random, width, width));
        _out = new(random, width, dimensions);
    }

    /// <summary>Numbers of an item.</summary>
    public int Dimensions { get; }

    /// <summary>The noise.</summary>
    public NoiseSchedule Schedule { get; }

    /// <inheritdoc/>
    public override IEnumerable<Parameter> Parameters() =>
        [
            .. Within("item", _item),
            .. Within("time", _time),
            .. Within("class", _class),
            .. _blocks.SelectMany(
                (block, i) =>
                    Within($"blocks.{i}.first", block.First).Concat(Within($"blocks.{i}.second", block.Second))
            ),
            .. Within("out", _out),
        ];

    /// <summary>A model of its own with the same weights.</summary>
    public Denoiser Copy()
    {
        Denoiser copy = new(new RandomStream(0, "overwritten"), Dimensions, _classes, Schedule, _width);
        copy.Restore(Snapshot());
        return copy;
    }

    /// <summary>The noise that the model sees.</summary>
    /// <param name="noisy">[rows, dimensions].</param>
    /// <param name="times">The time step of each row, from 1 on.</param>
    /// <param name="classes">The class of each row.</param>
    /// <returns>[rows, dimensions].</returns>
    public Tensor Forward(Tensor noisy, int[] times, int[] classes)
    {
        Tensor hidden =
            _item.Forward(noisy)
            + _time.Forward(Sines(times))
            + Functional.Embedding(_class.Weight, classes, classes.Length);
        foreach ((Linear first, Linear second) in _blocks)
            hidden = hidden + second.Forward(first.Forward(hidden.Silu()).Silu());
        return _out.Forward(hidden.Silu());
    }

    /// <summary>The mean squared error of the noise, of each row: what the model is trained on, and what preferences are told from.</summary>
    /// <param name="items">Rows x dimensions.</param>
    /// <param name="classes">The class of each row.</param>
    /// <param name="times">The time step of each row.</param>
    /// <param name="noise">Rows x dimensions.</param>
    /// <returns>[rows].</returns>
    public Tensor Errors(ReadOnlySpan<float> items, int[] classes, int[] times, ReadOnlySpan<float> noise)
    {
        int rows = classes.Length;
        Tensor noisy = Tensor.Uninitialized(rows, Dimensions);
        for (int row = 0; row < rows; row++)
        {
            Range own = (row * Dimensions)..((row + 1) * Dimensions);
            Schedule.Add(items[own], noise[own], times[row], noisy.Data[own]);
        }
        return (Forward(noisy, times, classes) - Tensor.Of(noise, rows, Dimensions)).Square().Mean(1);
    }

    /// <summary>Learns from items.</summary>
    /// <param name="items">Rows x dimensions.</param>
    /// <param name="labels">The class of each row.</param>
    /// <param name="options">How long and how fast.</param>
    /// <param name="random">Names batches, time steps and noise.</param>
    /// <param name="batch">Items of a step.</param>
    /// <param name="cancellation">Heard between steps.</param>
    /// <exception cref="TrainingException">The loss became infinite.</exception>
    public void Fit(
        float[] items,
        int[] labels,
        TrainingOptions options,
        RandomStream random,
        int batch = 128,
        CancellationToken cancellation = default
    )
    {
        Batches batches = new(labels.Length, Math.Min(batch, labels.Length), random.Child("order"));
        int[] rows = new int[batches.Size];
        new Trainer(options).Run(
            new(TrainableParameters(), new AdamW()),
            step =>
            {
                batches.Fill(step, rows);
                RandomStream own = random.Child("noise").Child(step);
                return Errors(
                        [.. rows.SelectMany(row => items[(row * Dimensions)..((row + 1) * Dimensions)])],
                        [.. rows.Select(row => labels[row])],
                        Times(rows.Length, own),
                        Noise(rows.Length, own)
                    )
                    .Mean();
            },
            cancellation
        );
    }

    /// <summary>Makes items, from noise down to time 0.</summary>
    /// <param name="classes">The class of each.</param>
    /// <param name="random">Names the noise.</param>
    /// <returns>Rows x dimensions, from -1 to 1.</returns>
    public float[] Sample(int[] classes, RandomStream random)
    {
        using var noGrad = Tensor.NoGrad();
        float[] x = Noise(classes.Length, random.Child("start"));
        for (int t = Schedule.Steps; t >= 1; t--)
        {
            using TensorScope scope = new();
            int[] times = new int[classes.Length];
            Array.Fill(times, t);
            ReadOnlySpan<float> seen = Forward(Tensor.Of(x, classes.Length, Dimensions), times, classes).Data;
            float[] noise = t > 1 ? Noise(classes.Length, random.Child(t)) : new float[x.Length];
            double kept = Schedule.Kept(t),
                before = Schedule.Kept(t - 1),
                step = 1 - kept / before;
            double ofItem = Math.Sqrt(before) * step / (1 - kept),
                ofNow = Math.Sqrt(kept / before) * (1 - before) / (1 - kept),
                deviation = Math.Sqrt(step * (1 - before) / (1 - kept));
            for (int i = 0; i < x.Length; i++)
            {
                double item = Math.Clamp((x[i] - Math.Sqrt(1 - kept) * seen[i]) / Math.Sqrt(kept), -1, 1);
                x[i] = (float)(ofItem * item + ofNow * x[i] + deviation * noise[i]);
            }
        }
        return x;
    }

    /// <summary>How far a model is from another: the mean squared difference of the noise that they see, over items, time steps and noise.</summary>
    /// <param name="other">Of the same shape.</param>
    /// <param name="items">Rows x dimensions.</param>
    /// <param name="classes">The class of each row.</param>
    /// <param name="random">Names time steps and noise.</param>
    public double Drift(Denoiser other, ReadOnlySpan<float> items, int[] classes, RandomStream random)
    {
        using var noGrad = Tensor.NoGrad();
        using TensorScope scope = new();
        int rows = classes.Length;
        int[] times = Times(rows, random);
        float[] noise = Noise(rows, random);
        Tensor noisy = Tensor.Uninitialized(rows, Dimensions);
        for (int row = 0; row < rows; row++)
        {
            Range own = (row * Dimensions)..((row + 1) * Dimensions);
            Schedule.Add(items[own], noise.AsSpan(own), times[row], noisy.Data[own]);
        }
        return (Forward(noisy, times, classes) - other.Forward(noisy, times, classes)).Square().Mean().Item();
    }

    internal int[] Times(int rows, RandomStream random) =>
        [.. Enumerable.Range(0, rows).Select(_ => 1 + random.NextInt32(Schedule.Steps))];

    internal float[] Noise(int rows, RandomStream random)
    {
        float[] noise = new float[rows * Dimensions];
        foreach (ref float value in noise.AsSpan())
            value = (float)random.NextGaussian();
        return noise;
    }

    private Tensor Sines(int[] times)
    {
        Tensor sines = Tensor.Uninitialized(times.Length, TimeFeatures);
        Span<float> values = sines.Data;
        for (int row = 0; row < times.Length; row++)
        for (int i = 0; i < TimeFeatures / 2; i++)
        {
            double angle = times[row] * Math.Pow(1000, -i / (TimeFeatures / 2 - 1.0));
            values[row * TimeFeatures + i] = (float)Math.Sin(angle);
            values[row * TimeFeatures + TimeFeatures / 2 + i] = (float)Math.Cos(angle);
        }
        return sines;
    }
}
