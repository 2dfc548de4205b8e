using System.IO.Compression;
using System.Text;
using System.Text.Json;
using Assay.Learning;
using Assay.Numerics;
using Assay.Preferences;

namespace Assay.Evidence;

/// <summary>
/// Answers of six models to the 805 prompts of AlpacaEval 2 as a bandit that is computed exactly: a policy over six answers, a gold reward from the
/// judge, and pairs whose labels it draws.
/// </summary>
internal sealed class AnswerBandit
{
    /// <summary>The folder of the data.</summary>
    public const string Folder = "alpaca-eval-2";

    /// <summary>Prompts that pairs are drawn from; the others are tested on.</summary>
    public const int TrainPrompts = 600;

    private const string File = "texts_6models.jsonl.gz";
    private const int Answers = 6,
        HashBits = 9;
    private const double Deviations = 2,
        GoldScale = 1.5,
        LeastPreference = 1e-6;

    private readonly int[] _train;
    private readonly double[] _gold;

    private AnswerBandit(AnsweredPrompts read, int[] order)
    {
        int[] test = order[TrainPrompts..];
        _train = order[..TrainPrompts];
        CandidateGroups all = new([.. Enumerable.Repeat(Answers, read.Prompts)]);
        _gold = read.Gold;
        Train = Part(_train, out _, out int[] trainRows);
        Test = Part(test, out TestGold, out _);
        TrainGold = [.. trainRows.Select(row => _gold[row])];

        CandidateFeatures Part(int[] prompts, out double[] gold, out int[] rows)
        {
            (CandidateGroups groups, rows) = all.Take(prompts);
            gold = [.. rows.Select(row => _gold[row])];
            return new(groups, Matrix.Of([.. rows.Select(row => read.Features.Row(row).ToArray())]));
        }
    }

    /// <summary>The answers of the prompts that are trained on.</summary>
    public CandidateFeatures Train { get; }

    /// <summary>Their gold rewards.</summary>
    public double[] TrainGold { get; }

    /// <summary>The answers of the other prompts.</summary>
    public CandidateFeatures Test { get; }

    /// <summary>Their gold rewards.</summary>
    public readonly double[] TestGold;

    /// <summary>Deals the prompts.</summary>
    /// <param name="trial">Where the data are.</param>
    /// <param name="random">Names the deal.</param>
    public static AnswerBandit Of(Trial trial, RandomStream random)
    {
        AnsweredPrompts read = AnsweredPrompts.Read(trial);
        int[] order = [.. Enumerable.Range(0, read.Prompts)];
        random.Shuffle<int>(order);
        return new(read, order);
    }

    /// <summary>Pairs of answers to the prompts that are trained on, labelled by Bradley-Terry on the gold reward.</summary>
    /// <param name="random">Names the draw.</param>
    /// <param name="perPrompt">Pairs of a prompt.</param>
    /// <param name="flips">The probability that a label is turned round.</param>
    public CandidatePair[] Pairs(RandomStream random, int perPrompt, double flips)
    {
        CandidatePair[] pairs = new CandidatePair[_train.Length * perPrompt];
        RandomStream labels = random.Child("labels"),
            flipped = random.Child("flips"),
            drawn = random.Child("pairs");
        for (int i = 0; i < pairs.Length; i++)
        {
            int start = i / perPrompt * Answers,
                first = drawn.NextInt32(Answers),
                second = (first + 1 + drawn.NextInt32(Answers - 1)) % Answers;
            (first, second) = (start + first, start + second);
            bool wins = labels.NextDouble() < Logistic.Sigmoid(TrainGold[first] - TrainGold[second]);
            bool turned = flipped.NextDouble() < flips;
            pairs[i] = wins != turned ? new(first, second) : new(second, first);
        }
        return pairs;
    }

    /// <summary>What a policy earns on the prompts that it was not trained on, and how far it is from the reference in nats.</summary>
    public (double Gold, double Kl) Score(CandidatePolicy policy)
    {
        double[] logs = policy.LogProbabilities(Test);
        return (Test.Groups.Expected(logs, TestGold), Test.Groups.Kl(logs));
    }

    /// <summary>The answers with their features and gold rewards, in the order of the prompts.</summary>
    /// <param name="Prompts">Number of prompts.</param>
    /// <param name="Texts">The answers, six a prompt.</param>
    /// <param name="Preferences">The judge's probability that an answer beats the baseline's.</param>
    /// <param name="Gold">The logit of that, standardised, held within two deviations, times 1.5.</param>
    /// <param name="Features">Hashed words of an answer, the length of its text, its lines.</param>
    internal sealed record AnsweredPrompts(
        int Prompts,
        string[] Texts,
        double[] Preferences,
        double[] Gold,
        Matrix Features
    )
    {
        public static AnsweredPrompts Read(Trial trial)
        {
            SortedDictionary<int, List<(string Model, string Text, double Preference)>> all = [];
            using StreamReader lines = new(
                new GZipStream(System.IO.File.OpenRead(trial.Path(Folder, File)), CompressionMode.Decompress)
            );
            while (lines.ReadLine() is { } line)
            {
                using JsonDocument row = JsonDocument.Parse(line);
                int id = row.RootElement.GetProperty("id").GetInt32();
                if (!all.TryGetValue(id, out var own))
                    all[id] = own = [];
                own.Add(
                    (
                        row.RootElement.GetProperty("model").GetString()!,
                        row.RootElement.GetProperty("output").GetString()!,
                        row.RootElement.GetProperty("pref").GetDouble()
                    )
                );
            }
            var rows = all
                .Values.SelectMany(own => own.OrderBy(answer => answer.Model, StringComparer.Ordinal))
                .ToArray();
            string[] texts = [.. rows.Select(row => row.Text)];
            double[] preferences = [.. rows.Select(row => row.Preference)];
            return new(all.Count, texts, preferences, GoldOf(preferences), FeaturesOf(texts));
        }

        private static double[] GoldOf(double[] preferences)
        {
            double[] gold = Standardised([
                .. preferences.Select(p => Logistic.Logit(Math.Clamp(p, LeastPreference, 1 - LeastPreference))),
            ]);
            return [.. gold.Select(z => GoldScale * Math.Clamp(z, -Deviations, Deviations))];
        }

        private static Matrix FeaturesOf(string[] texts)
        {
            FeatureHasher words = new(HashBits, signed: false);
            foreach (string text in texts)
            {
                foreach (string word in LowerWords.Of(text))
                    words.Add(Encoding.UTF8.GetBytes(word));
                words.EndRow();
            }
            Matrix hashed = words.Build().ToDense();
            double[] lengths = Standardised([.. texts.Select(text => Math.Log(1 + text.Length))]),
                breaks = Standardised([.. texts.Select(text => Math.Log(1 + text.Count(c => c == '\n')))]);
            float[][] rows = new float[texts.Length][];
            for (int i = 0; i < rows.Length; i++)
                rows[i] = [.. hashed.Row(i), (float)lengths[i], (float)breaks[i]];
            return Matrix.Of(rows);
        }

        private static double[] Standardised(double[] values)
        {
            double mean = values.Average(),
                deviation = Math.Sqrt(values.Average(value => (value - mean) * (value - mean)));
            return [.. values.Select(value => (value - mean) / deviation)];
        }
    }
}
