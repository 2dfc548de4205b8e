using Assay.Numerics;

namespace Assay.Learning.Tests;

public sealed class AutogradTests
{
    [Fact]
    public void HessianVectorProductOfLogisticRegressionIsTheOneByHand()
    {
        RandomStream stream = new(3, "logistic");
        Tensor x = Tensor.Normal(stream, 1, 20, 5),
            y = Tensor.Normal(stream, 1, 20, 1).Less(Tensor.Scalar(0)),
            w = Tensor.Normal(stream, 1, 5, 1),
            v = Tensor.Normal(stream, 1, 5, 1);
        w.RequiresGrad = true;
        Tensor margins = x.MatMul(w);
        Tensor loss = (margins.Softplus() - y * margins).Mean();
        Tensor[] gradient = Tensor.Gradients(loss, [w], createGraph: true);
        Tensor[] product = Tensor.Gradients(gradient[0].Dot(v), [w]);
        // X^T diag(p (1 - p)) X v / n
        Tensor p = margins.Detach().Sigmoid();
        Tensor expected = x.MatMul(p * (1 - p) * x.MatMul(v), transposeA: true) / 20;
        Near(expected, product[0], 1e-5f);
    }

    [Fact]
    public void HessianVectorProductOfATwoLayerNetworkIsTheOneByHand()
    {
        RandomStream stream = new(4, "mlp");
        Tensor x = Tensor.Normal(stream, 1, 8, 3),
            target = Tensor.Normal(stream, 1, 8, 2),
            a = Tensor.Normal(stream, 0.7f, 3, 4),
            b = Tensor.Normal(stream, 0.7f, 4, 2),
            va = Tensor.Normal(stream, 1, 3, 4),
            vb = Tensor.Normal(stream, 1, 4, 2);
        a.RequiresGrad = b.RequiresGrad = true;
        Tensor loss = (x.MatMul(a).Tanh().MatMul(b) - target).Square().Sum() * 0.5f;
        Tensor[] gradients = Tensor.Gradients(loss, [a, b], createGraph: true);
        Tensor[] product = Tensor.Gradients(gradients[0].Dot(va) + gradients[1].Dot(vb), [a, b]);
        using (Tensor.NoGrad())
        {
            // Pearlmutter's R-operator: every quantity's derivative along (va, vb).
            Tensor h = x.MatMul(a).Tanh(),
                slope = 1 - h.Square(),
                error = h.MatMul(b) - target,
                back = error.MatMul(b, transposeB: true);
            Tensor rh = slope * x.MatMul(va),
                rError = rh.MatMul(b) + h.MatMul(vb),
                rBack = rError.MatMul(b, transposeB: true) + error.MatMul(vb, transposeB: true);
            Tensor rb = rh.MatMul(error, transposeA: true) + h.MatMul(rError, transposeA: true),
                ra = x.MatMul(rBack * slope - back * 2 * h * rh, transposeA: true);
            Near(ra, product[0], 1e-4f);
            Near(rb, product[1], 1e-4f);
        }
    }

    [Fact]
    public void AThirdDerivativeIsRight()
    {
        Tensor x = Tensor.Of([0.5f], 1);
        x.RequiresGrad = true;
        Tensor value = x.Square().Square().Sum();
        for (int order = 0; order < 3; order++)
            value = Tensor.Gradients(value.Sum(), [x], createGraph: true)[0];
        Assert.Equal(24 * 0.5f, value.Data[0], 1e-4f);
    }

    [Fact]
    public void GradientsOfIntermediateResultsAreGiven()
    {
        Tensor x = Tensor.Of([1, 2], 2);
        x.RequiresGrad = true;
        Tensor middle = x.Square(),
            unused = x * 3;
        Tensor[] gradients = Tensor.Gradients((middle * middle).Sum(), [x, middle, unused]);
        Assert.Equal([4f, 32f], gradients[0].ToArray());
        Assert.Equal([2f, 8f], gradients[1].ToArray());
        Assert.Equal([0f, 0f], gradients[2].ToArray());
        Assert.Null(x.Grad);
    }

    [Fact]
    public void ZeroGradForgets()
    {
        Tensor x = Tensor.Of([1, 2], 2);
        x.RequiresGrad = true;
        x.Square().Sum().Backward();
        x.ZeroGrad();
        Assert.Null(x.Grad);
        x.Square().Sum().Backward();
        Assert.Equal([2f, 4f], x.Grad!.ToArray());
    }

    [Fact]
    public void ASharedSubexpressionIsWalkedOnce()
    {
        Tensor x = Tensor.Of([2], 1);
        x.RequiresGrad = true;
        Tensor y = x;
        for (int i = 0; i < 60; i++) // 2^60 paths
            y = (y + y) * 0.5f;
        y.Sum().Backward();
        Assert.Equal(1, x.Grad!.Data[0], 1e-5f);
    }

    [Fact]
    public void ThreadsMayDifferentiateWithRespectToTheSameParameters()
    {
        Tensor w = Tensor.Normal(new RandomStream(1, "shared"), 1, 16, 16);
        w.RequiresGrad = true;
        float[][] found = new float[8][];
        Parallel.For(
            0,
            found.Length,
            i =>
            {
                using TensorScope scope = new();
                Tensor x = Tensor.Normal(new RandomStream((ulong)i, "rows"), 1, 4, 16);
                Tensor[] slope = Tensor.Gradients(x.MatMul(w).Tanh().Square().Sum(), [w], createGraph: true);
                found[i] = Tensor.Gradients(slope[0].Square().Sum(), [w])[0].ToArray();
            }
        );
        for (int i = 0; i < found.Length; i++)
        {
            Tensor x = Tensor.Normal(new RandomStream((ulong)i, "rows"), 1, 4, 16);
            Tensor[] slope = Tensor.Gradients(x.MatMul(w).Tanh().Square().Sum(), [w], createGraph: true);
            Assert.Equal(Tensor.Gradients(slope[0].Square().Sum(), [w])[0].ToArray(), found[i]);
        }
        Assert.Null(w.Grad);
    }

    [Fact]
    public void NothingIsRecordedWithinNoGrad()
    {
        Tensor x = Tensor.Ones(2);
        x.RequiresGrad = true;
        using (Tensor.NoGrad())
            Assert.False((x * 2).RequiresGrad);
        Assert.True((x * 2).RequiresGrad);
        Assert.Throws<InvalidOperationException>(() => x.Detach().Sum().Backward());
    }

    [Fact]
    public void OnlyNumbersHaveAGradientWithoutASeed()
    {
        Tensor x = Tensor.Ones(2);
        x.RequiresGrad = true;
        Assert.Throws<InvalidOperationException>(() => (x * 2).Backward());
        (x * 2).Backward(Tensor.Of([1, 3], 2));
        Assert.Equal([2f, 6f], x.Grad!.ToArray());
        Assert.Throws<ArgumentException>(() => (x * 2).Backward(Tensor.Ones(3)));
    }

    [Fact]
    public void AnObserverSeesLayersAndMaySkipTheirGradients()
    {
        RandomStream stream = new(1, "observer");
        Tensor table = Parameter(3, 2),
            gain = Parameter(2),
            weight = Parameter(4, 2);
        Recorder recorder = new();
        Tensor h = Functional.RmsNorm(Functional.Embedding(table, new int[] { 2, 0 }), gain);
        Functional.Linear(h, weight).Square().Sum().Backward(observer: recorder);
        Assert.Equal(["Linear [2, 2] [2, 4]", "Norm [2, 2] [2, 2]", "Embedding [2, 2]"], recorder.Seen);
        Assert.Null(weight.Grad);
        Assert.NotNull(gain.Grad);
        Assert.NotNull(table.Grad);

        Tensor Parameter(params int[] shape)
        {
            Tensor tensor = Tensor.Normal(stream, 1, shape);
            tensor.RequiresGrad = true;
            return tensor;
        }
    }

    private static void Near(Tensor expected, Tensor actual, float tolerance)
    {
        Assert.Equal(expected.Shape, actual.Shape);
        for (int i = 0; i < expected.Length; i++)
            OperationTests.Near(expected.Data[i], actual.Data[i], tolerance, $"element {i}");
    }

    private sealed class Recorder : IGradientObserver
    {
        public List<string> Seen { get; } = [];

        public bool Linear(Tensor weight, Tensor? bias, Tensor input, Tensor outputGradient)
        {
            Seen.Add($"Linear {TensorShape.Text(input.Shape)} {TensorShape.Text(outputGradient.Shape)}");
            return false;
        }

        public bool Embedding(Tensor table, ReadOnlyMemory<int> rows, Tensor outputGradient)
        {
            Seen.Add($"Embedding {TensorShape.Text(outputGradient.Shape)}");
            return true;
        }

        public bool Norm(Tensor gain, Tensor? bias, Tensor normalised, Tensor outputGradient)
        {
            Seen.Add($"Norm {TensorShape.Text(normalised.Shape)} {TensorShape.Text(outputGradient.Shape)}");
            return true;
        }
    }
}
