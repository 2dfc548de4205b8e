using Assay.Learning;
using Assay.Numerics;
using Assay.Value;

namespace Assay.Plan.Prescribe;

/// <summary>A model with a score to raise: of a linear model or of trees.</summary>
internal sealed class ScoreModel
{
    private readonly ColumnScale? _scale;
    private readonly LogisticModel? _linear;
    private readonly AdditiveTrees? _trees;
    private readonly bool _isLogOdds;

    private ScoreModel(ColumnScale? scale, LogisticModel? linear, AdditiveTrees? trees, bool isLogOdds) =>
        (_scale, _linear, _trees, _isLogOdds) = (scale, linear, trees, isLogOdds);

    /// <summary>What the score is.</summary>
    public string Unit => _isLogOdds ? "log-odds" : "probability";

    /// <summary>Fits.</summary>
    /// <param name="kind">Which model.</param>
    /// <param name="features">The rows.</param>
    /// <param name="isWanted">Whether each is as wanted; both occur.</param>
    /// <param name="random">Draws of a forest.</param>
    public static ScoreModel Fit(ScoreKind kind, Matrix features, bool[] isWanted, RandomStream random)
    {
        int[] labels = [.. isWanted.Select(wanted => wanted ? 1 : 0)];
        if (kind == ScoreKind.Logistic)
        {
            ColumnScale scale = ColumnScale.Of(features);
            return new(
                scale,
                new LogisticRegression(new()).Fit(new ClassificationData(scale.Apply(features), labels, 2)),
                null,
                true
            );
        }
        ClassificationData data = new(features, labels, 2);
        return kind == ScoreKind.Boosting
            ? new(
                null,
                null,
                AdditiveTrees.Of(
                    new GradientBoosting(new() { MinLeafRows = Math.Clamp(features.Rows / 20, 1, 20) }).Fit(
                        data,
                        random
                    )
                ),
                true
            )
            : new(null, null, AdditiveTrees.Of(new RandomForest(new()).Fit(data, random), 1), false);
    }

    /// <summary>The score of every row.</summary>
    public double[] Scores(Matrix rows) => _trees?.Scores(rows) ?? _linear!.Logits(_scale!.Apply(rows));

    /// <summary>What each feature adds to the score of rows, against a background.</summary>
    public Attributions Explain(Matrix background, Matrix rows) =>
        _trees is not null
            ? BackgroundTreeShap.Explain(_trees, background, rows)
            : LinearShap.Explain(
                _linear!.Coefficients,
                _linear.Intercepts[0],
                _scale!.Apply(background),
                _scale.Apply(rows)
            );

    /// <summary>The score that a probability is.</summary>
    public double ScoreOf(double probability) => _isLogOdds ? Math.Log(probability / (1 - probability)) : probability;

    /// <summary>The probability that a score is.</summary>
    public double ProbabilityOf(double score) => _isLogOdds ? Logistic.Sigmoid(score) : score;
}
