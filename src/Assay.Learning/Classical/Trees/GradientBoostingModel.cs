namespace Assay.Learning;

/// <summary>Fitted gradient-boosted trees for classes.</summary>
public sealed record GradientBoostingModel : IClassifier
{
    /// <inheritdoc/>
    public required int Classes { get; init; }

    /// <inheritdoc/>
    public required int Features { get; init; }

    /// <summary>The classes that had rows, ascending; the others have probability 0.</summary>
    public required int[] Present { get; init; }

    /// <summary>What each output is before the first tree: one, the log-odds of the second class present, or one logit a class present.</summary>
    public required double[] Start { get; init; }

    /// <summary>The trees, those of a round together, one an output; what they predict is added to the outputs.</summary>
    public required IReadOnlyList<Tree> Trees { get; init; }

    /// <summary>Whether NaN is allowed.</summary>
    public bool MissingValues { get; init; }

    /// <summary>The outputs for every row: log-odds or logits.</summary>
    /// <param name="features">Rows of as many features as the model was fitted on.</param>
    /// <returns>Rows x outputs numbers, row-major.</returns>
    /// <exception cref="ArgumentException">The number of features differs, or a feature is not finite and must be.</exception>
    public double[] Scores(Matrix features)
    {
        features.Check(Features, MissingValues);
        int outputs = Start.Length;
        double[] scores = new double[checked(features.Rows * outputs)];
        for (int at = 0; at < scores.Length; at++)
            scores[at] = Start[at % outputs];
        Tree.AddPredictions(Trees, features, 1, scores, outputs, t => t % outputs);
        return scores;
    }

    /// <inheritdoc/>
    public double[] Probabilities(Matrix features)
    {
        double[] scores = Scores(features);
        int outputs = Start.Length;
        if (outputs > 1)
            ClassScores.Softmax(scores, outputs);
        double[] probabilities = new double[checked(features.Rows * Classes)];
        for (int i = 0; i < features.Rows; i++)
        for (int k = 0; k < Present.Length; k++)
            probabilities[i * Classes + Present[k]] =
                outputs == 1 ? Logistic.Sigmoid(k == 1 ? scores[i] : -scores[i]) : scores[i * outputs + k];
        return probabilities;
    }
}
