using System.Text;
using Assay.Data;
using Assay.Features;
using Assay.Learning;
using Assay.Numerics;

namespace Assay.Evidence;

/// <summary>Measures of a training set that are compared with what a model learned from it.</summary>
internal static class SurveyMeasures
{
    private const int PairRows = 200;

    /// <summary>Measures of words, then of vectors; larger is more diverse (those of repetition are turned round).</summary>
    public static readonly string[] Names =
    [
        "distinct-1",
        "distinct-2",
        "word-entropy",
        "mtld",
        "compression",
        "self-repetition",
        "self-bleu",
        "homogenisation",
        "vendi",
        "vendi-2",
        "pairwise-distance",
        "chamfer",
        "cluster-entropy",
        "novelsum",
    ];

    /// <summary>Whether it compares vectors.</summary>
    public static bool IsOfVectors(string name) => SetMeasure.Find(name)!.Need == SetNeed.Vectors;

    /// <summary>The measures of a set.</summary>
    public static IEnumerable<(string Name, double Value)> Of(byte[][] texts, RandomStream random)
    {
        RandomStream own = random.Child("measures");
        byte[][] shuffled = [.. texts];
        own.Child("order").Shuffle<byte[]>(shuffled);
        using Pieces pieces = Pieces.Temporary();
        View view = new(Dataset.OfTexts(shuffled.Select(Encoding.UTF8.GetString)));
        UnitRows vectors = UnitRows.Of(
            RowEmbedding
                .Fit(new() { Embed = EmbeddingKind.Hashed, Dimensions = 256 }, new(pieces), view)
                .Embed(view, CancellationToken.None)
        );
        TextSet set = TextSet.Of([shuffled], [vectors], own)[0],
            pairs = set.Take([.. Enumerable.Range(0, Math.Min(PairRows, shuffled.Length))]);
        foreach (string name in Names)
        {
            SetMeasure measure = SetMeasure.Find(name)!;
            double value = name switch
            {
                "novelsum" => EmbeddingDiversity.NovelSum(vectors, 1, EmbeddingDiversity.Densities(vectors)), // as published
                _ => measure.Of(measure.Need == SetNeed.Pairs ? pairs : set),
            };
            yield return (name, measure.MoreIsDiverse ? value : -value);
        }
    }
}
