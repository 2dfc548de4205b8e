using Assay.Numerics;

namespace Assay.Learning.Tests;

/// <summary>A decoder of the Llama kind straight from operations: what a training step asks of the engine.</summary>
internal sealed class TinyTransformer
{
    private readonly List<Tensor[]> _blocks = [];
    private readonly Tensor _table,
        _last;
    private readonly RopeTables _rope;
    private readonly int _heads,
        _keyHeads;

    public TinyTransformer(int vocabulary, int width, int layers, int heads, int keyHeads, int length, ulong seed = 1)
    {
        RandomStream stream = new(seed, "tiny");
        (_heads, _keyHeads) = (heads, keyHeads);
        int dim = width / heads,
            hidden = 2 * width;
        _rope = new(length, dim);
        _table = Parameter(vocabulary, width);
        _last = Ones(width);
        for (int i = 0; i < layers; i++)
            _blocks.Add([
                Ones(width),
                Parameter((heads + 2 * keyHeads) * dim, width),
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
        Tensor packed = Functional.Linear(Functional.RmsNorm(x, w[0]), w[1]);
        Tensor attended = Functional.SelfAttention(packed, _heads, _keyHeads, causal: true, _rope);
        x = Functional.Linear(attended, w[2], residual: x);
        Tensor h = Functional.RmsNorm(x, w[3]);
        return Functional.Linear(
            Functional.SwiGlu(Functional.Linear(h, w[4]), Functional.Linear(h, w[5])),
            w[6],
            residual: x
        );
    }
}
