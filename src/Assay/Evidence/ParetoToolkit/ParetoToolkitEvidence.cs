using System.Globalization;
using Assay.Numerics;

namespace Assay.Evidence;

/// <summary>Where do ways to combine gradients lead, on the two toys that their papers argue with?</summary>
public sealed class ParetoToolkitEvidence : IExperiment
{
    private const double Close = 0.05; // of a mean loss to the least one
    private const int Rays = 5;

    private static readonly (double X, double Y)[] Starts = [(-8.5, 7.5), (-8.5, -5), (9, 9)];

    private static readonly (string Name, Func<GradientProducts, double[]> Weights)[] Ways =
    [
        ("mean", products => products.Equal()),
        ("mgda", products => Mgda.Weights(products)),
        ("pcgrad", products => PcGrad.Weights(products)),
        ("cagrad", products => CaGrad.Weights(products, 0.5)),
    ];

    /// <inheritdoc/>
    public string Slug => "pareto-toolkit";

    /// <inheritdoc/>
    public string Title => "The Pareto toolkit: MGDA (2018), PCGrad (2020), EPO (2020) and CAGrad (2021) on their toys";

    /// <inheritdoc/>
    public string Protocol =>
        "(1) Two losses of two parameters with narrow valleys and a common bowl (the toy of CAGrad): 100,000 Adam steps at 0.001 from its three starts, the same for every seed, and from the three "
        + "moved by normal numbers of 0.5, against the mean, MGDA, PCGrad (without division) and CAGrad with c = 0.5. (2) Two losses of 20 parameters with a front that is hollow towards the ideal (the toy of EPO): "
        + "five proportions of the losses, at even angles from 9 to 81 degrees, a random start in [-0.5, 0.5] for each; 500 steps of exact Pareto optimal search, and 5,000 of weighted sums "
        + "with the same preferences as weights. Ranks and hypervolumes of the toolkit are compared with other implementations in the tests; times are not evidence.";

    /// <inheritdoc/>
    public IReadOnlyList<string> Data => [];

    /// <inheritdoc/>
    public int Seeds => 10;

    /// <inheritdoc/>
    public Figures Measure(Trial trial)
    {
        Figures figures = [];
        Valleys(trial, figures);
        Hollow(trial, figures);
        return figures;
    }

    /// <inheritdoc/>
    public IReadOnlyList<Finding> Conclude(Trials trials) =>
        [
            Exact(
                trials,
                "Descent of the mean stalls from some of the three starts",
                "stalls from some",
                "mean",
                "reached",
                count => count < 3,
                "fewer than three end within 0.05 of the least mean loss; deterministic"
            ),
            Exact(
                trials,
                "MGDA stops at Pareto points away from the least mean",
                "stops early, far from it",
                "mgda",
                "early",
                count => count == 3,
                "all three end within 0.1 of the Pareto points and more than 0.05 above the least mean loss; deterministic"
            ),
            Exact(trials, "PCGrad does so too", "-", "pcgrad", "early", count => count == 3, "the same; deterministic"),
            Exact(
                trials,
                "CAGrad reaches the least mean from all three starts",
                "from all starts",
                "cagrad",
                "reached",
                count => count == 3,
                "three end within 0.05 of the least mean loss; deterministic"
            ),
            Finding.Above(
                "So it does from starts that were moved (share of three)",
                "not given",
                trials.Mean("moved/cagrad/reached"),
                0.95
            ),
            Finding.Above(
                "and more often than the mean",
                "not given",
                trials.Difference("moved/cagrad/reached", "moved/mean/reached")
            ),
            Finding.Above(
                "and more often than PCGrad",
                "not given",
                trials.Difference("moved/cagrad/reached", "moved/pcgrad/reached")
            ),
            Largest(
                trials,
                "EPO ends where the losses stand in the proportions asked for (largest spread of r l over five proportions)",
                "below 2 %",
                "epo/spread",
                0.02
            ),
            Largest(
                trials,
                "With a tolerance of 1e-5 of the divergence in place of the released 1e-4",
                "-",
                "epo-fine/spread",
                0.02
            ),
            Largest(trials, "EPO ends at Pareto points (largest distance)", "on the front", "epo/distance", 0.02),
            new(
                "Weighted sums end near the two ends of the hollow front, whatever the weights",
                "collapse to the two ends",
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"{trials["sum/interior"].Sum():0} of {trials.Count * Rays} ends have both losses above 0.1; EPO {trials["epo/interior"].Sum():0}"
                ),
                trials["sum/interior"].Sum() == 0 ? Verdict.Replicated : Verdict.NotReplicated,
                "none has both losses above 0.1"
            ),
        ];

    private static Finding Exact(
        Trials trials,
        string claim,
        string paper,
        string way,
        string count,
        Func<double, bool> holds,
        string rule
    )
    {
        double[] above = [.. Starts.Select((_, start) => trials[$"start-{start}/{way}/above"][0])];
        double counted = trials[$"{way}/{count}"][0];
        return new(
            claim,
            paper,
            FormattableString.Invariant(
                $"{counted} of 3; above the least mean by {above[0]:0.000}, {above[1]:0.000} and {above[2]:0.000}"
            ),
            holds(counted) ? Verdict.Replicated : Verdict.NotReplicated,
            rule
        );
    }

    private static Finding Largest(Trials trials, string claim, string paper, string figure, double bound)
    {
        double largest = trials[figure].Max();
        return new(
            claim,
            paper,
            FormattableString.Invariant($"largest over seeds {largest:0.0000}"),
            largest < bound ? Verdict.Replicated : Verdict.NotReplicated,
            FormattableString.Invariant($"below {bound} for all seeds and proportions")
        );
    }

    private static void Valleys(Trial trial, Figures figures)
    {
        int steps = trial.Size(100_000, 2_000);
        double least = ValleyToy.Losses(0, ValleyToy.FrontHeight).Average();
        RandomStream random = trial.Random.Child("starts");
        (double X, double Y)[] moved =
        [
            .. Starts.Select(start => (start.X + 0.5 * random.NextGaussian(), start.Y + 0.5 * random.NextGaussian())),
        ];
        int done = 0;
        foreach ((string name, Func<GradientProducts, double[]> weights) in Ways)
        {
            (int reached, int early) = Run(Starts, (start, above) => figures[$"start-{start}/{name}/above"] = above);
            (figures[$"{name}/reached"], figures[$"{name}/early"]) = (reached, early);
            (reached, early) = Run(moved, static (_, _) => { });
            (figures[$"moved/{name}/reached"], figures[$"moved/{name}/early"]) = (reached / 3.0, early / 3.0);
            trial.Report("valleys", ++done, Ways.Length);

            (int Reached, int Early) Run((double X, double Y)[] starts, Action<int, double> report)
            {
                (int reached, int early) = (0, 0);
                for (int start = 0; start < starts.Length; start++)
                {
                    (double x, double y) = ValleyToy.Descend(
                        starts[start].X,
                        starts[start].Y,
                        steps,
                        weights,
                        trial.Cancellation
                    );
                    double above = ValleyToy.Losses(x, y).Average() - least,
                        beside = x - Math.Clamp(x, -7, 7),
                        distance = Math.Sqrt(
                            beside * beside + (y - ValleyToy.FrontHeight) * (y - ValleyToy.FrontHeight)
                        );
                    report(start, above);
                    if (above <= Close)
                        reached++;
                    else if (distance <= 0.1)
                        early++;
                }
                return (reached, early);
            }
        }
    }

    private static void Hollow(Trial trial, Figures figures)
    {
        RandomStream random = trial.Random.Child("rays");
        double spread = 0,
            fine = 0,
            distance = 0;
        int interior = 0,
            sumInterior = 0;
        for (int ray = 0; ray < Rays; ray++)
        {
            double angle = (0.1 + 0.8 * ray / (Rays - 1)) * Math.PI / 2;
            double[] preferences = [1 / Math.Cos(angle), 1 / Math.Sin(angle)],
                start = [.. Enumerable.Range(0, HollowToy.Dimensions).Select(_ => random.NextDouble() - 0.5)],
                end = HollowToy.Search(start, preferences, 1e-4, trial.Size(500, 50)),
                sum = HollowToy.Descend(
                    start,
                    [.. preferences.Select(value => value / preferences.Sum())],
                    trial.Size(5000, 50)
                );
            double[] losses = HollowToy.At(end).Losses;
            spread = Math.Max(spread, Spread(losses, preferences));
            distance = Math.Max(distance, HollowToy.FromFront(end));
            fine = Math.Max(
                fine,
                Spread(
                    HollowToy.At(HollowToy.Search(start, preferences, 1e-5, trial.Size(500, 50))).Losses,
                    preferences
                )
            );
            interior += losses.Min() > 0.1 ? 1 : 0;
            sumInterior += HollowToy.At(sum).Losses.Min() > 0.1 ? 1 : 0;
            trial.Report("rays", ray + 1, Rays);
        }
        figures["epo/spread"] = spread;
        figures["epo-fine/spread"] = fine;
        figures["epo/distance"] = distance;
        figures["epo/interior"] = interior;
        figures["sum/interior"] = sumInterior;
    }

    private static double Spread(double[] losses, double[] preferences)
    {
        double[] weighted = [.. losses.Select((loss, i) => loss * preferences[i])];
        return (weighted.Max() - weighted.Min()) / weighted.Average();
    }
}
