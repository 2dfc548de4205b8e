using Assay.Data;
using Assay.Models;

namespace Assay.Judge;

/// <summary>A classifier fitted to the draw.</summary>
internal sealed class ClassifierProxy(ClassifierOptions options) : IProxy
{
    public IReadOnlyList<MetricKind> Measures => [MetricKind.Accuracy, MetricKind.LogLoss];

    public MetricKind Loss => MetricKind.LogLoss;

    public bool HasRate => options.Model is "mlp" or "convnet";

    public double LossOfFrequencies(View view, Subsample sample, TargetPart part, ProxyRun run) =>
        ClassifierFit.LogLossOfFrequencies(options.Label, view, sample.Rows, part.View, part.Rows, run.Cancellation);

    public bool CountsRows => options.Model != "logistic-hashed";

    public ITrainedProxy Train(View view, Subsample sample, ProxyRun run) =>
        new Trained(
            ClassifierFit.Of(
                options with
                {
                    LearningRate = options.LearningRate * run.RateShare,
                },
                view,
                sample.Rows,
                run.Random,
                run.MemoryBytes,
                cancellation: run.Cancellation
            )
        );

    private sealed class Trained(ClassifierFit model) : ITrainedProxy
    {
        private readonly Dictionary<TargetPart, (double Accuracy, double LogLoss)> _measured = [];

        public double Measure(MetricKind kind, TargetPart part, CancellationToken cancellation)
        {
            if (!_measured.TryGetValue(part, out (double Accuracy, double LogLoss) found))
                _measured[part] = found = model.Measure(part.View, part.Rows, cancellation);
            return kind == MetricKind.Accuracy ? found.Accuracy : found.LogLoss;
        }
    }
}
