using System.ComponentModel.DataAnnotations;
using Assay.Data;

namespace Assay.Plan.Filter;

/// <summary>Options of <see cref="FilterPlan"/>.</summary>
public sealed record FilterOptions
{
    /// <summary>The column that names the quality pool that a run was trained on: equal parts of the data by a quality score.</summary>
    public string Pool { get; init; } = "pool";

    /// <summary>The column of samples (rows, tokens) that a run has seen in all, repetitions counted, at its end.</summary>
    public string Samples { get; init; } = "samples";

    /// <summary>The column of a run's error: 1 - accuracy, or a loss.</summary>
    public string Error { get; init; } = "error";

    /// <summary>The column of a pool's size: samples of one epoch. Of no use where 'pool-size' is given.</summary>
    public string Size { get; init; } = "pool-size";

    /// <summary>Size of every pool, if all are equal: 12.8M. 0 reads the column 'size'.</summary>
    public Amount PoolSize { get; init; } = Amount.Count(0);

    /// <summary>Samples that the planned training can see: 32M, 640M. Default: a quarter to eight times the longest run, by factors of two.</summary>
    public IReadOnlyList<Amount> Budgets { get; init; } = [];

    /// <summary>
    /// What repeating a row does: half-life (it teaches less each time), effective-data (it counts as less than a sample) or power-law (no harm).
    /// The answer is by this law; the others stand beside it.
    /// </summary>
    public RepetitionLaw Law { get; init; } = RepetitionLaw.HalfLife;

    /// <summary>How the half-life law is written: paper, or official-code, whose figures the paper shows.</summary>
    public LawForm Form { get; init; } = LawForm.Paper;

    /// <summary>Resamples of the residuals behind the intervals, 0 to 2000; 0 gives none.</summary>
    [Range(0, 2000)]
    public int Resamples { get; init; } = 200;
}
