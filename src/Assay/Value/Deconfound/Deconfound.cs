using System.Globalization;
using Assay.Data;
using Assay.Learning;
using Assay.Numerics;

namespace Assay.Value;

/// <summary>
/// What outcomes that were observed (clicks, votes) say of the texts themselves: signal <c>deconfounded</c>, the outcome less what known circumstances
/// contributed to it, and that contribution as <c>deconfounded-context</c>.
/// </summary>
/// <remarks>
/// Source: "Aligning Language Models with Observational Data", arXiv 2506.00152; see <see cref="ObservedOutcomes"/> for the estimators. Only known
/// circumstances are removed. What the text itself causes (dwell time, a position that a ranker chose by it) must not be among them.
/// </remarks>
[Method("value/deconfound", Paper = "deconfound")]
public sealed class Deconfound(DeconfoundOptions options) : IValuer
{
    /// <summary>The signal of adjusted outcomes.</summary>
    public const string SignalName = "deconfounded";

    /// <summary>The least F statistic of a first stage that is not called weak.</summary>
    public const double LeastF = 10;

    /// <inheritdoc/>
    /// <exception cref="AssayException">A column is missing, no circumstances are named, or the mode needs what there is not.</exception>
    public IReadOnlyList<Signal> Value(View view, Work work)
    {
        (OutcomeRows rows, AdjustedOutcomes adjusted, string note) = Adjust(options, view, work);
        Signal Of(string name, double[] values, string said)
        {
            double[] all = new double[view.Dataset.RowCount];
            Array.Fill(all, double.NaN);
            for (int i = 0; i < values.Length; i++)
                all[rows.Rows[i]] = values[i];
            return new(name, all) { Note = said };
        }
        return
        [
            Of(SignalName, adjusted.Values, note),
            Of(SignalName + "-context", adjusted.Contribution, "what the circumstances contributed, of mean 0"),
        ];
    }

    /// <summary>Reads the rows in view and adjusts their outcomes; says in a sentence what was done.</summary>
    internal static (OutcomeRows Rows, AdjustedOutcomes Adjusted, string Note) Adjust(
        DeconfoundOptions options,
        View view,
        Work work
    )
    {
        Adjustment mode = options.Mode;
        Check(options);
        bool withText =
            mode is Adjustment.Joint or Adjustment.CrossFitted
            || (mode == Adjustment.Instrument && options.TextInStages);
        OutcomeRows rows = OutcomeRows.Read(options, view, withText, work.Cancellation);
        if (mode != Adjustment.FixedEffects)
            rows.CheckNames();
        ObservedOutcomes observed = rows.Observed();
        double penalty = withText ? rows.Penalty(observed, work) : 0;
        AdjustedOutcomes adjusted = observed.Adjust(
            mode,
            penalty,
            work.Random.Child("folds"),
            options.Folds,
            options.Bends,
            work.Cancellation
        );
        return (rows, adjusted, Note(mode, observed, adjusted, penalty));
    }

    private static void Check(DeconfoundOptions options)
    {
        bool exogenous = options.Context.Count + options.Groups.Count > 0;
        (string? missing, string hint) = options.Mode switch
        {
            Adjustment.Instrument when options.Instrumented.Count == 0 => (
                "no column that the instruments move",
                "Name it with 'instrumented'."
            ),
            Adjustment.Instrument when options.Instruments.Count < options.Instrumented.Count => (
                "too few instruments",
                "As many as instrumented columns are needed; name them with 'instruments'."
            ),
            Adjustment.FixedEffects when options.Groups.Count == 0 => ("no groups", "Name columns with 'groups'."),
            Adjustment.Residual or Adjustment.Joint or Adjustment.CrossFitted when !exogenous => (
                "no circumstances",
                "Name columns with 'context' (numbers) or 'groups' (names)."
            ),
            _ => (null, ""),
        };
        if (missing is not null)
            throw new AssayException($"there are {missing} to adjust outcomes by", hint: hint);
    }

    private static string Note(Adjustment mode, ObservedOutcomes observed, AdjustedOutcomes adjusted, double penalty)
    {
        List<string> parts = [];
        string way = mode switch
        {
            Adjustment.None => "nothing was taken away",
            Adjustment.Residual => "context alone",
            Adjustment.Joint => "text and context together",
            Adjustment.CrossFitted => "cross-fitted",
            Adjustment.FixedEffects => "means of groups",
            _ => "by instruments",
        };
        parts.Add(observed.Text is null ? way : way + Text($", penalty {penalty:0.##}"));
        if (mode != Adjustment.Instrument && observed.Context.Columns <= ContextDesign.MostColumns)
            parts.Add(Text($"the context alone explains {observed.ExplainedByContext():P1} of the outcome"));
        if (observed.Text is { } text && mode is Adjustment.Joint or Adjustment.CrossFitted)
        {
            double[] index = observed.ContextIndex(),
                before = SparseScores(text!, observed.TextEffects(observed.Outcomes, penalty)),
                after = SparseScores(text!, adjusted.TextEffects!);
            double Along(double[] scores) => Correlation.Pearson(scores, index) is var r && double.IsNaN(r) ? 0 : r;
            parts.Add(
                Text(
                    $"what the text is said to do correlates {Along(before):0.00} with the context before, {Along(after):0.00} after"
                )
            );
        }
        if (adjusted.FirstStageF is { } f)
            parts.Add(
                Text($"first-stage F {f:0.#}")
                    + (f < LeastF ? ": too weak, do not trust it" : "")
                    + "; that an instrument reaches the outcome through the context alone cannot be tested"
            );
        return string.Join("; ", parts);
    }

    /// <summary>Features times coefficients.</summary>
    internal static double[] SparseScores(SparseMatrix text, double[] coefficients)
    {
        double[] scores = new double[text.Rows];
        for (int row = 0; row < scores.Length; row++)
        {
            ReadOnlySpan<int> columns = text.ColumnsOf(row);
            ReadOnlySpan<float> values = text.ValuesOf(row);
            for (int i = 0; i < columns.Length; i++)
                scores[row] += values[i] * coefficients[columns[i]];
        }
        return scores;
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
