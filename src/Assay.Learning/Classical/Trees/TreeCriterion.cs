namespace Assay.Learning;

/// <summary>The impurity that a classification tree lowers.</summary>
public enum TreeCriterion
{
    /// <summary>1 minus the sum of squared class shares.</summary>
    Gini,

    /// <summary>Minus the sum of share x log2(share).</summary>
    Entropy,
}
