using System.IO.Compression;
using Assay.Learning;
using Assay.Numerics;

namespace Assay.Bench;

/// <summary>Windows of a text's characters: the first nine tenths to train on, the last to validate.</summary>
internal sealed class TextBatches
{
    private readonly int[] _tokens;
    private readonly int[] _inputs,
        _targets;
    private readonly int _train;

    /// <param name="path">A text, gzipped or not; null for random characters.</param>
    /// <param name="batch">Windows of a batch.</param>
    /// <param name="time">Characters of a window.</param>
    public TextBatches(string? path, int batch, int time)
    {
        byte[] text = path is null ? Letters() : Read(path);
        CharacterTokenizer tokenizer = CharacterTokenizer.Of(text);
        List<int> ids = new(text.Length);
        tokenizer.Encode(text, ids);
        (_tokens, Batch, Time, Vocabulary) = ([.. ids], batch, time, tokenizer.VocabularySize);
        _train = _tokens.Length / 10 * 9;
        (_inputs, _targets) = (new int[batch * time], new int[batch * time]);
    }

    public int Batch { get; }

    public int Time { get; }

    public int Vocabulary { get; }

    /// <summary>Random windows of the training part. The memory is that of the last call.</summary>
    public (ReadOnlyMemory<int> Inputs, ReadOnlyMemory<int> Targets) Next(RandomStream stream)
    {
        for (int i = 0; i < Batch; i++)
            Window(i, (int)(stream.NextDouble() * (_train - Time)));
        return (_inputs, _targets);
    }

    /// <summary>All whole windows of the validation part, one after the other.</summary>
    public double Validate(Transformer model)
    {
        using var noGrad = Tensor.NoGrad();
        double sum = 0;
        int batches = (_tokens.Length - _train - 1) / (Batch * Time);
        for (int batch = 0; batch < batches; batch++)
        {
            for (int i = 0; i < Batch; i++)
                Window(i, _train + (batch * Batch + i) * Time);
            using TensorScope scope = new();
            sum += model.Loss(_inputs, _targets, Batch).Item();
        }
        return sum / batches;
    }

    private void Window(int place, int start)
    {
        _tokens.AsSpan(start, Time).CopyTo(_inputs.AsSpan(place * Time));
        _tokens.AsSpan(start + 1, Time).CopyTo(_targets.AsSpan(place * Time));
    }

    private static byte[] Letters()
    {
        RandomStream stream = new(1, "letters");
        byte[] text = new byte[1 << 20];
        for (int i = 0; i < text.Length; i++)
            text[i] = (byte)(32 + stream.NextDouble() * 65);
        return text;
    }

    public static byte[] Read(string path)
    {
        using FileStream file = File.OpenRead(path);
        using Stream source = path.EndsWith(".gz", StringComparison.Ordinal)
            ? new GZipStream(file, CompressionMode.Decompress)
            : file;
        using MemoryStream bytes = new();
        source.CopyTo(bytes);
        return bytes.ToArray();
    }
}
