using Assay.Numerics;

namespace Assay.Learning.Tests;

/// <summary>An operation with inputs to try it on.</summary>
internal sealed record OperationCase(string Name, Func<Tensor[], Tensor> Apply, params InputRange[] Inputs)
{
    public override string ToString() => Name;

    public Tensor[] Draw(ulong seed) =>
        [.. Inputs.Select((input, i) => input.Draw(new RandomStream(seed, $"{Name} {i}")))];
}

/// <summary>A shape, and the interval that its elements are drawn from uniformly, away from where the operation has no derivative.</summary>
internal sealed record InputRange(int[] Shape, float Low = -1.5f, float High = 1.5f, float Around = float.NaN)
{
    public Tensor Draw(RandomStream stream)
    {
        Tensor tensor = Tensor.Uniform(stream, Low, High, Shape);
        foreach (ref float value in tensor.Data)
            if (MathF.Abs(value - Around) < 0.1f)
                value = Around + 0.1f * (value < Around ? -1 : 1);
        tensor.RequiresGrad = true;
        return tensor;
    }
}
