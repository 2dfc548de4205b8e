using Assay.Data;
using Assay.Learning;

namespace Assay.Features;

/// <summary>Vectors of a language model over bytes: the mean of its states over the bytes of a text.</summary>
/// <remarks>
/// States are those that the head reads. Neither begin marks nor padding count (the released script of GOT-D means over padding too,
/// so that its vectors depend on the length). A text longer than the context is cut into windows, of which every byte counts the same.
/// </remarks>
internal sealed class HiddenStateEmbedder(EmbeddingOptions options, Transformer model) : IRowEmbedder
{
    private const int WindowsAtOnce = 32;
    private static readonly ByteTokenizer Tokenizer = new();

    public int Dimensions => model.Config.HiddenSize;

    public Matrix Embed(Batch batch, ReadOnlySpan<int> rows)
    {
        using var noGrad = Tensor.NoGrad();
        int longest = model.Config.ContextLength - 1;
        double[] sums = new double[rows.Length * Dimensions];
        int[] bytes = new int[rows.Length];
        List<(int Row, int Start, int Length)> windows = [];
        for (int i = 0; i < rows.Length; i++)
        {
            bytes[i] = Math.Min(options.TextBytes, batch.Text(rows[i]).Length);
            for (int start = 0; start < bytes[i]; start += longest)
                windows.Add((i, start, Math.Min(longest, bytes[i] - start)));
        }
        for (int first = 0; first < windows.Count; first += WindowsAtOnce)
            Add(batch, rows, windows[first..Math.Min(windows.Count, first + WindowsAtOnce)], sums);
        float[] values = new float[sums.Length];
        for (int at = 0; at < sums.Length; at++)
            values[at] = (float)(sums[at] / Math.Max(1, bytes[at / Dimensions]));
        return new(values, Dimensions);
    }

    // Padding stands behind a window, where causal attention does not see it from within.
    private void Add(Batch batch, ReadOnlySpan<int> rows, List<(int Row, int Start, int Length)> windows, double[] sums)
    {
        using TensorScope scope = new();
        int time = 1 + windows.Max(window => window.Length),
            d = Dimensions;
        int[] tokens = new int[windows.Count * time];
        Array.Fill(tokens, Tokenizer.Special.Padding!.Value);
        for (int w = 0; w < windows.Count; w++)
        {
            (int row, int start, int length) = windows[w];
            tokens[w * time] = Tokenizer.Special.Begin!.Value;
            ReadOnlySpan<byte> text = batch.Text(rows[row]).Slice(start, length);
            for (int i = 0; i < length; i++)
                tokens[w * time + 1 + i] = text[i];
        }
        ReadOnlySpan<float> states = model.Hidden(tokens, windows.Count).Data;
        for (int w = 0; w < windows.Count; w++)
        {
            Span<double> sum = sums.AsSpan(windows[w].Row * d, d);
            for (int i = 1; i <= windows[w].Length; i++)
            {
                ReadOnlySpan<float> state = states.Slice((w * time + i) * d, d);
                for (int c = 0; c < d; c++)
                    sum[c] += state[c];
            }
        }
    }
}
