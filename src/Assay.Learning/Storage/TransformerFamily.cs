namespace Assay.Learning;

/// <summary>The families of decoder-only transformers whose Hugging Face files can be read and written.</summary>
public enum TransformerFamily
{
    /// <summary>RMS norm, rotary positions, gated feed-forward, grouped-query attention (<c>model_type</c> llama).</summary>
    Llama,

    /// <summary>Layer norm, partly rotary positions, attention and feed-forward side by side (<c>model_type</c> gpt_neox).</summary>
    GptNeoX,

    /// <summary>Layer norm, learned positions, tied embeddings (<c>model_type</c> gpt2).</summary>
    Gpt2,
}
