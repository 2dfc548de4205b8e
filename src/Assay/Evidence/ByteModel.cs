using Assay.Learning;
using Assay.Numerics;

namespace Assay.Evidence;

/// <summary>A small transformer over bytes, trained on rows of text one by one in a given order: the model of the experiments.</summary>
/// <remarks>
/// Two layers of width 64 with two heads, about 0.1 million parameters. A row is a sequence of its own behind a begin mark; all its
/// bytes count. AdamW (0.9, 0.95), weight decay 0.1, gradients clipped to 1; a tenth of the steps to warm up, then a cosine to a
/// tenth, or a constant rate.
/// </remarks>
public sealed class ByteModel
{
    private const int EvaluationBatch = 64;
    private static readonly ByteTokenizer Tokenizer = new();

    private ByteModel(Transformer model, Optimiser optimiser) => (Model, Optimiser) = (model, optimiser);

    /// <summary>The model.</summary>
    public Transformer Model { get; }

    /// <summary>Its optimiser, moments included.</summary>
    public Optimiser Optimiser { get; }

    /// <summary>A new model, not trained.</summary>
    /// <param name="random">Names the weights.</param>
    /// <param name="context">Bytes of the longest row.</param>
    public static ByteModel New(RandomStream random, int context = 128)
    {
        Transformer model = new(
            new()
            {
                Family = TransformerFamily.Llama,
                VocabularySize = Tokenizer.VocabularySize,
                HiddenSize = 64,
                Layers = 2,
                Heads = 2,
                KeyValueHeads = 2,
                HeadSize = 32,
                IntermediateSize = 176,
                ContextLength = context,
                Activation = TransformerActivation.Silu,
                NormEpsilon = 1e-5,
                TieEmbeddings = true,
            },
            random
        );
        return new(model, new(model.TrainableParameters(), new AdamW(0.9, 0.95), 0.1));
    }

    /// <summary>The tokens of a row: a begin mark and its bytes.</summary>
    public static int[] Tokens(ReadOnlySpan<byte> row)
    {
        List<int> tokens = [Tokenizer.Special.Begin ?? Tokenizer.Special.End!.Value];
        Tokenizer.Encode(row, tokens);
        return [.. tokens];
    }

    /// <summary>Trains for so many steps; step s takes the rows s x batch and following, and begins again at the end.</summary>
    /// <param name="rows">Rows in the order in which they are trained on.</param>
    /// <param name="steps">Steps of this call.</param>
    /// <param name="batch">Rows of a step.</param>
    /// <param name="rate">The highest learning rate.</param>
    /// <param name="schedule">How it goes on after a tenth of warm-up; a constant one has no warm-up.</param>
    /// <param name="cancellation">Asks to stop.</param>
    public void Train(
        IReadOnlyList<byte[]> rows,
        int steps,
        int batch = 16,
        double rate = 2e-3,
        ScheduleShape schedule = ScheduleShape.Cosine,
        CancellationToken cancellation = default
    )
    {
        Schedule rates = new(schedule, steps, schedule == ScheduleShape.Constant ? 0 : steps / 10, 0.1);
        for (int step = 0; step < steps; step++)
        {
            cancellation.ThrowIfCancellationRequested();
            using TensorScope scope = new();
            TokenBatch tokens = TokenBatch.Of([
                .. Enumerable.Range(0, batch).Select(i => Tokens(rows[(int)(((long)step * batch + i) % rows.Count)])),
            ]);
            Model.Loss(tokens.Inputs, tokens.Targets, tokens.Batch).Backward();
            Optimiser.Step(rate * rates.At(step), Optimiser.ClipTo(1));
            Optimiser.ZeroGrad();
        }
    }

    /// <summary>The mean loss of a byte over all rows, in nats.</summary>
    public double Loss(IReadOnlyList<byte[]> rows, CancellationToken cancellation = default)
    {
        using var noGrad = Tensor.NoGrad();
        double nats = 0;
        long bytes = 0;
        for (int first = 0; first < rows.Count; first += EvaluationBatch)
        {
            cancellation.ThrowIfCancellationRequested();
            using TensorScope scope = new();
            TokenBatch tokens = TokenBatch.Of([.. rows.Skip(first).Take(EvaluationBatch).Select(row => Tokens(row))]);
            Tensor losses = Functional.CrossEntropyRows(
                Model.Forward(tokens.Inputs, tokens.Batch),
                tokens.Targets,
                ignore: TokenBatch.NotCounted
            );
            foreach (float loss in losses.Data)
                nats += loss;
            bytes += rows.Skip(first).Take(EvaluationBatch).Sum(row => (long)row.Length);
        }
        return nats / bytes;
    }
}
