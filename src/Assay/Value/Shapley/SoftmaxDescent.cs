using Assay.Learning;

namespace Assay.Value;

/// <summary>Softmax regression from weights of 0, one step of gradient descent for each source.</summary>
/// <param name="table">Rows, and the test rows that accuracy is measured on.</param>
/// <param name="sources">Rows of each source.</param>
/// <param name="rate">The learning rate.</param>
internal sealed class SoftmaxDescent(ValuedTable table, int[][] sources, double rate) : ICoalition
{
    private readonly int _classes = table.Classes;
    private readonly double[] _weights = new double[table.Classes * (table.Features.Columns + 1)];

    public int Trainings => 0;

    public double Add(int player)
    {
        Matrix features = table.Features;
        int d = features.Columns;
        int[] rows = sources[player];
        double[] probabilities = new double[rows.Length * _classes];
        for (int i = 0; i < rows.Length; i++)
            Logits(features.Row(rows[i]), probabilities.AsSpan(i * _classes, _classes));
        ClassScores.Softmax(probabilities, _classes);
        double step = rate / rows.Length;
        for (int i = 0; i < rows.Length; i++)
        for (int k = 0; k < _classes; k++)
        {
            double error = probabilities[i * _classes + k] - (table.Labels[rows[i]] == k ? 1 : 0);
            Span<double> own = _weights.AsSpan(k * (d + 1), d + 1);
            ReadOnlySpan<float> row = features.Row(rows[i]);
            for (int j = 0; j < d; j++)
                own[j] -= step * error * row[j];
            own[d] -= step * error;
        }
        return Accuracy();
    }

    private double Accuracy()
    {
        Matrix test = table.TestFeatures!;
        int right = 0;
        Span<double> logits = new double[_classes];
        for (int i = 0; i < test.Rows; i++)
        {
            Logits(test.Row(i), logits);
            right += ClassScores.Best(logits, _classes)[0] == table.TestLabels[i] ? 1 : 0;
        }
        return right / (double)test.Rows;
    }

    private void Logits(ReadOnlySpan<float> row, Span<double> logits)
    {
        for (int k = 0; k < _classes; k++)
        {
            ReadOnlySpan<double> own = _weights.AsSpan(k * (row.Length + 1), row.Length + 1);
            double sum = own[row.Length];
            for (int j = 0; j < row.Length; j++)
                sum += own[j] * row[j];
            logits[k] = sum;
        }
    }
}
