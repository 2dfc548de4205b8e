using System.Text.RegularExpressions;
using Assay.Data;

namespace Assay.Describe;

/// <summary>A dataset in DSDL, checked sample by sample: how many are as they should be, what is wrong with the others, which labels and boxes there are.</summary>
/// <remarks>Memory depends on the number of fields, classes and kept findings, not on that of samples.</remarks>
public sealed partial class DsdlCheck
{
    private const int KeptFindings = 10_000,
        KeptFields = 1000;

    private readonly List<(long Sample, DsdlFinding Finding)> _findings = [];
    private readonly OrderedDictionary<string, FaultyField> _faults = [];

    private DsdlCheck(DsdlDataset dataset, bool isStrict, string? media)
    {
        (Dataset, IsStrict) = (dataset, isStrict);
        Root = new("", dataset.SampleType, media);
    }

    /// <summary>The dataset.</summary>
    public DsdlDataset Dataset { get; }

    /// <summary>Whether unknown keys and missing fields were errors.</summary>
    public bool IsStrict { get; }

    /// <summary>Samples in all.</summary>
    public long Samples => Normal + WithWarnings + WithErrors;

    /// <summary>Samples with nothing to mend.</summary>
    public long Normal { get; private set; }

    /// <summary>Samples with warnings and no error.</summary>
    public long WithWarnings { get; private set; }

    /// <summary>Samples with errors.</summary>
    public long WithErrors { get; private set; }

    /// <summary>What is wrong with samples (their places from 0), in order; at most 10,000 are kept.</summary>
    public IReadOnlyList<(long Sample, DsdlFinding Finding)> Findings => _findings;

    /// <summary>The same by field, of all samples (of one the first twenty); at most 1,000 fields are told apart.</summary>
    public IReadOnlyCollection<FaultyField> Faults => _faults.Values;

    /// <summary>What is wrong with the global object.</summary>
    public IReadOnlyList<DsdlFinding> GlobalFindings { get; private set; } = [];

    /// <summary>What the values of the samples without errors are: the sample itself, with its fields below.</summary>
    public FieldCounts Root { get; }

    /// <summary>Checks a dataset.</summary>
    /// <param name="dataset">The dataset.</param>
    /// <param name="isStrict">Whether unknown keys and missing fields are errors.</param>
    /// <param name="media">The folder that paths of images and the like start from, to see whether they are there; or null.</param>
    /// <param name="progress">Hears how many samples are done.</param>
    /// <param name="cancellation">Asks to stop.</param>
    /// <exception cref="AssayException">A file cannot be read, or is not YAML or JSON from some place on.</exception>
    public static DsdlCheck Of(
        DsdlDataset dataset,
        bool isStrict = true,
        string? media = null,
        IProgress<Progress>? progress = null,
        CancellationToken cancellation = default
    )
    {
        DsdlCheck check = new(dataset, isStrict, media);
        foreach (DsdlSample sample in dataset.Samples(isStrict, cancellation))
        {
            check.Add(sample);
            if (check.Samples % 256 == 0)
                progress?.Report(new("check", check.Samples, 0, "samples"));
        }
        check.GlobalFindings = dataset.GlobalInfo(isStrict)?.Findings ?? [];
        return check;
    }

    private void Add(DsdlSample sample)
    {
        if (sample.Value is { } value)
            Root.Add(value);
        if (sample.HasErrors)
            WithErrors++;
        else if (sample.Findings.Count > 0)
            WithWarnings++;
        else
            Normal++;
        foreach (DsdlFinding finding in sample.Findings)
        {
            if (_findings.Count < KeptFindings)
                _findings.Add((sample.Index, finding));
            string field = Places().Replace(finding.Where.Key ?? "", "[]");
            field = field[(field.IndexOf("samples[]", StringComparison.Ordinal) + "samples[]".Length)..].TrimStart('.');
            if (_faults.TryGetValue(field, out FaultyField? known) || _faults.Count < KeptFields)
                _faults[field] = (known ?? new(field.Length == 0 ? "(sample)" : field, 0, 0, finding.Message)).With(
                    finding
                );
        }
    }

    [GeneratedRegex(@"\[\d+\]")]
    private static partial Regex Places();
}

/// <summary>What is wrong with the values of a field.</summary>
/// <param name="Field">The field, as <c>objects[].label</c>.</param>
/// <param name="Errors">Errors.</param>
/// <param name="Warnings">Warnings.</param>
/// <param name="First">The first of them.</param>
public sealed record FaultyField(string Field, long Errors, long Warnings, string First)
{
    internal FaultyField With(DsdlFinding finding) =>
        finding.IsError ? this with { Errors = Errors + 1 } : this with { Warnings = Warnings + 1 };
}
