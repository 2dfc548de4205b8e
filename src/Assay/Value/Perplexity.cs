using Assay.Data;
using Assay.Learning;
using Assay.Numerics;

namespace Assay.Value;

/// <summary>How surprising each row is to an n-gram language model: signals <c>perplexity</c> and <c>bits-per-byte</c>.</summary>
/// <remarks>
/// <c>perplexity</c> is exp of the mean negative log-probability of a token, unknown words and the end of the row included
/// (KenLM's convention); <c>bits-per-byte</c> is the negative base-2 log-probability of the whole row over its bytes of
/// text. A row without text has only its end: its perplexity is that of the end after nothing, and its bits are taken
/// over one byte.
/// </remarks>
[Method("value/perplexity", Paper = "points")]
public sealed class Perplexity(PerplexityOptions options) : IValuer
{
    /// <inheritdoc/>
    public IReadOnlyList<Signal> Value(View view, Work work)
    {
        RandomStream fold = work.Random.Child("folds");
        int folds = options.From is null ? options.Folds : 1;
        int FoldOf(ulong key) => folds == 1 ? 0 : (int)(fold.BitsOf(key) % (ulong)folds);

        const string Stage = "scoring";
        // A run that goes on after all tables were scored has nothing to train for.
        NGramModel[] models = RowSignals.AreMade(view, work, Stage) ? [] : Train(view, work, folds, FoldOf);
        return RowSignals.Make(
            view,
            work,
            Stage,
            ["perplexity", "bits-per-byte"],
            () =>
            {
                NGramScorer[] scorers = [.. models.Select(model => new NGramScorer(model))];
                return (batch, row, values) =>
                    Score(batch, row, ref scorers[FoldOf(RowSizes.KeyOf(batch.Id(row)))], values);
            }
        );
    }

    private NGramModel[] Train(View view, Work work, int folds, Func<ulong, int> foldOf)
    {
        View from = options.From is { } name ? work.Dataset(name) : view;
        RowSizes sizes = RowSizes.Read(from, work);
        NGramModel[] models = new NGramModel[folds];
        work.Each(
            folds,
            i =>
            {
                Selection others =
                    folds == 1 ? from.Selection : from.Selection.Where(row => foldOf(sizes.Key(row)) != i);
                Subsample sample = sizes.Draw(others, options.TrainBytes.Bytes, work.Random.Child("training").Child(i));
                models[i] = Train(from, sample, work, work.MemoryBytes / folds);
            }
        );
        return models;
    }

    private NGramModel Train(View from, Subsample sample, Work work, long memoryBytes)
    {
        long bytes = 0;
        try
        {
            NGramTrainer trainer = new(options.Model[^1] - '0', options.Unit, memoryBytes);
            sample.ForEach(
                from,
                text =>
                {
                    bytes += text.Length;
                    if (options.Unit == NGramUnit.Bytes)
                        trainer.AddBytes(text);
                    else
                        foreach (Range word in Words.Of(text))
                            trainer.Add(text[word]);
                    trainer.EndRow();
                },
                work.Cancellation
            );
            return trainer.Build(work.Cancellation);
        }
        catch (InsufficientMemoryException failure)
        {
            throw new AssayException(
                $"value/perplexity: a {options.Model} model of {options.Unit.ToString().ToLowerInvariant()} outgrew its "
                    + $"{new ByteSize(memoryBytes)} of memory after {new ByteSize(bytes)} of text",
                hint: $"Set 'train-bytes: {Math.Max(1, bytes >> 11)}K' or less, or give the run more memory.",
                cause: failure
            );
        }
    }

    private void Score(Batch batch, int row, ref NGramScorer scorer, Span<double> values)
    {
        ReadOnlySpan<byte> text = batch.Text(row);
        if (options.Unit == NGramUnit.Bytes)
            scorer.AddBytes(text);
        else
            foreach (Range word in Words.Of(text))
                scorer.Add(text[word]);
        NGramScore score = scorer.EndRow();
        (values[0], values[1]) = (score.Perplexity, score.Bits / Math.Max(1, text.Length));
    }
}
