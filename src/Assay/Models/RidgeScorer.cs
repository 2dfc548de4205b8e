using Assay.Learning;

namespace Assay.Models;

/// <summary>Ridge regression on hashed n-grams of one to three bytes, each text's vector of length 1.</summary>
internal sealed class RidgeScorer : TextScorer
{
    private const int Bits = 16,
        LongestGram = 3;
    private static readonly double[] Penalties = [0.01, 0.1, 1, 10];
    private readonly float[] _coefficients = [];
    private readonly double _mean;

    public RidgeScorer(IReadOnlyList<byte[]> texts, double[] targets, CancellationToken cancellation)
    {
        int held = ValidationRows(texts.Count);
        SparseMatrix features = Features(texts);
        SparseMatrix training = features.Take([.. Enumerable.Range(held, texts.Count - held)]),
            validation = features.Take([.. Enumerable.Range(0, held)]);
        double[] known = targets[..held],
            rest = targets[held..];
        _mean = rest.Average();
        float[] right = new float[training.Columns];
        for (int row = 0; row < rest.Length; row++)
            AddRow(training, row, rest[row] - _mean, right);
        NormalEquations equations = new(training);
        Spearman = double.NegativeInfinity;
        foreach (double penalty in Penalties)
        {
            float[] coefficients = ConjugateGradient
                .Solve(
                    equations,
                    right,
                    new()
                    {
                        Damping = penalty,
                        Tolerance = 1e-4,
                        MaximumIterations = 200,
                    },
                    cancellation
                )
                .Solution;
            double spearman = Correlation(Project(validation, coefficients), known);
            if (spearman > Spearman)
                (Spearman, _coefficients) = (spearman, coefficients);
        }
    }

    public override double[] Predict(IReadOnlyList<byte[]> texts) =>
        Array.ConvertAll(Project(Features(texts), _coefficients), value => value + _mean);

    private static SparseMatrix Features(IReadOnlyList<byte[]> texts)
    {
        FeatureHasher hasher = new(Bits);
        foreach (byte[] text in texts)
        {
            for (int length = 1; length <= LongestGram; length++)
            for (int start = 0; start + length <= text.Length; start++)
                hasher.Add(text.AsSpan(start, length));
            hasher.EndRow();
        }
        return hasher.Build();
    }

    private static double[] Project(SparseMatrix features, ReadOnlySpan<float> coefficients)
    {
        double[] values = new double[features.Rows];
        for (int row = 0; row < values.Length; row++)
            values[row] = Dot(features, row, coefficients);
        return values;
    }

    private static double Dot(SparseMatrix features, int row, ReadOnlySpan<float> vector)
    {
        ReadOnlySpan<int> columns = features.ColumnsOf(row);
        ReadOnlySpan<float> values = features.ValuesOf(row);
        double sum = 0;
        for (int i = 0; i < columns.Length; i++)
            sum += (double)values[i] * vector[columns[i]];
        return sum;
    }

    private static void AddRow(SparseMatrix features, int row, double scale, Span<float> vector)
    {
        ReadOnlySpan<int> columns = features.ColumnsOf(row);
        ReadOnlySpan<float> values = features.ValuesOf(row);
        for (int i = 0; i < columns.Length; i++)
            vector[columns[i]] += (float)(scale * values[i]);
    }

    /// <summary>X' X, row by row, so that no number depends on threads.</summary>
    private sealed class NormalEquations(SparseMatrix features) : ILinearOperator
    {
        public int Length => features.Columns;

        public void Multiply(ReadOnlySpan<float> vector, Span<float> product)
        {
            product.Clear();
            for (int row = 0; row < features.Rows; row++)
                AddRow(features, row, Dot(features, row, vector), product);
        }
    }
}
