using Assay.Data;
using Assay.Features;
using Assay.Learning;
using Assay.Models;
using Assay.Numerics;
using Assay.Order;

namespace Assay.Judge;

/// <summary>A workload that Assay trains itself: fixed model, loss and held-out rows.</summary>
internal abstract class TrainedWorkload(string name, string metric)
{
    private const int Folds = 3;

    /// <summary>Its name.</summary>
    public string Name => name;

    /// <summary>What is measured on held-out rows; less is better.</summary>
    public string Metric => metric;

    /// <summary>What batches are made of: rows, or blocks of text.</summary>
    public abstract int Entries { get; }

    /// <summary>Entries of a step.</summary>
    public abstract int Batch { get; }

    /// <summary>A new model.</summary>
    public abstract TrainedModel Start(RandomStream random);

    /// <summary>What entries are ordered by, or null.</summary>
    public virtual double[]? Keys => null;

    /// <summary>Which entries a batch has, by its number.</summary>
    /// <exception cref="AssayException">The order goes by a column, and there is none.</exception>
    public Action<long, int[]> Batches(RowOrder order, RandomStream random)
    {
        Batches batches = new(Entries, Batch, order == RowOrder.Shuffled ? random : null);
        if (order == RowOrder.Shuffled)
            return (number, entries) => batches.Fill(number, entries);
        int[] places = order switch
        {
            RowOrder.Once => Shuffle.Of(Entries, random),
            RowOrder.Ascending => Sorted(),
            RowOrder.Descending => Sort.Of(Keyed(), descending: true),
            RowOrder.Folding => Folding.Of(Sorted(), Folds),
            _ => Zigzag.Of(Sorted(), Folds),
        };
        return (number, entries) =>
        {
            batches.Fill(number, entries);
            for (int i = 0; i < entries.Length; i++)
                entries[i] = places[entries[i]];
        };

        int[] Sorted() => Sort.Of(Keyed());
        double[] Keyed() =>
            Keys
            ?? throw new AssayException(
                $"workload '{Name}' has no column to order by",
                hint: "Give --order-by with a column of the table, and leave the corpus out; or compare the orders 'shuffled' and 'once'."
            );
    }
}

/// <summary>A model in training.</summary>
/// <param name="Parameters">What is trained.</param>
/// <param name="Loss">The loss of a batch, with a graph.</param>
/// <param name="Measure">The metric on the held-out rows.</param>
internal sealed record TrainedModel(
    IReadOnlyList<Parameter> Parameters,
    Func<int[], Tensor> Loss,
    Func<CancellationToken, double> Measure
);

/// <summary>A classifier on columns of numbers.</summary>
internal sealed class TableWorkload(
    string name,
    ClassificationData train,
    ClassificationData held,
    double[]? keys,
    int batch,
    Func<RandomStream, (Module Model, Func<Tensor, Tensor> Logits)> make
) : TrainedWorkload(name, "error")
{
    private const int EvaluationBatch = 256;

    public override int Entries => train.Rows;

    public override int Batch => Math.Min(batch, train.Rows);

    public override double[]? Keys => keys;

    public override TrainedModel Start(RandomStream random)
    {
        (Module model, Func<Tensor, Tensor> logits) = make(random);
        return new(
            [.. model.TrainableParameters()],
            rows => Functional.CrossEntropy(logits(Rows(train, rows)), rows.Select(row => train.Labels[row]).ToArray()),
            cancellation => Error(logits, cancellation)
        );
    }

    private double Error(Func<Tensor, Tensor> logits, CancellationToken cancellation)
    {
        int wrong = 0;
        using var noGrad = Tensor.NoGrad();
        for (int first = 0; first < held.Rows; first += EvaluationBatch)
        {
            cancellation.ThrowIfCancellationRequested();
            using TensorScope scope = new();
            int[] rows = [.. Enumerable.Range(first, Math.Min(EvaluationBatch, held.Rows - first))];
            ReadOnlySpan<float> outputs = logits(Rows(held, rows)).Data;
            for (int i = 0; i < rows.Length; i++)
            {
                ReadOnlySpan<float> row = outputs.Slice(i * held.Classes, held.Classes);
                int best = 0;
                for (int k = 1; k < row.Length; k++)
                    if (!(row[k] <= row[best]))
                        best = k;
                if (best != held.Labels[rows[i]] || !float.IsFinite(row[best]))
                    wrong++;
            }
        }
        return (double)wrong / held.Rows;
    }

    private static Tensor Rows(ClassificationData data, int[] rows)
    {
        Tensor x = Tensor.Uninitialized(rows.Length, data.Features.Columns);
        for (int i = 0; i < rows.Length; i++)
            data.Features.Row(rows[i]).CopyTo(x.Data.Slice(i * data.Features.Columns, data.Features.Columns));
        return x;
    }
}

/// <summary>A small transformer over bytes.</summary>
internal sealed class TextWorkload(TokenStream train, TokenStream held, int batch)
    : TrainedWorkload("transformer", "bits per byte")
{
    private const int Context = 64,
        EvaluationBatch = 16;

    public override int Entries => train.Blocks(Context);

    public override int Batch => Math.Min(batch, Entries);

    public override TrainedModel Start(RandomStream random)
    {
        Transformer model = new(
            new()
            {
                Family = TransformerFamily.Llama,
                VocabularySize = TokenStream.Tokenizer.VocabularySize,
                HiddenSize = 48,
                Layers = 2,
                Heads = 2,
                KeyValueHeads = 2,
                HeadSize = 24,
                IntermediateSize = 128,
                ContextLength = Context,
                Activation = TransformerActivation.Silu,
                NormEpsilon = 1e-5,
                TieEmbeddings = true,
            },
            random
        );
        return new(
            [.. model.TrainableParameters()],
            blocks =>
            {
                (int[] inputs, int[] targets) = Fill(train, blocks);
                return model.Loss(inputs, targets, blocks.Length);
            },
            cancellation => BitsPerByte(model, cancellation)
        );
    }

    private double BitsPerByte(Transformer model, CancellationToken cancellation)
    {
        double nats = 0;
        using var noGrad = Tensor.NoGrad();
        for (int first = 0; first < held.Blocks(Context); first += EvaluationBatch)
        {
            cancellation.ThrowIfCancellationRequested();
            using TensorScope scope = new();
            int[] blocks = [.. Enumerable.Range(first, Math.Min(EvaluationBatch, held.Blocks(Context) - first))];
            (int[] inputs, int[] targets) = Fill(held, blocks);
            Tensor losses = Functional.CrossEntropyRows(
                model.Forward(inputs, blocks.Length),
                targets,
                ignore: TokenBatch.NotCounted
            );
            foreach (float loss in losses.Data)
                nats += loss;
        }
        return nats / Math.Log(2) / held.Bytes;
    }

    private static (int[] Inputs, int[] Targets) Fill(TokenStream text, int[] blocks)
    {
        int[] inputs = new int[blocks.Length * Context],
            targets = new int[blocks.Length * Context];
        for (int i = 0; i < blocks.Length; i++)
            text.Fill(blocks[i], inputs.AsSpan(i * Context, Context), targets.AsSpan(i * Context, Context));
        return (inputs, targets);
    }
}
