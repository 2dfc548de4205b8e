using Assay.Data;
using Assay.Features;
using Assay.Learning;
using Assay.Models;
using Assay.Numerics;

namespace Assay.Value;

/// <summary>Options of <see cref="Lava"/>.</summary>
public sealed record LavaOptions : TransportOptions
{
    /// <summary>
    /// A column of classes (text, whole numbers or truth values) that pool and target have: rows of other classes are farther
    /// away, by how far the classes lie apart. Without it, only the rows themselves count.
    /// </summary>
    public string? Label { get; init; }
}

/// <summary>What each row does to the distance between the pool and a target, without a model: signal <c>lava</c>, high is good.</summary>
/// <remarks>
/// <para>Source: Just et al., "LAVA: Data Valuation without Pre-Specified Learning Algorithms", ICLR 2023. The value of a row is minus
/// the calibrated gradient of the optimal-transport distance: what the distance falls by, per unit of mass, when mass moves to
/// this row evenly from all others. Values sum to 0. Weights and repeats of rows are their masses.</para>
/// <para><c>select/got-d</c> keeps the rows that this ranks highest.</para>
/// <code>
/// double[] values = Lava.Values(pool, target, new() { Epsilon = 0.1, Threshold = 1e-3 });
/// </code>
/// </remarks>
[Method("value/lava", Paper = "got-d")]
public sealed class Lava(LavaOptions options) : IValuer, IModelUser
{
    private const string Stage = "transport";

    /// <inheritdoc/>
    public ModelRequest? Model => options.Request;

    /// <inheritdoc/>
    /// <exception cref="AssayException">A side has no rows or no text, a column is missing, or the transport does not converge.</exception>
    public IReadOnlyList<Signal> Value(View view, Work work)
    {
        (Matrix pool, Matrix target) = Embed(options, view, work);
        TransportCosts costs = options.Label is { Length: > 0 } label
            ? Labelled(view, pool, target, label, work)
            : TransportCosts.SquaredDistances(target.Values, pool.Values, pool.Columns);
        TargetTransport found = TargetTransport.Solve(
            costs,
            TargetTransport.MassOf(work.Dataset(options.Target)),
            TargetTransport.MassOf(view),
            options,
            work,
            Stage
        );
        double[] values = CalibratedGradient.Exact(found.Potentials),
            all = new double[view.Dataset.RowCount];
        Array.Fill(all, double.NaN);
        for (int i = 0; i < values.Length; i++)
            all[view.DistinctRows[i]] = 0 - values[i];
        return [new("lava", all) { Note = found.Note() }];
    }

    /// <summary>The values of rows: minus the calibrated gradient, so that high is good.</summary>
    /// <param name="pool">Rows that are valued, at least one.</param>
    /// <param name="target">Rows of the distribution that is wanted, at least one, of as many features.</param>
    /// <param name="options">How the transport is solved.</param>
    /// <param name="cancellation">Asks to stop.</param>
    /// <exception cref="ArgumentException">There is no row, features differ, or a number is not finite.</exception>
    /// <exception cref="AssayException">The transport does not converge.</exception>
    public static double[] Values(
        Matrix pool,
        Matrix target,
        SinkhornOptions options,
        CancellationToken cancellation = default
    ) => Negated(TargetTransport.Solve(target, pool, options, cancellation));

    /// <summary>The values of rows with classes, whose distance counts too.</summary>
    /// <param name="pool">Rows that are valued, at least one.</param>
    /// <param name="poolClasses">Their classes, from 0.</param>
    /// <param name="target">Rows of the distribution that is wanted, at least one, of as many features.</param>
    /// <param name="targetClasses">Their classes.</param>
    /// <param name="options">How the transport is solved, between classes too.</param>
    /// <param name="cancellation">Asks to stop.</param>
    /// <exception cref="ArgumentException">There is no row, lengths or features differ, or a number is not finite.</exception>
    /// <exception cref="AssayException">A transport does not converge.</exception>
    public static double[] Values(
        Matrix pool,
        int[] poolClasses,
        Matrix target,
        int[] targetClasses,
        SinkhornOptions options,
        CancellationToken cancellation = default
    )
    {
        if (pool.Columns != target.Columns)
            throw new ArgumentException($"The pool has {pool.Columns} features, the target {target.Columns}.");
        if (poolClasses.Length != pool.Rows || targetClasses.Length != target.Rows || pool.Rows * target.Rows == 0)
            throw new ArgumentException(
                $"{poolClasses.Length} and {targetClasses.Length} classes do not fit {pool.Rows} and {target.Rows} rows."
            );
        int classes = 1 + Math.Max(poolClasses.Max(), targetClasses.Max());
        LabelledCosts costs = LabelledCosts.Of(
            target,
            targetClasses,
            pool,
            poolClasses,
            classes,
            options,
            cancellation
        );
        return Negated(TargetTransport.Converged(Sinkhorn.Solve(costs, options, cancellation: cancellation), options));
    }

    /// <summary>Vectors of the pool in view and of the target, in one space.</summary>
    internal static (Matrix Pool, Matrix Target) Embed(TransportOptions options, View view, Work work)
    {
        View target = work.Dataset(options.Target);
        foreach (View side in (View[])[view, target])
            if (side.DistinctRows.IsEmpty)
                throw new AssayException(
                    $"'{side.Dataset.Name}' has no rows at this step, and transport needs two sides",
                    hint: "Check the steps above that drop rows."
                );
        RowEmbedding space = RowEmbedding.Fit(options, work, view, target);
        return (space.Apply(view, work, "pool"), space.Apply(target, work, "target"));
    }

    private LabelledCosts Labelled(View view, Matrix pool, Matrix target, string label, Work work)
    {
        View wanted = work.Dataset(options.Target);
        List<string> own = LabelledRows.KeysOf(view, view.DistinctRows.ToArray(), label, work.Cancellation),
            others = LabelledRows.KeysOf(wanted, wanted.DistinctRows.ToArray(), label, work.Cancellation);
        string[] classes = [.. own.Concat(others).Distinct().Order(StringComparer.Ordinal)];
        Dictionary<string, int> indices = classes.Index().ToDictionary(pair => pair.Item, pair => pair.Index);
        using Workers.LimitScope limit = Workers.Limit(Math.Min(256, work.Threads));
        double epsilon = options.Relative
            ? options.Epsilon
                * Sinkhorn.MeanCost(
                    TransportCosts.SquaredDistances(target.Values, pool.Values, pool.Columns),
                    work.Cancellation
                )
            : options.Epsilon;
        return LabelledCosts.Of(
            target,
            [.. others.Select(key => indices[key])],
            pool,
            [.. own.Select(key => indices[key])],
            classes.Length,
            new()
            {
                Epsilon = epsilon,
                Relaxation = options.Relaxation,
                Threshold = options.Threshold,
                MaxIterations = options.MaxIterations,
            },
            work.Cancellation
        );
    }

    private static double[] Negated(TransportSolution found) =>
        Array.ConvertAll(CalibratedGradient.Exact(found.State.ColumnPotentials), gradient => 0 - gradient);
}
