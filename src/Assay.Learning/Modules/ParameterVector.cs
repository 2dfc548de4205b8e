namespace Assay.Learning;

/// <summary>Parameters as one flat vector, in their order: what Shapley values, influence and averages of weights work with.</summary>
/// <remarks>It refers to the tensors, and copies nothing until asked to.</remarks>
/// <param name="parameters">The parameters, none twice.</param>
public sealed class ParameterVector(IEnumerable<Parameter> parameters)
{
    /// <summary>The parameters, in order.</summary>
    public IReadOnlyList<Parameter> Parameters { get; } = [.. parameters];

    /// <summary>Number of elements.</summary>
    public int Length => checked((int)Parameters.Sum(parameter => (long)parameter.Tensor.Length));

    /// <summary>Copies the values into <paramref name="vector"/>.</summary>
    /// <exception cref="ArgumentException">It has another length.</exception>
    public void Read(Span<float> vector)
    {
        Check(vector.Length);
        int at = 0;
        foreach ((_, Tensor tensor, _) in Parameters)
        {
            tensor.Data.CopyTo(vector[at..]);
            at += tensor.Length;
        }
    }

    /// <summary>Sets the values to those of <paramref name="vector"/>.</summary>
    /// <exception cref="ArgumentException">It has another length.</exception>
    public void Write(ReadOnlySpan<float> vector)
    {
        Check(vector.Length);
        int at = 0;
        foreach ((_, Tensor tensor, _) in Parameters)
        {
            vector.Slice(at, tensor.Length).CopyTo(tensor.Data);
            at += tensor.Length;
        }
    }

    /// <summary>Copies the gradients into <paramref name="vector"/>: zeros where a parameter has none.</summary>
    /// <exception cref="ArgumentException">It has another length.</exception>
    public void ReadGradients(Span<float> vector)
    {
        Check(vector.Length);
        int at = 0;
        foreach ((_, Tensor tensor, _) in Parameters)
        {
            Span<float> part = vector.Slice(at, tensor.Length);
            if (tensor.Grad is { } gradient)
                gradient.Data.CopyTo(part);
            else
                part.Clear();
            at += tensor.Length;
        }
    }

    private void Check(int length)
    {
        if (length != Length)
            throw new ArgumentException($"The parameters are {Length} numbers, and the vector has {length}.");
    }
}
