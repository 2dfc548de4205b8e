using System.Text;
using Assay.Data;
using Assay.Features;
using Assay.Learning;
using Assay.Numerics;
using Assay.Select;
using Assay.Value;

namespace Assay.Evidence;

/// <summary>Ways to select a fifth of a pool of text, each trained on and measured alike.</summary>
internal sealed class QuadSelections
{
    /// <summary>The ways, by name.</summary>
    public static readonly string[] Ways =
    [
        "quad",
        "quad-fine",
        "quad-mlp",
        "top",
        "top-clusters",
        "balanced-random",
        "dsir",
        "random",
    ];

    private const int Bytes = 128;
    private static readonly string[] Domains =
    [
        "reviews",
        "plots",
        "questions",
        "customers",
        "shakespeare",
        "wikipedia",
    ];
    private readonly Trial _trial;
    private readonly byte[][] _pool;
    private readonly bool[] _corrupted;
    private readonly byte[][] _reference,
        _like,
        _balanced;
    private readonly int _keep;
    private readonly Dictionary<bool, float[]> _directions = []; // with and without attention

    public QuadSelections(Trial trial)
    {
        _trial = trial;
        int each = trial.Size(1417, 100),
            held = trial.Size(60, 10);
        List<byte[]> pool = [],
            balanced = [];
        byte[][] reviews = [];
        foreach (string domain in Domains)
        {
            byte[][] rows = Shuffled(domain);
            balanced.AddRange(rows[..held]);
            // Of reviews 200 are kept for the reference and for the rows like it.
            if (domain == "reviews")
                (reviews, rows) = (rows[held..(held + 200)], [.. rows[..held], .. rows[(held + 200)..]]);
            pool.AddRange(rows[held..Math.Min(rows.Length, held + each)]);
        }
        int clean = pool.Count,
            corrupted = clean * 3 / 17; // 15 percent of all
        RandomStream random = trial.Random.Child("corrupted");
        for (int i = 0; i < corrupted; i++)
        {
            byte[] row = pool[random.NextInt32(clean)];
            pool.Add(i % 2 == 0 ? TextDomains.Shuffled(row, random) : Repeated(row, 24 + random.NextInt32(24)));
        }
        int[] order = [.. Enumerable.Range(0, pool.Count)];
        trial.Random.Child("pool").Shuffle(order.AsSpan());
        _pool = [.. order.Select(row => pool[row])];
        _corrupted = [.. order.Select(row => row >= clean)];
        _balanced = [.. balanced];
        byte[][] wikipedia = Shuffled("wikipedia-test");
        _reference = [.. wikipedia[..100], .. reviews[..50]];
        _like = [.. wikipedia[100..300], .. reviews[50..150]];
        _keep = _pool.Length / 5;
    }

    /// <summary>Adds <c>loss/</c>, <c>balanced/</c>, <c>clusters/</c> and <c>corrupted/</c> of each way, and the share of rows that Quad probed.</summary>
    public void Measure(Figures figures)
    {
        (int[][] clusters, Matrix centres) = Clustered();
        _trial.Report("training the proxy", 1, 4);
        ByteModel proxy = ByteModel.New(_trial.Random.Child("proxy"));
        proxy.Train(Random("proxy rows"), _trial.Size(300, 20), cancellation: _trial.Cancellation);
        double[] influence = Influence(proxy, attention: true, [.. Enumerable.Range(0, _pool.Length)]);
        _trial.Report("searching", 2, 4);
        double[] Known(int[] rows) => [.. rows.Select(row => influence[row])];
        ClusterSearchResult quad = Search(clusters, centres, 60, Known),
            fine = Search(clusters, centres, 15, Known),
            feedForward = Search(clusters, centres, 60, rows => Influence(proxy, attention: false, rows));
        figures["probed/quad-fine"] = (double)fine.Probed.Count / _pool.Length;
        figures["probed"] = (double)quad.Probed.Count / _pool.Length;
        figures["paid"] = (double)quad.Paid / _keep;
        Dictionary<string, int[]> selected = new()
        {
            ["quad"] = quad.Rows,
            ["quad-fine"] = fine.Rows,
            ["quad-mlp"] = feedForward.Rows,
            ["top"] = [.. Enumerable.Range(0, _pool.Length).OrderByDescending(row => influence[row]).Take(_keep)],
            ["top-clusters"] =
            [
                .. clusters
                    .Where(cluster => cluster.Length > 0)
                    .OrderByDescending(cluster => cluster.Average(row => influence[row]))
                    .SelectMany(cluster => cluster)
                    .Take(_keep),
            ],
            // Row i of every cluster, then row i + 1.
            ["balanced-random"] =
            [
                .. clusters
                    .SelectMany(cluster => cluster.Select((row, place) => (row, place)))
                    .OrderBy(it => it.place)
                    .Select(it => it.row)
                    .Take(_keep),
            ],
            ["dsir"] = Dsir(),
            ["random"] = [.. Permutation("random")[.._keep]],
        };
        int[] clusterOf = new int[_pool.Length];
        for (int cluster = 0; cluster < clusters.Length; cluster++)
            foreach (int row in clusters[cluster])
                clusterOf[row] = cluster;
        for (int way = 0; way < Ways.Length; way++)
        {
            _trial.Report("training on " + Ways[way], 2 * Ways.Length + 2 * way, 4L * Ways.Length);
            int[] rows = selected[Ways[way]];
            _trial.Random.Child("order").Shuffle(rows.AsSpan());
            ByteModel model = ByteModel.New(_trial.Random.Child("model"));
            model.Train([.. rows.Select(row => _pool[row])], _trial.Size(200, 10), cancellation: _trial.Cancellation);
            figures["loss/" + Ways[way]] = model.Loss(_like, _trial.Cancellation);
            figures["balanced/" + Ways[way]] = model.Loss(_balanced, _trial.Cancellation);
            figures["clusters/" + Ways[way]] = Effective(rows.Select(row => clusterOf[row]));
            figures["corrupted/" + Ways[way]] = rows.Average(row => _corrupted[row] ? 1.0 : 0);
        }
    }

    private ClusterSearchResult Search(int[][] clusters, Matrix centres, int chunk, Func<int[], double[]> influence) =>
        new ClusterSearch
        {
            Budget = _keep,
            PerRound = 4,
            ProbeRows = 5,
            ChunkRows = chunk,
        }.Run(
            clusters,
            ClusterBandit.Of(centres, 0.2),
            (_, _, probes) =>
            {
                double[] all = influence([.. probes.SelectMany(probe => probe)]);
                int at = 0;
                return [.. probes.Select(probe => all[at..(at += probe.Length)])];
            }
        );

    private double[] Influence(ByteModel proxy, bool attention, int[] rows)
    {
        Parameter[] parameters = TextInfluence.LinearLayers(proxy.Model, attention);
        TokenSamples Samples(IEnumerable<byte[]> texts) =>
            new(proxy.Model, [.. texts.Select(text => ByteModel.Tokens(text))]);
        float[] direction = _directions.TryGetValue(attention, out float[]? known)
            ? known
            : _directions[attention] = GradientInfluence.MeanUnitDirection(
                parameters,
                Samples(_reference),
                new Curvature(
                    parameters,
                    Samples(Permutation("curvature")[..150].Select(row => _pool[row])),
                    new(),
                    _trial.Random.Child("labels")
                ).Kronecker(corrected: true, _trial.Cancellation),
                _trial.Cancellation
            );
        return GradientInfluence.Products(
            parameters,
            Samples(rows.Select(row => _pool[row])),
            direction,
            cosine: true,
            _trial.Cancellation
        );
    }

    private (int[][], Matrix) Clustered()
    {
        using Pieces pieces = Pieces.Temporary();
        Work work = _trial.Work("embedding", pieces);
        View view = View(_pool);
        Matrix vectors = RowEmbedding.Fit(new(), work, view).Apply(view, work, "vectors");
        KMeansModel model = new KMeans(new() { Clusters = _trial.Size(40, 10) }).Fit(
            vectors,
            _trial.Random.Child("clusters")
        );
        int[] order = Permutation("clusters' rows");
        return (
            [
                .. Enumerable
                    .Range(0, model.Centres.Rows)
                    .Select(cluster => order.Where(row => model.Labels[row] == cluster).ToArray()),
            ],
            model.Centres
        );
    }

    private int[] Dsir()
    {
        using Pieces pieces = Pieces.Temporary();
        Work work = _trial.Work("dsir", pieces);
        Dictionary<string, View> datasets = new() { ["reference"] = View(_reference) };
        return new Dsir(
            new()
            {
                Target = "reference",
                Keep = Amount.Count(_keep),
                MinTokens = 0,
                Laplace = 1,
            }
        )
            .Select(
                View(_pool),
                new(pieces)
                {
                    Random = work.Random,
                    Threads = work.Threads,
                    Cancellation = work.Cancellation,
                    Datasets = datasets,
                }
            )
            .Kept.Rows;
    }

    private static View View(byte[][] rows) => new(Dataset.OfTexts(rows.Select(row => Encoding.UTF8.GetString(row))));

    private byte[][] Random(string name) => [.. Permutation(name).Select(row => _pool[row])];

    private int[] Permutation(string name)
    {
        int[] order = [.. Enumerable.Range(0, _pool.Length)];
        _trial.Random.Child(name).Shuffle(order.AsSpan());
        return order;
    }

    private byte[][] Shuffled(string domain)
    {
        byte[][] rows = [.. TextDomains.Rows(_trial, domain, Bytes)];
        _trial.Random.Child(domain).Shuffle(rows.AsSpan());
        return rows;
    }

    private static byte[] Repeated(byte[] row, int length) =>
        [.. Enumerable.Range(0, row.Length).Select(i => row[i % length])];

    /// <summary>exp of the entropy over clusters.</summary>
    private static double Effective(IEnumerable<int> clusters)
    {
        double entropy = 0;
        int[] counts = [.. clusters.CountBy(cluster => cluster).Select(pair => pair.Value)];
        double total = counts.Sum();
        foreach (int count in counts)
            entropy -= count / total * Math.Log(count / total);
        return Math.Exp(entropy);
    }
}
