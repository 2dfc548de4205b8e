namespace Assay.Learning;

/// <summary>How the contribution of known confounders to an outcome is estimated.</summary>
public enum Adjustment
{
    /// <summary>Not at all: the outcome as it is.</summary>
    None,

    /// <summary>By the context alone: simple, but takes a share of what the text itself does wherever text and context go together.</summary>
    Residual,

    /// <summary>By text and context together; only the part of the context is taken away.</summary>
    Joint,

    /// <summary>By text and context together, what follows from the context learned on other rows and free to bend (double machine learning).</summary>
    CrossFitted,

    /// <summary>By the means of groups: an author, a week, a question.</summary>
    FixedEffects,

    /// <summary>By instruments, which move the context and reach the outcome through nothing else (two-stage least squares).</summary>
    Instrument,
}
