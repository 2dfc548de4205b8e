using System.Globalization;
using System.IO.Compression;
using System.Text.Json;
using Assay.Data;
using Assay.Judge;
using Assay.Studies;
using FsCheck;
using FsCheck.Fluent;

namespace Assay.Tests;

public class DpfrTests
{
    private const double Exact = 5e-9;

    // Golden 6 of the method's description: items 1..6 are 0..5 here.
    private static readonly RecommendationTest Small = new(
        6,
        2,
        [
            [4],
            [2],
            [],
            [1],
        ],
        [
            [0, 1],
            [0, 1],
            [0, 2],
            [0],
        ]
    );

    [Fact]
    public void Measures_have_the_worked_values()
    {
        // Relevant items are chosen so that places 1, 3 | 2 | none | 1, 2 are relevant, of 2, 1, 2, 4.
        RecommendationTest test = new(
            8,
            3,
            [
                [],
                [],
                [],
                [],
            ],
            [
                [0, 2],
                [1],
                [6, 7],
                [1, 0, 6, 7],
            ]
        );
        int[][] lists =
        [
            [0, 1, 2],
            [0, 1, 3],
            [0, 2, 4],
            [1, 0, 5],
        ];
        RelevanceScores relevance = RelevanceScores.Of(test, lists);
        Assert.Equal(0.75, relevance.HitRate, 12);
        Assert.Equal(0.625, relevance.Mrr, 12);
        Assert.Equal(0.41666667, relevance.Precision, Exact);
        Assert.Equal(0.5, relevance.Map, 12);
        Assert.Equal(0.625, relevance.Recall, 12);
        Assert.Equal(0.57900279, relevance.Ndcg, Exact);
        ExposureScores exposure = ExposureScores.Of(test, lists);
        Assert.Equal(0.35714286, exposure.Jain, Exact);
        Assert.Equal(0.6, exposure.Qualification, 12);
        Assert.Equal(0.57781953, exposure.Entropy, Exact);
        Assert.Equal(0.6, exposure.Satisfaction, 12);
        Assert.Equal(0.68181818, exposure.Gini, Exact);
    }

    [Fact]
    public void Fewer_places_than_items_have_other_ends()
    {
        RecommendationTest test = new(
            10,
            2,
            [
                [],
                [],
            ],
            [
                [0],
                [1],
            ]
        );
        ExposureScores exposure = ExposureScores.Of(
            test,
            [
                [0, 1],
                [0, 2],
            ]
        );
        Assert.Equal(1 / 3.0, exposure.Jain, 12);
        Assert.Equal(0.5, exposure.Qualification, 12);
        Assert.Equal(0.5, exposure.Entropy, 12);
        Assert.Equal(1, exposure.Satisfaction, 12);
        Assert.Equal(0.75, exposure.Gini, 12);
    }

    [Fact]
    public void The_frontier_has_the_worked_rows()
    {
        Assert.Equal(
            [
                [0, 1],
                [0, 1],
                [0, 2],
                [0, 3],
            ],
            OracleLists.Of(Small)
        );
        IReadOnlyList<FairnessPoint> points = FairnessFrontier.Of(Small, 0, default, out int[][] end);
        Assert.Equal(
            [
                [1, 5],
                [1, 4],
                [0, 2],
                [0, 3],
            ],
            end
        );
        double[][] expected =
        [
            [.875, 1, 1, 1, .272727, .5, .75],
            [.75, .875, .875, .903287, .6, .770426, .416667],
            [.625, .75, .75, .806574, 1, 1, 0],
        ];
        Assert.Equal(expected.Length, points.Count);
        foreach ((FairnessPoint point, double[] row) in points.Zip(expected))
        foreach ((double own, double given) in Row(point).Zip(row))
            Assert.Equal(given, own, 5e-7);
    }

    [Fact]
    public void The_reference_and_the_distance_have_the_worked_values()
    {
        IReadOnlyList<FairnessPoint> points = FairnessFrontier.Of(Small);
        FrontierDistance half = FrontierDistance.Of(points, RelevanceMeasure.Precision, ExposureMeasure.Jain);
        Assert.Equal(.75, half.Reference.X, 12);
        Assert.Equal(.6, half.Reference.Y, 12);
        Assert.Equal(.403113, half.To(.7, .2), 5e-7);
        // The cumulative length starts after the first segment.
        FrontierDistance first = FrontierDistance.Of(points, RelevanceMeasure.Precision, ExposureMeasure.Jain, 0);
        Assert.Equal(half.Reference, first.Reference);
        Assert.Equal(
            (.625, 1.0),
            FrontierDistance.Of(points, RelevanceMeasure.Precision, ExposureMeasure.Jain, 1).Reference
        );
        Assert.Equal((0.5, 0.5), FrontierDistance.Of([(0.5, 0.1), (0.5, 0.5)]).Reference);
    }

    [Fact]
    public void The_same_lists_for_all_are_unfair_and_even_counts_are_fair()
    {
        RecommendationTest test = new(
            7,
            2,
            [
                [],
                [],
                [],
                [],
                [],
            ],
            [
                [0],
                [1],
                [2],
                [3],
                [4],
            ]
        );
        ExposureScores same = ExposureScores.Of(
            test,
            [
                [3, 1],
                [1, 3],
                [3, 1],
                [3, 1],
                [3, 1],
            ]
        );
        Assert.Equal([0, 0, 0, 1], (double[])[same.Jain, same.Qualification, same.Entropy, same.Gini], Close);
        ExposureScores even = ExposureScores.Of(
            test,
            [
                [0, 1],
                [2, 3],
                [4, 5],
                [6, 0],
                [1, 2],
            ]
        );
        Assert.Equal([1, 1, 1, 0], (double[])[even.Jain, even.Qualification, even.Entropy, even.Gini], Close);
        Assert.Equal(1, even.Satisfaction, 12);
    }

    [Fact]
    public void Items_that_everybody_knows_neither_loop_nor_throw()
    {
        // Nobody can be shown items 4 and 5 of the pool; the released code never leaves its loop.
        RecommendationTest test = new(
            6,
            2,
            [
                [4, 5],
                [4, 5],
                [4, 5],
            ],
            [
                [0],
                [0],
                [0],
            ]
        );
        int[][] oracle = OracleLists.Of(test);
        Assert.All(oracle, list => Assert.Equal(2, list.Distinct().Count()));
        Assert.DoesNotContain(oracle, list => list.Contains(4) || list.Contains(5));
        // Items 1, 2 and 3 are shown; one exchange of item 0 is possible but for nobody who knows them all.
        RecommendationTest stuck = new(
            4,
            2,
            [
                [2, 3],
                [2, 3],
                [2, 3],
            ],
            [
                [0],
                [0],
                [0],
            ]
        );
        Assert.Single(FairnessFrontier.Of(stuck));
    }

    [Fact]
    public void The_frontier_never_gains_relevance_nor_loses_fairness() =>
        Prop.ForAll(
                Gen.Choose(1, 1000000).ToArbitrary(),
                seed =>
                {
                    RecommendationTest test = Random(seed);
                    IReadOnlyList<FairnessPoint> points = FairnessFrontier.Of(test, 0, default, out int[][] end);
                    test.Check(end);
                    for (int user = 0; user < test.Users; user++)
                        Assert.DoesNotContain(end[user], item => test.IsKnown(user, item));
                    foreach ((FairnessPoint a, FairnessPoint b) in points.Zip(points.Skip(1)))
                    {
                        double[] before = Row(a),
                            after = Row(b);
                        for (int i = 0; i < 4; i++)
                            Assert.True(after[i] <= before[i] + 1e-12);
                        Assert.True(after[4] >= before[4] - 1e-12 && after[5] >= before[5] - 1e-12);
                        Assert.True(after[6] <= before[6] + 1e-12);
                    }
                    // Incremental sums are those of the lists.
                    double[] last = Row(points[^1]),
                        anew = Row(new(0, RelevanceScores.Of(test, end), ExposureScores.Of(test, end)));
                    for (int i = 0; i < last.Length; i++)
                        Assert.Equal(anew[i], last[i], 1e-12);
                    IReadOnlyList<FairnessPoint> few = FairnessFrontier.Of(test, 3);
                    Assert.All(few, point => Assert.Contains(point, points));
                    Assert.True(few.Count <= 5 && few[0] == points[0] && few[^1] == points[^1]);
                }
            )
            .Holds();

    [Fact]
    public void The_oracle_is_as_relevant_as_any_lists() =>
        Prop.ForAll(
                Gen.Choose(1, 1000000).ToArbitrary(),
                seed =>
                {
                    RecommendationTest test = Random(seed);
                    RelevanceScores best = RelevanceScores.Of(test, OracleLists.Of(test));
                    Assert.Equal(1, best.Map, 12);
                    Assert.Equal(1, best.Ndcg, 12);
                    Assert.Equal(1, best.HitRate, 12);
                }
            )
            .Holds();

    [Fact]
    public void On_small_cases_no_lists_beat_both_ends()
    {
        // All lists of two users over five items, k = 2: relevance of the start and fairness of the end are the best there are.
        RecommendationTest test = new(
            5,
            2,
            [
                [4],
                [],
            ],
            [
                [0, 1],
                [0, 1, 2],
            ]
        );
        IReadOnlyList<FairnessPoint> points = FairnessFrontier.Of(test);
        int[][] pairs =
        [
            .. from a in Enumerable.Range(0, 5) from b in Enumerable.Range(0, 5) where a != b select (int[])[a, b],
        ];
        foreach (int[] first in pairs.Where(pair => !pair.Contains(4)))
        foreach (int[] second in pairs)
        {
            Assert.True(RelevanceScores.Of(test, [first, second]).Ndcg <= points[0].Relevance.Ndcg + 1e-12);
            Assert.True(ExposureScores.Of(test, [first, second]).Jain <= points[^1].Exposure.Jain + 1e-12);
        }
    }

    [Fact]
    public void Joint_measures_follow_their_definitions() =>
        Prop.ForAll(
                Gen.Choose(1, 1000000).ToArbitrary(),
                seed =>
                {
                    RecommendationTest test = Random(seed);
                    int[][] lists = OracleLists.Of(test);
                    FairnessFrontier.Of(test, 0, default, out int[][] fair);
                    foreach (int[][] of in (int[][][])[lists, fair])
                    {
                        JointScores quick = JointScores.Of(test, of),
                            plain = Plainly(test, of);
                        Assert.Equal(plain.BetterOff, quick.BetterOff, 1e-12);
                        Assert.Equal(plain.Envy, quick.Envy, 1e-12);
                        Assert.Equal(plain.Attention, quick.Attention, 1e-12);
                        Assert.Equal(plain.Individual, quick.Individual, 1e-12);
                        Assert.Equal(plain.Aggregate, quick.Aggregate, 1e-12);
                    }
                }
            )
            .Holds();

    [Fact]
    public void Gini_turned_round_gives_the_same_distances()
    {
        IReadOnlyList<FairnessPoint> points = FairnessFrontier.Of(Random(7));
        FrontierDistance gini = FrontierDistance.Of(points, RelevanceMeasure.Ndcg, ExposureMeasure.Gini),
            turned = FrontierDistance.Of([.. points.Select(point => (point.Relevance.Ndcg, 1 - point.Exposure.Gini))]);
        Assert.Equal(gini.To(.3, .4), turned.To(.3, 1 - .4), 1e-12);
        Assert.Equal(0, gini.To(gini.Reference.X, gini.Reference.Y), 12);
    }

    [Fact]
    public void Rerankings_keep_the_items_of_the_longer_lists()
    {
        RecommendationTest test = new(
            6,
            2,
            [
                [],
                [],
                [],
            ],
            [
                [0],
                [1],
                [2],
            ]
        );
        int[][] lists =
        [
            [0, 1, 2, 3],
            [0, 1, 4, 5],
            [0, 2, 1, 4],
        ];
        double[][] scores =
        [
            [9, 8, 7.9, 1],
            [9, 6, 5.5, 0],
            [8, 7, 6, 5],
        ];
        // Coverage is 3, 2, 1, 0, 0, 0. Borda, list 1: places give 3, 2, 1, 0, the order 4, 5, 1, 0 gives 0, 1, 3, 2.
        Assert.Equal(
            [
                [0, 1, 2, 3],
                [4, 0, 1, 5],
                [2, 0, 4, 1],
            ],
            Rerankings.Borda(test, lists)
        );
        // CombMNZ, list 2: 8/9 of item 0; 7/9 + 2/3, twice, of item 2; 1 of item 4.
        Assert.Equal(
            [
                [0, 3, 1, 2],
                [0, 4, 5, 1],
                [2, 4, 0, 1],
            ],
            Rerankings.CombMnz(test, lists, scores)
        );
        // Items 0 and 1 are shown too often, 3 to 5 too seldom; of six places one and a half, rounded to two, may change.
        Assert.Equal(
            [
                [0, 1, 2, 3],
                [0, 4, 1, 5],
                [4, 2, 1, 0],
            ],
            Rerankings.GreedySubstitution(test, lists, scores)
        );
        Assert.Throws<ArgumentException>(() =>
            Rerankings.CombMnz(
                test,
                lists,
                [
                    [1],
                    [2],
                    [3],
                ]
            )
        );
    }

    [Theory]
    [InlineData(0)] // no relevant item
    [InlineData(1)] // a relevant item is known
    [InlineData(2)] // too few items
    [InlineData(3)] // one user
    public void Bad_tests_are_refused(int which) =>
        Assert.ThrowsAny<ArgumentException>(() =>
            which switch
            {
                0 => new RecommendationTest(
                    5,
                    2,
                    [
                        [],
                        [],
                    ],
                    [
                        [],
                        [1],
                    ]
                ),
                1 => new RecommendationTest(
                    5,
                    2,
                    [
                        [1],
                        [],
                    ],
                    [
                        [1],
                        [1],
                    ]
                ),
                2 => new RecommendationTest(
                    5,
                    2,
                    [
                        [1, 2, 3, 4],
                        [],
                    ],
                    [
                        [0],
                        [1],
                    ]
                ),
                _ => new RecommendationTest(
                    5,
                    2,
                    [
                        [],
                    ],
                    [
                        [0],
                    ]
                ),
            }
        );

    private static readonly IEqualityComparer<double> Close = EqualityComparer<double>.Create(
        (a, b) => Math.Abs(a - b) < 1e-12
    );

    internal static double[] Row(FairnessPoint point) =>
        [
            point.Relevance.Precision,
            point.Relevance.Map,
            point.Relevance.Recall,
            point.Relevance.Ndcg,
            point.Exposure.Jain,
            point.Exposure.Entropy,
            point.Exposure.Gini,
        ];

    private static RecommendationTest Random(int seed)
    {
        Random random = new(seed);
        int items = random.Next(6, 20),
            length = random.Next(1, 4),
            users = random.Next(2, 12);
        HashSet<int>[] history = new HashSet<int>[users],
            relevant = new HashSet<int>[users];
        for (int user = 0; user < users; user++)
        {
            int[] order = [.. Enumerable.Range(0, items)];
            random.Shuffle(order);
            int wanted = random.Next(1, 6),
                known = random.Next(0, items - Math.Max(wanted, length) + 1);
            relevant[user] = [.. order[..wanted]];
            history[user] = [.. order[(items - Math.Min(known, items - wanted))..]];
        }
        return new(items, length, history, relevant);
    }

    // Straight from the formulas, with dense matrices.
    private static JointScores Plainly(RecommendationTest test, int[][] lists)
    {
        (int m, int n, int k) = (test.Users, test.Items, test.Length);
        double[,] at = new double[m, n];
        for (int user = 0; user < m; user++)
        for (int rank = 1; rank <= k; rank++)
            at[user, lists[user][rank - 1]] = rank;
        double Y(int user, int item) => test.IsRelevant(user, item) ? 1 : 0;
        double better = 0,
            wanted = 0,
            envy = 0,
            attention = 0,
            individual = 0,
            aggregate = 0,
            harmonic = Enumerable.Range(1, k).Sum(rank => 1.0 / rank);
        for (int i = 0; i < n; i++)
        {
            double[] gain = new double[n];
            double all = 0,
                mean = 0;
            for (int user = 0; user < m; user++)
            {
                all += Y(user, i);
                for (int j = 0; j < n; j++)
                    gain[j] += at[user, j] > 0 ? Y(user, i) / at[user, j] : 0;
                int relevant = test.Relevant(user).Length;
                double exposure = at[user, i] > 0 ? Math.Pow(0.8, at[user, i] - 1) : 0,
                    difference = exposure - Y(user, i) * (1 - Math.Pow(0.8, relevant)) / (0.2 * relevant),
                    share = at[user, i] == 0 ? 0
                    : k == 1 ? 1
                    : (k - at[user, i]) / (k - 1);
                individual += difference * difference;
                mean += difference / m;
                attention += Math.Abs(share - Y(user, i));
            }
            aggregate += mean * mean;
            envy += gain.Max() - gain[i];
            wanted += all > 0 ? 1 : 0;
            better += all > 0 && gain[i] / m >= 1.1 * all * harmonic / (n * m) - 1e-15 ? 1 : 0;
        }
        return new(better / wanted, envy / n / m, attention / n / m, individual / n / m, aggregate / n);
    }
}
