using Assay.Numerics;

namespace Assay.Learning;

/// <summary>The rounds of gradient boosting, whatever the loss.</summary>
internal static class Boosting
{
    /// <summary>Sets the derivatives of the loss by the score of an output, for every row.</summary>
    /// <param name="scores">Rows x outputs.</param>
    /// <param name="output">The output to differentiate by.</param>
    /// <param name="gradients">First derivatives, times the rows' weights.</param>
    /// <param name="hessians">Second derivatives, times the rows' weights.</param>
    public delegate void Differentiate(double[] scores, int output, double[] gradients, double[] hessians);

    /// <summary>Grows rounds x outputs trees, those of a round together.</summary>
    /// <param name="features">The features.</param>
    /// <param name="weights">The rows' weights, or null; rows of weight 0 are left out.</param>
    /// <param name="start">The score of each output before the first round.</param>
    /// <param name="options">How to grow.</param>
    /// <param name="random">Draws the rows of each round.</param>
    /// <param name="differentiate">The loss.</param>
    public static Tree[] Grow(
        Matrix features,
        double[]? weights,
        double[] start,
        BoostingOptions options,
        RandomStream random,
        Differentiate differentiate
    )
    {
        int outputs = start.Length;
        int[] rows = [.. Enumerable.Range(0, features.Rows).Where(i => weights is null || weights[i] > 0)];
        FeatureBins bins = FeatureBins.Of(
            rows.Length == features.Rows ? features : features.Take(rows),
            options.MaxBins
        );
        if (rows.Length < features.Rows)
        {
            // Without the rows of weight 0, so that they cannot move a bin either.
            Differentiate all = differentiate;
            int[] kept = rows;
            double[] wideScores = new double[features.Rows * outputs],
                wideGradients = new double[features.Rows],
                wideHessians = new double[features.Rows];
            differentiate = (scores, output, gradients, hessians) =>
            {
                for (int i = 0; i < kept.Length; i++)
                    scores.AsSpan(i * outputs, outputs).CopyTo(wideScores.AsSpan(kept[i] * outputs));
                all(wideScores, output, wideGradients, wideHessians);
                for (int i = 0; i < kept.Length; i++)
                    (gradients[i], hessians[i]) = (wideGradients[kept[i]], wideHessians[kept[i]]);
            };
            features = features.Take(rows);
            weights = [.. rows.Select(i => weights![i])];
        }

        int n = features.Rows;
        double[] sums = new double[checked(n * outputs)];
        for (int at = 0; at < sums.Length; at++)
            sums[at] = start[at % outputs];
        Tree[] trees = new Tree[checked(options.Rounds * outputs)];
        double[][] gradients = [.. start.Select(_ => new double[n])],
            hessians = [.. start.Select(_ => new double[n])];
        for (int round = 0; round < options.Rounds; round++)
        {
            int[] drawn = Draw(n, options.Subsample, random.Child(round));
            for (int k = 0; k < outputs; k++)
                differentiate(sums, k, gradients[k], hessians[k]);
            for (int k = 0; k < outputs; k++)
            {
                Tree tree = new HistogramGrower(bins, options, gradients[k], hessians[k], weights).Grow([.. drawn]);
                trees[round * outputs + k] = tree;
                int output = k;
                Tree.AddPredictions([tree], features, 1, sums, outputs, _ => output);
            }
        }
        return trees;
    }

    private static int[] Draw(int rows, double share, RandomStream random)
    {
        int[] all = [.. Enumerable.Range(0, rows)];
        int wanted = Math.Max(1, (int)Math.Round(share * rows));
        if (wanted == rows)
            return all;
        for (int i = 0; i < wanted; i++)
        {
            int other = i + random.NextInt32(rows - i);
            (all[i], all[other]) = (all[other], all[i]);
        }
        int[] drawn = all[..wanted];
        Array.Sort(drawn);
        return drawn;
    }
}
