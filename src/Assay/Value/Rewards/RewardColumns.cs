using System.ComponentModel.DataAnnotations;
using System.Globalization;
using Assay.Data;
using Assay.Learning;
using Assay.Preferences;
using Assay.Studies;

namespace Assay.Value;

/// <summary>Which columns hold rewards, what they are compared with, and what becomes of them.</summary>
public record RewardTransformOptions : IReadsPreferences
{
    /// <summary>The columns of rewards, a property each: <c>[helpful, harmless]</c>.</summary>
    [Required, MinLength(1)]
    public IReadOnlyList<string> Rewards { get; init; } = [];

    /// <summary>The column that says which prompt an answer is for.</summary>
    public string Prompt { get; init; } = "prompt";

    /// <summary>What becomes of a reward.</summary>
    public RewardShape Shape { get; init; } = RewardShape.LogSigmoid;

    /// <summary>The quantile of the base policy's rewards on a prompt that is the reference, above 0 and below 1. Paper, for helpfulness: 0.85; 0.5 asks for all properties above their medians.</summary>
    [Range(0.001, 0.999)]
    public double Quantile { get; init; } = 0.85;

    /// <summary>How that quantile is estimated.</summary>
    public RewardReferenceKind Reference { get; init; } = RewardReferenceKind.Quantile;

    /// <summary>References in place of quantiles, one for each property: a number, or a column with the reward of a reference answer (canned, a person's, another model's).</summary>
    public IReadOnlyList<string> References { get; init; } = [];

    /// <summary>The dataset of answers of the base policy, with the same columns. Without it the rows themselves are its answers.</summary>
    [DatasetName]
    public string? Base { get; init; }

    /// <summary>Whether the rewards are probabilities (of beating a fixed answer), of which logits are taken; at 0 and 1 they are held at 1e-6.</summary>
    public bool Probabilities { get; init; }

    /// <summary>Factors of the properties in the sum, one for each; without them 1.</summary>
    public IReadOnlyList<double> Weights { get; init; } = [];

    /// <summary>What rewards are divided by first, one for each property; without them 1, or what <see cref="Comparisons"/> say.</summary>
    public IReadOnlyList<double> Temperatures { get; init; } = [];

    /// <summary>The dataset of held-out comparisons by which rewards are brought to the scale of log-odds: columns <c>chosen_</c> and <c>rejected_</c> with the name of each reward.</summary>
    [DatasetName]
    public string? Comparisons { get; init; }
}

/// <summary>Answers with their rewards, and the transform that their references make.</summary>
public sealed class RewardColumns
{
    private const double LeastProbability = 1e-6,
        FewSamples = 4;

    private readonly double[][] _rewards;
    private readonly int[] _references;

    private RewardColumns(
        StudyTable table,
        int[] rows,
        int[] prompts,
        string[] names,
        double[][] rewards,
        int[] references,
        RewardTransform transform,
        IReadOnlyList<BradleyTerryScale?> scales,
        IReadOnlyList<string> notes
    )
    {
        (_rewards, _references) = (rewards, references);
        (Table, Rows, Prompts, PromptNames, Transform, Scales, Notes) = (
            table,
            rows,
            prompts,
            names,
            transform,
            scales,
            notes
        );
    }

    /// <summary>The rows as columns.</summary>
    public StudyTable Table { get; }

    /// <summary>The row of the dataset of each answer.</summary>
    public int[] Rows { get; }

    /// <summary>The prompt of each answer, numbered in the order in which they come.</summary>
    public int[] Prompts { get; }

    /// <summary>What stands in the column of prompts.</summary>
    public string[] PromptNames { get; }

    /// <summary>The transform.</summary>
    public RewardTransform Transform { get; }

    /// <summary>For each property, its scale on held-out comparisons, or null where there are none.</summary>
    public IReadOnlyList<BradleyTerryScale?> Scales { get; }

    /// <summary>What to know before believing it.</summary>
    public IReadOnlyList<string> Notes { get; }

    /// <summary>The rewards of an answer, one for each property.</summary>
    public ReadOnlySpan<double> RewardsOf(int answer) => _rewards[answer];

    /// <summary>An answer's rewards transformed.</summary>
    public TransformedReward Of(int answer) => Of(Transform, answer);

    /// <summary>The same by another transform of the same references.</summary>
    public TransformedReward Of(RewardTransform transform, int answer) =>
        transform.Of(_references[answer], _rewards[answer]);

    /// <summary>Another transform of the same references, or null where it needs samples that there are none of.</summary>
    public RewardTransform? With(RewardShape shape, RewardTransformOptions options) =>
        RewardTransform.NeedsSamples(shape) && options.References.Count > 0
            ? null
            : new(shape, References, WeightsOf(options), Temperatures);

    /// <summary>For each property, what its rewards are compared with.</summary>
    public required IReadOnlyList<RewardReferences> References { get; init; }

    /// <summary>For each property, what its rewards are divided by.</summary>
    public required IReadOnlyList<double> Temperatures { get; init; }

    /// <summary>Reads the rows in view.</summary>
    /// <param name="method">Who asks, for errors.</param>
    /// <param name="options">Which columns.</param>
    /// <param name="view">The answers.</param>
    /// <param name="work">Other datasets.</param>
    /// <exception cref="AssayException">A column or a number is missing, lists have other lengths than the rewards, or a prompt has no answers of the base.</exception>
    public static RewardColumns Read(string method, RewardTransformOptions options, View view, Work work)
    {
        int properties = options.Rewards.Count;
        Fits(method, "weights", options.Weights.Count, properties);
        Fits(method, "temperatures", options.Temperatures.Count, properties);
        Fits(method, "references", options.References.Count, properties);
        if (options.Weights.Any(weight => weight < 0) || options.Temperatures.Any(temperature => temperature <= 0))
            throw new AssayException($"{method}: weights are 0 or more, temperatures above 0");
        if (options.References.Count > 0 && RewardTransform.NeedsSamples(options.Shape))
            throw new AssayException(
                $"{method}: {options.Shape} looks at the base policy's rewards, and references were given in their place",
                hint: "Leave 'references' out."
            );
        StudyTable table = StudyTable.Of(view, work.Cancellation);
        (string[] names, int[] prompts) = Numbered(table.Words(options.Prompt));
        double[][] rewards = RewardsOf(method, options, table);
        List<string> notes = [];
        BradleyTerryScale?[] scales = ScalesOf(method, options, work, notes);
        double[] temperatures =
            options.Temperatures.Count > 0
                ? [.. options.Temperatures]
                : [.. scales.Select(scale => scale?.Temperature ?? 1)];

        (RewardReferences[] references, int[] places) =
            options.References.Count > 0
                ? (Given(options, table, rewards.Length), [.. Enumerable.Range(0, rewards.Length)])
                : (Sampled(method, options, work, names, prompts, rewards, notes), prompts);
        return new(
            table,
            view.Selection.Rows,
            prompts,
            names,
            rewards,
            places,
            new(options.Shape, references, WeightsOf(options), temperatures),
            scales,
            notes
        )
        {
            References = references,
            Temperatures = temperatures,
        };
    }

    private static IReadOnlyList<double>? WeightsOf(RewardTransformOptions options) =>
        options.Weights.Count > 0 ? options.Weights : null;

    private static void Fits(string method, string option, int count, int properties)
    {
        if (count > 0 && count != properties)
            throw new AssayException(
                $"{method}: {count} {option} for {properties} rewards",
                hint: $"Give one for each column of 'rewards', or leave '{option}' out."
            );
    }

    private static (string[] Names, int[] Places) Numbered(string[] words)
    {
        Dictionary<string, int> known = [];
        int[] places = new int[words.Length];
        for (int i = 0; i < words.Length; i++)
        {
            if (!known.TryGetValue(words[i], out places[i]))
                known[words[i]] = places[i] = known.Count;
        }
        return ([.. known.Keys], places);
    }

    private static double[][] RewardsOf(string method, RewardTransformOptions options, StudyTable table)
    {
        double[][] columns = [.. options.Rewards.Select(table.Numbers)];
        double[][] rows = new double[table.Rows][];
        for (int row = 0; row < rows.Length; row++)
            rows[row] = [.. columns.Select((column, property) => Number(property, row, column[row]))];
        return rows;

        double Number(int property, int row, double value) =>
            !options.Probabilities ? value
            : value is >= 0 and <= 1 ? Logistic.Logit(Math.Clamp(value, LeastProbability, 1 - LeastProbability))
            : throw table.Wrong(
                row,
                options.Rewards[property],
                string.Create(CultureInfo.InvariantCulture, $"{method}: {value} is no probability"),
                "Leave 'probabilities' out if the column holds rewards."
            );
    }

    private static RewardReferences[] Given(RewardTransformOptions options, StudyTable table, int rows)
    {
        return [.. options.References.Select(reference => RewardReferences.Given(Of(reference)))];

        double[] Of(string reference) =>
            double.TryParse(reference, NumberStyles.Float, CultureInfo.InvariantCulture, out double number)
            && double.IsFinite(number)
                ? [.. Enumerable.Repeat(number, rows)]
                : table.Numbers(reference);
    }

    private static RewardReferences[] Sampled(
        string method,
        RewardTransformOptions options,
        Work work,
        string[] names,
        int[] prompts,
        double[][] rewards,
        List<string> notes
    )
    {
        if (options.Base is { } name)
        {
            StudyTable table = StudyTable.Of(work.Dataset(name), work.Cancellation);
            Dictionary<string, int> known = names.Index().ToDictionary(pair => pair.Item, pair => pair.Index);
            string[] words = table.Words(options.Prompt);
            double[][] all = RewardsOf(method, options, table);
            int[] own = [.. Enumerable.Range(0, words.Length).Where(row => known.ContainsKey(words[row]))];
            (prompts, rewards) = ([.. own.Select(row => known[words[row]])], [.. own.Select(row => all[row])]);
        }
        List<int>[] samples = [.. names.Select(_ => new List<int>())];
        for (int row = 0; row < prompts.Length; row++)
            samples[prompts[row]].Add(row);
        int none = Array.FindIndex(samples, own => own.Count == 0);
        if (none >= 0)
            throw new AssayException(
                $"{method}: '{options.Base}' has no answers to the prompt '{Excerpt(names[none])}'",
                hint: "A reference needs answers of the base policy to every prompt; about 64 are comfortable."
            );
        int fewest = samples.Min(own => own.Count);
        if (fewest < FewSamples)
            notes.Add(
                $"Some prompts have {fewest} answers of the base policy: a quantile of so few is one of them. 'reference: normal' estimates it from mean and deviation."
            );
        return
        [
            .. options.Rewards.Select(
                (_, property) =>
                    RewardReferences.OfSamples(
                        [.. samples.Select(own => own.Select(row => rewards[row][property]).ToArray())],
                        options.Quantile,
                        options.Reference
                    )
            ),
        ];
    }

    private static BradleyTerryScale?[] ScalesOf(
        string method,
        RewardTransformOptions options,
        Work work,
        List<string> notes
    )
    {
        if (options.Comparisons is not { } name)
            return new BradleyTerryScale?[options.Rewards.Count];
        StudyTable table = StudyTable.Of(work.Dataset(name), work.Cancellation);
        return [.. options.Rewards.Select(Of)];

        BradleyTerryScale Of(string reward)
        {
            double[] margins =
            [
                .. table.Numbers("chosen_" + reward).Zip(table.Numbers("rejected_" + reward), (a, b) => a - b),
            ];
            try
            {
                BradleyTerryScale scale = BradleyTerryScale.Of(margins);
                notes.Add(
                    FormattableString.Invariant(
                        $"'{reward}' is divided by {scale.Temperature:0.00}, the temperature that fits {margins.Length} comparisons (loss {scale.LossBefore:0.000} before, {scale.Loss:0.000} after)"
                    )
                        + (
                            scale.IsProbability
                                ? "."
                                : ": the reward as it is was no log-odds of a choice, and nothing that is computed from it without this is a probability."
                        )
                );
                return scale;
            }
            catch (ArgumentException failure)
            {
                throw new AssayException($"{method}: comparisons of '{reward}': {failure.Message}", cause: failure);
            }
        }
    }

    private static string Excerpt(string text) => text.Length <= 60 ? text : text[..60] + "...";
}
