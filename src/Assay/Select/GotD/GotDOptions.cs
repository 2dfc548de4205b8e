using System.ComponentModel.DataAnnotations;
using Assay.Data;
using Assay.Value;

namespace Assay.Select;

/// <summary>Options of <see cref="GotD"/>.</summary>
public sealed record GotDOptions : TransportOptions
{
    /// <summary>How much stays: a share of what is in view or a count, in rows or bytes as <see cref="Budget"/> says.</summary>
    [Required]
    public Amount Keep { get; init; }

    /// <summary>What <see cref="Keep"/> counts.</summary>
    public Budget Budget { get; init; } = Budget.Rows;

    /// <summary>The column that says which domain a row is of, if only the domains nearest to the target are to be chosen from.</summary>
    public string? Domain { get; init; }

    /// <summary>How many of the nearest domains are chosen from, with <c>domain</c>. Paper: 2 to 4.</summary>
    [Range(1, 1000)]
    public int NearestDomains { get; init; } = 3;

    /// <summary>Rows of a domain that its distance is computed from, at most, drawn at random.</summary>
    [Range(1, 10_000_000)]
    public int DomainRows { get; init; } = 20_000;
}
