using System.Text.Json;
using Assay.Data;
using Assay.Learning;
using Assay.Models;
using Assay.Numerics;

namespace Assay.Select;

/// <summary>What DoReMi's proxy came to.</summary>
/// <param name="Weights">A weight for each domain: the mean over the steps. They sum to 1.</param>
/// <param name="Last">The weights of the last step.</param>
/// <param name="Excess">The excess loss of each domain, in nats a byte: the mean over the last tenth of the steps.</param>
/// <param name="Steps">Steps of the proxy.</param>
public sealed record DoReMiResult(double[] Weights, double[] Last, double[] Excess, long Steps);

/// <summary>Trains DoReMi's proxy: a model that is to lose as little as the reference in every domain.</summary>
/// <remarks>
/// Each step takes as many sequences of each domain (the algorithm's uniform draw, without its noise); the excess loss of each domain moves
/// the weights, and the weights weigh the domains' mean losses in the gradient.
/// </remarks>
internal sealed class ProxyTraining(LanguageModelOptions options, double rate, double smoothing)
{
    private const string WeightsState = "group-dro",
        ExcessState = "excess";

    public TrainingCheckpoints? Checkpoints { get; init; }

    public Action<long, long>? Stepped { get; init; }

    /// <summary>Trains.</summary>
    /// <param name="reference">The model whose losses are to be reached.</param>
    /// <param name="proxy">The model that is trained.</param>
    /// <param name="domains">The text of each domain, at least a token.</param>
    /// <param name="random">Names the order of blocks.</param>
    /// <param name="cancellation">Heard at every step.</param>
    public DoReMiResult Run(
        Transformer reference,
        Transformer proxy,
        IReadOnlyList<TokenStream> domains,
        RandomStream random,
        CancellationToken cancellation
    )
    {
        int k = domains.Count;
        int context = Math.Min(options.Context, Math.Min(proxy.Config.ContextLength, reference.Config.ContextLength));
        Optimiser optimiser = LanguageModelFit.OptimiserOf(proxy, options.WeightDecay);
        int perDomain = Math.Max(1, (options.Batch + k - 1) / k),
            batch = perDomain * k;
        Batches[] batches =
        [
            .. domains.Select(
                (text, i) => new Batches(text.Blocks(context), perDomain, random.Child("order").Child(i))
            ),
        ];
        long steps = Math.Max(1, (long)Math.Ceiling(options.Epochs * batches.Sum(one => (long)one.Entries) / batch));
        Schedule schedule = new(ScheduleShape.Cosine, steps, Math.Min(100, steps / 10), 0.1);
        long every = Math.Max(20, steps / 50),
            tail = Math.Max(1, steps / 10);
        GroupDro dro = new(k, rate, smoothing);
        double[] excess = new double[k],
            lastExcess = new double[k];
        string facts = JsonSerializer.Serialize(
            (double[])[steps, batch, context, rate, smoothing, options.LearningRate, options.WeightDecay]
        );
        Load(facts, optimiser, dro, lastExcess);

        int[] blocks = new int[perDomain];
        int[] inputs = new int[batch * context],
            targets = new int[batch * context];
        float[] referenceLosses = new float[inputs.Length],
            weights = new float[inputs.Length];
        while (optimiser.Steps < steps)
        {
            cancellation.ThrowIfCancellationRequested();
            long step = optimiser.Steps;
            for (int domain = 0, at = 0; domain < k; domain++)
            {
                batches[domain].Fill(step, blocks);
                foreach (int block in blocks)
                {
                    domains[domain].Fill(block, inputs.AsSpan(at, context), targets.AsSpan(at, context));
                    at += context;
                }
            }
            using (Tensor.NoGrad())
            using (new TensorScope())
                reference.Losses(inputs, targets, batch).Data.CopyTo(referenceLosses);
            using (new TensorScope())
            {
                Tensor losses = proxy.Losses(inputs, targets, batch);
                ReadOnlySpan<float> values = losses.Data;
                int share = perDomain * context;
                for (int domain = 0; domain < k; domain++)
                {
                    double sum = 0;
                    for (int i = domain * share; i < (domain + 1) * share; i++)
                        sum += Math.Max(0, (double)values[i] - referenceLosses[i]);
                    excess[domain] = sum / Counted(targets.AsSpan(domain * share, share));
                }
                if (!excess.All(double.IsFinite))
                    throw new AssayException(
                        $"{options.Model}: the proxy's loss became infinite at step {step + 1}",
                        hint: "Lower the learning rate of the proxy (learning-rate)."
                    );
                dro.Step(excess);
                for (int domain = 0; domain < k; domain++)
                {
                    double each = dro.Weights[domain] / Counted(targets.AsSpan(domain * share, share));
                    weights.AsSpan(domain * share, share).Fill((float)each);
                    if (step >= steps - tail)
                        lastExcess[domain] += excess[domain] / tail;
                }
                (losses * Tensor.Of(weights, weights.Length)).Sum().Backward();
            }
            optimiser.Step(LanguageModelFit.RateOf(options) * schedule.At(step), optimiser.ClipTo(1));
            optimiser.ZeroGrad();
            Stepped?.Invoke(step + 1, steps);
            if ((step + 1) % every == 0 || step + 1 == steps)
                Save(facts, optimiser, dro, lastExcess);
        }
        return new(dro.Mean, [.. dro.Weights], lastExcess, steps);
    }

    private static int Counted(ReadOnlySpan<int> targets) => targets.Length - targets.Count(TokenBatch.NotCounted);

    private void Save(string facts, Optimiser optimiser, GroupDro dro, double[] excess)
    {
        if (Checkpoints is null)
            return;
        double[] state = dro.Save();
        try
        {
            Checkpoints.Save(
                optimiser.Steps,
                facts,
                writer =>
                {
                    foreach (Parameter parameter in optimiser.Parameters)
                        writer.AddParameter(
                            parameter.Name,
                            TrainedModel.LongShape(parameter.Tensor),
                            () => parameter.Tensor.Data
                        );
                    optimiser.Save(writer);
                    writer.AddState<double>(WeightsState, [state.Length], () => state);
                    writer.AddState<double>(ExcessState, [excess.Length], () => excess);
                }
            );
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new AssayException(
                $"{options.Model}: cannot write a checkpoint: {failure.Message}",
                hint: "Free some space and run the same command again; it goes on from the checkpoint before.",
                cause: failure
            );
        }
    }

    private void Load(string facts, Optimiser optimiser, GroupDro dro, double[] excess)
    {
        using TrainingCheckpoint? checkpoint = Checkpoints?.OpenNewest(_ => { });
        if (checkpoint is null || checkpoint.Options != facts)
            return;
        foreach (Parameter parameter in optimiser.Parameters)
            checkpoint.ReadParameter(parameter.Name, TrainedModel.LongShape(parameter.Tensor), parameter.Tensor.Data);
        optimiser.Load(checkpoint);
        double[] state = dro.Save();
        checkpoint.ReadState<double>(WeightsState, [state.Length], state);
        dro.Load(state);
        checkpoint.ReadState<double>(ExcessState, [excess.Length], excess);
    }
}
