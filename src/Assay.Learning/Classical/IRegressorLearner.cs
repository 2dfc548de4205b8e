using Assay.Numerics;

namespace Assay.Learning;

/// <summary>Something that fits regressors: options without data. Safe to use from several threads.</summary>
public interface IRegressorLearner
{
    /// <summary>Fits a model.</summary>
    /// <param name="data">Rows, targets and weights.</param>
    /// <param name="random">Where random choices come from; learners that make none leave it alone.</param>
    /// <exception cref="ArgumentException">The data has missing values that the learner does not allow.</exception>
    IRegressor Fit(RegressionData data, RandomStream random);
}
