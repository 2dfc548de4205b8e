using Assay.Data;
using Assay.Numerics;

namespace Assay.Plan;

/// <summary>Carries one sample for each weight from noise to a design, late steps guided by predicted objectives.</summary>
/// <remarks>
/// Algorithm 1 of "ParetoFlow" (arXiv 2412.03718v2). At late steps every sample moves along the field plus the gradient of its weighted
/// score at the design that it heads for, has noisy offspring, and becomes the offspring of its neighbourhood with the highest weighted score
/// among those inside of its cone. Where bounds are known, designs are always brought back into them, unlike in the published code.
/// </remarks>
/// <param name="field">The generator.</param>
/// <param name="model">Predicts the objectives, in standard deviations from the data's mean.</param>
/// <param name="weights">A weight for each sample.</param>
/// <param name="options">How.</param>
/// <param name="box">The bounds; null leaves designs where they go.</param>
public sealed class GuidedSampler(
    IVelocityField field,
    IObjectiveModel model,
    WeightSpread weights,
    GuidedSamplingOptions options,
    DesignBox? box
)
{
    private readonly int _d = field.Dimensions;
    private readonly int _m = weights.Objectives;
    private readonly double[] _coneCosines =
    [
        .. weights.Apexes.Select(apex => Math.Cos(Math.Min(Math.PI, options.ConeFactor * apex / 2))),
    ];

    /// <summary>The objectives that scores are counted from when angles are taken, or null for zero: see <see cref="ConeOrigin"/>.</summary>
    public double[]? Worst { get; init; }

    /// <summary>Hears how far it is.</summary>
    public IProgress<Progress>? Progress { get; init; }

    /// <summary>Asks it to stop.</summary>
    public CancellationToken Cancellation { get; init; }

    /// <summary>Draws.</summary>
    /// <param name="archive">Begins with the data's best designs; receives better ones.</param>
    /// <param name="random">Where the random numbers come from.</param>
    public GuidedSample Run(DesignArchive archive, RandomStream random)
    {
        int n = weights.Count,
            last = options.Steps - 1;
        float[] x = Gaussian(random.Child("start"), n * _d),
            u = new float[x.Length];
        Offspring offspring = new(n, options.Offspring, _d, _m);
        long clipped = 0,
            candidates = 0;
        for (int step = 1; step <= last; step++)
        {
            Cancellation.ThrowIfCancellationRequested();
            double s = (step - 1.0) / last,
                t = (double)step / last,
                delta = 1.0 / last;
            field.Velocities(x, s, u);
            if (s >= options.GuideFrom && options.Guidance > 0)
                Guide(x, u, s, delta);
            for (int i = 0; i < x.Length; i++)
                x[i] += (float)(delta * u[i]);
            if (t >= options.GuideFrom)
            {
                clipped += Breed(offspring, x, t, delta, random.Child(step));
                candidates += offspring.Count;
                Select(offspring, x, archive);
            }
            if (step % 50 == 0 || step == last)
                Progress?.Report(new("sampling", step, last, "steps"));
        }
        return new(x, archive, box is null ? 0 : clipped / Math.Max(1.0, candidates));
    }

    /// <summary>Adds the guidance to velocities: gamma (1 - s) / s times the score's gradient at the design that each sample heads for.</summary>
    /// <param name="x">Samples, row-major.</param>
    /// <param name="u">Their velocities; changed in place.</param>
    /// <param name="s">The time.</param>
    /// <param name="delta">The step, which stands in for a time of 0.</param>
    public void Guide(ReadOnlySpan<float> x, Span<float> u, double s, double delta)
    {
        float[] heading = new float[x.Length],
            gradients = new float[x.Length];
        for (int i = 0; i < x.Length; i++)
            heading[i] = (float)(x[i] + (1 - s) * u[i]);
        model.ScoreGradients(heading, weights.All, gradients);
        double factor = options.Guidance * (1 - s) / Math.Max(s, delta);
        for (int i = 0; i < u.Length; i++)
            u[i] += (float)(factor * gradients[i]);
    }

    // Noisy copies, the designs that they head for and their scores; returns how many of those were out of bounds.
    private int Breed(Offspring offspring, float[] x, double t, double delta, RandomStream random)
    {
        double noise = options.Noise * Math.Sqrt(delta);
        for (int i = 0; i < weights.Count; i++)
        for (int o = 0; o < options.Offspring; o++)
        for (int j = 0; j < _d; j++)
            offspring.Samples[(i * options.Offspring + o) * _d + j] =
                noise > 0 ? (float)(x[i * _d + j] + noise * random.NextGaussian()) : x[i * _d + j];
        field.Velocities(offspring.Samples, t, offspring.Velocities);
        float left = (float)(1 - t);
        for (int i = 0; i < offspring.Designs.Length; i++)
            offspring.Designs[i] = offspring.Samples[i] + left * offspring.Velocities[i];
        int outside = box?.Clip(offspring.Designs) ?? 0;
        // A sample whose design was moved is moved along, so that the design is where it heads for.
        if (outside > 0)
            for (int i = 0; i < offspring.Designs.Length; i++)
                offspring.Samples[i] = offspring.Designs[i] - left * offspring.Velocities[i];
        model.Predict(offspring.Designs, offspring.Scores);
        for (int i = 0; i < offspring.Scores.Length; i++)
            offspring.Scores[i] = -offspring.Scores[i];
        return outside;
    }

    private void Select(Offspring offspring, float[] x, DesignArchive archive)
    {
        Span<double> angled = stackalloc double[_m];
        for (int i = 0; i < weights.Count; i++)
        {
            int best = -1,
                nearest = -1;
            double highest = double.NegativeInfinity,
                closest = double.NegativeInfinity;
            foreach (int neighbour in weights.Neighbours[i])
                for (int o = 0; o < options.Offspring; o++)
                {
                    int candidate = neighbour * options.Offspring + o;
                    ReadOnlySpan<double> scores = offspring.Scores.AsSpan(candidate * _m, _m);
                    if (options.Filter)
                    {
                        for (int j = 0; j < _m; j++)
                            angled[j] = scores[j] + (Worst?[j] ?? 0);
                        double cosine = WeightSpread.Cosine(angled, weights.Weight(i));
                        if (cosine > closest)
                            (nearest, closest) = (candidate, cosine);
                        if (cosine < _coneCosines[i])
                            continue;
                    }
                    double score = weights.Score(i, scores);
                    if (score > highest)
                        (best, highest) = (candidate, score);
                }
            // None inside of the cone: the one of the smallest angle.
            if (best < 0)
                (best, highest) = (nearest, weights.Score(i, offspring.Scores.AsSpan(nearest * _m, _m)));
            archive.Offer(i, offspring.Designs.AsSpan(best * _d, _d), highest);
            offspring.Samples.AsSpan(best * _d, _d).CopyTo(x.AsSpan(i * _d));
        }
    }

    private static float[] Gaussian(RandomStream random, int count)
    {
        float[] values = new float[count];
        for (int i = 0; i < count; i++)
            values[i] = (float)random.NextGaussian();
        return values;
    }

    private sealed class Offspring(int parents, int each, int dimensions, int objectives)
    {
        public int Count => parents * each;

        public float[] Samples { get; } = new float[parents * each * dimensions];

        public float[] Velocities { get; } = new float[parents * each * dimensions];

        public float[] Designs { get; } = new float[parents * each * dimensions];

        public double[] Scores { get; } = new double[parents * each * objectives];
    }
}

/// <summary>What a <see cref="GuidedSampler"/> drew.</summary>
/// <param name="Final">The samples at the end, row-major, one for each weight.</param>
/// <param name="Archive">The best designs of all steps, one for each weight.</param>
/// <param name="Clipped">The share of offspring whose designs lay outside of the bounds and were brought back.</param>
public sealed record GuidedSample(float[] Final, DesignArchive Archive, double Clipped);
