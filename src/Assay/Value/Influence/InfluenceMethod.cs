namespace Assay.Value;

/// <summary>How influence is told from gradients g of a row and t of the target.</summary>
public enum InfluenceMethod
{
    /// <summary>The product t'g: one step of gradient descent on the row.</summary>
    Dot,

    /// <summary>The cosine between t and g: whatever the row's gradient is long.</summary>
    Cosine,

    /// <summary>Products at checkpoints of the training, weighted by learning rate.</summary>
    TracIn,

    /// <summary>t' H^-1 g with the whole Gauss-Newton matrix, by conjugate gradients; exact to first order for convex models.</summary>
    Cg,

    /// <summary>The same by a stochastic Neumann series.</summary>
    Lissa,

    /// <summary>The same with each layer's matrix as a Kronecker product.</summary>
    KFac,

    /// <summary>The same, eigenvalues fitted to the rows: the usual choice for networks.</summary>
    EkFac,
}

/// <summary>By which labels the Fisher matrix of the Kronecker methods is made.</summary>
public enum FisherLabels
{
    /// <summary>Drawn from the model: the true Fisher matrix, which is the Gauss-Newton matrix.</summary>
    Drawn,

    /// <summary>Those of the data: the empirical one.</summary>
    Data,
}
