using Assay.Numerics;

namespace Assay.Plan;

/// <summary>Designs with their measured objectives, as optimisers see them: all minimised, standardised for networks.</summary>
public sealed class DesignData
{
    /// <summary>How far beyond the worst objective the reference point of hypervolumes lies, as a multiple of the range.</summary>
    public const double Reference = 1.1;

    private readonly double[] _means,
        _deviations,
        _least,
        _ranges;

    /// <summary>Takes a table.</summary>
    /// <param name="columns">The columns of designs.</param>
    /// <param name="designs">Row-major, categories by number.</param>
    /// <param name="objectives">Finite, all minimised, each with more than one value; row-major.</param>
    /// <param name="m">Number of objectives, at least 2.</param>
    public DesignData(
        IReadOnlyList<DesignColumn> columns,
        ReadOnlySpan<double> designs,
        ReadOnlySpan<double> objectives,
        int m
    )
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(m, 2);
        Rows = objectives.Length / m;
        if (Rows == 0 || objectives.Length != Rows * m || designs.Length != Rows * columns.Count)
            throw new ArgumentException(
                $"{designs.Length} numbers of designs with {columns.Count} columns do not fit {objectives.Length} of {m} objectives."
            );
        (Designs, Objectives, M) = (designs.ToArray(), objectives.ToArray(), m);
        Space = new(columns, designs);
        Encoded = Space.Encode(designs);
        (_means, _deviations, _least, _ranges) = (new double[m], new double[m], new double[m], new double[m]);
        for (int j = 0; j < m; j++)
        {
            Moments moments = new();
            double low = double.PositiveInfinity,
                high = double.NegativeInfinity;
            for (int i = j; i < objectives.Length; i += m)
            {
                moments.Add(objectives[i]);
                (low, high) = (Math.Min(low, objectives[i]), Math.Max(high, objectives[i]));
            }
            if (!(high > low) || moments.StandardDeviation is not > 0)
                throw new ArgumentException($"Objective {j} has one value only, or is not finite.", nameof(objectives));
            (_means[j], _deviations[j]) = (moments.Mean, moments.StandardDeviation.Value);
            (_least[j], _ranges[j]) = (low, high - low);
        }
        Standardised = new double[objectives.Length];
        for (int i = 0; i < objectives.Length; i++)
            Standardised[i] = (objectives[i] - _means[i % m]) / _deviations[i % m];
        Worst = [.. Enumerable.Range(0, m).Select(j => (_least[j] + _ranges[j] - _means[j]) / _deviations[j])];
    }

    /// <summary>Number of rows.</summary>
    public int Rows { get; }

    /// <summary>Number of objectives.</summary>
    public int M { get; }

    /// <summary>How designs are written and seen.</summary>
    public DesignSpace Space { get; }

    /// <summary>The designs, row-major, categories by number.</summary>
    public double[] Designs { get; }

    /// <summary>The designs as networks see them, row-major.</summary>
    public float[] Encoded { get; }

    /// <summary>The objectives, row-major.</summary>
    public double[] Objectives { get; }

    /// <summary>The objectives in standard deviations from their mean, row-major.</summary>
    public double[] Standardised { get; }

    /// <summary>The worst value of each objective, standardised.</summary>
    public double[] Worst { get; }

    /// <summary>Standardised objectives in their own units again.</summary>
    public double[] Restored(ReadOnlySpan<double> standardised)
    {
        double[] restored = new double[standardised.Length];
        for (int i = 0; i < restored.Length; i++)
            restored[i] = standardised[i] * _deviations[i % M] + _means[i % M];
        return restored;
    }

    /// <summary>Objectives scaled so that the data's best is 0 and its worst 1.</summary>
    public double[] Scaled(ReadOnlySpan<double> objectives)
    {
        double[] scaled = new double[objectives.Length];
        for (int i = 0; i < scaled.Length; i++)
            scaled[i] = (objectives[i] - _least[i % M]) / _ranges[i % M];
        return scaled;
    }

    /// <summary>Hypervolume of scaled objectives, with the reference point 1.1 in each.</summary>
    public double Hypervolume(ReadOnlySpan<double> objectives) =>
        Numerics.Hypervolume.Exact(Scaled(objectives), M, [.. Enumerable.Repeat(Reference, M)]);

    /// <summary>The rows to begin with: by front, the less crowded first.</summary>
    /// <param name="count">At most so many.</param>
    public int[] Best(int count) => [.. Crowding.Order(Objectives, M).Take(count)];

    /// <summary>
    /// The distance of each design to the nearest other row of the data, as networks see them, in units of the root of their width: about the
    /// standard deviations in which an average number differs.
    /// </summary>
    /// <param name="encoded">Row-major.</param>
    public double[] Distances(ReadOnlySpan<float> encoded)
    {
        int d = Space.Width;
        double[] distances = new double[d == 0 ? 0 : encoded.Length / d];
        for (int i = 0; i < distances.Length; i++)
        {
            double nearest = double.PositiveInfinity;
            ReadOnlySpan<float> design = encoded.Slice(i * d, d);
            for (int row = 0; row < Rows; row++)
                nearest = Math.Min(
                    nearest,
                    System.Numerics.Tensors.TensorPrimitives.Distance(design, Encoded.AsSpan(row * d, d))
                );
            distances[i] = nearest / Math.Sqrt(d);
        }
        return distances;
    }
}
