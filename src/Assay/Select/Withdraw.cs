using System.ComponentModel.DataAnnotations;
using System.Text;
using Assay.Data;
using Assay.Features;

namespace Assay.Select;

/// <summary>Options of <see cref="Withdraw"/>.</summary>
public sealed record WithdrawOptions
{
    /// <summary>Ids of rows, 32 hexadecimal digits each, as reports and exported rows (<c>assay_id</c>) show them.</summary>
    public IReadOnlyList<string> Rows { get; init; } = [];

    /// <summary>A dataset whose rows name further ids.</summary>
    [DatasetName]
    public string? Listed { get; init; }

    /// <summary>The column of that dataset with the ids.</summary>
    public string Column { get; init; } = "assay_id";

    /// <summary>Why they go, in a word or two; part of the reason that every dropped row carries.</summary>
    [Required]
    public string Reason { get; init; } = "";
}

/// <summary>Takes named rows out, for a reason that is given: a check that failed, a request of their author, a row that was promoted wrongly.</summary>
/// <remarks>Every dropped row carries the reason: <c>withdrawn.failed_review</c>. Ids that are not in view are counted, and no error: they may have gone before.</remarks>
[Method("select/withdraw", Paper = "tiered-data")]
public sealed class Withdraw : ISelector
{
    private readonly WithdrawOptions _options;
    private readonly HashSet<RowId> _rows = [];

    /// <summary>Takes the options.</summary>
    /// <exception cref="AssayException">There is no reason, nothing is named, or what is named is no id.</exception>
    public Withdraw(WithdrawOptions options)
    {
        if (string.IsNullOrWhiteSpace(options.Reason))
            throw new AssayException("select/withdraw does not say why", hint: "Give a reason: reason: failed review.");
        if (options.Rows.Count == 0 && options.Listed is null)
            throw new AssayException(
                "select/withdraw names no rows",
                hint: "Give their ids with 'rows', or a dataset that has them with 'listed'."
            );
        _options = options;
        foreach (string id in options.Rows)
            _rows.Add(Parse(id));
    }

    /// <inheritdoc/>
    /// <exception cref="AssayException">The other dataset has no such column, or no ids in it.</exception>
    public Selected Select(View view, Work work)
    {
        HashSet<RowId> named = [.. _rows];
        if (_options.Listed is { } listed)
        {
            View other = work.Dataset(listed);
            foreach (string id in LabelledRows.KeysOf(other, other.Selection.Rows, _options.Column, work.Cancellation))
                named.Add(Parse(id));
        }
        StringBuilder reason = new("withdrawn.");
        foreach (char letter in _options.Reason.Trim().ToLowerInvariant())
            reason.Append(char.IsLetterOrDigit(letter) ? letter : '_');
        Verdicts verdicts = new(view, reason.ToString());
        int found = 0;
        Scan.Tables(
            view,
            work,
            "ids",
            (batch, start) =>
            {
                foreach (int row in batch.Rows)
                {
                    if (named.Contains(batch.Id(row)))
                    {
                        verdicts.Drop(start);
                        Interlocked.Increment(ref found);
                    }
                    start++;
                }
            }
        );
        return verdicts.ToSelected() with
        {
            Notes =
                found < named.Count ? [$"{named.Count - found:N0} of {named.Count:N0} named rows are not here"] : null,
        };
    }

    private static RowId Parse(string id) =>
        RowId.TryParse(id, null, out RowId parsed)
            ? parsed
            : throw new AssayException(
                $"select/withdraw: '{id}' is not the id of a row",
                hint: "Expected 32 hexadecimal digits, as reports and exported rows (assay_id) show them."
            );
}
