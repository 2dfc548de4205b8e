using System.Text.Json.Nodes;

namespace Assay.Learning.Tests;

public sealed class TransformerConfigTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private TransformerConfig Read(string json)
    {
        File.WriteAllText(_folder["config.json"], json);
        return TransformerConfig.Read(_folder.Path);
    }

    // With the keys, and the numbers, of published small models of the families.
    private const string Llama = """
        {"architectures":["LlamaForCausalLM"],"model_type":"llama","hidden_size":576,"intermediate_size":1536,
         "num_hidden_layers":30,"num_attention_heads":9,"num_key_value_heads":3,"hidden_act":"silu",
         "max_position_embeddings":8192,"rms_norm_eps":1e-05,"rope_theta":100000,"rope_scaling":null,
         "tie_word_embeddings":true,"vocab_size":49152,"bos_token_id":0,"eos_token_id":[0,2],"initializer_range":0.041666666666666664}
        """;

    private const string GptNeoX = """
        {"architectures":["GPTNeoXForCausalLM"],"model_type":"gpt_neox","hidden_act":"gelu","hidden_size":128,
         "initializer_range":0.02,"intermediate_size":512,"layer_norm_eps":1e-05,"max_position_embeddings":2048,
         "num_attention_heads":4,"num_hidden_layers":6,"rotary_emb_base":10000,"rotary_pct":0.25,
         "tie_word_embeddings":false,"use_parallel_residual":true,"vocab_size":50304,"bos_token_id":0,"eos_token_id":0}
        """;

    private const string Gpt2 = """
        {"model_type":"gpt2","activation_function":"gelu_new","n_embd":768,"n_head":12,"n_layer":12,"n_positions":1024,
         "n_ctx":1024,"vocab_size":50257,"bos_token_id":50256,"eos_token_id":50256,"layer_norm_epsilon":1e-05}
        """;

    [Fact]
    public void LlamaIsRead()
    {
        TransformerConfig config = Read(Llama);
        Assert.Equal(
            (TransformerFamily.Llama, 49152, 576, 30, 9, 3, 64, 1536, 8192),
            (
                config.Family,
                config.VocabularySize,
                config.HiddenSize,
                config.Layers,
                config.Heads,
                config.KeyValueHeads,
                config.HeadSize,
                config.IntermediateSize,
                config.ContextLength
            )
        );
        Assert.Equal(
            (1e-5, 100000, 64, true),
            (config.NormEpsilon, config.RopeTheta, config.RotaryDimensions, config.TieEmbeddings)
        );
        Assert.Equal([0, 2], config.EndTokens);
        Assert.Equal(134_515_008, config.Parameters); // as published
    }

    [Fact]
    public void GptNeoXIsRead()
    {
        TransformerConfig config = Read(GptNeoX);
        Assert.Equal(8, config.RotaryDimensions);
        Assert.True(config is { ParallelResidual: true, AttentionBias: true, NormBias: true, Gated: false });
        Assert.Equal(14_067_712, config.Parameters); // Pythia-14m: 1,189,888 beside its two embeddings
    }

    [Fact]
    public void Gpt2IsRead()
    {
        TransformerConfig config = Read(Gpt2);
        Assert.Equal(
            (3072, true, TransformerActivation.GeluTanh),
            (config.IntermediateSize, config.TieEmbeddings, config.Activation)
        );
        Assert.Equal(124_439_808, config.Parameters); // as published
    }

    [Fact]
    public void TheNewerSpellingOfRotaryPositionsIsRead()
    {
        JsonNode json = JsonNode.Parse(GptNeoX)!;
        json.AsObject().Remove("rotary_pct");
        json["rope_parameters"] = JsonNode.Parse(
            """{"rope_type":"default","rope_theta":5000,"partial_rotary_factor":0.5}"""
        );
        TransformerConfig config = Read(json.ToJsonString());
        Assert.Equal((5000, 16), (config.RopeTheta, config.RotaryDimensions));
    }

    [Fact]
    public void TokensBeyondTheVocabularyAreNone()
    {
        TransformerConfig config = Read(Gpt2.Replace("\"vocab_size\":50257", "\"vocab_size\":65"));
        Assert.Null(config.BeginToken);
        Assert.Empty(config.EndTokens);
    }

    [Theory]
    [InlineData(Llama)]
    [InlineData(GptNeoX)]
    [InlineData(Gpt2)]
    public void WhatIsWrittenReadsBack(string json)
    {
        TransformerConfig config = Read(json);
        config.Write(_folder["again.json"]);
        TransformerConfig again = TransformerConfig.Read(_folder["again.json"]);
        Assert.Equal(config.EndTokens, again.EndTokens);
        Assert.Equal(config with { EndTokens = [] }, again with { EndTokens = [] });
    }

    [Theory]
    [InlineData("model_type", "\"mamba\"", "'mamba' is not supported; these are: llama, gpt_neox, gpt2")]
    [InlineData("model_type", "null", "'' is not supported")]
    [InlineData("hidden_size", "null", "hidden_size: is missing")]
    [InlineData("hidden_size", "0", "hidden_size: should be a whole number from 1")]
    [InlineData("hidden_size", "576.5", "hidden_size: should be a whole number from 1")]
    [InlineData("hidden_size", "\"576\"", "hidden_size: should be a whole number from 1 to 2147483647, found \"576\"")]
    [InlineData("hidden_size", "577", "num_attention_heads: the hidden size of 577 cannot be split among 9 heads")]
    [InlineData("num_key_value_heads", "4", "num_key_value_heads: should divide the 9 heads, found 4")]
    [InlineData("head_dim", "63", "should be a share of the head's 63 dimensions")]
    [InlineData("hidden_act", "\"mish\"", "hidden_act: 'mish' is not supported; these are: silu,")]
    [InlineData("rms_norm_eps", "0", "should be between 0 and 1")]
    [InlineData("rms_norm_eps", "1e999", "rms_norm_eps: should be a number")]
    [InlineData("rope_theta", "-1", "rope_theta: should be above 1")]
    [InlineData("rope_scaling", "{\"factor\":8}", "rope_scaling: scaled rotary positions are not supported")]
    [InlineData("rope_parameters", "{\"rope_type\":\"llama3\"}", "only 'default' is supported, found \"llama3\"")]
    [InlineData("tie_word_embeddings", "1", "tie_word_embeddings: should be true or false")]
    [InlineData("eos_token_id", "\"</s>\"", "eos_token_id: should be a token's number")]
    [InlineData("vocab_size", "2147483647", "makes a matrix of more than 2^40")]
    public void EveryFaultIsNamed(string key, string value, string message)
    {
        // By text, for numbers out of range cannot pass through a JSON object.
        JsonObject json = JsonNode.Parse(Llama)!.AsObject();
        json.Remove(key);
        string text = $"{json.ToJsonString()[..^1]},\"{key}\":{value}}}";
        TransformerConfigException wrong = Assert.Throws<TransformerConfigException>(() => Read(text));
        Assert.StartsWith(_folder["config.json"] + ": ", wrong.Message);
        Assert.Contains(message, wrong.Message);
    }

    [Theory]
    [InlineData("[]", "should be an object")]
    [InlineData("{", "is not valid JSON")]
    [InlineData("""{"model_type":"llama","model_type":"llama"}""", "is not valid JSON")]
    [InlineData("""{"model_type":"\ud800"}""", "not valid Unicode")]
    public void WhatIsNoConfigIsNamed(string json, string message) =>
        Assert.Contains(message, Assert.Throws<TransformerConfigException>(() => Read(json)).Message);

    [Fact]
    public void ScalingThatIsNotSupportedIsNotPassedOver() =>
        Assert.Contains(
            "only false is supported",
            Assert
                .Throws<TransformerConfigException>(() =>
                    Read(Gpt2.Replace("{\"model_type\"", "{\"scale_attn_by_inverse_layer_idx\":true,\"model_type\""))
                )
                .Message
        );

    [Fact]
    public void DamagedConfigsAreRefusedOrReadNeverAnythingElse()
    {
        Random random = new(4);
        int refused = 0;
        for (int round = 0; round < 1000; round++)
        {
            char[] text = ((string[])[Llama, GptNeoX, Gpt2])[round % 3].ToCharArray();
            for (int n = random.Next(1, 4); n > 0; n--)
                text[random.Next(text.Length)] = "0123456789{}[]\":,\\u-e.nt"[random.Next(22)];
            try
            {
                Read(new string(text));
            }
            catch (TransformerConfigException)
            {
                refused++;
            }
        }
        Assert.InRange(refused, 100, 999);
    }
}
