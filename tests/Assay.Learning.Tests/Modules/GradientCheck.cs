using Assay.Numerics;

namespace Assay.Learning.Tests;

/// <summary>Compares gradients of a module with differences, along random directions in all its parameters and its input at once.</summary>
internal static class GradientCheck
{
    private const float Step = 2e-3f;

    /// <summary>Asserts that the derivative of a random projection of the output is right, and that each parameter gets a gradient.</summary>
    public static void Check(Module module, Tensor input, Func<Tensor, Tensor> forward, double tolerance = 0.01)
    {
        RandomStream stream = new(5, "directions");
        input.RequiresGrad = true;
        List<Parameter> all = [.. module.Parameters(), new("input", input)];
        Tensor output = forward(input);
        float[] projection = [.. Enumerable.Range(0, output.Length).Select(_ => (float)stream.NextGaussian())];
        module.ZeroGrad();
        input.ZeroGrad();
        output.Backward(Tensor.Of(projection, output.Shape));
        foreach (Parameter parameter in all)
        {
            Assert.True(parameter.Tensor.Grad is not null, $"{parameter.Name} gets no gradient");
            Assert.True(parameter.Tensor.Grad!.Data.ContainsAnyExcept(0f), $"the gradient of {parameter.Name} is 0");
        }

        ParameterVector vector = new(all);
        float[] start = new float[vector.Length],
            gradient = new float[vector.Length],
            moved = new float[vector.Length];
        vector.Read(start);
        vector.ReadGradients(gradient);
        // One direction within each parameter, so that a small one is not lost beside a large one.
        int at = 0;
        foreach (Parameter parameter in all)
        {
            double expected = 0,
                size = 0;
            float[] direction = new float[vector.Length];
            for (int i = at; i < at + parameter.Tensor.Length; i++)
            {
                direction[i] = (float)stream.NextGaussian();
                expected += direction[i] * (double)gradient[i];
                size += gradient[i] * (double)gradient[i];
            }
            double found = (Value(Step) - Value(-Step)) / (2 * Step);
            Assert.True(
                Math.Abs(found - expected) <= tolerance * (Math.Sqrt(size) + Math.Abs(expected)) + 2e-3,
                $"{parameter.Name}: derivative {expected}, by differences {found}"
            );
            at += parameter.Tensor.Length;

            double Value(float step)
            {
                for (int i = 0; i < moved.Length; i++)
                    moved[i] = start[i] + step * direction[i];
                vector.Write(moved);
                using (Tensor.NoGrad())
                {
                    ReadOnlySpan<float> result = forward(input).Data;
                    double sum = 0;
                    for (int i = 0; i < projection.Length; i++)
                        sum += projection[i] * (double)result[i];
                    vector.Write(start);
                    return sum;
                }
            }
        }
    }
}
