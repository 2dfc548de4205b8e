using System.Globalization;
using Assay.Data;

namespace Assay.Describe;

/// <summary>What to do about a dataset, in words: what is alarming first, then what would raise its scores most.</summary>
internal static class RubricAdvice
{
    private const double Uneven = 10;
    private const long Few = 5;

    /// <summary>Alerts and advice.</summary>
    public static IReadOnlyList<(string Kind, string Text)> Of(RubricFindings found) =>
        [.. Alerts(found).Select(text => ("alert", text)), .. Advice(found).Select(text => ("advice", text))];

    private static IEnumerable<string> Alerts(RubricFindings found)
    {
        foreach (IGrouping<string, DamagedValue> column in found.Damaged.GroupBy(one => one.Column, one => one.Value))
            yield return $"Column '{column.Key}' holds {string.Join(", ", column.Take(4).Select(one => $"'{one.Value}' (perhaps {one.Range})"))}: a spreadsheet has turned ranges into dates. Scores do not change with names of subgroups, but mend the labels.";
        foreach (PiiFinding secret in found.Private.Where(one => one.Kind is PiiKind.Secret or PiiKind.Credentials))
            yield return Text(
                $"Column '{secret.Column}' holds {secret.Items:N0} of what looks like {(secret.Kind == PiiKind.Secret ? "keys or passwords" : "credentials in URLs")} (first in row {secret.First:N0}): withdraw them where they are valid, and mask them (select/pii)."
            );
        if (found.Quasi is { } classes && classes.Smallest < Few)
            yield return Text(
                $"By {string.Join(", ", found.QuasiColumns)} together the smallest group has {classes.Smallest:N0} row{(classes.Smallest == 1 ? "" : "s")}, and {classes.RowsBelow(Few):N0} of {found.Rows:N0} rows ({classes.RowsBelow(Few) / (double)found.Rows:P1}) are in groups of fewer than {Few}: people can be singled out. Coarsen these columns or leave some out."
            );
        foreach ((string column, long yes) in found.Consents)
            if (yes < found.Rows)
                yield return Text(
                    $"{found.Rows - yes:N0} of {found.Rows:N0} rows do not say yes in '{column}': leave them out (select/where), or ask."
                );
        if (
            found.Consents is [var consent, ..]
            && consent.Yes < found.Rows
            && found.Rubric.Regulation.Facts.Any(fact => fact is { Name: "consent", State: Known.Yes })
        )
            yield return "The datasheet says that people have consented, and a column says that some have not.";
        if (found.Undeclared.Count > 0)
            yield return $"{string.Join(", ", found.Undeclared.Select(name => $"'{name}'"))} sound{(found.Undeclared.Count == 1 ? "s" : "")} like protected attributes that were not scored; name what is to be scored with --protected.";
        if (found.Licences.FirstOrDefault(one => one.Key.Length == 0) is { Value: > 0 } without)
            yield return Text($"{without.Value:N0} of {found.Rows:N0} rows have no licence.");
    }

    private static IEnumerable<string> Advice(RubricFindings found)
    {
        Fairness fairness = found.Rubric.Fairness;
        string[] absent = [.. fairness.Axes.Where(axis => axis.Present == 0).Select(axis => axis.Counts.Axis)];
        if (absent.Length > 0)
            yield return $"No labels of {string.Join(", ", absent)}: fairness along {(absent.Length == 1 ? "it" : "them")} cannot be measured. Collect labels if people agree, or take what does not apply out of --axes.";
        if (fairness.Axes.Any(axis => axis.Present > 0) && fairness.Origins.Count == 0)
            yield return "Nobody says how the group labels were obtained (--labels, or 'label-origin' of the datasheet): up to 1 point of fairness.";
        foreach (AxisScore axis in fairness.Axes.Where(axis => axis.Present > 0))
        {
            if (axis.Present == 1)
                yield return $"All rows of {axis.Counts.Axis} are '{axis.Counts.Counts[0].Key}'.";
            else if (axis.Imbalance >= Uneven)
                yield return Text(
                    $"{axis.Counts.Axis}: '{axis.Counts.Counts[0].Key}' has {axis.Imbalance:0} times the rows of '{axis.Counts.Counts[^1].Key}' ({axis.Counts.Counts[^1].Value:N0}); gather more of the latter before a model is judged on it."
                );
            if (axis.Inclusivity < 1)
                yield return $"{axis.Counts.Axis}: {axis.Present} of {axis.Predefined} predefined subgroups occur.";
            if (axis.Present > axis.Predefined)
                yield return $"{axis.Counts.Axis}: {axis.Present} subgroups occur, more than the {axis.Predefined} of the list; give a list that fits with --subgroups.";
        }
        foreach (
            DeclaredFact kind in found.Rubric.Privacy.Kinds.Where(kind =>
                kind.State == Known.Yes && kind.Name != Privacy.Attributes
            )
        )
            yield return $"Privacy: {kind.Name} {(kind.Name == Privacy.Names ? "are" : "is")} released ({kind.Source}); drop or mask what the purpose does not need.";
        if (found.Rubric.Privacy.Kinds.Any(kind => kind is { Name: Privacy.Attributes, State: Known.Yes }))
            yield return "Group labels make fairness measurable and privacy worse: keep them in a file of their own, for audits only.";
        string[] open =
        [
            .. found.Rubric.Regulation.Facts.Where(fact => fact.State == Known.Unknown).Select(fact => fact.Name),
        ];
        if (open.Length > 0)
            yield return $"Nothing is known of {string.Join(", ", open)}, so {(open.Length == 1 ? "it counts" : "they count")} 0: answer the datasheet.";
        foreach (DeclaredFact fact in found.Rubric.Regulation.Facts)
            if (fact is { State: Known.No })
                yield return $"Regulation: no {fact.Name} ({fact.Source}).";
            else if (fact.Source.EndsWith("without evidence", StringComparison.Ordinal))
                yield return $"Give evidence for {fact.Name}: a number or a link.";
        if (found.Licences.Count == 0 && found.Sheet.Answer("distribution", DatasheetQuestions.Licence) is null)
            yield return "No licence is known.";
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
