using System.ComponentModel.DataAnnotations;
using Assay.Data;

namespace Assay.Select;

/// <summary>Options of <see cref="Mix"/>; at most one of <see cref="Alpha"/> and <see cref="Weights"/> is given.</summary>
public sealed record MixOptions
{
    /// <summary>The column that names a row's domain: text, whole numbers or truth values.</summary>
    [Required]
    public string By { get; init; } = "";

    /// <summary>
    /// How much comes out: a share of what is in view, or a count, which may be more than there is (rows are then repeated). Default: 100%.
    /// </summary>
    public Amount Keep { get; init; } = Amount.Share(1);

    /// <summary>What amounts, sizes and weights count: rows or bytes of text. Default: rows.</summary>
    public Budget Budget { get; init; } = Budget.Rows;

    /// <summary>
    /// Weights proportional to size to this power: 1 as the domains are, 0 the same for each, 0.3 as for languages. Default: 1.
    /// </summary>
    [Range(0, 1)]
    public double? Alpha { get; init; }

    /// <summary>A weight for each domain, not negative; they need not sum to 1. A domain with weight 0 is left out.</summary>
    public IReadOnlyDictionary<string, double>? Weights { get; init; }

    /// <summary>How often a domain is gone through at most; what it cannot give, the others give. Default: 4.</summary>
    [Range(1, 1000)]
    public int MaxEpochs { get; init; } = 4;
}
