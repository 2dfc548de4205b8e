using Assay.Data;
using Assay.Numerics;

namespace Assay.Judge;

/// <summary>A kind of small model that stands in for the large one: it is trained on rows of a candidate, and measured on a target.</summary>
internal interface IProxy
{
    /// <summary>What it can be measured by.</summary>
    IReadOnlyList<MetricKind> Measures { get; }

    /// <summary>Its loss, of which less is better.</summary>
    MetricKind Loss { get; }

    /// <summary>True if it is trained by steps at a learning rate.</summary>
    bool HasRate { get; }

    /// <summary>The loss of a model that knows the frequencies of single tokens, or of classes, in the sample and nothing else.</summary>
    double LossOfFrequencies(View view, Subsample sample, TargetPart part, ProxyRun run);

    /// <summary>True if its budget is one of rows, false if it is one of bytes of text.</summary>
    bool CountsRows { get; }

    /// <summary>Trains a model.</summary>
    /// <param name="view">The candidate.</param>
    /// <param name="sample">The rows to train on.</param>
    /// <param name="run">What it works with.</param>
    /// <exception cref="AssayException">The rows do not suit it, or it outgrows the memory.</exception>
    ITrainedProxy Train(View view, Subsample sample, ProxyRun run);
}

/// <summary>What the training of a proxy works with.</summary>
/// <param name="Random">Initialisation and order; the same for every candidate of a seed.</param>
/// <param name="MemoryBytes">What the model and its training may take.</param>
/// <param name="Folder">A folder of its own for checkpoints, made by whoever writes some: a killed run goes on from there.</param>
/// <param name="Done">Hears what share of the training is done, from 0 to 1.</param>
/// <param name="Cancellation">Asks to stop.</param>
/// <param name="RateShare">The learning rate as a share of the usual one, for proxies that have one.</param>
internal sealed record ProxyRun(
    RandomStream Random,
    long MemoryBytes,
    string Folder,
    Action<double> Done,
    CancellationToken Cancellation,
    double RateShare = 1
)
{
    /// <summary>Deletes the checkpoints.</summary>
    public void Forget()
    {
        if (Directory.Exists(Folder))
            Directory.Delete(Folder, recursive: true);
    }
}

/// <summary>A trained proxy.</summary>
internal interface ITrainedProxy
{
    /// <summary>Measures it on rows of a target.</summary>
    /// <exception cref="AssayException">The rows have nothing to measure on.</exception>
    double Measure(MetricKind kind, TargetPart part, CancellationToken cancellation);
}

/// <summary>The proxies by name.</summary>
internal static class Proxies
{
    public static IProxy Make(JudgeOptions options) =>
        options.Proxy switch
        {
            ['n', 'g', 'r', 'a', 'm', '-', var order] => new NGramProxy(order - '0'),
            ['g', 'p', 't', '-', ..] => new TransformerProxy(
                new() { Model = options.Proxy, Epochs = options.Epochs > 0 ? options.Epochs : 1 }
            ),
            _ => new ClassifierProxy(
                new()
                {
                    Model = options.Proxy,
                    Label = options.Label,
                    Features = options.Features,
                    Image = options.Image,
                    Epochs = options.Epochs > 0 ? options.Epochs : 10,
                }
            ),
        };
}
