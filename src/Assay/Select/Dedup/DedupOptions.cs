using System.ComponentModel.DataAnnotations;

namespace Assay.Select;

/// <summary>What makes two rows duplicates.</summary>
public enum DedupMethod
{
    /// <summary>Their (normalised) texts are identical.</summary>
    Exact,

    /// <summary>Their texts are identical, or their sets of word n-grams are similar.</summary>
    Minhash,
}

/// <summary>Which row of a cluster of duplicates stays.</summary>
public enum DedupKeep
{
    /// <summary>The one that comes first in the dataset.</summary>
    First,

    /// <summary>The one with the most bytes of text; the first of them if several have.</summary>
    Longest,

    /// <summary>The one that <see cref="DedupOptions.By"/> likes best; the first of them if several are equal.</summary>
    BestBySignal,
}

/// <summary>Options of <see cref="Dedup"/>.</summary>
public sealed record DedupOptions
{
    /// <summary>What makes two rows duplicates.</summary>
    public DedupMethod Method { get; init; } = DedupMethod.Minhash;

    /// <summary>
    /// Compare normalised texts: lower-case, numbers as 0, punctuation as space, white space collapsed, diacritics stripped.
    /// Without it texts are compared byte by byte, and words are what stands between white space.
    /// </summary>
    public bool Normalise { get; init; } = true;

    /// <summary>Words in an n-gram; a text with fewer words is one n-gram of them all.</summary>
    [Range(1, 64)]
    public int Ngram { get; init; } = 5;

    /// <summary>
    /// Bands b: rows whose hashes agree in one whole band are candidates. Default 14, or chosen from <see cref="Threshold"/>.
    /// </summary>
    [Range(1, 1000)]
    public int? Bands { get; init; }

    /// <summary>Hashes r in a band. Default 8, or chosen from <see cref="Threshold"/>.</summary>
    [Range(1, 100)]
    public int? Rows { get; init; }

    /// <summary>
    /// Jaccard similarity of n-gram sets from which rows count as duplicates, in (0, 1]. With <see cref="Verify"/> it is
    /// exact (default: the knee of the bands, 0.719 for 14 x 8). If neither bands nor rows are given, it chooses them:
    /// the pair with 96 to 128 hashes whose knee (1/b)^(1/r) is nearest. Otherwise it has no effect.
    /// </summary>
    [Range(0.01, 1)]
    public double? Threshold { get; init; }

    /// <summary>Join candidates only if the true Jaccard similarity of their n-gram sets reaches <see cref="Threshold"/>.</summary>
    public bool Verify { get; init; }

    /// <summary>Which row of a cluster stays.</summary>
    public DedupKeep Keep { get; init; } = DedupKeep.First;

    /// <summary>The signal that <see cref="DedupKeep.BestBySignal"/> compares.</summary>
    public string? By { get; init; }

    /// <summary>The lowest value of <see cref="By"/> is best, not the highest.</summary>
    public bool Lowest { get; init; }

    /// <summary>
    /// Names of other datasets: rows in a cluster with a row of one of these are dropped, all of them (decontamination).
    /// Rows of the other datasets are never dropped.
    /// </summary>
    [DatasetName]
    public IReadOnlyList<string> Against { get; init; } = [];
}
