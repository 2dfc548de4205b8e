using System.Numerics.Tensors;
using Assay.Learning;

namespace Assay.Select;

/// <summary>Clusters as arms of a bandit: a probe of one credits its neighbours too, and clusters that are good or rarely tried come next.</summary>
/// <remarks>
/// Source: Quad, arXiv 2409.16986, and its released <c>Quad-data_selection.py</c>: the sum of credits R, their number N, CS = R / N +
/// alpha sqrt(2 ln(total) / (N + 1)), a neighbour at distance d below the radius r credited with 1 - d / r of the reward.
/// </remarks>
public sealed class ClusterBandit
{
    private readonly (int Cluster, double Share)[][] _neighbours;

    private ClusterBandit((int, double)[][] neighbours)
    {
        _neighbours = neighbours;
        Rewards = new double[neighbours.Length];
        Credits = new int[neighbours.Length];
        Probes = new int[neighbours.Length];
        Wins = new int[neighbours.Length];
    }

    /// <summary>Number of clusters.</summary>
    public int Clusters => _neighbours.Length;

    /// <summary>The sum of what each cluster was credited with (R).</summary>
    public double[] Rewards { get; }

    /// <summary>How often each was credited, by a probe of itself or of a neighbour (N).</summary>
    public int[] Credits { get; }

    /// <summary>How often each was probed (S).</summary>
    public int[] Probes { get; }

    /// <summary>Probes of each that came out above 0: chunks to take of it (F).</summary>
    public int[] Wins { get; }

    /// <summary>All credits.</summary>
    public long Total { get; private set; }

    /// <summary>Arms with given distances.</summary>
    /// <param name="distances">[clusters, clusters], not negative.</param>
    /// <param name="radius">How far credit reaches, exclusive; 0 for not at all. A cluster itself gets all of it.</param>
    /// <exception cref="ArgumentException">The matrix is not square.</exception>
    public static ClusterBandit Of(double[,] distances, double radius)
    {
        int clusters = distances.GetLength(0);
        if (distances.GetLength(1) != clusters)
            throw new ArgumentException("Distances are a square matrix.", nameof(distances));
        return Of(clusters, radius, (i, j) => distances[i, j]);
    }

    /// <summary>Arms whose distance is one minus the cosine of their centres.</summary>
    /// <param name="centres">One row a cluster.</param>
    /// <param name="radius">How far credit reaches, exclusive.</param>
    public static ClusterBandit Of(Matrix centres, double radius)
    {
        double[] lengths =
        [
            .. Enumerable.Range(0, centres.Rows).Select(i => (double)TensorPrimitives.Norm(centres.Row(i))),
        ];
        return Of(
            centres.Rows,
            radius,
            (i, j) =>
            {
                double scale = lengths[i] * lengths[j];
                return scale > 0 ? 1 - TensorPrimitives.Dot(centres.Row(i), centres.Row(j)) / scale : 1;
            }
        );
    }

    private static ClusterBandit Of(int clusters, double radius, Func<int, int, double> distance)
    {
        (int, double)[][] neighbours = new (int, double)[clusters][];
        Numerics.Workers.For(
            clusters,
            i =>
            {
                List<(int, double)> own = [(i, 1)];
                for (int j = 0; j < clusters && radius > 0; j++)
                    if (j != i && distance(i, j) is var far && far < radius)
                        own.Add((j, Math.Min(1, 1 - far / radius)));
                neighbours[i] = [.. own];
            }
        );
        return new(neighbours);
    }

    /// <summary>Takes in what a probe of a cluster came to.</summary>
    /// <param name="cluster">The cluster.</param>
    /// <param name="reward">Its mean influence, less the threshold: above 0 it pays to take a chunk.</param>
    public void Observe(int cluster, double reward)
    {
        Probes[cluster]++;
        if (reward > 0)
            Wins[cluster]++;
        foreach ((int neighbour, double share) in _neighbours[cluster])
        {
            Total++;
            Rewards[neighbour] += reward * share;
            Credits[neighbour]++;
        }
    }

    /// <summary>The upper-confidence score of a cluster (CS); 0 of all before the first probe.</summary>
    /// <param name="cluster">The cluster.</param>
    /// <param name="exploration">What rarely tried clusters are favoured by (alpha), on the scale of rewards.</param>
    public double Score(int cluster, double exploration)
    {
        double mean = Credits[cluster] > 0 ? Rewards[cluster] / Credits[cluster] : 0;
        return mean + exploration * Math.Sqrt(2 * Math.Log(Math.Max(1, Total)) / (Credits[cluster] + 1));
    }
}
