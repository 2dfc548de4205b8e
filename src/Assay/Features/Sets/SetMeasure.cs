using Assay.Learning;

namespace Assay.Features;

/// <summary>What a measure of a set of texts compares.</summary>
internal enum SetNeed
{
    /// <summary>Words of texts.</summary>
    Words,

    /// <summary>Every text with every other, word by word: for a few hundred texts.</summary>
    Pairs,

    /// <summary>Vectors of texts.</summary>
    Vectors,
}

/// <summary>One way to say how diverse a set of texts is: the one table of them, for descriptions of datasets and as objectives of a frontier.</summary>
/// <param name="Name">As a recipe writes it: <c>self-bleu</c>.</param>
/// <param name="Unit">Of its values: <c>share</c>, <c>rows</c>, <c>nats</c> ...; may be empty.</param>
/// <param name="MoreIsDiverse">Whether a larger value means more diversity.</param>
/// <param name="Need">What it compares.</param>
/// <param name="About">What it is, in a few words.</param>
/// <param name="Of">Measures.</param>
internal sealed record SetMeasure(
    string Name,
    string Unit,
    bool MoreIsDiverse,
    SetNeed Need,
    string About,
    Func<TextSet, double> Of
)
{
    private const int Neighbours = 5,
        MostClusters = 100,
        RowsPerCluster = 10;

    /// <summary>Rows and columns beyond which only the leading eigenvalues are found.</summary>
    public const int ExactEigenvalues = 1024;

    /// <summary>Whether it looks at how large the vocabulary of all compared sets is, so that it says nothing of a set alone.</summary>
    public bool IsRelative { get; init; }

    /// <summary>All measures, in reading order.</summary>
    public static IReadOnlyList<SetMeasure> All { get; } =
    [
        .. Enumerable
            .Range(1, 5)
            .Select(n =>
                Words(
                    $"distinct-{n}",
                    "share",
                    n == 1 ? "different words over all words" : $"different sequences of {n} words over all",
                    set => Distinct(set, n)
                )
            ),
        Words(
            "adjusted-distinct",
            "",
            "different words over those expected of as many draws from the common vocabulary",
            set => LexicalDiversity.ExpectationAdjustedDistinct(set.Words, Math.Max(1, set.Vocabulary))
        ) with
        {
            IsRelative = true,
        },
        Words(
            "n-gram-diversity",
            "",
            "sum of distinct shares for n = 1 to 4, texts one after the other",
            set => LexicalDiversity.NGramDiversity(set.Words)
        ),
        Words("word-entropy", "nats", "entropy of the shares of words", set => LexicalDiversity.WordEntropy(set.Words)),
        Words("mtld", "words", "words until a third of them are repeats; hardly depends on length", Mtld),
        Words("hd-d", "share", "different words expected in 42 of all", set => LexicalDiversity.Hdd(Joined(set))),
        Words("unique", "share", "different texts over all texts", Unique),
        Words("diversity", "share", "mean distance of two texts as bags of words", Spread),
        Words(
            "compression",
            "",
            "bytes over bytes after gzip",
            set => LexicalDiversity.CompressionRatio(set.Texts),
            more: false
        ),
        Words(
            "self-repetition",
            "nats",
            "ln(1 + how often its sequences of 4 words stand in other texts)",
            set => LexicalDiversity.SelfRepetition(set.Words),
            more: false
        ),
        Words(
            "self-bleu",
            "share",
            "BLEU of a text against all others",
            set => LexicalDiversity.SelfBleu(set.Words),
            more: false
        ),
        new(
            "homogenisation",
            "share",
            false,
            SetNeed.Pairs,
            "ROUGE-L of two texts",
            set => LexicalDiversity.Homogenisation(set.Words)
        ),
        Vectors("vendi", "rows", "effective number of different rows", set => Vendi(set, 1)),
        Vectors("vendi-0.5", "rows", "the same, rare kinds counting more", set => Vendi(set, 0.5)),
        Vectors("vendi-2", "rows", "the same, frequent kinds counting more", set => Vendi(set, 2)),
        Vectors(
            "vendi-inf",
            "rows",
            "the same of the most frequent kind alone",
            set => Vendi(set, double.PositiveInfinity)
        ),
        Vectors(
            "pairwise-distance",
            "",
            "mean of 1 - cosine over pairs",
            set => EmbeddingDiversity.MeanDistance(set.Vectors!)
        ),
        Vectors(
            "intdiv",
            "",
            "the same with pairs of a row and itself",
            set => EmbeddingDiversity.InternalDiversity(set.Vectors!)
        ),
        Vectors(
            "chamfer",
            "",
            "mean distance to the nearest other row",
            set => EmbeddingDiversity.Chamfer(set.Vectors!)
        ),
        Vectors(
            $"knn-{Neighbours}",
            "",
            $"mean distance to the {Neighbours}th nearest other row",
            set => EmbeddingDiversity.NeighbourDistance(set.Vectors!, Neighbours)
        ),
        Vectors(
            "radius",
            "",
            "geometric mean of the deviations of dimensions",
            set => EmbeddingDiversity.Radius(set.Vectors!)
        ),
        Vectors("log-det", "nats", "ln det(cosines + 1e-6): the volume that rows span", LogDeterminant),
        Vectors(
            "cluster-entropy",
            "bits",
            "entropy of the shares of k-means clusters",
            set => Learning.Spread.Entropy(Clusters(set)) / Math.Log(2)
        ),
        // Without densities: by the official formula a row is weighed by its own, so that repeated rows would count most.
        Vectors(
            "novelsum",
            "",
            "distances to all other rows, near ones counting most",
            set => EmbeddingDiversity.NovelSum(set.Vectors!)
        ),
    ];

    /// <summary>The measure of that name, or null.</summary>
    public static SetMeasure? Find(string name) => All.FirstOrDefault(measure => measure.Name == name);

    private static SetMeasure Words(
        string name,
        string unit,
        string about,
        Func<TextSet, double> of,
        bool more = true
    ) => new(name, unit, more, SetNeed.Words, about, of);

    private static SetMeasure Vectors(string name, string unit, string about, Func<TextSet, double> of) =>
        new(name, unit, true, SetNeed.Vectors, about, of);

    private static double Distinct(TextSet set, int n)
    {
        DistinctNGrams grams = new(n);
        foreach (byte[] text in set.Texts)
            grams.Add(text);
        return grams.Share;
    }

    private static double Spread(TextSet set)
    {
        RowSpread spread = new();
        foreach (byte[] text in set.Texts)
            spread.Add(text);
        return spread.MeanDistance;
    }

    private static double Unique(TextSet set) =>
        set.Texts.Length == 0
            ? 0
            : set.Texts.Select(text => System.IO.Hashing.XxHash128.HashToUInt128(text)).Distinct().Count()
                / (double)set.Texts.Length;

    private static int[] Joined(TextSet set) => [.. set.Words.SelectMany(text => text)];

    private static double Mtld(TextSet set) => LexicalDiversity.Mtld(Joined(set));

    private static bool IsLarge(UnitRows rows) => Math.Min(rows.Rows, rows.Columns) > ExactEigenvalues;

    private static double Vendi(TextSet set, double order)
    {
        if (!IsLarge(set.Vectors!))
            return VendiScore.Of(set.Spectrum, order);
        (double low, double high) = VendiBounds(set, order)!.Value;
        return (low + high) / 2;
    }

    /// <summary>What the Vendi score lies between where not all eigenvalues are found; null where it is exact.</summary>
    public static (double Low, double High)? VendiBounds(TextSet set, double order) =>
        IsLarge(set.Vectors!)
            ? VendiScore.Bounds(set.Vectors!, ExactEigenvalues / 4, order, set.Random.Child("directions"))
            : null;

    // Needs all eigenvalues: NaN where there are too many.
    private static double LogDeterminant(TextSet set) =>
        IsLarge(set.Vectors!) ? double.NaN : EmbeddingDiversity.LogDeterminant(set.Spectrum, set.Vectors!.Rows);

    private static long[] Clusters(TextSet set)
    {
        int clusters = Math.Clamp(set.Vectors!.Rows / RowsPerCluster, 1, MostClusters);
        KMeansModel model = new KMeans(
            new()
            {
                Clusters = clusters,
                Spherical = true,
                MaxIterations = 30,
            }
        ).Fit(set.Vectors.ToMatrix(), set.Random.Child("clusters"));
        return Learning.Spread.Counts(model.Labels, clusters);
    }
}
