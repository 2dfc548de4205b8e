using Assay.Data;
using Assay.Preferences;
using Assay.Studies;

namespace Assay.Value;

/// <summary>
/// On which preference pairs several criteria disagree: signals <c>conflict</c> (share of criteria against the label), <c>consistent</c> (1 where all agree with
/// the label), <c>unanimous</c> (1 where all agree with each other).
/// </summary>
/// <remarks>
/// Source: "ViPO: Visual Preference Optimization at Scale", arXiv 2604.24953: 20.79 % of a public set of image pairs are consistent by five reward models. Which of the two readings that
/// is was not published, so both are given. A criterion that does not tell a pair's sides apart agrees with nothing, and counts half against the label.
/// </remarks>
[Method("value/conflict", Paper = "poly-dpo")]
public sealed class Conflict(ConflictOptions options) : IValuer
{
    private const string Name = "value/conflict";
    private static readonly string[] Usual = ["brevity", "overlap"];

    /// <inheritdoc/>
    /// <exception cref="AssayException">There are fewer than two criteria, a column is missing, or the rows are no pairs.</exception>
    public IReadOnlyList<Signal> Value(View view, Work work)
    {
        IReadOnlyList<string> criteria = options.Criteria.Count > 0 ? options.Criteria : Usual;
        if (criteria.Count < 2 || criteria.Distinct().Count() < criteria.Count)
            throw new AssayException(
                $"{Name} compares two criteria at least, each once",
                hint: "Name columns of margins with 'criteria', or leave it out."
            );
        StudyTable table = StudyTable.Of(view, work.Cancellation);
        int[] rows = view.Selection.Rows;
        PreferencePair?[]? pairs = null;
        double[][] margins = [.. criteria.Select(Margins)];
        PairAgreement[] found =
        [
            .. Enumerable
                .Range(0, rows.Length)
                .Select(i => PairAgreement.Of([.. margins.Select(criterion => criterion[i])])),
        ];
        int[] known =
        [
            .. Enumerable.Range(0, rows.Length).Where(i => margins.All(criterion => !double.IsNaN(criterion[i]))),
        ];
        double chance = Math.Pow(0.5, criteria.Count);
        string by = string.Join(", ", criteria);
        return
        [
            Of("conflict", own => own.Against, $"by {by}"),
            Of("consistent", own => own.WithLabel ? 1 : 0, Shares(own => own.WithLabel, chance)),
            Of("unanimous", own => own.WithEachOther ? 1 : 0, Shares(own => own.WithEachOther, 2 * chance)),
        ];

        string Shares(Func<PairAgreement, bool> holds, double expected) =>
            FormattableString.Invariant(
                $"{known.Count(i => holds(found[i])) / (double)Math.Max(1, known.Length):P1} of the pairs; by chance {expected:P1}"
            );

        Signal Of(string name, Func<PairAgreement, double> of, string note)
        {
            double[] values = new double[view.Dataset.RowCount];
            Array.Fill(values, double.NaN);
            foreach (int i in known)
                values[rows[i]] = of(found[i]);
            return new(name, values) { Note = note };
        }

        double[] Margins(string criterion)
        {
            if (table.Has(criterion))
                return table.Numbers(criterion);
            if (table.Has("chosen_" + criterion) && table.Has("rejected_" + criterion))
                return
                [
                    .. table
                        .Numbers("chosen_" + criterion)
                        .Zip(table.Numbers("rejected_" + criterion), (chosen, rejected) => chosen - rejected),
                ];
            if (!PairCriteria.All.TryGetValue(criterion, out Func<byte[], byte[], double>? score))
                throw new AssayException(
                    $"{Name}: there is no column '{criterion}', nor 'chosen_{criterion}' and 'rejected_{criterion}', and no such criterion of texts",
                    hint: $"Columns: {string.Join(", ", table.Names)}. Of texts: {string.Join(", ", PairCriteria.All.Keys)}."
                );
            pairs ??= Pairs(view, rows, work);
            return
            [
                .. pairs.Select(pair =>
                    pair is null ? double.NaN : score(pair.Prompt, pair.Chosen!) - score(pair.Prompt, pair.Rejected!)
                ),
            ];
        }
    }

    // A row that prefers nothing has no pair.
    private static PreferencePair?[] Pairs(View view, int[] rows, Work work)
    {
        ILookup<int, PreferencePair> found = PreferenceRows
            .Read(view, work.Cancellation)
            .Both(Name)
            .ToLookup(pair => pair.Row);
        if (found.Any(row => row.Select(pair => (pair.Chosen, pair.Rejected)).Distinct().Count() > 1 && Several(row)))
            throw new AssayException(
                $"{Name}: a row with scored completions is several pairs, and a value is of one row",
                hint: "Write each pair as a row: prompt, chosen, rejected."
            );
        return [.. rows.Select(row => found[row].FirstOrDefault())];

        // A row that the selection repeats is read again: the same texts in other arrays.
        static bool Several(IEnumerable<PreferencePair> row)
        {
            PreferencePair first = row.First();
            return row.Any(pair =>
                !pair.Chosen.AsSpan().SequenceEqual(first.Chosen)
                || !pair.Rejected.AsSpan().SequenceEqual(first.Rejected)
            );
        }
    }
}

/// <summary>How far criteria agree about a pair.</summary>
/// <param name="Against">The share that prefers the rejected side; one that prefers neither counts half.</param>
/// <param name="WithLabel">Whether all prefer the chosen side.</param>
/// <param name="WithEachOther">Whether all prefer the same side.</param>
public readonly record struct PairAgreement(double Against, bool WithLabel, bool WithEachOther)
{
    /// <summary>From the criteria's margins, chosen less rejected.</summary>
    /// <param name="margins">At least one.</param>
    public static PairAgreement Of(ReadOnlySpan<double> margins)
    {
        int with = 0,
            against = 0;
        foreach (double margin in margins)
        {
            with += margin > 0 ? 1 : 0;
            against += margin < 0 ? 1 : 0;
        }
        int neither = margins.Length - with - against;
        return new(
            (against + 0.5 * neither) / margins.Length,
            with == margins.Length,
            with == margins.Length || against == margins.Length
        );
    }
}
