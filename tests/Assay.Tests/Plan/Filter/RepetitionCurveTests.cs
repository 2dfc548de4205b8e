using Assay.Plan.Filter;
using FsCheck.Fluent;

namespace Assay.Tests.Plan.Filter;

/// <summary>The laws, against worked examples and the figures that the official code gives for the published pools.</summary>
public sealed class RepetitionCurveTests
{
    private const double PoolSize = 12.8e6;

    // Fitted by the authors on ImageNet error, from the best tenth to the fourth.
    private static readonly Pool[] Utility =
    [
        new(-0.16, 6.7272727272727275),
        new(-0.125, 8.545454545454547),
        new(-0.1, 5.2727272727272725),
        new(-0.085, 2.2727272727272725),
    ];

    private static readonly Pool[] Effective =
    [
        new(-0.18227272727272728, 4.0),
        new(-0.14484848484848487, 4.363636363636363),
        new(-0.13530303030303031, 2.909090909090909),
        new(-0.09757575757575758, 1.4545454545454546),
    ];

    [Theory]
    [InlineData(RepetitionLaw.HalfLife, LawForm.Paper, 1, 0.1, 250_000, 0.8401885)]
    [InlineData(RepetitionLaw.HalfLife, LawForm.OfficialCode, 1, 0.1, 250_000, 0.8142073270)]
    [InlineData(RepetitionLaw.HalfLife, LawForm.OfficialCode, 1, 0.1, 400_000, 0.7393557211)]
    [InlineData(RepetitionLaw.HalfLife, LawForm.OfficialCode, 4, 0, 400_000, 0.3360707823)]
    [InlineData(RepetitionLaw.EffectiveData, LawForm.Paper, 1, 0.1, 250_000, 0.8148134887)]
    public void The_worked_example(
        RepetitionLaw law,
        LawForm form,
        double scale,
        double floor,
        double samples,
        double expected
    ) =>
        Assert.Equal(
            expected,
            RepetitionCurve.Error(
                law,
                form,
                new(scale, floor, SharedConstants.OfficialUnit),
                [new(-0.5, 2)],
                [100_000],
                samples
            ),
            7
        );

    [Fact]
    public void Two_pools_of_the_worked_example() =>
        // Half-lives of 4 and 8 epochs of the union are 2 and 4 of the pools alone.
        Assert.Equal(
            0.5961903228,
            RepetitionCurve.Error(
                RepetitionLaw.HalfLife,
                LawForm.OfficialCode,
                new(1, 0.1, SharedConstants.OfficialUnit),
                [new(-0.5, 2), new(-0.3, 4)],
                [100_000, 100_000],
                600_000
            ),
            9
        );

    [Theory]
    [InlineData(0, new[] { 0.93018714, 0.84162980, 0.77182430, 0.74076724, 0.72343326, 0.71270999 })]
    [InlineData(1, new[] { 0.96468167, 0.89060874, 0.82933059, 0.80052075, 0.78364669, 0.77272031 })]
    [InlineData(2, new[] { 0.99019470, 0.93180669, 0.88586128, 0.86603245, 0.85542401, 0.84916634 })]
    [InlineData(3, new[] { 1.00586244, 0.96311273, 0.93603165, 0.92767036, 0.92448068, 0.92314283 })]
    public void The_published_pools_alone(int pool, double[] expected)
    {
        double[] epochs = [1, 2, 4, 6, 8, 10];
        for (int i = 0; i < epochs.Length; i++)
            Assert.Equal(
                expected[i],
                RepetitionCurve.Error(
                    RepetitionLaw.HalfLife,
                    LawForm.OfficialCode,
                    new(0.025, 0.1, SharedConstants.OfficialUnit),
                    [Utility[pool]],
                    [PoolSize],
                    epochs[i] * PoolSize
                ),
                1e-8
            );
    }

    [Theory]
    [InlineData(RepetitionLaw.HalfLife, 32e6, new[] { 0.81752874, 0.84163944, 0.86577900, 0.88322569 }, 1)]
    [InlineData(RepetitionLaw.HalfLife, 64e6, new[] { 0.75378964, 0.76698566, 0.79601980, 0.82011075 }, 1)]
    [InlineData(RepetitionLaw.HalfLife, 128e6, new[] { 0.71270999, 0.70400034, 0.73234038, 0.75871902 }, 2)]
    [InlineData(RepetitionLaw.HalfLife, 640e6, new[] { 0.68824213, 0.61447565, 0.62435151, 0.64864105 }, 2)]
    [InlineData(RepetitionLaw.EffectiveData, 32e6, new[] { 0.81751316, 0.82864768, 0.84020830, 0.86092145 }, 1)]
    [InlineData(RepetitionLaw.EffectiveData, 64e6, new[] { 0.75420534, 0.75576251, 0.76771422, 0.79165648 }, 1)]
    [InlineData(RepetitionLaw.EffectiveData, 128e6, new[] { 0.71366462, 0.69468371, 0.70452830, 0.73059525 }, 2)]
    [InlineData(RepetitionLaw.EffectiveData, 640e6, new[] { 0.69230572, 0.60976864, 0.59909784, 0.62081203 }, 3)]
    public void The_published_unions(RepetitionLaw law, double samples, double[] expected, int best)
    {
        Pool[] pools = law == RepetitionLaw.HalfLife ? Utility : Effective;
        SharedConstants shared = new(law == RepetitionLaw.HalfLife ? 0.025 : 0.022, 0.1, SharedConstants.OfficialUnit);
        double[] errors =
        [
            .. Enumerable
                .Range(1, 4)
                .Select(keep =>
                    RepetitionCurve.Error(
                        law,
                        LawForm.OfficialCode,
                        shared,
                        pools[..keep],
                        [.. Enumerable.Repeat(PoolSize, keep)],
                        samples
                    )
                ),
        ];
        for (int i = 0; i < 4; i++)
            Assert.Equal(expected[i], errors[i], 1e-8);
        Assert.Equal(best, 1 + Array.IndexOf(errors, errors.Min()));
    }

    [Fact]
    public void Without_harm_from_repetition_only_the_samples_count() =>
        Prop.ForAll(
                Laws(),
                draw =>
                    Close(
                        Error(RepetitionLaw.HalfLife, draw, double.PositiveInfinity, draw.Samples),
                        Error(RepetitionLaw.PowerLaw, draw, 1, draw.Samples)
                    )
                    && Close(
                        Error(RepetitionLaw.PowerLaw, draw, 1, draw.Samples),
                        draw.Scale * Math.Pow(draw.Samples / SharedConstants.OfficialUnit, -draw.Utility) + draw.Floor
                    )
            )
            .Holds();

    [Fact]
    public void A_half_life_near_zero_gains_nothing_behind_the_first_epoch() =>
        Prop.ForAll(
                Laws(),
                draw =>
                    draw.Samples < draw.Size
                    || Close(
                        Error(RepetitionLaw.HalfLife, draw, 1e-3, draw.Samples),
                        Error(RepetitionLaw.HalfLife, draw, 1e-3, draw.Size)
                    )
            )
            .Holds();

    [Fact]
    public void More_samples_and_longer_half_lives_do_no_harm() =>
        Prop.ForAll(
                Laws(),
                draw =>
                    Enum.GetValues<RepetitionLaw>()
                        .All(law =>
                            Error(law, draw, draw.HalfLife, draw.Samples * 1.3)
                                <= Error(law, draw, draw.HalfLife, draw.Samples) + 1e-12
                            && Error(law, draw, draw.HalfLife * 1.5, draw.Samples)
                                <= Error(law, draw, draw.HalfLife, draw.Samples) + 1e-12
                        )
            )
            .Holds();

    [Fact]
    public void Equal_pools_are_one_larger_pool_with_a_longer_half_life_and_their_order_does_not_matter() =>
        Prop.ForAll(
                Laws(),
                draw =>
                {
                    Pool pool = new(-draw.Utility, draw.HalfLife),
                        other = new(-draw.Utility / 2, draw.HalfLife * 2);
                    double Of(Pool[] pools, double[] sizes) =>
                        RepetitionCurve.Error(
                            RepetitionLaw.HalfLife,
                            LawForm.Paper,
                            new(draw.Scale, draw.Floor, SharedConstants.OfficialUnit),
                            pools,
                            sizes,
                            draw.Samples
                        );
                    return Close(
                            Of([pool, pool, pool], [draw.Size, draw.Size, draw.Size]),
                            Of([pool with { HalfLife = 3 * draw.HalfLife }], [3 * draw.Size])
                        )
                        && Close(
                            Of([pool, other], [draw.Size, 3 * draw.Size]),
                            Of([other, pool], [3 * draw.Size, draw.Size])
                        )
                        // Three equal parts of a pool are the pool: unequal sizes are weighed as if cut into equal ones.
                        && Close(
                            Of([pool, other], [draw.Size, 2 * draw.Size]),
                            Of(
                                [
                                    pool,
                                    other with
                                    {
                                        HalfLife = draw.HalfLife,
                                    },
                                    other with
                                    {
                                        HalfLife = draw.HalfLife,
                                    },
                                ],
                                [draw.Size, draw.Size, draw.Size]
                            )
                        );
                }
            )
            .Holds();

    [Fact]
    public void The_two_forms_agree_without_a_floor() =>
        Prop.ForAll(
                Laws(),
                draw =>
                    Close(
                        RepetitionCurve.Error(
                            RepetitionLaw.HalfLife,
                            LawForm.OfficialCode,
                            new(draw.Scale, 0, SharedConstants.OfficialUnit),
                            [new(-draw.Utility, draw.HalfLife)],
                            [draw.Size],
                            draw.Samples
                        ),
                        RepetitionCurve.Error(
                            RepetitionLaw.HalfLife,
                            LawForm.Paper,
                            new(Math.Pow(draw.Scale, -draw.Utility), 0, SharedConstants.OfficialUnit),
                            [new(-draw.Utility, draw.HalfLife)],
                            [draw.Size],
                            draw.Samples
                        )
                    )
            )
            .Holds();

    [Fact]
    public void In_the_papers_form_all_pools_meet_at_one_unit()
    {
        double Of(double utility) =>
            RepetitionCurve.Error(RepetitionLaw.HalfLife, LawForm.Paper, new(0.8, 0.1), [new(utility, 3)], [10], 1);
        Assert.Equal(Of(-0.1), Of(-0.9), 12);
        Assert.Equal(0.9, Of(-0.5), 12);
    }

    [Theory]
    [InlineData(0, 100)]
    [InlineData(-1, 100)]
    [InlineData(double.NaN, 100)]
    [InlineData(100, 0)]
    [InlineData(100, double.NaN)]
    public void Numbers_out_of_range_are_refused(double samples, double size) =>
        Assert.Throws<ArgumentException>(() =>
            RepetitionCurve.Error(RepetitionLaw.HalfLife, LawForm.Paper, new(1, 0), [new(-0.5, 2)], [size], samples)
        );

    private sealed record Draw(
        double Utility,
        double HalfLife,
        double Scale,
        double Floor,
        double Size,
        double Samples
    );

    private static FsCheck.Arbitrary<Draw> Laws() =>
        Arb.From(
            ArbMap
                .Default.GeneratorFor<int>()
                .Select(seed =>
                {
                    Numerics.RandomStream random = new((ulong)seed, "law");
                    double size = Math.Pow(10, 3 + 4 * random.NextDouble());
                    return new Draw(
                        0.02 + random.NextDouble(),
                        0.5 + 20 * random.NextDouble(),
                        0.1 + 3 * random.NextDouble(),
                        0.3 * random.NextDouble(),
                        size,
                        size * Math.Pow(10, 2 * random.NextDouble() - 0.5)
                    );
                })
        );

    private static double Error(RepetitionLaw law, Draw draw, double halfLife, double samples) =>
        RepetitionCurve.Error(
            law,
            LawForm.Paper,
            new(draw.Scale, draw.Floor, SharedConstants.OfficialUnit),
            [new(-draw.Utility, halfLife)],
            [draw.Size],
            samples
        );

    private static bool Close(double a, double b) => Math.Abs(a - b) <= 1e-9 * Math.Max(Math.Abs(a), Math.Abs(b));
}
