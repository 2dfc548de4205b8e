using System.Collections.Immutable;

namespace Assay.Learning;

/// <summary>The table of parameters of a transformer: names here against names in Hugging Face checkpoints.</summary>
/// <remarks>
/// <code>
/// here                              Llama                      GPT-NeoX                    GPT-2
/// embedding.weight                  model.embed_tokens         gpt_neox.embed_in           transformer.wte
/// positions.weight                                                                         transformer.wpe
/// layers.i.attention_norm.*         input_layernorm            input_layernorm             ln_1
/// layers.i.attention.query.*        self_attn.q_proj           attention.query_key_value   attn.c_attn
/// layers.i.attention.key.*          self_attn.k_proj           (same)                      (same)
/// layers.i.attention.value.*        self_attn.v_proj           (same)                      (same)
/// layers.i.attention.output.*       self_attn.o_proj           attention.dense             attn.c_proj
/// layers.i.feed_forward_norm.*      post_attention_layernorm   post_attention_layernorm    ln_2
/// layers.i.feed_forward.gate.*      mlp.gate_proj
/// layers.i.feed_forward.up.*        mlp.up_proj                mlp.dense_h_to_4h           mlp.c_fc
/// layers.i.feed_forward.down.*      mlp.down_proj              mlp.dense_4h_to_h           mlp.c_proj
/// norm.*                            model.norm                 gpt_neox.final_layer_norm   transformer.ln_f
/// head.weight (if not tied)         lm_head                    embed_out                   lm_head
/// </code>
/// </remarks>
public static class TransformerParameters
{
    /// <summary>All parameters of a model, in the order in which data flow through them.</summary>
    public static IReadOnlyList<TransformerParameter> Of(TransformerConfig config)
    {
        Names names = NamesOf(config.Family);
        long hidden = config.HiddenSize;
        List<TransformerParameter> all = [];
        all.Add(new("embedding.weight", [config.VocabularySize, hidden], $"{names.Base}{names.Embedding}.weight"));
        if (names.Positions is not null)
            all.Add(new("positions.weight", [config.ContextLength, hidden], $"{names.Base}{names.Positions}.weight"));
        for (int layer = 0; layer < config.Layers; layer++)
            AddLayer(all, config, names, layer);
        AddNorm(all, config, "norm", names.Base + names.Norm);
        if (!config.TieEmbeddings)
            all.Add(new("head.weight", [config.VocabularySize, hidden], $"{names.Head}.weight"));
        return all;
    }

    /// <summary>What the names in a checkpoint begin with, but that of the output layer; some files leave it out.</summary>
    internal static string BaseOf(TransformerFamily family) => NamesOf(family).Base;

    /// <summary>True for what checkpoints hold that is no parameter: masks, tables of rotary positions, a tied head.</summary>
    internal static bool IsBuffer(TransformerConfig config, string stored) =>
        stored.EndsWith(".rotary_emb.inv_freq", StringComparison.Ordinal)
        || stored.EndsWith(".masked_bias", StringComparison.Ordinal)
        || (config.Family == TransformerFamily.GptNeoX && stored.EndsWith(".attention.bias", StringComparison.Ordinal))
        || (config.Family == TransformerFamily.Gpt2 && stored.EndsWith(".attn.bias", StringComparison.Ordinal))
        || (config.TieEmbeddings && stored == $"{NamesOf(config.Family).Head}.weight");

    private sealed record Names(
        string Base,
        string Embedding,
        string? Positions,
        string Layers,
        string AttentionNorm,
        (string Query, string Key, string Value) Attention,
        string Output,
        string FeedForwardNorm,
        (string? Gate, string Up, string Down) FeedForward,
        string Norm,
        string Head
    );

    private static Names NamesOf(TransformerFamily family) =>
        family switch
        {
            TransformerFamily.Llama => new(
                "model.",
                "embed_tokens",
                null,
                "layers",
                "input_layernorm",
                ("self_attn.q_proj", "self_attn.k_proj", "self_attn.v_proj"),
                "self_attn.o_proj",
                "post_attention_layernorm",
                ("mlp.gate_proj", "mlp.up_proj", "mlp.down_proj"),
                "norm",
                "lm_head"
            ),
            TransformerFamily.GptNeoX => new(
                "gpt_neox.",
                "embed_in",
                null,
                "layers",
                "input_layernorm",
                ("attention.query_key_value", "attention.query_key_value", "attention.query_key_value"),
                "attention.dense",
                "post_attention_layernorm",
                (null, "mlp.dense_h_to_4h", "mlp.dense_4h_to_h"),
                "final_layer_norm",
                "embed_out"
            ),
            TransformerFamily.Gpt2 => new(
                "transformer.",
                "wte",
                "wpe",
                "h",
                "ln_1",
                ("attn.c_attn", "attn.c_attn", "attn.c_attn"),
                "attn.c_proj",
                "ln_2",
                (null, "mlp.c_fc", "mlp.c_proj"),
                "ln_f",
                "lm_head"
            ),
            _ => throw new ArgumentOutOfRangeException(nameof(family)),
        };

    private static void AddLayer(List<TransformerParameter> all, TransformerConfig config, Names names, int layer)
    {
        string here = $"layers.{layer}";
        string stored = $"{names.Base}{names.Layers}.{layer}.";
        bool fused = config.Family != TransformerFamily.Llama;
        long hidden = config.HiddenSize,
            inner = config.IntermediateSize;
        long queries = (long)config.Heads * config.HeadSize,
            keys = (long)config.KeyValueHeads * config.HeadSize;

        void Linear(string name, string place, long outputs, long inputs, bool bias, FusedPart part = FusedPart.Whole)
        {
            bool transposed = config.Family == TransformerFamily.Gpt2;
            ImmutableArray<long> shape = [outputs, inputs];
            all.Add(new($"{here}.{name}.weight", shape, $"{stored}{place}.weight", transposed, part));
            if (bias)
                all.Add(new($"{here}.{name}.bias", [outputs], $"{stored}{place}.bias", Part: part));
        }

        AddNorm(all, config, $"{here}.attention_norm", stored + names.AttentionNorm);
        bool attention = config.AttentionBias;
        FusedPart Part(FusedPart part) => fused ? part : FusedPart.Whole;
        Linear("attention.query", names.Attention.Query, queries, hidden, attention, Part(FusedPart.Query));
        Linear("attention.key", names.Attention.Key, keys, hidden, attention, Part(FusedPart.Key));
        Linear("attention.value", names.Attention.Value, keys, hidden, attention, Part(FusedPart.Value));
        Linear("attention.output", names.Output, hidden, queries, attention);
        AddNorm(all, config, $"{here}.feed_forward_norm", stored + names.FeedForwardNorm);
        if (names.FeedForward.Gate is not null)
            Linear("feed_forward.gate", names.FeedForward.Gate, inner, hidden, config.FeedForwardBias);
        Linear("feed_forward.up", names.FeedForward.Up, inner, hidden, config.FeedForwardBias);
        Linear("feed_forward.down", names.FeedForward.Down, hidden, inner, config.FeedForwardBias);
    }

    private static void AddNorm(List<TransformerParameter> all, TransformerConfig config, string here, string stored)
    {
        all.Add(new($"{here}.weight", [config.HiddenSize], $"{stored}.weight"));
        if (config.NormBias)
            all.Add(new($"{here}.bias", [config.HiddenSize], $"{stored}.bias"));
    }
}
