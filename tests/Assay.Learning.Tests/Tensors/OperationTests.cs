using Assay.Numerics;

namespace Assay.Learning.Tests;

/// <summary>Every operation: its gradient and the gradient of its gradient against finite differences, and the fused rule against the recorded one.</summary>
public sealed class OperationTests
{
    private const float Step = 0.01f;

    public static TheoryData<string> Names => [.. OperationCases.All.Select(one => one.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void TheGradientIsThatOfFiniteDifferences(string name)
    {
        OperationCase one = Case(name);
        Tensor[] inputs = one.Draw(1);
        Tensor[] gradients = Tensor.Gradients(Objective(one, inputs), inputs);
        for (int i = 0; i < inputs.Length; i++)
        for (int j = 0; j < inputs[i].Length; j++)
        {
            float expected = Difference(inputs[i], j, () => [Objective(one, inputs).Item()])[0];
            Near(expected, gradients[i].Data[j], 2e-3f, $"{name}: input {i}, element {j}");
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void TheRecordedGradientIsTheFusedOne(string name)
    {
        OperationCase one = Case(name);
        Tensor[] inputs = one.Draw(2);
        Tensor objective = Objective(one, inputs);
        Tensor[] fused = Tensor.Gradients(objective, inputs),
            recorded = Tensor.Gradients(objective, inputs, createGraph: true);
        objective.Backward();
        objective.Backward();
        for (int i = 0; i < inputs.Length; i++)
        for (int j = 0; j < inputs[i].Length; j++)
        {
            Near(fused[i].Data[j], recorded[i].Data[j], 1e-5f, $"{name}: input {i}, element {j}");
            Near(2 * fused[i].Data[j], inputs[i].Grad!.Data[j], 1e-5f, $"{name}: accumulated, input {i}, element {j}");
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void TheSecondGradientIsThatOfFiniteDifferences(string name)
    {
        OperationCase one = Case(name);
        Tensor[] inputs = one.Draw(3);
        Tensor[] directions =
        [
            .. inputs.Select((input, i) => Tensor.Normal(new RandomStream(5, $"{name} {i}"), 1, input.Shape)),
        ];
        Tensor slope = Slope(one, inputs, directions, createGraph: true);
        Tensor[] second = slope.RequiresGrad
            ? Tensor.Gradients(slope, inputs)
            : [.. inputs.Select(input => Tensor.Zeros(input.Shape))];
        for (int i = 0; i < inputs.Length; i++)
        for (int j = 0; j < inputs[i].Length; j++)
        {
            float expected = Difference(inputs[i], j, () => [Slope(one, inputs, directions, false).Item()])[0];
            Near(expected, second[i].Data[j], 5e-3f, $"{name}: input {i}, element {j}");
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void OneThreadAndTwoGiveTheSameBits(string name)
    {
        OperationCase one = Case(name);
        Assert.Equal(Bits(1), Bits(2));

        int[] Bits(int threads)
        {
            using (Workers.Limit(threads))
            {
                Tensor[] inputs = one.Draw(4);
                Tensor objective = Objective(one, inputs);
                return
                [
                    BitConverter.SingleToInt32Bits(objective.Item()),
                    .. Tensor
                        .Gradients(objective, inputs)
                        .SelectMany(g => g.ToArray())
                        .Select(BitConverter.SingleToInt32Bits),
                ];
            }
        }
    }

    [Fact]
    public void NoRuleIsMissing()
    {
        HashSet<Type> met = [];
        foreach (OperationCase one in OperationCases.All)
        {
            Tensor[] inputs = one.Draw(1);
            Tensor objective = Objective(one, inputs);
            Walk(objective, met);
            foreach (Tensor gradient in Tensor.Gradients(objective, inputs, createGraph: true))
                Walk(gradient, met);
        }
        IEnumerable<Type> rules = typeof(Node)
            .Assembly.GetTypes()
            .Where(type => type.IsSubclassOf(typeof(Node)) && !type.IsAbstract);
        Assert.Equal([], rules.Except(met).Select(type => type.Name));
        foreach (UnaryOperation operation in Enum.GetValues<UnaryOperation>())
            Assert.Contains(OperationCases.All, one => one.Name == operation.ToString());
        foreach (Arithmetic operation in Enum.GetValues<Arithmetic>().Where(kind => kind < Arithmetic.Less))
            Assert.Contains(OperationCases.All, one => one.Name == operation.ToString());
    }

    internal static void Near(float expected, float actual, float tolerance, string where) =>
        Assert.True(
            MathF.Abs(expected - actual) <= tolerance * MathF.Max(1, MathF.Abs(expected)),
            $"{where}: expected {expected}, got {actual}."
        );

    private static OperationCase Case(string name) => OperationCases.All.Single(one => one.Name == name);

    /// <summary>A number that depends on every element of the result, each in its own way, and not linearly.</summary>
    private static Tensor Objective(OperationCase one, Tensor[] inputs)
    {
        Tensor result = one.Apply(inputs);
        Tensor weights = Tensor.Normal(new RandomStream(9, one.Name), 1, result.Shape);
        return (result * weights).Sum() + 0.5f * (result * weights).Square().Sum();
    }

    private static Tensor Slope(OperationCase one, Tensor[] inputs, Tensor[] directions, bool createGraph)
    {
        Tensor[] gradients = Tensor.Gradients(Objective(one, inputs), inputs, createGraph: createGraph);
        Tensor sum = Tensor.Scalar(0);
        for (int i = 0; i < gradients.Length; i++)
            sum += gradients[i].Dot(directions[i]);
        return sum;
    }

    private static float[] Difference(Tensor input, int element, Func<float[]> measure)
    {
        float at = input.Data[element];
        input.Data[element] = at + Step;
        float[] above = measure();
        float upper = input.Data[element];
        input.Data[element] = at - Step;
        float[] below = measure();
        float lower = input.Data[element];
        input.Data[element] = at;
        return [.. above.Zip(below, (a, b) => (float)((a - (double)b) / (upper - (double)lower)))];
    }

    private static void Walk(Tensor tensor, HashSet<Type> met)
    {
        Stack<Node> open = new();
        HashSet<Node> seen = [];
        if (tensor.Node is { } root)
            open.Push(root);
        while (open.TryPop(out Node? node))
        {
            if (!seen.Add(node))
                continue;
            met.Add(node.GetType());
            for (int i = 0; i < node.Inputs; i++)
                if (node.Input(i).Node is { } below)
                    open.Push(below);
        }
    }
}
