using Assay.Numerics;

namespace Assay.Describe;

/// <summary>How group labels were obtained.</summary>
public enum LabelOrigin
{
    /// <summary>People said it of themselves: 1.00.</summary>
    SelfReported,

    /// <summary>A classifier guessed it: 0.67.</summary>
    Classifier,

    /// <summary>Annotators went by what they saw: 0.33.</summary>
    Apparent,
}

/// <summary>What evenness is measured against.</summary>
public enum EvennessBase
{
    /// <summary>The subgroups that occur; that some are absent shows in inclusivity alone.</summary>
    Present,

    /// <summary>The predefined subgroups.</summary>
    Predefined,
}

/// <summary>The fairness score F: which groups are there, how evenly, and how the labels were obtained.</summary>
/// <remarks>
/// Source: "On Responsible Machine Learning Datasets", arXiv 2310.15848: inclusivity <c>r_i</c> and diversity <c>v_i</c> of each axis and the labels' term <c>l</c>,
/// F = sum of r_i v_i, plus l. [inferred]: the formulas were reconstructed, not read in the article.
/// </remarks>
public sealed record Fairness
{
    /// <summary>The axes, those without labels included.</summary>
    public required IReadOnlyList<AxisScore> Axes { get; init; }

    /// <summary>How labels were obtained; empty where nobody knows.</summary>
    public required IReadOnlyList<LabelOrigin> Origins { get; init; }

    /// <summary>The labels' term l: the mean over how they were obtained, 0 where it is unknown or there are no labels.</summary>
    public required double Labels { get; init; }

    /// <summary>F.</summary>
    public double Score => Axes.Sum(axis => axis.Score) + Labels;

    /// <summary>The largest F: one for each axis and one for the labels.</summary>
    public double Most => Axes.Count + 1;

    /// <summary>The score of counts.</summary>
    /// <param name="counts">The axes that have labels.</param>
    /// <param name="expected">The axes that a dataset should have; those without counts earn nothing.</param>
    /// <param name="origins">How labels were obtained.</param>
    /// <param name="evenness">What evenness is measured against.</param>
    public static Fairness Of(
        IReadOnlyList<AxisCounts> counts,
        IReadOnlyList<string> expected,
        IReadOnlyList<LabelOrigin> origins,
        EvennessBase evenness = EvennessBase.Present
    )
    {
        IEnumerable<AxisCounts> absent = expected
            .Except(counts.Select(axis => axis.Axis))
            .Select(axis => new AxisCounts(axis, "", []));
        return new()
        {
            Axes = [.. counts.Concat(absent).Select(axis => AxisScore.Of(axis, evenness))],
            Origins = [.. origins.Distinct()],
            Labels =
                counts.All(axis => axis.Counts.Count == 0) || origins.Count == 0
                    ? 0
                    : origins
                        .Distinct()
                        .Average(origin =>
                            origin switch
                            {
                                LabelOrigin.SelfReported => 1.00,
                                LabelOrigin.Classifier => 0.67,
                                _ => 0.33,
                            }
                        ),
        };
    }
}

/// <summary>An axis of <see cref="Fairness"/>, and what else is said of its counts.</summary>
/// <param name="Counts">The counts.</param>
public sealed record AxisScore(AxisCounts Counts)
{
    /// <summary>Subgroups that occur.</summary>
    public int Present => Counts.Counts.Count;

    /// <summary>Subgroups that it is held against.</summary>
    public int Predefined => Counts.Predefined ?? Present;

    /// <summary>Inclusivity r: the share of predefined subgroups that occur, at most 1.</summary>
    public double Inclusivity => Present == 0 ? 0 : Math.Min(1, Present / (double)Predefined);

    /// <summary>Diversity v: Shannon's evenness, 0 to 1.</summary>
    public required double Evenness { get; init; }

    /// <summary>What the axis adds to F.</summary>
    public double Score => Inclusivity * Evenness;

    /// <summary>The largest count over the smallest; 1 is even.</summary>
    public double Imbalance => Present == 0 ? double.NaN : Counts.Counts[0].Value / (double)Counts.Counts[^1].Value;

    /// <summary>Simpson's index: the probability that two rows, drawn with replacement, are of different subgroups.</summary>
    public double Simpson => Present == 0 ? double.NaN : 1 - Shares.Sum(share => share * share);

    /// <summary>Kullback-Leibler divergence from the reference population, or from even shares where there is none; in nats.</summary>
    public double Divergence =>
        Present == 0
            ? double.NaN
            : Math.Max(
                0,
                Shares
                    .Zip(Counts.Reference ?? [.. Shares.Select(_ => 1.0 / Present)], (p, q) => p * Math.Log(p / q))
                    .Sum()
            );

    private IEnumerable<double> Shares
    {
        get
        {
            double all = Counts.Counts.Sum(one => one.Value);
            return Counts.Counts.Select(one => one.Value / all);
        }
    }

    /// <summary>The score of an axis.</summary>
    public static AxisScore Of(AxisCounts counts, EvennessBase evenness = EvennessBase.Present)
    {
        AxisScore score = new(counts) { Evenness = 0 };
        int groups = evenness == EvennessBase.Present ? score.Present : Math.Max(score.Predefined, score.Present);
        return score.Present < 2
            ? score
            : score with
            {
                Evenness = Math.Min(1, -score.Shares.Sum(share => share * Math.Log(share)) / Math.Log(groups)),
            };
    }
}
