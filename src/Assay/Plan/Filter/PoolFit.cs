using Assay.Numerics;

namespace Assay.Plan.Filter;

/// <summary>What the runs on single pools say of them.</summary>
/// <param name="Law">What repetition does.</param>
/// <param name="Form">How the half-life law is written.</param>
/// <param name="Shared">What all pools share.</param>
/// <param name="Pools">The pools, in the order of the runs.</param>
/// <param name="Errors">For each pool, what the law says of each of its runs.</param>
/// <param name="SumOfSquares">For each pool, the sum of squared differences to its runs.</param>
/// <remarks>
/// Source: arXiv 2404.07177, section 5 and the official code, which searches a grid that it cuts at a random tenth, since continuous fitters
/// were found unstable there. Ours is stable because scale and floor, which trade off with the utility, are gone through on a grid first, and
/// only the best are moved together with the rest.
/// </remarks>
public sealed record PoolFit(
    RepetitionLaw Law,
    LawForm Form,
    SharedConstants Shared,
    IReadOnlyList<Pool> Pools,
    IReadOnlyList<IReadOnlyList<double>> Errors,
    IReadOnlyList<double> SumOfSquares
)
{
    private const double LongestHalfLife = 1e4;
    private const int Scales = 12,
        Floors = 9,
        Kept = 3; // grid points from which all parameters are moved together

    /// <summary>Fits all pools at once: utility and half-life of each, scale and floor of all.</summary>
    /// <param name="law">What repetition does.</param>
    /// <param name="form">How the half-life law is written.</param>
    /// <param name="runs">The pools, at least one; together more runs than parameters, or the fit is one of many.</param>
    /// <param name="unit">Samples that count as one; in the paper's form all pools meet there.</param>
    /// <param name="fixedShared">Scale and floor if they are known, else null.</param>
    /// <param name="start">A fit of nearly the same runs to begin at, which saves the grid; else null.</param>
    /// <param name="oneTask">True to give all pools one utility and one half-life: pools that differ in size only.</param>
    /// <param name="cancellation">Asks to stop.</param>
    public static PoolFit Of(
        RepetitionLaw law,
        LawForm form,
        IReadOnlyList<PoolRuns> runs,
        double unit = 1,
        SharedConstants? fixedShared = null,
        PoolFit? start = null,
        bool oneTask = false,
        CancellationToken cancellation = default
    )
    {
        int perPool = law == RepetitionLaw.PowerLaw ? 1 : 2,
            kinds = oneTask ? 1 : runs.Count;
        double lowest = runs.Min(run => run.Errors.Min());
        int count = runs.Sum(run => run.Errors.Count);

        Pool PoolAt(ReadOnlySpan<double> at, int kind) =>
            new(
                -Math.Exp(at[kind * perPool]),
                perPool == 2 ? Math.Exp(at[kind * perPool + 1]) : double.PositiveInfinity
            );
        void Residuals(ReadOnlySpan<double> at, SharedConstants shared, Span<double> residuals)
        {
            int next = 0;
            for (int i = 0; i < runs.Count; i++)
            {
                Pool pool = PoolAt(at, oneTask ? 0 : i);
                for (int j = 0; j < runs[i].Errors.Count; j++)
                    residuals[next++] =
                        RepetitionCurve.Error(law, form, shared, [pool], [runs[i].Size], runs[i].Samples[j])
                        - runs[i].Errors[j];
            }
        }
        double[] low =
            [.. Enumerable.Repeat((double[])[Math.Log(1e-5), Math.Log(1e-2)], kinds).SelectMany(one => one[..perPool])],
            high =

            [
                .. Enumerable
                    .Repeat((double[])[Math.Log(10), Math.Log(LongestHalfLife)], kinds)
                    .SelectMany(one => one[..perPool]),
            ];

        LeastSquaresFit Conditional(SharedConstants shared, IEnumerable<IReadOnlyList<double>> starts) =>
            LevenbergMarquardt.FitBest((at, residuals) => Residuals(at, shared, residuals), count, starts, low, high);
        // Scale and floor behind the pools; the scale by its logarithm.
        LeastSquaresFit Joint(IEnumerable<IReadOnlyList<double>> starts) =>
            LevenbergMarquardt.FitBest(
                (at, residuals) => Residuals(at, new(Math.Exp(at[^2]), at[^1], unit), residuals),
                count,
                starts,
                [.. low, Math.Log(1e-8), 0],
                [.. high, Math.Log(1e8), lowest]
            );
        double[] Starts(double utility, double halfLife) =>
            [
                .. Enumerable
                    .Repeat((double[])[Math.Log(utility), Math.Log(halfLife)], kinds)
                    .SelectMany(one => one[..perPool]),
            ];
        IReadOnlyList<double>[] several =
        [
            .. from utility in (double[])[0.05, 0.2, 0.6]
            from halfLife in (double[])[2, 20]
            select Starts(utility, halfLife),
        ];

        double[] best;
        SharedConstants sharedBest;
        if (fixedShared is not null)
        {
            best = [.. Conditional(fixedShared, several).Parameters];
            sharedBest = fixedShared;
        }
        else
        {
            List<(double Sum, double[] At)> grid = [];
            if (start is not null)
                grid.Add((0, At(start)));
            else
                foreach (SharedConstants shared in Grid(form, law, runs, unit, lowest))
                {
                    cancellation.ThrowIfCancellationRequested();
                    LeastSquaresFit fit = Conditional(shared, [several[0], several[3]]);
                    grid.Add((fit.SumOfSquares, [.. fit.Parameters, Math.Log(shared.Scale), shared.Floor]));
                }
            LeastSquaresFit joint = Joint(grid.OrderBy(one => one.Sum).Take(Kept).Select(one => one.At));
            best = [.. joint.Parameters.Take(kinds * perPool)];
            sharedBest = new(Math.Exp(joint.Parameters[^2]), joint.Parameters[^1], unit);
        }
        Pool[] pools = [.. runs.Select((_, i) => PoolAt(best, oneTask ? 0 : i))];
        double[][] errors =
        [
            .. runs.Select(
                (run, i) =>
                    run
                        .Samples.Select(samples =>
                            RepetitionCurve.Error(law, form, sharedBest, [pools[i]], [run.Size], samples)
                        )
                        .ToArray()
            ),
        ];
        return new(
            law,
            form,
            sharedBest,
            pools,
            errors,
            [.. runs.Select((run, i) => run.Errors.Zip(errors[i], (y, fit) => (y - fit) * (y - fit)).Sum())]
        );

        double[] At(PoolFit from) =>
            [
                .. from
                    .Pools.Take(kinds)
                    .SelectMany(pool =>
                        ((double[])[Math.Log(-pool.Utility), Math.Log(Math.Min(pool.HalfLife, LongestHalfLife))])[
                            ..perPool
                        ]
                    ),
                Math.Log(from.Shared.Scale),
                from.Shared.Floor,
            ];
    }

    /// <summary>The error that the union of the best pools is predicted to have.</summary>
    /// <param name="runs">The runs that were fitted, for the sizes.</param>
    /// <param name="order">Pools, the best first.</param>
    /// <param name="keep">How many of them are kept.</param>
    /// <param name="samples">Samples seen.</param>
    public double Predict(IReadOnlyList<PoolRuns> runs, IReadOnlyList<int> order, int keep, double samples) =>
        RepetitionCurve.Error(
            Law,
            Form,
            Shared,
            [.. order.Take(keep).Select(i => Pools[i])],
            [.. order.Take(keep).Select(i => runs[i].Size)],
            samples
        );

    /// <summary>Number of parameters that were fitted, scale and floor among them.</summary>
    public int ParameterCount => Pools.Count * (Law == RepetitionLaw.PowerLaw ? 1 : 2) + 2;

    /// <summary>Variance of the runs around the law, or NaN where there are no more runs than parameters.</summary>
    public double Variance
    {
        get
        {
            int freedom = Errors.Sum(errors => errors.Count) - ParameterCount;
            return freedom > 0 ? SumOfSquares.Sum() / freedom : double.NaN;
        }
    }

    /// <summary>The half-lives that a pool's runs allow: those whose best utility fits no worse than noise does.</summary>
    /// <remarks>
    /// The profile of the sum of squares with scale and floor held: up to 3.84 (the 95 % point of chi-squared) variances above the least. With few
    /// epochs the upper end is infinite: the runs do not show that repetition does harm.
    /// </remarks>
    /// <param name="run">The pool's runs.</param>
    /// <param name="pool">Which pool of the fit it is.</param>
    public (double Low, double High) HalfLifeRange(PoolRuns run, int pool)
    {
        double allowed = SumOfSquares[pool] + 3.84 * Variance;
        if (Law == RepetitionLaw.PowerLaw || double.IsNaN(allowed))
            return (0, double.PositiveInfinity);
        double Least(double halfLife) =>
            LevenbergMarquardt
                .Fit(
                    (at, residuals) =>
                    {
                        for (int j = 0; j < residuals.Length; j++)
                            residuals[j] =
                                RepetitionCurve.Error(
                                    Law,
                                    Form,
                                    Shared,
                                    [new(-Math.Exp(at[0]), halfLife)],
                                    [run.Size],
                                    run.Samples[j]
                                ) - run.Errors[j];
                    },
                    run.Errors.Count,
                    [Math.Log(-Pools[pool].Utility)],
                    [Math.Log(1e-5)],
                    [Math.Log(10)]
                )
                .SumOfSquares;
        double End(double factor, double limit)
        {
            double inside = Pools[pool].HalfLife;
            while (factor > 1 ? inside < limit : inside > limit)
            {
                double outside = inside * factor;
                if (Least(outside) > allowed)
                {
                    for (int i = 0; i < 30; i++)
                    {
                        double middle = Math.Sqrt(inside * outside);
                        (inside, outside) = Least(middle) > allowed ? (inside, middle) : (middle, outside);
                    }
                    return inside;
                }
                inside = outside;
            }
            return factor > 1 ? double.PositiveInfinity : 0;
        }
        return (End(1 / 1.5, 1e-2), End(1.5, LongestHalfLife));
    }

    /// <summary>The pools from the best to the worst: the more negative the utility, the better.</summary>
    public int[] Order() => [.. Enumerable.Range(0, Pools.Count).OrderBy(i => Pools[i].Utility)];

    // Scales around what the first epochs show, whichever form says so.
    private static IEnumerable<SharedConstants> Grid(
        LawForm form,
        RepetitionLaw law,
        IReadOnlyList<PoolRuns> runs,
        double unit,
        double lowest
    )
    {
        bool isInside = law == RepetitionLaw.EffectiveData || form == LawForm.OfficialCode;
        double first = runs.Min(run => run.Samples.Min()) / unit,
            highest = runs.Max(run => run.Errors.Max());
        for (int f = 0; f < Floors; f++)
        {
            double floor = lowest * f / Floors;
            for (int s = 0; s < Scales; s++)
            {
                // For a utility from 0.02 to 0.8, the scale with which the curve passes through its first height.
                double utility = 0.02 * Math.Pow(40, s / (Scales - 1.0));
                double scale = isInside
                    ? Math.Pow(highest - floor, -1 / utility) / first
                    : (highest - floor) * Math.Pow(first, utility);
                if (double.IsFinite(scale) && scale > 0)
                    yield return new(Math.Clamp(scale, 1e-8, 1e8), floor, unit);
            }
        }
    }
}
