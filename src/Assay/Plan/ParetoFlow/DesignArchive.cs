namespace Assay.Plan;

/// <summary>For each weight the best design so far by its weighted score: PS in the paper.</summary>
public sealed class DesignArchive
{
    private readonly int _dimensions;

    private DesignArchive(int weights, int dimensions)
    {
        _dimensions = dimensions;
        Designs = new float[weights * dimensions];
        Scores = new double[weights];
    }

    /// <summary>The designs, row-major, one for each weight.</summary>
    public float[] Designs { get; }

    /// <summary>Their weighted scores: of the data by what was measured, of others by what was predicted.</summary>
    public double[] Scores { get; }

    /// <summary>Begins with the best of the data: each weight in turn takes the design of the largest weighted score that is left.</summary>
    /// <param name="weights">The weights.</param>
    /// <param name="designs">At least as many as there are weights, or they are used over and over; row-major.</param>
    /// <param name="objectives">Their objectives, minimised, in the units of the model; row-major.</param>
    public static DesignArchive Greedy(
        WeightSpread weights,
        ReadOnlySpan<float> designs,
        ReadOnlySpan<double> objectives
    )
    {
        int m = weights.Objectives,
            n = objectives.Length / m;
        if (n == 0 || objectives.Length != n * m || designs.Length % n != 0)
            throw new ArgumentException(
                $"{designs.Length} numbers of designs do not fit {objectives.Length} of objectives."
            );
        int d = designs.Length / n;
        DesignArchive archive = new(weights.Count, d);
        bool[] taken = new bool[n];
        double[] scores = new double[m];
        for (int i = 0, left = n; i < weights.Count; i++)
        {
            if (left == 0)
            {
                Array.Clear(taken);
                left = n;
            }
            int best = -1;
            double highest = double.NegativeInfinity;
            for (int row = 0; row < n; row++)
            {
                if (taken[row])
                    continue;
                for (int j = 0; j < m; j++)
                    scores[j] = -objectives[row * m + j];
                double score = weights.Score(i, scores);
                if (score > highest)
                    (best, highest) = (row, score);
            }
            taken[best] = true;
            left--;
            designs.Slice(best * d, d).CopyTo(archive.Designs.AsSpan(i * d));
            archive.Scores[i] = highest;
        }
        return archive;
    }

    /// <summary>Takes a design if its score is above the weight's.</summary>
    /// <returns>Whether it was taken.</returns>
    public bool Offer(int weight, ReadOnlySpan<float> design, double score)
    {
        if (!(score > Scores[weight]))
            return false;
        Scores[weight] = score;
        design.CopyTo(Designs.AsSpan(weight * _dimensions, _dimensions));
        return true;
    }
}
