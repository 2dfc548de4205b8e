using Assay.Numerics;

namespace Assay.Learning.Tests;

/// <summary>What operations compute, against plain loops over indices in double.</summary>
public sealed class OperationValueTests
{
    private readonly RandomStream _random = new(11, "values");

    public static TheoryData<string> Functions => [.. Expected.Keys];

    private static Dictionary<string, (Func<Tensor, Tensor> Apply, Func<double, double> Value)> Expected { get; } =
        new()
        {
            ["Exp"] = (x => x.Exp(), Math.Exp),
            ["Log"] = (x => x.Square().Log(), x => Math.Log(x * x)),
            ["Sqrt"] = (x => x.Abs().Sqrt(), x => Math.Sqrt(Math.Abs(x))),
            ["Tanh"] = (x => x.Tanh(), Math.Tanh),
            ["Sigmoid"] = (x => x.Sigmoid(), x => 1 / (1 + Math.Exp(-x))),
            ["LogSigmoid"] = (x => x.LogSigmoid(), x => -Math.Log(1 + Math.Exp(-x))),
            ["Relu"] = (x => x.Relu(), x => Math.Max(x, 0)),
            ["Softplus"] = (x => x.Softplus(), x => Math.Log(1 + Math.Exp(x))),
            ["Selu"] = (x => x.Selu(), x => 1.0507009873554805 * (x > 0 ? x : 1.6732632423543772 * (Math.Exp(x) - 1))),
            ["Silu"] = (x => x.Silu(), x => x / (1 + Math.Exp(-x))),
            ["GeluTanh"] = (
                x => x.GeluTanh(),
                x => x / 2 * (1 + Math.Tanh(Math.Sqrt(2 / Math.PI) * (x + 0.044715 * x * x * x)))
            ),
            ["Sign"] = (x => x.Sign(), x => Math.Sign(x)),
            ["Reciprocal"] = (x => x.Reciprocal(), x => 1 / x),
            ["Pow"] = (x => x.Pow(3), x => x * x * x),
            ["Clamp"] = (x => x.Clamp(-1, 2), x => Math.Clamp(x, -1, 2)),
            ["Affine"] = (x => 3 - 2 * x, x => 3 - 2 * x),
        };

    [Theory]
    [MemberData(nameof(Functions))]
    public void FunctionsHaveTheirValues(string name)
    {
        (Func<Tensor, Tensor> apply, Func<double, double> value) = Expected[name];
        Tensor x = Normal(3, 7, 11) * 2;
        Tensor y = apply(x);
        Assert.Equal(x.Shape, y.Shape);
        for (int i = 0; i < x.Length; i++)
            Near(value(x.Data[i]), y.Data[i], 2e-6);
    }

    [Fact]
    public void GeluIsXTimesTheNormalDistribution()
    {
        // Phi(1) and Phi(-2) to ten digits.
        Tensor y = Tensor.Of([1, -2, 0], 3).Gelu();
        Near(0.8413447461, y.Data[0], 1e-6);
        Near(-2 * 0.0227501319, y.Data[1], 1e-6);
        Assert.Equal(0, y.Data[2]);
        Near(0.0227501319, Tensor.Scalar(-2).NormalCdf().Item(), 1e-6);
    }

    [Fact]
    public void OperandsAreBroadcastAsNumPyDoes()
    {
        for (int round = 0; round < 200; round++)
        {
            int[] shape = RandomShape(4);
            int[] a = Thinned(shape),
                b = Thinned(shape);
            Tensor x = Normal(a),
                y = Normal(b),
                sum = x - y;
            int[] expected = TensorShape.Broadcast(a, b, "test");
            Assert.Equal(expected, sum.Shape);
            foreach ((int[] index, int flat) in Indices(expected))
                Assert.Equal(At(x, index) - At(y, index), sum.Data[flat]);
        }
    }

    [Theory]
    [InlineData(new[] { 300, 200 }, new[] { 200 })]
    [InlineData(new[] { 300, 200 }, new[] { 300, 1 })]
    [InlineData(new[] { 3, 20000 }, new[] { 3, 20000 })]
    [InlineData(new[] { 60001 }, new int[0])]
    [InlineData(new[] { 40, 30, 50 }, new[] { 40, 1, 50 })]
    public void LargeOperandsAreCutIntoBlocks(int[] a, int[] b)
    {
        Tensor x = Normal(a),
            y = Normal(b),
            product = y * x;
        foreach ((int[] index, int flat) in Indices(a))
            Assert.Equal(At(x, index) * At(y, index), product.Data[flat]);
        Tensor spread = y.BroadcastTo(a);
        foreach ((int[] index, int flat) in Indices(a))
            Assert.Equal(At(y, index), spread.Data[flat]);
        Tensor back = x.SumTo(b);
        double[] sums = new double[y.Length];
        foreach ((int[] index, int flat) in Indices(a))
            sums[Flat(b, index)] += x.Data[flat];
        for (int i = 0; i < sums.Length; i++)
            Near(sums[i], back.Data[i], 2e-5);
    }

    [Fact]
    public void ReductionsGoOverTheirAxis()
    {
        for (int round = 0; round < 100; round++)
        {
            int[] shape = RandomShape(4);
            if (shape.Length == 0)
                continue;
            int axis = _random.NextInt32(shape.Length);
            Tensor x = Normal(shape),
                sum = x.Sum(axis - shape.Length, keepAxis: true),
                largest = x.Max(axis, keepAxis: true),
                smallest = x.Min(axis, keepAxis: true),
                logSumExp = x.LogSumExp(axis, keepAxis: true),
                softmax = x.Softmax(axis),
                logSoftmax = x.LogSoftmax(axis);
            foreach ((int[] index, int flat) in Indices(sum.Shape.ToArray()))
            {
                List<double> values = [];
                List<int> places = [];
                for (index[axis] = 0; index[axis] < shape[axis]; index[axis]++)
                {
                    values.Add(At(x, index));
                    places.Add(Flat(shape, index));
                }
                Near(values.Sum(), sum.Data[flat], 1e-6);
                Assert.Equal(values.Max(), largest.Data[flat]);
                Assert.Equal(values.Min(), smallest.Data[flat]);
                double total = values.Sum(Math.Exp);
                Near(Math.Log(total), logSumExp.Data[flat], 1e-6);
                foreach ((double value, int place) in values.Zip(places))
                {
                    Near(Math.Exp(value) / total, softmax.Data[place], 1e-6);
                    Near(value - Math.Log(total), logSoftmax.Data[place], 2e-6);
                }
                index[axis] = 0;
            }
            Assert.Equal(x.Sum(axis).ToArray(), sum.ToArray());
        }
    }

    [Fact]
    public void LongSumsAreExactToAFewUnits()
    {
        Tensor x = Tensor.Uniform(_random, 0, 1, 1_000_000);
        double expected = 0;
        foreach (float value in x.Data)
            expected += value;
        Near(expected, x.Sum().Item(), 2e-7);
        Tensor columns = x.Reshape(250_000, 4).Sum(0);
        Near(expected, columns.ToArray().Sum(value => (double)value), 2e-6);
    }

    [Fact]
    public void AxesAreReordered()
    {
        for (int round = 0; round < 100; round++)
        {
            int[] shape = RandomShape(5),
                order = [.. Enumerable.Range(0, shape.Length)];
            _random.Shuffle<int>(order);
            Tensor x = Normal(shape),
                y = x.Permute(order);
            foreach ((int[] index, int flat) in Indices(y.Shape.ToArray()))
            {
                int[] source = new int[shape.Length];
                for (int i = 0; i < order.Length; i++)
                    source[order[i]] = index[i];
                Assert.Equal(At(x, source), y.Data[flat]);
            }
        }
        Tensor large = Normal(3, 70, 150);
        Assert.Equal(large.ToArray(), large.Transpose().Transpose().ToArray());
        Assert.Equal(large.Data[70 * 150 + 5 * 150 + 9], large.Transpose().Data[150 * 70 + 9 * 70 + 5]);
    }

    [Fact]
    public void MatricesAreMultiplied()
    {
        for (int round = 0; round < 100; round++)
        {
            (int m, int n, int k) = (1 + _random.NextInt32(6), 1 + _random.NextInt32(6), 1 + _random.NextInt32(6));
            bool transposeA = _random.NextInt32(2) == 0,
                transposeB = _random.NextInt32(2) == 0;
            int[] front = RandomShape(2),
                frontA = Thinned(front),
                frontB = Thinned(front);
            Tensor a = Normal([.. frontA, transposeA ? k : m, transposeA ? m : k]),
                b = Normal([.. frontB, transposeB ? n : k, transposeB ? k : n]),
                product = a.MatMul(b, transposeA, transposeB);
            Assert.Equal([.. TensorShape.Broadcast(frontA, frontB, "test"), m, n], product.Shape);
            foreach ((int[] index, int flat) in Indices(product.Shape.ToArray()))
            {
                double expected = 0;
                for (int l = 0; l < k; l++)
                    expected +=
                        (double)At(a, [.. index[..^2], .. transposeA ? [l, index[^2]] : (int[])[index[^2], l]])
                        * At(b, [.. index[..^2], .. transposeB ? [index[^1], l] : (int[])[l, index[^1]]]);
                Near(expected, product.Data[flat], 1e-5);
            }
        }
    }

    [Fact]
    public void RowsAreTakenAndAdded()
    {
        Tensor x = Tensor.Of([1, 2, 3, 4, 5, 6], 3, 2);
        Assert.Equal([5f, 6f, 1f, 2f, 5f, 6f], x.Gather(new int[] { 2, 0, 2 }).ToArray());
        Assert.Equal([3f, 4f, 0f, 0f, 6f, 8f], x.ScatterAdd(new int[] { 2, 0, 2 }, 3).ToArray());
        Assert.Equal([2f, 3f, 6f], x.Pick(new int[] { 1, 0, 1 }).ToArray());
        Assert.Equal([1, 1, 1], x.ArgMax());
        Assert.Equal([1f, 2f, 9f, 3f, 4f, 8f], Tensor.Concat(1, x.Slice(0, 0, 2), Tensor.Of([9, 8], 2, 1)).ToArray());
        Assert.Equal([2, 1, 3, 2], Tensor.Stack(1, x, x).Unsqueeze(0).Permute(2, 0, 1, 3).Shape);
        Tensor nan = Tensor.Of([float.NaN, float.PositiveInfinity, 1], 3);
        Assert.Equal([0f, 0f, 1f], nan.MaskedBy(Tensor.Of([0, 0, 1], 3)).ToArray());
    }

    [Fact]
    public void CrossEntropyIsTheMeanOfNegativeLogProbabilities()
    {
        Tensor logits = Normal(5, 4);
        int[] targets = [0, 3, -100, 1, 2];
        double sum = 0;
        for (int row = 0; row < 5; row++)
        {
            if (targets[row] < 0)
                continue;
            double[] powers = [.. logits.ToArray()[(row * 4)..(row * 4 + 4)].Select(x => Math.Exp(x))];
            for (int i = 0; i < 4; i++)
                sum -= (i == targets[row] ? 0.9 + 0.1 / 4 : 0.1 / 4) * Math.Log(powers[i] / powers.Sum());
        }
        Near(sum / 4, Functional.CrossEntropy(logits, targets, smoothing: 0.1f).Item(), 1e-6);
        Assert.Equal(0, Functional.CrossEntropy(logits, new int[] { -1, -1, -1, -1, -1 }, ignore: -1).Item());
    }

    [Fact]
    public void LogitsMayBeMadeBlockByBlock()
    {
        const int rows = 37,
            width = 8,
            classes = 40_000; // blocks of 26 rows
        Tensor x = Normal(rows, width),
            weight = Normal(classes, width);
        x.RequiresGrad = weight.RequiresGrad = true;
        int[] targets = [.. Enumerable.Range(0, rows).Select(i => i * 997 % classes)];
        Tensor blocked = Functional.LinearCrossEntropyRows(x, weight, targets),
            whole = Functional.CrossEntropyRows(Functional.Linear(x, weight), targets);
        for (int row = 0; row < rows; row++)
            Near(whole.Data[row], blocked.Data[row], 1e-5);
        Tensor[] expected = Tensor.Gradients(whole.Mean(), [x, weight]),
            actual = Tensor.Gradients(blocked.Mean(), [x, weight]);
        for (int input = 0; input < 2; input++)
        for (int i = 0; i < expected[input].Length; i++)
            Near(expected[input].Data[i], actual[input].Data[i], 1e-6);
    }

    [Fact]
    public void ConvolutionsSlideTheirKernels()
    {
        for (int round = 0; round < 60; round++)
        {
            (int batch, int channels, int outputs) = (
                1 + _random.NextInt32(5),
                1 + _random.NextInt32(3),
                1 + _random.NextInt32(3)
            );
            (int height, int width) = (3 + _random.NextInt32(5), 3 + _random.NextInt32(5));
            (int kernelHeight, int kernelWidth) = (1 + _random.NextInt32(3), 1 + _random.NextInt32(3));
            (int stride, int padding) = (1 + _random.NextInt32(3), _random.NextInt32(3));
            Tensor x = Normal(batch, channels, height, width),
                w = Normal(outputs, channels, kernelHeight, kernelWidth),
                y = Functional.Conv2d(x, w, null, stride, padding);
            foreach ((int[] index, int flat) in Indices(y.Shape.ToArray()))
            {
                double expected = 0;
                foreach ((int[] tap, int place) in Indices([channels, kernelHeight, kernelWidth]))
                {
                    int row = index[2] * stride + tap[1] - padding,
                        column = index[3] * stride + tap[2] - padding;
                    if (row >= 0 && row < height && column >= 0 && column < width)
                        expected += (double)At(x, [index[0], tap[0], row, column]) * At(w, [index[1], .. tap]);
                }
                Near(expected, y.Data[flat], 1e-5);
            }
        }
    }

    [Fact]
    public void PoolsTakeMeansAndMaxima()
    {
        Tensor x = Normal(2, 3, 7, 6),
            mean = Functional.AvgPool2d(x, 3, 2),
            max = Functional.MaxPool2d(x, 3, 2);
        Assert.Equal([2, 3, 3, 2], mean.Shape);
        foreach ((int[] index, int flat) in Indices([2, 3, 3, 2]))
        {
            double[] window =
            [
                .. Indices([3, 3])
                    .Select(tap =>
                        (double)At(x, [index[0], index[1], index[2] * 2 + tap.Index[0], index[3] * 2 + tap.Index[1]])
                    ),
            ];
            Near(window.Average(), mean.Data[flat], 1e-6);
            Assert.Equal(window.Max(), max.Data[flat]);
        }
    }

    [Fact]
    public void NormsHaveMeanZeroAndVarianceOne()
    {
        Tensor x = Normal(4, 6, 5) + 3,
            gain = Normal(6),
            bias = Normal(6);
        Tensor plain = Functional.GroupNorm(x, 3, epsilon: 0),
            scaled = Functional.GroupNorm(x, 3, gain, bias, epsilon: 0);
        Tensor groups = plain.Reshape(4, 3, 10);
        foreach (float mean in groups.Mean(-1).Data)
            Near(0, mean, 1e-5);
        foreach (float variance in groups.Variance(-1).Data)
            Near(1, variance, 1e-4);
        foreach ((int[] index, int flat) in Indices([4, 6, 5]))
            Near(plain.Data[flat] * gain.Data[index[1]] + bias.Data[index[1]], scaled.Data[flat], 1e-5);
        Near(1, Functional.RmsNorm(x, epsilon: 0).Square().Mean(-1).Data[3], 1e-5);
    }

    [Fact]
    public void BatchNormMovesItsRunningNumbers()
    {
        Tensor x = Tensor.Of([1, 10, 3, 30, 5, 50], 3, 2),
            mean = Tensor.Zeros(2),
            variance = Tensor.Ones(2);
        Tensor y = Functional.BatchNorm(x, null, null, mean, variance, training: true, momentum: 0.5f);
        Near(1.5, mean.Data[0], 1e-6);
        Near(15, mean.Data[1], 1e-6);
        Near(0.5 + 0.5 * 4, variance.Data[0], 1e-5);
        Near(-Math.Sqrt(1.5), y.Data[0], 1e-4);
        Tensor evaluated = Functional.BatchNorm(x, null, null, mean, variance, training: false);
        Near((1 - 1.5) / Math.Sqrt(2.5), evaluated.Data[0], 1e-4);
        Assert.Equal(1.5f, mean.Data[0], 1e-6f);
    }

    [Fact]
    public void AttentionWeighsTheValuesItSees()
    {
        Tensor q = Normal(2, 3, 4, 5),
            k = Normal(2, 6, 2, 5),
            v = Normal(2, 6, 2, 5);
        int[] lengths = [6, 4];
        Tensor y = Functional.Attention(q, k, v, causal: true, keyLengths: lengths);
        foreach ((int[] index, int _) in Indices([2, 3, 4]))
        {
            (int batch, int time, int head) = (index[0], index[1], index[2]);
            int seen = Math.Min(lengths[batch], time + 4);
            double[] weights = new double[seen];
            for (int key = 0; key < seen; key++)
            {
                double score = 0;
                for (int d = 0; d < 5; d++)
                    score += (double)At(q, [batch, time, head, d]) * At(k, [batch, key, head / 2, d]);
                weights[key] = Math.Exp(score / Math.Sqrt(5));
            }
            for (int d = 0; d < 5; d++)
            {
                double expected = 0;
                for (int key = 0; key < seen; key++)
                    expected += weights[key] / weights.Sum() * At(v, [batch, key, head / 2, d]);
                Near(expected, At(y, [batch, time, head, d]), 1e-5);
            }
        }
    }

    [Fact]
    public void SelfAttentionIsAttentionOfItsParts()
    {
        RopeTables rotary = new(5, 4);
        Tensor packed = Normal(2, 5, 8 * 4);
        Tensor q = packed.Slice(2, 0, 16).Reshape(2, 5, 4, 4),
            k = packed.Slice(2, 16, 8).Reshape(2, 5, 2, 4),
            v = packed.Slice(2, 24, 8).Reshape(2, 5, 2, 4);
        Tensor expected = Functional.Attention(Functional.Rope(q, rotary), Functional.Rope(k, rotary), v, true);
        Tensor actual = Functional.SelfAttention(packed, 4, 2, true, rotary);
        Assert.Equal([2, 5, 16], actual.Shape);
        Assert.Equal(expected.ToArray(), actual.ToArray());
    }

    [Fact]
    public void RopeKeepsProductsByDistance()
    {
        RopeTables tables = new(16, 8);
        Tensor q = Normal(1, 1, 1, 8),
            k = Normal(1, 1, 1, 8);
        float At(int i, int j) => Functional.Rope(q, tables, i).Dot(Functional.Rope(k, tables, j)).Item();
        Near(At(3, 1), At(12, 10), 1e-5);
        Near(q.Dot(k).Item(), At(7, 7), 1e-5);
        Assert.NotEqual(At(3, 1), At(4, 1), 1e-4f);
    }

    [Fact]
    public void DropoutKeepsTheMeanAndFollowsItsStream()
    {
        Tensor x = Tensor.Ones(200, 300);
        Tensor a = Functional.Dropout(x, 0.25f, new RandomStream(1, "a")),
            again = Functional.Dropout(x, 0.25f, new RandomStream(1, "a"));
        Assert.Equal(a.ToArray(), again.ToArray());
        Near(1, a.Mean().Item(), 0.01);
        Assert.All(a.ToArray(), value => Assert.True(value == 0 || MathF.Abs(value - 4f / 3) < 1e-6f));
        Assert.Same(x, Functional.Dropout(x, 0, new RandomStream(1, "a")));
    }

    [Fact]
    public void ErrorsNameBothShapes()
    {
        Tensor a = Tensor.Zeros(2, 3),
            b = Tensor.Zeros(4, 5);
        foreach (
            Action action in (Action[])
                [
                    () => _ = a + b,
                    () => a.MatMul(b),
                    () => a.Dot(b),
                    () => Functional.Linear(a, b),
                    () => Tensor.Concat(0, a, b),
                    () => Functional.SwiGlu(a, b),
                    () => Functional.LayerNorm(a, b),
                    () => Functional.Attention(a, b, b, true),
                    () => Functional.Conv2d(a, b),
                    () => Functional.Linear(a, Tensor.Zeros(4, 3), null, b),
                ]
        )
        {
            string message = Assert.ThrowsAny<ArgumentException>(action).Message;
            Assert.Matches(@"\[\d+, \d+\].*\[4, 5\]", message);
        }
        Assert.Contains("[2, 3]", Assert.Throws<ArgumentException>(() => a.Reshape(5)).Message);
        Assert.Throws<ArgumentOutOfRangeException>(() => a.Gather(new int[] { 2 }));
        Assert.Throws<ArgumentOutOfRangeException>(() => a.Slice(1, 2, 2));
        Assert.Throws<ArgumentException>(() => Tensor.Zeros(1 << 16, 1 << 16));
        Assert.Throws<ArgumentException>(() => Tensor.Of([1, 2], 3));
        Assert.Throws<ArgumentException>(() => a.Permute(0, 0));
    }

    private static void Near(double expected, double actual, double tolerance) =>
        Assert.True(
            Math.Abs(expected - actual) <= tolerance * Math.Max(1, Math.Abs(expected)),
            $"Expected {expected}, got {actual}."
        );

    private Tensor Normal(params int[] shape) => Tensor.Normal(_random, 1, shape);

    private int[] RandomShape(int maxRank) =>
        [.. Enumerable.Range(0, _random.NextInt32(maxRank + 1)).Select(_ => 1 + _random.NextInt32(5))];

    /// <summary>A shape that can be broadcast to <paramref name="shape"/>.</summary>
    private int[] Thinned(int[] shape) =>
        [.. shape.Select(size => _random.NextInt32(3) == 0 ? 1 : size).Skip(_random.NextInt32(4) == 0 ? 1 : 0)];

    private static IEnumerable<(int[] Index, int Flat)> Indices(int[] shape)
    {
        int length = shape.Aggregate(1, (a, b) => a * b);
        for (int flat = 0; flat < length; flat++)
        {
            int[] index = new int[shape.Length];
            for (int axis = shape.Length - 1, rest = flat; axis >= 0; axis--)
                (rest, index[axis]) = Math.DivRem(rest, shape[axis]);
            yield return (index, flat);
        }
    }

    private static float At(Tensor x, int[] index) => x.Data[Flat(x.Shape.ToArray(), index)];

    /// <summary>Where an element lies, with the index broadcast: missing axes in front, and those of size 1, do not count.</summary>
    private static int Flat(int[] shape, int[] index)
    {
        int flat = 0;
        for (int axis = 0; axis < shape.Length; axis++)
            flat = flat * shape[axis] + (shape[axis] == 1 ? 0 : index[axis + index.Length - shape.Length]);
        return flat;
    }
}
