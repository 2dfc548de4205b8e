using Assay.Data;
using Assay.Learning;
using Assay.Studies;

namespace Assay.Make;

/// <summary>Makes new rows out of the rows in view: pairs, answers, explanations.</summary>
public interface IMaker
{
    /// <summary>Makes them.</summary>
    /// <param name="view">What to make them from, in the order of its selection.</param>
    /// <param name="work">Random numbers, progress, cancellation; what takes long is made in pieces, so that a killed run goes on.</param>
    /// <exception cref="AssayException">The rows do not suit, or none can be made of them.</exception>
    Made Make(View view, Work work);
}

/// <summary>Rows that were made.</summary>
/// <param name="Rows">The rows, in their order; <see cref="MadeRows"/> collects them.</param>
/// <param name="Study">What to know of them: how many, from what, what was left out.</param>
/// <param name="Usage">What a chat endpoint was asked for them, or null if none was.</param>
public sealed record Made(Dataset Rows, Study Study, ChatUsage? Usage = null);
