using Assay.Numerics;

namespace Assay.Learning;

/// <summary>
/// An array of float32 with a shape, row-major and contiguous, that remembers how it was computed where a gradient is asked
/// for (define by run, reverse mode).
/// </summary>
/// <remarks>
/// Every backward rule is made of tensor operations, so gradients have gradients (<see cref="Gradients"/> with
/// <c>createGraph</c>). Names are those of PyTorch. Storage comes from the <see cref="TensorPool"/> and goes back at the end of
/// the <see cref="TensorScope"/>, or with <see cref="Dispose"/>, or with the garbage. A tensor may be read by several threads;
/// a graph is run backwards by one.
/// <code>
/// Tensor w = Tensor.Normal(stream, 0.02f, 128, 64);
/// w.RequiresGrad = true;
/// Tensor loss = x.MatMul(w).Tanh().Square().Mean();
/// loss.Backward();      // w.Grad now has the shape [128, 64]
/// </code>
/// </remarks>
public sealed partial class Tensor : IDisposable
{
    private readonly int[] _shape;
    private readonly int _start;
    private TensorBuffer? _buffer;
    private Tensor? _grad;
    private bool _isParameter;
    private bool _saved;

    private Tensor(int[] shape, int length, TensorBuffer buffer, int start)
    {
        _shape = shape;
        _buffer = buffer;
        _start = start;
        Length = length;
        TensorScope.Current?.Register(this);
    }

    /// <summary>Sizes of the axes; empty for a single number.</summary>
    public ReadOnlySpan<int> Shape => _shape;

    /// <summary>Number of axes.</summary>
    public int Rank => _shape.Length;

    /// <summary>Number of elements.</summary>
    public int Length { get; }

    /// <summary>The elements, row by row. Writing changes every tensor that shares the storage, and no gradient knows of it.</summary>
    /// <exception cref="ObjectDisposedException">The storage was returned.</exception>
    public Span<float> Data
    {
        get
        {
            TensorBuffer buffer = _buffer ?? throw Returned();
            return new(buffer.Array, buffer.Start + _start, Length);
        }
    }

    /// <summary>True if the storage was returned to the pool.</summary>
    public bool IsReturned => _buffer is null;

    internal TensorScope? Scope { get; set; }

    /// <summary>True if this was the result of a recorded operation whose scope has ended.</summary>
    internal bool GraphEnded { get; private set; }

    internal int[] Sizes => _shape;

    /// <summary>True if nobody else shows this storage, so that it may be written over.</summary>
    internal bool OwnsStorage => _buffer is { References: 1 };

    /// <summary>A tensor with the given elements, row by row.</summary>
    /// <exception cref="ArgumentException">The shape does not have as many elements.</exception>
    public static Tensor Of(ReadOnlySpan<float> values, params ReadOnlySpan<int> shape)
    {
        Tensor tensor = Create(shape.ToArray());
        if (tensor.Length != values.Length)
            throw new ArgumentException($"{values.Length} values do not fill a tensor of {TensorShape.Text(shape)}.");
        values.CopyTo(tensor.Data);
        return tensor;
    }

    /// <summary>A tensor of shape [] with one number.</summary>
    public static Tensor Scalar(float value)
    {
        Tensor tensor = Create(TensorShape.Scalar);
        tensor.Data[0] = value;
        return tensor;
    }

    /// <summary>A tensor of zeros.</summary>
    public static Tensor Zeros(params ReadOnlySpan<int> shape) => Full(0, shape);

    /// <summary>A tensor of ones.</summary>
    public static Tensor Ones(params ReadOnlySpan<int> shape) => Full(1, shape);

    /// <summary>A tensor of one number everywhere.</summary>
    public static Tensor Full(float value, params ReadOnlySpan<int> shape)
    {
        Tensor tensor = Create(shape.ToArray());
        tensor.Data.Fill(value);
        return tensor;
    }

    /// <summary>Normal numbers with mean 0, drawn in order from <paramref name="stream"/>.</summary>
    /// <param name="stream">Where the numbers come from.</param>
    /// <param name="std">Their standard deviation.</param>
    /// <param name="shape">Sizes of the axes.</param>
    public static Tensor Normal(RandomStream stream, float std, params ReadOnlySpan<int> shape)
    {
        Tensor tensor = Create(shape.ToArray());
        foreach (ref float value in tensor.Data)
            value = (float)(std * stream.NextGaussian());
        return tensor;
    }

    /// <summary>Uniform numbers in [<paramref name="low"/>, <paramref name="high"/>), drawn in order from <paramref name="stream"/>.</summary>
    public static Tensor Uniform(RandomStream stream, float low, float high, params ReadOnlySpan<int> shape)
    {
        Tensor tensor = Create(shape.ToArray());
        foreach (ref float value in tensor.Data)
            value = (float)(low + (high - (double)low) * stream.NextDouble());
        return tensor;
    }

    /// <summary>A tensor whose elements are whatever the storage held: only for those who write them all.</summary>
    public static Tensor Uninitialized(params ReadOnlySpan<int> shape) => Create(shape.ToArray());

    /// <summary>The only element.</summary>
    /// <exception cref="InvalidOperationException">There are more, or none.</exception>
    public float Item() =>
        Length == 1
            ? Data[0]
            : throw new InvalidOperationException($"A tensor of {TensorShape.Text(_shape)} is not a single number.");

    /// <summary>A copy of the elements, row by row.</summary>
    public float[] ToArray() => Data.ToArray();

    /// <summary>A tensor with a copy of the elements and no graph.</summary>
    public Tensor Copy()
    {
        Tensor copy = Create(_shape);
        Data.CopyTo(copy.Data);
        return copy;
    }

    /// <summary>The same storage without the graph: a constant.</summary>
    public Tensor Detach() => View(_shape, 0);

    /// <summary>
    /// Returns the storage now rather than at the end of the scope, unless a backward pass still needs it or another tensor
    /// shares it. The tensor is not to be used any more.
    /// </summary>
    public void Dispose()
    {
        if (!_saved)
            ReturnStorage();
    }

    /// <summary>For example <c>Tensor [2, 3]</c>.</summary>
    public override string ToString() =>
        IsReturned ? $"Tensor {TensorShape.Text(_shape)}, returned" : $"Tensor {TensorShape.Text(_shape)}";

    /// <summary>A new tensor with undefined elements; takes <paramref name="shape"/> over, which is never changed.</summary>
    internal static Tensor Create(int[] shape)
    {
        int length = TensorShape.Length(shape);
        return new(shape, length, TensorPool.Rent(length), 0);
    }

    /// <summary>Another tensor over this one's storage, from element <paramref name="start"/> on.</summary>
    internal Tensor View(int[] shape, int start)
    {
        TensorBuffer buffer = _buffer ?? throw Returned();
        Interlocked.Increment(ref buffer.References);
        return new(shape, TensorShape.Product(shape), buffer, _start + start);
    }

    /// <summary>Returns the storage and leaves the graph.</summary>
    internal void Return()
    {
        GraphEnded |= Node is not null;
        Node = null;
        ReturnStorage();
    }

    private void ReturnStorage()
    {
        TensorBuffer? buffer = _buffer;
        if (buffer is null)
            return;
        _buffer = null;
        buffer.Release();
        _grad?.Return();
        _grad = null;
        ReturnSpareGrad();
    }

    internal ArgumentException ShapeError(string operation, Tensor other, string expected) =>
        new($"{operation}: {TensorShape.Text(_shape)} and {TensorShape.Text(other._shape)} do not fit: {expected}.");

    private ObjectDisposedException Returned() =>
        new(
            nameof(Tensor),
            $"The storage of this tensor of {TensorShape.Text(_shape)} was returned: its scope has ended, or it was disposed. Keep it with TensorScope.Keep."
        );
}
