using System.ComponentModel.DataAnnotations;

namespace Assay.Judge;

/// <summary>Options of <see cref="Dpfr"/>.</summary>
public sealed record DpfrOptions
{
    /// <summary>The column of the user.</summary>
    public string User { get; init; } = "user";

    /// <summary>The column of the item.</summary>
    public string Item { get; init; } = "item";

    /// <summary>
    /// The column that says what an interaction is for: <c>test</c>, or anything else (<c>train</c>, <c>valid</c>) for what the user knows. Where the rows have no such column,
    /// a fifth of the interactions is drawn for the test, by the seed.
    /// </summary>
    public string Part { get; init; } = "part";

    /// <summary>
    /// Lists to judge, a row for each item of a list, in the order of the list; they need interactions with a part. Without them recommenders are
    /// trained, see <see cref="Models"/>.
    /// </summary>
    [DatasetName]
    public string Lists { get; init; } = "";

    /// <summary>Of lists, the column of the recommender.</summary>
    public string Model { get; init; } = "model";

    /// <summary>Of lists, the column of the score, which re-ranking by scores needs; may be absent.</summary>
    public string Score { get; init; } = "score";

    /// <summary>Length k of the lists that count. Paper: 10.</summary>
    [Range(1, 1000)]
    public int Length { get; init; } = 10;

    /// <summary>Length of the lists that are re-ranked. Paper: 25.</summary>
    [Range(2, 10000)]
    public int Depth { get; init; } = 25;

    /// <summary>The measure of relevance of the frontier that is shown. The authors advise MAP or NDCG.</summary>
    public RelevanceMeasure Relevance { get; init; } = RelevanceMeasure.Map;

    /// <summary>The measure of fairness of the frontier that is shown. The authors advise entropy.</summary>
    public ExposureMeasure Fairness { get; init; } = ExposureMeasure.Entropy;

    /// <summary>Where on the frontier the reference is, as a share of its length from the most relevant point. Paper: 0.5.</summary>
    [Range(0.0, 1.0)]
    public double Alpha { get; init; } = 0.5;

    /// <summary>Points of the frontier between its ends; 0 keeps every step, which takes long with millions of interactions. Paper: 1, 4, 10 for its estimates.</summary>
    [Range(0, 1000000)]
    public int Points { get; init; }

    /// <summary>Whether re-ranked lists are judged too: Borda counts, and CombMNZ and greedy substitution where there are scores.</summary>
    public bool Rerank { get; init; } = true;

    /// <summary>Recommenders to train where there are no lists: popularity, item-knn, bpr, ease.</summary>
    public IReadOnlyList<string> Models { get; init; } = ["popularity", "item-knn", "bpr", "ease"];
}
