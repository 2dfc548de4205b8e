using Assay.Judge;
using Assay.Learning;
using Assay.Numerics;

namespace Assay.Evidence;

/// <summary>
/// A diffusion model of handwritten digits, tuned on pairs of its own samples: pairs on which two criteria agree, pairs labelled by either, and pairs that anything tells
/// apart.
/// </summary>
/// <param name="trial">The seed.</param>
/// <param name="figures">Where figures go: <c>digits/SET/dpo-BETA/accuracy</c>, <c>digits/SET/alphaA/above</c> and others.</param>
internal sealed class DigitPreferences(Trial trial, Figures figures)
{
    /// <summary>The folder of the data.</summary>
    public const string Folder = "data-shapley";

    /// <summary>Kinds of pairs.</summary>
    public static IReadOnlyList<string> Sets { get; } = ["noisy", "simple", "agreed"];

    /// <summary>Alphas beside 0.</summary>
    public static IReadOnlyList<double> Alphas { get; } = [-1, 1, 4];

    private const int Pixels = 64,
        Classes = 10,
        TimeSteps = 50,
        TrainingSteps = 100,
        PreferenceSteps = 200,
        PairCount = 1000,
        Drawn = 4000,
        MadeOfClass = 100;
    private static readonly double[] CurveBetas = [125, 250, 500, 1000, 2000, 4000],
        Betas = [500, 2000];

    private readonly RandomStream _random = trial.Random.Child("digits");

    /// <summary>Trains the base, the criteria and all arms.</summary>
    public void Measure()
    {
        (float[] items, int[] labels) = Read();
        int[] order = [.. Enumerable.Range(0, labels.Length)];
        _random.Child("halves").Shuffle<int>(order);
        // The classifier that labels pairs and the one that judges samples learned from other digits.
        LogisticModel labeller = Classifier(items, labels, order[..(order.Length / 2)]),
            judge = Classifier(items, labels, order[(order.Length / 2)..]);
        Denoiser start = new(_random.Child("weights"), Pixels, Classes, new NoiseSchedule(TimeSteps));
        start.Fit(
            items,
            labels,
            new() { Steps = trial.Size(TrainingSteps, 50), LearningRate = 2e-3 },
            _random.Child("training"),
            cancellation: trial.Cancellation
        );
        double before = Accuracy(start, judge);
        figures["digits/base/accuracy"] = before;
        SampledDigits samples = Sample(start, labeller);
        figures["digits/agreeing"] = samples.Agreeing.Length / (double)samples.Classes.Length;
        foreach (string set in Sets)
            Measure(
                set,
                samples.Pairs(set, trial.Size(PairCount, 20), _random.Child(set)),
                start,
                judge,
                before,
                items,
                labels
            );
    }

    private void Measure(
        string set,
        ItemPairs pairs,
        Denoiser start,
        LogisticModel judge,
        double before,
        float[] items,
        int[] labels
    )
    {
        (double Drift, double Accuracy) Tune(double beta, double alpha)
        {
            Denoiser model = start.Copy();
            trial.Report(FormattableString.Invariant($"digits, {set}, alpha {alpha}, beta {beta}"), 0, 1);
            DenoiserPreference.Train(
                model,
                start,
                pairs,
                new()
                {
                    Beta = beta,
                    Alpha = alpha,
                    Steps = trial.Size(PreferenceSteps, 5),
                },
                _random.Child("preference"),
                trial.Cancellation
            );
            return (model.Drift(start, items, labels, _random.Child("drift")), Accuracy(model, judge));
        }

        (double Drift, double Accuracy)[] dpo = [.. CurveBetas.Select(beta => Tune(beta, 0))];
        PolicyCurve curve = PolicyCurve.Of(
            [0, .. dpo.Select(point => point.Drift)],
            [before, .. dpo.Select(point => point.Accuracy)]
        );
        foreach ((double beta, (double drift, double accuracy)) in CurveBetas.Zip(dpo))
            Add(FormattableString.Invariant($"digits/{set}/dpo-{beta}"), drift, accuracy);
        foreach (double alpha in Alphas)
        {
            double above = 0,
                gain = 0;
            foreach (double beta in Betas)
            {
                (double drift, double accuracy) = Tune(beta, alpha);
                string name = FormattableString.Invariant($"digits/{set}/alpha{alpha}-{beta}");
                Add(name, drift, accuracy);
                above += (accuracy - curve.At(Math.Min(drift, curve.High))) / Betas.Length;
                gain += (accuracy - dpo[Array.IndexOf(CurveBetas, beta)].Accuracy) / Betas.Length;
            }
            figures[FormattableString.Invariant($"digits/{set}/alpha{alpha}/above")] = above;
            figures[FormattableString.Invariant($"digits/{set}/alpha{alpha}/gain")] = gain;
        }

        void Add(string name, double drift, double accuracy)
        {
            figures[name + "/drift"] = drift;
            figures[name + "/accuracy"] = accuracy;
        }
    }

    private (float[] Items, int[] Labels) Read()
    {
        (Matrix pixels, int[] labels) = LeaveOneOutInfluence.Read(trial.Path(Folder, "digits.csv.gz"));
        float most = 0;
        foreach (float value in pixels.Values)
            most = Math.Max(most, value);
        float[] items = pixels.Values.ToArray();
        foreach (ref float value in items.AsSpan())
            value = 2 * value / most - 1;
        return (items, labels);
    }

    private static LogisticModel Classifier(float[] items, int[] labels, int[] rows) =>
        new LogisticRegression(new() { C = 0.1, Tolerance = 1e-4 }).Fit(
            new(new Matrix(items, Pixels).Take(rows), [.. rows.Select(row => labels[row])], Classes)
        );

    private double Accuracy(Denoiser model, LogisticModel judge)
    {
        int each = trial.Size(MadeOfClass, 5);
        int[] classes = [.. Enumerable.Range(0, Classes * each).Select(i => i % Classes)];
        double[] logits = judge.Logits(new Matrix(model.Sample(classes, _random.Child("made")), Pixels));
        return Enumerable
            .Range(0, classes.Length)
            .Average(i => Enumerable.Range(0, Classes).MaxBy(k => logits[i * Classes + k]) == classes[i] ? 1.0 : 0);
    }

    private SampledDigits Sample(Denoiser start, LogisticModel labeller)
    {
        int count = trial.Size(Drawn, 100);
        int[] classes = [.. Enumerable.Range(0, count).Select(i => i % Classes)];
        float[] first = start.Sample(classes, _random.Child("first")),
            second = start.Sample(classes, _random.Child("second"));
        double[] firstSeen = labeller.Probabilities(new Matrix(first, Pixels)),
            secondSeen = labeller.Probabilities(new Matrix(second, Pixels));
        double[] legible = new double[count],
            light = new double[count];
        for (int i = 0; i < count; i++)
        {
            int at = i * Classes + classes[i];
            legible[i] = Math.Log(firstSeen[at] + 1e-12) - Math.Log(secondSeen[at] + 1e-12);
            light[i] =
                second.AsSpan(i * Pixels, Pixels).ToArray().Sum() - first.AsSpan(i * Pixels, Pixels).ToArray().Sum();
        }
        return new(first, second, classes, legible, light);
    }

    /// <summary>Two samples of the base for each class asked for, and by how much the first is better in both criteria.</summary>
    private sealed record SampledDigits(float[] First, float[] Second, int[] Classes, double[] Legible, double[] Light)
    {
        public int[] Agreeing => [.. Enumerable.Range(0, Classes.Length).Where(i => Legible[i] > 0 == Light[i] > 0)];

        public ItemPairs Pairs(string set, int count, RandomStream random)
        {
            int[] rows = set == "agreed" ? Agreeing : [.. Enumerable.Range(0, Classes.Length)];
            random.Shuffle<int>(rows);
            rows = rows[..Math.Min(count, rows.Length)];
            List<float> winners = [],
                losers = [];
            for (int i = 0; i < rows.Length; i++)
            {
                int row = rows[i],
                    other = rows[(i + 1) % rows.Length];
                bool byLight = set == "noisy" && random.NextInt32(2) == 0,
                    firstWins = (byLight ? Light[row] : Legible[row]) > 0;
                winners.AddRange(Item(firstWins ? First : Second, row));
                // A loser of another prompt, as a rule of another class: anything tells the two apart.
                losers.AddRange(set == "simple" ? Item(First, other) : Item(firstWins ? Second : First, row));
            }
            return new([.. winners], [.. losers], [.. rows.Select(row => Classes[row])]);

            static Span<float> Item(float[] items, int row) => items.AsSpan(row * Pixels, Pixels);
        }
    }
}
