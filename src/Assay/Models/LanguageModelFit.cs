using Assay.Data;
using Assay.Learning;
using Assay.Numerics;

namespace Assay.Models;

/// <summary>A transformer over bytes, fitted to a stream of texts: what train/lm and the proxies of the judge share.</summary>
internal sealed class LanguageModelFit
{
    private const int EvaluationBatch = 8;
    private readonly int _context;

    private LanguageModelFit(Transformer model, TrainingResult result, int context) =>
        (Model, Result, _context) = (model, result, context);

    public Transformer Model { get; }

    public TrainingResult Result { get; }

    /// <summary>Bytes of a sequence.</summary>
    public int Context => _context;

    /// <summary>Trains a new model.</summary>
    /// <param name="options">Which model, how long, how fast.</param>
    /// <param name="text">At least one token to predict.</param>
    /// <param name="random">Names the initial weights and the order of blocks.</param>
    /// <param name="checkpoints">Where a killed run goes on from, or null.</param>
    /// <param name="stepped">Called after every step, or null.</param>
    /// <param name="heldOut">Is measured at the end, or null.</param>
    /// <param name="snapshots">Keeps the model on its way, or null.</param>
    /// <param name="mixedIn">Another text that has a share of the sequences, or null; the epochs are those of the first.</param>
    /// <param name="cancellation">Asks to stop.</param>
    /// <exception cref="AssayException">The loss became infinite, or a checkpoint cannot be written.</exception>
    public static LanguageModelFit Of(
        LanguageModelOptions options,
        TokenStream text,
        RandomStream random,
        TrainingCheckpoints? checkpoints = null,
        Action<TrainingStep>? stepped = null,
        TokenStream? heldOut = null,
        Snapshots? snapshots = null,
        MixedText? mixedIn = null,
        CancellationToken cancellation = default
    )
    {
        TransformerConfig config = ModelSizes.Of(options.Model, TokenStream.Tokenizer.VocabularySize);
        int context = Math.Min(options.Context, config.ContextLength);
        Transformer model = new(config, random.Child("weights"));
        Optimiser optimiser = OptimiserOf(model, options.WeightDecay);
        // A shorter context than was asked for makes more blocks, and so more steps: the epochs stay.
        BlockBatches batches = new(text, context, options.Batch, random, mixedIn);
        long steps = batches.StepsOf(options.Epochs);
        int[] inputs = new int[options.Batch * context],
            targets = new int[options.Batch * context];
        TrainingOptions training = new()
        {
            Steps = steps,
            LearningRate = RateOf(options),
            WarmUp = Math.Min(100, steps / 10),
            CheckpointEvery = checkpoints is null ? 0 : Math.Max(20, steps / 50),
        };
        Trainer trainer = new(training)
        {
            Checkpoints = checkpoints,
            Stepped = step =>
            {
                snapshots?.After(step, optimiser, new(step.Rate, options.WeightDecay, context));
                stepped?.Invoke(step);
            },
            Evaluate = heldOut is null ? null : _ => BitsPerByte(model, context, heldOut, cancellation),
        };
        Tensor Loss(long batch)
        {
            batches.Fill(batch, inputs, targets);
            return model.Loss(inputs, targets, options.Batch);
        }
        try
        {
            return new(model, trainer.Run(optimiser, Loss, cancellation), context);
        }
        catch (TrainingException failure)
        {
            throw new AssayException($"{options.Model}: {failure.Message}", cause: failure);
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

    /// <summary>The optimiser that all language models here are trained with.</summary>
    public static Optimiser OptimiserOf(Transformer model, double weightDecay) =>
        new(model.TrainableParameters(), new AdamW(0.9, 0.95), weightDecay);

    /// <summary>The highest learning rate: the one that was asked for, or the usual one of a model of that width.</summary>
    public static double RateOf(LanguageModelOptions options) =>
        options.LearningRate > 0
            ? options.LearningRate
            : 0.03 / Math.Sqrt(ModelSizes.Of(options.Model, TokenStream.Tokenizer.VocabularySize).HiddenSize);

    /// <summary>Negative base-2 log-probability of all bytes and ends of the texts, over the bytes.</summary>
    public double BitsPerByte(TokenStream text, CancellationToken cancellation) =>
        BitsPerByte(Model, _context, text, cancellation);

    /// <summary>The losses of models that answer together, of all bytes and ends of the texts, in blocks as in training.</summary>
    public static EnsembleLosses Losses(
        LogitEnsemble models,
        int context,
        TokenStream text,
        CancellationToken cancellation
    )
    {
        int members = models.Members.Count,
            vocabulary = models.VocabularySize,
            blocks = text.Blocks(context);
        EnsembleLosses losses = new(members);
        float[] logits = new float[members * vocabulary];
        using var noGrad = Tensor.NoGrad();
        for (int first = 0; first < blocks; first += EvaluationBatch)
        {
            cancellation.ThrowIfCancellationRequested();
            int count = Math.Min(EvaluationBatch, blocks - first);
            int[] inputs = new int[count * context],
                targets = new int[count * context];
            for (int i = 0; i < count; i++)
                text.Fill(first + i, inputs.AsSpan(i * context, context), targets.AsSpan(i * context, context));
            using TensorScope scope = new();
            Tensor[] found = [.. models.Members.Select(member => member.Forward(inputs, count))];
            for (int place = 0; place < targets.Length; place++)
            {
                if (targets[place] == TokenBatch.NotCounted)
                    continue;
                for (int member = 0; member < members; member++)
                    found[member].Data.Slice(place * vocabulary, vocabulary).CopyTo(logits.AsSpan(member * vocabulary));
                losses.Add(logits, targets[place]);
            }
        }
        return losses;
    }

    private static double BitsPerByte(Transformer model, int context, TokenStream text, CancellationToken cancellation)
    {
        double nats = 0;
        using var noGrad = Tensor.NoGrad();
        int blocks = text.Blocks(context);
        for (int first = 0; first < blocks; first += EvaluationBatch)
        {
            cancellation.ThrowIfCancellationRequested();
            int count = Math.Min(EvaluationBatch, blocks - first);
            int[] inputs = new int[count * context],
                targets = new int[count * context];
            for (int i = 0; i < count; i++)
                text.Fill(first + i, inputs.AsSpan(i * context, context), targets.AsSpan(i * context, context));
            using TensorScope scope = new();
            Tensor losses = Functional.CrossEntropyRows(
                model.Forward(inputs, count),
                targets,
                ignore: TokenBatch.NotCounted
            );
            foreach (float loss in losses.Data)
                nats += loss;
        }
        return nats / Math.Log(2) / text.Bytes;
    }
}
