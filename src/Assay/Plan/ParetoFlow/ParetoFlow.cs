using Assay.Data;
using Assay.Numerics;
using Assay.Studies;

namespace Assay.Plan;

/// <summary>Proposes designs on the front of several objectives from a table of measured ones, by guided flows and by genetic searches.</summary>
/// <remarks>
/// "ParetoFlow: Guided Flows in Multi-Objective Optimization", arXiv 2412.03718v2; NSGA-II and MOEA/D on the same predictors beside it. Which to
/// take is decided by a second set of predictors that none of them has seen.
/// </remarks>
[Method("plan/pareto-flow", Paper = "pareto-flow")]
public sealed class ParetoFlow(ParetoFlowOptions options) : IStudy
{
    /// <inheritdoc/>
    public Study Run(View data, Work work)
    {
        using Workers.LimitScope limit = Workers.Limit(Math.Min(256, work.Threads));
        IReadOnlyList<Objective> objectives = Objectives();
        DesignData table = DesignTable.Read(data, options, objectives, work);
        if (table.Space.Width == 0)
            throw new AssayException("the designs are all alike", hint: "Every column has one value only.");
        DesignNetworks networks = DesignNetworks.Train(table, options.Networks, work);
        DesignSearch search = new(table, networks, options.Count);
        DesignProposal rows = search.BestOfData(),
            genetic = search.ByNsga2(options.Search, work.Random.Child("nsga2"), work),
            divided = search.ByMoead(options.Search, work.Random.Child("moead"), work),
            flow = search.ByFlow(
                WeightSpread.Even(objectives.Count, options.Weights, options.Neighbours),
                options,
                work.Random.Child("flow"),
                work: work
            );
        return new DesignReport(table, networks, objectives, rows, [flow, genetic, divided]).Study();
    }

    private Objective[] Objectives()
    {
        Objective[] objectives =
        [
            .. options.Minimise.Select(name => new Objective(name, Maximise: false)),
            .. options.Maximise.Select(name => new Objective(name, Maximise: true)),
        ];
        if (objectives.Length < 2)
            throw new AssayException(
                "a front needs two objectives at least",
                hint: "Name columns: minimise: [ cost, weight ], maximise: [ strength ]."
            );
        foreach (IGrouping<string, Objective> name in objectives.GroupBy(of => of.Metric))
            if (name.Count() > 1)
                throw new AssayException(
                    $"the objective '{name.Key}' is named twice",
                    hint: "Name each column once, under 'minimise' or under 'maximise'."
                );
        return objectives;
    }
}
