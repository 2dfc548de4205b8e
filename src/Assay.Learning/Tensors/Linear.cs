using Assay.Numerics;

namespace Assay.Learning;

public static partial class Functional
{
    /// <summary>x W^T + bias (+ residual), as one operation.</summary>
    /// <param name="x">[.., in].</param>
    /// <param name="weight">[out, in].</param>
    /// <param name="bias">[out], or null.</param>
    /// <param name="residual">[.., out]: added to the result, so that the sum of a residual block needs no storage of its own; or null.</param>
    /// <returns>[.., out].</returns>
    /// <exception cref="ArgumentException">The shapes do not fit.</exception>
    public static Tensor Linear(Tensor x, Tensor weight, Tensor? bias = null, Tensor? residual = null)
    {
        if (weight.Rank != 2 || x.Rank == 0 || x.Shape[^1] != weight.Shape[1])
            throw x.ShapeError("Linear", weight, "the weight is [out, in] and the input [.., in]");
        int outputs = weight.Shape[0],
            inputs = weight.Shape[1];
        if (bias is not null && (bias.Rank != 1 || bias.Length != outputs))
            throw weight.ShapeError("Linear", bias, "the bias is [out]");
        int rows = TensorShape.Product(x.Shape[..^1]);
        Tensor y = Tensor.Create([.. x.Shape[..^1], outputs]);
        if (residual is not null)
        {
            if (!residual.Shape.SequenceEqual(y.Shape))
                throw y.ShapeError("Linear", residual, "the residual has the shape of the result");
            if (bias is null)
                residual.Data.CopyTo(y.Data);
            else
                new Broadcast(residual.Shape, bias.Shape, y.Shape).Apply<AddOf>(residual.Data, bias.Data, y.Data);
        }
        else if (bias is not null)
        {
            new Broadcast(bias.Shape, [], y.Shape).Apply<AddOf>(bias.Data, [0], y.Data);
        }
        Gemm.Multiply(
            false,
            true,
            rows,
            outputs,
            inputs,
            x.Data,
            inputs,
            weight.Data,
            inputs,
            y.Data,
            outputs,
            accumulate: residual is not null || bias is not null
        );
        bool records =
            Tensor.Records(x, weight)
            || (bias is not null && Tensor.Records(bias))
            || (residual is not null && Tensor.Records(residual));
        return records ? y.From(new LinearNode(x, weight, bias, residual)) : y;
    }
}

internal sealed class LinearNode : Node
{
    private readonly Tensor _x,
        _weight;
    private readonly Tensor? _bias,
        _residual;

    public LinearNode(Tensor x, Tensor weight, Tensor? bias, Tensor? residual)
    {
        _x = x;
        _weight = weight;
        _bias = bias;
        _residual = residual;
        if (weight.RequiresGrad)
            x.Save();
        if (x.RequiresGrad)
            weight.Save();
    }

    public override int Inputs => 2 + (_bias is null ? 0 : 1) + (_residual is null ? 0 : 1);

    public override Tensor Input(int index) =>
        index switch
        {
            0 => _x,
            1 => _weight,
            2 when _bias is not null => _bias,
            _ => _residual!,
        };

    public override void Backward(Tensor gradient, BackwardPass pass)
    {
        int outputs = _weight.Shape[0],
            inputs = _weight.Shape[1],
            rows = TensorShape.Product(_x.Shape[..^1]);
        if (_residual is not null)
            pass.Add(_residual, gradient);
        bool parameters = pass.Observer?.Linear(_weight, _bias, _x, gradient) ?? true;
        if (pass.CreateGraph)
        {
            Tensor flat = gradient.ReshapeTo([rows, outputs]);
            if (pass.Wants(_x))
                pass.Add(_x, gradient.MatMul(_weight));
            if (parameters && pass.Wants(_weight))
                pass.Add(_weight, flat.MatMul(_x.ReshapeTo([rows, inputs]), transposeA: true));
            if (parameters && _bias is not null && pass.Wants(_bias))
                pass.Add(_bias, flat.Sum(0));
            return;
        }
        ReadOnlySpan<float> g = gradient.Data;
        if (pass.Wants(_x))
        {
            Tensor to = pass.Target(_x, out bool accumulate);
            Gemm.Multiply(
                false,
                false,
                rows,
                inputs,
                outputs,
                g,
                outputs,
                _weight.Data,
                inputs,
                to.Data,
                inputs,
                accumulate
            );
        }
        if (parameters && pass.Wants(_weight))
        {
            Tensor to = pass.Target(_weight, out bool accumulate);
            Gemm.Multiply(true, false, outputs, inputs, rows, g, outputs, _x.Data, inputs, to.Data, inputs, accumulate);
        }
        if (parameters && _bias is not null && pass.Wants(_bias))
        {
            Tensor to = pass.Target(_bias, out bool accumulate);
            SumKernel.Run(g, 1, rows, outputs, to.Data, accumulate);
        }
    }
}
