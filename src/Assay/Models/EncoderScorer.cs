using Assay.Learning;
using Assay.Numerics;

namespace Assay.Models;

/// <summary>A transformer encoder over bytes whose pooled state goes through a linear layer; squared error.</summary>
/// <remarks>
/// Two layers of width 64; texts are cut to 256 bytes. Five epochs of AdamW in batches of 32, rate 1e-3 down a cosine, weight decay
/// 0.01, clipped to 1; the weights of the best epoch are kept.
/// </remarks>
internal sealed class EncoderScorer : TextScorer
{
    private const int Width = 64,
        Layers = 2,
        Heads = 2,
        Context = 257,
        Batch = 32,
        Epochs = 5;
    private static readonly ByteTokenizer Tokenizer = new();
    private readonly TransformerEncoder _encoder;
    private readonly Linear _head;

    public EncoderScorer(
        IReadOnlyList<byte[]> texts,
        double[] targets,
        RandomStream random,
        TrainingCheckpoints? checkpoints,
        Action<TrainingStep>? stepped,
        CancellationToken cancellation
    )
    {
        int held = ValidationRows(texts.Count);
        RandomStream weights = random.Child("weights");
        _encoder = new(weights, Tokenizer.VocabularySize, Width, Layers, Heads, Context);
        _head = new ScalarHead(weights, Width).Layer;
        byte[][] validation = [.. texts.Take(held)];
        double[] known = targets[..held];
        Batches batches = new(texts.Count - held, Batch, random.Child("order"));
        Trainer trainer = new(
            new()
            {
                Steps = Epochs * batches.PerEpoch,
                LearningRate = 1e-3,
                WarmUp = Math.Min(10, batches.PerEpoch),
                Floor = 1e-3,
                EvaluateEvery = batches.PerEpoch,
                Patience = int.MaxValue, // the best is kept, and no epoch is left out
                CheckpointEvery = checkpoints is null ? 0 : batches.PerEpoch,
            }
        )
        {
            Checkpoints = checkpoints,
            Stepped = stepped,
            Evaluate = _ => -Correlation(Predict(validation), known),
        };
        int[] places = new int[Batch];
        float[] wanted = new float[Batch];
        TrainingResult result = trainer.Run(
            new(
                [
                    .. _encoder.Parameters(),
                    .. _head.Parameters().Select(parameter => parameter with { Name = "head." + parameter.Name }),
                ],
                new AdamW(),
                weightDecay: 0.01
            ),
            number =>
            {
                batches.Fill(number, places);
                for (int i = 0; i < Batch; i++)
                    wanted[i] = (float)targets[held + places[i]];
                Tensor scores = Forward([.. places.Select(place => texts[held + place])]);
                return (scores - Tensor.Of(wanted, Batch)).Square().Mean();
            },
            cancellation
        );
        Spearman = -result.Best!.Value.Value;
    }

    public override double[] Predict(IReadOnlyList<byte[]> texts)
    {
        double[] scores = new double[texts.Count];
        using var noGrad = Tensor.NoGrad();
        for (int first = 0; first < scores.Length; first += Batch)
        {
            using TensorScope scope = new();
            ReadOnlySpan<float> some = Forward([.. texts.Skip(first).Take(Batch)]).Data;
            for (int i = 0; i < some.Length; i++)
                scores[first + i] = some[i];
        }
        return scores;
    }

    private Tensor Forward(byte[][] texts)
    {
        int[] lengths = [.. texts.Select(text => Math.Min(Context, 1 + text.Length))];
        int time = lengths.Max();
        int[] tokens = new int[texts.Length * time];
        for (int i = 0; i < texts.Length; i++)
        {
            Span<int> row = tokens.AsSpan(i * time, time);
            row.Fill(Tokenizer.Special.Padding!.Value);
            row[0] = Tokenizer.Special.Begin!.Value;
            for (int at = 1; at < lengths[i]; at++)
                row[at] = texts[i][at - 1];
        }
        return _head.Forward(_encoder.Pooled(tokens, lengths)).Squeeze(-1);
    }
}
