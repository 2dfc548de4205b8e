using Assay.Learning;
using Assay.Numerics;

namespace Assay.Plan;

/// <summary>How long and how widely the networks are trained.</summary>
public record DesignNetworkOptions
{
    /// <summary>Width of the generator's three hidden layers. The paper: 512.</summary>
    [System.ComponentModel.DataAnnotations.Range(1, 4096)]
    public int FlowWidth { get; init; } = 128;

    /// <summary>Most epochs of the generator; it stops after 20 without a better loss on held-out rows. The paper: 1000.</summary>
    [System.ComponentModel.DataAnnotations.Range(1, 100_000)]
    public int FlowEpochs { get; init; } = 200;

    /// <summary>Width of the predictors' two hidden layers. The paper: 2048.</summary>
    [System.ComponentModel.DataAnnotations.Range(1, 4096)]
    public int PredictorWidth { get; init; } = 128;

    /// <summary>Epochs of each predictor; the best on held-out rows is kept. The paper: 200.</summary>
    [System.ComponentModel.DataAnnotations.Range(1, 100_000)]
    public int PredictorEpochs { get; init; } = 100;

    /// <summary>Designs of a training step.</summary>
    [System.ComponentModel.DataAnnotations.Range(1, 100_000)]
    public int Batch { get; init; } = 128;

    /// <summary>The learning rate of Adam.</summary>
    [System.ComponentModel.DataAnnotations.Range(1e-6, 1.0)]
    public double LearningRate { get; init; } = 1e-3;
}

/// <summary>A velocity field from noise to designs, learnt by flow matching.</summary>
/// <remarks>
/// Lipman and others, "Flow Matching for Generative Modeling" (2023), on straight paths: at x_t = (1 - t) x_0 + t x_1 the network learns
/// x_1 - x_0. The time enters as one linear layer that is added to the design; SELU between layers (arXiv 2412.03718v2, appendix).
/// </remarks>
public sealed class FlowField : Module, IVelocityField
{
    private const int HiddenLayers = 3;
    private const int Patience = 20;
    private readonly Linear _time;
    private readonly Linear[] _layers;

    /// <summary>A field that has learnt nothing yet.</summary>
    /// <param name="dimensions">Numbers of a design.</param>
    /// <param name="width">Of the hidden layers.</param>
    /// <param name="random">Where the weights come from.</param>
    public FlowField(int dimensions, int width, RandomStream random)
    {
        Dimensions = dimensions;
        _time = new(random, 1, dimensions);
        _layers = new Linear[HiddenLayers + 1];
        for (int i = 0; i <= HiddenLayers; i++)
            _layers[i] = new(random, i == 0 ? dimensions : width, i == HiddenLayers ? dimensions : width);
    }

    /// <inheritdoc/>
    public int Dimensions { get; }

    /// <inheritdoc/>
    public override IEnumerable<Parameter> Parameters() =>
        [.. Within("time", _time), .. _layers.SelectMany((layer, i) => Within($"layers.{i}", layer))];

    /// <summary>Velocities at a time for each design.</summary>
    /// <param name="x">[rows, dimensions].</param>
    /// <param name="time">[rows, 1] or [1, 1].</param>
    public Tensor Forward(Tensor x, Tensor time)
    {
        Tensor y = x + _time.Forward(time);
        for (int i = 0; i < HiddenLayers; i++)
            y = _layers[i].Forward(y).Selu();
        return _layers[HiddenLayers].Forward(y);
    }

    /// <inheritdoc/>
    public void Velocities(ReadOnlySpan<float> designs, double time, Span<float> velocities)
    {
        using var noGrad = Tensor.NoGrad();
        using TensorScope scope = new();
        Tensor x = Tensor.Of(designs, designs.Length / Dimensions, Dimensions);
        Forward(x, Tensor.Of([(float)time], 1, 1)).Data.CopyTo(velocities);
    }

    /// <summary>Learns from designs.</summary>
    /// <param name="designs">Standardised, row-major.</param>
    /// <param name="options">How long.</param>
    /// <param name="random">Where the random numbers come from.</param>
    /// <param name="cancellation">Asks to stop.</param>
    /// <exception cref="TrainingException">The loss became infinite.</exception>
    public void Fit(
        ReadOnlySpan<float> designs,
        DesignNetworkOptions options,
        RandomStream random,
        CancellationToken cancellation = default
    )
    {
        int rows = designs.Length / Dimensions,
            held = Math.Clamp(rows / 10, 1, 1000),
            training = Math.Max(1, rows - held);
        float[] x1 = designs.ToArray();
        Batches batches = new(training, Math.Min(options.Batch, training), random.Child("order"));
        int[] chosen = new int[batches.Size],
            heldRows = [.. Enumerable.Range(rows - held, held)];
        RandomStream noise = random.Child("noise");
        Trainer trainer = new(
            new()
            {
                Steps = batches.PerEpoch * options.FlowEpochs,
                LearningRate = options.LearningRate,
                Schedule = ScheduleShape.Constant,
                ClipNorm = 0,
                EvaluateEvery = batches.PerEpoch,
                Patience = Patience,
            }
        )
        {
            // The same noise and times at every evaluation, so that evaluations differ by the field alone.
            Evaluate = _ =>
            {
                using var noGrad = Tensor.NoGrad();
                using TensorScope scope = new();
                return Loss(x1, heldRows, random.Child("held")).Item();
            },
        };
        trainer.Run(
            new(TrainableParameters(), new AdamW()),
            number =>
            {
                batches.Fill(number, chosen);
                return Loss(x1, chosen, noise.Child(number));
            },
            cancellation
        );
    }

    private Tensor Loss(float[] designs, int[] rows, RandomStream random)
    {
        int d = Dimensions;
        Tensor at = Tensor.Uninitialized(rows.Length, d),
            target = Tensor.Uninitialized(rows.Length, d),
            times = Tensor.Uninitialized(rows.Length, 1);
        for (int i = 0; i < rows.Length; i++)
        {
            float t = (float)random.NextDouble();
            times.Data[i] = t;
            for (int j = 0; j < d; j++)
            {
                float x0 = (float)random.NextGaussian(),
                    x1 = designs[rows[i] * d + j];
                at.Data[i * d + j] = (1 - t) * x0 + t * x1;
                target.Data[i * d + j] = x1 - x0;
            }
        }
        return (Forward(at, times) - target).Square().Mean();
    }
}
