using System.ComponentModel.DataAnnotations;
using Assay.Data;
using Assay.Value;

namespace Assay.Select;

/// <summary>Options of <see cref="Dsir"/>.</summary>
public sealed record DsirSelectionOptions : DsirOptions
{
    /// <summary>How much stays: a share of what is in view or a count, in rows or bytes as <see cref="Budget"/> says.</summary>
    [Required]
    public Amount Keep { get; init; }

    /// <summary>What <see cref="Keep"/> counts.</summary>
    public Budget Budget { get; init; } = Budget.Rows;

    /// <summary>What log-weights are divided by before rows are drawn. Paper: 1. 0 takes the rows of the highest weights.</summary>
    [Range(0, double.MaxValue)]
    public double Temperature { get; init; } = 1;
}

/// <summary>
/// Draws rows so that together they resemble a target dataset: importance resampling by hashed n-grams, without replacement.
/// </summary>
/// <remarks>
/// Source: "Data Selection for Language Models via Importance Resampling", arXiv 2302.03169. The same as <c>value/dsir</c>
/// and <c>select/top: { by: dsir, temperature: 1 }</c>, in one step.
/// </remarks>
[Method("select/dsir", Paper = "data-selection-survey")]
public sealed class Dsir(DsirSelectionOptions options) : ISelector
{
    /// <inheritdoc/>
    /// <exception cref="AssayException">The target has no text.</exception>
    public Selected Select(View view, Work work)
    {
        IReadOnlyList<Signal> signals = new DsirWeight(options).Value(view, work);
        TopOptions top = new()
        {
            By = signals[0].Name,
            Keep = options.Keep,
            Budget = options.Budget,
            Temperature = options.Temperature,
        };
        Selected selected = new Top(top).Select(view.With(signals: signals), work);
        string[] reasons =
        [
            .. selected.Drops.Reasons.Select(reason => reason == Top.NoSignal ? "dsir.too_short" : "dsir.not_drawn"),
        ];
        return selected with { Drops = selected.Drops with { Reasons = reasons } };
    }
}
