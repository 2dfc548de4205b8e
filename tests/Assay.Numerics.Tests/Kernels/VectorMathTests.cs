namespace Assay.Numerics.Tests;

public class VectorMathTests
{
    // Every 10,007th float from the smallest to the largest, both signs, and the edges.
    private static readonly float[] Sweep =
    [
        .. Enumerable
            .Range(0, 0x7F800000 / 10_007)
            .Select(i => BitConverter.Int32BitsToSingle(i * 10_007))
            .SelectMany(x => (float[])[x, -x]),
        float.NaN,
        float.PositiveInfinity,
        float.NegativeInfinity,
        float.MaxValue,
        float.MinValue,
        0,
        -0f,
        1,
        88.7228f,
        88.7229f,
        -87.3365f,
        -87.3366f,
    ];

    [Fact]
    public void ExpIsExact() => Check(VectorMath.Exp, Math.Exp, 2e-7, 1.2e-38);

    [Fact]
    public void LogIsExact() => Check(VectorMath.Log, Math.Log, 2e-7, 0);

    [Fact]
    public void TanhIsExact() => Check(VectorMath.Tanh, Math.Tanh, 3e-7, 0);

    [Fact]
    public void SigmoidIsExact() => Check(VectorMath.Sigmoid, x => 1 / (1 + Math.Exp(-x)), 3e-7, 1.2e-38);

    [Fact]
    public void ErfIsExact() => Check(VectorMath.Erf, References.Erf, 3e-7, 1e-44);

    [Fact]
    public void WiderVectorsAgree()
    {
        float[] x = [.. Enumerable.Range(0, 203).Select(i => (i - 100) / 7f), float.NaN, -200, 200],
            narrow = new float[x.Length],
            wide = new float[x.Length];
        VectorMath.Exp(x, narrow);
        Map.Run<TwiceExp, Lanes512>(x, wide);
        for (int i = 0; i < x.Length; i++)
            Assert.True(
                float.IsFinite(narrow[i])
                    ? Math.Abs(2d * narrow[i] - wide[i]) <= 1e-6 * narrow[i]
                    : narrow[i].Equals(wide[i])
            );
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(8)]
    [InlineData(20_001)]
    public void LengthAndThreadsDoNotMatter(int length)
    {
        float[] x = [.. Enumerable.Range(0, length).Select(i => MathF.Sin(i) * 9)];
        float[] one = new float[length],
            two = new float[length + 1];
        using (Workers.Limit(1))
            VectorMath.Exp(x, one);
        two[length] = 42;
        using (Workers.Limit(2))
            VectorMath.Exp(x, two.AsSpan(0, length));
        Assert.Equal([.. one, 42f], two);
    }

    [Fact]
    public void LengthsMustAgree() =>
        Assert.Contains(
            "3 floats cannot become 2",
            Assert.Throws<ArgumentException>(() => VectorMath.Exp(new float[3], new float[2])).Message
        );

    private delegate void Function(ReadOnlySpan<float> x, Span<float> result);

    private static void Check(Function function, Func<double, double> reference, double relative, double absolute)
    {
        float[] result = new float[Sweep.Length];
        function(Sweep, result);
        for (int i = 0; i < result.Length; i++)
        {
            double expected = reference(Sweep[i]);
            if (double.IsFinite(expected) && Math.Abs(expected) <= float.MaxValue)
            {
                if (!(Math.Abs(result[i] - expected) <= relative * Math.Abs(expected) + absolute))
                    Assert.Fail($"of {Sweep[i]:G9}: {result[i]:G9}, not {expected:G9}");
            }
            else
                Assert.Equal((float)expected, result[i]);
        }
    }

    private readonly struct TwiceExp : IMap
    {
        public static V Of<V>(V x)
            where V : struct, ILanes<V> => VectorMath.Exp(x) + VectorMath.Exp(x);
    }
}
