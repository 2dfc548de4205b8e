namespace Assay.Learning;

/// <summary>The non-decreasing function that fits best in squared error: straight between its knots, constant beyond them.</summary>
/// <param name="Inputs">Ascending knots.</param>
/// <param name="Outputs">The function's values there, non-decreasing.</param>
/// <remarks>Pool adjacent violators (Ayer et al., 1955); rows of equal input are pooled first, as in scikit-learn.</remarks>
public sealed record IsotonicRegression(double[] Inputs, double[] Outputs)
{
    /// <summary>Fits to inputs and targets; for calibration, scores and 0 or 1.</summary>
    /// <param name="inputs">One finite number a row.</param>
    /// <param name="targets">One finite number a row.</param>
    /// <param name="weights">One weight a row, finite and not negative; empty for 1 each.</param>
    /// <exception cref="ArgumentException">There is no row, lengths differ, or a number is out of its range.</exception>
    public static IsotonicRegression Fit(
        ReadOnlySpan<double> inputs,
        ReadOnlySpan<double> targets,
        ReadOnlySpan<double> weights = default
    )
    {
        if (inputs.IsEmpty || inputs.Length != targets.Length)
            throw new ArgumentException(
                $"{targets.Length} targets do not fit {inputs.Length} inputs, or there is none."
            );
        RowWeights.Check(inputs.Length, weights);
        for (int i = 0; i < inputs.Length; i++)
            if (!double.IsFinite(inputs[i]) || !double.IsFinite(targets[i]))
                throw new ArgumentException($"Row {i} is ({inputs[i]}, {targets[i]}); both must be finite.");

        double[] keys = inputs.ToArray();
        int[] order = [.. Enumerable.Range(0, keys.Length)];
        Array.Sort(keys, order);
        List<Block> blocks = [];
        for (int start = 0, end; start < keys.Length; start = end)
        {
            // Rows of equal input in the order of their indices, so that sums are the same for every sort.
            for (end = start + 1; end < keys.Length && keys[end] == keys[start]; )
                end++;
            Array.Sort(order, start, end - start);
            double weight = 0,
                sum = 0;
            for (int i = start; i < end; i++)
            {
                double own = weights.IsEmpty ? 1 : weights[order[i]];
                weight += own;
                sum += own * targets[order[i]];
            }
            if (weight > 0)
                Push(blocks, new(keys[start], keys[start], weight, sum / weight));
        }
        List<double> knots = [],
            values = [];
        foreach (Block block in blocks)
        {
            knots.Add(block.First);
            values.Add(block.Mean);
            if (block.Last > block.First)
            {
                knots.Add(block.Last);
                values.Add(block.Mean);
            }
        }
        return new([.. knots], [.. values]);
    }

    /// <summary>The function's value at a number.</summary>
    /// <param name="input">Any number but NaN.</param>
    public double At(double input)
    {
        if (double.IsNaN(input))
            throw new ArgumentException("The input is NaN.");
        int place = Array.BinarySearch(Inputs, input);
        if (place >= 0)
            return Outputs[place];
        int right = ~place;
        if (right == 0 || right == Inputs.Length)
            return Outputs[Math.Clamp(right, 0, Inputs.Length - 1)];
        double share = (input - Inputs[right - 1]) / (Inputs[right] - Inputs[right - 1]);
        return Outputs[right - 1] + share * (Outputs[right] - Outputs[right - 1]);
    }

    private static void Push(List<Block> blocks, Block block)
    {
        while (blocks.Count > 0 && blocks[^1].Mean >= block.Mean)
        {
            Block before = blocks[^1];
            blocks.RemoveAt(blocks.Count - 1);
            double weight = before.Weight + block.Weight;
            block = new(
                before.First,
                block.Last,
                weight,
                before.Mean + (block.Mean - before.Mean) * (block.Weight / weight)
            );
        }
        blocks.Add(block);
    }

    private readonly record struct Block(double First, double Last, double Weight, double Mean);
}
