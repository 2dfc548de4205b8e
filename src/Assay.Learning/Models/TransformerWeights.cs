namespace Assay.Learning;

/// <summary>
/// Where a model keeps the parameters of <see cref="TransformerParameters"/>: queries, keys and values, and gate and up, are rows
/// of one weight here.
/// </summary>
internal static class TransformerWeights
{
    public static Span<float> Of(Transformer model, TransformerParameter parameter)
    {
        string[] path = parameter.Name.Split('.');
        bool bias = path[^1] == "bias";
        if (path[0] != "layers")
            return path[0] switch
            {
                "embedding" => model.Embedding.Weight.Data,
                "positions" => model.Positions!.Weight.Data,
                "norm" => Of(model.Norm, bias),
                "head" => model.Head!.Weight.Data,
                _ => throw Unknown(parameter),
            };
        TransformerLayer layer = model.Layers[int.Parse(path[1], System.Globalization.CultureInfo.InvariantCulture)];
        int queries = layer.Attention.Heads * layer.Attention.HeadSize,
            keys = layer.Attention.KeyValueHeads * layer.Attention.HeadSize,
            inner = layer.FeedForward.Down.Inputs,
            ungated = layer.FeedForward.IsGated ? inner : 0;
        Linear all = layer.Attention.QueryKeyValue;
        return (path[2], path[3]) switch
        {
            ("attention_norm", _) => Of(layer.AttentionNorm, bias),
            ("feed_forward_norm", _) => Of(layer.FeedForwardNorm, bias),
            ("attention", "query") => Rows(all, bias, 0, queries),
            ("attention", "key") => Rows(all, bias, queries, keys),
            ("attention", "value") => Rows(all, bias, queries + keys, keys),
            ("attention", "output") => Rows(layer.Attention.Output, bias, 0, layer.Attention.Output.Outputs),
            ("feed_forward", "gate") => Rows(layer.FeedForward.Up, bias, 0, inner),
            ("feed_forward", "up") => Rows(layer.FeedForward.Up, bias, ungated, inner),
            ("feed_forward", "down") => Rows(layer.FeedForward.Down, bias, 0, layer.FeedForward.Down.Outputs),
            _ => throw Unknown(parameter),
        };
    }

    private static Span<float> Rows(Linear layer, bool bias, int first, int count) =>
        bias
            ? layer.Bias!.Data.Slice(first, count)
            : layer.Weight.Data.Slice(first * layer.Inputs, count * layer.Inputs);

    private static Span<float> Of(Norm norm, bool bias) =>
        norm switch
        {
            LayerNorm layer => (bias ? layer.Bias! : layer.Weight).Data,
            RmsNorm rms => rms.Weight.Data,
            _ => throw new InvalidOperationException($"{norm.GetType().Name} is no norm of a transformer."),
        };

    private static InvalidOperationException Unknown(TransformerParameter parameter) =>
        new($"A transformer has no parameter '{parameter.Name}'.");
}
