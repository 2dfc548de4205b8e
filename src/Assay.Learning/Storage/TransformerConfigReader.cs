using System.Text.Json;

namespace Assay.Learning;

/// <summary>Reads Hugging Face's <c>config.json</c>: sizes must be there, the rest has that library's defaults.</summary>
/// <remarks>
/// Source: the configuration classes LlamaConfig, GPTNeoXConfig and GPT2Config of huggingface/transformers. Both
/// spellings of rotary positions are known, the older keys and <c>rope_parameters</c>; scaled ones are not supported.
/// </remarks>
internal sealed class TransformerConfigReader
{
    private const long MaxBytes = 10_000_000;
    private static readonly string[] Supported = ["llama", "gpt_neox", "gpt2"];

    private readonly string _file;
    private readonly JsonElement _root;

    private TransformerConfigReader(string file, JsonElement root) => (_file, _root) = (file, root);

    public static TransformerConfig Read(string file)
    {
        if (new FileInfo(file) is { Exists: true, Length: > MaxBytes })
            throw new TransformerConfigException($"is longer than {MaxBytes} bytes", file);
        try
        {
            using FileStream stream = File.OpenRead(file);
            using JsonDocument json = JsonDocument.Parse(stream, new() { AllowDuplicateProperties = false });
            if (json.RootElement.ValueKind != JsonValueKind.Object)
                throw new TransformerConfigException("should be an object", file);
            return new TransformerConfigReader(file, json.RootElement).Read().Checked(file);
        }
        catch (JsonException wrong)
        {
            throw new TransformerConfigException($"is not valid JSON: {wrong.Message}", file);
        }
        catch (InvalidOperationException)
        {
            // What a string with half of a surrogate pair in it ends in.
            throw new TransformerConfigException("a string is not valid Unicode", file);
        }
    }

    private TransformerConfig Read() =>
        Text("model_type", "") switch
        {
            "llama" => Llama(),
            "gpt_neox" => GptNeoX(),
            "gpt2" => Gpt2(),
            var other => throw Bad(
                "model_type",
                $"'{other}' is not supported; these are: {string.Join(", ", Supported)}"
            ),
        };

    private TransformerConfig Llama()
    {
        int heads = Size("num_attention_heads");
        int hidden = Size("hidden_size");
        return new()
        {
            Family = TransformerFamily.Llama,
            VocabularySize = Size("vocab_size"),
            HiddenSize = hidden,
            Layers = Size("num_hidden_layers"),
            Heads = heads,
            KeyValueHeads = Size("num_key_value_heads", heads),
            HeadSize = Has("head_dim") ? Size("head_dim") : Quotient(hidden, heads),
            IntermediateSize = Size("intermediate_size"),
            ContextLength = Size("max_position_embeddings", 2048),
            Activation = Activation("hidden_act", "silu"),
            NormEpsilon = Number("rms_norm_eps", 1e-6),
            TieEmbeddings = Flag("tie_word_embeddings", false),
            RopeTheta = Theta("rope_theta"),
            RotaryFraction = Rope("partial_rotary_factor") ?? Number("partial_rotary_factor", 1),
            AttentionBias = Flag("attention_bias", false),
            FeedForwardBias = Flag("mlp_bias", false),
            InitialDeviation = Number("initializer_range", 0.02),
            BeginToken = Tokens("bos_token_id").Select(token => (int?)token).FirstOrDefault(),
            EndTokens = Tokens("eos_token_id"),
        };
    }

    private TransformerConfig GptNeoX()
    {
        int heads = Size("num_attention_heads");
        int hidden = Size("hidden_size");
        return new()
        {
            Family = TransformerFamily.GptNeoX,
            VocabularySize = Size("vocab_size"),
            HiddenSize = hidden,
            Layers = Size("num_hidden_layers"),
            Heads = heads,
            KeyValueHeads = heads,
            HeadSize = Quotient(hidden, heads),
            IntermediateSize = Size("intermediate_size"),
            ContextLength = Size("max_position_embeddings", 2048),
            Activation = Activation("hidden_act", "gelu"),
            NormEpsilon = Number("layer_norm_eps", 1e-5),
            TieEmbeddings = Flag("tie_word_embeddings", false),
            RopeTheta = Theta("rotary_emb_base"),
            RotaryFraction = Rope("partial_rotary_factor") ?? Number("rotary_pct", 0.25),
            AttentionBias = Flag("attention_bias", true),
            FeedForwardBias = true,
            ParallelResidual = Flag("use_parallel_residual", true),
            InitialDeviation = Number("initializer_range", 0.02),
            BeginToken = Tokens("bos_token_id").Select(token => (int?)token).FirstOrDefault(),
            EndTokens = Tokens("eos_token_id"),
        };
    }

    private TransformerConfig Gpt2()
    {
        Only("scale_attn_weights", true);
        Only("scale_attn_by_inverse_layer_idx", false);
        int heads = Size("n_head");
        int hidden = Size("n_embd");
        return new()
        {
            Family = TransformerFamily.Gpt2,
            VocabularySize = Size("vocab_size"),
            HiddenSize = hidden,
            Layers = Size("n_layer"),
            Heads = heads,
            KeyValueHeads = heads,
            HeadSize = Quotient(hidden, heads),
            IntermediateSize = Has("n_inner") ? Size("n_inner") : (int)Math.Min(4L * hidden, int.MaxValue),
            ContextLength = Size("n_positions", 1024),
            Activation = Activation("activation_function", "gelu_new"),
            NormEpsilon = Number("layer_norm_epsilon", 1e-5),
            TieEmbeddings = Flag("tie_word_embeddings", true),
            RotaryFraction = 0,
            AttentionBias = Flag("bias", true),
            FeedForwardBias = Flag("bias", true),
            InitialDeviation = Number("initializer_range", 0.02),
            BeginToken = Tokens("bos_token_id").Select(token => (int?)token).FirstOrDefault(),
            EndTokens = Tokens("eos_token_id"),
        };
    }

    private bool Has(string key) =>
        _root.TryGetProperty(key, out JsonElement value) && value.ValueKind != JsonValueKind.Null;

    private int Size(string key, int? otherwise = null)
    {
        if (!Has(key))
            return otherwise ?? throw Bad(key, "is missing; the model's size depends on it");
        JsonElement value = _root.GetProperty(key);
        return value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out int size) && size >= 1
            ? size
            : throw Bad(key, $"should be a whole number from 1 to {int.MaxValue}, found {Excerpt(value)}");
    }

    private int Quotient(int hidden, int heads) =>
        hidden % heads == 0
            ? hidden / heads
            : throw Bad("num_attention_heads", $"the hidden size of {hidden} cannot be split among {heads} heads");

    private double Number(string key, double otherwise) => Has(key) ? Number(_root.GetProperty(key), key) : otherwise;

    private double Number(JsonElement value, string key) =>
        value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out double number) && double.IsFinite(number)
            ? number
            : throw Bad(key, $"should be a number, found {Excerpt(value)}");

    private bool Flag(string key, bool otherwise) =>
        !Has(key) ? otherwise
        : _root.GetProperty(key) is { ValueKind: JsonValueKind.True or JsonValueKind.False } value ? value.GetBoolean()
        : throw Bad(key, $"should be true or false, found {Excerpt(_root.GetProperty(key))}");

    private void Only(string key, bool supported)
    {
        if (Flag(key, supported) != supported)
            throw Bad(key, $"only {(supported ? "true" : "false")} is supported");
    }

    private string Text(string key, string otherwise) =>
        !Has(key) ? otherwise
        : _root.GetProperty(key) is { ValueKind: JsonValueKind.String } value ? value.GetString()!
        : throw Bad(key, $"should be a string, found {Excerpt(_root.GetProperty(key))}");

    private TransformerActivation Activation(string key, string otherwise) =>
        Text(key, otherwise) switch
        {
            "silu" or "swish" => TransformerActivation.Silu,
            "gelu" => TransformerActivation.Gelu,
            "gelu_new" or "gelu_pytorch_tanh" or "gelu_fast" => TransformerActivation.GeluTanh,
            "relu" => TransformerActivation.Relu,
            var other => throw Bad(
                key,
                $"'{other}' is not supported; these are: silu, gelu, gelu_new, gelu_pytorch_tanh, gelu_fast, relu"
            ),
        };

    /// <summary>The base of rotary positions, after a check that they are not scaled.</summary>
    private double Theta(string key)
    {
        if (Has("rope_scaling"))
            throw Bad("rope_scaling", "scaled rotary positions are not supported");
        if (
            Has("rope_parameters")
            && _root.GetProperty("rope_parameters") is { ValueKind: JsonValueKind.Object } rope
            && rope.TryGetProperty("rope_type", out JsonElement type)
            && !(type.ValueKind == JsonValueKind.String && type.GetString() == "default")
        )
            throw Bad("rope_parameters.rope_type", $"only 'default' is supported, found {Excerpt(type)}");
        return Rope("rope_theta") ?? Number(key, 10_000);
    }

    private double? Rope(string key)
    {
        if (!Has("rope_parameters"))
            return null;
        JsonElement rope = _root.GetProperty("rope_parameters");
        if (rope.ValueKind != JsonValueKind.Object)
            throw Bad("rope_parameters", $"should be an object, found {Excerpt(rope)}");
        return rope.TryGetProperty(key, out JsonElement value) ? Number(value, $"rope_parameters.{key}") : null;
    }

    private int[] Tokens(string key)
    {
        if (!Has(key))
            return [];
        JsonElement value = _root.GetProperty(key);
        JsonElement[] tokens = value.ValueKind == JsonValueKind.Array ? [.. value.EnumerateArray()] : [value];
        int vocabulary = Size("vocab_size");
        // Small models often keep the numbers of the library's defaults, beyond their vocabulary: no such token.
        return
        [
            .. tokens
                .Select(token =>
                    token.ValueKind == JsonValueKind.Number && token.TryGetInt32(out int number) && number >= -1
                        ? number
                        : throw Bad(key, $"should be a token's number or a list of them, found {Excerpt(value)}")
                )
                .Where(number => number >= 0 && number < vocabulary),
        ];
    }

    private static string Excerpt(JsonElement value) => SafetensorsException.Excerpt(value.GetRawText());

    private TransformerConfigException Bad(string key, string message) => new(message, _file, key);
}
