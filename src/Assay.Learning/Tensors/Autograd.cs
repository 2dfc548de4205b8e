namespace Assay.Learning;

public sealed partial class Tensor
{
    [ThreadStatic]
    private static int _notRecording;

    private Node? _node;
    private Tensor? _spareGrad;

    /// <summary>
    /// True if gradients of this tensor are wanted: set it on parameters; results have it where one of their inputs had it
    /// while operations were recorded.
    /// </summary>
    /// <exception cref="InvalidOperationException">It is set to false on the result of a recorded operation.</exception>
    public bool RequiresGrad
    {
        get => _isParameter || _node is not null;
        set
        {
            if (!value && _node is not null)
                throw new InvalidOperationException("The result of an operation requires a gradient; use Detach.");
            _isParameter = value;
        }
    }

    /// <summary>The sum of the gradients that <see cref="Backward"/> found since <see cref="ZeroGrad"/>, or null if there is none.</summary>
    public Tensor? Grad => _grad is { IsReturned: false } ? _grad : null;

    /// <summary>The operation that this tensor is the result of; null for parameters and constants.</summary>
    internal Node? Node
    {
        get => _node;
        private set => _node = value;
    }

    internal ref Tensor? GradSlot
    {
        get
        {
            if (_grad is { IsReturned: true })
                _grad = null;
            return ref _grad;
        }
    }

    /// <summary>True if operations of this thread are recorded now.</summary>
    public static bool IsRecording => _notRecording == 0;

    /// <summary>Operations of this thread are not recorded until the result is disposed: <c>using (Tensor.NoGrad())</c>.</summary>
    public static NoGradScope NoGrad()
    {
        _notRecording++;
        return default;
    }

    /// <summary>Operations are recorded until the result is disposed, also within <see cref="NoGrad"/>.</summary>
    internal static RecordingScope Recording()
    {
        RecordingScope scope = new(_notRecording);
        _notRecording = 0;
        return scope;
    }

    /// <summary>
    /// Adds the gradient of this tensor with respect to every parameter that it was computed from to the parameter's
    /// <see cref="Grad"/>. May be called more than once; the graph lasts until its scope ends.
    /// </summary>
    /// <param name="seed">Gradient of what is differentiated with respect to this tensor, of its shape; null is 1 for a single number.</param>
    /// <param name="createGraph">True: the gradients are recorded, so that they have gradients themselves.</param>
    /// <param name="observer">Sees the inputs and output gradients of layers, or null.</param>
    /// <exception cref="InvalidOperationException">Nothing requires a gradient, or this is not a number and has no seed.</exception>
    public void Backward(Tensor? seed = null, bool createGraph = false, IGradientObserver? observer = null) =>
        BackwardPass.IntoParameters(this, seed, createGraph, observer);

    /// <summary>The gradients of <paramref name="output"/> with respect to <paramref name="inputs"/>; leaves every <see cref="Grad"/> alone.</summary>
    /// <param name="output">What is differentiated.</param>
    /// <param name="inputs">Parameters or intermediate results, none twice.</param>
    /// <param name="seed">Gradient with respect to the output, of its shape; null is 1 for a single number.</param>
    /// <param name="createGraph">True: the gradients are recorded, so that they have gradients themselves.</param>
    /// <returns>Tensors of the shapes of the inputs; zeros where the output does not depend on one.</returns>
    /// <exception cref="InvalidOperationException">Nothing requires a gradient, or the output is not a number and has no seed.</exception>
    public static Tensor[] Gradients(
        Tensor output,
        ReadOnlySpan<Tensor> inputs,
        Tensor? seed = null,
        bool createGraph = false
    )
    {
        Tensor?[] found = BackwardPass.Of(output, inputs, seed, createGraph);
        for (int i = 0; i < found.Length; i++)
            found[i] ??= Zeros(inputs[i].Shape);
        return found!;
    }

    /// <summary>Forgets <see cref="Grad"/>; its storage is kept for the next one.</summary>
    public void ZeroGrad()
    {
        if (_grad is null)
            return;
        if (_grad is { OwnsStorage: true, Node: null } && _grad.Scope is null)
            (_spareGrad, _grad) = (_grad, null);
        _grad = null;
    }

    internal Tensor? TakeSpareGrad()
    {
        Tensor? spare = _spareGrad;
        _spareGrad = null;
        return spare;
    }

    internal void ReturnSpareGrad()
    {
        _spareGrad?.Return();
        _spareGrad = null;
    }

    /// <summary>True if this is a parameter or a constant rather than the recorded result of an operation.</summary>
    public bool IsLeaf => _node is null;

    /// <summary>True if a backward pass will read the elements.</summary>
    internal bool IsSaved => _saved;

    /// <summary>Marks that a backward pass will read the elements.</summary>
    internal Tensor Save()
    {
        _saved = true;
        return this;
    }

    /// <summary>True if an operation on this tensor is to be recorded.</summary>
    internal static bool Records(Tensor a) => a.RequiresGrad && IsRecording;

    internal static bool Records(Tensor a, Tensor b) => (a.RequiresGrad || b.RequiresGrad) && IsRecording;

    /// <summary>Makes this tensor the recorded result of <paramref name="node"/>.</summary>
    internal Tensor From(Node node)
    {
        _node = node;
        return this;
    }

    /// <summary>Ends what <see cref="NoGrad"/> began.</summary>
    public readonly struct NoGradScope : IDisposable
    {
        /// <summary>Operations are recorded again, unless another such scope is open.</summary>
        public void Dispose() => _notRecording--;
    }

    internal readonly struct RecordingScope(int before) : IDisposable
    {
        public void Dispose() => _notRecording = before;
    }
}
