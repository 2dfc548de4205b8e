namespace Assay.Learning;

/// <summary>How states are edited towards targets. The defaults are the published ones.</summary>
public sealed record TargetEditOptions
{
    /// <summary>The learning rate of a step, above 0.</summary>
    public double Rate { get; init; } = 0.05;

    /// <summary>Weight decay of the state itself in each step, not negative.</summary>
    public double WeightDecay { get; init; } = 0.01;

    /// <summary>The most steps, at least 1.</summary>
    public int Steps { get; init; } = 1000;

    /// <summary>Ends after so many steps that did not better the loss by 1e-4; at least 1.</summary>
    public int Patience { get; init; } = 10;

    /// <summary>Where the loss of an attribute turns from a square to a straight line, above 0; infinite for a square throughout.</summary>
    public double Beta { get; init; } = 0.5;

    /// <summary>The norm that gradients are clipped to; 0 for no clipping.</summary>
    public double ClipNorm { get; init; } = 1;

    /// <summary>
    /// Whether rows that are edited together share their steps, weighted by the inverse of their losses, as published: rows near their targets then
    /// dominate, and rows far away barely move. False edits each row by itself.
    /// </summary>
    public bool Coupled { get; init; }

    /// <summary>
    /// Whether the state that is kept is the one whose loss was measured; the published code keeps the one after that step.
    /// </summary>
    public bool Strict { get; init; }

    /// <summary>The furthest that a state may be moved, as a share of its norm; infinite for any distance. Far states fool the network.</summary>
    public double MostMove { get; init; } = double.PositiveInfinity;
}

/// <summary>What an edit came to.</summary>
/// <param name="States">[rows x width]: the edited states.</param>
/// <param name="Loss">The best loss, as measured before the step whose state is kept.</param>
/// <param name="Steps">Steps taken; of the row that took most where rows are edited by themselves.</param>
public sealed record EditedStates(double[] States, double Loss, int Steps);
