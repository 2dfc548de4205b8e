using System.ComponentModel.DataAnnotations;
using Assay.Data;

namespace Assay.Describe;

/// <summary>Options of <see cref="RubricStudy"/>.</summary>
public sealed record RubricOptions
{
    /// <summary>
    /// The columns that say to which groups people belong: <c>race</c>, or <c>ethnicity=race</c> to say what it is about. Those whose names say so
    /// (sex, gender, race, ethnicity, skin, age) if empty.
    /// </summary>
    public IReadOnlyList<ProtectedColumn> Protected { get; init; } = [];

    /// <summary>The axes that a dataset should have; one without a column earns nothing. Paper: sex, skin-tone, ethnicity, age.</summary>
    public IReadOnlyList<string> Axes { get; init; } = SubgroupLists.Axes;

    /// <summary>
    /// The subgroups that an axis is held against, by axis. Default: three of sex, three of skin-tone, seven of ethnicity, the bands of age, and of other
    /// axes the values that occur.
    /// </summary>
    public IReadOnlyDictionary<string, IReadOnlyList<string>> Subgroups { get; init; } =
        new OrderedDictionary<string, IReadOnlyList<string>>();

    /// <summary>Where bands of a column of numbers end, by axis, ascending. Default: 20, 40, 60 for age.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<double>> Cuts { get; init; } =
        new OrderedDictionary<string, IReadOnlyList<double>>();

    /// <summary>Shares or counts in a reference population, by axis and subgroup; divergence is measured from it instead of from even shares.</summary>
    public IReadOnlyDictionary<string, IReadOnlyDictionary<string, double>> Reference { get; init; } =
        new OrderedDictionary<string, IReadOnlyDictionary<string, double>>();

    /// <summary>How group labels were obtained; the mean counts where it is several. The datasheet's answer if empty.</summary>
    public IReadOnlyList<LabelOrigin> Labels { get; init; } = [];

    /// <summary>What evenness is measured against.</summary>
    public EvennessBase Evenness { get; init; } = EvennessBase.Present;

    /// <summary>Values that name no subgroup, whatever their case.</summary>
    public IReadOnlyList<string> Unknown { get; init; } =
    ["?", "unknown", "n/a", "na", "nan", "null", "not reported", "not stated", "prefer not to say", "undisclosed"];

    /// <summary>
    /// Columns that narrow down together who somebody is, for k-anonymity. Default: the protected columns, and those whose names say so (postcode, date of
    /// birth, occupation).
    /// </summary>
    public IReadOnlyList<string> QuasiIdentifiers { get; init; } = [];

    /// <summary>Private data to look for in text.</summary>
    public IReadOnlyList<PiiKind> Pii { get; init; } = PiiFinder.AllKinds;

    /// <summary>Kinds of annotation that mean nothing for these data. Default, for tables and text: accessories, critical-objects.</summary>
    [AllowedValues(
        Privacy.Names,
        Privacy.Attributes,
        Privacy.Accessories,
        Privacy.Objects,
        Privacy.Location,
        Privacy.Medical
    )]
    public IReadOnlyList<string> NotApplicable { get; init; } = [Privacy.Accessories, Privacy.Objects];

    /// <summary>
    /// Of a table of counts, the column with the number of rows; its other columns are <c>axis</c>, <c>subgroup</c> and, if there, <c>predefined</c> (the
    /// size of the axis's list). Without it the rows are people or texts.
    /// </summary>
    public string Count { get; init; } = "";

    /// <summary>What the dataset is called in tables of several. Default: the datasheet's answer, or the name of the first file.</summary>
    public string Name { get; init; } = "";

    /// <summary>The dataset that holds the answered datasheet, a YAML file as one row.</summary>
    [DatasetName]
    public string Datasheet { get; init; } = "";
}
