namespace Assay.Learning;

/// <summary>What must hold between the values of a config, for reading and for writing.</summary>
internal static class TransformerConfigChecks
{
    // 2^40 parameters would not fit in any machine this runs on; the limit keeps every product within 64 bits.
    private const long MostParametersOfOne = 1L << 40;

    /// <summary>Throws if the values cannot describe a model.</summary>
    public static TransformerConfig Checked(this TransformerConfig config, string file)
    {
        void Must(bool holds, string key, string message)
        {
            if (!holds)
                throw new TransformerConfigException(message, file, key);
        }

        Must(config.VocabularySize >= 1, "vocab_size", $"should be at least 1, found {config.VocabularySize}");
        Must(config.HiddenSize >= 1, "hidden_size", $"should be at least 1, found {config.HiddenSize}");
        Must(config.Layers >= 1, "num_hidden_layers", $"should be at least 1, found {config.Layers}");
        Must(config.Heads >= 1, "num_attention_heads", $"should be at least 1, found {config.Heads}");
        Must(
            config.ContextLength >= 1,
            "max_position_embeddings",
            $"should be at least 1, found {config.ContextLength}"
        );
        Must(
            config.IntermediateSize >= 1,
            "intermediate_size",
            $"should be at least 1, found {config.IntermediateSize}"
        );
        Must(
            config.KeyValueHeads >= 1 && config.Heads % config.KeyValueHeads == 0,
            "num_key_value_heads",
            $"should divide the {config.Heads} heads, found {config.KeyValueHeads}"
        );
        Must(config.HeadSize >= 1, "head_dim", $"should be at least 1, found {config.HeadSize}");
        bool llama = config.Family == TransformerFamily.Llama;
        Must(
            llama || (long)config.HeadSize * config.Heads == config.HiddenSize,
            "num_attention_heads",
            $"{config.Heads} heads of {config.HeadSize} should make up the hidden size of {config.HiddenSize}"
        );
        Must(
            llama || config.KeyValueHeads == config.Heads,
            "num_key_value_heads",
            $"the family has as many as heads, {config.Heads}, found {config.KeyValueHeads}"
        );
        Must(
            config.NormEpsilon is > 0 and < 1,
            "rms_norm_eps or layer_norm_eps",
            $"should be between 0 and 1, found {config.NormEpsilon}"
        );
        Must(
            double.IsFinite(config.RopeTheta) && config.RopeTheta > 1,
            "rope_theta",
            $"should be above 1, found {config.RopeTheta}"
        );
        Must(
            config.RotaryFraction is >= 0 and <= 1 && config.RotaryDimensions % 2 == 0,
            "rotary_pct",
            $"should be a share of the head's {config.HeadSize} dimensions that is an even number of them, "
                + $"found {config.RotaryFraction}"
        );
        Must(
            config.Family switch
            {
                TransformerFamily.Llama => config.RotaryFraction == 1 && !config.ParallelResidual,
                TransformerFamily.Gpt2 => config is { RotaryFraction: 0, ParallelResidual: false }
                    && config.AttentionBias == config.FeedForwardBias,
                _ => config.FeedForwardBias,
            },
            "model_type",
            $"{config.Family} cannot have these positions, biases or residuals"
        );
        Must(
            double.IsFinite(config.InitialDeviation) && config.InitialDeviation > 0,
            "initializer_range",
            $"should be above 0, found {config.InitialDeviation}"
        );
        foreach (int token in config.EndTokens.Concat(config.BeginToken is { } begin ? [begin] : []))
            Must(
                token >= 0 && token < config.VocabularySize,
                "bos_token_id or eos_token_id",
                $"should be a token of the {config.VocabularySize}, found {token}"
            );
        long widest = Math.Max(
            Math.Max(config.VocabularySize, config.ContextLength),
            Math.Max(config.IntermediateSize, (long)config.Heads * config.HeadSize)
        );
        Must(
            widest <= MostParametersOfOne / config.HiddenSize,
            "hidden_size",
            $"{config.HiddenSize} with {widest} makes a matrix of more than 2^40 parameters"
        );
        return config;
    }
}
