using System.ComponentModel.DataAnnotations;
using Assay.Data;

namespace Assay.Select;

/// <summary>Options of <see cref="Where"/>.</summary>
public sealed record WhereOptions
{
    /// <summary>What must be true of a row that stays, such as <c>words(text) >= 50 and lang in ['en', 'de']</c>.</summary>
    [Required]
    public string Keep { get; init; } = "";
}

/// <summary>Keeps the rows for which an expression over columns and signals is true.</summary>
/// <remarks>
/// Logic is three-valued: a comparison with a missing value is unknown, <c>and</c>, <c>or</c> and <c>not</c> leave unknown
/// what the known parts do not settle, and a row stays only if the whole is true. Arithmetic on a missing value, and a
/// result that is not a finite number, is missing. Syntax is checked when the step is made, names and types before any row
/// is read.
/// </remarks>
[Method("select/where")]
public sealed class Where : ISelector
{
    private readonly Source _source;
    private readonly Syntax _syntax;

    /// <summary>Reads the expression.</summary>
    /// <exception cref="AssayException">It is not one; says where and what was expected.</exception>
    public Where(WhereOptions options)
    {
        _source = new(options.Keep, "keep");
        _syntax = Parser.Parse(_source);
    }

    /// <inheritdoc/>
    /// <exception cref="AssayException">A name is not known, or types do not fit.</exception>
    public Selected Select(View view, Work work)
    {
        (TruthOf keep, Binder needs) = Binder.Bind(_source, _syntax, view);
        Verdicts verdicts = new(view, "where.false");
        Scan.Tables(
            view,
            work,
            "rows",
            (batch, start) =>
            {
                RowReader reader = new(batch, needs.Columns, needs.Buffers);
                foreach (int row in batch.Rows)
                {
                    work.Cancellation.ThrowIfCancellationRequested();
                    reader.MoveTo(row);
                    if (keep(reader) != true)
                        verdicts.Drop(start);
                    start++;
                }
            }
        );
        return verdicts.ToSelected();
    }
}
