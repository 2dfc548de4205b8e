using System.Globalization;
using Assay.Data;
using Assay.Studies;

namespace Assay.Describe;

/// <summary>A <see cref="DsdlCheck"/> as a study.</summary>
public static class DsdlPanels
{
    private const int Shown = 20;

    /// <summary>The study of a check.</summary>
    public static Study Study(DsdlCheck check)
    {
        FieldCounts[] fields = [.. check.Root.All().Where(field => field.Path.Length > 0)];
        return new()
        {
            Title = NameOf(check.Dataset.Description) is { } name ? "Samples of " + name : "Samples in DSDL",
            Answer = Answer(check),
            Facts =
            [
                new("Samples", Text($"{check.Samples:N0}")),
                new("Normal", Text($"{check.Normal:N0}")),
                new("With warnings", Text($"{check.WithWarnings:N0}")),
                new("With errors", Text($"{check.WithErrors:N0}")),
                new(
                    "Fields",
                    Text($"{fields.Count(field => field.Below.Count == 0):N0}"),
                    Text($"{fields.Sum(field => field.Below.Count == 0 ? field.Values : 0):N0} values")
                ),
            ],
            Panels = [.. Wrong(check), .. Contents(fields)],
            Notes =
            [
                .. check.Dataset.Warnings.Select(warning => warning.ToString()),
                .. check.GlobalFindings.Select(finding => finding.ToString()),
                check.IsStrict
                    ? "Strict: keys that are no fields, and fields that are missing, are errors; --lenient ignores the first and warns of the second."
                    : "Lenient: keys that are no fields are ignored, and fields that are missing are warnings.",
                .. check.WithErrors > 0 ? (string[])["Values are counted of the samples without errors."] : [],
            ],
        };
    }

    private static string Answer(DsdlCheck check) =>
        check.Samples == 0 ? "The description is in order; there are no samples."
        : check.WithErrors == 0
            ? Text(
                $"All {check.Samples:N0} samples are as the description says{(check.WithWarnings > 0 ? Text($"; {check.WithWarnings:N0} have warnings") : "")}."
            )
        : Text(
            $"{check.WithErrors:N0} of {check.Samples:N0} samples are not as the description says; most often wrong is {check.Faults.MaxBy(fault => fault.Errors)!.Field}: {check.Faults.MaxBy(fault => fault.Errors)!.First}."
        );

    private static IEnumerable<Panel> Wrong(DsdlCheck check)
    {
        if (check.Faults.Count == 0)
            yield break;
        FaultyField[] faults = [.. check.Faults.OrderByDescending(fault => fault.Errors + fault.Warnings)];
        yield return new TablePanel
        {
            Title = "Fields with faults",
            Note = "Of one sample the first 20 faults count.",
            Shown = Shown,
            Columns =
            [
                TableColumn.Of("field", faults.Select(fault => fault.Field)),
                TableColumn.Of("errors", faults.Select(fault => (double)fault.Errors), 0),
                TableColumn.Of("warnings", faults.Select(fault => (double)fault.Warnings), 0),
                TableColumn.Of("first", faults.Select(fault => fault.First)),
            ],
        };
        yield return new TablePanel
        {
            Title = "Faults",
            Note = "Samples are counted from 0.",
            Shown = Shown,
            Columns =
            [
                TableColumn.Of("sample", check.Findings.Select(one => (double)one.Sample), 0),
                TableColumn.Of("kind", check.Findings.Select(one => one.Finding.IsError ? "error" : "warning")),
                TableColumn.Of(
                    "place",
                    check.Findings.Select(one =>
                        $"{Path.GetFileName(one.Finding.Where.File)}:{one.Finding.Where.Line}:{one.Finding.Where.Column}"
                    )
                ),
                TableColumn.Of("key", check.Findings.Select(one => one.Finding.Where.Key ?? "")),
                TableColumn.Of("message", check.Findings.Select(one => one.Finding.Message)),
            ],
        };
    }

    private static IEnumerable<Panel> Contents(FieldCounts[] fields)
    {
        if (fields.Length > 0)
            yield return new TablePanel
            {
                Title = "Fields",
                Columns =
                [
                    TableColumn.Of("field", fields.Select(field => field.Path)),
                    TableColumn.Of("type", fields.Select(field => field.Type.Name)),
                    TableColumn.Of("values", fields.Select(field => (double)field.Values), 0),
                    .. fields.Any(field => field.MissingFiles > 0)
                        ? (TableColumn[])
                            [
                                TableColumn.Of(
                                    "files not found",
                                    fields.Select(field => (double)field.MissingFiles),
                                    0
                                ),
                                TableColumn.Of("first not found", fields.Select(field => field.FirstMissing ?? "")),
                            ]
                        : [],
                ],
            };
        foreach (FieldCounts field in fields)
            if (field.Type is LabelType && field.Values > 0)
                yield return Labels(field);
        FieldCounts[] boxes = [.. fields.Where(field => field.Boxes is not null)];
        if (boxes.Length > 0)
            yield return Boxes(boxes);
    }

    private static TablePanel Labels(FieldCounts field)
    {
        (ClassDomain Domain, int Index, long Count)[] used =
        [
            .. field.Labels.Where(one => one.Count > 0).OrderByDescending(one => one.Count),
        ];
        int classes = field.Labels.Count();
        return new()
        {
            Title = "Labels of " + field.Path,
            Note = Text($"{used.Length:N0} of {classes:N0} classes occur."),
            Shown = Shown,
            Columns =
            [
                TableColumn.Of("class", used.Select(one => one.Domain.Classes[one.Index - 1])),
                .. ((LabelType)field.Type).Domains.Count > 1
                    ? (TableColumn[])[TableColumn.Of("domain", used.Select(one => one.Domain.Name))]
                    : [],
                TableColumn.Of("number", used.Select(one => (double)one.Index), 0),
                TableColumn.Of("values", used.Select(one => (double)one.Count), 0),
                TableColumn.Of("share", used.Select(one => one.Count / (double)field.Values), unit: "share"),
            ],
        };
    }

    private static TablePanel Boxes(FieldCounts[] fields)
    {
        (string Name, Distribution Sizes)[] rows =
        [
            .. fields.SelectMany(field =>
                ((string, Distribution)[])
                    [
                        (field.Path + " width", field.Boxes!.Value.Width),
                        (field.Path + " height", field.Boxes!.Value.Height),
                        (field.Path + " area", field.Boxes!.Value.Area),
                    ]
            ),
        ];
        return new()
        {
            Title = "Boxes",
            Columns =
            [
                TableColumn.Of("of", rows.Select(row => row.Name)),
                TableColumn.Of("boxes", rows.Select(row => (double)row.Sizes.Count), 0),
                TableColumn.Of("least", rows.Select(row => row.Sizes.Min)),
                TableColumn.Of("median", rows.Select(row => row.Sizes.Quantiles[4])),
                TableColumn.Of("mean", rows.Select(row => row.Sizes.Mean)),
                TableColumn.Of("most", rows.Select(row => row.Sizes.Max)),
                TableColumn.Of("zero", rows.Select(row => (double)row.Sizes.Zeros), 0),
            ],
        };
    }

    private static string? NameOf(DsdlDescription description) =>
        (description.Meta["name"] ?? description.Meta["Name"])?.ToString() is { Length: > 0 and < 100 } name
            ? name
            : null;

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
