namespace Assay.Judge;

/// <summary>How evenly items are shown, each measure scaled so that its ends can be reached with this number of users, items and places.</summary>
/// <param name="Jain">Jain's index: 0 where all users get the same items, 1 where counts differ by at most one. More is better.</param>
/// <param name="Qualification">QF: the share of items that are shown at all. More is better.</param>
/// <param name="Entropy">Ent: entropy of the shares of places, base n. More is better.</param>
/// <param name="Satisfaction">FSat: the share of items that are shown as often as an even share, rounded down. More is better.</param>
/// <param name="Gini">Gini coefficient of the counts: 1 where all users get the same items, 0 where counts differ by at most one. Less is better.</param>
public sealed record ExposureScores(double Jain, double Qualification, double Entropy, double Satisfaction, double Gini)
{
    /// <summary>One of them.</summary>
    public double this[ExposureMeasure measure] =>
        measure switch
        {
            ExposureMeasure.Jain => Jain,
            ExposureMeasure.Entropy => Entropy,
            _ => Gini,
        };

    /// <summary>Those of lists.</summary>
    /// <param name="test">Users and items.</param>
    /// <param name="lists">A list for each user, of which the first k items count.</param>
    public static ExposureScores Of(RecommendationTest test, IReadOnlyList<int[]> lists)
    {
        test.Check(lists);
        return new ExposureCounts(test, lists).Scores();
    }
}

/// <summary>Measures of fairness to items that a frontier can be made of; the others are step functions.</summary>
public enum ExposureMeasure
{
    /// <summary>Jain's index; more is better.</summary>
    Jain,

    /// <summary>Entropy; more is better.</summary>
    Entropy,

    /// <summary>Gini coefficient; less is better.</summary>
    Gini,
}
