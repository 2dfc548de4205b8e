using System.Globalization;
using Assay.Data;
using Assay.Numerics;
using Assay.Studies;

namespace Assay.Plan.Filter;

/// <summary>Says how hard to filter at a budget: which quality pools to keep, from short runs on single pools.</summary>
/// <remarks>
/// Source: "Scaling Laws for Data Filtering - Data Curation cannot be Compute Agnostic", arXiv 2404.07177, sections 4 to 6. Each pool gets a utility and
/// a half-life under repetition, fitted from runs on it alone; the error of training on the union of the best pools follows without any run on a
/// union. Intervals are of a residual bootstrap of all pools together.
/// </remarks>
[Method("plan/filter", Paper = "data-filtering-scaling-laws")]
public sealed class FilterPlan(FilterOptions options) : IStudy
{
    private const int CurvePoints = 121;
    private const double Confidence = 0.95;

    /// <inheritdoc/>
    public Study Run(View data, Work work)
    {
        StudyTable table = StudyTable.Of(data, work.Cancellation);
        IReadOnlyList<PoolRuns> runs = PoolRuns.Of(table, options);
        foreach (PoolRuns run in runs)
            if (run.Samples.Distinct().Count() < 2)
                throw new AssayException(
                    $"the pool '{run.Name}' has runs of one length only",
                    hint: "A half-life shows in runs of several lengths: train each pool for 1, 2, 4 and 8 epochs, say."
                );
        PoolFit fit = Fit(options.Law, runs, null, work);
        int[] order = fit.Order();
        double[] budgets = Budgets(runs);
        PoolFit[] resampled = Resample(fit, runs, work);
        double[] axis = Axis(runs, budgets);
        FilterChoice[] choices = [.. budgets.Select(budget => FilterChoice.Of(fit, resampled, runs, order, budget))];
        List<Crossing> crossings = Crossing.Of(fit, resampled, runs, order, axis);
        (double Low, double High)[] halfLives = [.. order.Select(i => fit.HalfLifeRange(runs[i], i))];
        PoolFit[] rivals =
        [
            .. Enum.GetValues<RepetitionLaw>().Where(law => law != fit.Law).Select(law => Fit(law, runs, null, work)),
        ];
        return new()
        {
            Title = "How hard to filter",
            Answer = Answer(choices, crossings, runs.Count),
            Facts = Facts(choices[^1], crossings, fit, runs),
            Panels =
            [
                Predictions(fit, resampled, runs, order, axis, crossings, budgets),
                Decisions(choices, order, runs),
                Fits(fit, runs, order, halfLives),
                Measured(fit, runs, order),
                Laws([fit, .. rivals], runs, budgets),
            ],
            Notes = [.. Notes(fit, rivals, runs, order, halfLives, budgets)],
        };
    }

    private PoolFit Fit(RepetitionLaw law, IReadOnlyList<PoolRuns> runs, PoolFit? start, Work work) =>
        PoolFit.Of(law, options.Form, runs, start: start, cancellation: work.Cancellation);

    private double[] Budgets(IReadOnlyList<PoolRuns> runs)
    {
        if (options.Budgets.Any(budget => budget.IsShare || budget.Value < 1))
            throw new AssayException(
                "plan/filter: a budget is a number of samples",
                hint: "Write --budgets 32M,128M,640M."
            );
        return options.Budgets.Count > 0
            ? [.. options.Budgets.Select(budget => budget.Value).Distinct().Order()]
            :
            [
                .. Enumerable
                    .Range(0, 6)
                    .Select(i => Math.Round(runs.Max(run => run.Samples.Max()) * Math.Pow(2, i - 2))),
            ];
    }

    private static double[] Axis(IReadOnlyList<PoolRuns> runs, double[] budgets)
    {
        double low = Math.Min(budgets[0], runs.Min(run => run.Size)),
            high = Math.Max(budgets[^1], 2 * low);
        return [.. Enumerable.Range(0, CurvePoints).Select(i => low * Math.Pow(high / low, i / (CurvePoints - 1.0)))];
    }

    // Residuals of all pools are one bag: pools have too few runs to have their own.
    private PoolFit[] Resample(PoolFit fit, IReadOnlyList<PoolRuns> runs, Work work)
    {
        int count = runs.Sum(run => run.Errors.Count);
        double freedom = count - fit.ParameterCount;
        if (options.Resamples == 0 || freedom <= 0)
            return [];
        double[] residuals =
        [
            .. runs.SelectMany(
                (run, i) => run.Errors.Zip(fit.Errors[i], (y, law) => (y - law) * Math.Sqrt(count / freedom))
            ),
        ];
        double mean = residuals.Average();
        PoolFit[] fits = new PoolFit[options.Resamples];
        int done = 0;
        work.Each(
            fits.Length,
            i =>
            {
                RandomStream random = work.Random.Child("resample").Child(i);
                PoolRuns[] drawn =
                [
                    .. runs.Select(
                        (run, pool) =>
                            run with
                            {
                                Errors =
                                [
                                    .. fit.Errors[pool]
                                        .Select(law => law + residuals[random.NextInt32(residuals.Length)] - mean),
                                ],
                            }
                    ),
                ];
                fits[i] = Fit(fit.Law, drawn, fit, work);
                work.Progress?.Report(new("resamples", Interlocked.Increment(ref done), fits.Length, "fits"));
            }
        );
        return fits;
    }

    private static string Answer(FilterChoice[] choices, List<Crossing> crossings, int pools)
    {
        string Keep(int keep) =>
            keep == pools ? $"all {pools} pools"
            : keep == 1 ? "the best pool"
            : $"the best {keep} of {pools} pools";
        if (crossings.Count == 0)
            return $"Keep {Keep(choices[0].Keep)}, at every budget from {Short(choices[0].Budget)} to {Short(choices[^1].Budget)} samples.";
        string text = $"Keep {Keep(crossings[0].From)} up to {Short(crossings[0].At)} samples";
        for (int i = 0; i < crossings.Count; i++)
            text +=
                $", {Keep(crossings[i].To)} from there"
                + (i + 1 < crossings.Count ? $" to {Short(crossings[i + 1].At)}" : " on");
        return text + ".";
    }

    private static IReadOnlyList<Fact> Facts(
        FilterChoice last,
        List<Crossing> crossings,
        PoolFit fit,
        IReadOnlyList<PoolRuns> runs
    ) =>
        [
            new("Pools to keep", $"{last.Keep} of {runs.Count}", $"at {Short(last.Budget)} samples"),
            new(
                "Error there",
                Digits(last.Error),
                last.Interval is { } interval
                    ? $"{Digits(interval.Low)} to {Digits(interval.High)}"
                    : "no interval: too few runs"
            ),
            new(
                crossings.Count == 1 ? "The choice changes at" : "The choice changes",
                crossings.Count == 0 ? "nowhere"
                    : crossings.Count == 1 ? Short(crossings[0].At)
                    : $"{crossings.Count} times",
                crossings.Count == 0 ? "within the budgets"
                    : crossings[0].Low is { } low && crossings[0].High is { } high
                        ? $"first between {Short(low)} and {Short(high)}"
                    : "samples"
            ),
            new(
                "Error of the fit",
                Digits(Math.Sqrt(fit.SumOfSquares.Sum() / runs.Sum(run => run.Errors.Count))),
                "root mean square, on single pools"
            ),
        ];

    private CurvePanel Predictions(
        PoolFit fit,
        PoolFit[] resampled,
        IReadOnlyList<PoolRuns> runs,
        int[] order,
        double[] axis,
        List<Crossing> crossings,
        double[] budgets
    )
    {
        int chosen = FilterChoice.Best(fit, runs, order, budgets[^1]);
        Curve Line(int keep)
        {
            double[] errors = [.. axis.Select(samples => fit.Predict(runs, order, keep, samples))];
            Curve curve = new(
                keep == 1 ? "the best pool"
                    : keep == order.Length ? "all pools"
                    : $"the best {keep}",
                axis,
                errors
            )
            {
                Emphasis = keep == chosen ? Emphasis.Main : Emphasis.Plain,
            };
            if (keep != chosen || resampled.Length == 0)
                return curve;
            (double Low, double High)[] ends =
            [
                .. axis.Select(samples => Ends([.. resampled.Select(one => one.Predict(runs, order, keep, samples))])),
            ];
            return curve with { Low = [.. ends.Select(end => end.Low)], High = [.. ends.Select(end => end.High)] };
        }
        // At most seven choices are drawn: the first, the last, the chosen one, and an even spread.
        int[] shown =
        [
            .. Enumerable
                .Range(1, order.Length)
                .Where(keep =>
                    order.Length <= 7
                    || keep == 1
                    || keep == order.Length
                    || keep == chosen
                    || keep % ((order.Length + 4) / 5) == 0
                )
                .OrderBy(keep => keep == chosen),
        ];
        return new()
        {
            Title = "Error by budget",
            Note =
                "What training on the union of the best pools is predicted to come to, from runs on single pools alone. Dotted lines mark where another number of pools becomes the better choice"
                + (resampled.Length > 0 ? "; the band is a 95 % interval of the choice at the largest budget." : "."),
            X = new("samples seen", IsLogarithmic: true),
            Y = new(options.Error, Better: Better.Less),
            Curves = [.. shown.Select(Line)],
            Marks =
            [
                .. crossings.Select(crossing => new Mark(
                    crossing.At,
                    $"{crossing.From} to {crossing.To} at {Short(crossing.At)}"
                )),
            ],
        };
    }

    private static TablePanel Decisions(FilterChoice[] choices, int[] order, IReadOnlyList<PoolRuns> runs) =>
        new()
        {
            Title = "Best choice by budget",
            Note =
                "Behind the error of the best choice, how much worse the second best is; sure is the share of resamples that choose the same.",
            Columns =
            [
                TableColumn.Of("samples", choices.Select(choice => choice.Budget)),
                TableColumn.Of("pools", choices.Select(choice => (double)choice.Keep)),
                TableColumn.Of(
                    "keep",
                    choices.Select(choice => string.Join(" + ", order.Take(choice.Keep).Select(i => runs[i].Name)))
                ),
                TableColumn.Of(
                    "epochs",
                    choices.Select(choice => choice.Budget / order.Take(choice.Keep).Sum(i => runs[i].Size)),
                    1
                ),
                TableColumn.Of("error", choices.Select(choice => choice.Error), 4),
                TableColumn.Of("low", choices.Select(choice => choice.Interval?.Low ?? double.NaN), 4),
                TableColumn.Of("high", choices.Select(choice => choice.Interval?.High ?? double.NaN), 4),
                TableColumn.Of("second best", choices.Select(choice => (double)choice.Second)),
                TableColumn.Of("worse by", choices.Select(choice => choice.Margin), 4),
                TableColumn.Of("sure", choices.Select(choice => choice.Sure ?? double.NaN), 2, "share"),
            ],
        };

    private static TablePanel Fits(
        PoolFit fit,
        IReadOnlyList<PoolRuns> runs,
        int[] order,
        (double Low, double High)[] halfLives
    ) =>
        new()
        {
            Title = "Pools",
            Note =
                "Utility is the exponent of a first look: the more negative, the better the rows. The half-life, in epochs, is how long repetition helps; from and to are the half-lives that the runs allow.",
            Columns =
            [
                TableColumn.Of("pool", order.Select(i => runs[i].Name)),
                TableColumn.Of("rows", order.Select(i => runs[i].Size)),
                TableColumn.Of("runs", order.Select(i => (double)runs[i].Errors.Count)),
                TableColumn.Of("utility", order.Select(i => fit.Pools[i].Utility), 4),
                TableColumn.Of("half-life", order.Select(i => fit.Pools[i].HalfLife), 2),
                TableColumn.Of("from", halfLives.Select(range => range.Low), 2),
                TableColumn.Of("to", halfLives.Select(range => range.High), 2),
                TableColumn.Of(
                    "root mean square",
                    order.Select(i => Math.Sqrt(fit.SumOfSquares[i] / runs[i].Errors.Count)),
                    5
                ),
            ],
        };

    private CurvePanel Measured(PoolFit fit, IReadOnlyList<PoolRuns> runs, int[] order)
    {
        List<Curve> curves = [];
        foreach (int i in order.Take(6))
        {
            double low = runs[i].Samples.Min(),
                high = runs[i].Samples.Max();
            double[] axis = [.. Enumerable.Range(0, 61).Select(k => low * Math.Pow(high / low, k / 60.0))];
            curves.Add(new(runs[i].Name, axis, [.. axis.Select(samples => fit.Predict(runs, [i], 1, samples))]));
        }
        int[][] sorted =
        [
            .. order
                .Take(6)
                .Select(i => Enumerable.Range(0, runs[i].Samples.Count).OrderBy(j => runs[i].Samples[j]).ToArray()),
        ];
        foreach ((int at, int i) in order.Take(6).Index())
            curves.Add(
                new(
                    runs[i].Name + ", measured",
                    [.. sorted[at].Select(j => runs[i].Samples[j])],
                    [.. sorted[at].Select(j => runs[i].Errors[j])]
                )
                {
                    Form = CurveForm.Points,
                    Group = runs[i].Name,
                }
            );
        return new()
        {
            Title = "Runs and what the law says of them",
            X = new("samples seen", IsLogarithmic: true),
            Y = new(options.Error, Better: Better.Less),
            Curves = curves,
        };
    }

    private static TablePanel Laws(PoolFit[] fits, IReadOnlyList<PoolRuns> runs, double[] budgets) =>
        new()
        {
            Title = "Do the laws agree",
            Note =
                "The same runs by each law, and how many pools each would keep. Where they disagree, a run on the union decides.",
            Columns =
            [
                TableColumn.Of("law", fits.Select(fit => Name(fit.Law))),
                TableColumn.Of("parameters", fits.Select(fit => (double)fit.ParameterCount)),
                TableColumn.Of(
                    "root mean square",
                    fits.Select(fit => Math.Sqrt(fit.SumOfSquares.Sum() / runs.Sum(run => run.Errors.Count))),
                    5
                ),
                .. budgets.Select(budget =>
                    TableColumn.Of(
                        Short(budget),
                        fits.Select(fit => (double)FilterChoice.Best(fit, runs, fit.Order(), budget))
                    )
                ),
            ],
            Chosen = 0,
        };

    private static IEnumerable<string> Notes(
        PoolFit fit,
        PoolFit[] rivals,
        IReadOnlyList<PoolRuns> runs,
        int[] order,
        (double Low, double High)[] halfLives,
        double[] budgets
    )
    {
        if (double.IsNaN(fit.Variance))
            yield return $"There are {runs.Sum(run => run.Errors.Count)} runs for {fit.ParameterCount} parameters, so nothing is known of the error: add runs of other lengths.";
        string[] open =
        [
            .. order.Where((_, at) => double.IsPositiveInfinity(halfLives[at].High)).Select(i => runs[i].Name),
        ];
        if (open.Length > 0 && fit.Law != RepetitionLaw.PowerLaw)
            yield return $"The runs do not show how long {string.Join(", ", open)} can be repeated: train {(open.Length == 1 ? "it" : "them")} for more epochs.";
        double longest = runs.Max(run => run.Samples.Max());
        if (budgets[^1] > 4 * longest)
            yield return $"The largest budget is {(budgets[^1] / longest).ToString("0.#", CultureInfo.InvariantCulture)} times the longest run: an extrapolation.";
        if (
            rivals.Any(rival =>
                budgets.Any(budget =>
                    FilterChoice.Best(rival, runs, rival.Order(), budget) != FilterChoice.Best(fit, runs, order, budget)
                )
            )
        )
            yield return "The laws disagree about some budgets; see the last table.";
        if (runs.Select(run => run.Size).Distinct().Count() > 1)
            yield return "The pools are of unequal size; they are weighed by it, which goes beyond the paper.";
        yield return "The law is about the ends of runs, each with its own learning-rate schedule; points in the middle of a run are not points of it.";
    }

    private static (double Low, double High) Ends(double[] values)
    {
        double[] ends = Quantiles.Of(values, [(1 - Confidence) / 2, (1 + Confidence) / 2]);
        return (ends[0], ends[1]);
    }

    private static string Name(RepetitionLaw law) =>
        law switch
        {
            RepetitionLaw.HalfLife => "half-life",
            RepetitionLaw.EffectiveData => "effective data",
            _ => "power law",
        };

    private static string Digits(double value) => value.ToString("0.0000", CultureInfo.InvariantCulture);

    private static string Short(double samples) =>
        (
            samples switch
            {
                >= 1e9 => $"{(samples / 1e9).ToString("0.##", CultureInfo.InvariantCulture)}G",
                >= 1e6 => $"{(samples / 1e6).ToString("0.##", CultureInfo.InvariantCulture)}M",
                >= 1e3 => $"{(samples / 1e3).ToString("0.##", CultureInfo.InvariantCulture)}k",
                _ => samples.ToString("0.##", CultureInfo.InvariantCulture),
            }
        );
}
