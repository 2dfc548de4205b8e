using Assay.Learning;
using Assay.Numerics;
using Assay.Train;

namespace Assay.Evidence;

/// <summary>Soups over candidate datasets of handwritten digits: a small base set that the candidates help, and one that has stalled.</summary>
internal sealed class DigitSoups
{
    private const int Side = HandwrittenDigits.Side,
        Pixels = HandwrittenDigits.Pixels,
        Classes = 10,
        Batch = 32;

    private readonly Trial _trial;
    private readonly float[][] _images;
    private readonly int[] _labels;
    private readonly int[] _order;

    public DigitSoups(Trial trial)
    {
        _trial = trial;
        (_images, _labels) = HandwrittenDigits.Read(trial);
        _order = [.. Enumerable.Range(0, _labels.Length)];
        trial.Random.Child("digits").Shuffle<int>(_order);
    }

    /// <summary>The names of the arms' figures.</summary>
    public static IReadOnlyList<string> Strategies { get; } =
    ["base", "seed-soup", "best-single", "average", "maximum", "greedy", "individual", "together"];

    private sealed record Rows(List<float[]> Images, List<int> Labels)
    {
        public void Add(float[] image, int label)
        {
            Images.Add(image);
            Labels.Add(label);
        }

        public Rows With(Rows other) => new([.. Images, .. other.Images], [.. Labels, .. other.Labels]);
    }

    /// <summary>Measures both arms: <c>small/greedy</c>, <c>plateau/greedy</c> and so on, test accuracy in percent.</summary>
    public void Measure(Figures figures)
    {
        int at = 0;
        int[] Take(int count) => _order[at..(at += count)];
        int[] pretraining = Take(500),
            small = Take(500),
            plateau = Take(3000),
            validation = Take(1000),
            test = Take(2000);
        List<Rows> candidates = Candidates(Take(1600));
        Rows held = Shifted(validation),
            tested = Shifted(test);
        Mlp start = new(_trial.Random.Child("weights"), Pixels, 128, Classes);
        float[] pretrained = Trained(
            start.Snapshot(),
            Plain(pretraining),
            epochs: 5,
            _trial.Random.Child("pretraining")
        );
        int epochs = _trial.Size(15, 1);
        Arm(figures, "small", pretrained, Plain(small), candidates, held, tested, epochs);
        _trial.Report("digits", 1, 4);
        Arm(
            figures,
            "plateau",
            pretrained,
            Mixed(plateau.AsSpan(0, _trial.Size(3000, 100))),
            candidates,
            held,
            tested,
            epochs
        );
        _trial.Report("digits", 2, 4);
    }

    private void Arm(
        Figures figures,
        string arm,
        float[] pretrained,
        Rows @base,
        List<Rows> candidates,
        Rows validation,
        Rows test,
        int epochs
    )
    {
        float[] Tuned(Rows rows, int order = 0) =>
            Trained(pretrained, rows, epochs, _trial.Random.Child("tuning").Child(order));
        double Score(float[] weights) => Accuracy(weights, validation);
        void Add(string name, float[] weights) => figures[$"{arm}/{name}"] = 100 * Accuracy(weights, test);

        float[][] ofSeeds = [.. candidates.Select((_, i) => Tuned(@base, i))];
        Add("base", ofSeeds[0]);
        Add("seed-soup", Soup.Uniform(ofSeeds, Score).Weights);

        float[][] ofDatasets = [.. candidates.Select(candidate => Tuned(@base.With(candidate)))];
        double[] scores = [.. ofDatasets.Select(Score)];
        Add("best-single", ofDatasets[Array.IndexOf(scores, scores.Max())]);
        Add("average", Soup.Uniform(ofDatasets, Score).Weights);
        Add("maximum", Soup.Maximum(ofDatasets, scores, 3, Score).Weights);
        SoupResult greedy = Soup.Greedy(ofDatasets, scores, Score);
        Add("greedy", greedy.Weights);
        figures[$"{arm}/greedy-members"] = greedy.Members.Count;

        Rows Union(IReadOnlyList<int> kept) =>
            kept.Aggregate(@base, (rows, candidate) => rows.With(candidates[candidate]));
        (IReadOnlyList<int> kept, _) = IndividualSelect.Of(candidates.Count, chosen => Score(Tuned(Union(chosen))));
        Add("individual", Tuned(Union(kept)));
        figures[$"{arm}/individual-members"] = kept.Count;
        Add("together", Tuned(Union([.. Enumerable.Range(0, candidates.Count)])));
    }

    // Four sets of some classes only, two shifted ways, noise, and dark on light.
    private List<Rows> Candidates(int[] rows)
    {
        List<Rows> sets = [];
        HashSet<int> used = [];
        for (int rest = 0; rest < 4; rest++)
        {
            Rows set = new([], []);
            foreach (int row in rows.Where(row => _labels[row] % 4 == rest).Take(200))
            {
                set.Add(_images[row], _labels[row]);
                used.Add(row);
            }
            sets.Add(set);
        }
        // Classes have no 200 rows of some rests: what is left over serves the others, in turn.
        int[] left = [.. rows.Where(row => !used.Contains(row))];
        RandomStream noise = _trial.Random.Child("candidate noise");
        Func<float[], float[]>[] changes =
        [
            image => Shift(image, 1, 1),
            image => Shift(image, -1, 0),
            image => Noisy(image, noise),
            image => [.. image.Select(pixel => 1 - pixel)],
        ];
        for (int change = 0; change < changes.Length; change++)
        {
            Rows set = new([], []);
            for (int i = change; i < left.Length && set.Labels.Count < 200; i += changes.Length)
                set.Add(changes[change](_images[left[i]]), _labels[left[i]]);
            sets.Add(set);
        }
        return sets;
    }

    private Rows Plain(int[] rows) => new([.. rows.Select(row => _images[row])], [.. rows.Select(row => _labels[row])]);

    private Rows Shifted(int[] rows)
    {
        Rows all = Plain(rows);
        foreach (int row in rows)
        {
            all.Add(Shift(_images[row], 1, 1), _labels[row]);
            all.Add(Shift(_images[row], -1, 0), _labels[row]);
        }
        return all;
    }

    private Rows Mixed(ReadOnlySpan<int> rows)
    {
        Rows all = new([], []);
        RandomStream noise = _trial.Random.Child("base noise");
        for (int i = 0; i < rows.Length; i++)
        {
            float[] image = _images[rows[i]];
            all.Add(
                (i % 4) switch
                {
                    0 => image,
                    1 => Shift(image, 1, 1),
                    2 => Shift(image, -1, 0),
                    _ => Noisy(image, noise),
                },
                _labels[rows[i]]
            );
        }
        return all;
    }

    private static float[] Shift(float[] image, int right, int down)
    {
        float[] shifted = new float[Pixels];
        for (int row = Math.Max(0, down); row < Math.Min(Side, Side + down); row++)
        for (int column = Math.Max(0, right); column < Math.Min(Side, Side + right); column++)
            shifted[row * Side + column] = image[(row - down) * Side + column - right];
        return shifted;
    }

    private static float[] Noisy(float[] image, RandomStream random) =>
        [.. image.Select(pixel => Math.Clamp(pixel + 0.3f * (float)random.NextGaussian(), 0, 1))];

    private float[] Trained(float[] start, Rows rows, int epochs, RandomStream order)
    {
        Mlp model = new(new RandomStream(0, "overwritten"), Pixels, 128, Classes);
        model.Restore(start);
        Optimiser optimiser = new(model.Parameters(), new Sgd(0.9));
        Batches batches = new(rows.Labels.Count, Batch, order);
        int[] places = new int[Batch],
            labels = new int[Batch];
        Trainer trainer = new(
            new()
            {
                Steps = batches.PerEpoch * epochs,
                LearningRate = 0.03,
                Schedule = ScheduleShape.Constant,
                ClipNorm = 0,
            }
        );
        trainer.Run(
            optimiser,
            number =>
            {
                batches.Fill(number, places);
                Tensor x = Tensor.Uninitialized(Batch, Pixels);
                for (int i = 0; i < Batch; i++)
                {
                    rows.Images[places[i]].CopyTo(x.Data[(i * Pixels)..]);
                    labels[i] = rows.Labels[places[i]];
                }
                return Functional.CrossEntropy(model.Forward(x), labels);
            },
            _trial.Cancellation
        );
        return model.Snapshot();
    }

    private static double Accuracy(float[] weights, Rows rows)
    {
        const int at = 500;
        Mlp model = new(new RandomStream(0, "overwritten"), Pixels, 128, Classes);
        model.Restore(weights);
        using var noGrad = Tensor.NoGrad();
        int right = 0;
        for (int first = 0; first < rows.Labels.Count; first += at)
        {
            using TensorScope scope = new();
            int count = Math.Min(at, rows.Labels.Count - first);
            Tensor x = Tensor.Uninitialized(count, Pixels);
            for (int i = 0; i < count; i++)
                rows.Images[first + i].CopyTo(x.Data[(i * Pixels)..]);
            ReadOnlySpan<float> logits = model.Forward(x).Data;
            for (int i = 0; i < count; i++)
                if (
                    System.Numerics.Tensors.TensorPrimitives.IndexOfMax(logits.Slice(i * Classes, Classes))
                    == rows.Labels[first + i]
                )
                    right++;
        }
        return right / (double)rows.Labels.Count;
    }
}
