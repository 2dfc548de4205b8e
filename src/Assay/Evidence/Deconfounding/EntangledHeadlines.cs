using System.Text;
using System.Text.RegularExpressions;
using Assay.Data;
using Assay.Learning;
using Assay.Numerics;
using Assay.Value;

namespace Assay.Evidence;

/// <summary>Real headlines with made-up outcomes: an effect of three traits of the text, and a circumstance that goes with one of them.</summary>
internal sealed partial class EntangledHeadlines(Trial trial)
{
    /// <summary>Correlations of the circumstance with the first trait.</summary>
    public static readonly double[] Correlations = [0.3, 0.8];

    /// <summary>What the circumstance adds to an outcome.</summary>
    public static readonly double[] Strengths = [0, 1, 3];

    /// <summary>Ways that are tried.</summary>
    public static readonly string[] Arms =
    [
        OutcomeArms.Naive,
        OutcomeArms.Conditioned,
        OutcomeArms.Odin,
        OutcomeArms.Residual,
        OutcomeArms.Joint,
        OutcomeArms.Instrument,
    ];

    private const double Penalty = 1,
        TestShare = 0.3;

    public static string NameOf(double correlation, double strength, string arm) =>
        FormattableString.Invariant($"rank/{correlation}/{strength}/{arm}");

    public void Measure(Figures figures)
    {
        View view = Headlines.Read(trial);
        OutcomeRows read = OutcomeRows.Read(new() { Outcome = "clicks" }, view, withText: true, trial.Cancellation);
        string[] texts = read.Table.Words("text");
        RandomStream random = trial.Random.Child("entangled");
        int[] rows = [.. Enumerable.Range(0, texts.Length)];
        random.Shuffle(rows.AsSpan());
        rows = [.. rows.DistinctBy(row => texts[row]).Take(trial.Size(6000, 400))];
        double[][] traits =
        [
            Standard(row => Reader.Count(texts[row]) > 0 ? 1 : 0),
            Standard(row => Person.Count(texts[row]) > 0 ? 1 : 0),
            Standard(row => Math.Log(Words.Count(Encoding.UTF8.GetBytes(texts[row])))),
        ];
        double[] effect = [.. Enumerable.Range(0, rows.Length).Select(i => traits[0][i] + traits[1][i] + traits[2][i])];
        int held = (int)(TestShare * rows.Length);
        int[] training = [.. Enumerable.Range(held, rows.Length - held)];
        SparseMatrix test = read.Text!.Take(rows.AsSpan(..held)),
            text = read.Text!.Take(rows.AsSpan(held..));
        int done = 0;
        foreach (double correlation in Correlations)
        {
            RandomStream draw = random.Child((long)(100 * correlation));
            double[] lever = Draw(draw, rows.Length),
                shock = Draw(draw, rows.Length),
                noise = Draw(draw, rows.Length);
            double[] circumstance = new double[rows.Length];
            double rest = Math.Sqrt((1 - correlation * correlation) / 2);
            for (int i = 0; i < circumstance.Length; i++)
                circumstance[i] = correlation * traits[0][i] + rest * (lever[i] + shock[i]);
            foreach (double strength in Strengths)
            {
                double[] outcome = new double[rows.Length];
                for (int i = 0; i < outcome.Length; i++)
                    outcome[i] = effect[i] + strength * circumstance[i] + noise[i];
                double[] Of(double[] column) => column[held..];
                double[] context = Of(circumstance);
                ObservedOutcomes known = new(Of(outcome), ContextDesign.Of(context.Length, [context], []), text),
                    moved =
                        new(Of(outcome), ContextDesign.Of(context.Length, [], []), text)
                        {
                            Instrumented = [context],
                            Instruments = [Of(lever)],
                        };
                foreach (string arm in Arms)
                {
                    trial.Report("made-up outcomes", done++, Correlations.Length * Strengths.Length * Arms.Length);
                    double[] effects = OutcomeArms.Effects(
                        arm,
                        arm == OutcomeArms.Instrument ? moved : known,
                        Penalty,
                        folds: 5,
                        bends: 0,
                        draw,
                        trial.Cancellation
                    );
                    double rank = RankCorrelation.Spearman(Deconfound.SparseScores(test, effects), effect[..held]);
                    figures[NameOf(correlation, strength, arm)] = double.IsNaN(rank) ? 0 : rank;
                }
            }
        }

        double[] Standard(Func<int, double> trait)
        {
            double[] values = [.. rows.Select(trait)];
            double mean = values.Average(),
                deviation = Math.Sqrt(values.Sum(value => (value - mean) * (value - mean)) / values.Length);
            return Array.ConvertAll(values, value => (value - mean) / deviation);
        }
    }

    private static double[] Draw(RandomStream random, int count) =>
        [.. Enumerable.Range(0, count).Select(_ => random.NextGaussian())];

    // Speaks to the reader.
    [GeneratedRegex(@"\b(you|your|yours|you're|you'll|you've)\b", RegexOptions.IgnoreCase)]
    private static partial Regex Reader { get; }

    // Speaks of a person.
    [GeneratedRegex(@"\b(he|she|his|her|him|he's|she's)\b", RegexOptions.IgnoreCase)]
    private static partial Regex Person { get; }
}
