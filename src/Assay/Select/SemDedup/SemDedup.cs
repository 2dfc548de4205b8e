using System.Globalization;
using System.Runtime.InteropServices;
using Assay.Data;
using Assay.Features;
using Assay.Learning;
using Assay.Models;
using Assay.Numerics;

namespace Assay.Select;

/// <summary>Drops rows that say nearly the same as others: those with a large cosine to a row that comes before them in their cluster.</summary>
/// <remarks>
/// <para>Source: Abbas et al., "SemDeDup: Data-efficient learning at web-scale through semantic deduplication", arXiv 2303.09540. Vectors
/// of length 1 are clustered by spherical k-means; in a cluster rows are ordered by their similarity to its centre, and row j goes
/// if its largest cosine to a row before it is above 1 - epsilon. Rows that have gone still drop others, so that of a chain of
/// near duplicates only the first stays.</para>
/// <para>Reasons of drops: <c>semdedup.within_0.05</c> (epsilon), and with a half, a quarter and an eighth of it for those that would go
/// there too.</para>
/// <code>
/// SemanticDuplicates found = SemDedup.Find(vectors, clusters: 100, SemDedupKeep.Hard, random);
/// bool[] goes = [.. found.Similarity.Select(cosine => cosine > 1 - epsilon)];
/// </code>
/// </remarks>
[Method("select/semdedup", Paper = "data-selection-survey")]
public sealed class SemDedup(SemDedupOptions options) : ISelector, IModelUser
{
    private const string Stage = "similarities";
    private const int RowsPerCluster = 1000,
        Bands = 4,
        Iterations = 100,
        LeastPerCluster = 40;

    /// <inheritdoc/>
    public ModelRequest? Model => options.Request;

    /// <inheritdoc/>
    /// <exception cref="AssayException">There are no rows or no text, or a column is missing.</exception>
    public Selected Select(View view, Work work)
    {
        int rows = view.DistinctRows.Length;
        if (rows == 0)
            return new(view.Selection, Drops.None, view.Edits);
        Matrix vectors = RowEmbedding.OfUnitLength(RowEmbedding.Fit(options, work, view).Apply(view, work, "rows"));
        work.Make(
            Stage,
            1,
            (_, stream) =>
            {
                using Workers.LimitScope limit = Workers.Limit(Math.Min(256, work.Threads));
                int clusters = options.Clusters > 0 ? options.Clusters : (rows + RowsPerCluster - 1) / RowsPerCluster;
                SemanticDuplicates found = Find(
                    vectors,
                    Math.Min(clusters, rows),
                    options.Keep,
                    work.Random,
                    options.ClusterRows,
                    work.Cancellation
                );
                stream.Write(MemoryMarshal.AsBytes<double>(found.Similarity));
                stream.Write(MemoryMarshal.AsBytes<int>(found.To));
            },
            unit: "clusterings"
        );
        double[] similarity = new double[rows];
        int[] to = new int[rows];
        using (FileStream stream = work.Pieces.Open(Stage, 0))
        {
            stream.ReadExactly(MemoryMarshal.AsBytes(similarity.AsSpan()));
            stream.ReadExactly(MemoryMarshal.AsBytes(to.AsSpan()));
        }
        return Drop(view, new(similarity, to));
    }

    /// <summary>The largest cosine of each row to a row before it in its cluster.</summary>
    /// <param name="rows">Finite rows; only their directions count.</param>
    /// <param name="clusters">Clusters, from 1 to the number of rows.</param>
    /// <param name="keep">The order within a cluster.</param>
    /// <param name="random">Draws first centres, sampled rows and random orders.</param>
    /// <param name="clusterRows">Rows that clusters are learned from, at most.</param>
    /// <param name="cancellation">Asks to stop.</param>
    /// <exception cref="ArgumentException">There are fewer rows than clusters, or a number is not finite.</exception>
    public static SemanticDuplicates Find(
        Matrix rows,
        int clusters,
        SemDedupKeep keep,
        RandomStream random,
        int clusterRows = 100_000,
        CancellationToken cancellation = default
    )
    {
        Matrix unit = RowEmbedding.OfUnitLength(rows);
        int sampled = (int)Math.Min(rows.Rows, Math.Max(clusterRows, (long)LeastPerCluster * clusters));
        KMeansModel model = new KMeans(
            new()
            {
                Clusters = clusters,
                Spherical = true,
                MaxIterations = Iterations,
            }
        ).Fit(Sample(unit, sampled, random.Child("sample")), random.Child("clusters"));
        cancellation.ThrowIfCancellationRequested();
        int[][] members = Members(model.Assign(unit), clusters);
        double[] similarity = new double[rows.Rows];
        int[] to = new int[rows.Rows];
        RandomStream keys = random.Child("order");
        Workers.For(
            clusters,
            cluster =>
            {
                int[] own = members[cluster];
                ReadOnlySpan<float> centre = model.Centres.Row(cluster);
                double[] order = new double[own.Length];
                for (int i = 0; i < own.Length; i++)
                    order[i] = keep switch
                    {
                        SemDedupKeep.Random => keys.UniformOf((UInt128)own[i]),
                        SemDedupKeep.Easy => -Cosine(unit.Row(own[i]), centre),
                        _ => Cosine(unit.Row(own[i]), centre),
                    };
                int[] places = [.. Enumerable.Range(0, own.Length).OrderBy(i => order[i])]; // stable: equal ones by row
                new ClusterScan(unit, [.. places.Select(i => own[i])], similarity, to).Run(cancellation);
            }
        );
        return new(similarity, to);
    }

    internal static double Cosine(ReadOnlySpan<float> a, ReadOnlySpan<float> b)
    {
        double product = 0,
            aa = 0,
            bb = 0;
        for (int c = 0; c < a.Length; c++)
        {
            product += (double)a[c] * b[c];
            aa += (double)a[c] * a[c];
            bb += (double)b[c] * b[c];
        }
        return aa * bb > 0 ? Math.Clamp(product / Math.Sqrt(aa * bb), -1, 1) : 0;
    }

    private static Matrix Sample(Matrix rows, int count, RandomStream random)
    {
        if (count == rows.Rows)
            return rows;
        int[] drawn = [.. Enumerable.Range(0, rows.Rows)];
        Array.Sort(Array.ConvertAll(drawn, row => random.BitsOf((UInt128)row)), drawn);
        return rows.Take([.. drawn.Take(count).Order()]);
    }

    private static int[][] Members(int[] labels, int clusters)
    {
        List<int>[] members = [.. Enumerable.Range(0, clusters).Select(_ => new List<int>())];
        for (int row = 0; row < labels.Length; row++)
            members[labels[row]].Add(row);
        return [.. members.Select(list => list.ToArray())];
    }

    private Selected Drop(View view, SemanticDuplicates found)
    {
        ReadOnlySpan<int> rows = view.DistinctRows;
        double[] limits = [.. Enumerable.Range(0, Bands).Select(band => options.Epsilon / (1 << (Bands - 1 - band)))];
        int[] counts = new int[Bands];
        List<int> dropped = [],
            lostTo = [];
        List<int> bandOf = [];
        HashSet<int> gone = [];
        for (int i = 0; i < rows.Length; i++)
        {
            int band = Array.FindIndex(limits, limit => found.Similarity[i] > 1 - limit);
            if (band < 0)
                continue;
            dropped.Add(rows[i]);
            bandOf.Add(band);
            counts[band]++;
            gone.Add(rows[i]);
            int kept = i;
            while (found.Similarity[kept] > 1 - options.Epsilon)
                kept = found.To[kept];
            lostTo.Add(rows[kept]);
        }
        int[] used = [.. Enumerable.Range(0, Bands).Where(band => counts[band] > 0)];
        return new(
            view.Selection.Where(row => !gone.Contains(row)),
            new(
                [
                    .. used.Select(band =>
                        "semdedup.within_" + limits[band].ToString("G4", CultureInfo.InvariantCulture)
                    ),
                ],
                [.. dropped],
                [.. bandOf.Select(band => (ushort)Array.IndexOf(used, band))],
                [.. lostTo]
            ),
            view.Edits
        );
    }
}

/// <summary>How similar each row is to those before it.</summary>
/// <param name="Similarity">The largest cosine of a row to one before it in its cluster; -1 for the first.</param>
/// <param name="To">The row that it is to; itself for the first.</param>
public sealed record SemanticDuplicates(double[] Similarity, int[] To);
