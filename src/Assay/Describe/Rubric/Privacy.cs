namespace Assay.Describe;

/// <summary>The privacy score P: how many of six kinds of sensitive annotation a dataset does not release.</summary>
/// <remarks>
/// Source: "On Responsible Machine Learning Datasets", arXiv 2310.15848: P = 6 minus the number of kinds released [inferred]. Addition: kinds that mean
/// nothing for the data are left out, and P is scaled to 6 again. A kind of which nothing is known earns nothing.
/// </remarks>
/// <param name="Kinds">The six kinds; <see cref="Known.Yes"/> is released.</param>
public sealed record Privacy(IReadOnlyList<DeclaredFact> Kinds)
{
    /// <summary>The largest P.</summary>
    public const double Most = 6;

    /// <summary>Names and whatever identifies as names do.</summary>
    public const string Names = "names";

    /// <summary>Sensitive and protected attributes.</summary>
    public const string Attributes = "protected-attributes";

    /// <summary>Accessories: glasses, hats, veils.</summary>
    public const string Accessories = "accessories";

    /// <summary>Critical objects: cards, licences, plates, screens.</summary>
    public const string Objects = "critical-objects";

    /// <summary>What a place can be inferred from.</summary>
    public const string Location = "location";

    /// <summary>Medical conditions.</summary>
    public const string Medical = "medical-condition";

    /// <summary>Names of the six kinds.</summary>
    public static IReadOnlyList<string> All { get; } = [Names, Attributes, Accessories, Objects, Location, Medical];

    /// <summary>Kinds that apply.</summary>
    public int Applicable => Kinds.Count(kind => kind.State != Known.NotApplicable);

    /// <summary>Kinds that apply and are known not to be released.</summary>
    public int Private => Kinds.Count(kind => kind.State == Known.No);

    /// <summary>Kinds that are released.</summary>
    public int Released => Kinds.Count(kind => kind.State == Known.Yes);

    /// <summary>P, 0 to 6; 0 where no kind applies.</summary>
    public double Score => Applicable == 0 ? 0 : Most * Private / Applicable;
}
