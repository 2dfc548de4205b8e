using System.ComponentModel.DataAnnotations;
using Assay.Data;
using Assay.Models;
using Assay.Numerics;

namespace Assay.Value;

/// <summary>Options of <see cref="Pds"/>.</summary>
public record PdsOptions : SampledScoreOptions
{
    /// <summary>Steps T of the run that rows are scored by: plain gradient descent from the trained model.</summary>
    [Range(1, 100_000)]
    public int Steps { get; init; } = 100;

    /// <summary>Its learning rate.</summary>
    [Range(0.0, 100.0)]
    public double Rate { get; init; } = 0.008;

    /// <summary>Rows of a step.</summary>
    [Range(1, 4096)]
    public int Batch { get; init; } = 16;

    /// <summary>The sample is looked at before every so many steps.</summary>
    [Range(1, 100_000)]
    public int Interval { get; init; } = 10;
}

/// <summary>How much each row lowers the target loss over the next steps of training: signals <c>pds</c>, <c>pds-exact</c> and <c>pds-validation</c>.</summary>
/// <remarks>
/// <para>Source: Gu et al., "Data Selection via Optimal Control for Language Models", arXiv 2410.07064. A score is minus the
/// derivative of the sum of the target losses after each step by the row's weight in every step: above 0, the row helps.</para>
/// <para><c>pds-exact</c> is that score, for the sample alone. <c>pds</c> is for all rows, predicted from texts, in standard deviations of
/// the sample's scores from their mean; if the sample is all rows, it is that of the exact scores, clipped to [-3, 3].</para>
/// </remarks>
[Method("value/pds", Paper = "delt")]
public sealed class Pds(PdsOptions options) : IValuer, IModelUser
{
    /// <inheritdoc/>
    public ModelRequest? Model => options.Request;

    /// <inheritdoc/>
    /// <exception cref="AssayException">The target has no rows, or the run diverged.</exception>
    public IReadOnlyList<Signal> Value(View view, Work work) =>
        SampledScores.Of("pds", options, view, work, sample => Trace(options, sample, work).Pds());

    /// <summary>What optimal control sees of a sample: from the trained model on, towards the target.</summary>
    internal static ControlTrace Trace(PdsOptions options, TextSample sample, Work work)
    {
        TrainedModel trained = TrainedModel.Open(work);
        ModelSnapshot last = trained.At(trained.Steps[^1]);
        CheckMemory(options, last.Model.ParameterCount, work.MemoryBytes);
        TransformerControl control = new(
            last.Model,
            TokenRows.Of(sample.Texts, last.Context),
            SampledScores.Target(options, work, last.Context),
            options.Batch,
            work.Random.Child("batches"),
            work.Cancellation
        );
        using Workers.LimitScope limit = Workers.Limit(Math.Min(256, work.Threads));
        return OptimalControl.Trace(control, control.Start(), new(options.Steps, options.Rate, options.Interval), work);
    }

    // Points of the run that are kept and made again, the co-state and what it is made of.
    private static void CheckMemory(PdsOptions options, long parameters, long memoryBytes)
    {
        long vectors = 2 * (long)Math.Sqrt(options.Steps) + 8,
            needed = vectors * parameters * sizeof(double);
        if (needed > memoryBytes)
            throw new AssayException(
                $"scoring rows by {options.Steps} steps of {options.Model} takes {new ByteSize(needed)}, and there are {new ByteSize(memoryBytes)}",
                hint: "Take a smaller 'model', lower 'steps', or give the run more --memory."
            );
    }
}
