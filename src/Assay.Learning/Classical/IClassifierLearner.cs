using Assay.Numerics;

namespace Assay.Learning;

/// <summary>Something that fits classifiers: options without data. Safe to use from several threads.</summary>
public interface IClassifierLearner
{
    /// <summary>Fits a model.</summary>
    /// <param name="data">Rows, classes and weights.</param>
    /// <param name="random">Where random choices come from; learners that make none leave it alone.</param>
    /// <exception cref="ArgumentException">The data has one class only, or missing values that the learner does not allow.</exception>
    IClassifier Fit(ClassificationData data, RandomStream random);
}
