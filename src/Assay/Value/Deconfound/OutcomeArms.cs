using Assay.Learning;
using Assay.Numerics;

namespace Assay.Value;

/// <summary>Ways to learn from observed outcomes what texts do, side by side: those of <see cref="ObservedOutcomes"/> and their rivals.</summary>
internal static class OutcomeArms
{
    /// <summary>Ignores the context.</summary>
    public const string Naive = "naive";

    /// <summary>Gives the context to the model beside the text, penalised alike, and sets it to one value for all.</summary>
    public const string Conditioned = "conditioned";

    /// <summary>Outcomes less what the context alone says.</summary>
    public const string Residual = "residual";

    /// <summary>Outcomes less the part of the context beside the text.</summary>
    public const string Joint = "joint";

    /// <summary>The same, learned on other rows.</summary>
    public const string CrossFitted = "cross-fitted";

    /// <summary>By instruments.</summary>
    public const string Instrument = "instrument";

    /// <summary>Two heads, one of which is kept from the context.</summary>
    public const string Odin = "odin";

    /// <summary>Learns from the differences within experiments, which observed outcomes do not have.</summary>
    public const string Oracle = "oracle";

    /// <summary>The coefficients of the text's features that one way finds.</summary>
    /// <param name="arm">Any but the oracle.</param>
    /// <param name="rows">The rows to learn from.</param>
    /// <param name="penalty">Of the coefficients.</param>
    /// <param name="folds">For cross-fitting.</param>
    /// <param name="bends">For cross-fitting.</param>
    /// <param name="random">Deals rows to folds.</param>
    /// <param name="cancellation">Asks to stop.</param>
    public static double[] Effects(
        string arm,
        ObservedOutcomes rows,
        double penalty,
        int folds,
        int bends,
        RandomStream random,
        CancellationToken cancellation
    )
    {
        return arm switch
        {
            Naive => rows.TextEffects(rows.Outcomes, penalty, cancellation),
            Conditioned => PartialRidge
                .Fit(
                    rows.Text!,
                    rows.Context,
                    rows.Outcomes,
                    penalty,
                    contextPenalty: penalty,
                    cancellation: cancellation
                )
                .TextCoefficients,
            Odin => DisentangledRidge.Fit(rows.Text!, rows.Outcomes, rows.ContextIndex(), penalty),
            Residual => Learned(Adjustment.Residual),
            Joint => Learned(Adjustment.Joint),
            CrossFitted => Learned(Adjustment.CrossFitted),
            Instrument => Learned(Adjustment.Instrument),
            _ => throw new ArgumentException($"There is no way '{arm}'."),
        };

        double[] Learned(Adjustment mode) =>
            rows.TextEffects(
                rows.Adjust(mode, penalty, random, folds, bends, cancellation).Values,
                penalty,
                cancellation
            );
    }
}
