namespace Assay.Plan;

/// <summary>What the objectives of a design are expected to be; all are minimised.</summary>
public interface IObjectiveModel
{
    /// <summary>Numbers of a design.</summary>
    int Dimensions { get; }

    /// <summary>Number of objectives.</summary>
    int Objectives { get; }

    /// <summary>The expected objectives of designs.</summary>
    /// <param name="designs">Row-major.</param>
    /// <param name="objectives">Receives a number for each design and objective, row-major.</param>
    void Predict(ReadOnlySpan<float> designs, Span<double> objectives);

    /// <summary>For each design, the gradient of its weighted score: of minus the weighted sum of its objectives.</summary>
    /// <param name="designs">Row-major.</param>
    /// <param name="weights">A weight for each design and objective, row-major.</param>
    /// <param name="gradients">Receives as many numbers as there are in the designs.</param>
    void ScoreGradients(ReadOnlySpan<float> designs, ReadOnlySpan<double> weights, Span<float> gradients);
}
