using Assay.Learning;
using Assay.Numerics;

namespace Assay.Plan;

/// <summary>A perceptron for each objective.</summary>
public sealed class ObjectivePredictors : IObjectiveModel
{
    private const int EvaluationRows = 1024;
    private readonly Mlp[] _networks;

    /// <summary>Takes networks of one output each.</summary>
    public ObjectivePredictors(IReadOnlyList<Mlp> networks)
    {
        _networks = [.. networks];
        Dimensions = networks[0].Layers[0].Inputs;
    }

    /// <inheritdoc/>
    public int Dimensions { get; }

    /// <inheritdoc/>
    public int Objectives => _networks.Length;

    /// <summary>A network that has learnt nothing yet.</summary>
    public static Mlp New(int dimensions, int width, RandomStream random) => new(random, dimensions, width, width, 1);

    /// <summary>Learns one objective on nine tenths of the rows, drawn at random; keeps the epoch that correlates best with the rest.</summary>
    /// <remarks>The rate falls along a cosine to a fiftieth; the paper multiplies it by 0.98 after each of 200 epochs, which comes to the same end.</remarks>
    /// <param name="network">Changed in place.</param>
    /// <param name="designs">Standardised, row-major.</param>
    /// <param name="objective">Standardised, one for each design.</param>
    /// <param name="options">How long.</param>
    /// <param name="random">Where the random numbers come from.</param>
    /// <param name="cancellation">Asks to stop.</param>
    /// <returns>Pearson's correlation on the held-out rows.</returns>
    /// <exception cref="TrainingException">The loss became infinite.</exception>
    public static double Fit(
        Mlp network,
        ReadOnlySpan<float> designs,
        ReadOnlySpan<double> objective,
        DesignNetworkOptions options,
        RandomStream random,
        CancellationToken cancellation = default
    )
    {
        int rows = objective.Length,
            d = designs.Length / rows,
            held = Math.Max(2, rows / 10),
            training = Math.Max(1, rows - held);
        int[] order = [.. Enumerable.Range(0, rows)];
        random.Child("split").Shuffle<int>(order);
        float[] x = designs.ToArray();
        double[] y = objective.ToArray(),
            heldOut = [.. order[training..].Select(row => y[row])];
        float[] heldDesigns = [.. order[training..].SelectMany(row => x.Skip(row * d).Take(d))];
        Batches batches = new(training, Math.Min(options.Batch, training), random.Child("order"));
        int[] chosen = new int[batches.Size];
        ObjectivePredictors single = new([network]);
        double Correlation()
        {
            double[] predicted = new double[heldOut.Length];
            single.Predict(heldDesigns, predicted);
            double r = Numerics.Correlation.Pearson(predicted, heldOut);
            return double.IsNaN(r) ? 0 : r;
        }
        Trainer trainer = new(
            new()
            {
                Steps = batches.PerEpoch * options.PredictorEpochs,
                LearningRate = options.LearningRate,
                Floor = 0.02,
                ClipNorm = 0,
                EvaluateEvery = batches.PerEpoch,
                Patience = options.PredictorEpochs,
            }
        )
        {
            Evaluate = _ => -Correlation(),
        };
        trainer.Run(
            new(network.TrainableParameters(), new AdamW()),
            number =>
            {
                batches.Fill(number, chosen);
                Tensor at = Tensor.Uninitialized(chosen.Length, d),
                    target = Tensor.Uninitialized(chosen.Length, 1);
                for (int i = 0; i < chosen.Length; i++)
                {
                    int row = order[chosen[i]];
                    x.AsSpan(row * d, d).CopyTo(at.Data[(i * d)..]);
                    target.Data[i] = (float)y[row];
                }
                return (network.Forward(at) - target).Square().Mean();
            },
            cancellation
        );
        return Correlation();
    }

    /// <inheritdoc/>
    public void Predict(ReadOnlySpan<float> designs, Span<double> objectives)
    {
        using var noGrad = Tensor.NoGrad();
        int rows = designs.Length / Dimensions;
        for (int first = 0; first < rows; first += EvaluationRows)
        {
            int count = Math.Min(EvaluationRows, rows - first);
            using TensorScope scope = new();
            Tensor x = Tensor.Of(designs.Slice(first * Dimensions, count * Dimensions), count, Dimensions);
            for (int j = 0; j < _networks.Length; j++)
            {
                ReadOnlySpan<float> y = _networks[j].Forward(x).Data;
                for (int i = 0; i < count; i++)
                    objectives[(first + i) * _networks.Length + j] = y[i];
            }
        }
    }

    /// <inheritdoc/>
    public void ScoreGradients(ReadOnlySpan<float> designs, ReadOnlySpan<double> weights, Span<float> gradients)
    {
        int rows = designs.Length / Dimensions;
        using TensorScope scope = new();
        gradients.Clear();
        for (int j = 0; j < _networks.Length; j++)
        {
            Tensor x = Tensor.Of(designs, rows, Dimensions);
            x.RequiresGrad = true;
            Tensor seed = Tensor.Uninitialized(rows, 1);
            for (int i = 0; i < rows; i++)
                seed.Data[i] = (float)-weights[i * _networks.Length + j];
            ReadOnlySpan<float> gradient = Tensor.Gradients(_networks[j].Forward(x), [x], seed)[0].Data;
            for (int i = 0; i < gradients.Length; i++)
                gradients[i] += gradient[i];
        }
    }
}
