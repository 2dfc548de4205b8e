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
}

internal sealed class SwiGluNode(Tensor gate, Tensor up) : BinaryNode(gate.Save(), up.Save())
{
    public static int Width(Tensor x) => x.Rank == 0 ? 1 : x.Shape[^1];

    public override void Backward(Tensor gradient, BackwardPass pass)
    {
        if (pass.CreateGraph)
        {
            Tensor sigmoid = A.Sigmoid(),
                silu = A * sigmoid;
            if (pass.Wants(A))
                pass.Add(A, gradient * B * (sigmoid + silu * (1 - sigmoid)));
            if (pass.Wants(B))
                pass.Add(B, gradient * silu);
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
}
