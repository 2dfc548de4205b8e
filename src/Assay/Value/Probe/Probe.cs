using System.Collections.Concurrent;
using System.ComponentModel.DataAnnotations;
using System.Runtime.InteropServices;
using Assay.Data;
using Assay.Learning;
using Assay.Models;
using Assay.Numerics;

namespace Assay.Value;

/// <summary>Options of <see cref="Probe"/>.</summary>
public record ProbeOptions : SampledScoreOptions
{
    /// <summary>Only so many of the last bytes (and the end) of each target row count; 0, the default, for all. MATES counts the last word.</summary>
    [Range(0, 1_000_000)]
    public int TargetTail { get; init; }

    /// <summary>The learning rate of the probing step; 0, the default, for that of the model's last training step.</summary>
    [Range(0.0, 1.0)]
    public double ProbeRate { get; init; }
}

/// <summary>How much one training step on each row lowers the loss on a target: signals <c>probe</c>, <c>probe-exact</c> and <c>probe-validation</c>.</summary>
/// <remarks>
/// <para>Source: MATES, arXiv 2406.06046. Signals have the sign of a value: above 0, the step lowers the loss. MATES itself predicts the loss, of
/// which low is good.</para>
/// <para><c>probe-exact</c> is, for the sample alone, the loss before minus the loss after, in nats. <c>probe</c> is for all rows, predicted
/// from texts, in standard deviations of the sample's from their mean; if the sample is all rows, it is that of the exact
/// values, clipped to [-3, 3].</para>
/// </remarks>
[Method("value/probe", Paper = "mates")]
public sealed class Probe(ProbeOptions options) : IValuer, IModelUser
{
    private const string Stage = "probes";
    private const int ProbesPerPiece = 16;

    /// <inheritdoc/>
    public ModelRequest? Model => options.Request;

    /// <inheritdoc/>
    /// <exception cref="AssayException">The target has no rows.</exception>
    public IReadOnlyList<Signal> Value(View view, Work work) =>
        SampledScores.Of("probe", options, view, work, sample => Gains(options, sample, work));

    /// <summary>The loss before minus the loss after a step, for each row of a sample.</summary>
    private static double[] Gains(ProbeOptions options, TextSample sample, Work work)
    {
        TrainedModel trained = TrainedModel.Open(work);
        ModelSnapshot last = trained.At(trained.Steps[^1]);
        double rate = options.ProbeRate > 0 ? options.ProbeRate : last.Rate;
        TokenRows rows = TokenRows.Of(sample.Texts, last.Context),
            target = SampledScores.Target(options, work, last.Context, options.TargetTail);
        // Each thread moves a model of its own.
        ConcurrentBag<OneStepProbe> idle = [ProbeOf(last)];
        OneStepProbe ProbeOf(ModelSnapshot at) =>
            new(
                at.Optimiser,
                rate,
                row => rows.BatchLoss(at.Model, [row]),
                () => target.MeanLoss(at.Model, work.Cancellation)
            );
        int pieces = (rows.Count + ProbesPerPiece - 1) / ProbesPerPiece;
        int CountOf(int piece) => Math.Min(ProbesPerPiece, rows.Count - piece * ProbesPerPiece);
        work.Make(
            Stage,
            pieces,
            (piece, stream) =>
            {
                using Workers.LimitScope limit = Workers.Limit(1);
                OneStepProbe probe = idle.TryTake(out OneStepProbe? free)
                    ? free
                    : ProbeOf(trained.At(trained.Steps[^1]));
                double before = probe.Before();
                double[] gains = new double[CountOf(piece)];
                for (int i = 0; i < gains.Length; i++)
                {
                    work.Cancellation.ThrowIfCancellationRequested();
                    gains[i] = before - probe.After(piece * ProbesPerPiece + i);
                }
                stream.Write(MemoryMarshal.AsBytes<double>(gains));
                idle.Add(probe);
            },
            piece => CountOf(piece),
            "rows"
        );
        double[] all = new double[rows.Count];
        for (int piece = 0; piece < pieces; piece++)
        {
            using FileStream stream = work.Pieces.Open(Stage, piece);
            stream.ReadExactly(MemoryMarshal.AsBytes(all.AsSpan(piece * ProbesPerPiece, CountOf(piece))));
        }
        return all;
    }
}
