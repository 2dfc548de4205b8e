using Assay.Data;
using Assay.Studies;

namespace Assay.Judge;

/// <summary>Says how far raters of comparisons agree, whose labels to trust from which confidence on, whether batches drift, and which measures order answers as people do.</summary>
/// <remarks>Source: "Learning to summarize from human feedback", arXiv 2009.01325, appendix C and G.7.</remarks>
[Method("judge/agreement", Paper = "summarize-feedback")]
public sealed class Agreement : IStudy
{
    private readonly AgreementOptions _options;

    /// <summary>Checks that drift has two policies.</summary>
    /// <exception cref="AssayException">It has one.</exception>
    public Agreement(AgreementOptions options)
    {
        _options = options;
        if (options.Policy.Length > 0 != options.Against.Length > 0)
            throw new AssayException(
                "drift needs two policies",
                hint: "Give 'policy' and 'against', as the columns a and b name them."
            );
    }

    /// <summary>Looks at the labels of a table, a row for each.</summary>
    /// <exception cref="AssayException">A column is missing or a value does not fit.</exception>
    public Study Run(View data, Work work)
    {
        StudyTable table = StudyTable.Of(data, work.Cancellation);
        IReadOnlyList<LabelledComparison> labels = LabelledComparison.Read(table, _options);
        foreach (string expert in _options.Experts)
            if (!labels.Any(label => label.Rater == expert))
                throw new AssayException(
                    $"there is no rater '{expert}'",
                    hint: "There are: "
                        + string.Join(", ", labels.Select(label => label.Rater).Distinct().Take(20))
                        + "."
                );
        LabelerAgreement agreement = new(labels, _options.Experts);
        return AgreementStudy.Of(agreement, Metrics(table, labels, agreement, work), _options);
    }

    // People, and every measure that the rows have of both answers.
    private MetricAgreement? Metrics(
        StudyTable table,
        IReadOnlyList<LabelledComparison> labels,
        LabelerAgreement agreement,
        Work work
    )
    {
        int[] rows = [.. labels.Index().DistinctBy(label => label.Item.Task).Select(label => label.Index)];
        List<(string Name, double[] Differences)> metrics =
        [
            // A task's first label says which answer is a; the files of compare keep that the same.
            ("people", [.. rows.Select(row => (double)agreement.Majority(labels[row].Task))]),
        ];
        if (table.Has("answer_a") && table.Has("answer_b"))
        {
            string[] a = table.Words("answer_a"),
                b = table.Words("answer_b");
            metrics.Add(("length", [.. rows.Select(row => (double)(a[row].Length - b[row].Length))]));
            if (table.Has("prompt") && table.Words("prompt") is { } prompts)
                metrics.Add(
                    (
                        "copying",
                        [
                            .. rows.Select(row =>
                                MetricAgreement.Copying(prompts[row], a[row])
                                - MetricAgreement.Copying(prompts[row], b[row])
                            ),
                        ]
                    )
                );
        }
        foreach (string column in table.Names.Where(name => name.EndsWith("_a", StringComparison.Ordinal)))
        {
            string name = column[..^2];
            if (name == "answer" || !table.Has(name + "_b") || !IsNumeric(column) || !IsNumeric(name + "_b"))
                continue;
            double[] a = table.NumbersOrNaN(column),
                b = table.NumbersOrNaN(name + "_b");
            metrics.Add((name, [.. rows.Select(row => a[row] - b[row])]));
        }
        return metrics.Count > 1 ? MetricAgreement.Of(metrics, _options.Resamples, work.Random.Child("metrics")) : null;

        bool IsNumeric(string column) =>
            table
                .Words(column)
                .All(word =>
                    word.Length == 0 || double.TryParse(word, System.Globalization.CultureInfo.InvariantCulture, out _)
                );
    }
}
