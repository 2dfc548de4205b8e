using System.ComponentModel.DataAnnotations;
using Assay.Numerics;

namespace Assay.Plan;

/// <summary>Options of <see cref="ParetoFlow"/>.</summary>
public sealed record ParetoFlowOptions : GuidedSamplingOptions
{
    /// <summary>Columns of objectives of which less is better; with 'maximise' two at least, none twice.</summary>
    public IReadOnlyList<string> Minimise { get; init; } = [];

    /// <summary>Columns of objectives of which more is better.</summary>
    public IReadOnlyList<string> Maximise { get; init; } = [];

    /// <summary>The columns of designs. Default: all that are no objectives.</summary>
    public IReadOnlyList<string> Designs { get; init; } = [];

    /// <summary>Columns of designs whose numbers name categories; columns of text do so anyway.</summary>
    public IReadOnlyList<string> Categories { get; init; } = [];

    /// <summary>Lower and upper bound of columns of designs: { speed: [0, 10] }. Default: the range of the data.</summary>
    public IReadOnlyDictionary<string, double[]> Bounds { get; init; } = new Dictionary<string, double[]>();

    /// <summary>Designs to propose. The paper: 256.</summary>
    [Range(1, 100_000)]
    public int Count { get; init; } = 256;

    /// <summary>Weights of the objectives, at least; evenly spread ones come in certain numbers. The paper: 300.</summary>
    [Range(1, 10_000)]
    public int Weights { get; init; } = 300;

    /// <summary>Weights that exchange offspring, each itself included; 0 is one more than there are objectives, as in the paper.</summary>
    [Range(0, 10_000)]
    public int Neighbours { get; init; }

    /// <summary>How the networks are trained: { flow-width, flow-epochs, predictor-width, predictor-epochs, batch, learning-rate }.</summary>
    public DesignNetworkOptions Networks { get; init; } = new();

    /// <summary>The rivals on the same predictors, NSGA-II and MOEA/D: { population, generations, crossover, crossover-index, mutation-index }.</summary>
    public GeneticOptions Search { get; init; } = new();
}
