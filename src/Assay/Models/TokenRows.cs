using Assay.Learning;

namespace Assay.Models;

/// <summary>Rows as sequences of tokens, each on its own: for methods that ask for the loss or the gradient of single rows.</summary>
/// <remarks>
/// A row's loss is the mean cross-entropy of its tokens that count, in nats, whatever the length of the row; a batch's loss is
/// the mean of its rows' losses.
/// </remarks>
public sealed class TokenRows
{
    private const int EvaluationBatch = 16;
    private static readonly ByteTokenizer Tokenizer = new();
    private readonly int[][] _rows;
    private readonly int _counted;

    /// <summary>Takes sequences as they are.</summary>
    /// <param name="rows">Each of at least two tokens, at most one more than the model's context.</param>
    /// <param name="counted">Only so many of the last tokens of each row count; 0 for all (but the first, which nothing predicts).</param>
    /// <exception cref="ArgumentException">A row has fewer than two tokens.</exception>
    public TokenRows(IReadOnlyList<int[]> rows, int counted = 0)
    {
        _rows = [.. rows];
        int shortest = Array.FindIndex(_rows, row => row.Length < 2);
        if (shortest >= 0)
            throw new ArgumentException($"Row {shortest} has {_rows[shortest].Length} tokens; it needs two.");
        ArgumentOutOfRangeException.ThrowIfNegative(counted);
        _counted = counted == 0 ? int.MaxValue : counted;
    }

    /// <summary>Takes texts as bytes: a mark of the end (as stands before every text of a stream), the bytes, and the end, cut to the context.</summary>
    /// <param name="texts">Texts; an empty one has its end to predict.</param>
    /// <param name="context">Most predictions of a row, at least 1.</param>
    /// <param name="counted">Only so many of the last tokens of each row count; 0 for all.</param>
    public static TokenRows Of(IEnumerable<byte[]> texts, int context, int counted = 0) =>
        new([.. texts.Select(text => Encode(text, context))], counted);

    private static int[] Encode(ReadOnlySpan<byte> text, int context)
    {
        int end = Tokenizer.Special.End!.Value;
        List<int> tokens = [end];
        Tokenizer.Encode(text[..Math.Min(text.Length, context)], tokens);
        if (tokens.Count <= context)
            tokens.Add(end);
        return [.. tokens];
    }

    /// <summary>Number of rows.</summary>
    public int Count => _rows.Length;

    /// <summary>The tokens of a row.</summary>
    public ReadOnlySpan<int> this[int row] => _rows[row];

    /// <summary>The losses of some rows, with a graph.</summary>
    /// <param name="model">What predicts.</param>
    /// <param name="rows">Which rows, at least one; may repeat.</param>
    /// <returns>[rows, time]: the entries of a row sum to its loss.</returns>
    public Tensor Losses(Transformer model, ReadOnlySpan<int> rows)
    {
        TokenBatch batch = BatchOf(rows);
        Tensor shares = Tensor.Zeros(batch.Batch, batch.Time);
        for (int i = 0; i < batch.Batch; i++)
            shares.Data.Slice(i * batch.Time, batch.Time).Fill(1f / batch.Counted(i));
        return model.Losses(batch.Inputs, batch.Targets, batch.Batch).Reshape(batch.Batch, batch.Time) * shares;
    }

    /// <summary>The loss of a batch, with a graph: the mean of its rows' losses.</summary>
    /// <inheritdoc cref="Losses"/>
    /// <returns>[].</returns>
    public Tensor BatchLoss(Transformer model, ReadOnlySpan<int> rows) =>
        Losses(model, rows).Sum() * (1f / rows.Length);

    /// <summary>The mean of all rows' losses, summed in double; without a gradient.</summary>
    /// <param name="model">What predicts.</param>
    /// <param name="cancellation">Asks to stop.</param>
    public double MeanLoss(Transformer model, CancellationToken cancellation = default)
    {
        double sum = 0;
        foreach (double loss in RowLosses(model, cancellation))
            sum += loss;
        return sum / Count;
    }

    /// <summary>The loss of every row; without a gradient.</summary>
    /// <inheritdoc cref="MeanLoss"/>
    public double[] RowLosses(Transformer model, CancellationToken cancellation = default)
    {
        double[] losses = new double[Count];
        using var noGrad = Tensor.NoGrad();
        for (int first = 0; first < Count; first += EvaluationBatch)
        {
            cancellation.ThrowIfCancellationRequested();
            using TensorScope scope = new();
            int[] rows = [.. Enumerable.Range(first, Math.Min(EvaluationBatch, Count - first))];
            TokenBatch batch = BatchOf(rows);
            ReadOnlySpan<float> places = model.Losses(batch.Inputs, batch.Targets, batch.Batch).Data;
            for (int i = 0; i < rows.Length; i++)
            {
                double sum = 0;
                foreach (float place in places.Slice(i * batch.Time, batch.Time))
                    sum += place;
                losses[first + i] = sum / batch.Counted(i);
            }
        }
        return losses;
    }

    private TokenBatch BatchOf(ReadOnlySpan<int> rows)
    {
        (int[], int[])[] pairs = new (int[], int[])[rows.Length];
        for (int i = 0; i < rows.Length; i++)
        {
            int[] tokens = _rows[rows[i]];
            int counted = Math.Min(_counted, tokens.Length - 1);
            pairs[i] = (tokens[..^counted], tokens[^counted..]);
        }
        return TokenBatch.OfCompletions(pairs);
    }
}
