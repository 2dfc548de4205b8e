namespace Assay.Learning;

/// <summary>Returns the storage of every tensor that was made within it, and not kept, when it is disposed.</summary>
/// <remarks>
/// Scopes belong to a thread and nest. A training step is one scope:
/// <code>
/// using TensorScope scope = new();
/// Tensor loss = model.Loss(batch);
/// loss.Backward();      // gradients of parameters are not part of the scope
/// total += loss.Item();
/// </code>
/// Using a tensor after its scope is an <see cref="ObjectDisposedException"/>.
/// </remarks>
public sealed class TensorScope : IDisposable
{
    [ThreadStatic]
    private static TensorScope? _current;

    [ThreadStatic]
    private static Stack<Tensor[]>? _spare;

    private readonly TensorScope? _outer;
    private Tensor[] _made;
    private int _count;
    private bool _ended;

    /// <summary>Starts a scope within the thread's current one.</summary>
    public TensorScope()
    {
        _outer = _current;
        _current = this;
        _made = _spare is not null && _spare.TryPop(out Tensor[]? spare) ? spare : new Tensor[64];
    }

    internal static TensorScope? Current => _current;

    /// <summary>Lets <paramref name="tensor"/> outlive this scope; it becomes part of the scope around, if there is one.</summary>
    /// <returns>The tensor. Its graph is not kept: what the backward pass needs of it is returned with the scope.</returns>
    public Tensor Keep(Tensor tensor)
    {
        if (tensor.Scope == this)
        {
            tensor.Scope = null;
            _outer?.Register(tensor);
        }
        return tensor;
    }

    /// <summary>Returns what was made within the scope. The scopes within it must have ended.</summary>
    /// <exception cref="InvalidOperationException">Another scope of this thread was started later and has not ended.</exception>
    public void Dispose()
    {
        if (_ended)
            return;
        if (_current != this)
            throw new InvalidOperationException("A tensor scope ends before one that was started within it.");
        _ended = true;
        _current = _outer;
        Release();
        (_spare ??= new()).Push(_made);
        _made = [];
    }

    internal void Register(Tensor tensor)
    {
        if (_count == _made.Length)
            Array.Resize(ref _made, 2 * _count);
        _made[_count++] = tensor;
        tensor.Scope = this;
    }

    /// <summary>Returns what was made so far; the scope goes on.</summary>
    internal void Release()
    {
        Span<Tensor> made = _made.AsSpan(0, _count);
        foreach (Tensor tensor in made)
            if (tensor.Scope == this)
                tensor.Return();
        made.Clear();
        _count = 0;
    }
}
