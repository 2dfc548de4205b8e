using Assay.Learning;
using Assay.Numerics;

namespace Assay.Value;

/// <summary>A perceptron of one hidden layer, one step of plain gradient descent for each source.</summary>
internal sealed class NetworkDescent : ICoalition
{
    private const int Hidden = 256;
    private readonly ValuedTable _table;
    private readonly int[][] _sources;
    private readonly double _rate;
    private readonly Mlp _network;
    private readonly Optimiser _optimiser;

    /// <summary>Starts at its initial weights.</summary>
    /// <param name="table">Rows, and the test rows that accuracy is measured on.</param>
    /// <param name="sources">Rows of each source.</param>
    /// <param name="rate">The learning rate.</param>
    /// <param name="weights">Where the initial weights come from: the same stream gives the same weights.</param>
    public NetworkDescent(ValuedTable table, int[][] sources, double rate, RandomStream weights)
    {
        (_table, _sources, _rate) = (table, sources, rate);
        _network = new(weights.Child("weights"), table.Features.Columns, Hidden, table.Classes);
        _optimiser = new(_network.TrainableParameters(), new Sgd());
    }

    public int Trainings => 0;

    public double Add(int player)
    {
        int[] rows = _sources[player];
        using (TensorScope scope = new())
        {
            Tensor loss = Functional.CrossEntropy(
                _network.Forward(InputOf(_table.Features.Take(rows))),
                Array.ConvertAll(rows, row => _table.Labels[row])
            );
            loss.Backward();
            _optimiser.Step(_rate);
            _optimiser.ZeroGrad();
        }
        return Accuracy();
    }

    private double Accuracy()
    {
        Matrix test = _table.TestFeatures!;
        using var noGrad = Tensor.NoGrad();
        using TensorScope scope = new();
        ReadOnlySpan<float> logits = _network.Forward(InputOf(test)).Data;
        int right = 0;
        for (int i = 0; i < test.Rows; i++)
        {
            ReadOnlySpan<float> row = logits.Slice(i * _table.Classes, _table.Classes);
            int best = 0;
            for (int k = 1; k < row.Length; k++)
                if (row[k] > row[best])
                    best = k;
            right += best == _table.TestLabels[i] ? 1 : 0;
        }
        return right / (double)test.Rows;
    }

    private static Tensor InputOf(Matrix rows)
    {
        Tensor input = Tensor.Uninitialized(rows.Rows, rows.Columns);
        rows.Values.CopyTo(input.Data);
        return input;
    }
}
