using Assay.Numerics;
using Assay.Plan.Prescribe;
using FsCheck;
using FsCheck.Fluent;

namespace Assay.Tests.Plan.Prescribe;

public sealed class ChangeProgrammeTests
{
    private static readonly CandidateChange[] Reference = Make(
        [
            [.10, .18, .22],
            [.05, .12],
            [.20],
            [.03, .04, .30],
        ],
        [1, .5, 2, 1.5],
        [
            [1, 2, 3],
            [1, 2],
            [1],
            [1, 2, 3],
        ]
    );

    [Theory]
    [InlineData(0, 1, .30)]
    [InlineData(0, 2, .52)]
    [InlineData(0, 4, .84)]
    [InlineData(.03, 1, .165)]
    [InlineData(.03, 2, .305)]
    [InlineData(.03, 4, .525)]
    [InlineData(.06, 1, .08)]
    [InlineData(.06, 2, .14)]
    [InlineData(.06, 4, .23)]
    [InlineData(.1, 1, .02)]
    [InlineData(.1, 4, .02)]
    [InlineData(.2, 4, 0)]
    public void Best_changes_are_the_reference(double lambda, int most, double objective)
    {
        ChosenChanges best = ChangeProgramme.Best(Reference, new() { MaxChanges = most }, lambda);
        Assert.Equal(objective, best.Objective, 9);
        Assert.Equal(objective, best.Gain - lambda * best.Effort, 9);
        Assert.Equal(objective == 0, best.Changes.Count == 0);
    }

    [Fact]
    public void A_budget_is_kept()
    {
        ChosenChanges best = ChangeProgramme.Best(Reference, new() { MaxChanges = 4, Budget = 4 }, 0);
        Assert.Equal(.5, best.Objective, 9);
        Assert.Equal([(2, 0), (3, 2)], best.Changes.Select(change => (change.Column, change.Level)));
    }

    [Theory]
    [InlineData(.1, 1)]
    [InlineData(.3, 3)]
    [InlineData(.5, 5)]
    [InlineData(.7, 8.5)]
    [InlineData(.84, 10.5)]
    public void The_cheapest_cover_is_the_reference(double need, double effort)
    {
        ChosenChanges cheapest = ChangeProgramme.Cheapest(Reference, new(), need);
        Assert.Equal(effort, cheapest.Effort, 9);
        Assert.True(cheapest.Gain >= need - 1e-9);
    }

    [Fact]
    public void What_cannot_be_covered_says_what_conflicts()
    {
        ChosenChanges beyond = ChangeProgramme.Cheapest(Reference, new() { Budget = 100 }, .85);
        Assert.False(beyond.IsFeasible);
        Assert.Contains("the gain that the target needs", beyond.Conflict);
        Assert.DoesNotContain("a budget of 100", beyond.Conflict);
        ChosenChanges few = ChangeProgramme.Cheapest(Reference, new() { MaxChanges = 1 }, .5);
        Assert.Contains("at most 1 changes", few.Conflict);
        ChosenChanges tied = ChangeProgramme.Best(
            Reference,
            new() { Couplings = [new(CouplingKind.Always, 7, 7, "always h")] },
            0
        );
        Assert.Equal(["always h"], tied.Conflict);
        Assert.Equal([], ChangeProgramme.Best([], new(), 1).Changes);
        Assert.False(ChangeProgramme.Cheapest([], new(), 1).IsFeasible);
        Assert.True(ChangeProgramme.Cheapest([], new(), 0).IsFeasible);
    }

    [Fact]
    public void The_front_is_the_reference()
    {
        (double, double)[] expected =
        [
            (0, 0),
            (.5, .05),
            (1, .12),
            (1.5, .15),
            (2, .22),
            (2.5, .25),
            (3, .32),
            (3.5, .35),
            (4, .42),
            (4.5, .43),
            (5, .5),
            (6, .54),
            (7, .55),
            (7.5, .62),
            (8, .65),
            (8.5, .72),
            (9, .73),
            (9.5, .8),
            (10.5, .84),
        ];
        Assert.Equal(
            expected,
            ChangeProgramme
                .Front(Reference, new())
                .Select(point => (Math.Round(point.Effort, 9), Math.Round(point.Gain, 9)))
        );
    }

    [Fact]
    public void Ties_go_to_fewer_changes_then_less_effort_then_the_earlier_column()
    {
        // 1: two changes of 1 or one of 2. 2: efforts 3 and 2. 3: columns alike.
        Assert.Equal(
            [2],
            Columns(
                ChangeProgramme.Best(
                    Make(
                        [
                            [1],
                            [1],
                            [2],
                        ],
                        [1, 1, 1],
                        [
                            [1],
                            [1],
                            [2],
                        ]
                    ),
                    new() { MaxChanges = 2, Budget = 2 },
                    0
                )
            )
        );
        Assert.Equal(
            [1],
            Columns(
                ChangeProgramme.Best(
                    Make(
                        [
                            [2],
                            [2],
                        ],
                        [1, 1],
                        [
                            [3],
                            [2],
                        ]
                    ),
                    new() { MaxChanges = 1 },
                    0
                )
            )
        );
        Assert.Equal(
            [0, 1],
            Columns(
                ChangeProgramme.Best(
                    Make(
                        [
                            [2],
                            [2],
                            [2],
                            [2],
                        ],
                        [1, 1, 1, 1],
                        [
                            [1],
                            [1],
                            [1],
                            [1],
                        ]
                    ),
                    new() { MaxChanges = 2 },
                    0
                )
            )
        );
        Assert.Equal(
            [0, 3],
            Columns(
                ChangeProgramme.Best(
                    Make(
                        [
                            [3],
                            [2],
                            [2],
                            [1],
                        ],
                        [1, 1, 1, 1],
                        [
                            [1],
                            [1],
                            [1],
                            [1],
                        ]
                    ),
                    new()
                    {
                        MaxChanges = 2,
                        Couplings = [new(CouplingKind.Excludes, 0, 1, "a"), new(CouplingKind.Excludes, 0, 2, "b")],
                    },
                    0
                )
            )
        );
    }

    // Every set of changes on small random programmes, couplings and budgets included.
    [Fact]
    public void The_solver_finds_what_all_sets_of_changes_show() =>
        Prop.ForAll(
                Gen.Choose(0, int.MaxValue).ToArbitrary(),
                seed =>
                {
                    for (int part = 0; part < 5; part++)
                        Compare(new RandomStream((ulong)seed, "programme").Child(part));
                }
            )
            .Holds();

    [Fact]
    public void Objectives_follow_lambda_the_number_of_changes_and_the_budget() =>
        Prop.ForAll(
                Gen.Choose(0, int.MaxValue).ToArbitrary(),
                seed =>
                {
                    CandidateChange[] candidates = Draw(new((ulong)seed, "sweep"), out _);
                    double Best(double lambda, int most, double? budget = null) =>
                        ChangeProgramme
                            .Best(candidates, new() { MaxChanges = most, Budget = budget }, lambda)
                            .Objective;
                    double[] lambdas = [.. Enumerable.Range(0, 7).Select(i => Best(0.1 * i, 3))],
                        counts = [.. Enumerable.Range(0, 6).Select(most => Best(.1, most))],
                        budgets = [.. Enumerable.Range(0, 6).Select(budget => Best(.1, 5, budget))];
                    for (int i = 1; i < 6; i++)
                    {
                        Assert.True(lambdas[i] <= lambdas[i - 1] + 1e-7);
                        Assert.True(lambdas[i] <= (lambdas[i - 1] + lambdas[i + 1]) / 2 + 1e-7);
                        Assert.True(counts[i] >= counts[i - 1] - 1e-7);
                        Assert.True(budgets[i] >= budgets[i - 1] - 1e-7);
                        if (i > 1)
                            Assert.True(counts[i] - counts[i - 1] <= counts[i - 1] - counts[i - 2] + 1e-7);
                    }
                    Assert.Equal(0, counts[0]);
                    double end = candidates.Max(change => change.Gain / change.Effort);
                    Assert.Empty(ChangeProgramme.Best(candidates, new(), Math.Max(0, end) * 1.01 + 1e-3).Changes);
                }
            )
            .Holds();

    [Fact]
    public void Bad_numbers_are_refused()
    {
        Assert.Throws<ArgumentException>(() => ChangeProgramme.Best(Reference, new(), -1));
        Assert.Throws<ArgumentException>(() => ChangeProgramme.Best(Reference, new(), double.NaN));
        Assert.Throws<ArgumentException>(() => ChangeProgramme.Best([new(0, 0, double.NaN, 1, 1)], new(), 0));
        Assert.Throws<ArgumentException>(() => ChangeProgramme.Best([new(0, 0, 1, -1, 1)], new(), 0));
        Assert.Throws<ArgumentException>(() => ChangeProgramme.Best(Reference, new() { Budget = -1 }, 0));
        Assert.Throws<ArgumentException>(() => ChangeProgramme.Cheapest(Reference, new(), double.NaN));
        Assert.Throws<ArgumentOutOfRangeException>(() => ChangeProgramme.Front(Reference, new() { MaxChanges = -1 }));
    }

    private static void Compare(RandomStream random)
    {
        CandidateChange[] candidates = Draw(random, out int columns);
        List<Coupling> couplings = [];
        if (columns > 2 && random.NextInt32(2) == 0)
            couplings.Add(new(CouplingKind.Needs, 0, 2, "needs"));
        if (columns > 1 && random.NextInt32(2) == 0)
            couplings.Add(new(CouplingKind.Excludes, 0, 1, "excludes"));
        if (random.NextInt32(5) == 0)
            couplings.Add(new(CouplingKind.Always, columns - 1, columns - 1, "always"));
        ChangeLimits limits = new()
        {
            MaxChanges = random.NextInt32(columns + 1),
            Budget = random.NextInt32(2) == 0 ? random.NextInt32(8) : null,
            Couplings = couplings,
        };
        double lambda = random.NextInt32(3) * 0.07,
            need = random.NextDouble();
        List<CandidateChange[]> sets = [.. Sets(candidates, limits)];

        ChosenChanges best = ChangeProgramme.Best(candidates, limits, lambda);
        Same(
            sets.OrderByDescending(set => Math.Round(set.Sum(change => change.Gain - lambda * change.Effort), 6))
                .ThenBy(set => set.Length)
                .ThenBy(set => Math.Round(set.Sum(change => change.Effort), 6))
                .ThenBy(Order)
                .FirstOrDefault(),
            best
        );
        ChosenChanges cheapest = ChangeProgramme.Cheapest(candidates, limits, need);
        Same(
            sets.Where(set => set.Sum(change => change.Gain) >= need - 1e-9)
                .OrderBy(set => Math.Round(set.Sum(change => change.Effort), 6))
                .ThenBy(set => set.Length)
                .ThenBy(Order)
                .FirstOrDefault(),
            cheapest
        );
        IReadOnlyList<ChosenChanges> front = ChangeProgramme.Front(candidates, limits);
        List<(double, double)> expected = [];
        foreach (
            CandidateChange[] set in sets.OrderBy(set => Math.Round(set.Sum(change => change.Effort), 6))
                .ThenByDescending(set => set.Sum(change => change.Gain))
        )
        {
            (double Effort, double Gain) point = (
                Math.Round(set.Sum(change => change.Effort), 6),
                Math.Round(set.Sum(change => change.Gain), 6)
            );
            if (expected.Count == 0 || point.Gain > expected[^1].Item2)
                expected.Add(point);
        }
        Assert.Equal(expected, front.Select(point => (Math.Round(point.Effort, 6), Math.Round(point.Gain, 6))));
    }

    private static void Same(CandidateChange[]? expected, ChosenChanges found)
    {
        Assert.Equal(expected is not null, found.IsFeasible);
        if (expected is not null)
            Assert.Equal(expected, found.Changes);
        else
            Assert.NotEmpty(found.Conflict);
    }

    // Earlier columns and levels first, as words are ordered.
    private static string Order(CandidateChange[] set) =>
        string.Concat(set.Select(change => $"{(char)('a' + change.Column)}{(char)('a' + change.Level)}"));

    private static IEnumerable<CandidateChange[]> Sets(CandidateChange[] candidates, ChangeLimits limits)
    {
        for (int set = 0; set < 1 << candidates.Length; set++)
        {
            CandidateChange[] chosen = [.. candidates.Where((_, at) => (set >> at & 1) == 1)];
            bool Has(int column) => chosen.Any(change => change.Column == column);
            if (
                chosen.Length <= limits.MaxChanges
                && chosen.Select(change => change.Column).Distinct().Count() == chosen.Length
                && chosen.Sum(change => change.Cost) <= (limits.Budget ?? double.MaxValue)
                && limits.Couplings.All(coupling =>
                    coupling.Kind switch
                    {
                        CouplingKind.Needs => !Has(coupling.Column) || Has(coupling.Other),
                        CouplingKind.Excludes => !Has(coupling.Column) || !Has(coupling.Other),
                        _ => Has(coupling.Column),
                    }
                )
            )
                yield return chosen;
        }
    }

    // Gains and resistances of few values, so that there are ties.
    private static CandidateChange[] Draw(RandomStream random, out int columns)
    {
        columns = 1 + random.NextInt32(4);
        List<CandidateChange> all = [];
        for (int j = 0; j < columns; j++)
        {
            double resistance = (1 + random.NextInt32(3)) / 2.0;
            int levels = 1 + random.NextInt32(3);
            for (int level = 0; level < levels; level++)
                all.Add(new(j, level, (random.NextInt32(12) - 1) / 20.0, resistance, level + 1));
        }
        return [.. all];
    }

    private static int[] Columns(ChosenChanges chosen) => [.. chosen.Changes.Select(change => change.Column)];

    private static CandidateChange[] Make(double[][] gains, double[] resistances, double[][] costs) =>
        [
            .. gains.SelectMany(
                (of, j) =>
                    of.Select((gain, level) => new CandidateChange(j, level, gain, resistances[j], costs[j][level]))
            ),
        ];
}
