using Assay.Numerics;

namespace Assay.Learning;

public sealed partial class Tensor
{
    /// <summary>e^x over its sum along <paramref name="axis"/>; -infinity beside finite elements gives 0.</summary>
    public Tensor Softmax(int axis = -1)
    {
        if (!IsLast(axis))
            return Transpose(axis, -1).Softmax().Transpose(axis, -1);
        Tensor y = Create(_shape);
        if (Length > 0)
            SoftmaxKernel.Forward(Data, _shape[^1], y.Data);
        return Records(this) ? y.From(new SoftmaxNode(this, y)) : y;
    }

    /// <summary>The logarithm of <see cref="Softmax"/>.</summary>
    public Tensor LogSoftmax(int axis = -1)
    {
        if (!IsLast(axis))
            return Transpose(axis, -1).LogSoftmax().Transpose(axis, -1);
        Tensor y = Create(_shape);
        if (Length > 0)
            SoftmaxKernel.LogForward(Data, _shape[^1], y.Data);
        return Records(this) ? y.From(new LogSoftmaxNode(this, y)) : y;
    }

    /// <summary>The logarithm of the sum of e^x along <paramref name="axis"/>.</summary>
    /// <inheritdoc cref="Sum(int, bool)"/>
    public Tensor LogSumExp(int axis = -1, bool keepAxis = false)
    {
        axis = TensorShape.Axis(axis, Rank, _shape);
        Tensor y = Create(Without(axis, keepAxis));
        using (NoGrad())
        {
            using Tensor largest = Max(axis, keepAxis: true);
            using Tensor powers = this - largest;
            VectorMath.Exp(powers.Data, powers.Data);
            using Tensor sum = powers.Sum(axis, keepAxis: true);
            VectorMath.Log(sum.Data, sum.Data);
            Elementwise.Binary<AddOf>(sum.Data, largest.Data, y.Data);
        }
        return Records(this) ? y.From(new LogSumExpNode(this, axis, y)) : y;
    }

    private bool IsLast(int axis) => TensorShape.Axis(axis, Rank, _shape) == Rank - 1;
}

internal sealed class SoftmaxNode(Tensor x, Tensor y) : UnaryNode(x)
{
    private readonly Tensor _y = y.Save();

    public override void Backward(Tensor gradient, BackwardPass pass)
    {
        if (pass.CreateGraph)
        {
            Tensor weighted = gradient * _y;
            pass.Add(X, weighted - _y * weighted.Sum(-1, keepAxis: true));
            return;
        }
        Tensor result = pass.MayOverwrite(gradient) ? gradient : Tensor.Create(gradient.Sizes);
        if (result.Length > 0)
            SoftmaxKernel.Backward(_y.Data, gradient.Data, _y.Shape[^1], result.Data);
        pass.Add(X, result);
    }
}

internal sealed class LogSoftmaxNode(Tensor x, Tensor y) : UnaryNode(x)
{
    private readonly Tensor _y = y.Save();

    public override void Backward(Tensor gradient, BackwardPass pass)
    {
        if (pass.CreateGraph)
        {
            pass.Add(X, gradient - _y.Exp() * gradient.Sum(-1, keepAxis: true));
            return;
        }
        Tensor result = pass.MayOverwrite(gradient) ? gradient : Tensor.Create(gradient.Sizes);
        if (result.Length > 0)
            SoftmaxKernel.LogBackward(_y.Data, gradient.Data, _y.Shape[^1], result.Data);
        pass.Add(X, result);
    }
}

internal sealed class LogSumExpNode(Tensor x, int axis, Tensor y) : UnaryNode(x.Save())
{
    private readonly Tensor _y = y.Save();

    public override void Backward(Tensor gradient, BackwardPass pass)
    {
        int[] kept = X.Without(axis, keepAxis: true);
        pass.Add(X, (X - _y.ReshapeTo(kept)).Exp() * gradient.ReshapeTo(kept));
    }
}
