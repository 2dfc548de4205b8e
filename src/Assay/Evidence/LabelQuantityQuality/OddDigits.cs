using Assay.Learning;
using Assay.Numerics;
using Assay.Plan.Labels;

namespace Assay.Evidence;

/// <summary>Is a digit odd: a task that a network which tells the ten digits apart knows already, and a weak labeller knows badly.</summary>
internal sealed class OddDigits
{
    private const int Hidden = 256,
        Batch = 32,
        Classes = 10,
        Pooled = 4; // pixels of a side that the weak labeller sees as one

    private readonly Matrix _features;
    private readonly int[] _gold;
    private readonly double[] _weak;

    /// <summary>Trains the network on 1,000 digits and the weak labeller on 300 others; the rest are for labels and tests.</summary>
    public OddDigits(Trial trial)
    {
        (float[][] images, int[] labels) = HandwrittenDigits.Read(trial);
        int[] order = [.. Enumerable.Range(0, labels.Length)];
        trial.Random.Child("digits").Shuffle<int>(order);
        int known = trial.Size(1000, 100),
            judged = trial.Size(300, 100);
        int[] rest = order[(known + judged)..];
        if (trial.Quick)
            rest = rest[..400];
        Mlp network = Pretrained(trial, images, labels, order[..known]);
        _features = Features(network, images, rest);
        _gold = [.. rest.Select(row => labels[row] % 2)];
        int[] taught = order[known..(known + judged)];
        Matrix small = Matrix.Of([.. taught.Select(row => Small(images[row]))]);
        LogisticModel labeller = new LogisticRegression(new() { C = 1 }).Fit(
            new ClassificationData(small, [.. taught.Select(row => labels[row] % 2)], 2)
        );
        Matrix seen = Matrix.Of([.. rest.Select(row => Small(images[row]))]);
        double[] said = labeller.Probabilities(seen); // both classes of each row
        _weak = [.. Enumerable.Range(0, rest.Length).Select(i => said[2 * i + 1] >= 0.5 ? 1.0 : 0)];
    }

    /// <summary>The rows, with a stage of training.</summary>
    /// <param name="test">Rows that are tested on.</param>
    /// <param name="logConfidence">Whether cheap labels are trained on by the log-confidence loss.</param>
    public LabelTrial Trial(int test, bool logConfidence = false) =>
        new(_features, _gold, _weak, test / (double)_gold.Length, new() { LogConfidence = logConfidence });

    private static Mlp Pretrained(Trial trial, float[][] images, int[] labels, int[] rows)
    {
        Mlp network = new(trial.Random.Child("weights"), HandwrittenDigits.Pixels, Hidden, Classes);
        Batches batches = new(rows.Length, Batch, trial.Random.Child("order"));
        int[] places = new int[Batch],
            classes = new int[Batch];
        new Trainer(
            new()
            {
                Steps = batches.PerEpoch * trial.Size(15, 2),
                LearningRate = 1e-3,
                ClipNorm = 0,
            }
        ).Run(
            new Optimiser(network.Parameters(), new AdamW()),
            number =>
            {
                batches.Fill(number, places);
                Tensor x = Tensor.Uninitialized(Batch, HandwrittenDigits.Pixels);
                for (int i = 0; i < Batch; i++)
                {
                    images[rows[places[i]]].CopyTo(x.Data[(i * HandwrittenDigits.Pixels)..]);
                    classes[i] = labels[rows[places[i]]];
                }
                return Functional.CrossEntropy(network.Forward(x), classes);
            },
            trial.Cancellation
        );
        return network;
    }

    // Each to mean 0 and deviation 1 over the rows.
    private static Matrix Features(Mlp network, float[][] images, int[] rows)
    {
        const int at = 500;
        float[] values = new float[rows.Length * Hidden];
        using (Tensor.NoGrad())
            for (int first = 0; first < rows.Length; first += at)
            {
                using TensorScope scope = new();
                int count = Math.Min(at, rows.Length - first);
                Tensor x = Tensor.Uninitialized(count, HandwrittenDigits.Pixels);
                for (int i = 0; i < count; i++)
                    images[rows[first + i]].CopyTo(x.Data[(i * HandwrittenDigits.Pixels)..]);
                network.Features(x).Data.CopyTo(values.AsSpan(first * Hidden));
            }
        return LabelPlan.Standardised(new(values, Hidden));
    }

    private static float[] Small(float[] image)
    {
        const int side = HandwrittenDigits.Side / Pooled;
        float[] small = new float[side * side];
        for (int i = 0; i < image.Length; i++)
            small[i / HandwrittenDigits.Side / Pooled * side + i % HandwrittenDigits.Side / Pooled] +=
                image[i] / (Pooled * Pooled);
        return small;
    }
}
