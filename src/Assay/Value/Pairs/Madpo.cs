using Assay.Data;
using Assay.Learning;
using Assay.Models;
using Assay.Preferences;

namespace Assay.Value;

/// <summary>
/// Weights of preference pairs for DPO by a reward's margin, to be looked at before training: signals <c>madpo-weight</c>, <c>madpo-margin</c>, <c>madpo-coefficient</c>.
/// </summary>
/// <remarks>
/// Source: "Margin Adaptive DPO", arXiv 2510.05342; see <see cref="MarginAdaptive"/>. The release takes margins from a reward model that was trained on the same pairs, which are
/// over-confident; the reward on words that is fitted here where there is no other scores each pair out of fold.
/// </remarks>
[Method("value/madpo", Paper = "madpo")]
public sealed class Madpo(MadpoOptions options) : IValuer
{
    private const string Name = "value/madpo";

    /// <inheritdoc/>
    /// <exception cref="AssayException">The rows are no pairs, a margin is missing, or no scale fits.</exception>
    public IReadOnlyList<Signal> Value(View view, Work work)
    {
        MarginAdaptive weights = new()
        {
            Most = options.Most,
            Least = options.Least,
            Steepness = options.Steepness,
            Border = options.Border,
        };
        (int[] rows, double[] margins, string source) = PairMargins.Read(
            Name,
            options.Margin,
            options.RewardModel,
            options.Folds,
            view,
            work
        );
        if (options.Calibrate)
        {
            BradleyTerryScale scale = ScaleOf(margins);
            for (int i = 0; i < margins.Length; i++)
                margins[i] /= scale.Temperature;
            source += FormattableString.Invariant($", divided by {scale.Temperature:0.00}");
        }
        double within = margins.Count(h => Math.Abs(h) < options.Border) / (double)margins.Length,
            atZero = weights.Coefficient(0);
        string note = FormattableString.Invariant(
            $"{within:P0} of the margins lie within {options.Border:0.##}; were all of them near 0, DPO at beta / {atZero:0.00} would have the same optimum"
        );
        return
        [
            Of("madpo-weight", weights.Weight, note),
            Of(
                "madpo-margin",
                h => h,
                FormattableString.Invariant(
                    $"{source}; {margins.Count(h => h < 0) / (double)margins.Length:P0} contradict the label"
                )
            ),
            Of("madpo-coefficient", weights.Coefficient, ""),
        ];

        Signal Of(string name, Func<double, double> of, string why)
        {
            double[] values = new double[view.Dataset.RowCount];
            Array.Fill(values, double.NaN);
            for (int i = 0; i < rows.Length; i++)
                values[rows[i]] = of(margins[i]);
            return new(name, values) { Note = why };
        }
    }

    private static BradleyTerryScale ScaleOf(double[] margins)
    {
        try
        {
            return BradleyTerryScale.Of(margins);
        }
        catch (ArgumentException failure)
        {
            throw new AssayException($"{Name}: margins cannot be calibrated: {failure.Message}", cause: failure);
        }
    }
}

/// <summary>Reward margins of pairs, one a row: from a column, from a reward model, or from a reward on words that has not seen them.</summary>
internal static class PairMargins
{
    /// <summary>The rows that have a margin, the margins, and where they come from.</summary>
    public static (int[] Rows, double[] Margins, string Source) Read(
        string method,
        string column,
        string rewardModel,
        int folds,
        View view,
        Work work
    )
    {
        if (rewardModel.Length == 0 && view.Dataset.Schema.Find(column) is not null)
        {
            int[] all = view.Selection.Rows;
            return (all, Studies.StudyTable.Of(view, work.Cancellation).Numbers(column), $"from the column '{column}'");
        }
        PreferencePair[] pairs = [.. PreferenceRows.Read(view, work.Cancellation).Both(method)];
        int[] rows = [.. pairs.Select(pair => pair.Row)];
        if (rows.Distinct().Count() < rows.Length)
            throw new AssayException(
                $"{method}: a row with scored completions is several pairs, and a value is of one row",
                hint: "Write each pair as a row: prompt, chosen, rejected."
            );
        double[] margins =
            rewardModel.Length > 0
                ? Scored(rewardModel, pairs, work)
                : WordReward.CrossFitted(pairs, folds, work.Random.Child("folds"), cancellation: work.Cancellation);
        return (
            rows,
            margins,
            rewardModel.Length > 0 ? "by the reward model" : $"by a reward on words, cross-fitted in {folds} folds"
        );
    }

    private static double[] Scored(string folder, PreferencePair[] pairs, Work work)
    {
        (RewardModel model, ITokenizer tokenizer) = Load(folder);
        IReadOnlyList<TokenPair> tokens = PreferenceTokens.Of(pairs, tokenizer, model.ContextLength - 1).Pairs;
        double[] Scores(Func<TokenPair, int[]> completion) =>
            model.Score(
                [.. tokens.Select(pair => (int[])[.. pair.Prompt, .. completion(pair)])],
                cancellation: work.Cancellation
            );
        return
        [
            .. Scores(pair => pair.Chosen).Zip(Scores(pair => pair.Rejected), (chosen, rejected) => chosen - rejected),
        ];
    }

    private static (RewardModel, ITokenizer) Load(string folder)
    {
        try
        {
            return RewardModel.Load(folder);
        }
        catch (Exception failure)
            when (failure is IOException or FormatException or ArgumentException or UnauthorizedAccessException)
        {
            throw new AssayException(
                $"this is no reward model that can be read: {failure.Message}",
                new(folder),
                "'assay train reward' makes one.",
                failure
            );
        }
    }
}
