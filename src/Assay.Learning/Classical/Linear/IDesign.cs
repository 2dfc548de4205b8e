namespace Assay.Learning;

/// <summary>Features as a linear model uses them. How coefficients are laid out is the design's affair.</summary>
internal interface IDesign
{
    /// <summary>Number of rows.</summary>
    int Rows { get; }

    /// <summary>Number of features.</summary>
    int Columns { get; }

    /// <summary>Where the coefficient of an output (of so many) and a feature stands.</summary>
    int Place(int output, int outputs, int column);

    /// <summary>Rows x outputs: coefficients times features, plus intercepts.</summary>
    double[] Project(ReadOnlySpan<double> coefficients, ReadOnlySpan<double> intercepts);

    /// <summary>
    /// Evaluates a loss over all rows: sets the gradient by coefficients and by intercepts, and returns the sum of the losses.
    /// </summary>
    double Evaluate(
        double[] coefficients,
        double[] intercepts,
        LogitLoss loss,
        double[] gradient,
        double[] interceptGradient
    );

    /// <summary>The sum over rows of weight x feature squared, for each feature.</summary>
    double[] SquareSums(double[]? weights);
}
