using Assay.Numerics;

namespace Assay.Learning;

public static partial class Functional
{
    /// <summary>silu(gate) times up, element by element (Shazeer, 2020).</summary>
    /// <param name="gate">Any shape.</param>
    /// <param name="up">The same shape.</param>
    /// <exception cref="ArgumentException">The shapes differ.</exception>
    public static Tensor SwiGlu(Tensor gate, Tensor up)
    {
        if (!gate.Shape.SequenceEqual(up.Shape))
            throw gate.ShapeError("SwiGlu", up, "both have one shape");
        Tensor y = Tensor.Create(gate.Sizes);
        if (y.Length > 0)
            SwiGluKernel.Forward(gate.Data, up.Data, SwiGluNode.Width(y), SwiGluNode.Width(y), y.Data);
        return Tensor.Records(gate, up) ? y.From(new SwiGluNode(gate, up)) : y;
    }

    /// <summary>silu(gate) times up, where both are the halves of the rows of one product.</summary>
    /// <param name="gateUp">[.., 2 width]: in each row first gate, then up.</param>
    /// <returns>[.., width].</returns>
    /// <exception cref="ArgumentException">The last axis has no halves.</exception>
    public static Tensor SwiGlu(Tensor gateUp)
    {
        if (gateUp.Rank == 0 || gateUp.Shape[^1] % 2 != 0)
            throw new ArgumentException($"SwiGlu: the rows of {TensorShape.Text(gateUp.Shape)} have no halves.");
        int width = gateUp.Shape[^1] / 2;
        Tensor y = Tensor.Create([.. gateUp.Shape[..^1], width]);
        if (y.Length > 0)
            SwiGluKernel.Forward(gateUp.Data, gateUp.Data[width..], width, 2 * width, y.Data);
        return Tensor.Records(gateUp) ? y.From(new SwiGluHalvesNode(gateUp)) : y;
    }
}

internal sealed class SwiGluNode(Tensor gate, Tensor up) : BinaryNode(gate.Save(), up.Save())
{
    public static int Width(Tensor x) => x.Rank == 0 ? 1 : x.Shape[^1];

    public override void Backward(Tensor gradient, BackwardPass pass)
    {
        if (pass.CreateGraph)
        {
            (Tensor ofGate, Tensor ofUp) = Rule(A, B, gradient);
            pass.Add(A, ofGate);
            pass.Add(B, ofUp);
            return;
        }
        Tensor gateGradient = Tensor.Create(A.Sizes),
            upGradient = Tensor.Create(A.Sizes);
        if (gradient.Length > 0)
            SwiGluKernel.Backward(
                A.Data,
                B.Data,
                gradient.Data,
                Width(A),
                Width(A),
                gateGradient.Data,
                upGradient.Data
            );
        pass.Add(A, gateGradient);
        pass.Add(B, upGradient);
    }

    public static (Tensor Gate, Tensor Up) Rule(Tensor gate, Tensor up, Tensor gradient)
    {
        Tensor sigmoid = gate.Sigmoid(),
            silu = gate * sigmoid;
        return (gradient * up * (sigmoid + silu * (1 - sigmoid)), gradient * silu);
    }
}

internal sealed class SwiGluHalvesNode(Tensor x) : UnaryNode(x.Save())
{
    public override void Backward(Tensor gradient, BackwardPass pass)
    {
        int width = X.Shape[^1] / 2;
        if (pass.CreateGraph)
        {
            (Tensor gate, Tensor up) = SwiGluNode.Rule(X.Slice(-1, 0, width), X.Slice(-1, width, width), gradient);
            pass.Add(X, Tensor.Concat(-1, gate, up));
            return;
        }
        Tensor result = Tensor.Create(X.Sizes);
        if (gradient.Length > 0)
            SwiGluKernel.Backward(
                X.Data,
                X.Data[width..],
                gradient.Data,
                width,
                2 * width,
                result.Data,
                result.Data[width..]
            );
        pass.Add(X, result);
    }
}
