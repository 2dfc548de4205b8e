using Assay.Data;
using Assay.Studies;

namespace Assay.Describe;

/// <summary>
/// Scores a dataset about people for fairness, privacy and regulation, says of every part of the scores where it comes from, finds private data, and begins
/// a datasheet.
/// </summary>
/// <remarks>
/// Source: "On Responsible Machine Learning Datasets with Fairness, Privacy, and Regulatory Norms", arXiv 2310.15848. See <see cref="Fairness"/>,
/// <see cref="Privacy"/> and <see cref="Regulation"/> for the formulas, and what of them is inferred.
/// </remarks>
[Method("describe/rubric", Paper = "responsible-datasets")]
public sealed class RubricStudy(RubricOptions options) : IStudy
{
    /// <inheritdoc/>
    /// <exception cref="AssayException">A column is missing, has too many values for groups, or the counts are none.</exception>
    /// <exception cref="DocumentException">The datasheet has problems.</exception>
    public Study Run(View data, Work work) => RubricPanels.StudyOf(new RubricReader(data, options, work).Read());
}
