namespace Assay.Numerics.Tests;

public class ParameterUpdateTests
{
    private const int Count = 8192 + 29;
    private static readonly float[] Start = References.Normal(Count, "parameters");
    private static readonly float[][] Gradients =
    [
        References.Normal(Count, "g1"),
        References.Normal(Count, "g2"),
        References.Normal(Count, "g3"),
    ];

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void AdamIsThePapers(bool nesterov)
    {
        float[] parameters = [.. Start],
            first = new float[Count],
            second = new float[Count];
        double[] p = References.Double(Start),
            m = new double[Count],
            v = new double[Count];
        for (int t = 1; t <= 3; t++)
        {
            AdamKernel.Step(
                parameters,
                Gradients[t - 1],
                first,
                second,
                0.01f,
                0.9f,
                0.95f,
                1e-6f,
                0.1f,
                t,
                0.5f,
                nesterov
            );
            for (int i = 0; i < Count; i++)
            {
                double g = 0.5 * Gradients[t - 1][i];
                m[i] = 0.9 * m[i] + 0.1 * g;
                v[i] = 0.95 * v[i] + 0.05 * g * g;
                double up = nesterov
                    ? 0.9 * m[i] / (1 - Math.Pow(0.9, t + 1)) + 0.1 * g / (1 - Math.Pow(0.9, t))
                    : m[i] / (1 - Math.Pow(0.9, t));
                p[i] -= 0.01 * (0.1 * p[i] + up / (Math.Sqrt(v[i] / (1 - Math.Pow(0.95, t))) + 1e-6));
            }
        }
        References.Near(p, parameters, 1e-6);
        References.Near(m, first, 1e-6);
        References.Near(v, second, 1e-6);
    }

    [Theory]
    [InlineData(0, false)]
    [InlineData(0.9f, false)]
    [InlineData(0.9f, true)]
    public void SgdIsItsFormula(float momentum, bool nesterov)
    {
        float[] parameters = [.. Start],
            momenta = momentum == 0 ? [] : new float[Count];
        double[] p = References.Double(Start),
            m = new double[Count];
        foreach (float[] gradient in Gradients)
        {
            SgdKernel.Step(parameters, gradient, momenta, 0.1f, momentum, 0.01f, nesterov);
            for (int i = 0; i < Count; i++)
            {
                double g = gradient[i] + 0.01 * p[i];
                m[i] = momentum * m[i] + g;
                p[i] -= 0.1 * (nesterov ? g + momentum * m[i] : m[i]);
            }
        }
        References.Near(p, parameters, 1e-6);
    }

    [Fact]
    public void LionIsThePapers()
    {
        float[] parameters = [.. Start],
            momenta = new float[Count];
        double[] p = References.Double(Start),
            m = new double[Count];
        foreach (float[] gradient in Gradients)
        {
            LionKernel.Step(parameters, gradient, momenta, 0.01f, decay: 0.1f);
            for (int i = 0; i < Count; i++)
            {
                p[i] -= 0.01 * (Math.Sign(0.9 * m[i] + 0.1 * gradient[i]) + 0.1 * p[i]);
                m[i] = 0.99 * m[i] + 0.01 * gradient[i];
            }
        }
        References.Near(p, parameters, 1e-6);
        References.Near(m, momenta, 1e-6);
    }

    [Fact]
    public void LionLeavesWhatHasNoDirection()
    {
        float[] parameters = [1, 2, 3],
            momenta = new float[3];
        LionKernel.Step(parameters, [0, -0f, float.NaN], momenta, 0.5f);
        Assert.Equal([1, 2, float.NaN], parameters);
    }

    [Fact]
    public void ThreadsAndCutsDoNotChangeBits()
    {
        float[] Run(int threads, int cut)
        {
            float[] parameters = [.. Start],
                first = new float[Count],
                second = new float[Count];
            using (Workers.Limit(threads))
                foreach ((int start, int end) in ((int, int)[])[(0, cut), (cut, Count)])
                    AdamKernel.Step(
                        parameters.AsSpan(start, end - start),
                        Gradients[0].AsSpan(start, end - start),
                        first.AsSpan(start, end - start),
                        second.AsSpan(start, end - start),
                        0.01f,
                        0.9f,
                        0.999f,
                        1e-8f,
                        0.1f,
                        1
                    );
            return parameters;
        }
        Assert.Equal(Run(1, 0), Run(2, 0));
        Assert.Equal(Run(1, 0), Run(2, 4001));
    }

    [Fact]
    public void LengthsAreNamed()
    {
        Assert.Contains(
            "3 parameters have 2 gradients",
            Assert.Throws<ArgumentException>(() => SgdKernel.Step(new float[3], new float[2], [], 1)).Message
        );
        Assert.Throws<ArgumentException>(() => SgdKernel.Step(new float[3], new float[3], [], 1, 0.9f));
        Assert.Throws<ArgumentException>(() => LionKernel.Step(new float[3], new float[3], new float[2], 1));
    }
}
