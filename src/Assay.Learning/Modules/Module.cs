using Assay.Numerics;

namespace Assay.Learning;

/// <summary>A piece of a network that owns parameters. What it computes is an ordinary method of its own, as a rule <c>Forward</c>.</summary>
/// <remarks>
/// There is no mode to switch: what differs between training and use is an argument (the random stream of dropout, the
/// <c>training</c> of batch norm). Parameters are never part of a <see cref="TensorScope"/>, also when they are made in one.
/// </remarks>
public abstract class Module
{
    /// <summary>The parameters, each once, in an order and with names that depend on the sizes of the module only.</summary>
    public abstract IEnumerable<Parameter> Parameters();

    /// <summary>How many numbers the parameters are; tied ones count once.</summary>
    public long ParameterCount => Parameters().Sum(parameter => (long)parameter.Tensor.Length);

    /// <summary>The parameters that require a gradient: what training changes.</summary>
    public IEnumerable<Parameter> TrainableParameters() =>
        Parameters().Where(parameter => parameter.Tensor.RequiresGrad);

    /// <summary>Copies all parameters into one vector, in order.</summary>
    public float[] Snapshot()
    {
        float[] vector = new float[checked((int)ParameterCount)];
        new ParameterVector(Parameters()).Read(vector);
        return vector;
    }

    /// <summary>Sets all parameters to what <see cref="Snapshot"/> took.</summary>
    /// <exception cref="ArgumentException">The vector has another length.</exception>
    public void Restore(ReadOnlySpan<float> snapshot) => new ParameterVector(Parameters()).Write(snapshot);

    /// <summary>Forgets the gradients of all parameters.</summary>
    public void ZeroGrad()
    {
        foreach (Parameter parameter in Parameters())
            parameter.Tensor.ZeroGrad();
    }

    /// <summary>Makes all parameters constants, or parameters again.</summary>
    public void RequireGrad(bool required)
    {
        foreach (Parameter parameter in Parameters())
            parameter.Tensor.RequiresGrad = required;
    }

    /// <summary>Takes a tensor as a parameter: it requires a gradient and outlives every scope.</summary>
    protected static Tensor Own(Tensor tensor)
    {
        tensor.RequiresGrad = true;
        return Keep(tensor);
    }

    /// <summary>Takes a tensor out of its scope, without a gradient: for constants and running statistics.</summary>
    protected static Tensor Keep(Tensor tensor)
    {
        tensor.Scope = null;
        return tensor;
    }

    /// <summary>The parameters of a part, with the part's name before theirs; none if there is no such part.</summary>
    protected static IEnumerable<Parameter> Within(string name, Module? part) =>
        part?.Parameters().Select(parameter => parameter with { Name = $"{name}.{parameter.Name}" }) ?? [];
}
