using Assay.Numerics;

namespace Assay.Evidence;

/// <summary>Does quality decide in-distribution and diversity out of it, and which measures tell beforehand?</summary>
public sealed class QdcSurveyEvidence : IExperiment
{
    private const int Splits = 24,
        MeasuredSplits = 4;
    private const double SharpRise = 0.3,
        Nothing = 0.05;
    private static readonly string[] Attributes = ["agreement", "sub-types"];

    /// <inheritdoc/>
    public string Slug => "qdc-survey";

    /// <inheritdoc/>
    public string Title =>
        "Surveying the Effects of Quality, Diversity, and Complexity in Synthetic Data From Large Language Models (2024)";

    /// <inheritdoc/>
    public string Protocol =>
        "Questions (TREC): 300 training questions of 5 classes, spread over k = 1, 2, 3 sub-types of each class, with a share q = 1, 0.8, 0.6 of labels not drawn anew; tf-idf of words and pairs, logistic regression (C = 10); balanced accuracy on "
        + $"unseen questions of the trained sub-types (in-distribution) and on held-out sub-types (out), {Splits} splits a seed. Controls: the in-distribution task of k = 1 for every k. "
        + "Rewriting: an encoder of two layers and width 64 learns 'replace a by b' from 20,000 strings in 1,500 steps of 64 (AdamW, 1e-3 down a cosine), of 10, 40 or 100 rules; exact match on new strings under trained and 32 held-out rules; with 30 % of outputs at random (100 rules), and with half of "
        + "the rows two rules in sequence (40 rules). Domains: 1,500 sentences of two of three domains of opinions against as many of either alone, tested on the third. "
        + $"Measures of the training questions ({MeasuredSplits} splits) are ranked against both accuracies over the nine cells (Spearman).";

    /// <inheritdoc/>
    public IReadOnlyList<string> Data => [TextDomains.Folder];

    /// <inheritdoc/>
    public int Seeds => 5;

    /// <inheritdoc/>
    public Figures Measure(Trial trial)
    {
        Figures figures = [];
        QuestionTypes questions = QuestionTypes.Read(trial);
        Dictionary<string, List<double>> values = [];
        int splits = trial.Size(Splits, 2),
            measured = trial.Size(MeasuredSplits, 1);
        for (int split = 0; split < splits; split++)
        {
            trial.Report("questions", split, splits);
            questions.Split(
                trial.Random.Child("questions").Child(split),
                split < measured,
                (name, value) =>
                {
                    if (!values.TryGetValue(name, out List<double>? all))
                        values.Add(name, all = []);
                    all.Add(value);
                }
            );
        }
        foreach ((string name, List<double> all) in values)
            figures.Add(name, all.Average());
        Correlate(figures);
        new StringRewriting(trial).Measure(figures);
        MixedDomains.Measure(trial, figures);
        return figures;
    }

    // Spearman's correlation of each measure with both accuracies, over the cells of questions.
    private static void Correlate(Figures figures)
    {
        (int K, double Q)[] cells =
        [
            .. from k in QuestionTypes.Diversities from q in QuestionTypes.Qualities select (k, q),
        ];
        foreach (string outcome in (string[])["id", "ood"])
        {
            double[] accuracy = [.. cells.Select(cell => figures[Cell(outcome, cell.K, cell.Q)])];
            foreach (string name in Attributes.Concat(SurveyMeasures.Names))
            {
                double rho = RankCorrelation.Spearman(
                    [
                        .. cells.Select(cell =>
                            name switch
                            {
                                "agreement" => cell.Q,
                                "sub-types" => cell.K,
                                _ => figures[$"measure/{name}/k={cell.K}"],
                            }
                        ),
                    ],
                    accuracy
                );
                figures.Add($"rho-{outcome}/{name}", double.IsNaN(rho) ? 0 : rho);
            }
        }
    }

    /// <inheritdoc/>
    public IReadOnlyList<Finding> Conclude(Trials trials)
    {
        double Diversity(Figures figures, string outcome) =>
            QuestionTypes.Qualities.Average(q => figures[Cell(outcome, 3, q)] - figures[Cell(outcome, 1, q)]);
        double Quality(Figures figures, string outcome) =>
            QuestionTypes.Diversities.Average(k => figures[Cell(outcome, k, 1)] - figures[Cell(outcome, k, 0.6)]);
        string[] vectors = [.. SurveyMeasures.Names.Where(SurveyMeasures.IsOfVectors)],
            words = [.. SurveyMeasures.Names.Where(name => !SurveyMeasures.IsOfVectors(name))];
        return
        [
            Finding.Above(
                "Diversity helps out of distribution (questions: 3 sub-types less 1, held-out sub-types)",
                "0.033 (se 0.011), pilot",
                trials.Of(figures => Diversity(figures, "ood"))
            ),
            Finding.Below(
                "Diversity costs in distribution at equal size (3 sub-types less 1, trained sub-types)",
                "-0.097 (se 0.009), pilot; the task grows with k",
                trials.Of(figures => Diversity(figures, "id"))
            ),
            Finding.Below(
                "... also where the in-distribution task stays that of one sub-type",
                "",
                trials.Of(figures => Diversity(figures, "id-same-task"))
            ),
            Finding.Above(
                "Quality matters more in distribution: its effect there is at least twice that out of it (share of right labels 0.6 to 1)",
                "0.10 to 0.13 against 0.03 to 0.04, pilot",
                trials.Of(figures => Quality(figures, "id") - 2 * Quality(figures, "ood"))
            ),
            Finding.Above(
                "The number of instructions decides generalisation to new ones: a sharp rise between 40 and 100 rules (exact match under held-out rules)",
                "0.025 to 0.681, pilot of one seed",
                trials.Difference("rewriting/rules=100/unseen", "rewriting/rules=40/unseen"),
                SharpRise
            ),
            Finding.Below(
                "... and with few instructions there is none, however many examples (10 rules, held-out rules)",
                "0.000, pilot of one seed",
                trials.Mean("rewriting/rules=10/unseen"),
                Nothing
            ),
            Finding.Above(
                "Quality matters most in distribution (100 rules: what 30 % random outputs cost under trained rules less under held-out ones)",
                "quality is for in-distribution generalisation",
                trials.Of(figures => Cost(figures, "seen") - Cost(figures, "unseen"))
            ),
            Finding.Above(
                "Complexity helps out of distribution (40 rules: half of the rows two rules in sequence, less one rule each, held-out rules)",
                "complexity helps both",
                trials.Difference("rewriting/rules=40 complex/unseen", "rewriting/rules=40/unseen")
            ),
            Finding.Above(
                "Diverse sources help out of distribution (two domains mixed less the better one alone, on a third)",
                "the average of both, never the best (0.56 against 0.58 and 0.53), pilot",
                trials.Difference("domains/mixed", "domains/best-single")
            ),
            Finding.Above(
                "Of all measures, agreement of labels tells accuracy in distribution best (its rank correlation less the best of a diversity measure)",
                "quality is best for in-distribution",
                trials.Of(figures =>
                    figures["rho-id/agreement"] - SurveyMeasures.Names.Max(name => figures["rho-id/" + name])
                )
            ),
            Finding.Above(
                "The number of sub-types tells accuracy out of distribution better than agreement of labels does",
                "diversity is best for out of distribution",
                trials.Difference("rho-ood/sub-types", "rho-ood/agreement")
            ),
            Finding.Above(
                $"Measures of vectors tell accuracy out of distribution (mean rank correlation of {string.Join(", ", vectors)})",
                "in between",
                trials.Of(figures => vectors.Average(name => figures["rho-ood/" + name]))
            ),
            Finding.Above(
                $"Measures of words do (mean rank correlation of {string.Join(", ", words)})",
                "MTLD and KNN-i not predictive; self-BLEU negative in ZeroGen",
                trials.Of(figures => words.Average(name => figures["rho-ood/" + name]))
            ),
        ];

        static double Cost(Figures figures, string rules) =>
            figures[$"rewriting/rules=100/{rules}"] - figures[$"rewriting/rules=100 noisy/{rules}"];
    }

    private static string Cell(string outcome, int k, double q) =>
        FormattableString.Invariant($"{outcome}/k={k}/q={q}");
}
