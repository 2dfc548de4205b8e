namespace Assay.Learning;

/// <summary>One text of a transformer, with the keys and values of its tokens so far.</summary>
internal sealed class TransformerContext(Transformer model) : ITokenContext
{
    private readonly KeyValueCache _cache = model.CreateCache(1, model.Config.ContextLength);
    private readonly float[] _logits = new float[model.Config.VocabularySize];

    public ReadOnlySpan<float> Append(ReadOnlySpan<int> tokens)
    {
        using TensorScope scope = new();
        model.Decode(tokens.ToArray(), [tokens.Length], _cache).Data.CopyTo(_logits);
        return _logits;
    }

    public void Dispose() { }
}
