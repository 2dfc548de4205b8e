using System.ComponentModel.DataAnnotations;

namespace Assay.Value;

/// <summary>Options of <see cref="DsirWeight"/>.</summary>
public record DsirOptions
{
    /// <summary>The dataset whose distribution is wanted.</summary>
    [Required, DatasetName]
    public string Target { get; init; } = "";

    /// <summary>N-grams of 1 to so many words are counted, 1 to 5. Paper: 2.</summary>
    [Range(1, 5)]
    public int NGrams { get; init; } = 2;

    /// <summary>Buckets that n-grams are hashed into, 16 to 1,000,000. Paper: 10,000.</summary>
    [Range(16, 1_000_000)]
    public int Buckets { get; init; } = 10_000;

    /// <summary>
    /// Added to every count of the target. Paper: 0; with a target of less than some megabytes, 1 keeps n-grams that it
    /// happens not to have from deciding everything.
    /// </summary>
    [Range(0, 1e6)]
    public double Laplace { get; init; }

    /// <summary>Rows with fewer tokens have no value. Official code: 100.</summary>
    [Range(0, int.MaxValue)]
    public int MinTokens { get; init; } = 100;
}
