using Assay.Learning;
using Assay.Numerics;
using FsCheck;
using FsCheck.Fluent;

namespace Assay.Tests.Learning.Classical;

public sealed class ObservedOutcomesTests
{
    // Exact linear algebra, to nine digits.
    private static readonly double[] Trait = [0, 1, 0, 1, 1, 0, 1, 0],
        Circumstance = [1, 2, .5, 3, 2.5, 1.5, 1, 0],
        Lever = [0, 1, 0, 1, 0, 1, 0, 0],
        Outcome = [1.9, 4.6, 1.4, 6.5, 5.2, 3.1, 3.2, 0.1];
    private static readonly int[] Group = [0, 0, 1, 1, 1, 2, 2, 2];

    private static ContextDesign Numbers(params IReadOnlyList<double[]> columns) =>
        ContextDesign.Of(columns.Count > 0 ? columns[0].Length : Outcome.Length, columns, []);

    private static SparseMatrix Text(params IReadOnlyList<double[]> columns)
    {
        SparseMatrixBuilder builder = new(columns.Count);
        for (int row = 0; row < columns[0].Length; row++)
        {
            for (int i = 0; i < columns.Count; i++)
                builder.Add(i, (float)columns[i][row]);
            builder.EndRow();
        }
        return builder.Build();
    }

    private static ObservedOutcomes Hand(ContextDesign? context = null) =>
        new(Outcome, context ?? Numbers(Circumstance), Text(Trait));

    private static double Slope(double[] outcomes) => Hand().TextEffects(outcomes, 0)[0];

    private static void Near(double[] expected, double[] actual, double within = 5e-10)
    {
        Assert.Equal(expected.Length, actual.Length);
        for (int i = 0; i < expected.Length; i++)
            Assert.Equal(expected[i], actual[i], within);
    }

    [Fact]
    public void The_hand_case_without_and_with_the_context()
    {
        Assert.Equal(3.25, Slope(Outcome), 5e-10);
        AdjustedOutcomes joint = Hand().Adjust(Adjustment.Joint, penalty: 0);
        Near(
            [2.642954545, 3.644772727, 2.992045455, 3.846590909, 3.395681818, 2.993863636, 3.942954545, 2.541136364],
            joint.Values
        );
        Assert.Equal(0.915, joint.TextEffects![0], 5e-10);
        Assert.Equal(0.915, Slope(joint.Values), 5e-10);
        // The coefficient of the context: what half a unit of it moves.
        Assert.Equal(1.698181818, (joint.Contribution[1] - joint.Contribution[0]) / 1, 5e-10);
        AdjustedOutcomes residual = Hand().Adjust(Adjustment.Residual);
        Assert.Equal(2.046753247, residual.Contribution[1] - residual.Contribution[0], 5e-10);
        Assert.Equal(0.435714286, Slope(residual.Values), 5e-10);
    }

    [Fact]
    public void The_hand_case_of_groups()
    {
        AdjustedOutcomes groups = Hand(ContextDesign.Of(8, [], [Group])).Adjust(Adjustment.FixedEffects);
        double mean = Outcome.Average();
        Near(
            [-1.35, 1.35, -2.966666667, 2.133333333, 0.833333333, 0.966666667, 1.066666667, -2.033333333],
            [.. groups.Values.Select(value => value - mean)]
        );
    }

    [Fact]
    public void The_hand_case_of_an_instrument()
    {
        ObservedOutcomes wald = new(Outcome, Numbers(), Text(Trait))
        {
            Instrumented = [Circumstance],
            Instruments = [Lever],
        };
        AdjustedOutcomes simple = wald.Adjust(Adjustment.Instrument);
        Assert.Equal(2.034285714, simple.InstrumentedEffects![0], 5e-10);
        Assert.Equal(0.452857143, Slope(simple.Values), 5e-10);
        Assert.True(simple.FirstStageF is > 1 and < 10, $"{simple.FirstStageF}"); // eight rows are weak

        ObservedOutcomes both = new(Outcome, Numbers(), Text(Trait))
        {
            Instrumented = [Circumstance],
            Instruments = [Lever],
            TextInStages = true,
        };
        AdjustedOutcomes stages = both.Adjust(Adjustment.Instrument, penalty: 0);
        Assert.Equal(1.883333333, stages.InstrumentedEffects![0], 5e-10);
        Assert.Equal(0.660416667, stages.TextEffects![0], 5e-10);
    }

    [Fact]
    public void An_instrument_that_is_the_context_itself_is_least_squares()
    {
        ObservedOutcomes own = new(Outcome, Numbers(), Text(Trait))
        {
            Instrumented = [Circumstance],
            Instruments = [Circumstance],
            TextInStages = true,
        };
        AdjustedOutcomes stages = own.Adjust(Adjustment.Instrument, penalty: 0);
        Near(Hand().Adjust(Adjustment.Joint, penalty: 0).Values, stages.Values);
        Assert.Equal(double.PositiveInfinity, stages.FirstStageF);
    }

    [Fact]
    public void The_F_of_the_first_stage_is_that_of_the_textbook()
    {
        // With one instrument and no other context it is that of a slope: r^2 / (1 - r^2) x (n - 2).
        double r = Correlation.Pearson(Lever, Circumstance);
        ObservedOutcomes wald = new(Outcome, Numbers()) { Instrumented = [Circumstance], Instruments = [Lever] };
        Assert.Equal(r * r / (1 - r * r) * 6, wald.Adjust(Adjustment.Instrument).FirstStageF!.Value, 1e-6);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(0.3)]
    [InlineData(0.6)]
    [InlineData(0.9)]
    public void Slopes_are_those_of_theory_for_every_correlation(double rho)
    {
        const int rows = 60_000;
        RandomStream random = new(5, "slopes");
        double[] trait = new double[rows],
            context = new double[rows],
            outcome = new double[rows];
        for (int i = 0; i < rows; i++)
        {
            trait[i] = random.NextGaussian();
            context[i] = rho * trait[i] + Math.Sqrt(1 - rho * rho) * random.NextGaussian();
            outcome[i] = trait[i] + context[i] + 0.5 * random.NextGaussian();
        }
        ObservedOutcomes rowsOf = new(outcome, Numbers(context), Text(trait));
        double Slope(Adjustment mode) => rowsOf.TextEffects(rowsOf.Adjust(mode, penalty: 0).Values, 0)[0];
        Assert.Equal(1 + rho, Slope(Adjustment.None), 0.015);
        Assert.Equal(1 - rho * rho, Slope(Adjustment.Residual), 0.015);
        Assert.Equal(1, Slope(Adjustment.Joint), 0.015);
        Assert.Equal(1, Slope(Adjustment.CrossFitted), 0.015);
    }

    [Fact]
    public void Cross_fitting_follows_an_effect_that_bends()
    {
        const int rows = 20_000;
        RandomStream random = new(5, "bends");
        double[] trait = new double[rows],
            context = new double[rows],
            outcome = new double[rows];
        for (int i = 0; i < rows; i++)
        {
            context[i] = 6 * random.NextDouble() - 3;
            trait[i] = (Math.Abs(context[i]) - 1.5) + random.NextGaussian();
            outcome[i] = trait[i] + 2 * Math.Abs(context[i]) + 0.5 * random.NextGaussian();
        }
        ObservedOutcomes rowsOf = new(outcome, Numbers(context), Text(trait));
        double Of(Adjustment mode) => rowsOf.Adjust(mode, penalty: 0, bends: 7).TextEffects![0];
        Assert.True(Of(Adjustment.Joint) > 1.5, "a straight line sees nothing of it");
        Assert.Equal(1, Of(Adjustment.CrossFitted), 0.03);
    }

    [Fact]
    public void The_slope_on_the_joint_adjusted_outcome_is_that_of_Frisch_Waugh_and_Lovell_on_any_rows() =>
        Prop.ForAll(
                Gen.Choose(0, 1 << 20).ToArbitrary(),
                seed =>
                {
                    RandomStream random = new((ulong)seed, "rows");
                    double[][] columns = [.. Enumerable.Range(0, 3).Select(_ => Draw(random, 12))];
                    ContextDesign context = Numbers(columns[1]);
                    ObservedOutcomes rows = new(
                        columns[2],
                        context,
                        Text([.. columns[0].Select(x => (double)(float)x)])
                    );
                    AdjustedOutcomes joint = rows.Adjust(Adjustment.Joint, penalty: 0);
                    double[] left = Left(columns[0], columns[1]);
                    double slope = left.Zip(columns[2], (x, y) => x * y).Sum() / left.Sum(x => x * x);
                    double own = rows.TextEffects(joint.Values, 0)[0];
                    return Math.Abs(slope - own) < 1e-5 * (1 + Math.Abs(slope))
                        && Math.Abs(joint.Values.Average() - columns[2].Average()) < 1e-9
                        && Math.Abs(joint.Contribution.Sum()) < 1e-9;
                }
            )
            .Holds();

    [Fact]
    public void Scale_and_origin_of_the_context_change_nothing_and_a_constant_is_no_context() =>
        Prop.ForAll(
                Gen.Choose(0, 1 << 20).ToArbitrary(),
                seed =>
                {
                    RandomStream random = new((ulong)seed, "rows");
                    double[] text = Draw(random, 15),
                        context = Draw(random, 15),
                        outcome = Draw(random, 15);
                    double scale = Math.Exp(10 * random.NextDouble() - 5),
                        origin = 1e6 * random.NextDouble();
                    double[] Adjusted(double[] own, Adjustment mode) =>
                        new ObservedOutcomes(outcome, Numbers(own), Text(text))
                            .Adjust(mode, penalty: 0.7, bends: 0)
                            .Values;
                    bool Same(double[] a, double[] b) =>
                        a.Zip(b).All(pair => Math.Abs(pair.First - pair.Second) < 1e-6);
                    double[] other = [.. context.Select(value => origin + scale * value)],
                        constant = [.. context.Select(_ => origin)];
                    return ((Adjustment[])[Adjustment.Residual, Adjustment.Joint, Adjustment.CrossFitted]).All(mode =>
                        Same(Adjusted(context, mode), Adjusted(other, mode)) // Means of other folds differ by chance.
                        && (mode == Adjustment.CrossFitted || Same(Adjusted(constant, mode), outcome))
                    );
                }
            )
            .Holds();

    [Fact]
    public void Within_groups_adjusted_outcomes_have_one_mean_and_a_row_alone_has_it_too()
    {
        RandomStream random = new(1, "groups");
        int[] group = [.. Enumerable.Range(0, 60).Select(i => i == 59 ? 9 : random.NextInt32(9))];
        double[] outcome = Draw(random, 60);
        AdjustedOutcomes adjusted = new ObservedOutcomes(outcome, ContextDesign.Of(60, [], [group])).Adjust(
            Adjustment.FixedEffects
        );
        foreach (IGrouping<int, int> rows in Enumerable.Range(0, 60).GroupBy(row => group[row]))
            Assert.Equal(outcome.Average(), rows.Average(row => adjusted.Values[row]), 1e-8);
        Assert.Equal(outcome.Average(), adjusted.Values[59], 1e-8);
    }

    [Fact]
    public void A_penalised_fit_is_that_of_the_normal_equations_with_weights()
    {
        RandomStream random = new(3, "normal");
        const int rows = 30;
        double[][] text =
        [
            .. Enumerable.Range(0, 4).Select(_ => Draw(random, rows).Select(x => (double)(float)x).ToArray()),
        ];
        double[] context = Draw(random, rows),
            outcome = Draw(random, rows),
            weights = [.. Draw(random, rows).Select(Math.Abs)];
        weights[7] = 0;
        PartialRidge fit = PartialRidge.Fit(Text(text), Numbers(context), outcome, 0.4, weights);
        double mean = context.Average(),
            deviation = Math.Sqrt(context.Sum(x => (x - mean) * (x - mean)) / rows);
        double[] left = new double[rows];
        for (int i = 0; i < rows; i++)
            left[i] =
                outcome[i]
                - fit.ContextCoefficients[0]
                - fit.ContextCoefficients[1] * (context[i] - mean) / deviation
                - Enumerable.Range(0, 4).Sum(j => fit.TextCoefficients[j] * text[j][i]);
        // The gradient is 0 by every coefficient.
        Assert.Equal(0, Enumerable.Range(0, rows).Sum(i => weights[i] * left[i]), 1e-8);
        Assert.Equal(0, Enumerable.Range(0, rows).Sum(i => weights[i] * left[i] * context[i]), 1e-8);
        for (int j = 0; j < 4; j++)
            Assert.Equal(
                0.4 * fit.TextCoefficients[j],
                Enumerable.Range(0, rows).Sum(i => weights[i] * left[i] * text[j][i]),
                1e-8
            );
    }

    [Fact]
    public void Log_odds_and_their_precision()
    {
        Assert.Equal(Math.Log(10.5 / 90.5), ObservedOutcomes.LogOdds(10, 100), 1e-12);
        double rate = 10.5 / 101;
        Assert.Equal(100 * rate * (1 - rate), ObservedOutcomes.Precision(10, 100), 1e-12);
        Assert.Throws<ArgumentOutOfRangeException>(() => ObservedOutcomes.LogOdds(3, 2));
    }

    [Fact]
    public void What_does_not_fit_is_refused()
    {
        Assert.Throws<ArgumentException>(() => new ObservedOutcomes([1, 2], Numbers(Circumstance)));
        Assert.Throws<ArgumentException>(() => new ObservedOutcomes([1, double.NaN], Numbers([1, 2])));
        Assert.Throws<ArgumentException>(() =>
            ContextDesign.Of(
                2,
                [
                    [1, double.PositiveInfinity],
                ],
                []
            )
        );
        Assert.Throws<ArgumentException>(() =>
            ContextDesign.Of(
                2,
                [],
                [
                    [0, -1],
                ]
            )
        );
        Assert.Throws<ArgumentException>(() => Hand().Adjust(Adjustment.Instrument));
        Assert.Throws<ArgumentException>(() => Hand().Adjust(Adjustment.FixedEffects));
        Assert.Throws<ArgumentException>(() =>
            new ObservedOutcomes(Outcome, Numbers(Circumstance)).Adjust(Adjustment.Joint)
        );
        Assert.Throws<ArgumentOutOfRangeException>(() => Hand().Adjust(Adjustment.Joint, penalty: -1));
    }

    private static double[] Draw(RandomStream random, int count) =>
        [.. Enumerable.Range(0, count).Select(_ => random.NextGaussian())];

    private static double[] Left(double[] target, double[] on)
    {
        double x = on.Average(),
            y = target.Average(),
            slope = on.Zip(target, (a, b) => (a - x) * (b - y)).Sum() / on.Sum(a => (a - x) * (a - x));
        return [.. target.Zip(on, (b, a) => b - y - slope * (a - x))];
    }
}
