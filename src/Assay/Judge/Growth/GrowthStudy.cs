using System.Globalization;
using System.Text;
using Assay.Numerics;
using Assay.Studies;

namespace Assay.Judge;

/// <summary>Paces and the allocation that follows from them as a study.</summary>
internal static class GrowthStudy
{
    private const int MostLines = 8;

    public static Study Of(
        IReadOnlyList<GrowthPace> paces,
        IReadOnlyList<RowDemand> demands,
        int[] allocation,
        int budget,
        GrowthData data,
        GrowthOptions options
    )
    {
        int[] even = RowAllocation.Of(
            [.. demands.Select(demand => demand with { Class = GrowthClass.Responsive })],
            budget
        );
        double gain = Expected(paces, allocation) - Expected(paces, even);
        string Names(GrowthClass of) =>
            string.Join(", ", paces.Where(pace => pace.Class == of).Select(pace => pace.Scores.Ability));
        int Count(GrowthClass of) => paces.Count(pace => pace.Class == of);
        (string Says, GrowthClass Of)[] kinds =
        [
            ("still growing", GrowthClass.Responsive),
            ("at a plateau", GrowthClass.Plateau),
            ("not growing", GrowthClass.Resistant),
        ];
        IEnumerable<string> parts = kinds
            .Where(kind => Count(kind.Of) > 0)
            .Select(kind => $"{kind.Says}: {Names(kind.Of)}");
        return new()
        {
            Title = "How each ability grows with rows",
            Answer =
                Capital(string.Join("; ", parts))
                + $". Of {budget.ToString("N0", CultureInfo.InvariantCulture)} rows, "
                + string.Join(
                    ", ",
                    paces
                        .Zip(allocation)
                        .OrderByDescending(pair => pair.Second)
                        .Take(3)
                        .Select(pair =>
                            $"{pair.Second.ToString("N0", CultureInfo.InvariantCulture)} go to {pair.First.Scores.Ability}"
                        )
                )
                + (paces.Count > 3 ? ", and the rest to the others." : "."),
            Facts =
            [
                new("Responsive", $"{Count(GrowthClass.Responsive)} of {paces.Count}", "they go on growing"),
                new(
                    "Plateau",
                    $"{Count(GrowthClass.Plateau)}",
                    string.Create(CultureInfo.InvariantCulture, $"no growth beyond {options.PlateauRows:N0}")
                ),
                new("Resistant", $"{Count(GrowthClass.Resistant)}", "no growth in the range tried"),
                .. double.IsFinite(gain)
                    ? (Fact[])
                        [
                            new(
                                "Expected gain",
                                string.Create(
                                    CultureInfo.InvariantCulture,
                                    $"{gain / options.Full * 100:+0.0;-0.0;0.0} points"
                                ),
                                "mean over abilities, against an equal split, by the fitted curves"
                            ),
                        ]
                    : [],
            ],
            Panels =
            [
                Scores(paces, options),
                .. paces.Any(pace => pace.Curve is { Gain: > 0 }) ? (Panel[])[Curves(paces)] : [],
                .. paces.Any(pace => HasHalf(pace)) ? (Panel[])[Halves(paces)] : [],
                .. data.OverCheckpoints.Count > 0 ? (Panel[])[Checkpoints(data, options)] : [],
                Paces(paces, data),
                Allocation(paces, demands, allocation, even, options),
                .. data.Pairs.Count > 0 ? (Panel[])[Pairs(data)] : [],
            ],
            Notes =
            [
                .. data.Abilities.All(ability => ability.Scores.All(of => of.Count == 1))
                    ? (string[])
                        [
                            "Each size was scored once, so a change of one point counts as growth: give several runs to tell growth from chance.",
                        ]
                    : [],
                "Resistant and plateau mean: within the sizes tried. Complexity and Transference are our definitions; the paper's formulas are not published.",
                .. data.Notes,
            ],
            Files = [new("allocation.yaml", Step(paces, allocation, options))],
        };
    }

    private static CurvePanel Scores(IReadOnlyList<GrowthPace> paces, GrowthOptions options) =>
        new()
        {
            Title = "Score above chance",
            Note =
                $"Bands are 95 % intervals over runs. {(options.Smooth ? "Lines are smoothed over sizes. " : "")}Chance, the score of guessing, differs between abilities and is taken off; the height that is left to each differs too.",
            X = new("rows of the ability", IsLogarithmic: true),
            Y = new("score above chance", options.Full == 1 ? "share" : "", Better.More),
            Levels = [new(0, "chance")],
            Curves =
            [
                .. Ordered(paces)
                    .Select(
                        (pace, place) =>
                            new Curve(
                                pace.Scores.Ability,
                                pace.Scores.Sizes,
                                [.. pace.Judged.Select(score => score - pace.Scores.Chance)]
                            )
                            {
                                Low = Band(pace, interval => interval.Low),
                                High = Band(pace, interval => interval.High),
                                Emphasis = place < MostLines ? Emphasis.Plain : Emphasis.Faded,
                            }
                    )
                    .Reverse(),
            ],
        };

    private static CurvePanel Curves(IReadOnlyList<GrowthPace> paces)
    {
        const int Points = 60;
        return new()
        {
            Title = "Pace",
            Note =
                "The share of the gain at the largest size that is reached, by the fitted curves: 50 % far to the left is a fast ability. Abilities that do not grow are left out.",
            X = new("rows of the ability", IsLogarithmic: true),
            Y = new("share of the gain", "share"),
            Curves =
            [
                .. Ordered(paces)
                    .Where(HasHalf)
                    .Take(MostLines)
                    .Select(pace =>
                    {
                        (double low, double high) = (pace.Scores.Sizes[0], pace.Scores.Sizes[^1]);
                        double[] rows =
                        [
                            .. Enumerable.Range(0, Points).Select(i => low * Math.Pow(high / low, i / (Points - 1.0))),
                        ];
                        double most = pace.Curve!.At(high) - pace.Scores.Chance;
                        return new Curve(
                            pace.Scores.Ability,
                            rows,
                            [.. rows.Select(n => (pace.Curve.At(n) - pace.Scores.Chance) / most)]
                        );
                    })
                    .Reverse(),
            ],
        };
    }

    private static CurvePanel Checkpoints(GrowthData data, GrowthOptions options) =>
        new()
        {
            Title = "Over checkpoints",
            Note =
                "Score above chance at the largest size, as the training goes on. Sizes are judged by their last checkpoint.",
            X = new("checkpoint"),
            Y = new("score above chance", options.Full == 1 ? "share" : "", Better.More),
            Levels = [new(0, "chance")],
            Curves =
            [
                .. data
                    .OverCheckpoints.Take(MostLines)
                    .Select(scores => new Curve(
                        scores.Ability,
                        scores.Sizes,
                        [.. scores.Means().Select(mean => mean - scores.Chance)]
                    )),
            ],
        };

    private static IntervalPanel Halves(IReadOnlyList<GrowthPace> paces) =>
        new()
        {
            Title = "Rows to half of the gain",
            Note =
                "Of the gain over chance at the largest size tried, by the fitted curve; 95 % intervals over runs drawn anew.",
            Axis = new("rows of the ability", IsLogarithmic: true),
            Lines =
            [
                .. paces
                    .Where(HasHalf)
                    .OrderBy(pace => pace.Half!.Value.Mean)
                    .Select(pace => new IntervalLine(pace.Scores.Ability, pace.Half!.Value)),
            ],
        };

    private static TablePanel Paces(IReadOnlyList<GrowthPace> paces, GrowthData data)
    {
        double Of(MeanInterval? half, Func<MeanInterval, double> end) => half is { } known ? end(known) : double.NaN;
        return new()
        {
            Title = "Paces",
            Note =
                "Complexity: what is missing at the largest size, as a share of what lies above chance; area: the same over all sizes. Transference: the score after training on the other abilities minus that without training.",
            Columns =
            [
                TableColumn.Of("ability", paces.Select(pace => pace.Scores.Ability)),
                TableColumn.Of("class", paces.Select(pace => Word(pace.Class))),
                TableColumn.Of("chance", paces.Select(pace => pace.Scores.Chance), 3),
                TableColumn.Of("first", paces.Select(pace => pace.Scores.Means()[0]), 3),
                TableColumn.Of("last", paces.Select(pace => pace.Scores.Means()[^1]), 3),
                TableColumn.Of("deviation", paces.Select(pace => pace.Scores.Deviation()), 3),
                TableColumn.Of("no growth beyond", paces.Select(pace => pace.PlateauRows), 0),
                TableColumn.Of("half at", paces.Select(pace => Of(pace.Half, half => half.Mean)), 0),
                TableColumn.Of("half low", paces.Select(pace => Of(pace.Half, half => half.Low)), 0),
                TableColumn.Of("half high", paces.Select(pace => Of(pace.Half, half => half.High)), 0),
                TableColumn.Of(
                    "asymptote",
                    paces.Select(pace => pace.Curve is { } curve ? curve.Chance + curve.Gain : double.NaN),
                    3
                ),
                TableColumn.Of("complexity", paces.Select(pace => pace.Complexity), 3),
                TableColumn.Of("complexity by area", paces.Select(pace => pace.AreaComplexity), 3),
                .. data.Transfers.Count > 0
                    ? (TableColumn[])
                        [
                            TableColumn.Of(
                                "transference",
                                paces.Select(pace =>
                                    data.Transfers.FirstOrDefault(transfer =>
                                        transfer.Ability == pace.Scores.Ability
                                    )?.Transference
                                    ?? double.NaN
                                ),
                                3
                            ),
                        ]
                    : [],
            ],
        };
    }

    private static TablePanel Allocation(
        IReadOnlyList<GrowthPace> paces,
        IReadOnlyList<RowDemand> demands,
        int[] allocation,
        int[] even,
        GrowthOptions options
    ) =>
        new()
        {
            Title = "Allocation",
            Note =
                (
                    options.Allocate == AllocationRule.Curves
                        ? "The shares with the highest expected mean score. "
                        : "Plateau abilities get the rows at which they stop, resistant ones the fewest tried, the responsive ones the rest in equal parts. "
                ) + "allocation.yaml has the step of a recipe that draws these rows.",
            Columns =
            [
                TableColumn.Of("ability", paces.Select(pace => pace.Scores.Ability)),
                TableColumn.Of("class", paces.Select(pace => Word(pace.Class))),
                TableColumn.Of("rows", allocation.Select(rows => (double)rows), 0),
                TableColumn.Of("equal split", even.Select(rows => (double)rows), 0),
                TableColumn.Of("available", demands.Select(demand => (double)demand.Available), 0),
                TableColumn.Of("expected score", paces.Zip(allocation, ScoreAt), 3),
                TableColumn.Of("expected with equal split", paces.Zip(even, ScoreAt), 3),
            ],
        };

    private static TablePanel Pairs(GrowthData data) =>
        new()
        {
            Title = "Transfer",
            Note = "Trained on one ability at its largest size, tested on another with the same classes.",
            Columns =
            [
                TableColumn.Of("trained on", data.Pairs.Select(pair => pair.Source)),
                TableColumn.Of("tested on", data.Pairs.Select(pair => pair.Target)),
                TableColumn.Of("score", data.Pairs.Select(pair => pair.Scores.Average()), 3),
                TableColumn.Of("above chance", data.Pairs.Select(pair => pair.Scores.Average() - pair.Chance), 3),
                TableColumn.Of("runs", data.Pairs.Select(pair => (double)pair.Scores.Count), 0),
            ],
        };

    private static double Expected(IReadOnlyList<GrowthPace> paces, int[] rows) => paces.Zip(rows, ScoreAt).Average();

    private static double ScoreAt(GrowthPace pace, int rows) => pace.Curve?.At(rows) ?? double.NaN;

    private static bool HasHalf(GrowthPace pace) =>
        pace.Class != GrowthClass.Resistant && pace.Half is not null && pace.Curve is { Gain: > 0 };

    // The first to be seen are those that grow most.
    private static IEnumerable<GrowthPace> Ordered(IReadOnlyList<GrowthPace> paces) =>
        paces.OrderByDescending(pace => pace.Judged[^1] - pace.Scores.Chance);

    private static double[]? Band(GrowthPace pace, Func<MeanInterval, double> end)
    {
        double[] means = pace.Scores.Means();
        if (pace.Scores.Scores.All(of => of.Count == 1))
            return null;
        return [.. means.Select((mean, size) => pace.Judged[size] - mean + end(pace.At(size)) - pace.Scores.Chance)];
    }

    private static string Step(IReadOnlyList<GrowthPace> paces, int[] allocation, GrowthOptions options)
    {
        StringBuilder step = new("# A step of a recipe: draws as many rows of each ability as judge/growth gave it.\n");
        step.Append(CultureInfo.InvariantCulture, $"- select/mix:\n    by: {Quoted(options.Ability)}\n    weights:\n");
        foreach ((GrowthPace pace, int rows) in paces.Zip(allocation))
            step.Append(CultureInfo.InvariantCulture, $"      {Quoted(pace.Scores.Ability)}: {rows}\n");
        step.Append(CultureInfo.InvariantCulture, $"    keep: {allocation.Sum()}\n    max-epochs: 1\n");
        return step.ToString();
    }

    private static string Quoted(string text) => $"'{text.Replace("'", "''")}'";

    private static string Capital(string text) => char.ToUpperInvariant(text[0]) + text[1..];

    private static string Word(GrowthClass of) => of.ToString().ToLowerInvariant();
}
