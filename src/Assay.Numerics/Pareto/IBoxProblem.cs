namespace Assay.Numerics;

/// <summary>Objectives, all minimised, of designs in a box: what a multi-objective optimiser searches.</summary>
public interface IBoxProblem
{
    /// <summary>Number of objectives, at least 1.</summary>
    int Objectives { get; }

    /// <summary>The lower bound of each variable.</summary>
    IReadOnlyList<double> Low { get; }

    /// <summary>The upper bound of each variable, nowhere below the lower one.</summary>
    IReadOnlyList<double> High { get; }

    /// <summary>The objectives of designs.</summary>
    /// <param name="designs">Row-major, one number for each variable.</param>
    /// <param name="objectives">Receives a finite number for each design and objective, row-major.</param>
    void Evaluate(ReadOnlySpan<double> designs, Span<double> objectives);
}
