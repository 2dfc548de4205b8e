using System.ComponentModel.DataAnnotations;

namespace Assay.Value;

/// <summary>What was observed of texts, and under which circumstances.</summary>
public record OutcomeOptions
{
    /// <summary>The column of the outcome: votes, a rating; with <c>trials</c> the number of successes, such as clicks.</summary>
    [Required]
    public string Outcome { get; init; } = "outcome";

    /// <summary>The column of the number of trials, such as impressions; the outcome is then the log-odds of the rate, half a success and half a failure added.</summary>
    public string? Trials { get; init; }

    /// <summary>With trials: whether rows count by the precision of their rate.</summary>
    public bool Weigh { get; init; }

    /// <summary>Columns of numbers that are known to move the outcome beside the text: age of the post, followers. Never what the text itself causes.</summary>
    public IReadOnlyList<string> Context { get; init; } = [];

    /// <summary>Columns whose values are names: author, week, section; at most 4,096 names in all but for the means of one column (<c>fixed-effects</c>).</summary>
    public IReadOnlyList<string> Groups { get; init; } = [];

    /// <summary>Columns of numbers that the instruments move, and through which alone they reach the outcome.</summary>
    public IReadOnlyList<string> Instrumented { get; init; } = [];

    /// <summary>Columns of numbers that move the instrumented ones by chance: at least as many.</summary>
    public IReadOnlyList<string> Instruments { get; init; } = [];

    /// <summary>With instruments: whether the text stands in both stages, which is needed where instruments go with the text.</summary>
    public bool TextInStages { get; init; }

    /// <summary>Penalty of the text's coefficients; by default the one of 0.3, 1, 3, 10, 30 that tells outcomes of other rows best.</summary>
    [Range(0, 1e12)]
    public double? Penalty { get; init; }

    /// <summary>Parts that rows are dealt to, to choose the penalty and to cross-fit.</summary>
    [Range(2, 50)]
    public int Folds { get; init; } = 5;

    /// <summary>In how many places what follows from a number of the context may bend when cross-fitted; 0 for straight lines.</summary>
    [Range(0, 50)]
    public int Bends { get; init; } = 4;
}

/// <summary>Options of <see cref="Deconfound"/>.</summary>
public record DeconfoundOptions : OutcomeOptions
{
    /// <summary>
    /// How the contribution of the context is estimated: <c>joint</c> (with the text beside it), <c>residual</c> (alone), <c>cross-fitted</c>, <c>fixed-effects</c> (means of
    /// groups), <c>instrument</c> or <c>none</c>.
    /// </summary>
    public Learning.Adjustment Mode { get; init; } = Learning.Adjustment.Joint;
}
