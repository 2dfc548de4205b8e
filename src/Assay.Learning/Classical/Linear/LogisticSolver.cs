namespace Assay.Learning;

/// <summary>How the objective of <see cref="LogisticRegression"/> is minimised; all solvers find the same optimum.</summary>
public enum LogisticSolver
{
    /// <summary>Newton for dense features and up to 64 parameters, else L-BFGS.</summary>
    Auto,

    /// <summary>Newton's method with the whole Hessian: few iterations, each cubic in the parameters. Dense features only.</summary>
    Newton,

    /// <summary>Limited-memory BFGS, preconditioned by a diagonal.</summary>
    Lbfgs,
}
