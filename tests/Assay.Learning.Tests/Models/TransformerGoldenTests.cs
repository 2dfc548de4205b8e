namespace Assay.Learning.Tests;

/// <summary>Checkpoints with Hugging Face's names and layouts give the logits of bench/peers/transformer_golden.py (PyTorch 1.13).</summary>
public sealed class TransformerGoldenTests : IDisposable
{
    private static readonly int[] Tokens = [3, 1, 4, 1, 5, 9, 2, 6];
    private readonly TemporaryFolder _folder = new();
    private readonly SafetensorsWriter _writer = new();
    private int _index;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Llama()
    {
        Add("model.embed_tokens.weight", 11, 16);
        for (int layer = 0; layer < 2; layer++)
        {
            string name = $"model.layers.{layer}";
            AddGain($"{name}.input_layernorm.weight");
            Add($"{name}.self_attn.q_proj.weight", 24, 16);
            Add($"{name}.self_attn.k_proj.weight", 12, 16);
            Add($"{name}.self_attn.v_proj.weight", 12, 16);
            Add($"{name}.self_attn.o_proj.weight", 16, 24);
            AddGain($"{name}.post_attention_layernorm.weight");
            Add($"{name}.mlp.gate_proj.weight", 20, 16);
            Add($"{name}.mlp.up_proj.weight", 20, 16);
            Add($"{name}.mlp.down_proj.weight", 16, 20);
        }
        AddGain("model.norm.weight");
        Add("lm_head.weight", 11, 16);
        Check(
            """
            {"model_type": "llama", "vocab_size": 11, "hidden_size": 16, "num_hidden_layers": 2, "num_attention_heads": 4,
             "num_key_value_heads": 2, "head_dim": 6, "intermediate_size": 20, "max_position_embeddings": 12,
             "rms_norm_eps": 1e-5, "rope_theta": 500, "tie_word_embeddings": false}
            """,
            [
                -0.20847f,
                -1.17211f,
                -0.38426f,
                0.08384f,
                -0.25020f,
                0.12830f,
                -0.42599f,
                0.04211f,
                -0.16103f,
                0.08656f,
                0.88446f,
            ],
            1.505343
        );
    }

    [Theory]
    [InlineData(
        "true",
        1.449895,
        new[]
        {
            -0.20645f,
            -1.38855f,
            0.78474f,
            0.90812f,
            -0.24126f,
            -1.26463f,
            0.74993f,
            0.87331f,
            -1.59315f,
            -1.29943f,
            1.33064f,
        }
    )]
    [InlineData(
        "false",
        1.369863,
        new[]
        {
            -0.55031f,
            -1.45087f,
            0.15532f,
            1.20905f,
            -0.60352f,
            -1.06599f,
            0.10212f,
            1.15585f,
            -1.35960f,
            -1.11919f,
            1.32758f,
        }
    )]
    public void GptNeoX(string parallel, double meanSquare, float[] last)
    {
        Add("gpt_neox.embed_in.weight", 11, 16);
        for (int layer = 0; layer < 2; layer++)
        {
            string name = $"gpt_neox.layers.{layer}";
            AddGain($"{name}.input_layernorm.weight");
            Add($"{name}.input_layernorm.bias", 16);
            AddGain($"{name}.post_attention_layernorm.weight");
            Add($"{name}.post_attention_layernorm.bias", 16);
            Add($"{name}.attention.query_key_value.weight", 48, 16);
            Add($"{name}.attention.query_key_value.bias", 48);
            Add($"{name}.attention.dense.weight", 16, 16);
            Add($"{name}.attention.dense.bias", 16);
            Add($"{name}.mlp.dense_h_to_4h.weight", 20, 16);
            Add($"{name}.mlp.dense_h_to_4h.bias", 20);
            Add($"{name}.mlp.dense_4h_to_h.weight", 16, 20);
            Add($"{name}.mlp.dense_4h_to_h.bias", 16);
        }
        AddGain("gpt_neox.final_layer_norm.weight");
        Add("gpt_neox.final_layer_norm.bias", 16);
        Add("embed_out.weight", 11, 16);
        Check(
            $$"""
            {"model_type": "gpt_neox", "vocab_size": 11, "hidden_size": 16, "num_hidden_layers": 2, "num_attention_heads": 4,
             "intermediate_size": 20, "max_position_embeddings": 12, "layer_norm_eps": 1e-5, "rotary_pct": 0.5,
             "rotary_emb_base": 10000, "use_parallel_residual": {{parallel}}, "hidden_act": "gelu", "tie_word_embeddings": false}
            """,
            last,
            meanSquare
        );
    }

    [Fact]
    public void Gpt2()
    {
        Add("transformer.wte.weight", 11, 16);
        Add("transformer.wpe.weight", 12, 16);
        for (int layer = 0; layer < 2; layer++)
        {
            string name = $"transformer.h.{layer}";
            AddGain($"{name}.ln_1.weight");
            Add($"{name}.ln_1.bias", 16);
            Add($"{name}.attn.c_attn.weight", 16, 48);
            Add($"{name}.attn.c_attn.bias", 48);
            Add($"{name}.attn.c_proj.weight", 16, 16);
            Add($"{name}.attn.c_proj.bias", 16);
            AddGain($"{name}.ln_2.weight");
            Add($"{name}.ln_2.bias", 16);
            Add($"{name}.mlp.c_fc.weight", 16, 20);
            Add($"{name}.mlp.c_fc.bias", 20);
            Add($"{name}.mlp.c_proj.weight", 20, 16);
            Add($"{name}.mlp.c_proj.bias", 16);
        }
        AddGain("transformer.ln_f.weight");
        Add("transformer.ln_f.bias", 16);
        Check(
            """
            {"model_type": "gpt2", "vocab_size": 11, "n_embd": 16, "n_layer": 2, "n_head": 4, "n_inner": 20, "n_positions": 12,
             "layer_norm_epsilon": 1e-5, "activation_function": "gelu_new"}
            """,
            [
                1.84216f,
                0.40697f,
                -0.76260f,
                0.00677f,
                1.85225f,
                -0.76846f,
                -0.75251f,
                0.01687f,
                0.79934f,
                -0.75837f,
                -0.74241f,
            ],
            1.497801
        );
    }

    private void Check(string config, float[] last, double meanSquare)
    {
        File.WriteAllText(_folder["config.json"], config);
        _writer.Write(_folder["model.safetensors"]);
        Transformer model = Transformer.Load(_folder.Path);
        using TensorScope scope = new();
        using var noGrad = Tensor.NoGrad();
        float[] logits = model.Forward(Tokens, 1).ToArray();
        Assert.InRange(TinyModels.MaxDifference(logits.AsSpan(7 * 11), last), 0, 1e-4);
        Assert.Equal(meanSquare, logits.Average(value => (double)value * value), 1e-4);

        // Saved, the same names have the same values.
        string copy = _folder["copy"];
        model.Save(copy);
        using SafetensorsModel before = SafetensorsModel.Open(_folder.Path),
            after = SafetensorsModel.Open(copy);
        Assert.Equal(before.Tensors.Select(tensor => tensor.Name), after.Tensors.Select(tensor => tensor.Name));
        foreach (SafetensorsEntry tensor in before.Tensors)
            Assert.Equal(before.ReadFloats(tensor.Name), after.ReadFloats(tensor.Name));
    }

    private void AddGain(string name) => Put(name, 1, [16]);

    private void Add(string name, params long[] shape) => Put(name, 0, shape);

    // The formula of the script.
    private void Put(string name, float shift, long[] shape)
    {
        _index++;
        long count = shape.Aggregate(1L, (product, size) => product * size);
        float[] values = new float[count];
        for (long j = 0; j < count; j++)
            values[j] = shift + (float)((j * 7919 + _index * 104729L) % 2003 - 1001) / 2002;
        _writer.Add(name, shape, () => values);
    }
}
