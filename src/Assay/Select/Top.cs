using System.ComponentModel.DataAnnotations;
using Assay.Data;
using Assay.Features;
using Assay.Numerics;

namespace Assay.Select;

/// <summary>Options of <see cref="Top"/>; exactly one of <see cref="Keep"/> and <see cref="Band"/> is given.</summary>
public sealed record TopOptions
{
    /// <summary>
    /// The signal to rank by, computed by an earlier step; or <c>bytes</c> or <c>words</c>, the length of the text, if no
    /// signal is called that.
    /// </summary>
    [Required]
    public string By { get; init; } = "";

    /// <summary>How much stays: a share of what is in view (rows without the signal included) or a count.</summary>
    public Amount? Keep { get; init; }

    /// <summary>Keeps a band of percentiles instead of the top.</summary>
    public TopBand? Band { get; init; }

    /// <summary>True keeps the rows with the lowest values instead of the highest.</summary>
    public bool Lowest { get; init; }

    /// <summary>
    /// What amounts count. Rows, the default, keeps exactly that many. Bytes takes rows by rank until the next would exceed
    /// the bytes of text.
    /// </summary>
    public Budget Budget { get; init; } = Budget.Rows;

    /// <summary>
    /// Above 0, rows are drawn at random, the next one with a probability proportional to exp(value / temperature), or
    /// exp(-value / temperature) with <c>lowest</c>. 0, the default, takes the very top.
    /// </summary>
    [Range(0, double.MaxValue)]
    public double Temperature { get; init; }

    /// <summary>A column: shares, counts and percentiles are then of each of its values (language, domain) on its own.</summary>
    public string? Per { get; init; }
}

/// <summary>A band of percentiles among the rows that have the signal, counted from the lowest value up.</summary>
public sealed record TopBand
{
    /// <summary>Where the band starts, such as <c>30%</c>.</summary>
    public Amount From { get; init; } = Amount.Share(0);

    /// <summary>Where the band ends, such as <c>60%</c>.</summary>
    public Amount To { get; init; } = Amount.Share(1);
}

/// <summary>Keeps the rows with the highest (or lowest) values of a signal, or a band between two percentiles.</summary>
/// <remarks>
/// Equal values go by the rows' order. Rows without a value never stay. The noise of <c>temperature</c> (<see cref="GumbelTopK"/>)
/// belongs to the row's id: a row's luck does not depend on the rows around it, and keeping more only adds rows.
/// </remarks>
[Method("select/top")]
public sealed class Top : ISelector
{
    /// <summary>Why rows go that have no value to rank by.</summary>
    internal const string NoSignal = "top.no_signal";

    private readonly TopOptions _options;

    /// <summary>Takes the options.</summary>
    /// <exception cref="AssayException">They contradict each other.</exception>
    public Top(TopOptions options)
    {
        if (string.IsNullOrWhiteSpace(options.By))
            throw new AssayException("select/top does not say what to rank by", hint: "Name a signal: by: perplexity.");
        if (options.Keep is null == options.Band is null)
            throw new AssayException(
                options.Keep is null ? "select/top does not say what to keep" : "select/top has both 'keep' and 'band'",
                hint: "Give either keep: 30% or band: { from: 30%, to: 60% }."
            );
        if (options.Band is not null && options.Lowest)
            throw new AssayException(
                "select/top has both 'lowest' and 'band'",
                hint: "A band always counts from the lowest value up; leave 'lowest' out."
            );
        if (options.Band is not null && options.Temperature > 0)
            throw new AssayException(
                "select/top has both 'temperature' and 'band'",
                hint: "Rows of a band are not drawn; leave 'temperature' out, or give 'keep'."
            );
        _options = options;
    }

    /// <inheritdoc/>
    /// <exception cref="AssayException">No earlier step computes the signal, or the band ends before it starts.</exception>
    public Selected Select(View view, Work work)
    {
        int[]? bytes = _options.Budget == Budget.Bytes ? new int[view.DistinctRows.Length] : null;
        double[] values = RankedValues.Of(view, work, _options.By, bytes);
        if (_options.Temperature > 0)
            AddNoise(view, work, values);
        Verdicts verdicts = new(view, _options.Band is null ? "top.below_cut" : "top.outside_band", NoSignal);
        for (int position = 0; position < values.Length; position++)
            verdicts.Drop(position, double.IsNaN(values[position]) ? 1 : 0);
        bool ascending = _options.Band is not null || (_options.Lowest && _options.Temperature == 0);
        foreach (int[] group in Groups(view, work))
        {
            int[] ranked = [.. group.Where(position => !double.IsNaN(values[position]))];
            ulong[] keys = Array.ConvertAll(ranked, position => RankedValues.Key(values[position], ascending));
            int[] whole = _options.Band is null ? group : ranked;
            long total = bytes is null ? whole.Length : whole.Sum(position => (long)bytes[position]);
            Ranking ranking = new(keys, ranked, bytes, total);
            foreach (int position in ranking.Order[Range(ranking)])
                verdicts.Keep(position);
        }
        return verdicts.ToSelected();
    }

    private IEnumerable<int[]> Groups(View view, Work work)
    {
        IEnumerable<int> positions = Enumerable.Range(0, view.DistinctRows.Length);
        if (_options.Per is null)
            return [positions.ToArray()];
        List<string> keys = LabelledRows.KeysOf(view, view.DistinctRows.ToArray(), _options.Per, work.Cancellation);
        return positions.GroupBy(position => keys[position]).Select(group => group.ToArray());
    }

    private Range Range(Ranking ranking)
    {
        if (_options.Band is not { } band)
            return ..ranking.Prefix(_options.Keep!.Value);
        int from = ranking.Prefix(band.From),
            to = ranking.Prefix(band.To);
        return from <= to
            ? from..to
            : throw new AssayException(
                $"the band of select/top ends ({band.To}) before it starts ({band.From})",
                hint: "Give 'from' the lower percentile and 'to' the higher one."
            );
    }

    private void AddNoise(View view, Work work, double[] values)
    {
        RandomStream random = work.Random;
        Scan.Tables(
            view,
            work,
            "random numbers",
            (batch, start) =>
            {
                foreach (int row in batch.Rows)
                {
                    double noise = GumbelTopK.Noise(random.UniformOf(batch.Id(row).Value));
                    values[start] = (_options.Lowest ? -values[start] : values[start]) + _options.Temperature * noise;
                    start++;
                }
            }
        );
    }
}
