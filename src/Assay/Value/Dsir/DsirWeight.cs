using System.Runtime.InteropServices;
using Assay.Data;

namespace Assay.Value;

/// <summary>
/// How much likelier each row is under a target dataset than under the pool, by hashed n-grams: signals <c>dsir</c>, the
/// logarithm of the importance weight, and <c>dsir-per-token</c>, the same over the row's tokens.
/// </summary>
/// <remarks>
/// Source: "Data Selection for Language Models via Importance Resampling", arXiv 2302.03169. The pool is what is in view,
/// short rows included. <c>dsir</c> sums over the row, so its spread grows with length; <c>dsir-per-token</c> does not.
/// </remarks>
[Method("value/dsir", Paper = "data-selection-survey")]
public sealed class DsirWeight(DsirOptions options) : IValuer
{
    private const string Stage = "weights";

    /// <inheritdoc/>
    /// <exception cref="AssayException">The target has no text.</exception>
    public IReadOnlyList<Signal> Value(View view, Work work)
    {
        ImportanceWeights? weights = RowSignals.AreMade(view, work, Stage) ? null : Weigh(view, work);
        return RowSignals.Make(
            view,
            work,
            Stage,
            ["dsir", "dsir-per-token"],
            () =>
            {
                HashedNGrams nGrams = new(options.Buckets, options.NGrams);
                return (batch, row, values) =>
                {
                    ReadOnlySpan<int> found = nGrams.Read(batch.Text(row));
                    bool isShort = nGrams.Tokens < options.MinTokens;
                    values[0] =
                        isShort ? double.NaN
                        : found.IsEmpty ? 0
                        : weights!.LogWeight(found);
                    values[1] = values[0] / Math.Max(1, nGrams.Tokens);
                };
            }
        );
    }

    private ImportanceWeights? Weigh(View view, Work work)
    {
        long[] target = Count(work.Dataset(options.Target), work, "target"),
            raw = Count(view, work, "pool");
        if (target.Sum() == 0)
            throw new AssayException(
                $"value/dsir: the target '{options.Target}' has no words",
                hint: "Name a dataset with texts like those that are wanted, and its column of text with 'text:'."
            );
        return raw.Sum() == 0 ? null : new(target, raw, options.Laplace);
    }

    // N-grams by bucket; each table's counts are a piece.
    private long[] Count(View view, Work work, string stage)
    {
        work.Make(
            stage,
            view.TableCount,
            (index, stream) =>
            {
                long[] counts = new long[options.Buckets];
                HashedNGrams nGrams = new(options.Buckets, options.NGrams);
                if (!view.RowsOf(index).IsEmpty)
                {
                    using Batch batch = view.Read(index);
                    foreach (int row in batch.Rows)
                    {
                        work.Cancellation.ThrowIfCancellationRequested();
                        foreach (int bucket in nGrams.Read(batch.Text(row)))
                            counts[bucket]++;
                    }
                }
                stream.Write(MemoryMarshal.AsBytes(counts.AsSpan()));
            },
            index => view.RowsOf(index).Length,
            "rows"
        );
        long[] total = new long[options.Buckets],
            part = new long[options.Buckets];
        for (int index = 0; index < view.TableCount; index++)
        {
            using FileStream stream = work.Pieces.Open(stage, index);
            stream.ReadExactly(MemoryMarshal.AsBytes(part.AsSpan()));
            for (int i = 0; i < total.Length; i++)
                total[i] += part[i];
        }
        return total;
    }
}
