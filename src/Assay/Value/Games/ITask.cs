using Assay.Numerics;

namespace Assay.Value;

/// <summary>A learner, the rows that it may be trained on, and the test set that measures it. Safe to use from several threads.</summary>
internal interface ITask
{
    /// <summary>Rows that it may be trained on.</summary>
    int Rows { get; }

    /// <summary>Rows of the test set.</summary>
    int TestRows { get; }

    /// <summary>Whether a set of rows is enough to train on.</summary>
    bool CanTrain(ReadOnlySpan<int> rows);

    /// <summary>Trains on rows, and predicts the test set.</summary>
    /// <param name="rows">Distinct rows, ascending.</param>
    /// <param name="model">A model of a similar set to start from, or null; then the new one. The optimum does not depend on it.</param>
    double[] Predict(ReadOnlySpan<int> rows, ref object? model);

    /// <summary>A model of a set that grows row by row, where the learner has a shorter way than starting from the last model; else null.</summary>
    IGrowingModel? Grow() => null;

    /// <summary>The score of predictions on a resample of the test set; NaN where it has none.</summary>
    /// <param name="predictions">Of the whole test set.</param>
    /// <param name="sample">Test rows; one may repeat.</param>
    double Score(double[] predictions, ReadOnlySpan<int> sample);

    /// <summary>The score of not having learned: what the set that cannot be trained on is worth.</summary>
    double Untrained(RandomStream random);
}

/// <summary>A model of a set of rows that grows. Not for several threads at once.</summary>
internal interface IGrowingModel
{
    /// <summary>Adds a row.</summary>
    void Add(int row);

    /// <summary>Trains on the rows so far, of which <see cref="ITask.CanTrain"/> holds; the score on the test set.</summary>
    double Score();
}
