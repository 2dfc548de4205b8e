using System.Globalization;
using Assay.Data;
using Assay.Features;

namespace Assay.Select;

/// <summary>The rows in view by domain, and the drawing of so much of each.</summary>
/// <remarks>
/// Within a domain rows come in an order that belongs to their ids, epoch after epoch, so that more of a domain contains less of it. Counts of an earlier
/// selection are forgotten: a row is in view or not.
/// </remarks>
internal sealed class DomainDraw
{
    private readonly View _view;
    private readonly Budget _budget;
    private readonly int[] _domainOf; // by place among the distinct rows
    private readonly int[] _bytes;
    private readonly int[] _order; // places in random order

    public DomainDraw(View view, Work work, string by, Budget budget)
    {
        (_view, _budget) = (view, budget);
        List<string> keys = LabelledRows.KeysOf(view, view.DistinctRows.ToArray(), by, work.Cancellation);
        Domains = [.. keys.Distinct().Order(StringComparer.Ordinal)];
        Dictionary<string, int> places = Domains.Index().ToDictionary(pair => pair.Item, pair => pair.Index);
        _domainOf = [.. keys.Select(key => places[key])];
        _order = RandomOrder.Of(view, work, Budget.Rows, "random numbers").Order.ToArray();
        _bytes = new int[_domainOf.Length];
        if (budget == Budget.Bytes)
            Scan.Tables(
                view,
                work,
                "lengths",
                (batch, start) =>
                {
                    foreach (int row in batch.Rows)
                        _bytes[start++] = batch.Text(row).Length;
                }
            );
        Sizes = new double[Domains.Count];
        for (int i = 0; i < _domainOf.Length; i++)
            Sizes[_domainOf[i]] += budget == Budget.Bytes ? _bytes[i] : 1;
    }

    /// <summary>The domains, in the order of their names' bytes.</summary>
    public IReadOnlyList<string> Domains { get; }

    /// <summary>Rows or bytes of each.</summary>
    public double[] Sizes { get; }

    /// <summary>The rows of a domain, ascending.</summary>
    public IEnumerable<int> RowsOf(int domain)
    {
        for (int i = 0; i < _domainOf.Length; i++)
            if (_domainOf[i] == domain)
                yield return _view.DistinctRows[i];
    }

    /// <summary>Draws by weights.</summary>
    /// <param name="prefix">Of the reasons of drops: <c>mix</c>.</param>
    /// <param name="weights">One for each domain.</param>
    /// <param name="keep">How much.</param>
    /// <param name="maxEpochs">How often a domain is gone through at most.</param>
    public Selected Draw(string prefix, double[] weights, Amount keep, int maxEpochs)
    {
        double total = keep.IsShare ? Math.Floor(keep.Value * Sizes.Sum()) : keep.Value;
        double[] amounts = Mixture.Allocate(weights, Sizes, total, maxEpochs);
        int[] times = Times(amounts);
        Verdicts verdicts = new(_view, prefix + ".not_drawn", prefix + ".no_weight");
        for (int i = 0; i < times.Length; i++)
            if (times[i] == 0)
                verdicts.Drop(i, weights[_domainOf[i]] > 0 ? 0 : 1);
        return verdicts.ToSelected() with { Kept = Repeat(times), Notes = Notes(weights, amounts, total) };
    }

    // How often each row is drawn: whole epochs, and of the next one the first rows of the random order.
    private int[] Times(double[] amounts)
    {
        double[] left = _budget == Budget.Rows ? [.. Mixture.Round(amounts).Select(count => (double)count)] : amounts;
        int[] epochs = new int[left.Length];
        for (int domain = 0; domain < left.Length; domain++)
        {
            // A domain whose rows are all empty has no size, and no epoch of it counts.
            epochs[domain] = Sizes[domain] > 0 ? (int)(left[domain] / Sizes[domain] * (1 + 1e-12)) : 0;
            left[domain] -= epochs[domain] * Sizes[domain];
        }
        int[] times = new int[_domainOf.Length];
        bool[] closed = new bool[left.Length];
        foreach (int place in _order)
        {
            int domain = _domainOf[place];
            times[place] = epochs[domain];
            double size = _budget == Budget.Rows ? 1 : _bytes[place];
            closed[domain] |= size > left[domain] + 1e-6 || left[domain] <= 0;
            if (closed[domain])
                continue;
            times[place]++;
            left[domain] -= size;
        }
        return times;
    }

    // Epoch after epoch, so that copies of a row do not stand side by side.
    private Selection Repeat(int[] times)
    {
        Dictionary<int, float> weightOf = [];
        if (_view.Selection.Weights is { } known)
            for (int i = 0; i < known.Length; i++)
                weightOf.TryAdd(_view.Selection.Rows[i], known[i]);
        List<int> rows = [];
        for (int epoch = 0, before = -1; rows.Count > before; epoch++)
        {
            before = rows.Count;
            for (int i = 0; i < times.Length; i++)
                if (times[i] > epoch)
                    rows.Add(_view.DistinctRows[i]);
        }
        return new([.. rows], _view.Selection.Weights is null ? null : [.. rows.Select(row => weightOf[row])]);
    }

    private List<string> Notes(double[] weights, double[] amounts, double total)
    {
        CultureInfo plain = CultureInfo.InvariantCulture;
        double sum = weights.Sum();
        string unit = _budget.ToString().ToLowerInvariant();
        List<string> notes =
        [
            .. Domains.Select(
                (domain, i) =>
                    string.Create(
                        plain,
                        $"{domain}: weight {weights[i] / sum:0.####}, {amounts[i]:N0} of {Sizes[i]:N0} {unit}, {(Sizes[i] > 0 ? amounts[i] / Sizes[i] : 0):0.##} epochs"
                    )
            ),
        ];
        double given = amounts.Sum();
        if (given < total - 0.5)
            notes.Add(
                string.Create(
                    plain,
                    $"{given:N0} of {total:N0} {unit}: no domain that has weight can give more within max-epochs"
                )
            );
        return notes;
    }
}
