using System.ComponentModel.DataAnnotations;
using Assay.Data;
using Assay.Numerics;

namespace Assay.Select;

/// <summary>Options of <see cref="ParetoThreshold"/>.</summary>
public sealed record ParetoThresholdOptions
{
    /// <summary>The signal of scores between 0 and 1, such as <c>quality</c>, computed by an earlier step.</summary>
    [Required]
    public string By { get; init; } = "";

    /// <summary>
    /// The exponent of the Pareto distribution, above 0; the higher, the fewer rows of low score stay. GPT-3's: 9.
    /// </summary>
    [Range(1e-3, 1e3)]
    public double Alpha { get; init; } = 9;
}

/// <summary>Keeps each row with a chance that grows with its score: mostly good rows, and a few others for variety.</summary>
/// <remarks>
/// The rule of GPT-3's data (Brown et al. 2020, appendix A): a row stays if a number of the Pareto distribution, counted from 0,
/// exceeds 1 - score, so with probability (2 - score)^-alpha. The number belongs to the row's id.
/// </remarks>
[Method("select/pareto-threshold", Paper = "data-selection-survey")]
public sealed class ParetoThreshold(ParetoThresholdOptions options) : ISelector
{
    /// <summary>The probability that a row stays: (2 - score)^-alpha, from 2^-alpha at score 0 to 1 at score 1.</summary>
    /// <param name="score">Between 0 and 1.</param>
    /// <param name="alpha">Exponent, above 0.</param>
    public static double KeepProbability(double score, double alpha) => Math.Pow(2 - score, -alpha);

    /// <inheritdoc/>
    /// <exception cref="AssayException">No earlier step computes the signal, or a score is not between 0 and 1.</exception>
    public Selected Select(View view, Work work)
    {
        double[] scores = view.Signal(options.By).Values;
        RandomStream random = work.Random;
        Verdicts verdicts = new(view, "pareto_threshold.not_drawn", "pareto_threshold.no_signal");
        Scan.Tables(
            view,
            work,
            "random numbers",
            (batch, start) =>
            {
                foreach (int row in batch.Rows)
                {
                    double score = scores[row];
                    if (double.IsNaN(score))
                        verdicts.Drop(start, 1);
                    else if (score is < 0 or > 1)
                        throw new AssayException(
                            $"row {row} has {options.By} {score}; select/pareto-threshold expects scores from 0 to 1",
                            hint: "Use a probability, such as 'quality' of value/quality."
                        );
                    else if (random.UniformOf(batch.Id(row).Value) >= KeepProbability(score, options.Alpha))
                        verdicts.Drop(start);
                    start++;
                }
            }
        );
        return verdicts.ToSelected();
    }
}
