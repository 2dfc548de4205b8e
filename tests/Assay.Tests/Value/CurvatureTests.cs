using Assay.Learning;
using Assay.Numerics;
using FsCheck;
using FsCheck.Fluent;
using MathNet.Numerics.LinearAlgebra;
using MathNet.Numerics.LinearAlgebra.Double;

namespace Assay.Tests.Value;

/// <summary>K-FAC and EK-FAC against the arithmetic of Quad's method file and against dense solves.</summary>
public sealed class CurvatureTests
{
    private static readonly float[] V = [1, 0, -1, 0.5f, 2, 0];

    // Golden 2: four rows of two tokens, three inputs, two outputs.
    private static readonly float[] Inputs =
    [
        .35f,
        .82f,
        .33f,
        -1.3f,
        .91f,
        .45f,
        -.54f,
        .58f,
        .36f,
        .29f,
        .03f,
        .55f,
        -.74f,
        -.16f,
        -.48f,
        .6f,
        .04f,
        -.29f,
        -.78f,
        -.26f,
        .01f,
        -.28f,
        1.29f,
        1.01f,
    ];

    private static readonly float[] Deltas =
    [
        -2.71f,
        -1.89f,
        -.17f,
        -.42f,
        .21f,
        .22f,
        2.12f,
        -1.11f,
        -.38f,
        2.04f,
        .65f,
        .66f,
        -.51f,
        -1.65f,
        .17f,
        .11f,
    ];

    /// <summary>The Fisher matrix of a layer whose inputs and output gradients are given: the loss is linear in its outputs.</summary>
    private static KroneckerFisher Fisher(float[] x, float[] deltas, int rows, int inputs, int outputs, bool corrected)
    {
        Tensor weight = Tensor.Zeros(outputs, inputs);
        weight.RequiresGrad = true;
        int tokens = x.Length / inputs / rows;
        return KroneckerFisher.Of(
            [new("weight", weight)],
            1,
            _ =>
                (
                    Functional.Linear(Tensor.Of(x, rows * tokens, inputs), weight)
                    * Tensor.Of(deltas, rows * tokens, outputs)
                ).Reshape(rows, tokens * outputs),
            new() { EigenvalueCorrection = corrected }
        );
    }

    private static void Near(double[] expected, float[] found, double tolerance = 2e-6)
    {
        double scale = expected.Max(Math.Abs);
        for (int i = 0; i < expected.Length; i++)
            Assert.Equal(expected[i], found[i], tolerance * scale);
    }

    // The released code divides by 1 / (lambda + damping), which multiplies; these numbers are those of an inverse.
    // Both its factors are sums over the tokens of a row, so that the eigenvalues of K-FAC, their products, count the two tokens of a
    // row twice. Ours takes the mean of inputs over tokens (Martens and Grosse): (2 F + 0.1)^-1 is half of (F + 0.05)^-1.
    [Fact]
    public void TheInversesAreThoseOfTheGoldenNumbers()
    {
        Near(
            [0.31864995, 0.69042523, -1.25983070, 0.41746815, 1.93579310, -1.71994619],
            [.. Fisher(Inputs, Deltas, 4, 3, 2, corrected: false).Solve(V, 0.05, 0).Select(value => value / 2)]
        );
        Near(
            [4.16436726, -4.04704806, -5.24880402, -3.23242075, 7.86778392, 1.74332799],
            Fisher(Inputs, Deltas, 4, 3, 2, corrected: true).Solve(V, 0.1, 0)
        );
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void OfOneRowOfOneTokenBothAreExact(bool corrected)
    {
        double[] golden = [1.60088692, -0.79822616, -2.79822616, 0.46784922, 2.93569845, -1.06430155];
        Near(golden, Fisher([1, 2, 2], [3, 4], 1, 3, 2, corrected).Solve(V, 0.5, 0));
        double[] g = [3, 6, 6, 4, 8, 8];
        Vector<double> exact = (
            Vector<double>.Build.Dense(g).OuterProduct(Vector<double>.Build.Dense(g))
            + 0.5 * DenseMatrix.CreateIdentity(6)
        ).Solve(Vector<double>.Build.Dense([.. V.Select(v => (double)v)]));
        Near([.. exact], [.. golden.Select(value => (float)value)]);
    }

    [Fact]
    public void KFacIsTheDenseSolveAndEkFacThatOfItsDefinition() =>
        Prop.ForAll(
                Gen.Choose(1, 4).ToArbitrary(),
                Gen.Choose(1, 4).ToArbitrary(),
                Gen.Choose(1, 1000).ToArbitrary(),
                (inputs, outputs, seed) =>
                {
                    const int rows = 5,
                        tokens = 3;
                    const double damping = 0.3;
                    RandomStream stream = new((ulong)seed, "layer");
                    float[] Normal(int count) =>
                        [.. Enumerable.Range(0, count).Select(_ => (float)stream.NextGaussian())];
                    float[] x = Normal(rows * tokens * inputs),
                        deltas = Normal(rows * tokens * outputs),
                        v = Normal(outputs * inputs);
                    Matrix<double> xs = Of(x, rows * tokens, inputs),
                        ds = Of(deltas, rows * tokens, outputs);
                    Matrix<double> a = xs.TransposeThisAndMultiply(xs) / (rows * tokens),
                        s = ds.TransposeThisAndMultiply(ds) / rows;
                    Vector<double> right = Vector<double>.Build.Dense([.. v.Select(value => (double)value)]);
                    Vector<double> dense = (
                        s.KroneckerProduct(a) + damping * DenseMatrix.CreateIdentity(inputs * outputs)
                    ).Solve(right);
                    Near([.. dense], Fisher(x, deltas, rows, inputs, outputs, false).Solve(v, damping, 0), 1e-4);

                    // Eigenvectors with other signs and in another order; eigenvalues measured along them: nothing changes.
                    Matrix<double> qa = Turned(a.Evd(Symmetricity.Symmetric).EigenVectors, stream),
                        qs = Turned(s.Evd(Symmetricity.Symmetric).EigenVectors, stream);
                    Matrix<double> lambda = DenseMatrix.Create(outputs, inputs, 0);
                    for (int row = 0; row < rows; row++)
                    {
                        Matrix<double> g = ds.SubMatrix(row * tokens, tokens, 0, outputs)
                            .TransposeThisAndMultiply(xs.SubMatrix(row * tokens, tokens, 0, inputs));
                        lambda += (qs.TransposeThisAndMultiply(g) * qa).PointwisePower(2) / rows;
                    }
                    Matrix<double> turned = qs.TransposeThisAndMultiply(Of(v, outputs, inputs)) * qa;
                    Matrix<double> solved = qs * turned.PointwiseDivide(lambda + damping) * qa.Transpose();
                    Near(
                        [.. solved.EnumerateRows().SelectMany(row => row)],
                        Fisher(x, deltas, rows, inputs, outputs, true).Solve(v, damping, 0),
                        1e-3
                    );
                }
            )
            .Holds();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void WithMuchDampingTheInverseIsNone(bool corrected)
    {
        float[] solved = Fisher(Inputs, Deltas, 4, 3, 2, corrected).Solve(V, 1e6, 0);
        Near([.. V.Select(v => (double)v)], [.. solved.Select(value => 1e6f * value)], 1e-4);
    }

    private static Matrix<double> Of(float[] values, int rows, int columns) =>
        DenseMatrix.Create(rows, columns, (i, j) => values[i * columns + j]);

    private static Matrix<double> Turned(Matrix<double> vectors, RandomStream stream)
    {
        int[] order = [.. Enumerable.Range(0, vectors.ColumnCount)];
        stream.Shuffle(order.AsSpan());
        return DenseMatrix.OfColumnVectors(
            order.Select(i => vectors.Column(i) * (stream.NextInt32(2) == 0 ? 1 : -1)).ToArray()
        );
    }
}
