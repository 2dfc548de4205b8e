using System.Text.Json;

namespace Assay.Learning;

/// <summary>Writes Hugging Face's <c>config.json</c>, in the keys of each family.</summary>
internal static class TransformerConfigWriter
{
    public static void Write(TransformerConfig config, string path)
    {
        config.Checked(path);
        AtomicFile.Write(
            path,
            stream =>
            {
                using Utf8JsonWriter json = new(stream, new() { Indented = true, NewLine = "\n" });
                json.WriteStartObject();
                if (config.Family == TransformerFamily.Llama)
                    Llama(config, json);
                else if (config.Family == TransformerFamily.GptNeoX)
                    GptNeoX(config, json);
                else
                    Gpt2(config, json);
                All(config, json);
                json.WriteEndObject();
            }
        );
    }

    private static void Start(Utf8JsonWriter json, string type, string architecture)
    {
        json.WriteStartArray("architectures");
        json.WriteStringValue(architecture);
        json.WriteEndArray();
        json.WriteString("model_type", type);
    }

    private static void Llama(TransformerConfig config, Utf8JsonWriter json)
    {
        Start(json, "llama", "LlamaForCausalLM");
        Sizes(config, json);
        json.WriteNumber("num_key_value_heads", config.KeyValueHeads);
        json.WriteNumber("head_dim", config.HeadSize);
        json.WriteNumber("rms_norm_eps", config.NormEpsilon);
        json.WriteNumber("rope_theta", config.RopeTheta);
        json.WriteBoolean("attention_bias", config.AttentionBias);
        json.WriteBoolean("mlp_bias", config.FeedForwardBias);
    }

    private static void GptNeoX(TransformerConfig config, Utf8JsonWriter json)
    {
        Start(json, "gpt_neox", "GPTNeoXForCausalLM");
        Sizes(config, json);
        json.WriteNumber("layer_norm_eps", config.NormEpsilon);
        json.WriteNumber("rotary_emb_base", config.RopeTheta);
        json.WriteNumber("rotary_pct", config.RotaryFraction);
        json.WriteBoolean("attention_bias", config.AttentionBias);
        json.WriteBoolean("use_parallel_residual", config.ParallelResidual);
    }

    private static void Gpt2(TransformerConfig config, Utf8JsonWriter json)
    {
        Start(json, "gpt2", "GPT2LMHeadModel");
        json.WriteNumber("n_embd", config.HiddenSize);
        json.WriteNumber("n_layer", config.Layers);
        json.WriteNumber("n_head", config.Heads);
        json.WriteNumber("n_inner", config.IntermediateSize);
        json.WriteNumber("n_positions", config.ContextLength);
        json.WriteString("activation_function", NameOf(config.Activation));
        json.WriteNumber("layer_norm_epsilon", config.NormEpsilon);
        // nanoGPT's key for a GPT-2 without any bias; Hugging Face's library does not know it.
        if (!config.AttentionBias)
            json.WriteBoolean("bias", false);
    }

    private static void Sizes(TransformerConfig config, Utf8JsonWriter json)
    {
        json.WriteNumber("hidden_size", config.HiddenSize);
        json.WriteNumber("intermediate_size", config.IntermediateSize);
        json.WriteNumber("num_hidden_layers", config.Layers);
        json.WriteNumber("num_attention_heads", config.Heads);
        json.WriteNumber("max_position_embeddings", config.ContextLength);
        json.WriteString("hidden_act", NameOf(config.Activation));
    }

    private static void All(TransformerConfig config, Utf8JsonWriter json)
    {
        json.WriteNumber("vocab_size", config.VocabularySize);
        json.WriteNumber("initializer_range", config.InitialDeviation);
        json.WriteBoolean("tie_word_embeddings", config.TieEmbeddings);
        // Written as null where there is none, for the library's own defaults are numbers.
        if (config.BeginToken is { } begin)
            json.WriteNumber("bos_token_id", begin);
        else
            json.WriteNull("bos_token_id");
        if (config.EndTokens.Count == 0)
            json.WriteNull("eos_token_id");
        else if (config.EndTokens.Count == 1)
            json.WriteNumber("eos_token_id", config.EndTokens[0]);
        else
        {
            json.WriteStartArray("eos_token_id");
            foreach (int token in config.EndTokens)
                json.WriteNumberValue(token);
            json.WriteEndArray();
        }
        json.WriteString("torch_dtype", "float32");
    }

    private static string NameOf(TransformerActivation activation) =>
        activation switch
        {
            TransformerActivation.Silu => "silu",
            TransformerActivation.Gelu => "gelu",
            TransformerActivation.GeluTanh => "gelu_new",
            _ => "relu",
        };
}
