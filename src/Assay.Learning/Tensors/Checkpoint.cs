namespace Assay.Learning;

public static partial class Functional
{
    /// <summary>
    /// f(x) without keeping what happens within: the backward pass computes it again, so that a deep network needs the memory of
    /// one of its blocks (Chen and others, "Training Deep Nets with Sublinear Memory Cost", 2016).
    /// </summary>
    /// <param name="f">Computes the same from the same input each time; what it draws comes from a stream that it makes itself.</param>
    /// <param name="x">The input. Parameters that <paramref name="f"/> uses are found by themselves.</param>
    /// <returns>The result of <paramref name="f"/>.</returns>
    public static Tensor Checkpoint(Func<Tensor, Tensor> f, Tensor x)
    {
        if (!Tensor.IsRecording)
            return f(x);
        using TensorScope inner = new();
        Tensor y = f(x);
        if (y.Node is null || y.Scope != inner)
            return inner.Keep(y);
        CheckpointNode node = new(f, x, CheckpointNode.Outside(y, inner));
        return inner.Keep(y.Detach()).From(node);
    }
}

internal sealed class CheckpointNode(Func<Tensor, Tensor> f, Tensor x, Tensor[] inputs) : Node
{
    private readonly Tensor _x = x.Save();

    public override int Inputs => inputs.Length;

    public override Tensor Input(int index) => inputs[index];

    public override void Backward(Tensor gradient, BackwardPass pass) => pass.Expand(f, _x, gradient);

    /// <summary>The tensors from outside of <paramref name="inner"/> that <paramref name="y"/> depends on.</summary>
    public static Tensor[] Outside(Tensor y, TensorScope inner)
    {
        List<Tensor> found = [];
        HashSet<Tensor> seen = [y];
        Stack<Tensor> open = new([y]);
        while (open.TryPop(out Tensor? tensor))
            for (int i = 0; i < tensor.Node!.Inputs; i++)
            {
                Tensor input = tensor.Node.Input(i);
                if (!input.RequiresGrad || !seen.Add(input))
                    continue;
                if (input.Scope == inner && input.Node is not null)
                    open.Push(input);
                else
                    found.Add(input);
            }
        return [.. found];
    }
}
