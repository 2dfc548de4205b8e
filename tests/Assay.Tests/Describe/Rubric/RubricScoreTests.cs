using System.Text.Json;
using Assay.Describe;
using Assay.Evidence;
using FsCheck;
using FsCheck.Fluent;

namespace Assay.Tests.Describe;

/// <summary>The formulas of the three scores: numbers worked by hand, real counts, and what must hold for all counts.</summary>
public sealed class RubricScoreTests
{
    private static AxisCounts Counts(string axis, int? predefined, params long[] counts) =>
        new(axis, "", AxisCounts.Ordered(counts.Select((count, i) => KeyValuePair.Create($"group {i}", count))))
        {
            Predefined = predefined,
        };

    private static double Evenness(params long[] counts) => AxisScore.Of(Counts("a", null, counts)).Evenness;

    [Theory]
    [InlineData(0.811278, 3, 1)]
    [InlineData(0.468996, 90, 10)]
    [InlineData(1, 1, 1, 1, 1)]
    [InlineData(0, 7)]
    [InlineData(0, 7, 0)]
    [InlineData(0)]
    public void EvennessIsShannons(double evenness, params int[] counts) =>
        Assert.Equal(evenness, Evenness([.. counts.Select(count => (long)count)]), 6);

    [Fact]
    public void TwoEvenSubgroupsOfThreePredefined()
    {
        AxisScore present = AxisScore.Of(Counts("sex", 3, 5, 5)),
            predefined = AxisScore.Of(Counts("sex", 3, 5, 5), EvennessBase.Predefined);
        Assert.Equal(2 / 3.0, present.Inclusivity, 12);
        Assert.Equal(1, present.Evenness, 12);
        Assert.Equal(0.630930, predefined.Evenness, 6);
    }

    [Fact]
    public void BaselinesAreThoseOfTheLiterature()
    {
        AxisScore axis = AxisScore.Of(Counts("a", null, 90, 10));
        Assert.Equal(9, axis.Imbalance);
        Assert.Equal(0.18, axis.Simpson, 12);
        Assert.Equal(Math.Log(2) * (1 - 0.468996), axis.Divergence, 6);
        AxisScore referred = AxisScore.Of(Counts("a", null, 90, 10) with { Reference = [0.9, 0.1] });
        Assert.Equal(0, referred.Divergence, 12);
    }

    [Fact]
    public void TheIdealHasAllScoresAndNoDistance()
    {
        Rubric ideal = new(
            Fairness.Of(
                [
                    Counts("sex", 3, 4, 4, 4),
                    Counts("skin-tone", 3, 4, 4, 4),
                    Counts("ethnicity", 2, 6, 6),
                    Counts("age", 2, 6, 6),
                ],
                SubgroupLists.Axes,
                [LabelOrigin.SelfReported]
            ),
            new([.. Privacy.All.Select(kind => new DeclaredFact(kind, Known.No))]),
            new([.. Regulation.All.Select(fact => new DeclaredFact(fact, Known.Yes))])
        );
        Assert.Equal(5, ideal.Fairness.Score, 12);
        Assert.Equal(6, ideal.Privacy.Score, 12);
        Assert.Equal(3, ideal.Regulation.Score, 12);
        Assert.Equal(0, ideal.IdealDistance, 12);
        Rubric nothing = new(
            Fairness.Of([], SubgroupLists.Axes, []),
            new([.. Privacy.All.Select(kind => new DeclaredFact(kind, Known.Unknown))]),
            new([])
        );
        Assert.Equal(Math.Sqrt(3), nothing.IdealDistance, 12);
    }

    [Theory]
    [InlineData(1.00, LabelOrigin.SelfReported)]
    [InlineData(0.67, LabelOrigin.Classifier)]
    [InlineData(0.33, LabelOrigin.Apparent)]
    [InlineData(0.665, LabelOrigin.SelfReported, LabelOrigin.Apparent)]
    [InlineData(0.665, LabelOrigin.SelfReported, LabelOrigin.Apparent, LabelOrigin.Apparent)]
    [InlineData(0)]
    public void LabelsCountByHowTheyWereObtained(double score, params LabelOrigin[] origins) =>
        Assert.Equal(score, Fairness.Of([Counts("sex", 3, 1, 1)], [], origins).Labels, 12);

    [Fact]
    public void LabelsWithoutAnyLabelsEarnNothing() =>
        Assert.Equal(0, Fairness.Of([], SubgroupLists.Axes, [LabelOrigin.SelfReported]).Score);

    [Fact]
    public void ARealeasedAnnotationLowersPrivacyByOneAndCanOnlyRaiseFairness()
    {
        AxisCounts[] axes = [Counts("sex", 3, 9, 1), Counts("ethnicity", 7, 5, 3, 1), Counts("age", 4, 5, 5)];
        for (int released = 0; released < axes.Length; released++)
            Assert.True(
                Fairness.Of(axes[..(released + 1)], SubgroupLists.Axes, [LabelOrigin.Apparent]).Score
                    >= Fairness.Of(axes[..released], SubgroupLists.Axes, [LabelOrigin.Apparent]).Score
            );
        double Of(int released) =>
            new Privacy([
                .. Privacy.All.Select((kind, i) => new DeclaredFact(kind, i < released ? Known.Yes : Known.No)),
            ]).Score;
        for (int released = 0; released < 6; released++)
            Assert.Equal(1, Of(released) - Of(released + 1), 12);
    }

    [Fact]
    public void KindsThatDoNotApplyAreLeftOutAndWhatIsUnknownEarnsNothing()
    {
        Privacy privacy = new([
            new(Privacy.Names, Known.No),
            new(Privacy.Attributes, Known.Yes),
            new(Privacy.Accessories, Known.NotApplicable),
            new(Privacy.Objects, Known.NotApplicable),
            new(Privacy.Location, Known.Unknown),
            new(Privacy.Medical, Known.No),
        ]);
        Assert.Equal(4, privacy.Applicable);
        Assert.Equal(1, privacy.Released);
        Assert.Equal(3, privacy.Score, 12);
        Assert.Equal(0, new Privacy([new(Privacy.Names, Known.NotApplicable)]).Score);
    }

    [Fact]
    public void RepeatingAllRowsOrRenamingSubgroupsChangesNothing() =>
        Prop.ForAll<PositiveInt[], PositiveInt>(
                (counts, times) =>
                {
                    long[] some = [.. counts.Select(count => (long)count.Get)];
                    AxisScore once = AxisScore.Of(Counts("a", 5, some)),
                        often = AxisScore.Of(Counts("a", 5, [.. some.Select(count => count * times.Get)])),
                        renamed = AxisScore.Of(
                            new(
                                "a",
                                "",
                                AxisCounts.Ordered(some.Select((count, i) => KeyValuePair.Create($"z{99 - i}", count)))
                            )
                            {
                                Predefined = 5,
                            }
                        );
                    return Math.Abs(once.Score - often.Score) < 1e-9
                        && Math.Abs(once.Score - renamed.Score) < 1e-9
                        && once.Evenness is >= 0 and <= 1
                        && once.Inclusivity is >= 0 and <= 1
                        && once.Evenness
                            >= AxisScore.Of(Counts("a", 5, some), EvennessBase.Predefined).Evenness - 1e-12;
                }
            )
            .Holds();

    /// <summary>Counts per subgroup of three real datasets, by the formulas as they stand.</summary>
    [Theory]
    [InlineData("fairface_val", LabelOrigin.Apparent, 2.836955, 2.591496)]
    [InlineData("compas_two_years", LabelOrigin.SelfReported, 2.900263, 2.683615)]
    [InlineData("adult_train", LabelOrigin.SelfReported, 2.643034, 2.375233)]
    public void RealCounts(string dataset, LabelOrigin origin, double present, double predefined)
    {
        using JsonDocument file = JsonDocument.Parse(
            File.ReadAllBytes(SharedData.Path("responsible-datasets/demographic_counts.json"))
        );
        AxisCounts[] axes =
        [
            .. file
                .RootElement.GetProperty(dataset)
                .EnumerateObject()
                .Select(axis => new AxisCounts(
                    axis.Name,
                    "",
                    AxisCounts.Ordered(
                        axis.Value.GetProperty("counts")
                            .EnumerateObject()
                            .Select(group => KeyValuePair.Create(group.Name, group.Value.GetInt64()))
                    )
                )
                {
                    Predefined = axis.Value.GetProperty("predefined").GetInt32(),
                }),
        ];
        Assert.Equal(present, Fairness.Of(axes, SubgroupLists.Axes, [origin]).Score, 6);
        Assert.Equal(predefined, Fairness.Of(axes, SubgroupLists.Axes, [origin], EvennessBase.Predefined).Score, 6);
        (double R, double V)[] parts =
        [
            .. Fairness.Of(axes, [], [origin]).Axes.Select(axis => (axis.Inclusivity, axis.Evenness)),
        ];
        (double R, double V)[] expected = dataset switch
        {
            "fairface_val" => [(.666667, .997613), (1, .993832), (1, .848049)],
            "compas_two_years" => [(.666667, .708476), (.857143, .623401), (1, .893601)],
            _ => [(.666667, .915736), (.714286, .343999), (1, .786830)],
        };
        for (int i = 0; i < parts.Length; i++)
        {
            Assert.Equal(expected[i].R, parts[i].R, 6);
            Assert.Equal(expected[i].V, parts[i].V, 6);
        }
    }
}
