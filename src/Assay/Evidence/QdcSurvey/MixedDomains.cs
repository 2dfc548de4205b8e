using System.Text;
using Assay.Features;
using Assay.Learning;
using Assay.Numerics;

namespace Assay.Evidence;

/// <summary>Sentences of two domains, half of each, against as many of either alone: does a mixture generalise to a third domain better?</summary>
internal static class MixedDomains
{
    private const int Train = 1500,
        Test = 2000;

    private static readonly string[] Domains = ["rt-polarity", "custrev", "mpqa"];

    /// <summary>Accuracy on a third domain: of the mixture, of the better single domain, and of the mean of both.</summary>
    public static void Measure(Trial trial, Figures figures)
    {
        Dictionary<string, (byte[] Text, int Label)[]> rows = Domains.ToDictionary(
            domain => domain,
            domain => Read(trial, domain)
        );
        double mixed = 0,
            best = 0,
            mean = 0;
        foreach (string target in Domains)
        {
            string[] sources = [.. Domains.Where(domain => domain != target)];
            int count = trial.Size(Train, 100);
            (byte[], int)[] first = rows[sources[0]][..count],
                second = rows[sources[1]][..count],
                test = rows[target][^trial.Size(Test, 100)..];
            double a = Accuracy(first, test),
                b = Accuracy(second, test);
            mixed += Accuracy([.. first[..(count / 2)], .. second[..(count / 2)]], test) / Domains.Length;
            best += Math.Max(a, b) / Domains.Length;
            mean += (a + b) / 2 / Domains.Length;
            trial.Report("domains", Array.IndexOf(Domains, target) + 1, Domains.Length);
        }
        figures.Add("domains/mixed", mixed);
        figures.Add("domains/best-single", best);
        figures.Add("domains/mean-single", mean);
    }

    private static double Accuracy((byte[] Text, int Label)[] train, (byte[] Text, int Label)[] test)
    {
        TextGrams grams = new(new() { NGrams = 2 });
        SparseMatrix counts = grams.Count(train.Select(row => (ReadOnlyMemory<byte>)row.Text));
        TfIdfModel weights = TfIdf.Fit(counts, leastRows: 1);
        LogisticModel model = new LogisticRegression(new() { C = 3, Tolerance = 1e-4 }).Fit(
            weights.Transform(counts),
            [.. train.Select(row => row.Label)],
            2
        );
        return ClassificationMetrics.BalancedAccuracy(
            [.. test.Select(row => row.Label)],
            ClassScores.Best(
                model.Probabilities(weights.Transform(grams.Count(test.Select(row => (ReadOnlyMemory<byte>)row.Text)))),
                2
            ),
            2
        );
    }

    // As many of each label, in random order.
    private static (byte[], int)[] Read(Trial trial, string domain)
    {
        byte[][][] sides =
        [
            .. new[] { "neg", "pos" }.Select(side =>
            {
                byte[][] lines = TextDomains
                    .LinesOf(trial, $"{domain}.{side}.gz", Encoding.Latin1)
                    .Select(Encoding.UTF8.GetBytes)
                    .ToArray();
                trial.Random.Child("domains").Child(domain + side).Shuffle<byte[]>(lines);
                return lines;
            }),
        ];
        int count = sides.Min(side => side.Length);
        return [.. Enumerable.Range(0, 2 * count).Select(i => (sides[i % 2][i / 2], i % 2))];
    }
}
