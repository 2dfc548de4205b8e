using Assay.Learning;
using Assay.Numerics;

namespace Assay.Judge;

/// <summary>One training run at one point of the hyper-parameters.</summary>
/// <remarks>Gradients are not clipped. A run whose loss is no number has diverged, and ends.</remarks>
internal sealed class TuningTrial(TrainedWorkload workload, TrainingAlgorithm algorithm, TuningPoint point)
{
    private const double WarmUp = 0.05,
        LinearFloor = 1e-3;

    /// <summary>Steps that the schedule is laid out for.</summary>
    public required long Steps { get; init; }

    /// <summary>Evaluations over these steps.</summary>
    public required int Evaluations { get; init; }

    /// <summary>Whether times are seconds, or steps.</summary>
    public bool InSeconds { get; init; }

    /// <summary>Ends the run once the metric is there; NaN runs to the end.</summary>
    public double Target { get; init; } = double.NaN;

    /// <summary>Ends the run when the time is up.</summary>
    public double Budget { get; init; } = double.PositiveInfinity;

    /// <summary>Trains and measures.</summary>
    /// <param name="random">Names the weights and the order of the rows.</param>
    /// <param name="cancellation">Asks to stop.</param>
    public IReadOnlyList<TimedMetric> Run(RandomStream random, CancellationToken cancellation)
    {
        List<TimedMetric> evaluations = [];
        TrainedModel model = workload.Start(random.Child("weights"));
        Optimiser optimiser = new(model.Parameters, algorithm.Rule.Make(point.Momentum), point.Decay);
        Action<long, int[]> batches = workload.Batches(algorithm.Order, random.Child("order"));
        int[] entries = new int[workload.Batch];
        TrainingClock clock = new(InSeconds);
        Trainer trainer = new(
            new()
            {
                Steps = Steps,
                LearningRate = point.Rate,
                Schedule = algorithm.Schedule,
                WarmUp = (long)(WarmUp * Steps),
                Floor = algorithm.Schedule == ScheduleShape.Linear ? LinearFloor : 0,
                ClipNorm = 0,
                EvaluateEvery = Math.Max(1, Steps / Evaluations),
            }
        )
        {
            Evaluate = step =>
            {
                double time = clock.Time(step),
                    metric = clock.Standing(() => model.Measure(cancellation));
                evaluations.Add(new(time, double.IsFinite(metric) ? metric : double.NaN));
                return metric;
            },
            Until = steps => clock.Time(steps) >= Budget || evaluations is [.., var last] && last.Metric <= Target,
        };
        try
        {
            trainer.Run(
                optimiser,
                batch =>
                {
                    batches(batch, entries);
                    return model.Loss(entries);
                },
                cancellation
            );
        }
        catch (TrainingException)
        {
            evaluations.Add(new(clock.Time(optimiser.Steps), double.NaN));
        }
        return evaluations;
    }
}
