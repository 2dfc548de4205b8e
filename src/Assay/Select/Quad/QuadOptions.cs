using System.ComponentModel.DataAnnotations;
using Assay.Data;
using Assay.Models;
using Assay.Value;

namespace Assay.Select;

/// <summary>Options of <see cref="Quad"/>. Where 0 chooses, the choice suits pools of thousands of rows; the paper's are for millions.</summary>
public sealed record QuadOptions : ModelEmbeddingOptions
{
    /// <summary>How much stays: a share of the rows in view or a count.</summary>
    [Required]
    public Amount Keep { get; init; }

    /// <summary>The reference dataset whose loss is to fall. Report final results on another one.</summary>
    [Required, DatasetName]
    public string Target { get; init; } = "target";

    /// <summary>A signal of an earlier step to probe instead of influence: larger is better. No model is trained then.</summary>
    public string? By { get; init; }

    /// <summary>Clusters; 0 chooses one for each 400 rows. The paper's: 10,000.</summary>
    [Range(0, 100_000)]
    public int Clusters { get; init; }

    /// <summary>Clusters that are probed in a round (B); 0 chooses a tenth of them. The release's: 50 of 10,000.</summary>
    [Range(0, 100_000)]
    public int PerRound { get; init; }

    /// <summary>Rows of a probe (q). The release's: 10.</summary>
    [Range(1, 100_000)]
    public int ProbeRows { get; init; } = 5;

    /// <summary>Rows that are taken of a cluster when a probe pays (M); 0 chooses an 80th of what stays. The release's: 20,000.</summary>
    [Range(0, 100_000_000)]
    public int ChunkRows { get; init; }

    /// <summary>Rounds at most (T). The release's: 200.</summary>
    [Range(1, 1_000_000)]
    public int Rounds { get; init; } = 1000;

    /// <summary>Alpha: what rarely tried clusters are favoured by, on the scale of influence. Default: the standard deviation of the first round's means. The release's: 0.0001.</summary>
    [Range(0.0, 1e9)]
    public double? Exploration { get; init; }

    /// <summary>Tau: the mean influence of a probe above which a chunk is taken. Default: the median of the first round's. The release's: 0.002.</summary>
    public double? Threshold { get; init; }

    /// <summary>How far the reward of a probe reaches (r), in one minus the cosine of centres; 0 for not beyond the cluster.</summary>
    [Range(0.0, 2.0)]
    public double Radius { get; init; } = 0.2;

    /// <summary>The curvature: ek-fac, k-fac, or cosine for none.</summary>
    public InfluenceMethod Method { get; init; } = InfluenceMethod.EkFac;

    /// <summary>Whether attention's layers count, or the feed-forward ones alone.</summary>
    public bool Attention { get; init; } = true;

    /// <summary>Added to the curvature, as a share of the mean eigenvalue of each layer.</summary>
    [Range(0.0, 1e6)]
    public double Damping { get; init; } = 0.1;

    /// <summary>Rows that curvature is told from, drawn at random.</summary>
    [Range(1, 100_000_000)]
    public int CurvatureRows { get; init; } = 256;

    /// <summary>By which labels the curvature is made. The release's: those of the data.</summary>
    public FisherLabels Fisher { get; init; } = FisherLabels.Drawn;

    /// <summary>Tokens of a row that are looked at, from its start.</summary>
    [Range(1, 100_000_000)]
    public int MostTokens { get; init; } = 20_480;

    /// <summary>Chunks of a row that are shorter are left out, and a row without any has influence 0. The release's: 512, of 1,024.</summary>
    [Range(1, 512)]
    public int LeastTokens { get; init; } = 16;
}
