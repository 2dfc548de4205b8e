namespace Assay.Learning;

/// <summary>How a tensor was computed: one step of the graph that a backward pass walks.</summary>
/// <remarks>
/// A node keeps its inputs as the edges of the graph; those whose elements its rule reads it marks with
/// <see cref="Tensor.Save"/>, the others may be returned early.
/// </remarks>
internal abstract class Node
{
    /// <summary>The pass that has met this node last.</summary>
    internal int Pass;

    /// <summary>While walking: the next input to visit.</summary>
    internal int Next;

    /// <summary>True if a gradient that was asked for depends on this node.</summary>
    internal bool Needed;

    /// <summary>1 + the place of this node's output among the tensors whose gradients were asked for; 0 if it is not.</summary>
    internal int Requested;

    /// <summary>What has come in so far as the gradient of this node's output.</summary>
    internal Tensor? Gradient;

    /// <summary>Number of inputs.</summary>
    public abstract int Inputs { get; }

    /// <summary>One of the inputs.</summary>
    public abstract Tensor Input(int index);

    /// <summary>Adds to the gradients of the inputs what <paramref name="gradient"/>, that of the output, implies.</summary>
    public abstract void Backward(Tensor gradient, BackwardPass pass);
}

/// <summary>A node with one input.</summary>
internal abstract class UnaryNode(Tensor x) : Node
{
    protected readonly Tensor X = x;

    public override int Inputs => 1;

    public override Tensor Input(int index) => X;
}

/// <summary>A node with two inputs.</summary>
internal abstract class BinaryNode(Tensor a, Tensor b) : Node
{
    protected readonly Tensor A = a,
        B = b;

    public override int Inputs => 2;

    public override Tensor Input(int index) => index == 0 ? A : B;
}
