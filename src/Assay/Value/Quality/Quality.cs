using Assay.Data;
using Assay.Features;
using Assay.Learning;
using Assay.Numerics;

namespace Assay.Value;

/// <summary>
/// How much each row looks like texts that are wanted and unlike texts that are not, by a classifier of words: signal
/// <c>quality</c>, a probability.
/// </summary>
/// <remarks>
/// The classifiers of GPT-3's, LLaMA's and DCLM's data, as "A Survey on Data Selection for Language Models" (arXiv
/// 2402.16827) collects them; see <see cref="TextContrast"/> for the model.
/// </remarks>
[Method("value/quality", Paper = "data-selection-survey")]
public sealed class Quality(QualityOptions options) : IValuer
{
    /// <inheritdoc/>
    /// <exception cref="AssayException">A side has no rows with words.</exception>
    public IReadOnlyList<Signal> Value(View view, Work work)
    {
        RandomStream fold = work.Random.Child("folds");
        int folds = options.Negative is null ? options.Folds : 1;
        int FoldOf(ulong key) => folds == 1 ? 0 : (int)(fold.BitsOf(key) % (ulong)folds);

        const string Stage = "scoring";
        TextContrast[] classifiers = RowSignals.AreMade(view, work, Stage) ? [] : Train(view, work, folds, FoldOf);
        return RowSignals.Make(
            view,
            work,
            Stage,
            ["quality"],
            () =>
            {
                TextContrast.TextReader[] readers = [.. classifiers.Select(classifier => classifier.Reader())];
                return (batch, row, values) =>
                    values[0] = readers[FoldOf(RowSizes.KeyOf(batch.Id(row)))].Score(batch.Text(row));
            }
        );
    }

    private TextContrast[] Train(View view, Work work, int folds, Func<ulong, int> foldOf)
    {
        if (view.DistinctRows.IsEmpty)
            return [];
        TextGrams grams = TextContrast.Grams(options.NGrams);
        View from = work.Dataset(options.Positive);
        SparseMatrix positive = Count(from, RowSizes.Read(from, work), from.Selection, "positive");
        View others = options.Negative is { } name ? work.Dataset(name) : view;
        RowSizes rows = RowSizes.Read(others, work);
        TextContrast[] classifiers = new TextContrast[folds];
        using Workers.LimitScope limit = Workers.Limit(Math.Min(256, work.Threads));
        for (int i = 0; i < folds; i++)
        {
            work.Progress?.Report(new("training", i, folds, "classifiers"));
            Selection rest = folds == 1 ? others.Selection : others.Selection.Where(row => foldOf(rows.Key(row)) != i);
            classifiers[i] = TextContrast.Fit(
                positive,
                Count(others, rows, rest, $"negative {i}"),
                options.NGrams,
                options.C
            );
        }
        return classifiers;

        SparseMatrix Count(View side, RowSizes sizes, Selection selection, string draw)
        {
            Subsample sample = sizes.Draw(selection, options.TrainBytes.Bytes, work.Random.Child(draw));
            SparseMatrix counts = grams.Count(side, sample.Rows, work.Cancellation);
            return counts.Entries > 0
                ? counts
                : throw new AssayException(
                    $"value/quality: '{side.Dataset.Name}' has no rows with words to learn from",
                    hint: side == view
                        ? "Give a dataset of texts that are not wanted with 'negative:'."
                        : "Check the 'text:' column of the dataset."
                );
        }
    }
}
