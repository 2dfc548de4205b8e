namespace Assay.Describe;

/// <summary>The subgroups of an axis that a dataset is held against. They decide about inclusivity, so they are printed with it.</summary>
public static class SubgroupLists
{
    /// <summary>Sex or gender.</summary>
    public const string Sex = "sex";

    /// <summary>Tone of the skin.</summary>
    public const string SkinTone = "skin-tone";

    /// <summary>Race or ethnicity.</summary>
    public const string Ethnicity = "ethnicity";

    /// <summary>Age.</summary>
    public const string Age = "age";

    /// <summary>The paper's axes.</summary>
    public static IReadOnlyList<string> Axes { get; } = [Sex, SkinTone, Ethnicity, Age];

    /// <summary>Ages in years at which one band ends: up to 20, 21 to 40, 41 to 60, more.</summary>
    public static IReadOnlyList<double> AgeCuts { get; } = [20, 40, 60];

    /// <summary>The list of an axis where none is given; null where the values that occur must do.</summary>
    public static IReadOnlyList<string>? Of(string axis) =>
        axis switch
        {
            Sex => ["male", "female", "other"],
            SkinTone => ["light", "medium", "dark"],
            Ethnicity => ["White", "Black", "East Asian", "Southeast Asian", "Indian", "Middle Eastern", "Latino"],
            _ => null,
        };

    /// <summary>Names of the bands between cuts; a cut belongs to the band below it.</summary>
    public static IReadOnlyList<string> Bands(IReadOnlyList<double> cuts) =>
        [
            .. Enumerable
                .Range(0, cuts.Count + 1)
                .Select(i =>
                    i == 0 ? FormattableString.Invariant($"up to {cuts[0]}")
                    : i == cuts.Count ? FormattableString.Invariant($"over {cuts[^1]}")
                    : FormattableString.Invariant($"over {cuts[i - 1]} to {cuts[i]}")
                ),
        ];
}
