using System.Globalization;
using System.Text;

namespace Assay.Describe;

/// <summary>A label as Markdown: for a README, a dataset card, a review.</summary>
public static class LabelMarkdown
{
    private const int ShownPairs = 20,
        ShownShares = 12;

    /// <summary>The document.</summary>
    /// <param name="label">The label.</param>
    /// <param name="title">What to call it where people have not.</param>
    /// <param name="level">Level of its headings, 1 to 5.</param>
    public static string Of(Label label, string title = "Dataset", int level = 1)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(level, 1);
        Page page = new(new string('#', level));
        page.Heading(0, label.About.Title.Length > 0 ? label.About.Title : title);
        Lead(page, label);
        if (label.Has(LabelModule.Alerts))
            Alerts(page, label);
        if (label.Has(LabelModule.Metadata))
            Metadata(page, label);
        if (label.Has(LabelModule.Provenance))
            Provenance(page, label.About.Provenance);
        if (label.Has(LabelModule.Variables))
            Variables(page, label);
        if (label.Has(LabelModule.Statistics))
            Statistics(page, label);
        if (label.Pairs is { } pairs)
            Pairs(page, pairs, label);
        if (label.Model is { } model)
            Model(page, model);
        if (label.GroundTruth is { } truth)
            GroundTruth(page, truth);
        return page.ToString();
    }

    private static void Lead(Page page, Label label)
    {
        if (label.About.Metadata.Description.Length > 0)
            page.Paragraph(Escaped(label.About.Metadata.Description));
        page.Paragraph(
            Text(
                $"{label.Rows:N0} rows, {label.Columns.Count:N0} columns; {LabelAlerts.Percent(label.MissingShare)} of the cells are missing"
            )
                + (
                    label.MissingCells > 0
                        ? $" ({LabelAlerts.Percent(label.MissingShareWhereAny)} in the columns that lack any)"
                        : ""
                )
                + "."
                + (
                    label.Fewest > 1
                        ? Text($" Values and counts of fewer than {label.Fewest:N0} rows are left out.")
                        : ""
                )
        );
    }

    private static void Alerts(Page page, Label label)
    {
        page.Heading(1, "Alerts");
        if (label.Alerts.Count == 0)
            page.Paragraph("None of the problems that are looked for was found.");
        foreach (Alert alert in label.Alerts)
            page.Item(
                $"**{alert.Severity.ToString().ToLowerInvariant()}**, {alert.Category.ToString().ToLowerInvariant()}: {Escaped(alert.Text)}."
                    + (alert.Mitigation.Length > 0 ? " " + Escaped(alert.Mitigation) : "")
                    + (
                        alert.UseCases.Count > 0
                            ? " Touches: " + string.Join(", ", alert.UseCases.Select(Escaped)) + "."
                            : ""
                    )
            );
        page.End();
        if (label.About.UseCases.Count == 0)
            return;
        page.Heading(1, "Use cases");
        foreach (UseCase useCase in label.About.UseCases)
            page.Item(
                $"{Escaped(useCase.Name)}{(useCase.Intended ? "" : " (not intended)")}"
                    + (useCase.Question.Length > 0 ? ": " + Escaped(useCase.Question) : "")
            );
        page.End();
    }

    private static void Metadata(Page page, Label label)
    {
        page.Heading(1, "Metadata");
        page.Table(["", ""], [.. LabelFacts.Metadata(label).Select(fact => (string[])[fact.Name, fact.Value])]);
    }

    private static void Provenance(Page page, AboutProvenance provenance)
    {
        (string Name, string Value)[] facts = [.. LabelFacts.Provenance(provenance)];
        if (facts.Length == 0)
            return;
        page.Heading(1, "Provenance");
        page.Table(["", ""], [.. facts.Select(fact => (string[])[fact.Name, fact.Value])]);
    }

    private static void Variables(Page page, Label label)
    {
        if (label.Columns.All(column => column.Description.Length == 0))
            return;
        page.Heading(1, "Variables");
        page.Table(
            ["variable", "measures", "description"],
            [
                .. label.Columns.Select(column =>
                    (string[])[column.Name, column.Variable.ToString().ToLowerInvariant(), column.Description]
                ),
            ]
        );
    }

    private static void Statistics(Page page, Label label)
    {
        page.Heading(1, "Statistics");
        foreach (VariableKind kind in (VariableKind[])[VariableKind.Ordinal, VariableKind.Nominal])
            if (LabelTables.Names(label, kind) is { Count: > 0 } rows)
            {
                page.Heading(2, kind.ToString());
                page.Table(
                    ["name", "type", "count", "unique entries", "most frequent", "least frequent", "missing"],
                    [
                        .. rows.Select(row =>
                            (string[])
                                [
                                    row.Name,
                                    row.Type,
                                    Text($"{row.Count}"),
                                    row.UniqueEntries,
                                    row.MostFrequent,
                                    row.LeastFrequent,
                                    row.Missing,
                                ]
                        ),
                    ]
                );
            }
        foreach (VariableKind kind in (VariableKind[])[VariableKind.Continuous, VariableKind.Discrete])
            if (LabelTables.Numbers(label, kind) is { Count: > 0 } rows)
            {
                page.Heading(2, kind.ToString());
                page.Table(
                    ["name", "type", "count", "min", "median", "max", "mean", "standard deviation", "missing", "zeros"],
                    [
                        .. rows.Select(row =>
                            (string[])
                                [
                                    row.Name,
                                    row.Type,
                                    Text($"{row.Count}"),
                                    Text($"{row.Min}"),
                                    row.Median,
                                    Text($"{row.Max}"),
                                    row.Mean,
                                    row.StandardDeviation,
                                    row.Missing,
                                    row.Zeros,
                                ]
                        ),
                    ]
                );
            }
    }

    private static void Pairs(Page page, PairModule pairs, Label label)
    {
        if (pairs.Associations.Count == 0)
            return;
        page.Heading(1, "Pairs");
        page.Paragraph(
            Text(
                $"On {label.SampledRows:N0} rows; the {ShownPairs} strongest, corrected for chance, of {pairs.Associations.Count:N0}."
            )
        );
        page.Table(
            ["one", "other", "measure", "value", "corrected", "rows"],
            [
                .. pairs
                    .Associations.OrderByDescending(pair => pair.Strength ?? -1)
                    .Take(ShownPairs)
                    .Select(pair =>
                        (string[])
                            [
                                pair.A,
                                pair.B,
                                LabelFacts.Measure(pair.Measure),
                                pair.Value is { } value ? Text($"{value:0.000}") : "undefined",
                                pair.Strength is { } strength ? Text($"{strength:0.000}") : "undefined",
                                Text($"{pair.Rows}"),
                            ]
                    ),
            ]
        );
    }

    private static void Model(Page page, ConditionalModule model)
    {
        page.Heading(1, "Probabilistic model");
        page.Paragraph(
            Text(
                $"Distribution of {Escaped(model.Of)} where {Escaped(model.Given)} is given, by a mixture model of {model.Rows:N0} rows and by smoothed frequency."
            )
                + (
                    model.HeldOut is { } fit
                        ? Text(
                            $" On {fit.Rows:N0} rows held out, in nats a row (higher is better): mixture {fit.Mixture:0.000}, frequency {fit.Frequencies:0.000}, without the condition {fit.Marginal:0.000}."
                        )
                        : ""
                )
        );
        page.Table(
            [model.Of, .. model.Conditions.Select(condition => $"{condition.Value} ({condition.Rows})")],
            [
                .. Enumerable
                    .Range(
                        0,
                        Math.Min(
                            ShownShares,
                            model.Conditions.Select(condition => condition.Shares.Count).FirstOrDefault()
                        )
                    )
                    .Select(i =>
                        (string[])
                            [
                                model.Conditions[0].Shares[i].Value,
                                .. model.Conditions.Select(condition => Share(condition.Shares[i])),
                            ]
                    ),
            ]
        );

        static string Share(ConditionalShare share) =>
            Text($"{share.Model:0.000}") + (share.Frequency is { } frequency ? Text($" ({frequency:0.000})") : "");
    }

    private static void GroundTruth(Page page, GroundTruthModule truth)
    {
        page.Heading(1, "Correlations with a reference");
        page.Paragraph(
            Text(
                $"Pearson's correlation over {truth.Keys:N0} values of {Escaped(truth.Key)} that the data and '{Escaped(truth.Reference)}' share; {truth.UnmatchedRows:N0} rows have none of them. The reference has faults of its own."
            )
        );
        if (truth.Lines.Count == 0)
            return;
        page.Table(
            ["reference", .. truth.Lines.Select(line => $"{line.Variable}, {line.Aggregate}")],
            [
                .. truth
                    .Lines[0]
                    .Correlations.Select(
                        (with, i) =>
                            (string[])
                                [
                                    with.With,
                                    .. truth.Lines.Select(line =>
                                        line.Correlations[i].R is { } r ? Text($"{r:0.000}") : "undefined"
                                    ),
                                ]
                    ),
            ]
        );
    }

    // What Markdown would read as its own signs, and line ends.
    private static string Escaped(string text)
    {
        StringBuilder escaped = new(text.Length);
        foreach (char one in text.ReplaceLineEndings(" "))
            if (one is '|' or '*' or '_' or '`' or '[' or ']' or '<' or '>' or '#' or '\\' or '~')
                escaped.Append('\\').Append(one);
            else
                escaped.Append(char.IsControl(one) ? ' ' : one);
        return escaped.ToString();
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    private sealed class Page(string hashes)
    {
        private readonly StringBuilder _text = new();

        public void Heading(int below, string title) =>
            _text.Append(hashes).Append('#', below).Append(' ').Append(Escaped(title)).Append("\n\n");

        public void Paragraph(string text) => _text.Append(text).Append("\n\n");

        public void Item(string text) => _text.Append("- ").Append(text).Append('\n');

        public void End() => _text.Append('\n');

        public void Table(string[] head, string[][] rows)
        {
            Line(head);
            _text.Append('|').AppendJoin("|", head.Select(_ => " --- ")).Append("|\n");
            foreach (string[] row in rows)
                Line(row);
            End();
        }

        public override string ToString() => _text.ToString().TrimEnd('\n') + "\n";

        private void Line(string[] cells) => _text.Append("| ").AppendJoin(" | ", cells.Select(Escaped)).Append(" |\n");
    }
}
