using Assay.Numerics;

namespace Assay.Learning.Tests;

/// <summary>Every operation of the engine, with every branch of its rule.</summary>
internal static class OperationCases
{
    private static readonly InputRange M23 = Shape(2, 3),
        M34 = Shape(3, 4),
        Positive = new([2, 3], 0.5f, 2),
        NotZero = new([2, 3], -1.5f, 1.5f, 0);

    public static IReadOnlyList<OperationCase> All { get; } =
    [
        new("Add", x => x[0] + x[1], M23, M23),
        new("Add a row", x => x[0] + x[1], M23, Shape(3)),
        new("Add a column to a row", x => x[0] + x[1], Shape(2, 1), Shape(1, 3)),
        new("Add a scalar", x => x[0] + x[1], Shape(), M23),
        new("Add to itself", x => x[0] + x[0], M23),
        new("Subtract", x => x[0] - x[1], M23, Shape(2, 1)),
        new("Multiply", x => x[0] * x[1], M23, M23),
        new("Multiply by a middle axis", x => x[0] * x[1], Shape(2, 3, 2), Shape(3, 1)),
        new("Divide", x => x[0] / x[1], M23, Positive),
        new("Divide by a row", x => x[0] / x[1], M23, new InputRange([3], 0.5f, 2)),
        new("Maximum", x => x[0].Maximum(x[1] + 0.05f), M23, new InputRange([3], 2, 3)),
        new("Minimum", x => x[0].Minimum(x[1]), new InputRange([2, 3], 0, 1), new InputRange([2, 3], 2, 3)),
        new("Affine", x => 2 - 3 * x[0] / 4, M23),
        new("Divide a number", x => 2 / x[0], Positive),
        new("Negate", x => -x[0], M23),
        new("Where", x => Tensor.Where(Tensor.Of([1, 0, 1], 3), x[0], x[1]), M23, M23),
        new("Clamp", x => x[0].Clamp(-0.5f, 5), new InputRange([2, 3], -1.5f, 1.5f, -0.5f)),
        new("Exp", x => x[0].Exp(), M23),
        new("Log", x => x[0].Log(), Positive),
        new("Sqrt", x => x[0].Sqrt(), Positive),
        new("Reciprocal", x => x[0].Reciprocal(), Positive),
        new("Square", x => x[0].Square(), M23),
        new("Pow", x => x[0].Pow(2.5f), Positive),
        new("Abs", x => x[0].Abs(), NotZero),
        new("Tanh", x => x[0].Tanh(), M23),
        new("Sigmoid", x => x[0].Sigmoid(), M23),
        new("Relu", x => x[0].Relu(), NotZero),
        new("NormalCdf", x => x[0].NormalCdf(), M23),
        new("Gelu", x => x[0].Gelu(), M23),
        new("GeluTanh", x => x[0].GeluTanh(), M23),
        new("Silu", x => x[0].Silu(), M23),
        new("Selu", x => x[0].Selu(), NotZero),
        new("Softplus", x => x[0].Softplus(), M23),
        new("LogSigmoid", x => x[0].LogSigmoid(), M23),
        new("Sum", x => x[0].Sum(), M23),
        new("Sum of an axis", x => x[0].Sum(1), Shape(2, 3, 2)),
        new("Mean", x => x[0].Mean(), M23),
        new("Mean of an axis", x => x[0].Mean(0, keepAxis: true), M23),
        new("Variance", x => x[0].Variance(-1), M23),
        new("Max", x => x[0].Max(-1), M23),
        new("Min", x => x[0].Min(0), M23),
        new("Norm", x => x[0].Norm(), M23),
        new("Dot", x => x[0].Dot(x[1]), M23, M23),
        new("Reshape", x => x[0].Reshape(3, -1), M23),
        new("Permute", x => x[0].Permute(2, 0, 1), Shape(2, 3, 4)),
        new("Transpose", x => x[0].Transpose(), M23),
        new("Slice rows", x => x[0].Slice(0, 1, 2), Shape(3, 2)),
        new("Slice columns", x => x[0].Slice(1, 1, 2) * x[0].Slice(1, 0, 2), M23),
        new("Concat", x => Tensor.Concat(1, x[0], x[1]), M23, Shape(2, 1)),
        new("Stack", x => Tensor.Stack(-1, x[0], x[1]), M23, M23),
        new("BroadcastTo", x => x[0].BroadcastTo(4, 2, 3), Shape(2, 1)),
        new("MatMul", x => x[0].MatMul(x[1]), M23, M34),
        new("MatMul, A transposed", x => x[0].MatMul(x[1], transposeA: true), Shape(3, 2), M34),
        new("MatMul, B transposed", x => x[0].MatMul(x[1], transposeB: true), M23, Shape(4, 3)),
        new("MatMul, both transposed", x => x[0].MatMul(x[1], true, true), Shape(3, 2), Shape(4, 3)),
        new("MatMul of batches", x => x[0].MatMul(x[1], false, true), Shape(2, 2, 3), Shape(2, 4, 3)),
        new("MatMul of a batch and a matrix", x => x[0].MatMul(x[1]), Shape(2, 2, 3), M34),
        new("MatMul of a batch, transposed", x => x[0].MatMul(x[1], true), Shape(2, 3, 2), M34),
        new("MatMul of a matrix and a batch", x => x[0].MatMul(x[1]), M23, Shape(2, 3, 2)),
        new("MatMul, batches broadcast", x => x[0].MatMul(x[1]), Shape(2, 1, 2, 3), Shape(2, 3, 2)),
        new("Gather", x => x[0].Gather(new int[] { 2, 0, 2 }), Shape(3, 2)),
        new("ScatterAdd", x => x[0].ScatterAdd(new int[] { 2, 0, 2 }, 4), Shape(3, 2)),
        new("Pick", x => x[0].Pick(new int[] { 2, 0 }), M23),
        new("Embedding", x => Functional.Embedding(x[0], new int[] { 1, 0, 1, 1 }, 2, 2), Shape(3, 2)),
        new("Softmax", x => x[0].Softmax(), M23),
        new("Softmax of columns", x => x[0].Softmax(0), M23),
        new("LogSoftmax", x => x[0].LogSoftmax(), M23),
        new("LogSumExp", x => x[0].LogSumExp(0), M23),
        new("CrossEntropy", x => Functional.CrossEntropy(x[0], new int[] { 2, -100, 0 }), Shape(3, 4)),
        new(
            "CrossEntropyRows",
            x => Functional.CrossEntropyRows(x[0], new int[] { 2, 1, 7, 0 }, ignore: 7, smoothing: 0.2f),
            Shape(2, 2, 3)
        ),
        new("Linear", x => Functional.Linear(x[0], x[1]), Shape(2, 2, 3), Shape(4, 3)),
        new("Linear with bias", x => Functional.Linear(x[0], x[1], x[2]), M23, Shape(4, 3), Shape(4)),
        new(
            "Linear with bias and residual",
            x => Functional.Linear(x[0], x[1], x[2], x[3]),
            M23,
            Shape(4, 3),
            Shape(4),
            Shape(2, 4)
        ),
        new("Linear onto its input", x => Functional.Linear(x[0], x[1], null, x[0]), M23, Shape(3, 3)),
        new("LayerNorm", x => Functional.LayerNorm(x[0], x[1], x[2]), M34, Shape(4), Shape(4)),
        new("LayerNorm without gain", x => Functional.LayerNorm(x[0]), M34),
        new("RmsNorm", x => Functional.RmsNorm(x[0], x[1]), M34, Shape(4)),
        new("RmsNorm without gain", x => Functional.RmsNorm(x[0]), M34),
        new("Gelu of a Linear", x => Functional.Linear(x[0], x[1], x[2]).Gelu(), M23, Shape(4, 3), Shape(4)),
        new("SwiGlu of halves", x => Functional.SwiGlu(x[0]), Shape(3, 6)),
        new("SwiGlu", x => Functional.SwiGlu(x[0], x[1]), M23, M23),
        new("Dropout", x => Functional.Dropout(x[0], 0.3f, new RandomStream(1, "dropout")), Shape(4, 5)),
        new("Rope", x => Functional.Rope(x[0], new RopeTables(4, 4), 1), Shape(2, 3, 2, 4)),
        new(
            "Rope of a part, interleaved, in place",
            x => Functional.Rope(x[0] + 0, new RopeTables(3, 2, interleaved: true), inPlace: true),
            Shape(1, 3, 2, 4)
        ),
        new(
            "Attention",
            x => Functional.Attention(x[0], x[1], x[2], causal: false),
            Shape(2, 2, 1, 4),
            Shape(2, 3, 1, 4),
            Shape(2, 3, 1, 4)
        ),
        new(
            "Attention, causal, grouped",
            x => Functional.Attention(x[0], x[1], x[2], causal: true, scale: 0.7f),
            Shape(1, 3, 4, 2),
            Shape(1, 4, 2, 2),
            Shape(1, 4, 2, 2)
        ),
        new(
            "Attention, padded",
            x => Functional.Attention(x[0], x[1], x[2], causal: true, keyLengths: new int[] { 2, 3 }),
            Shape(2, 3, 2, 2),
            Shape(2, 3, 2, 2),
            Shape(2, 3, 2, 2)
        ),
        new(
            "Checkpoint",
            x => Functional.Checkpoint(h => (h.MatMul(x[1]).Tanh() + h).Square(), x[0].Exp()),
            M23,
            Shape(3, 3)
        ),
        new("SelfAttention", x => Functional.SelfAttention(x[0], 2, 2, causal: false), Shape(2, 3, 12)),
        new(
            "SelfAttention, rotary, grouped, padded",
            x =>
                Functional.SelfAttention(
                    Functional.Linear(x[0], x[1]),
                    4,
                    2,
                    causal: true,
                    new RopeTables(3, 2),
                    keyLengths: new int[] { 2, 3 }
                ),
            Shape(2, 3, 2),
            Shape(16, 2)
        ),
        new("AvgPool2d, overlapping, padded", x => Functional.AvgPool2d(x[0], 3, 1, 1), Shape(1, 2, 3, 3)),
        new(
            "LinearCrossEntropyRows",
            x => Functional.LinearCrossEntropyRows(x[0], x[1], new int[] { 2, -1, 3, 0 }, ignore: -1, smoothing: 0.1f),
            Shape(2, 2, 3),
            Shape(4, 3)
        ),
        new("Conv2d", x => Functional.Conv2d(x[0], x[1]), Shape(2, 2, 4, 3), Shape(3, 2, 2, 3)),
        new(
            "Conv2d, strided, padded, with bias",
            x => Functional.Conv2d(x[0], x[1], x[2], stride: 2, padding: 1),
            Shape(2, 1, 5, 4),
            Shape(2, 1, 3, 3),
            Shape(2)
        ),
        new("AvgPool2d", x => Functional.AvgPool2d(x[0], 2), Shape(2, 1, 4, 5)),
        new("MaxPool2d", x => Functional.MaxPool2d(x[0], 3, 1), new InputRange([1, 1, 4, 4], -6, 6)),
        new("GroupNorm", x => Functional.GroupNorm(x[0], 2, x[1], x[2]), Shape(2, 4, 3), Shape(4), Shape(4)),
        new("InstanceNorm", x => Functional.InstanceNorm(x[0]), Shape(2, 2, 2, 2)),
        new(
            "BatchNorm",
            x => Functional.BatchNorm(x[0], x[1], x[2], Tensor.Zeros(2), Tensor.Ones(2), training: true),
            Shape(3, 2, 2),
            Shape(2),
            Shape(2)
        ),
        new(
            "BatchNorm in evaluation",
            x => Functional.BatchNorm(x[0], x[1], null, Tensor.Of([1, 2], 2), Tensor.Of([2, 3], 2), training: false),
            Shape(3, 2),
            Shape(2)
        ),
    ];

    private static InputRange Shape(params int[] shape) => new(shape);
}
