using Assay.Numerics;

namespace Assay.Learning;

/// <summary>Features cut into at most 255 bins each, column-major, so that histograms read bytes in order.</summary>
internal sealed class FeatureBins
{
    /// <summary>The bin of missing values.</summary>
    public const byte Missing = 255;

    /// <summary>Bins that a histogram has room for.</summary>
    public const int Width = 256;
    private readonly byte[] _bins;

    private FeatureBins(byte[] bins, double[][] thresholds, bool[] hasMissing, int rows) =>
        (_bins, Thresholds, HasMissing, Rows) = (bins, thresholds, hasMissing, rows);

    public int Rows { get; }

    public int Columns => Thresholds.Length;

    /// <summary>For each feature the upper ends of all bins but the last, ascending: bin b holds what is at most the b-th and no lower one.</summary>
    public double[][] Thresholds { get; }

    /// <summary>Whether a feature has missing values.</summary>
    public bool[] HasMissing { get; }

    /// <summary>The bin of each row for a feature.</summary>
    public ReadOnlySpan<byte> Of(int feature) => _bins.AsSpan(feature * Rows, Rows);

    /// <summary>
    /// Cuts between neighbouring values where there are no more distinct ones than bins, else at quantiles. Weights play no
    /// part.
    /// </summary>
    public static FeatureBins Of(Matrix features, int maxBins)
    {
        int rows = features.Rows;
        byte[] bins = new byte[checked(rows * features.Columns)];
        double[][] thresholds = new double[features.Columns][];
        bool[] hasMissing = new bool[features.Columns];
        Workers.For(
            features.Columns,
            feature =>
            {
                float[] values = new float[rows];
                int count = 0;
                for (int i = 0; i < rows; i++)
                    if (!float.IsNaN(features[i, feature]))
                        values[count++] = features[i, feature];
                hasMissing[feature] = count < rows;
                Array.Sort(values, 0, count);
                double[] cuts = thresholds[feature] = Cuts(values.AsSpan(0, count), maxBins);
                for (int i = 0; i < rows; i++)
                    bins[feature * rows + i] = float.IsNaN(features[i, feature])
                        ? Missing
                        : (byte)FirstAtLeast(cuts, features[i, feature]);
            }
        );
        return new(bins, thresholds, hasMissing, rows);
    }

    private static double[] Cuts(ReadOnlySpan<float> sorted, int maxBins)
    {
        List<double> middles = [];
        for (int i = 1; i < sorted.Length; i++)
            if (sorted[i] != sorted[i - 1])
                middles.Add(((double)sorted[i - 1] + sorted[i]) / 2);
        if (middles.Count < maxBins)
            return [.. middles];
        List<double> cuts = [];
        for (int bin = 1; bin < maxBins; bin++)
        {
            // The middle nearest above the quantile, so that a cut never falls on a value.
            float quantile = sorted[(int)((long)bin * (sorted.Length - 1) / maxBins)];
            int next = FirstAtLeast(middles, quantile);
            if (next < middles.Count && (cuts.Count == 0 || middles[next] > cuts[^1]))
                cuts.Add(middles[next]);
        }
        return [.. cuts];
    }

    private static int FirstAtLeast(IReadOnlyList<double> ascending, double value)
    {
        int low = 0,
            high = ascending.Count;
        while (low < high)
        {
            int middle = (low + high) / 2;
            if (ascending[middle] < value)
                low = middle + 1;
            else
                high = middle;
        }
        return low;
    }
}
