using Assay.Numerics;

namespace Assay.Learning;

/// <summary>The rows that a tree of a forest learns from.</summary>
/// <param name="Rows">Those in the draw, ascending, each once.</param>
/// <param name="Weights">For every row of the data: its weight times how often it was drawn.</param>
/// <param name="OutOfBag">Rows of positive weight that were not drawn, ascending.</param>
internal sealed record Bootstrap(int[] Rows, double[]? Weights, int[] OutOfBag)
{
    /// <summary>Draws from the rows of positive weight.</summary>
    public static Bootstrap Draw(int rows, double[]? weights, bool replace, RandomStream random)
    {
        int[] candidates = [.. Enumerable.Range(0, rows).Where(i => weights is null || weights[i] > 0)];
        if (!replace)
            return new(candidates, weights, []);
        double[] drawn = new double[rows];
        for (int draw = 0; draw < candidates.Length; draw++)
            drawn[candidates[random.NextInt32(candidates.Length)]]++;
        int[] inBag = [.. candidates.Where(i => drawn[i] > 0)],
            outOfBag = [.. candidates.Where(i => drawn[i] == 0)];
        for (int i = 0; i < rows && weights is not null; i++)
            drawn[i] *= weights[i];
        return new(inBag, drawn, outOfBag);
    }
}
