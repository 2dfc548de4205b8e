namespace Assay.Learning.Tests;

public sealed class TransformerFilesTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private static TransformerConfig Config(TransformerFamily family) =>
        new()
        {
            Family = family,
            VocabularySize = 7,
            HiddenSize = 4,
            Layers = 2,
            Heads = 2,
            KeyValueHeads = family == TransformerFamily.Llama ? 1 : 2,
            HeadSize = 2,
            IntermediateSize = 6,
            ContextLength = 5,
            Activation =
                family == TransformerFamily.Llama ? TransformerActivation.Silu : TransformerActivation.GeluTanh,
            NormEpsilon = 1e-5,
            TieEmbeddings = family == TransformerFamily.Gpt2,
            RotaryFraction = family == TransformerFamily.Gpt2 ? 0 : 1,
            AttentionBias = family != TransformerFamily.Llama,
            FeedForwardBias = family != TransformerFamily.Llama,
            ParallelResidual = family == TransformerFamily.GptNeoX,
        };

    private static Dictionary<string, float[]> Weights(TransformerConfig config)
    {
        float next = 0;
        return TransformerParameters
            .Of(config)
            .ToDictionary(
                parameter => parameter.Name,
                parameter => Enumerable.Range(0, (int)parameter.Count).Select(_ => next++).ToArray()
            );
    }

    private Dictionary<string, float[]> Save(TransformerConfig config)
    {
        Dictionary<string, float[]> weights = Weights(config);
        TransformerFiles.Save(_folder.Path, config, name => weights[name]);
        return weights;
    }

    [Theory]
    [InlineData(TransformerFamily.Llama)]
    [InlineData(TransformerFamily.GptNeoX)]
    [InlineData(TransformerFamily.Gpt2)]
    public void WhatIsSavedReadsBack(TransformerFamily family)
    {
        TransformerConfig config = Config(family);
        Dictionary<string, float[]> weights = Save(config);
        using TransformerFiles files = TransformerFiles.Open(_folder.Path);
        Assert.Equal(config.Parameters, weights.Values.Sum(values => values.Length));
        foreach (TransformerParameter parameter in files.Parameters)
        {
            float[] values = new float[parameter.Count];
            files.Read(parameter.Name, values);
            Assert.Equal(weights[parameter.Name], values);
        }
    }

    /// <summary>A checkpoint as the family keeps it, made from its own names and shapes.</summary>
    private void Checkpoint(TransformerConfig config, params (string Name, long[] Shape, float[] Values)[] tensors)
    {
        config.Write(_folder["config.json"]);
        SafetensorsWriter writer = new();
        foreach ((string name, long[] shape, float[] values) in tensors)
            writer.Add(name, shape, () => values);
        writer.Write(_folder["model.safetensors"]);
    }

    private static float[] Range(int count) => [.. Enumerable.Range(0, count).Select(i => (float)i)];

    [Fact]
    public void Gpt2KeepsLinearLayersTransposedAndQueriesKeysAndValuesOneAfterTheOther()
    {
        TransformerConfig config = Config(TransformerFamily.Gpt2) with { Layers = 1 };
        // Without the "transformer." that newer files have, and with the mask that older ones keep.
        Checkpoint(
            config,
            ("wte.weight", [7, 4], new float[28]),
            ("wpe.weight", [5, 4], new float[20]),
            ("h.0.ln_1.weight", [4], new float[4]),
            ("h.0.ln_1.bias", [4], new float[4]),
            ("h.0.attn.bias", [1, 1, 5, 5], new float[25]),
            ("h.0.attn.c_attn.weight", [4, 12], Range(48)),
            ("h.0.attn.c_attn.bias", [12], Range(12)),
            ("h.0.attn.c_proj.weight", [4, 4], Range(16)),
            ("h.0.attn.c_proj.bias", [4], new float[4]),
            ("h.0.ln_2.weight", [4], new float[4]),
            ("h.0.ln_2.bias", [4], new float[4]),
            ("h.0.mlp.c_fc.weight", [4, 6], Range(24)),
            ("h.0.mlp.c_fc.bias", [6], new float[6]),
            ("h.0.mlp.c_proj.weight", [6, 4], Range(24)),
            ("h.0.mlp.c_proj.bias", [4], new float[4]),
            ("ln_f.weight", [4], new float[4]),
            ("ln_f.bias", [4], new float[4])
        );
        using TransformerFiles files = TransformerFiles.Open(_folder.Path);
        float[] key = new float[16];
        files.Read("layers.0.attention.key.weight", key);
        // Output j of the keys is column 4 + j; row i of the stored matrix begins at 12 i.
        Assert.Equal([4, 16, 28, 40, 5, 17, 29, 41, 6, 18, 30, 42, 7, 19, 31, 43], key);
        float[] bias = new float[4];
        files.Read("layers.0.attention.value.bias", bias);
        Assert.Equal([8, 9, 10, 11], bias);
        float[] up = new float[24];
        files.Read("layers.0.feed_forward.up.weight", up);
        Assert.Equal([0, 6, 12, 18, 1, 7, 13, 19], up[..8]);
    }

    [Fact]
    public void GptNeoXKeepsQueriesKeysAndValuesHeadByHead()
    {
        TransformerConfig config = Config(TransformerFamily.GptNeoX) with { Layers = 1 };
        Save(config);
        using SafetensorsModel stored = SafetensorsModel.Open(_folder.Path);
        using TransformerFiles files = TransformerFiles.Open(_folder.Path);
        float[] all = stored.ReadFloats("gpt_neox.layers.0.attention.query_key_value.weight");
        float[] key = new float[16],
            value = new float[16];
        files.Read("layers.0.attention.key.weight", key);
        files.Read("layers.0.attention.value.weight", value);
        // Rows: q0 q0 k0 k0 v0 v0 q1 q1 k1 k1 v1 v1, of 4 values each.
        Assert.Equal([.. all[8..16], .. all[32..40]], key);
        Assert.Equal([.. all[16..24], .. all[40..48]], value);
        Assert.Equal([12, 4], stored["gpt_neox.layers.0.attention.query_key_value.weight"].Shape);
    }

    [Fact]
    public void TheNamesAreThoseOfHuggingFace()
    {
        string[] names =
        [
            .. TransformerParameters.Of(Config(TransformerFamily.Llama) with { Layers = 1 }).Select(p => p.Stored),
        ];
        Assert.Equal(
            [
                "model.embed_tokens.weight",
                "model.layers.0.input_layernorm.weight",
                "model.layers.0.self_attn.q_proj.weight",
                "model.layers.0.self_attn.k_proj.weight",
                "model.layers.0.self_attn.v_proj.weight",
                "model.layers.0.self_attn.o_proj.weight",
                "model.layers.0.post_attention_layernorm.weight",
                "model.layers.0.mlp.gate_proj.weight",
                "model.layers.0.mlp.up_proj.weight",
                "model.layers.0.mlp.down_proj.weight",
                "model.norm.weight",
                "lm_head.weight",
            ],
            names
        );
    }

    [Fact]
    public void WeightsThatAreNotThoseOfTheConfigAreNamed()
    {
        TransformerConfig config = Config(TransformerFamily.Llama);
        Save(config);
        (config with { Layers = 3 }).Write(_folder["config.json"]);
        Assert.Contains("'model.layers.2.input_layernorm.weight': is missing", Message());
        (config with { Layers = 1 }).Write(_folder["config.json"]);
        Assert.Contains("'model.layers.1.input_layernorm.weight': is not a parameter", Message());
        (config with { IntermediateSize = 8 }).Write(_folder["config.json"]);
        Assert.Contains("has the shape [6, 4], and by the config it should be [8, 4]", Message());
        (config with { TieEmbeddings = true }).Write(_folder["config.json"]);
        TransformerFiles.Open(_folder.Path).Dispose(); // a head that is tied may be stored all the same

        string Message() => Assert.Throws<SafetensorsException>(() => TransformerFiles.Open(_folder.Path)).Message;
    }

    [Fact]
    public void ValuesThatDoNotFitAreRefusedAndNothingIsWritten()
    {
        TransformerConfig config = Config(TransformerFamily.Gpt2);
        Assert.Throws<ArgumentException>(() => TransformerFiles.Save(_folder.Path, config, _ => new float[1]));
        Assert.Throws<TransformerConfigException>(() =>
            TransformerFiles.Save(_folder.Path, config with { Heads = 3 }, _ => new float[1])
        );
        Assert.Empty(Directory.GetFiles(_folder.Path));
    }
}
