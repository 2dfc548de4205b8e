using System.ComponentModel.DataAnnotations;
using Assay.Data;
using Assay.Select;

namespace Assay.Order;

/// <summary>What rows are ordered by.</summary>
public record SortOptions
{
    /// <summary>
    /// The signal to sort by, computed by an earlier step; or <c>bytes</c> or <c>words</c>, the length of the text, if no
    /// signal is called that. Default: the signal that was computed last.
    /// </summary>
    public string? By { get; init; }

    /// <summary>True starts with the highest value instead of the lowest.</summary>
    public bool Descending { get; init; }
}

/// <summary>Sorts rows by a signal, the lowest first: a plain curriculum.</summary>
/// <remarks>
/// Equal values stay in the order they came in. Source: the sorting order of Dai et al., "Data Efficacy for Language Model
/// Training", arXiv 2506.21545, which folding is meant to beat.
/// </remarks>
[Method("order/sort", Paper = "delt")]
public sealed class Sort(SortOptions options) : IOrderer
{
    /// <inheritdoc/>
    public int[] Order(View view, Work work) => Of(options, view, work);

    /// <summary>The places of <paramref name="scores"/> from the lowest to the highest, equal ones as they came.</summary>
    /// <param name="scores">Any numbers but NaN.</param>
    /// <param name="descending">From the highest to the lowest instead; equal ones still as they came.</param>
    public static int[] Of(ReadOnlySpan<double> scores, bool descending = false)
    {
        int[] places = new int[scores.Length];
        ulong[] keys = new ulong[scores.Length];
        for (int i = 0; i < scores.Length; i++)
        {
            if (double.IsNaN(scores[i]))
                throw new ArgumentException($"Score {i} is not a number: it has no place.", nameof(scores));
            (places[i], keys[i]) = (i, RankedValues.Key(scores[i], ascending: !descending));
        }
        return new Ranking(keys, places, bytes: null, places.Length).Order.ToArray();
    }

    /// <summary>The places of a view's selection, sorted as options say.</summary>
    /// <exception cref="AssayException">No earlier step computes the signal, or a row has no value.</exception>
    internal static int[] Of(SortOptions options, View view, Work work)
    {
        string by =
            options.By
            ?? view.Signals.Keys.LastOrDefault()
            ?? throw new AssayException(
                "there is no signal to order by",
                hint: "Compute one above (value/...), or order by length: by: bytes."
            );
        double[] ofDistinct = RankedValues.Of(view, work, by);
        int missing = ofDistinct.Count(double.IsNaN);
        if (missing > 0)
            throw new AssayException(
                $"{missing:N0} of {ofDistinct.Length:N0} rows have no '{by}' to be ordered by",
                hint: $"Drop them before: select/top: {{ by: {by}, keep: 100% }}."
            );
        int[] rows = view.Selection.Rows;
        double[] scores = new double[rows.Length];
        for (int place = 0; place < rows.Length; place++)
            scores[place] = ofDistinct[view.DistinctRows.BinarySearch(rows[place])];
        return Of(scores, options.Descending);
    }
}
