using Assay.Judge;
using Assay.Numerics;

namespace Assay.Evidence;

/// <summary>What length is worth to a judge, and whether a regression takes it out: real judgements against the published length-controlled rates.</summary>
internal static class LengthCredit
{
    private const int Folds = 5;
    private const string Gamed = "gpt4_gamed";

    /// <summary>Measures one seed, on every fifth prompt from the seed on.</summary>
    public static void Measure(AlpacaJudgements all, int seed, Figures figures)
    {
        LengthCreditFigures found = Of(
            all,
            [.. Enumerable.Range(0, all.Prompts).Where(prompt => prompt % Folds == seed % Folds)]
        );
        figures.Add("length/slope", found.Slope);
        figures.Add("length/rank agreement with published", found.Agreement);
        figures.Add("length/correlation, raw", found.Raw);
        figures.Add("length/correlation, controlled", found.Controlled);
        figures.Add("length/gamed, controlled", found.Gamed);
    }

    /// <summary>What the seeds say.</summary>
    public static IEnumerable<Finding> Conclude(Trials trials)
    {
        yield return Finding.Above(
            "A judge prefers longer answers (slope of the log ratio of lengths)",
            "length explains about a fourth of the gain over references",
            trials.Mean("length/slope")
        );
        yield return Finding.Above(
            "Length control takes it out of the ranking: the rank correlation of a model's rate with its mean length falls",
            "6.7B: 65 % after length control, about 5 points lost",
            trials.Difference("length/correlation, raw", "length/correlation, controlled")
        );
        yield return Finding.Above(
            "and it ranks 49 models as the published length-controlled rates do (rank correlation above 0.9)",
            "published rates of AlpacaEval 2",
            trials.Mean("length/rank agreement with published"),
            0.9
        );
    }

    /// <summary>The figures of some prompts.</summary>
    public static LengthCreditFigures Of(AlpacaJudgements all, int[] prompts)
    {
        AlpacaJudgements samples = all.Samples();
        LengthControl control = LengthControl.Fit(samples.Comparisons(prompts), AlpacaJudgements.BaselineName);
        double[] raw = [.. samples.Preferences.Select(of => prompts.Average(prompt => of[prompt]))],
            lengths = [.. samples.Lengths.Select(of => prompts.Average(prompt => of[prompt]))],
            controlled = [.. samples.Models.Select(control.Rate)],
            published = [.. samples.Models.Select(model => all.Published[model].Controlled)];
        return new(
            control,
            control.Slope,
            RankCorrelation.Spearman(controlled, published),
            RankCorrelation.Spearman(raw, lengths),
            RankCorrelation.Spearman(controlled, lengths),
            control.Rate(Gamed)
        );
    }
}

/// <summary>What length does to the rates of some prompts.</summary>
/// <param name="Control">The regression.</param>
/// <param name="Slope">Of the log ratio of lengths.</param>
/// <param name="Agreement">Rank correlation of the controlled rates with the published ones.</param>
/// <param name="Raw">Rank correlation of the raw rates with the mean length.</param>
/// <param name="Controlled">The same of the controlled rates.</param>
/// <param name="Gamed">The controlled rate of a model whose answers are shorter than all others'.</param>
internal sealed record LengthCreditFigures(
    LengthControl Control,
    double Slope,
    double Agreement,
    double Raw,
    double Controlled,
    double Gamed
);
