using System.Globalization;

namespace Assay.Describe;

/// <summary>The label's short facts as names and values: the page, the terminal and Markdown list the same.</summary>
public static class LabelFacts
{
    /// <summary>What people say of the dataset, and what was counted.</summary>
    public static IEnumerable<(string Name, string Value)> Metadata(Label label)
    {
        AboutMetadata about = label.About.Metadata;
        string range = (about.From, about.To) switch
        {
            ({ Length: > 0 } from, { Length: > 0 } to) => $"{from} to {to}",
            ({ Length: > 0 } from, _) => $"from {from}",
            (_, { Length: > 0 } to) => $"to {to}",
            _ => "",
        };
        return Said(
            ("Filename", about.Filename),
            ("Format", about.Format),
            ("Url", about.Url),
            ("Domain", about.Domain),
            ("Keywords", string.Join(", ", about.Keywords)),
            ("Type", about.Type),
            ("Rows", label.Rows.ToString("N0", CultureInfo.InvariantCulture)),
            ("Columns", label.Columns.Count.ToString("N0", CultureInfo.InvariantCulture)),
            (
                "Missing",
                $"{LabelAlerts.Percent(label.MissingShare)} of all cells"
                    + (
                        label.MissingCells > 0
                            ? $", {LabelAlerts.Percent(label.MissingShareWhereAny)} in the columns that lack any"
                            : ""
                    )
            ),
            ("License", about.License),
            ("Released", about.Released),
            ("Range", range)
        );
    }

    /// <summary>Where the dataset comes from, as people say.</summary>
    public static IEnumerable<(string Name, string Value)> Provenance(AboutProvenance provenance) =>
        Said(("Source", Of(provenance.Source)), ("Author", Of(provenance.Author)));

    /// <summary>A measure of association in words.</summary>
    public static string Measure(AssociationMeasure measure) =>
        measure switch
        {
            AssociationMeasure.CramersV => "Cramér's V",
            AssociationMeasure.Pearson => "Pearson's r",
            _ => "correlation ratio",
        };

    private static string Of(Party party) =>
        string.Join(", ", ((string[])[party.Name, party.Url, party.Email]).Where(word => word.Length > 0));

    private static IEnumerable<(string Name, string Value)> Said(params (string Name, string Value)[] facts) =>
        facts.Where(fact => fact.Value.Length > 0);
}
