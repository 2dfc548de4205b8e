namespace Assay.Judge;

/// <summary>By which rules abilities are told apart.</summary>
public sealed record GrowthRules
{
    /// <summary>The score of all right.</summary>
    public double Full { get; init; } = 1;

    /// <summary>An ability that does not grow beyond so many rows is at a plateau.</summary>
    public double PlateauRows { get; init; } = 64;

    /// <summary>Whether scores are smoothed over sizes before they are judged, as the plots of the paper are.</summary>
    public bool Smooth { get; init; }

    /// <summary>Bootstrap samples of the runs for the intervals of fitted curves.</summary>
    public int Resamples { get; init; } = 200;

    /// <summary>A hundredth of the full score: what does not count as a gain.</summary>
    public double Point => Full / 100;
}
