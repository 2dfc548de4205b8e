namespace Assay.Learning;

/// <summary>Rows that vote: the probability of a class is its share of the weight of the nearest rows.</summary>
public sealed class KnnClassifierModel : IClassifier
{
    private readonly ClassificationData _data;
    private readonly int _count;
    private readonly Neighbours _neighbours;

    internal KnnClassifierModel(ClassificationData data, NeighbourOptions options)
    {
        _data = data;
        _count = options.Neighbours;
        _neighbours = new(data.Features, options.Distance);
    }

    /// <inheritdoc/>
    public int Classes => _data.Classes;

    /// <inheritdoc/>
    public int Features => _data.Features.Columns;

    /// <inheritdoc/>
    public double[] Probabilities(Matrix features)
    {
        NeighbourList found = _neighbours.Nearest(features, _count);
        double[] probabilities = new double[checked(features.Rows * Classes)];
        for (int i = 0; i < features.Rows; i++)
        {
            double total = 0;
            foreach (int row in found.Of(i))
            {
                probabilities[i * Classes + _data.Labels[row]] += _data.Weight(row);
                total += _data.Weight(row);
            }
            for (int k = 0; k < Classes; k++)
                probabilities[i * Classes + k] /= total;
        }
        return probabilities;
    }
}
