using System.Globalization;
using Assay.Judge;
using Assay.Studies;

namespace Assay.Evidence;

/// <summary>Published judgements of AlpacaEval 2: 51 models' answers to 805 prompts, each against one baseline's.</summary>
internal sealed class AlpacaJudgements
{
    private const string Baseline = "baseline";

    /// <summary>Models that are no samples of a writer: one answers with a fixed text that deceives the judge, one is the baseline itself.</summary>
    private static readonly string[] NoSamples = ["NullModel", "gpt4_1106_preview"];

    private AlpacaJudgements(string[] models, double[][] preferences, double[][] lengths, double[] baseline) =>
        (Models, Preferences, Lengths, BaselineLengths) = (models, preferences, lengths, baseline);

    /// <summary>Names of the models.</summary>
    public IReadOnlyList<string> Models { get; }

    /// <summary>[model][prompt]: the judge's probability that the model's answer is better.</summary>
    public IReadOnlyList<double[]> Preferences { get; }

    /// <summary>[model][prompt]: characters of the model's answer.</summary>
    public IReadOnlyList<double[]> Lengths { get; }

    /// <summary>Characters of the baseline's answers.</summary>
    public double[] BaselineLengths { get; }

    /// <summary>Number of prompts.</summary>
    public int Prompts => BaselineLengths.Length;

    /// <summary>The published win rates of each model, in per cent: raw, its standard error, and at equal length.</summary>
    public required IReadOnlyDictionary<string, (double Rate, double Error, double Controlled)> Published { get; init; }

    /// <summary>Reads the files.</summary>
    /// <param name="path">The path of a file by its name.</param>
    public static AlpacaJudgements Read(Func<string, string> path)
    {
        using TableFile preferenceFile = new(path("preferences.csv.gz")),
            lengthFile = new(path("lengths.csv.gz")),
            boardFile = new(path("leaderboard.csv"));
        StudyTable preferences = StudyTable.Of(preferenceFile.View, default),
            lengths = StudyTable.Of(lengthFile.View, default),
            board = StudyTable.Of(boardFile.View, default);
        string[] models = [.. preferences.Names.Where(name => name != "prompt")],
            published = board.Words("name");
        double[] rates = board.Numbers("win_rate"),
            errors = board.Numbers("standard_error"),
            controlled = board.Numbers("length_controlled_winrate");
        return new(
            models,
            [.. models.Select(preferences.Numbers)],
            [.. models.Select(lengths.Numbers)],
            lengths.Numbers(Baseline)
        )
        {
            Published = published
                .Index()
                .ToDictionary(row => row.Item, row => (rates[row.Index], errors[row.Index], controlled[row.Index])),
        };
    }

    /// <summary>The 49 models that are samples of writers.</summary>
    public AlpacaJudgements Samples() =>
        Only([.. Enumerable.Range(0, Models.Count).Where(m => !NoSamples.Contains(Models[m]))]);

    /// <summary>The judgements of some prompts, in the form of <see cref="Judge.WinRate"/>.</summary>
    public IEnumerable<PolicyComparison> Comparisons(IEnumerable<int> prompts) =>
        prompts.SelectMany(prompt =>
            Models.Select(
                (model, m) =>
                    new PolicyComparison(
                        prompt.ToString(CultureInfo.InvariantCulture),
                        model,
                        Baseline,
                        Preferences[m][prompt],
                        Lengths[m][prompt],
                        BaselineLengths[prompt]
                    )
            )
        );

    /// <summary>The name of the baseline in <see cref="Comparisons"/>.</summary>
    public static string BaselineName => Baseline;

    private AlpacaJudgements Only(int[] models) =>
        new(
            [.. models.Select(m => Models[m])],
            [.. models.Select(m => Preferences[m])],
            [.. models.Select(m => Lengths[m])],
            BaselineLengths
        )
        {
            Published = Published,
        };
}
