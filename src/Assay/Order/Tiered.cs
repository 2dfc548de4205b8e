using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Text;
using Assay.Data;
using Assay.Features;
using Assay.Numerics;

namespace Assay.Order;

/// <summary>When the tiers of a corpus are trained on.</summary>
public enum TierSchedule
{
    /// <summary>From the lowest to the highest, one after the other.</summary>
    Staged,

    /// <summary>All at once, in random order: the control.</summary>
    Mixed,

    /// <summary>From the highest to the lowest: the other control.</summary>
    Reverse,

    /// <summary>The highest tier at the end only, where the learning rate falls, with a share of the text there; all others before it and between it.</summary>
    Decay,
}

/// <summary>Options of <see cref="Tiered"/>.</summary>
public sealed record TieredOptions
{
    /// <summary>What names a row's tier: a signal, or a column of whole numbers or words such as <c>L2</c>. Default: <c>tier</c>, which <c>assay tiers</c> writes.</summary>
    [Required]
    public string By { get; init; } = "tier";

    /// <summary>When each tier comes. Default: <c>staged</c>.</summary>
    public TierSchedule Schedule { get; init; } = TierSchedule.Staged;

    /// <summary>With <c>decay</c>, the share of the highest tier in the bytes of the end, above 0. Paper: 30 %, beside 70 % of general text.</summary>
    public Amount Share { get; init; } = Amount.Share(0.3);
}

/// <summary>Trains on one tier of data after the other: the cheap and many first, the dear and few last.</summary>
/// <remarks>
/// <para>
/// Source: "Data Science and Technology Towards AGI Part I: Tiered Data Management", arXiv 2602.09003: tiered against mixed training on the same tokens, and the decay of its verification. How long stages
/// are is not published; here they are as long as the tiers in view, so that the order alone changes and never the rows. Within a tier rows come in random order.
/// </para>
/// <para>
/// With <see cref="TierSchedule.Decay"/> the end is as long as makes the highest tier its share; where the other tiers have too little for that, all is the end.
/// </para>
/// </remarks>
[Method("order/tiered", Paper = "tiered-data")]
public sealed class Tiered : IOrderer
{
    private readonly TieredOptions _options;

    /// <summary>Takes the options.</summary>
    /// <exception cref="AssayException">The share is a count, or nothing.</exception>
    public Tiered(TieredOptions options)
    {
        if (!options.Share.IsShare || options.Share.Value == 0)
            throw new AssayException(
                $"order/tiered cannot give the highest tier {options.Share} of the end",
                hint: "Write a share: share: 30%."
            );
        _options = options;
    }

    /// <inheritdoc/>
    /// <exception cref="AssayException">A row has no tier.</exception>
    public int[] Order(View view, Work work)
    {
        int[] distinct = TiersOf(view, work);
        int[] tiers = [.. view.Selection.Rows.Select(row => distinct[view.DistinctRows.BinarySearch(row)])];
        int[] shuffled = Shuffle.Of(tiers.Length, work.Random);
        if (_options.Schedule != TierSchedule.Decay)
            return Of(tiers, shuffled, _options.Schedule);
        RowSizes sizes = RowSizes.Read(view, work);
        int[] bytes = [.. view.Selection.Rows.Select(sizes.Bytes)];
        return Decay(tiers, shuffled, bytes, _options.Share.Value, work.Random);
    }

    /// <summary>Puts entries in stages, or mixes them.</summary>
    /// <param name="tiers">The tier of each entry.</param>
    /// <param name="sequence">The entries in the order in which those of one tier are to come: each once.</param>
    /// <param name="schedule">Any but <see cref="TierSchedule.Decay"/>.</param>
    public static int[] Of(IReadOnlyList<int> tiers, IReadOnlyList<int> sequence, TierSchedule schedule) =>
        schedule switch
        {
            TierSchedule.Staged => [.. sequence.OrderBy(entry => tiers[entry])],
            TierSchedule.Reverse => [.. sequence.OrderByDescending(entry => tiers[entry])],
            TierSchedule.Mixed => [.. sequence],
            _ => throw new ArgumentOutOfRangeException(nameof(schedule), schedule, "Not an order of whole tiers."),
        };

    /// <summary>Puts the highest tier at the end, evenly among others.</summary>
    /// <param name="tiers">The tier of each entry.</param>
    /// <param name="sequence">The entries in the order in which those of one kind are to come: each once.</param>
    /// <param name="bytes">The size of each entry.</param>
    /// <param name="share">The share of the highest tier in the bytes of the end, above 0 and at most 1; give or take an entry.</param>
    /// <param name="random">Draws where either kind starts.</param>
    public static int[] Decay(
        IReadOnlyList<int> tiers,
        IReadOnlyList<int> sequence,
        IReadOnlyList<int> bytes,
        double share,
        RandomStream random
    )
    {
        if (sequence.Count == 0)
            return [];
        int highest = tiers.Max();
        int[] last = [.. sequence.Where(entry => tiers[entry] == highest)],
            others = [.. sequence.Where(entry => tiers[entry] != highest)];
        double beside = last.Sum(entry => (long)bytes[entry]) * (1 - share) / share;
        int first = others.Length;
        for (long taken = 0; first > 0 && taken + bytes[others[first - 1]] / 2 < beside; first--)
            taken += bytes[others[first - 1]];
        int[] end = [.. others[first..], .. last];
        int[] domains = [.. end.Select((_, place) => place < others.Length - first ? 0 : 1)];
        int[] mixed = Mix.Of(domains, [.. Enumerable.Range(0, end.Length)], 2, random);
        return [.. others[..first], .. mixed.Select(place => end[place])];
    }

    private int[] TiersOf(View view, Work work)
    {
        if (view.Signals.TryGetValue(_options.By, out Signal? signal))
            return [.. view.DistinctRows.ToArray().Select(row => TierOf(Written(signal.Values[row])))];
        NumberColumns.Check(view, _options.By);
        List<int> tiers = [];
        view.ForEach(
            view.DistinctRows.ToArray(),
            (batch, row) =>
            {
                int at = batch.Local(row);
                if (batch.Table.Find(_options.By) is not { } column || column.IsNull(at))
                    throw NumberColumns.Bad(batch, row, _options.By, "the tier is missing");
                tiers.Add(
                    TierOf(
                        column.Type == ColumnType.Text
                            ? Encoding.UTF8.GetString(column.Utf8(at))
                            : Written(column.Number(at) ?? double.NaN)
                    )
                );
            },
            work.Cancellation
        );
        return [.. tiers];
    }

    private static string Written(double number) => number.ToString("R", CultureInfo.InvariantCulture);

    private int TierOf(string written) =>
        int.TryParse(
            written.AsSpan(written.StartsWith('L') ? 1 : 0),
            NumberStyles.None,
            CultureInfo.InvariantCulture,
            out int tier
        )
            ? tier
            : throw new AssayException(
                $"'{written}' in '{_options.By}' is no tier",
                hint: "Tiers are whole numbers from 0, or words such as L2. 'assay tiers' writes a column 'tier'."
            );
}
