using Assay.Data;
using Assay.Numerics;

namespace Assay.Plan;

/// <summary>Proposes designs from what was learnt of a table, by the flow or by genetic searches on the same predictors.</summary>
/// <param name="data">The table.</param>
/// <param name="networks">What was learnt.</param>
/// <param name="count">Designs to propose, at least 1.</param>
public sealed class DesignSearch(DesignData data, DesignNetworks networks, int count)
{
    // Designs that differ by less in every number, in standard deviations, are one.
    private const double SameDesign = 1e-3;

    /// <summary>Proposes by guided flows: <see cref="GuidedSampler"/>.</summary>
    /// <param name="weights">A weight for each sample.</param>
    /// <param name="options">How to sample.</param>
    /// <param name="random">Where the random numbers come from.</param>
    /// <param name="keepBounds">False leaves designs where they go, as the published code does on most tasks: for comparison only.</param>
    /// <param name="work">Progress and cancellation; null has neither.</param>
    public DesignProposal ByFlow(
        WeightSpread weights,
        GuidedSamplingOptions options,
        RandomStream random,
        bool keepBounds = true,
        Work? work = null
    )
    {
        int[] best = data.Best(weights.Count);
        int d = data.Space.Width,
            m = data.M;
        float[] designs = [.. best.SelectMany(row => data.Encoded.Skip(row * d).Take(d))];
        double[] objectives = [.. best.SelectMany(row => data.Standardised.Skip(row * m).Take(m))];
        GuidedSampler sampler = new(
            networks.Flow,
            networks.Predictors,
            weights,
            options,
            keepBounds ? data.Space.Box : null
        )
        {
            Worst = options.ConeOrigin == ConeOrigin.Worst ? data.Worst : null,
            Progress = work?.Progress,
            Cancellation = work?.Cancellation ?? default,
        };
        GuidedSample sample = sampler.Run(DesignArchive.Greedy(weights, designs, objectives), random);
        return Propose(
            "ParetoFlow",
            options.Archive ? sample.Archive.Designs : sample.Final,
            keepBounds,
            sample.Clipped
        );
    }

    /// <summary>Proposes by NSGA-II on the predictors, beginning with the best rows of the data.</summary>
    /// <param name="options">How long and how widely; the population is at least the number of proposals.</param>
    /// <param name="random">Where the random numbers come from.</param>
    /// <param name="work">Progress and cancellation; null has neither.</param>
    public DesignProposal ByNsga2(GeneticOptions options, RandomStream random, Work? work = null)
    {
        GeneticOptions used = Used(options);
        Nsga2 nsga2 = new(used)
        {
            Watch = (generation, _, _) =>
            {
                if (generation % 10 == 9)
                    work?.Progress?.Report(new("NSGA-II", generation + 1, used.Generations, "generations"));
            },
        };
        return Found(
            "NSGA-II",
            nsga2.Run(Predicted(), Start(used.Population), random, work?.Cancellation ?? default).Designs
        );
    }

    /// <summary>The same by MOEA/D.</summary>
    /// <inheritdoc cref="ByNsga2"/>
    public DesignProposal ByMoead(GeneticOptions options, RandomStream random, Work? work = null)
    {
        GeneticOptions used = Used(options);
        return Found(
            "MOEA/D",
            new Moead(used).Run(Predicted(), Start(used.Population), random, work?.Cancellation ?? default).Designs
        );
    }

    /// <summary>The best rows of the data, with what was measured: what every proposal is to beat.</summary>
    public DesignProposal BestOfData()
    {
        int[] best = data.Best(count);
        int columns = data.Space.Columns.Count,
            m = data.M;
        double[] designs = [.. best.SelectMany(row => data.Designs.Skip(row * columns).Take(columns))],
            objectives = [.. best.SelectMany(row => data.Objectives.Skip(row * m).Take(m))];
        return new("best rows", designs, objectives, Judged(data.Space.Encode(designs)))
        {
            Distances = new double[best.Length],
        };
    }

    /// <summary>The share of designs that lie outside of the bounds.</summary>
    public double ShareOutside(DesignProposal proposal) =>
        (double)data.Space.Box.CountOutside(data.Space.Encode(proposal.Designs)) / Math.Max(1, proposal.Count);

    private GeneticOptions Used(GeneticOptions options) =>
        options with
        {
            Population = Math.Max(options.Population, count),
        };

    private PredictedProblem Predicted() => new(data, networks.Predictors);

    private double[] Start(int population)
    {
        int d = data.Space.Width;
        return [.. data.Best(population).SelectMany(row => data.Encoded.Skip(row * d).Take(d)).Select(x => (double)x)];
    }

    private DesignProposal Found(string name, double[] designs) =>
        Propose(name, [.. designs.Select(x => (float)x)], keepBounds: true, clipped: 0);

    private double[] Judged(float[] encoded)
    {
        double[] standardised = new double[encoded.Length / data.Space.Width * data.M];
        networks.Referees.Predict(encoded, standardised);
        return data.Restored(standardised);
    }

    // What is predicted is predicted of the design as it is written down, so after categories were chosen.
    private DesignProposal Propose(string name, float[] candidates, bool keepBounds, double clipped)
    {
        int d = data.Space.Width,
            m = data.M,
            columns = data.Space.Columns.Count;
        double[] designs = data.Space.Decode(candidates, keepBounds);
        float[] encoded = data.Space.Encode(designs);
        int[] distinct = Distinct(encoded, d);
        encoded = [.. distinct.SelectMany(row => encoded.Skip(row * d).Take(d))];
        double[] standardised = new double[distinct.Length * m];
        networks.Predictors.Predict(encoded, standardised);
        int[] kept = [.. Crowding.Order(standardised, m).Take(count)];
        float[] keptDesigns = [.. kept.SelectMany(row => encoded.Skip(row * d).Take(d))];
        return new(
            name,
            [.. kept.SelectMany(row => designs.Skip(distinct[row] * columns).Take(columns))],
            data.Restored([.. kept.SelectMany(row => standardised.Skip(row * m).Take(m))]),
            Judged(keptDesigns)
        )
        {
            Clipped = clipped,
            Distances = data.Distances(keptDesigns),
        };
    }

    private static int[] Distinct(float[] encoded, int d)
    {
        List<int> kept = [];
        for (int row = 0; row < encoded.Length / d; row++)
        {
            bool same = false;
            foreach (int other in kept)
            {
                same = true;
                for (int j = 0; j < d && same; j++)
                    same = Math.Abs(encoded[row * d + j] - encoded[other * d + j]) <= SameDesign;
                if (same)
                    break;
            }
            if (!same)
                kept.Add(row);
        }
        return [.. kept];
    }

    /// <summary>The predicted objectives within the bounds, categories snapped to one.</summary>
    private sealed class PredictedProblem(DesignData data, IObjectiveModel model) : IBoxProblem
    {
        private readonly bool _snaps = data.Space.Columns.Any(column => column.Categories is not null);

        public int Objectives => data.M;

        public IReadOnlyList<double> Low { get; } = [.. data.Space.Box.Low.Select(x => (double)x)];

        public IReadOnlyList<double> High { get; } = [.. data.Space.Box.High.Select(x => (double)x)];

        public void Evaluate(ReadOnlySpan<double> designs, Span<double> objectives)
        {
            float[] encoded = new float[designs.Length];
            for (int i = 0; i < encoded.Length; i++)
                encoded[i] = (float)designs[i];
            model.Predict(_snaps ? data.Space.Encode(data.Space.Decode(encoded)) : encoded, objectives);
        }
    }
}

/// <summary>Proposed designs and what is expected of them.</summary>
/// <param name="Name">Who proposes them.</param>
/// <param name="Designs">Row-major, categories by number; the best first.</param>
/// <param name="Objectives">Their objectives as the search's own predictors expect them, or as measured; all minimised, row-major.</param>
/// <param name="Judged">The same by the predictors that no search has seen.</param>
public sealed record DesignProposal(string Name, double[] Designs, double[] Objectives, double[] Judged)
{
    /// <summary>The share of offspring that lay outside of the bounds and were brought back.</summary>
    public double Clipped { get; init; }

    /// <summary>How far each design lies from the nearest row of the data: see <see cref="DesignData.Distances"/>.</summary>
    public required double[] Distances { get; init; }

    /// <summary>Number of designs.</summary>
    public int Count => Distances.Length;
}
