using Assay.Data;
using Assay.Models;

namespace Assay.Value;

/// <summary>Options of <see cref="Lqs"/>.</summary>
public sealed record LqsOptions : PdsOptions
{
    /// <summary>
    /// Whether learnability (how fast the row's gradient shrinks) and quality (how far it points where the target wants to go) count
    /// <c>both</c>, as in the paper, or only one of them.
    /// </summary>
    public ControlTerm Term { get; init; } = ControlTerm.Both;
}

/// <summary>How learnable each row is, and how far it points where the target wants to go: signals <c>lqs</c>, <c>lqs-exact</c> and <c>lqs-validation</c>.</summary>
/// <remarks>
/// <para>Source: Dai et al., "Data Efficacy for Language Model Training", arXiv 2506.21545: the learnability-quality score, in the product form
/// of the official code. Each row is compared with its own earlier gradient; the released batching, which mixes rows, is not
/// reproduced.</para>
/// <para><c>lqs-exact</c> is the score of the sample; <c>lqs</c> is for all rows, as <see cref="Pds"/> has it.</para>
/// </remarks>
[Method("value/lqs", Paper = "delt")]
public sealed class Lqs(LqsOptions options) : IValuer, IModelUser
{
    /// <inheritdoc/>
    public ModelRequest? Model => options.Request;

    /// <inheritdoc/>
    /// <exception cref="AssayException">The target has no rows, or the run diverged.</exception>
    public IReadOnlyList<Signal> Value(View view, Work work) =>
        SampledScores.Of("lqs", options, view, work, sample => Pds.Trace(options, sample, work).Lqs(options.Term));
}
