using System.Globalization;
using Assay.Data;
using Assay.Features;
using Assay.Learning;
using Assay.Models;
using Assay.Numerics;
using Assay.Value;

namespace Assay.Select;

/// <summary>
/// Keeps the rows that move the pool towards a target dataset fastest: those of the lowest gradient of the optimal-transport
/// distance, without training a model.
/// </summary>
/// <remarks>
/// <para>Source: Kang et al., "Get more for less: Principled Data Selection for Warming Up Fine-Tuning in LLMs", arXiv 2405.02774. The
/// pool stands in for what the model was pre-trained on, so a row that resembles the target counts less where the pool has many
/// like it. Ranked by <see cref="Lava"/> without classes.</para>
/// <code>
/// int[] best = GotD.Choose(pool, target, 1000, new() { Epsilon = 0.1, Relaxation = 1.3, Threshold = 1e-3 });
/// </code>
/// </remarks>
[Method("select/got-d", Paper = "got-d")]
public sealed class GotD(GotDOptions options) : ISelector, IModelUser
{
    private const string Signal = "got-d";

    /// <inheritdoc/>
    public ModelRequest? Model => options.Request;

    /// <inheritdoc/>
    /// <exception cref="AssayException">A side has no rows or no text, a column is missing, or the transport does not converge.</exception>
    public Selected Select(View view, Work work)
    {
        (Matrix pool, Matrix target) = Lava.Embed(options, view, work);
        List<string> notes = [];
        int[] near = options.Domain is { Length: > 0 } domain
            ? Nearest(view, pool, target, domain, work, notes)
            : [.. Enumerable.Range(0, pool.Rows)];
        double[] targetMass = TargetTransport.MassOf(work.Dataset(options.Target)),
            poolMass = TargetTransport.MassOf(view);
        Matrix candidates = near.Length == pool.Rows ? pool : pool.Take(near);
        TargetTransport found = TargetTransport.Solve(
            TransportCosts.SquaredDistances(target.Values, candidates.Values, pool.Columns),
            targetMass,
            TargetTransport.Shares([.. near.Select(place => poolMass[place])]),
            options,
            work,
            "transport"
        );
        notes.Insert(0, found.Note());
        double[] potentials = new double[view.Dataset.RowCount];
        Array.Fill(potentials, double.NaN);
        for (int i = 0; i < near.Length; i++)
            potentials[view.DistinctRows[near[i]]] = found.Potentials[i];
        TopOptions top = new()
        {
            By = Signal,
            Keep = options.Keep,
            Budget = options.Budget,
            Lowest = true,
        };
        Selected selected = new Top(top).Select(view.With(signals: [new(Signal, potentials)]), work);
        int kept = selected.Kept.Rows.Distinct().Count();
        if (kept > 0)
            notes.Insert(
                1,
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"{found.Settled(kept):P1} of the rows kept were the same at a threshold ten times as loose"
                )
            );
        string[] reasons =
        [
            .. selected.Drops.Reasons.Select(reason => reason == Top.NoSignal ? "got-d.far_domain" : "got-d.below_cut"),
        ];
        return selected with { Drops = selected.Drops with { Reasons = reasons }, Notes = notes };
    }

    /// <summary>The rows of the lowest potentials, best first; of equal ones the row that comes first.</summary>
    /// <param name="pool">Rows to choose from, at least one.</param>
    /// <param name="target">Rows of the distribution that is wanted, at least one, of as many features.</param>
    /// <param name="count">How many, at least 0.</param>
    /// <param name="options">How the transport is solved.</param>
    /// <param name="cancellation">Asks to stop.</param>
    /// <exception cref="ArgumentException">There is no row, features differ, or a number is not finite.</exception>
    /// <exception cref="AssayException">The transport does not converge.</exception>
    public static int[] Choose(
        Matrix pool,
        Matrix target,
        int count,
        SinkhornOptions options,
        CancellationToken cancellation = default
    )
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        double[] values = Lava.Values(pool, target, options, cancellation);
        return [.. Enumerable.Range(0, pool.Rows).OrderByDescending(row => values[row]).Take(count)];
    }

    /// <summary>The transport cost between the target and each domain.</summary>
    /// <param name="target">Rows of the distribution that is wanted.</param>
    /// <param name="domains">Rows of each domain, of as many features.</param>
    /// <param name="options">How the transports are solved.</param>
    /// <param name="cancellation">Asks to stop.</param>
    /// <exception cref="ArgumentException">A side has no row, features differ, or a number is not finite.</exception>
    /// <exception cref="AssayException">A transport does not converge.</exception>
    public static double[] DomainDistances(
        Matrix target,
        IReadOnlyList<Matrix> domains,
        SinkhornOptions options,
        CancellationToken cancellation = default
    ) => [.. domains.Select(domain => TargetTransport.Solve(target, domain, options, cancellation).Cost)];

    // Places, among the view's rows, of those of the nearest domains.
    private int[] Nearest(View view, Matrix pool, Matrix target, string column, Work work, List<string> notes)
    {
        List<string> keys = LabelledRows.KeysOf(view, view.DistinctRows.ToArray(), column, work.Cancellation);
        (string Name, int[] Places)[] domains =
        [
            .. keys.Index()
                .GroupBy(pair => pair.Item, pair => pair.Index)
                .OrderBy(group => group.Key, StringComparer.Ordinal)
                .Select(group => (group.Key, group.ToArray())),
        ];
        if (domains.Length <= options.NearestDomains)
            return [.. Enumerable.Range(0, pool.Rows)];
        double[] distances = new double[domains.Length],
            targetMass = TargetTransport.MassOf(work.Dataset(options.Target)),
            poolMass = TargetTransport.MassOf(view);
        for (int i = 0; i < domains.Length; i++)
        {
            int[] sample = Sample(domains[i], work);
            distances[i] = TargetTransport
                .Solve(
                    TransportCosts.SquaredDistances(target.Values, pool.Take(sample).Values, pool.Columns),
                    targetMass,
                    TargetTransport.Shares([.. sample.Select(place => poolMass[place])]),
                    options,
                    work,
                    $"domain-{i:D4}"
                )
                .Solution.Cost;
        }
        int[] order = [.. Enumerable.Range(0, domains.Length).OrderBy(i => distances[i])];
        notes.AddRange(
            order.Select(
                (i, rank) =>
                    string.Create(
                        CultureInfo.InvariantCulture,
                        $"domain {domains[i].Name}: transport cost {distances[i]:G4} from the target{(rank < options.NearestDomains ? "" : ", left out")}"
                    )
            )
        );
        return [.. order.Take(options.NearestDomains).SelectMany(i => domains[i].Places).Order()];
    }

    private int[] Sample((string Name, int[] Places) domain, Work work)
    {
        RandomStream random = work.Random.Child("domains").Child(domain.Name);
        int[] places = [.. domain.Places];
        Array.Sort(Array.ConvertAll(places, place => random.BitsOf((UInt128)place)), places);
        return [.. places.Take(options.DomainRows).Order()];
    }
}
