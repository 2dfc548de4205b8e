namespace Assay.Learning;

/// <summary>A fitted logistic (two classes) or softmax regression.</summary>
public sealed record LogisticModel : IClassifier
{
    /// <inheritdoc/>
    public required int Classes { get; init; }

    /// <inheritdoc/>
    public required int Features { get; init; }

    /// <summary>
    /// Outputs x features, row-major. Two classes have one output, the log-odds of class 1; more have one logit each.
    /// </summary>
    public required double[] Coefficients { get; init; }

    /// <summary>One number an output; negative infinity for a class that had no row, whose probability is 0.</summary>
    public required double[] Intercepts { get; init; }

    /// <summary>The objective at the end: weighted log loss, summed, plus |coefficients|^2 / (2 C).</summary>
    public double Objective { get; init; }

    /// <summary>The largest partial derivative at the end, over the total weight of the rows.</summary>
    public double GradientNorm { get; init; }

    /// <summary>Iterations made.</summary>
    public int Iterations { get; init; }

    /// <summary>
    /// Whether <see cref="GradientNorm"/> came down to the tolerance. Without a penalty, separable classes have no optimum.
    /// </summary>
    public bool Converged { get; init; }

    /// <summary>Logits (more than two classes) or log-odds of class 1 (two classes).</summary>
    /// <param name="features">Rows of as many features as the model was fitted on.</param>
    /// <returns>Rows x outputs numbers, row-major.</returns>
    /// <exception cref="ArgumentException">The number of features differs, or a feature is not finite.</exception>
    public double[] Logits(Matrix features)
    {
        features.Check(Features);
        return new DenseDesign(features).Project(Coefficients, Intercepts);
    }

    /// <summary>The same for sparse features.</summary>
    /// <exception cref="ArgumentException">The number of features differs.</exception>
    public double[] Logits(SparseMatrix features)
    {
        if (features.Columns != Features)
            throw new ArgumentException($"The model has {Features} features; the rows have {features.Columns}.");
        // Sparse designs keep the coefficients of a feature together.
        int outputs = Intercepts.Length;
        double[] byFeature = new double[Coefficients.Length];
        for (int k = 0; k < outputs; k++)
        for (int j = 0; j < Features; j++)
            byFeature[j * outputs + k] = Coefficients[k * Features + j];
        return new SparseDesign(features).Project(byFeature, Intercepts);
    }

    /// <inheritdoc/>
    public double[] Probabilities(Matrix features) => Probabilities(Logits(features));

    /// <summary>The probability of every class for every row of sparse features.</summary>
    /// <returns>Rows x classes numbers, row-major; each row sums to 1.</returns>
    /// <exception cref="ArgumentException">The number of features differs.</exception>
    public double[] Probabilities(SparseMatrix features) => Probabilities(Logits(features));

    /// <summary>The model over some of its features, numbered anew in their order.</summary>
    internal LogisticModel Over(int[] features)
    {
        double[] coefficients = new double[Intercepts.Length * features.Length];
        for (int k = 0; k < Intercepts.Length; k++)
        for (int j = 0; j < features.Length; j++)
            coefficients[k * features.Length + j] = Coefficients[k * Features + features[j]];
        return this with { Features = features.Length, Coefficients = coefficients };
    }

    /// <summary>The model over <paramref name="all"/> features of which its own are some; the others have coefficients of 0.</summary>
    internal LogisticModel Among(int[] features, int all)
    {
        double[] coefficients = new double[Intercepts.Length * all];
        for (int k = 0; k < Intercepts.Length; k++)
        for (int j = 0; j < features.Length; j++)
            coefficients[k * all + features[j]] = Coefficients[k * Features + j];
        return this with { Features = all, Coefficients = coefficients };
    }

    private double[] Probabilities(double[] logits)
    {
        if (Classes > 2)
        {
            ClassScores.Softmax(logits, Classes);
            return logits;
        }
        double[] probabilities = new double[2 * logits.Length];
        for (int i = 0; i < logits.Length; i++)
        {
            probabilities[2 * i] = Logistic.Sigmoid(-logits[i]);
            probabilities[2 * i + 1] = Logistic.Sigmoid(logits[i]);
        }
        return probabilities;
    }
}
