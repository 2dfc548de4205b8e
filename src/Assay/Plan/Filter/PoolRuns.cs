using Assay.Data;
using Assay.Studies;

namespace Assay.Plan.Filter;

/// <summary>Runs on one pool: errors at the ends of runs of several lengths.</summary>
/// <param name="Name">The pool's name.</param>
/// <param name="Size">Rows of the pool: samples of one epoch.</param>
/// <param name="Samples">Samples seen by each run, positive.</param>
/// <param name="Errors">The error, or loss, of each.</param>
public sealed record PoolRuns(string Name, double Size, IReadOnlyList<double> Samples, IReadOnlyList<double> Errors)
{
    /// <summary>The pools of a table, in the order in which they first occur.</summary>
    /// <exception cref="AssayException">A column is missing, a number is out of its range, or a pool's size differs between rows.</exception>
    public static IReadOnlyList<PoolRuns> Of(StudyTable table, FilterOptions options)
    {
        string[] names = table.Words(options.Pool);
        double[] samples = table.Numbers(options.Samples),
            errors = table.Numbers(options.Error);
        double[]? sizes = options.PoolSize.Value > 0 ? null : table.Numbers(options.Size);
        OrderedDictionary<string, (double Size, List<double> Samples, List<double> Errors)> pools = [];
        for (int row = 0; row < table.Rows; row++)
        {
            double size = sizes is null ? options.PoolSize.Value : sizes[row];
            if (!(size > 0))
                throw table.Wrong(row, options.Size, $"a pool has {size} rows", "Expected a positive number.");
            if (!(samples[row] > 0))
                throw table.Wrong(
                    row,
                    options.Samples,
                    $"a run has seen {samples[row]} samples",
                    "Expected a positive number."
                );
            if (!pools.TryGetValue(names[row], out var pool))
                pools.Add(names[row], pool = (size, [], []));
            if (pool.Size != size)
                throw table.Wrong(
                    row,
                    options.Size,
                    $"the pool '{names[row]}' has {size} rows here and {pool.Size} above",
                    "Give each pool one size, or each size a name of its own."
                );
            pool.Samples.Add(samples[row]);
            pool.Errors.Add(errors[row]);
        }
        return
        [
            .. pools.Select(pool => new PoolRuns(pool.Key, pool.Value.Size, pool.Value.Samples, pool.Value.Errors)),
        ];
    }
}
