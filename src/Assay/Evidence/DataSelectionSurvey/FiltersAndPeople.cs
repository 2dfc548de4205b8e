using System.Text;
using Assay.Data;
using Assay.Features;
using Assay.Learning;
using Assay.Numerics;
using Assay.Select;
using Assay.Value;

namespace Assay.Evidence;

/// <summary>How well cheap filters agree with people on which web pages are good: area under the ROC curve.</summary>
internal sealed class FiltersAndPeople(Trial trial, SurveyCorpora corpora)
{
    private const int Folds = 5;

    // What stands for good text in the reference classifier, and what for the web.
    private static readonly string[] Reference =
    [
        "Wikipedia (en)",
        "PubMed Abstracts",
        "PubMed Central",
        "OpenWebText2",
    ];
    private const string Web = "Pile-CC";

    /// <summary>Adds <c>people/...</c>: areas, and differences with their intervals over pages.</summary>
    public void Measure(Figures figures)
    {
        trial.Report("filters and people", 0, 1);
        (bool IsGood, string Text)[] pages = corpora.Pages;
        if (trial.Quick)
            pages = [.. pages.Where((_, i) => i % 4 == 0)];
        int[] labels = [.. pages.Select(page => page.IsGood ? 1 : 0)];
        View view = SurveyCorpora.ViewOf(pages.Select(page => page.Text));
        Dictionary<string, double[]> scores = new()
        {
            ["rules"] = Rules(view),
            ["length"] = [.. pages.Select(page => (double)Words.Count(Encoding.UTF8.GetBytes(page.Text)))],
            ["perplexity"] = Perplexity(view, NGramUnit.Words, "ngram-2"),
            ["bytes"] = Perplexity(view, NGramUnit.Bytes, "ngram-6"),
            ["classifier"] = Classifier(pages),
            ["reference"] = ReferenceClassifier(view),
        };
        foreach ((string name, double[] values) in scores)
            figures["people/" + name] = RankingMetrics.RocAuc(values, labels);
        RandomStream random = trial.Random.Child("pages");
        foreach (
            (string name, string? minus) in (ReadOnlySpan<(string, string?)>)
                [
                    ("length", "rules"),
                    ("perplexity", "rules"),
                    ("bytes", "rules"),
                    ("classifier", "length"),
                    ("reference", null),
                ]
        )
        {
            double[] first = scores[name];
            double[]? second = minus is null ? null : scores[minus];
            MeanInterval interval = OverPages(random.Child(name), labels, first, second);
            string figure = $"people/{name}-{minus ?? "chance"}";
            figures[figure] = interval.Mean;
            figures[figure + "/low"] = interval.Low;
            figures[figure + "/high"] = interval.High;
        }
    }

    private double[] Rules(View view)
    {
        Selected kept = corpora.Select(
            "rules",
            new Heuristics(new() { Preset = [Preset.Fineweb], Words = WordSplit.WordPunctuation }),
            view
        );
        double[] scores = new double[view.Dataset.RowCount];
        foreach (int row in kept.Kept.Rows)
            scores[row] = 1;
        return scores;
    }

    private double[] Perplexity(View view, NGramUnit unit, string model)
    {
        View wikipedia = SurveyCorpora.ViewOf(TextDomains.Lines(trial, "wikipedia"));
        PerplexityOptions options = new()
        {
            Model = model,
            Unit = unit,
            From = SurveyCorpora.Target,
        };
        double[] perplexity = corpora.Value("perplexity", new Perplexity(options), view, wikipedia);
        return [.. perplexity.Select(value => -value)];
    }

    // Each page by a classifier that people's opinions of the other folds have taught.
    private double[] Classifier((bool IsGood, string Text)[] pages)
    {
        int[] order = [.. Enumerable.Range(0, pages.Length)];
        trial.Random.Child("folds").Shuffle<int>(order);
        double[] scores = new double[pages.Length];
        for (int fold = 0; fold < Folds; fold++)
        {
            int[] scored = [.. order.Where((_, i) => i % Folds == fold)],
                taught = [.. order.Where((_, i) => i % Folds != fold)];
            TextContrast.TextReader reader = TextContrast.Fit(Texts(true), Texts(false)).Reader();
            foreach (int page in scored)
                scores[page] = reader.Score(Encoding.UTF8.GetBytes(pages[page].Text));

            IEnumerable<ReadOnlyMemory<byte>> Texts(bool good) =>
                taught
                    .Where(page => pages[page].IsGood == good)
                    .Select(page => (ReadOnlyMemory<byte>)Encoding.UTF8.GetBytes(pages[page].Text));
        }
        return scores;
    }

    private double[] ReferenceClassifier(View view)
    {
        View Documents(Func<string, bool> domain) =>
            SurveyCorpora.ViewOf(corpora.Pile.Where(entry => domain(entry.Domain)).Select(entry => entry.Text));
        QualityOptions options = new() { Positive = SurveyCorpora.Target, Negative = SurveyCorpora.Other };
        return corpora.Value(
            "reference",
            new Quality(options),
            view,
            Documents(Reference.Contains),
            Documents(domain => domain == Web)
        );
    }

    // The difference of two areas (or of one and chance) with its percentile interval over pages drawn with replacement.
    private static MeanInterval OverPages(RandomStream random, int[] labels, double[] first, double[]? second)
    {
        const int Resamples = 1000;
        double Difference(int[] pages)
        {
            int[] drawn = [.. pages.Select(page => labels[page])];
            double Area(double[] scores) => RankingMetrics.RocAuc([.. pages.Select(page => scores[page])], drawn);
            return Area(first) - (second is null ? 0.5 : Area(second));
        }
        double[] differences = new double[Resamples];
        for (int i = 0; i < Resamples; i++)
            differences[i] = Difference([.. labels.Select(_ => random.NextInt32(labels.Length))]);
        double[] ends = Quantiles.Of(differences, [0.025, 0.975]);
        return new(Difference([.. Enumerable.Range(0, labels.Length)]), ends[0], ends[1], Trials.Confidence);
    }
}
