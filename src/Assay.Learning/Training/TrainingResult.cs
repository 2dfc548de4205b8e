namespace Assay.Learning;

/// <summary>One step of training, as a <see cref="Trainer"/> reports it.</summary>
/// <param name="Step">From 1.</param>
/// <param name="Steps">Steps of the run.</param>
/// <param name="Loss">Mean loss of the step's batches, before the step.</param>
/// <param name="Rate">The learning rate.</param>
/// <param name="GradientNorm">Norm of all gradients before clipping; NaN if it was not needed.</param>
public readonly record struct TrainingStep(long Step, long Steps, double Loss, double Rate, double GradientNorm);

/// <summary>One evaluation during training.</summary>
/// <param name="Step">Steps done.</param>
/// <param name="Value">What was measured; lower is better.</param>
public readonly record struct Evaluation(long Step, double Value);

/// <summary>What training came to.</summary>
/// <param name="Steps">Steps done.</param>
/// <param name="Losses">The loss of every step.</param>
/// <param name="Evaluations">The evaluations in order.</param>
/// <param name="StoppedEarly">True if patience ran out.</param>
public sealed record TrainingResult(
    long Steps,
    IReadOnlyList<double> Losses,
    IReadOnlyList<Evaluation> Evaluations,
    bool StoppedEarly
)
{
    /// <summary>The best evaluation, or null if there was none.</summary>
    public Evaluation? Best => Evaluations.Count == 0 ? null : Evaluations.MinBy(evaluation => evaluation.Value);
}

/// <summary>Training that cannot go on, for a reason that a user can mend.</summary>
public sealed class TrainingException(string message) : Exception(message);
