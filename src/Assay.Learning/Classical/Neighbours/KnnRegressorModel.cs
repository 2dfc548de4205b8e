namespace Assay.Learning;

/// <summary>Rows whose targets are averaged.</summary>
public sealed class KnnRegressorModel : IRegressor
{
    private readonly RegressionData _data;
    private readonly int _count;
    private readonly Neighbours _neighbours;

    internal KnnRegressorModel(RegressionData data, NeighbourOptions options)
    {
        _data = data;
        _count = options.Neighbours;
        _neighbours = new(data.Features, options.Distance);
    }

    /// <inheritdoc/>
    public int Features => _data.Features.Columns;

    /// <inheritdoc/>
    public double[] Predict(Matrix features)
    {
        NeighbourList found = _neighbours.Nearest(features, _count);
        double[] predicted = new double[features.Rows];
        for (int i = 0; i < predicted.Length; i++)
        {
            double total = 0;
            foreach (int row in found.Of(i))
            {
                predicted[i] += _data.Weight(row) * _data.Targets[row];
                total += _data.Weight(row);
            }
            predicted[i] /= total;
        }
        return predicted;
    }
}
