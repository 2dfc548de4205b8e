using Assay.Numerics;

namespace Assay.Learning.Tests;

/// <summary>
/// A decoder with one of every kind of parameter: a tied table, learned positions (which no layer reports), norms with and without
/// bias, linear layers with and without bias, a layer that is used twice.
/// </summary>
internal sealed class SequenceModel
{
    private readonly List<Parameter> _parameters = [];
    private readonly Tensor _table,
        _positions,
        _gain,
        _normBias,
        _queries,
        _queryBias,
        _output,
        _twice,
        _last;
    private readonly int _width;

    public SequenceModel(int vocabulary, int width, int time, ulong seed = 1)
    {
        RandomStream stream = new(seed, "sequence model");
        _width = width;
        _table = Make("table", 0.5f, vocabulary, width);
        _positions = Make("positions", 0.5f, time, width);
        _gain = Make("norm.weight", 1, width);
        _normBias = Make("norm.bias", 0.3f, width);
        _queries = Make("attention.weight", 0.3f, 3 * width, width);
        _queryBias = Make("attention.bias", 0.3f, 3 * width);
        _output = Make("output.weight", 0.3f, width, width);
        _twice = Make("twice.weight", 0.3f, width, width);
        _last = Make("last.weight", 1, width);

        Tensor Make(string name, float std, params int[] shape)
        {
            Tensor tensor = Tensor.Normal(stream, std, shape);
            tensor.RequiresGrad = true;
            _parameters.Add(new(name, tensor));
            return tensor;
        }
    }

    public IReadOnlyList<Parameter> Parameters => _parameters;

    /// <summary>[batch, time].</summary>
    public Tensor Losses(int[] tokens, int[] targets, int batch)
    {
        int time = tokens.Length / batch;
        Tensor x = Functional.Embedding(_table, tokens, batch, time) + _positions.Slice(0, 0, time);
        Tensor h = Functional.LayerNorm(x, _gain, _normBias);
        Tensor all = Functional.Linear(h, _queries, _queryBias);
        Tensor mixed = Functional.Attention(Part(0), Part(1), Part(2), causal: true).Reshape(batch, time, _width);
        x = Functional.Linear(mixed, _output, residual: x);
        x = x + Functional.Linear(Functional.Linear(x, _twice).Tanh(), _twice);
        Tensor logits = Functional.Linear(Functional.RmsNorm(x, _last), _table);
        return Functional.CrossEntropyRows(logits, targets, ignore: -1).Reshape(batch, time);

        Tensor Part(int part) => all.Slice(-1, part * _width, _width).Reshape(batch, time, 1, _width);
    }

    public static (int[] Tokens, int[] Targets) Draw(int vocabulary, int count, ulong seed)
    {
        RandomStream stream = new(seed, "tokens");
        int[] tokens = [.. Enumerable.Range(0, count).Select(_ => stream.NextInt32(vocabulary))],
            targets = [.. Enumerable.Range(0, count).Select(_ => stream.NextInt32(vocabulary + 1) - 1)];
        return (tokens, targets);
    }
}
