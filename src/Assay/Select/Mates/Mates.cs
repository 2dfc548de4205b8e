using System.ComponentModel.DataAnnotations;
using Assay.Data;
using Assay.Models;
using Assay.Numerics;
using Assay.Value;

namespace Assay.Select;

/// <summary>How rows are drawn by what is predicted of them.</summary>
public enum GumbelRule
{
    /// <summary>Without replacement, each next row with a probability proportional to exp(value / temperature).</summary>
    Textbook,

    /// <summary>As the released selection script has it: the k smallest of -value / temperature + Gumbel noise, which is another distribution.</summary>
    Released,
}

/// <summary>Options of <see cref="Mates"/>.</summary>
public sealed record MatesOptions : ProbeOptions
{
    /// <summary>How much stays: a share of the rows in view, or a count. A fifth in the paper.</summary>
    public Amount Keep { get; init; } = Amount.Share(0.2);

    /// <summary>Temperature of the draw, in standard deviations of the predicted values; 0 takes the very top.</summary>
    [Range(0.0, 1e6)]
    public double Temperature { get; init; } = 0.5;

    /// <summary>How rows are drawn: the <c>textbook</c> rule, or the one of the <c>released</c> script.</summary>
    public GumbelRule Rule { get; init; } = GumbelRule.Textbook;
}

/// <summary>Keeps rows that a model, trained on the rows in view or a part of them, would learn most from: one stage of MATES.</summary>
/// <remarks>
/// Source: arXiv 2406.06046. What <c>value/probe</c> predicts is what rows are drawn by. Training between stages is the library's
/// <see cref="StagedTraining"/>. The noise belongs to the row's id: keeping more only adds rows.
/// </remarks>
[Method("select/mates", Paper = "mates")]
public sealed class Mates(MatesOptions options) : ISelector, IModelUser
{
    /// <inheritdoc/>
    public ModelRequest? Model => options.Request;

    /// <inheritdoc/>
    /// <exception cref="AssayException">The target has no rows.</exception>
    public Selected Select(View view, Work work)
    {
        double[] values = new Probe(options).Value(view, work)[0].Values;
        double[] predicted = new double[view.DistinctRows.Length],
            noise = new double[predicted.Length];
        RandomStream random = work.Random.Child("gumbel");
        Scan.Tables(
            view,
            work,
            "random numbers",
            (batch, start) =>
            {
                foreach (int row in batch.Rows)
                {
                    predicted[start] = values[row];
                    noise[start++] = GumbelTopK.Noise(random.UniformOf(batch.Id(row).Value));
                }
            }
        );
        Verdicts verdicts = new(view, "mates.not_drawn");
        verdicts.DropAll();
        int count = (int)options.Keep.Of(predicted.Length);
        foreach (int position in Draw(predicted, count, noise, options.Temperature, options.Rule))
            verdicts.Keep(position);
        return verdicts.ToSelected();
    }

    /// <summary>Draws rows by their values.</summary>
    /// <param name="values">Values, of which high is good: minus the loss that MATES predicts.</param>
    /// <param name="count">How many to draw; all, if there are fewer.</param>
    /// <param name="noise">A standard Gumbel number a row (<see cref="GumbelTopK.Noise"/>).</param>
    /// <param name="temperature">0 takes the highest.</param>
    /// <param name="rule">Which rule.</param>
    /// <returns>Places of the drawn rows, the first drawn first.</returns>
    public static int[] Draw(
        ReadOnlySpan<double> values,
        int count,
        ReadOnlySpan<double> noise,
        double temperature,
        GumbelRule rule = GumbelRule.Textbook
    )
    {
        double[] signed = noise.ToArray();
        if (rule == GumbelRule.Released)
            for (int i = 0; i < signed.Length; i++)
                signed[i] = -signed[i];
        return GumbelTopK.Draw(values, Math.Min(count, values.Length), signed, temperature);
    }
}
