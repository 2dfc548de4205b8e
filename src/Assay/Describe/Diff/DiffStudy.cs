using Assay.Data;
using Assay.Features;
using Assay.Learning;
using Assay.Numerics;
using Assay.Studies;

namespace Assay.Describe;

/// <summary>
/// Says how two datasets differ and what they share: columns, distributions, words, and rows of one that stand in the other, whole or in long runs of words.
/// </summary>
/// <remarks>
/// To be asked before a training: is what is measured on like what is trained on, and is it not in it? See <see cref="ColumnDrift"/> for the tests,
/// <see cref="TypicalWord"/> for the words, <see cref="Contamination"/> for what is found. That a classifier of words tells the sides apart is the two-sample test of Lopez-Paz and Oquab,
/// "Revisiting Classifier Two-Sample Tests" (arXiv 1610.06545), with the area under the ROC curve in place of the accuracy.
/// </remarks>
[Method("describe/diff")]
public sealed class DiffStudy(DiffOptions options) : IStudy
{
    private const int Folds = 2,
        LeastRows = 20,
        TypicalOfASide = 20;

    /// <inheritdoc/>
    public Study Run(View data, Work work)
    {
        if (!work.Datasets.TryGetValue(options.Against, out View? against))
            throw new AssayException(
                "describe/diff needs a second dataset",
                hint: "Write 'assay describe diff a.jsonl b.jsonl', or name it with --against; in a recipe with 'against:'."
            );
        foreach (View view in (View[])[data, against])
            if (view.DistinctRows.IsEmpty)
                throw new AssayException($"'{view.Dataset.Name}' has no rows", hint: "There is nothing to compare.");
        (View View, int[] Rows) a = Sample(data, "a"),
            b = Sample(against, "b");
        string[] shared = Shared(data.Dataset.Schema, against.Dataset.Schema);
        List<ColumnDrift> drifts = [];
        for (int i = 0; i < shared.Length; i++)
        {
            work.Progress?.Report(new("columns", i, shared.Length, "columns"));
            drifts.AddRange(SampledColumns.Compare(shared[i], a, b, work.Cancellation));
        }
        bool hasTexts = HasTexts(data) && HasTexts(against);
        TypicalWords words = new();
        if (hasTexts)
        {
            words.Add(a.View, a.Rows, isB: false, work.Cancellation);
            words.Add(b.View, b.Rows, isB: true, work.Cancellation);
        }
        return DiffPanels.Study(
            new()
            {
                A = data,
                B = against,
                SampledA = a.Rows.Length,
                SampledB = b.Rows.Length,
                Drifts = ColumnDrift.Adjust(drifts),
                HasTexts = hasTexts,
                Words = words.Most(TypicalOfASide),
                ToldApart = hasTexts ? ToldApart(a, b, work) : null,
                Contamination = Contamination.Find(data, against, hasTexts ? null : shared, options.Ngram, work),
            },
            options,
            work.Cancellation
        );

        (View, int[]) Sample(View view, string side) =>
            (view, SampledColumns.Rows(view, options.Sample, work.Random.Child("sample").Child(side)));
    }

    private string[] Shared(Schema a, Schema b)
    {
        foreach (string column in options.Columns)
            if (a.Find(column) is null || b.Find(column) is null)
                throw new AssayException(
                    $"column '{column}' is not in both datasets",
                    hint: "Both have: "
                        + string.Join(
                            ", ",
                            a.Where(field => b.Find(field.Name) is not null).Select(field => field.Name)
                        )
                        + "."
                );
        return
        [
            .. a.Select(field => field.Name)
                .Where(name => b.Find(name) is not null)
                .Where(name => options.Columns.Count == 0 || options.Columns.Contains(name)),
        ];
    }

    private static bool HasTexts(View view) =>
        view.Dataset.Schema.Find(view.Dataset.TextColumn)?.Type == ColumnType.Text;

    /// <summary>The area under the ROC curve of a classifier of words that was told neither row, in each of two folds; null with too few rows.</summary>
    private static double[]? ToldApart((View View, int[] Rows) a, (View View, int[] Rows) b, Work work)
    {
        if (Math.Min(a.Rows.Length, b.Rows.Length) < LeastRows)
            return null;
        TextGrams grams = TextContrast.Grams(nGrams: 1);
        RandomStream deal = work.Random.Child("folds");
        (int[][] ofA, int[][] ofB) = (Split(a.Rows, "a"), Split(b.Rows, "b"));
        double[] areas = new double[Folds];
        for (int fold = 0; fold < Folds; fold++)
        {
            work.Progress?.Report(new("told apart", fold, Folds, "folds"));
            SparseMatrix taughtA = grams.Count(a.View, ofA[fold], work.Cancellation),
                taughtB = grams.Count(b.View, ofB[fold], work.Cancellation);
            if (taughtA.Entries == 0 || taughtB.Entries == 0)
                return null;
            TextContrast.TextReader reader = TextContrast.Fit(taughtB, taughtA, nGrams: 1, c: 1).Reader();
            List<double> scores = [];
            a.View.ForEach(ofA[1 - fold], (batch, row) => scores.Add(reader.Score(batch.Text(row))), work.Cancellation);
            int negatives = scores.Count;
            b.View.ForEach(ofB[1 - fold], (batch, row) => scores.Add(reader.Score(batch.Text(row))), work.Cancellation);
            areas[fold] = RankingMetrics.RocAuc(
                scores.ToArray(),
                [.. Enumerable.Range(0, scores.Count).Select(i => i < negatives ? 0 : 1)]
            );
        }
        return areas;

        int[][] Split(int[] rows, string side)
        {
            int[] dealt = [.. rows];
            deal.Child(side).Shuffle(dealt.AsSpan());
            return
            [
                [.. dealt[..(dealt.Length / 2)].Order()],
                [.. dealt[(dealt.Length / 2)..].Order()],
            ];
        }
    }
}

/// <summary>What a <see cref="DiffStudy"/> looked at and found.</summary>
internal sealed record DiffFindings
{
    public required View A { get; init; }

    public required View B { get; init; }

    public required int SampledA { get; init; }

    public required int SampledB { get; init; }

    public required IReadOnlyList<ColumnDrift> Drifts { get; init; }

    /// <summary>Whether both sides have texts; if not, rows are compared by the columns that they share.</summary>
    public required bool HasTexts { get; init; }

    public required IReadOnlyList<TypicalWord> Words { get; init; }

    public required double[]? ToldApart { get; init; }

    public required ContaminationResult Contamination { get; init; }
}
