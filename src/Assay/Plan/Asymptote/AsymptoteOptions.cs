using System.ComponentModel.DataAnnotations;

namespace Assay.Plan.Asymptote;

/// <summary>Options of <see cref="AsymptotePlan"/>.</summary>
public sealed record AsymptoteOptions
{
    /// <summary>The column of the loss at the end of a run.</summary>
    public string Loss { get; init; } = "loss";

    /// <summary>
    /// Columns that grow without limit, the innermost first: the asymptote over the first is fitted for each value of the others, then the asymptote
    /// of those asymptotes over the second, and so on. Columns that are missing, or have fewer than three values, are left out.
    /// </summary>
    [Required, MinLength(1)]
    public IReadOnlyList<string> By { get; init; } = ["members", "parameters", "tokens"];

    /// <summary>The column that names the recipe of a run; without it all rows are of one recipe.</summary>
    public string Recipe { get; init; } = "recipe";

    /// <summary>
    /// The recipe that others are compared with: how many times more data would it need to reach their losses. It needs losses at three amounts of data
    /// at least.
    /// </summary>
    public string Standard { get; init; } = "standard";

    /// <summary>The column of the amount of data.</summary>
    public string Data { get; init; } = "tokens";

    /// <summary>Resamples of the residuals behind the intervals, 0 to 2000; 0 gives none.</summary>
    [Range(0, 2000)]
    public int Resamples { get; init; } = 200;
}
