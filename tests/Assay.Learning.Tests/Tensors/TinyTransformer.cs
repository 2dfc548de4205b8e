using Assay.Numerics;

namespace Assay.Learning.Tests;

/// <summary>A decoder of the Llama kind straight from operations: what a training step asks of the engine.</summary>
internal sealed class TinyTransformer
{
    private readonly List<Tensor[]> _blocks = [];
    private readonly Tensor _table,
        _last;
    private readonly RopeTables _rope;
    private readonly int _width,
        _heads,
        _keyHeads;

    public TinyTransformer(int vocabulary, int width, int layers, int heads, int keyHeads, int length, ulong seed = 1)
    {
        RandomStream stream = new(seed, "tiny");
        (_width, _heads, _keyHeads) = (width, heads, keyHeads);
        int dim = width / heads,
            hidden = 2 * width;
        _rope = new(length, dim);
        _table = Parameter(vocabulary, width);
        _last = Ones(width);
        for (int i = 0; i < layers; i++)
            _blocks.Add([
                Ones(width),
                Parameter(width, width),
                Parameter(keyHeads * dim, width),
                Parameter(keyHeads * dim, width),
                Parameter(width, width),
                Ones(width),
                Parameter(hidden, width),
                Parameter(hidden, width),
                Parameter(width, hidden),
            ]);

        Tensor Parameter(int outputs, int inputs)
        {
            Tensor tensor = Tensor.Normal(stream, 0.1f, outputs, inputs);
            tensor.RequiresGrad = true;
            return tensor;
        }

        Tensor Ones(int size)
        {
            Tensor tensor = Tensor.Ones(size);
            tensor.RequiresGrad = true;
            return tensor;
        }
    }

    public IEnumerable<Tensor> Parameters => [_table, _last, .. _blocks.SelectMany(block => block)];

    public Tensor Loss(int[] tokens, int[] targets, int batch, bool checkpoint = false)
    {
        Tensor x = Functional.Embedding(_table, tokens, batch, tokens.Length / batch);
        foreach (Tensor[] block in _blocks)
            x = checkpoint ? Functional.Checkpoint(h => Block(h, block), x) : Block(x, block);
        Tensor logits = Functional.Linear(Functional.RmsNorm(x, _last), _table);
        return Functional.CrossEntropy(logits, targets);
    }

    private Tensor Block(Tensor x, Tensor[] w)
    {
        (int batch, int time, int dim) = (x.Shape[0], x.Shape[1], _width / _heads);
        Tensor h = Functional.RmsNorm(x, w[0]);
        Tensor q = Functional.Linear(h, w[1]).Reshape(batch, time, _heads, dim),
            k = Functional.Linear(h, w[2]).Reshape(batch, time, _keyHeads, dim),
            v = Functional.Linear(h, w[3]).Reshape(batch, time, _keyHeads, dim);
        q = Functional.Rope(q, _rope, inPlace: true);
        k = Functional.Rope(k, _rope, inPlace: true);
        Tensor attended = Functional.Attention(q, k, v, causal: true).Reshape(batch, time, _width);
        x = Functional.Linear(attended, w[4], residual: x);
        h = Functional.RmsNorm(x, w[5]);
        return Functional.Linear(
            Functional.SwiGlu(Functional.Linear(h, w[6]), Functional.Linear(h, w[7])),
            w[8],
            residual: x
        );
    }
}
