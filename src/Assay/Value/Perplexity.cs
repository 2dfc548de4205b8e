using Assay.Data;
using Assay.Learning;
using Assay.Models;
using Assay.Numerics;

namespace Assay.Value;

/// <summary>How surprising each row is to a language model: signals <c>perplexity</c>, <c>bits-per-byte</c> and <c>perplexity-for-length</c>.</summary>
/// <remarks>
/// Source: POINTS, arXiv 2409.04828, section 3.2. <c>perplexity</c> is exp of the mean negative log-probability of a token;
/// <c>bits-per-byte</c> the negative base-2 log-probability of the row over its bytes of text; <c>perplexity-for-length</c> the share of rows of like
/// length (one of ten groups by bytes) that have a lower perplexity, for a choice that does not favour short rows. N-gram models count
/// unknown words and the end of the row as tokens (KenLM's convention): a row without text has the perplexity of an end after
/// nothing, and its bits are taken over one byte. Transformers count the row's own tokens and nothing else: a row without text has
/// no value. Log-probabilities are summed as they are; the official release rounds probabilities to bfloat16 first.
/// </remarks>
[Method("value/perplexity", Paper = "points", Revision = 2)]
public sealed class Perplexity : IValuer, IModelUser
{
    private const string Stage = "scoring";
    private const int LengthGroups = 10;
    private static readonly string[] Kept = ["perplexity", "bits-per-byte", "bytes"];

    private readonly PerplexityOptions _options;

    /// <summary>Takes the options.</summary>
    /// <exception cref="AssayException">They ask an n-gram model for a context.</exception>
    public Perplexity(PerplexityOptions options)
    {
        _options = options;
        if (IsNGram && (options.Context.Length > 0 || options.Prompt.Length > 0))
            throw new AssayException(
                $"value/perplexity: {options.Model} reads no 'context' or 'prompt'",
                hint: "Choose a transformer: model: gpt-1m, or the folder of one."
            );
    }

    /// <inheritdoc/>
    public ModelRequest? Model =>
        IsNGram || PerplexityTransformer.IsFolder(_options) || _options.From is not null
            ? null
            : new(new() { Model = _options.Model, Epochs = _options.ModelEpochs });

    private bool IsNGram => _options.Model.StartsWith("ngram-", StringComparison.Ordinal);

    /// <inheritdoc/>
    public IReadOnlyList<Signal> Value(View view, Work work)
    {
        Signal[] found = IsNGram ? ByNGrams(view, work) : ByTransformer(view, work);
        return [found[0], found[1], ForLength(view.DistinctRows, found[0].Values, found[2].Values)];
    }

    private Signal[] ByNGrams(View view, Work work)
    {
        RandomStream fold = work.Random.Child("folds");
        int folds = _options.From is null ? _options.Folds : 1;
        int FoldOf(ulong key) => folds == 1 ? 0 : (int)(fold.BitsOf(key) % (ulong)folds);

        // A run that goes on after all tables were scored has nothing to train for.
        NGramModel[] models = RowSignals.AreMade(view, work, Stage) ? [] : Train(view, work, folds, FoldOf);
        return RowSignals.Make(
            view,
            work,
            Stage,
            Kept,
            () =>
            {
                NGramScorer[] scorers = [.. models.Select(model => new NGramScorer(model))];
                return (batch, row, values) =>
                    Score(batch, row, ref scorers[FoldOf(RowSizes.KeyOf(batch.Id(row)))], values);
            }
        );
    }

    private Signal[] ByTransformer(View view, Work work)
    {
        if (!RowSignals.AreMade(view, work, Stage))
        {
            PerplexityTransformer scorer = PerplexityTransformer.Open(_options, work);
            using Workers.LimitScope limit = Workers.Limit(Math.Clamp(work.Threads, 1, 256));
            for (int index = 0; index < view.TableCount; index++) // one after the other: the threads are the model's
            {
                if (!work.Pieces.Has(Stage, index))
                    work.Pieces.Write(Stage, index, stream => scorer.Score(view, index, stream, work.Cancellation));
                work.Progress?.Report(new(Stage, index + 1, view.TableCount, "tables"));
            }
        }
        return RowSignals.Read(view, work, Stage, Kept);
    }

    // Rows by length, cut into groups of as many rows; in each, the rank by perplexity from 0 to 1.
    private static Signal ForLength(ReadOnlySpan<int> rows, double[] perplexity, double[] bytes)
    {
        double[] shares = new double[perplexity.Length];
        Array.Fill(shares, double.NaN);
        int[] ranked = [.. rows.ToArray().Where(row => !double.IsNaN(perplexity[row])).OrderBy(row => bytes[row])];
        int groups = Math.Min(LengthGroups, ranked.Length);
        for (int group = 0; group < groups; group++)
        {
            int first = (int)((long)group * ranked.Length / groups),
                end = (int)((group + 1L) * ranked.Length / groups);
            int[] own = [.. ranked[first..end].Order().OrderBy(row => perplexity[row])];
            for (int i = 0; i < own.Length; i++)
                shares[own[i]] = (double)i / own.Length;
        }
        return new("perplexity-for-length", shares);
    }

    private NGramModel[] Train(View view, Work work, int folds, Func<ulong, int> foldOf)
    {
        View from = _options.From is { } name ? work.Dataset(name) : view;
        RowSizes sizes = RowSizes.Read(from, work);
        NGramModel[] models = new NGramModel[folds];
        work.Each(
            folds,
            i =>
            {
                Selection others =
                    folds == 1 ? from.Selection : from.Selection.Where(row => foldOf(sizes.Key(row)) != i);
                Subsample sample = sizes.Draw(
                    others,
                    _options.TrainBytes.Bytes,
                    work.Random.Child("training").Child(i)
                );
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
            NGramTrainer trainer = new(_options.Model[^1] - '0', _options.Unit, memoryBytes);
            sample.ForEach(
                from,
                text =>
                {
                    bytes += text.Length;
                    if (_options.Unit == NGramUnit.Bytes)
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
                $"value/perplexity: a {_options.Model} model of {_options.Unit.ToString().ToLowerInvariant()} outgrew its "
                    + $"{new ByteSize(memoryBytes)} of memory after {new ByteSize(bytes)} of text",
                hint: $"Set 'train-bytes: {Math.Max(1, bytes >> 11)}K' or less, or give the run more memory.",
                cause: failure
            );
        }
    }

    private void Score(Batch batch, int row, ref NGramScorer scorer, Span<double> values)
    {
        ReadOnlySpan<byte> text = batch.Text(row);
        if (_options.Unit == NGramUnit.Bytes)
            scorer.AddBytes(text);
        else
            foreach (Range word in Words.Of(text))
                scorer.Add(text[word]);
        NGramScore score = scorer.EndRow();
        (values[0], values[1], values[2]) = (score.Perplexity, score.Bits / Math.Max(1, text.Length), text.Length);
    }
}
