using Assay.Data;

namespace Assay.Studies;

/// <summary>Answers a question about measurements or rows, with plots and tables: which cut-off, which optimiser, which model.</summary>
/// <remarks>
/// What stands in a study is plain figures and words. The terminal, the report page, JSON and the CSV files show the same study, so that a
/// method knows nothing of them.
/// </remarks>
public interface IStudy
{
    /// <summary>Looks at the rows in view and answers.</summary>
    /// <param name="data">The rows, as a rule a table of measurements: <see cref="StudyTable.Of"/> reads its columns.</param>
    /// <param name="work">Random numbers, progress, cancellation, other datasets; a killed study goes on from its pieces.</param>
    /// <exception cref="AssayException">The rows do not suit the question.</exception>
    Study Run(View data, Work work);
}
