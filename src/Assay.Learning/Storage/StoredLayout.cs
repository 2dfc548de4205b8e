namespace Assay.Learning;

/// <summary>
/// Where the outputs (rows) of a parameter lie in a stored tensor that holds several together, transposed or not: they
/// come in blocks of <see cref="Block"/> outputs, the first at <see cref="First"/>, one each <see cref="Step"/>.
/// </summary>
/// <param name="Outputs">Outputs of the parameter: its rows.</param>
/// <param name="Inputs">Inputs: its columns; 1 for a bias.</param>
/// <param name="StoredOutputs">Outputs of the stored tensor.</param>
/// <param name="Transposed">True if the stored tensor is [in, out].</param>
/// <param name="First">The stored output that is the parameter's first.</param>
/// <param name="Block">How many outputs lie together.</param>
/// <param name="Step">From one block to the next, in stored outputs.</param>
internal sealed record StoredLayout(
    int Outputs,
    int Inputs,
    int StoredOutputs,
    bool Transposed,
    int First,
    int Block,
    int Step
)
{
    public static StoredLayout Of(TransformerParameter parameter, TransformerConfig config)
    {
        int outputs = checked((int)parameter.Shape[0]);
        int inputs = parameter.Shape.Length == 1 ? 1 : checked((int)parameter.Shape[1]);
        if (parameter.Part == FusedPart.Whole)
            return new(outputs, inputs, outputs, parameter.Transposed, 0, outputs, outputs);
        int third = parameter.Part - FusedPart.Query;
        // GPT-2: all queries, all keys, all values. GPT-NeoX: query, key and value of the first head, of the second...
        int block = config.Family == TransformerFamily.Gpt2 ? outputs : config.HeadSize;
        return new(outputs, inputs, checked(3 * outputs), parameter.Transposed, third * block, block, 3 * block);
    }

    /// <summary>Reads the parameter out of the stored tensor.</summary>
    public void Gather(SafetensorsFile file, string stored, Span<float> values)
    {
        if (!Transposed)
        {
            for (int output = 0; output < Outputs; output += Block)
                file.ReadFloats(
                    stored,
                    (long)StoredOutput(output) * Inputs,
                    values.Slice(output * Inputs, Block * Inputs)
                );
            return;
        }
        float[] row = new float[Block];
        for (int input = 0; input < Inputs; input++)
        for (int output = 0; output < Outputs; output += Block)
        {
            file.ReadFloats(stored, (long)input * StoredOutputs + StoredOutput(output), row);
            for (int i = 0; i < Block; i++)
                values[(output + i) * Inputs + input] = row[i];
        }
    }

    /// <summary>Puts the parameter into the stored tensor.</summary>
    public void Scatter(ReadOnlySpan<float> values, Span<float> stored)
    {
        for (int output = 0; output < Outputs; output++)
        {
            int place = StoredOutput(output);
            if (!Transposed)
                values.Slice(output * Inputs, Inputs).CopyTo(stored[(place * Inputs)..]);
            else
                for (int input = 0; input < Inputs; input++)
                    stored[input * StoredOutputs + place] = values[output * Inputs + input];
        }
    }

    private int StoredOutput(int output) => First + output / Block * Step + output % Block;
}
