using Assay.Numerics;
using Assay.Tests;
using FsCheck;
using FsCheck.Fluent;

namespace Assay.Learning.Tests;

public class PreferenceLossTests
{
    private const double Tenth = 0.1;

    // Three pairs, and what the official implementations made of them in double precision.
    private static readonly PairBatch Golden = new()
    {
        Chosen = [-12, -30.5, -8.25],
        Rejected = [-14, -29, -20.75],
        ReferenceChosen = [-12.5, -31, -9],
        ReferenceRejected = [-13, -30, -18.5],
        ChosenTokens = [5, 11, 4],
        RejectedTokens = [6, 9, 8],
    };

    public static TheoryData<PreferenceLossOptions, double[]> GoldenRows =>
        new()
        {
            { Of(PreferenceObjective.Dpo), [0.6209570478, 0.7184596480, 0.5543552445] },
            { Of(PreferenceObjective.Dpo) with { Smoothing = Tenth }, [0.6359570478, 0.7134596480, 0.5843552445] },
            { Of(PreferenceObjective.Robust) with { Smoothing = Tenth }, [0.6022070478, 0.7247096480, 0.5168552445] },
            { Of(PreferenceObjective.Ipo), [12.25, 30.25, 4.0] },
            { Of(PreferenceObjective.IpoMean), [22.4044444444, 25.6608764412, 20.5322265625] },
            { Of(PreferenceObjective.DpoNorm), [0.6799027335, 0.6964353973, 0.6699843136] },
            { Of(PreferenceObjective.Hinge), [0.85, 1.05, 0.7] },
            { Of(PreferenceObjective.Exo) with { Smoothing = Tenth }, [0.4313884572, 0.5385976128, 0.3583833874] },
            { Of(PreferenceObjective.Nca), [1.3498878021, 1.3998878021, 1.3155062123] },
            { Of(PreferenceObjective.BcoPair), [1.3128563081, 1.4128563081, 1.2433121429] },
            { Of(PreferenceObjective.SppoHard), [36.25, 56.25, 25.625] },
            { Of(PreferenceObjective.ApoZero), [0.9625234160, 1.0124817910, 0.9252448936] },
            { Of(PreferenceObjective.ApoDown), [0.9750675511, 1.0249947930, 0.9442986991] },
            { Of(PreferenceObjective.DiscoPop), [0.8493375793, 0.8079664320, 0.7403571680] },
            {
                new()
                {
                    Loss = PreferenceObjective.Simpo,
                    Beta = 2,
                    Margin = 0.5,
                },
                [1.4124475096, 0.7449270693, 0.6623853824]
            },
            { Of(PreferenceObjective.Orpo) with { Nll = 0 }, [0.0730607882, 0.0484225340, 0.0441204943] },
            {
                Of(PreferenceObjective.Dpo) with
                {
                    Divergence = PreferenceDivergence.JensenShannon,
                },
                [0.6520679759, 0.7012202720, 0.5997910420]
            },
            {
                Of(PreferenceObjective.Dpo) with
                {
                    Divergence = PreferenceDivergence.ForwardKl,
                },
                [0.5931236612, 0.7051509328, 0.3407098675]
            },
        };

    [Theory]
    [MemberData(nameof(GoldenRows))]
    public void LossesAreThoseOfTheOfficialCode(PreferenceLossOptions options, double[] rows)
    {
        double[] found = new PreferenceLoss(options).Of(Golden).Rows;
        for (int i = 0; i < rows.Length; i++)
            Assert.Equal(rows[i], found[i], Rounding(options) * Math.Max(1, Math.Abs(rows[i])));
    }

    // The official ORPO has digits of single precision: in double its first row is 0.07306077661.
    private static double Rounding(PreferenceLossOptions options) =>
        options.Loss == PreferenceObjective.Orpo ? 2e-8 : 1e-9;

    [Fact]
    public void SortedLossesAreThoseOfTheOfficialCodeUpToTheOrderOfRows()
    {
        Equal([0.7184596480, 0.6209570478, 0.5543552445], PreferenceObjective.Aot);
        Equal([0.5650706677, 0.6209570478, 0.7057253035], PreferenceObjective.AotUnpaired);

        static void Equal(double[] rows, PreferenceObjective objective)
        {
            double[] found = [.. new PreferenceLoss(Of(objective)).Of(Golden).Rows.Order()];
            foreach ((double expected, double value) in rows.Order().Zip(found))
                Assert.Equal(expected, value, 9);
        }
    }

    [Fact]
    public void KtoIsThatOfTheOfficialCode()
    {
        double[] chosen = [0.4950001667, 0.4950001667, 0.4887518981],
            rejected = [0.4675456936, 0.5174928577, 0.4365932137];
        PairBatch batch = Golden with { Mismatched = [0.3, 0.3, 0.3] };
        PreferenceLoss loss = new(Of(PreferenceObjective.Kto));
        double[] both = loss.Of(batch).Rows,
            first = loss.Of(batch with { RejectedTokens = [0, 0, 0] }).Rows,
            second = loss.Of(batch with { ChosenTokens = [0, 0, 0] }).Rows;
        for (int i = 0; i < 3; i++)
        {
            Assert.Equal(chosen[i], first[i], 9);
            Assert.Equal(rejected[i], second[i], 9);
            Assert.Equal((first[i] + second[i]) / 2, both[i], 12);
        }
        // A mean below 0 counts as 0.
        PairBatch below = batch with
        {
            Mismatched = [-1, -2, 0],
        };
        Assert.Equal(loss.Of(batch with { Mismatched = null }).Rows, loss.Of(below).Rows);
    }

    [Fact]
    public void BetaDpoIsThatOfTheOfficialCodeWhereNoRowIsLeftOut()
    {
        PreferenceLoss loss = new(Of(PreferenceObjective.BetaDpo));
        loss.Carried.Span[0] = 1; // running means that started at 0, as the official code has them
        double[] found = loss.Of(Golden).Rows;
        double[] rows = [0.5724447055, 0.7370713958, 0.4680663744];
        for (int i = 0; i < 3; i++)
            Assert.Equal(rows[i], found[i], 9);
        Assert.Equal(0.172, PreferenceLoss.BatchBeta(0.1, 0.6, 4 / 3.0, 0.4 / 3), 12);
        Assert.Equal(1e-3, PreferenceLoss.BatchBeta(0.1, 0.6, -100, 0), 12);
    }

    [Fact]
    public void BetaDpoKeepsAShareOfTheRowsAndItsFirstBatchIsWhole()
    {
        PairBatch batch = Random(50, new(3, "rows"));
        PreferenceLoss loss = new(Of(PreferenceObjective.BetaDpo));
        double[] rows = loss.Of(batch, new(1, "draw")).Rows;
        Assert.Equal(40, rows.Count(row => row > 0));
        Assert.Equal(rows, new PreferenceLoss(Of(PreferenceObjective.BetaDpo)).Of(batch, new(1, "draw")).Rows);
    }

    [Fact]
    public void ScaledBetaDpoMovesBetaByTheMeanOfTheWholeBatch()
    {
        PreferenceLoss loss = new(Of(PreferenceObjective.BetaDpoScaled));
        double[] found = loss.Of(Golden).Rows,
            margins = [1.5, -0.5, 3];
        double mean = 0.4 / 3; // of 0.1 D; the average from 0 is a tenth of it
        double beta = 0.1 * (1 + 0.6 * (mean - 0.1 * mean));
        for (int i = 0; i < 3; i++)
            Assert.Equal(Logistic.Softplus(-beta * margins[i]), found[i], 12);
        Assert.Equal(0.1 * mean, loss.Carried.Span[1], 12);

        PairBatch batch = Random(50, new(3, "rows"));
        double[] rows = new PreferenceLoss(Of(PreferenceObjective.BetaDpoScaled)).Of(batch, new(1, "draw")).Rows;
        Assert.Equal(40, rows.Count(row => row > 0));
    }

    [Fact]
    public void BcoCarriesTheMeanOfAllRewards()
    {
        PreferenceLoss loss = new(Of(PreferenceObjective.Bco));
        PairBatch first = Random(6, new(1, "a")),
            second = Random(4, new(2, "b"));
        loss.Of(first);
        loss.Of(second);
        double[] rewards = [.. Rewards(first), .. Rewards(second)];
        Assert.Equal(rewards.Average(), loss.Carried.Span[1], 12);

        static IEnumerable<double> Rewards(PairBatch batch) =>
            Enumerable
                .Range(0, batch.Count)
                .SelectMany(i => (double[])[0.1 * batch.ChosenRatio(i), 0.1 * batch.RejectedRatio(i)]);
    }

    public static TheoryData<PreferenceLossOptions> Differentiable
    {
        get
        {
            TheoryData<PreferenceLossOptions> all = [];
            foreach (PreferenceObjective objective in Enum.GetValues<PreferenceObjective>())
                if (objective is not (PreferenceObjective.BetaDpo or PreferenceObjective.BetaDpoScaled)) // the batch's beta is a constant: its derivative is no difference
                    all.Add(new PreferenceLossOptions { Loss = objective, Nll = 0.3 });
            foreach (PreferenceDivergence divergence in Enum.GetValues<PreferenceDivergence>())
                all.Add(new PreferenceLossOptions { Divergence = divergence, Beta = 0.7 });
            all.Add(new PreferenceLossOptions { Loss = PreferenceObjective.AlphaPo, Alpha = 0 });
            all.Add(new PreferenceLossOptions { Smoothing = 0.2 });
            return all;
        }
    }

    [Theory]
    [MemberData(nameof(Differentiable))]
    public void DerivativesAreThoseOfDifferences(PreferenceLossOptions options)
    {
        const double step = 1e-5;
        for (ulong seed = 0; seed < 5; seed++)
        {
            PairBatch batch = Random(4, new(seed, "pairs"));
            PairLosses losses = LossOf(batch);
            for (int i = 0; i < batch.Count; i++)
            {
                Check(losses.ByChosen[i], shift => batch with { Chosen = Moved(batch.Chosen, i, shift) });
                Check(losses.ByRejected[i], shift => batch with { Rejected = Moved(batch.Rejected, i, shift) });
            }
        }

        void Check(double slope, Func<double, PairBatch> moved)
        {
            double difference = (LossOf(moved(step)).Rows.Sum() - LossOf(moved(-step)).Rows.Sum()) / (2 * step);
            Assert.Equal(difference, slope, 1e-5 * Math.Max(1, Math.Abs(difference)));
        }

        // BCO's border moves with the rewards but counts as a constant: so many were seen before that it stays where it is.
        PairLosses LossOf(PairBatch batch)
        {
            PreferenceLoss loss = new(options);
            if (options.Loss == PreferenceObjective.Bco)
                loss.Carried.Span[0] = 1e12;
            return loss.Of(batch);
        }

        static double[] Moved(double[] values, int at, double shift) =>
            [.. values.Select((value, i) => i == at ? value + shift : value)];
    }

    [Fact]
    public void AtTheReferenceEveryLossIsKnown()
    {
        PairBatch same = Golden with { Chosen = Golden.ReferenceChosen, Rejected = Golden.ReferenceRejected };
        foreach (
            PreferenceObjective objective in (PreferenceObjective[])
                [
                    PreferenceObjective.Dpo,
                    PreferenceObjective.DpoNorm,
                    PreferenceObjective.Robust,
                    PreferenceObjective.Aot,
                    PreferenceObjective.AotUnpaired,
                ]
        )
            Assert.All(new PreferenceLoss(Of(objective)).Of(same).Rows, row => Assert.Equal(Math.Log(2), row, 12));
        Assert.All(new PreferenceLoss(Of(PreferenceObjective.Hinge)).Of(same).Rows, row => Assert.Equal(1, row, 12));
        Assert.All(new PreferenceLoss(Of(PreferenceObjective.Ipo)).Of(same).Rows, row => Assert.Equal(25, row, 12));
        Assert.All(new PreferenceLoss(Of(PreferenceObjective.Kto)).Of(same).Rows, row => Assert.Equal(0.5, row, 12));
        Assert.All(
            new PreferenceLoss(Of(PreferenceObjective.Dpo)).Of(same).ByChosen,
            slope => Assert.Equal(-0.05, slope, 12)
        );
        PairLosses normed = new PreferenceLoss(new() { Loss = PreferenceObjective.DpoNorm }).Of(same);
        for (int i = 0; i < 3; i++)
            Assert.Equal(-5 / (2.0 * same.ChosenTokens[i]), normed.ByChosen[i], 12);
    }

    [Fact]
    public void LossesReduceToEachOther() =>
        Prop.ForAll(
                ArbMap.Default.ArbFor<int>(),
                seed =>
                {
                    PairBatch batch = Random(3, new((ulong)Math.Abs((long)seed), "pairs"));
                    double[] dpo = Rows(new());
                    Same(dpo, new() { Loss = PreferenceObjective.PolyDpo, Alpha = 0 });
                    Same(dpo, new() { Loss = PreferenceObjective.DpoGamma, Gamma = 1 });
                    Same(dpo, new() { Loss = PreferenceObjective.Robust, Smoothing = 0 });
                    Same(
                        Rows(new() { Loss = PreferenceObjective.ReferenceFree }),
                        new() { Loss = PreferenceObjective.DpoGamma, Gamma = 0 }
                    );
                    Same(
                        Rows(new() { Loss = PreferenceObjective.Simpo, Margin = 0.3 }),
                        new()
                        {
                            Loss = PreferenceObjective.AlphaPo,
                            Alpha = 0,
                            Margin = 0.3,
                        }
                    );
                    PairBatch even = batch with { ChosenTokens = [4, 4, 4], RejectedTokens = [4, 4, 4] };
                    Assert.Equal(
                        new PreferenceLoss(new() { Beta = 0.25 }).Of(even).Rows,
                        new PreferenceLoss(new() { Loss = PreferenceObjective.DpoNorm, Beta = 1 }).Of(even).Rows
                    );
                    // Averaged over labels flipped with probability eps, the robust loss is the clean one.
                    PairBatch flipped = batch with
                    {
                        Chosen = batch.Rejected,
                        Rejected = batch.Chosen,
                        ReferenceChosen = batch.ReferenceRejected,
                        ReferenceRejected = batch.ReferenceChosen,
                    };
                    PreferenceLossOptions robust = new() { Loss = PreferenceObjective.Robust, Smoothing = 0.3 };
                    double[] right = new PreferenceLoss(robust).Of(batch).Rows,
                        wrong = new PreferenceLoss(robust).Of(flipped).Rows;
                    for (int i = 0; i < 3; i++)
                        Assert.Equal(dpo[i], 0.7 * right[i] + 0.3 * wrong[i], 1e-9 * Math.Max(1, dpo[i]));

                    double[] Rows(PreferenceLossOptions options) => new PreferenceLoss(options).Of(batch).Rows;

                    void Same(double[] expected, PreferenceLossOptions options)
                    {
                        double[] found = Rows(options);
                        for (int i = 0; i < expected.Length; i++)
                            Assert.Equal(expected[i], found[i], 1e-12 * Math.Max(1, Math.Abs(expected[i])));
                    }
                }
            )
            .Holds();

    [Theory]
    [InlineData(PreferenceObjective.Dpo, true)]
    [InlineData(PreferenceObjective.Ipo, true)]
    [InlineData(PreferenceObjective.Exo, true)]
    [InlineData(PreferenceObjective.DiscoPop, true)]
    [InlineData(PreferenceObjective.Nca, false)]
    [InlineData(PreferenceObjective.BcoPair, false)]
    [InlineData(PreferenceObjective.Kto, false)]
    [InlineData(PreferenceObjective.SppoHard, false)]
    [InlineData(PreferenceObjective.ApoZero, false)]
    public void AConstantOnBothSidesChangesOnlyLossesOfSingleRatios(PreferenceObjective objective, bool stays)
    {
        PairBatch moved = Golden with
        {
            Chosen = [.. Golden.Chosen.Select(value => value - 3)],
            Rejected = [.. Golden.Rejected.Select(value => value - 3)],
        };
        double before = new PreferenceLoss(Of(objective)).Of(Golden).Mean,
            after = new PreferenceLoss(Of(objective)).Of(moved).Mean;
        Assert.Equal(stays, Math.Abs(before - after) < 1e-9);
    }

    [Fact]
    public void OptimaAreWhereTheTheorySaysTheyAre()
    {
        // Conservative DPO and EXO rest where s(beta D) = 1 - eps.
        double d = Logistic.Logit(0.9) / 0.1;
        PairBatch there = One(d);
        Assert.Equal(0, new PreferenceLoss(new() { Smoothing = 0.1 }).Of(there).ByChosen[0], 12);
        Assert.Equal(
            0,
            new PreferenceLoss(new() { Loss = PreferenceObjective.Exo, Smoothing = 0.1 }).Of(there).ByChosen[0],
            12
        );
        // Poly-DPO with alpha = -2 rests at p = 1/2, with -1.25 at p = 0.8.
        Assert.Equal(
            0,
            new PreferenceLoss(new() { Loss = PreferenceObjective.PolyDpo, Alpha = -2 }).Of(One(0)).ByChosen[0],
            12
        );
        Assert.Equal(
            0,
            new PreferenceLoss(new() { Loss = PreferenceObjective.PolyDpo, Alpha = -1.25 })
                .Of(One(Logistic.Logit(0.8) / 0.1))
                .ByChosen[0],
            12
        );

        static PairBatch One(double difference) =>
            new()
            {
                Chosen = [difference - 10],
                Rejected = [-10],
                ReferenceChosen = [-10],
                ReferenceRejected = [-10],
                ChosenTokens = [3],
                RejectedTokens = [3],
            };
    }

    [Fact]
    public void ExtremeRatiosStayFinite()
    {
        PairBatch batch = new()
        {
            Chosen = [-5000, -1e-9],
            Rejected = [-1e-9, -5000],
            ReferenceChosen = [-1e-9, -5000],
            ReferenceRejected = [-5000, -1e-9],
            ChosenTokens = [10, 10],
            RejectedTokens = [10, 10],
        };
        foreach (PreferenceObjective objective in Enum.GetValues<PreferenceObjective>())
            if (objective != PreferenceObjective.DiscoPop) // e^-z is part of its formula
                Assert.All(
                    new PreferenceLoss(Of(objective)).Of(batch).Rows,
                    row => Assert.True(double.IsFinite(row), $"{objective}: {row}")
                );
    }

    [Fact]
    public void WhatCannotBeUsedIsRefused()
    {
        Assert.Throws<ArgumentException>(() =>
            new PreferenceLoss(new() { Loss = PreferenceObjective.Robust, Smoothing = 0.5 })
        );
        Assert.Throws<ArgumentException>(() =>
            new PreferenceLoss(new() { Loss = PreferenceObjective.Exo, Smoothing = 0 })
        );
        Assert.Throws<ArgumentException>(() => new PreferenceLoss(new() { Beta = 0 }));
        Assert.Throws<ArgumentException>(() =>
            new PreferenceLoss(new() { Loss = PreferenceObjective.Simpo, Divergence = PreferenceDivergence.Alpha })
        );
        PreferenceLoss dpo = new(new());
        Assert.Throws<ArgumentException>(() => dpo.Of(Golden with { RejectedTokens = [6, 0, 8] }));
        Assert.Throws<ArgumentException>(() => dpo.Of(Golden with { Chosen = [-1, double.NaN, -2] }));
        Assert.Throws<ArgumentException>(() => dpo.Of(Golden with { Chosen = [-1, -2] }));
    }

    [Fact]
    public void TheSurrogateHasTheLossAndItsGradient()
    {
        PairLosses losses = new PreferenceLoss(new() { Beta = 0.3 }).Of(Golden);
        using Tensor chosen = Tensor.Of([-12, -30.5f, -8.25f], 3),
            rejected = Tensor.Of([-14, -29, -20.75f], 3);
        chosen.RequiresGrad = true;
        rejected.RequiresGrad = true;
        Tensor surrogate = PreferenceLoss.SurrogateOf(losses, chosen, rejected);
        Assert.Equal(losses.Mean, surrogate.Item(), 6);
        surrogate.Backward();
        for (int i = 0; i < 3; i++)
        {
            Assert.Equal(losses.ByChosen[i] / 3, chosen.Grad!.Data[i], 1e-7);
            Assert.Equal(losses.ByRejected[i] / 3, rejected.Grad!.Data[i], 1e-7);
        }
    }

    private static PreferenceLossOptions Of(PreferenceObjective objective) => new() { Loss = objective, Beta = Tenth };

    private static PairBatch Random(int count, RandomStream stream)
    {
        double[] Draw(double spread, double shift) =>
            [.. Enumerable.Range(0, count).Select(_ => shift + spread * stream.NextGaussian())];
        return new()
        {
            Chosen = Draw(2, -15),
            Rejected = Draw(2, -15),
            ReferenceChosen = Draw(2, -15),
            ReferenceRejected = Draw(2, -15),
            ChosenTokens = [.. Enumerable.Range(0, count).Select(_ => 3 + stream.NextInt32(5))],
            RejectedTokens = [.. Enumerable.Range(0, count).Select(_ => 3 + stream.NextInt32(5))],
        };
    }
}
