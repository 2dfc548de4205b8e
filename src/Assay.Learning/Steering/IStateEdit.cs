namespace Assay.Learning;

/// <summary>Changes the states that a model makes its next tokens from, while it writes.</summary>
public interface IStateEdit
{
    /// <summary>Edits the last states of some texts; keys and values of what was read before stay.</summary>
    /// <param name="states">[texts x width]: the states after the last norm, which the head reads; changed in place.</param>
    /// <param name="texts">Which texts they are, by their place among the prompts.</param>
    void Edit(Span<float> states, ReadOnlySpan<int> texts);
}

/// <summary>Edits every state towards the targets of its text.</summary>
/// <param name="edit">How a state is edited.</param>
/// <param name="targets">Of each text, by its place among the prompts: one for each attribute, NaN where it is free.</param>
public sealed class TargetSteering(TargetEdit edit, IReadOnlyList<double[]> targets) : IStateEdit
{
    private readonly double[] _moved = new double[targets.Count];
    private readonly long[] _edits = new long[targets.Count];

    /// <summary>States that were edited, over all texts.</summary>
    public long Edits => _edits.Sum();

    /// <summary>The mean distance that the states of a text were moved, as a share of their norm; 0 where none was.</summary>
    /// <param name="text">Its place among the prompts.</param>
    public double MoveOf(int text) => _edits[text] == 0 ? 0 : _moved[text] / _edits[text];

    /// <inheritdoc/>
    public void Edit(Span<float> states, ReadOnlySpan<int> texts)
    {
        int width = edit.Width;
        // Texts without any target keep their states to the bit: no decay, no rounding.
        int[] rows = [.. Places(texts)];
        if (rows.Length == 0)
            return;
        double[] before = new double[rows.Length * width],
            wanted = new double[rows.Length * edit.Attributes];
        for (int i = 0; i < rows.Length; i++)
        {
            for (int j = 0; j < width; j++)
                before[i * width + j] = states[rows[i] * width + j];
            targets[texts[rows[i]]].CopyTo(wanted, i * edit.Attributes);
        }
        double[] after = edit.Apply(before, wanted).States;
        for (int i = 0; i < rows.Length; i++)
        {
            double moved = 0,
                size = 0;
            for (int j = 0; j < width; j++)
            {
                int at = i * width + j;
                moved += (after[at] - before[at]) * (after[at] - before[at]);
                size += before[at] * before[at];
                states[rows[i] * width + j] = (float)after[at];
            }
            _moved[texts[rows[i]]] += size > 0 ? Math.Sqrt(moved / size) : 0;
            _edits[texts[rows[i]]]++;
        }
    }

    private List<int> Places(ReadOnlySpan<int> texts)
    {
        List<int> rows = [];
        for (int i = 0; i < texts.Length; i++)
            if (!targets[texts[i]].All(double.IsNaN))
                rows.Add(i);
        return rows;
    }
}
