using System.Runtime.InteropServices;
using Assay.Data;
using Assay.Features;
using Assay.Learning;
using Assay.Models;
using Assay.Numerics;
using Assay.Value;

namespace Assay.Select;

/// <summary>Chooses rows that lower a reference's loss and are still diverse: clusters are arms of a bandit, and only a few rows of each are scored.</summary>
/// <remarks>
/// Source: Zhang et al., "Harnessing Diversity for Important Data Selection in Pretraining Large Language Models" (Quad), arXiv
/// 2409.16986. Influence is the mean cosine of a row's gradient with the reference rows' inverse-curvature gradients, over the same
/// layers on both sides; larger is better. The library forms are <see cref="ClusterBandit"/> and <see cref="ClusterSearch"/>.
/// </remarks>
[Method("select/quad", Paper = "quad")]
public sealed class Quad : ISelector, IModelUser
{
    private const int RowsPerCluster = 400,
        MiniBatchAbove = 100_000,
        MiniBatch = 4096;
    private readonly QuadOptions _options;

    /// <summary>Takes the options.</summary>
    /// <exception cref="AssayException">The method is not one that gives every reference row a direction.</exception>
    public Quad(QuadOptions options) =>
        _options = options.Method is InfluenceMethod.EkFac or InfluenceMethod.KFac or InfluenceMethod.Cosine
            ? options
            : throw new AssayException(
                "select/quad takes the curvature of every reference row, which 'method' does not give cheaply",
                hint: "Use ek-fac, k-fac or cosine; for the others run value/influence first and name its signal with 'by: influence'."
            );

    /// <inheritdoc/>
    public ModelRequest? Model =>
        _options.By is null ? new(new() { Model = _options.Model, Epochs = _options.ModelEpochs }) : _options.Request;

    /// <inheritdoc/>
    /// <exception cref="AssayException">There are too few rows, no text, or no such signal.</exception>
    public Selected Select(View view, Work work)
    {
        int rows = view.DistinctRows.Length,
            budget = (int)_options.Keep.Of(rows);
        Verdicts verdicts = new(view, "quad.cluster_not_chosen", "quad.rest_of_cluster");
        if (rows == 0)
            return verdicts.ToSelected();
        (int[][] clusters, Matrix centres) = Clustered(view, work);
        ClusterSearch search = new()
        {
            Budget = budget,
            PerRound = _options.PerRound > 0 ? _options.PerRound : Math.Max(2, clusters.Length / 10),
            ProbeRows = _options.ProbeRows,
            ChunkRows = _options.ChunkRows > 0 ? _options.ChunkRows : Math.Max(1, budget / 80),
            Rounds = _options.Rounds,
            Exploration = _options.Exploration,
            Threshold = _options.Threshold,
        };
        ClusterSearchResult found = search.Run(
            clusters,
            ClusterBandit.Of(centres, _options.Radius),
            _options.By is { } signal ? BySignal(view, signal) : ByInfluence(view, work)
        );
        for (int cluster = 0; cluster < clusters.Length; cluster++)
            foreach (int place in clusters[cluster])
                verdicts.Drop(place, found.Clusters[cluster].Chunks > 0 ? 1 : 0);
        foreach (int place in found.Rows)
            verdicts.Keep(place);
        return verdicts.ToSelected();
    }

    /// <summary>Places among the distinct rows by cluster, each cluster in random order, and the clusters' centres.</summary>
    private (int[][] Clusters, Matrix Centres) Clustered(View view, Work work)
    {
        int rows = view.DistinctRows.Length,
            count = Math.Min(rows, _options.Clusters > 0 ? _options.Clusters : Math.Max(2, rows / RowsPerCluster));
        const string stage = "clusters";
        if (!work.Pieces.Has(stage, 0))
        {
            Matrix vectors = RowEmbedding.Fit(_options, work, view).Apply(view, work, "vectors");
            work.Make(
                stage,
                1,
                (_, stream) =>
                {
                    using Workers.LimitScope limit = Workers.Limit(Math.Min(256, work.Threads));
                    KMeansModel model = new KMeans(
                        new() { Clusters = count, BatchRows = rows > MiniBatchAbove ? MiniBatch : null }
                    ).Fit(vectors, work.Random.Child(stage));
                    stream.Write(MemoryMarshal.AsBytes([model.Centres.Columns]));
                    stream.Write(MemoryMarshal.AsBytes(model.Centres.Values));
                    stream.Write(MemoryMarshal.AsBytes<int>(model.Labels));
                }
            );
        }
        using FileStream file = work.Pieces.Open(stage, 0);
        int[] columns = new int[1],
            labels = new int[rows];
        file.ReadExactly(MemoryMarshal.AsBytes(columns.AsSpan()));
        float[] centres = new float[count * columns[0]];
        file.ReadExactly(MemoryMarshal.AsBytes(centres.AsSpan()));
        file.ReadExactly(MemoryMarshal.AsBytes(labels.AsSpan()));
        int[][] clusters =
        [
            .. Enumerable
                .Range(0, count)
                .GroupJoin(
                    Enumerable.Range(0, rows),
                    cluster => cluster,
                    place => labels[place],
                    (_, own) => own.ToArray()
                ),
        ];
        for (int cluster = 0; cluster < count; cluster++)
            work.Random.Child("order").Child(cluster).Shuffle(clusters[cluster].AsSpan());
        return (clusters, new(centres, columns[0]));
    }

    private static Func<int, int[], int[][], double[][]> BySignal(View view, string name)
    {
        double[] values = view.Signal(name).Values;
        int[] rows = view.DistinctRows.ToArray();
        return (_, _, probes) =>
            [
                .. probes.Select(probe =>
                    probe
                        .Select(place =>
                            double.IsFinite(values[rows[place]])
                                ? values[rows[place]]
                                : throw new AssayException(
                                    $"select/quad: row {rows[place]} has no finite '{name}'",
                                    hint: "Compute the signal for all rows in view, in a step right before this one."
                                )
                        )
                        .ToArray()
                ),
            ];
    }

    private Func<int, int[], int[][], double[][]> ByInfluence(View view, Work work)
    {
        TrainedModel trained = TrainedModel.Open(work);
        ModelSnapshot snapshot = trained.At(trained.Steps[^1]);
        TextInfluence texts = new(
            snapshot.Model,
            TextInfluence.LinearLayers(snapshot.Model, _options.Attention),
            new(snapshot.Context, _options.MostTokens, _options.LeastTokens)
        );
        float[] direction = texts.Kept(work, "direction", () => Direction(texts, view, work));
        int[] rows = view.DistinctRows.ToArray();
        return (round, arms, probes) =>
        {
            string stage = $"round{round}";
            work.Make(
                stage,
                arms.Length,
                (arm, stream) =>
                {
                    using Workers.LimitScope limit = Workers.Limit(1); // arms are what runs in parallel
                    int[] own = [.. probes[arm].Select(place => rows[place])];
                    double[] scores = texts.Score(view, own, direction, InfluenceUnit.Cosine, work.Cancellation);
                    stream.Write(MemoryMarshal.AsBytes<double>(scores));
                },
                arm => probes[arm].Length,
                "rows"
            );
            return
            [
                .. probes.Select(
                    (probe, arm) =>
                    {
                        double[] scores = new double[probe.Length];
                        using FileStream stream = work.Pieces.Open(stage, arm);
                        stream.ReadExactly(MemoryMarshal.AsBytes(scores.AsSpan()));
                        return scores;
                    }
                ),
            ];
        };
    }

    private float[] Direction(TextInfluence texts, View view, Work work)
    {
        View target = work.Dataset(_options.Target);
        TokenSamples reference = texts.Read(target, target.DistinctRows.ToArray(), work.Cancellation);
        if (_options.Method is InfluenceMethod.Cosine)
            return GradientInfluence.MeanUnitDirection(
                texts.Parameters,
                reference,
                gradient => gradient,
                work.Cancellation
            );
        int[] drawn =
        [
            .. RowSizes
                .Ones(view, work)
                .Draw(new(view.DistinctRows.ToArray()), _options.CurvatureRows, work.Random.Child("curvature"))
                .Rows,
        ];
        Curvature curvature = new(
            texts.Parameters,
            texts.Read(view, drawn, work.Cancellation),
            new() { Damping = _options.Damping, Labels = _options.Fisher },
            work.Random
        );
        return GradientInfluence.MeanUnitDirection(
            texts.Parameters,
            reference,
            curvature.Kronecker(_options.Method == InfluenceMethod.EkFac, work.Cancellation),
            work.Cancellation
        );
    }
}
