using System.Numerics;

namespace Assay.Numerics.Tests;

public class RopeKernelTests
{
    [Theory]
    [InlineData(2, 3, 2, 8, 8, false)]
    [InlineData(1, 5, 3, 38, 38, false)]
    [InlineData(2, 4, 1, 12, 6, false)]
    [InlineData(2, 3, 2, 10, 10, true)]
    [InlineData(0, 3, 2, 8, 8, false)]
    [InlineData(40, 31, 3, 36, 34, false)]
    public void TurnsPairsByTheirPosition(int batch, int time, int heads, int dim, int rotary, bool interleaved)
    {
        const int Offset = 3;
        HeadLayout layout = HeadLayout.InRows(batch, time, heads, dim, heads * dim + 5);
        (float[] cos, float[] sin) = Tables(time + Offset, rotary);
        float[] x = References.Normal(batch * layout.BatchStride, "x"),
            result = new float[x.Length],
            back = [.. x],
            wide = new float[x.Length];
        RopeKernel.Rotate(x, layout, rotary, cos, sin, result, Offset, interleaved: interleaved);
        RopeKernel.Rotate<Lanes512>(x, layout, rotary, cos, sin, wide, Offset, false, interleaved);
        for (int b = 0; b < batch; b++)
        for (int t = 0; t < time; t++)
        for (int h = 0; h < heads; h++)
        for (int d = 0; d < dim; d++)
        {
            int start = b * layout.BatchStride + t * layout.TimeStride + h * dim;
            double expected = x[start + d];
            if (d < rotary)
            {
                int pair = interleaved ? d / 2 : d % (rotary / 2),
                    first = interleaved ? 2 * pair : pair,
                    second = interleaved ? first + 1 : pair + rotary / 2;
                Complex turned =
                    new Complex(x[start + first], x[start + second])
                    * Complex.FromPolarCoordinates(1, (Offset + t) * Math.Pow(500, -2.0 * pair / rotary));
                expected = d == first ? turned.Real : turned.Imaginary;
            }
            Assert.Equal(expected, result[start + d], 1e-5);
            Assert.Equal(expected, wide[start + d], 1e-5);
        }
        RopeKernel.Rotate(back, layout, rotary, cos, sin, back, Offset, interleaved: interleaved);
        RopeKernel.Rotate(back, layout, rotary, cos, sin, back, Offset, inverse: true, interleaved);
        References.Near(References.Double(x), back);
    }

    [Fact]
    public void ProductsDependOnDistanceOnly()
    {
        HeadLayout layout = HeadLayout.Dense(1, 1, 1, 16);
        (float[] cos, float[] sin) = Tables(100, 16);
        float[] q = References.Normal(16, "q"),
            k = References.Normal(16, "k");
        double At(int first, int second)
        {
            float[] a = new float[16],
                b = new float[16];
            RopeKernel.Rotate(q, layout, 16, cos, sin, a, first);
            RopeKernel.Rotate(k, layout, 16, cos, sin, b, second);
            return a.Zip(b, (x, y) => (double)x * y).Sum();
        }
        Assert.Equal(At(7, 3), At(96, 92), 1e-4);
    }

    [Fact]
    public void ShapesAreNamed()
    {
        (float[] cos, float[] sin) = Tables(4, 8);
        HeadLayout layout = HeadLayout.Dense(1, 4, 2, 8);
        float[] x = new float[64];
        void Throws(string message, Action action) =>
            Assert.Contains(message, Assert.Throws<ArgumentException>(action).Message);
        Throws("need tables of 20 floats, not 16", () => RopeKernel.Rotate(x, layout, 8, cos, sin, x, 1));
        Throws("10 elements of vectors of 8", () => RopeKernel.Rotate(x, layout, 10, cos, sin, x));
        Throws("needs 64 floats, not 63", () => RopeKernel.Rotate(x.AsSpan(1), layout, 8, cos, sin, x));
        Throws("7 elements do not make pairs", () => RopeKernel.FillTables(1, 7, 10_000, x, x));
        Throws("is no layout", () => RopeKernel.Rotate(x, layout with { Heads = 0 }, 8, cos, sin, x));
    }

    private static (float[] Cos, float[] Sin) Tables(int positions, int rotary)
    {
        float[] cos = new float[positions * rotary / 2],
            sin = new float[cos.Length];
        RopeKernel.FillTables(positions, rotary, 500, cos, sin);
        return (cos, sin);
    }
}
