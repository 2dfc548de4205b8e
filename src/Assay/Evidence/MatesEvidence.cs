using Assay.Learning;
using Assay.Models;
using Assay.Numerics;
using Assay.Order;
using Assay.Select;
using Assay.Value;

namespace Assay.Evidence;

/// <summary>Does a model that is asked before each stage what it would learn from choose better rows than chance, and than being asked once?</summary>
public sealed class MatesEvidence : IExperiment
{
    private const int RowBytes = 128,
        CountedTail = 32,
        Batch = 16,
        Stages = 4;
    private const double Junk = 0.15,
        Temperature = 0.5;
    private const string FastText =
        "evaluation_rw_v2_fasttext_openhermes_reddit_eli5_vs_rw_v2_bigram_200k_train_0.1-open_lm_1b_swiglutorch-";

    /// <inheritdoc/>
    public string Slug => "mates";

    /// <inheritdoc/>
    public string Title =>
        "MATES: Model-Aware Data Selection for Efficient Pretraining with Data Influence Models (2024)";

    /// <inheritdoc/>
    public string Protocol =>
        "16,000 rows of 128 bytes from six domains, 15 % of them with their bytes shuffled; a byte-level transformer of 0.1 M parameters, AdamW at "
        + "1e-3 (warm-up, stable, decay). Four stages of 100 steps of 16 rows; the first on random rows and shared by all arms, each other stage on a fifth "
        + "of a window of 8,000 rows drawn at temperature 0.5. 200 rows outside of the pool are probed before each stage against 64 rows of WikiText-2's test "
        + "file (last 32 bytes); ridge regression on hashed n-grams predicts, and 50 more rows are probed to see how well. All arms train on equally many rows for equally many steps, and are "
        + "measured on 300 rows of the other half of that file.";

    /// <inheritdoc/>
    public IReadOnlyList<string> Data => [TextDomains.Folder, CoreScores.Folder];

    /// <inheritdoc/>
    public int Seeds => 5;

    /// <inheritdoc/>
    public Figures Measure(Trial trial)
    {
        Figures figures = new Run(trial).Measure();
        CoreScores published = new(trial.Path(CoreScores.Folder, "dclm_1b_1x_core22.json"));
        MeanInterval difference = published.Difference(published.Run("evaluation_mates-"), published.Run(FastText));
        figures["published/difference"] = difference.Mean;
        figures["published/low"] = difference.Low;
        figures["published/high"] = difference.High;
        return figures;
    }

    /// <inheritdoc/>
    public IReadOnlyList<Finding> Conclude(Trials trials)
    {
        Finding Gain(string claim, string paper, string arm, string over)
        {
            Finding found = Finding.Above(
                claim,
                paper,
                trials.Difference("loss/" + over, minus: "loss/" + arm),
                format: "0.0000"
            );
            int better = trials.Seeds(figures => figures["loss/" + arm] < figures["loss/" + over]);
            return found with
            {
                Ours =
                    $"loss lower by {found.Ours} nats, in {better} of {trials.Count} seeds; {arm} {trials.Text("loss/" + arm)}, {over} {trials.Text("loss/" + over)}",
            };
        }
        return
        [
            Finding.Above(
                "The regression predicts the influence of rows that it has not seen (Spearman, mean of stages)",
                "correlations are shown in figures; values not found",
                trials.Of(figures => Stage(figures, "spearman/").Average()),
                bound: 0.3
            ),
            Finding.Below(
                "Junk is chosen less often than it occurs (share of the chosen rows in the worst stage)",
                "not measured",
                trials.Of(figures => Stage(figures, "junk/").Max()),
                bound: 0.10
            ),
            Gain(
                "MATES is better than random rows at equal steps",
                "significantly better on nine tasks, half of the cost for the same accuracy",
                "mates",
                "random"
            ),
            Gain(
                "Asking before each stage is better than asking once",
                "a regressor that is kept falls behind",
                "mates",
                "static"
            ),
            Gain("MATES is better than DSIR, which asks no model", "better than DSIR on nine tasks", "mates", "dsir"),
            Finding.Below(
                "What the model wants changes: influences before the second and the last stage correlate (Spearman on the same rows) below 0.9",
                "they correlate imperfectly (figure)",
                trials.Mean("drift"),
                bound: 0.9
            ),
            // The same in all seeds: nothing is trained for it.
            Finding.Above(
                "The submission to the DCLM benchmark (1B-1x) beats the fastText filter with the same architecture, beyond the spread of its 22 tasks",
                "core 0.31223 against 0.30986",
                new(
                    trials.Mean("published/difference").Mean,
                    trials.Mean("published/low").Mean,
                    trials.Mean("published/high").Mean,
                    Trials.Confidence
                ),
                format: "0.0000"
            ) with
            {
                Rule = "the 95% interval over tasks lies above 0",
            },
        ];

        static IEnumerable<double> Stage(Figures figures, string name) =>
            Enumerable.Range(1, Stages - 1).Select(stage => figures[name + stage]);
    }

    /// <summary>One seed.</summary>
    private sealed class Run
    {
        private readonly Trial _trial;
        private readonly Figures _figures = [];
        private readonly TextPool _pool;
        private readonly byte[][] _texts;
        private readonly TokenRows _rows;
        private readonly TokenRows _reference;
        private readonly byte[][] _referenceTexts,
            _evaluation;
        private readonly int[] _probed,
            _unseen;
        private readonly StagedOptions _options;
        private readonly int _window;
        private int _done;

        public Run(Trial trial)
        {
            _trial = trial;
            int pool = trial.Size(16_000, 800),
                probes = trial.Size(200, 30),
                unseen = trial.Size(50, 10);
            // Rows to be probed stand behind the pool, and are never trained on; the last of them are not fitted to either.
            _pool = TextPool.Draw(trial, trial.Random.Child("pool"), pool + probes + unseen, RowBytes, Junk);
            _texts = _pool.Rows;
            _rows = new([.. _texts.Select(row => ByteModel.Tokens(row))]);
            _probed = [.. Enumerable.Range(pool, probes)];
            _unseen = [.. Enumerable.Range(pool + probes, unseen)];
            _referenceTexts = TextPool.Held(
                trial,
                trial.Random.Child("reference"),
                trial.Size(64, 4),
                RowBytes,
                second: false
            );
            _reference = new([.. _referenceTexts.Select(row => ByteModel.Tokens(row))], CountedTail);
            _evaluation = TextPool.Held(
                trial,
                trial.Random.Child("evaluation"),
                trial.Size(300, 16),
                RowBytes,
                second: true
            );
            int steps = trial.Size(100, 5);
            _window = Math.Min(pool, 5 * steps * Batch);
            _options = new()
            {
                Stages = Stages,
                StepsPerStage = steps,
                Batch = Batch,
                Rate = 1e-3,
                WarmUp = steps / 5,
                DecaySteps = trial.Size(40, 2),
                Halving = 10,
            };
        }

        public Figures Measure()
        {
            double[] alike = new double[_texts.Length];
            Arm("random", (_, _, _) => alike);
            double[] dsir = Dsir();
            Arm("dsir", (_, _, _) => dsir, temperature: 1);
            double[]? kept = null;
            Arm("static", (stage, rate, model) => kept ??= Asked(stage, rate, model).Scorer.Predict(_texts));
            List<double[]> gains = [];
            Arm(
                "mates",
                (stage, rate, model) =>
                {
                    StageScores scores = Asked(stage, rate, model);
                    double[] predicted = scores.Scorer.Predict(_texts),
                        found = Gains(rate, model, _unseen);
                    _figures[$"spearman/{stage}"] = RankCorrelation.Spearman(predicted[_unseen[0]..], found);
                    gains.Add(scores.Gains);
                    return predicted;
                }
            );
            _figures["drift"] = RankCorrelation.Spearman(gains[0], gains[^1]);
            return _figures;
        }

        // Trains one arm; its values say what is drawn in each stage but the first.
        private void Arm(string name, Func<int, double, ByteModel, double[]> values, double temperature = Temperature)
        {
            ByteModel model = ByteModel.New(_trial.Random.Child("weights"));
            StagedTraining.Run(
                model.Model,
                model.Optimiser,
                _rows,
                _options,
                (stage, rate) =>
                {
                    int[] chosen =
                        stage == 0
                            ? Draw(0, new double[_texts.Length], 1)
                            : Draw(stage, values(stage, rate, model), temperature);
                    if (name == "mates" && stage > 0)
                    {
                        _figures[$"junk/{stage}"] = chosen.Average(row => _pool.IsJunk[row] ? 1.0 : 0);
                        _figures[$"target/{stage}"] = chosen.Average(row => _pool.IsTarget(row) ? 1.0 : 0);
                    }
                    _trial.Report($"{name}, stage {stage}", ++_done, 4 * Stages);
                    return chosen;
                },
                cancellation: _trial.Cancellation
            );
            _figures["loss/" + name] = model.Loss(_evaluation, _trial.Cancellation);
        }

        // A fifth of the stage's window, in the order drawn; the noise is that of the stage in all arms.
        private int[] Draw(int stage, double[] values, double temperature)
        {
            RandomStream random = _trial.Random.Child("draw").Child(stage);
            int pool = _probed[0],
                start = Math.Max(0, stage - 1) % Math.Max(1, pool / _window) * _window;
            double[] noise = [.. Enumerable.Range(0, _window).Select(_ => GumbelTopK.Noise(random.NextDouble()))];
            int[] drawn =
            [
                .. Mates
                    .Draw(values.AsSpan(start, _window), _window / 5, noise, temperature)
                    .Select(place => start + place),
            ];
            random.Child("order").Shuffle<int>(drawn); // or the best rows would all come first
            return drawn;
        }

        private OneStepProbe Probe(double rate, ByteModel model) =>
            new(
                model.Optimiser,
                rate,
                row => _rows.BatchLoss(model.Model, [row]),
                () => _reference.MeanLoss(model.Model, _trial.Cancellation)
            );

        private double[] Gains(double rate, ByteModel model, int[] rows)
        {
            OneStepProbe probe = Probe(rate, model);
            double before = probe.Before();
            return [.. rows.Select(row => before - probe.After(row))];
        }

        private StageScores Asked(int stage, double rate, ByteModel model) =>
            StagedTraining.Score(
                Probe(rate, model),
                _texts,
                _probed,
                ScorerKind.Ridge,
                _trial.Random.Child("scorer").Child(stage),
                _trial.Cancellation
            );

        private double[] Dsir()
        {
            const int buckets = 10_000;
            HashedNGrams grams = new(buckets);
            long[] target = new long[buckets],
                raw = new long[buckets];
            foreach (byte[] text in _referenceTexts)
            foreach (int bucket in grams.Read(text))
                target[bucket]++;
            foreach (byte[] text in _texts)
            foreach (int bucket in grams.Read(text))
                raw[bucket]++;
            ImportanceWeights weights = new(target, raw);
            return [.. _texts.Select(text => weights.LogWeight(grams.Read(text)))];
        }
    }
}
