using Assay.Learning;
using Assay.Numerics;

namespace Assay.Plan.Prescribe;

/// <summary>Models that did not see the rows that they judge, nor others of the same features.</summary>
internal sealed class HeldOutFolds
{
    private const int Folds = 5;

    private HeldOutFolds(int[] foldOf, ScoreModel[] models) => (FoldOf, Models) = (foldOf, models);

    /// <summary>The fold of each row.</summary>
    public int[] FoldOf { get; }

    /// <summary>For each fold, the model that was fitted on the others.</summary>
    public ScoreModel[] Models { get; }

    /// <summary>Deals rows to five folds, and fits on the others of each.</summary>
    /// <param name="table">The rows.</param>
    /// <param name="kind">Which model.</param>
    /// <param name="random">Deals, and draws of a forest.</param>
    /// <param name="together">Whether rows of the same features stay in one fold; if not, a model has as good as seen copies.</param>
    /// <returns>Null where the rows are too few or too alike for every fit to see both kinds.</returns>
    public static HeldOutFolds? Of(FeatureTable table, ScoreKind kind, RandomStream random, bool together = true)
    {
        int[] foldOf = Deal(
            together ? table.Groups() : [.. Enumerable.Range(0, table.Rows)],
            Folds,
            random.Child("folds")
        );
        ScoreModel[] models = new ScoreModel[Folds];
        for (int fold = 0; fold < Folds; fold++)
        {
            int[] learned = [.. Enumerable.Range(0, table.Rows).Where(i => foldOf[i] != fold)];
            bool[] wanted = [.. learned.Select(i => table.IsWanted[i])];
            if (learned.Length == table.Rows || wanted.Distinct().Count() < 2)
                return null;
            models[fold] = ScoreModel.Fit(kind, table.Features.Take(learned), wanted, random.Child("fit").Child(fold));
        }
        return new(foldOf, models);
    }

    /// <summary>Deals groups of rows to folds of as many groups.</summary>
    public static int[] Deal(int[] groups, int folds, RandomStream random)
    {
        int[] order = [.. Enumerable.Range(0, groups.Max() + 1)],
            foldOf = new int[order.Length];
        random.Shuffle(order.AsSpan());
        for (int place = 0; place < order.Length; place++)
            foldOf[order[place]] = place % folds;
        return [.. groups.Select(group => foldOf[group])];
    }

    /// <summary>The score of a row as it is, or changed, by the model that did not see it.</summary>
    public double Score(int row, float[] features) => Models[FoldOf[row]].Scores(Matrix.Of([features]))[0];

    /// <summary>How well rows are told apart by models that did not see them.</summary>
    public (double Accuracy, double F1) Measure(FeatureTable table)
    {
        int[] truth = [.. table.IsWanted.Select(wanted => wanted ? 1 : 0)],
            predicted = new int[truth.Length];
        for (int fold = 0; fold < Models.Length; fold++)
        {
            int[] rows = [.. Enumerable.Range(0, truth.Length).Where(i => FoldOf[i] == fold)];
            double half = Models[fold].ScoreOf(0.5);
            double[] scores = rows.Length > 0 ? Models[fold].Scores(table.Features.Take(rows)) : [];
            for (int at = 0; at < rows.Length; at++)
                predicted[rows[at]] = scores[at] >= half ? 1 : 0;
        }
        return (ClassificationMetrics.Accuracy(truth, predicted), ClassificationMetrics.Binary(truth, predicted).F1);
    }
}
