namespace Assay.Learning;

/// <summary>What a tree lowers by splitting, kept up to date while rows move from the right side to the left.</summary>
internal interface ISplitCriterion
{
    /// <summary>Numbers that a node predicts.</summary>
    int Outputs { get; }

    /// <summary>Looks at a node.</summary>
    void Enter(ReadOnlySpan<int> rows);

    /// <summary>Total weight of the node.</summary>
    double Weight { get; }

    /// <summary>Impurity of the node, at least 0.</summary>
    double Impurity { get; }

    /// <summary>Writes what the node predicts.</summary>
    void Predict(Span<double> value);

    /// <summary>Puts all rows of the node on the right.</summary>
    void Clear();

    /// <summary>Moves a row to the left.</summary>
    void Move(int row);

    /// <summary>Minus the weighted impurities of both sides, up to a constant of the node.</summary>
    double Score();
}
