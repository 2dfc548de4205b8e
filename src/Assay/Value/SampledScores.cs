using System.ComponentModel.DataAnnotations;
using Assay.Data;
using Assay.Learning;
using Assay.Models;
using Assay.Numerics;

namespace Assay.Value;

/// <summary>Options of methods that score a sample of the rows by what a model's training does with them, and the others by their texts.</summary>
public record SampledScoreOptions : ModelOptions
{
    /// <summary>The dataset that the model is to be good at.</summary>
    [Required, DatasetName]
    public string Target { get; init; } = "";

    /// <summary>Rows of it that are used, drawn at random.</summary>
    [Range(1, int.MaxValue)]
    public int TargetRows { get; init; } = 256;

    /// <summary>Rows that are scored by the model, drawn at random; the scores of all others are predicted from theirs. At least 20.</summary>
    [Range(TextScorer.Fewest, int.MaxValue)]
    public int Sample { get; init; } = 2000;

    /// <summary>
    /// What predicts scores from texts: <c>ridge</c> regression on hashed n-grams of bytes, or a small transformer <c>encoder</c>,
    /// which takes longer.
    /// </summary>
    public ScorerKind Scorer { get; init; } = ScorerKind.Ridge;
}

/// <summary>Scores of a sample of rows, and what is predicted from them for all rows.</summary>
internal static class SampledScores
{
    private const string Fitting = "scorer",
        Predicting = "predictions";

    /// <summary>Draws the sample, scores it, and predicts the others.</summary>
    /// <param name="name">
    /// The signal: predicted scores, under <c>name-exact</c> those of the sample, and under <c>name-validation</c> those of the part of it
    /// that the regression did not see.
    /// </param>
    /// <param name="options">Which sample, which scorer.</param>
    /// <param name="view">The rows.</param>
    /// <param name="work">The step's.</param>
    /// <param name="score">Scores the sample; called only if that is needed.</param>
    public static Signal[] Of(
        string name,
        SampledScoreOptions options,
        View view,
        Work work,
        Func<TextSample, double[]> score
    )
    {
        TextSample sample = TextSample.Draw(view, options.Sample, work.Random.Child("sample"), work);
        double[] scores = score(sample);
        int wrong = Array.FindIndex(scores, value => !double.IsFinite(value));
        if (wrong >= 0)
            throw new AssayException(
                $"the {name} of row {sample.Rows[wrong]} became {scores[wrong]}",
                hint: "Train the model longer, or lower the learning rate."
            );
        Signal exact = Signal(name + "-exact", view, sample.Rows, scores);
        if (sample.Rows.Length == view.DistinctRows.Length)
            return [Signal(name, view, sample.Rows, TextScorer.Standardise(scores)), exact];
        int unseen = TextScorer.ValidationRows(sample.Rows.Length);
        return
        [
            Predict(name, options, view, work, sample, scores),
            exact,
            Signal(name + "-validation", view, sample.Rows[..unseen], scores[..unseen]),
        ];
    }

    /// <summary>The rows of the target, drawn at random, as tokens.</summary>
    /// <param name="options">Which target, how many rows.</param>
    /// <param name="work">The step's.</param>
    /// <param name="context">Most predictions of a row.</param>
    /// <param name="counted">Only so many of the last tokens of each row count; 0 for all.</param>
    public static TokenRows Target(SampledScoreOptions options, Work work, int context, int counted = 0)
    {
        View target = work.Dataset(options.Target);
        if (target.DistinctRows.IsEmpty)
            throw new AssayException($"the target '{options.Target}' has no rows", hint: "Hold out more rows.");
        return TokenRows.Of(
            TextSample.Draw(target, options.TargetRows, work.Random.Child("target"), work).Texts,
            context,
            counted
        );
    }

    private static Signal Predict(
        string name,
        SampledScoreOptions options,
        View view,
        Work work,
        TextSample sample,
        double[] scores
    )
    {
        TextScorer? scorer = RowSignals.AreMade(view, work, Predicting) ? null : Fit(options, work, sample, scores);
        return RowSignals.Make(
            view,
            work,
            Predicting,
            [name],
            () =>
                (batch, row, values) =>
                {
                    using Workers.LimitScope limit = Workers.Limit(1); // tables are what runs in parallel
                    values[0] = scorer!.Predict([batch.Text(row).ToArray()])[0];
                }
        )[0];
    }

    private static TextScorer Fit(SampledScoreOptions options, Work work, TextSample sample, double[] scores)
    {
        using Workers.LimitScope limit = Workers.Limit(Math.Min(256, work.Threads));
        try
        {
            TextScorer scorer = TextScorer.Fit(
                options.Scorer,
                sample.Texts,
                scores,
                work.Random.Child(Fitting),
                new TrainingCheckpoints(Path.Combine(work.Pieces.Folder, Fitting)),
                step => work.Progress?.Report(new(Fitting, step.Step, step.Steps, "steps")),
                work.Cancellation
            );
            string found = FormattableString.Invariant(
                $"scorer: Spearman {scorer.Spearman:0.00} on {TextScorer.ValidationRows(scores.Length)} rows"
            );
            work.Progress?.Report(new(found, scores.Length, scores.Length, "rows"));
            return scorer;
        }
        catch (TrainingException failure)
        {
            throw new AssayException($"the encoder that predicts scores: {failure.Message}", cause: failure);
        }
    }

    private static Signal Signal(string name, View view, int[] rows, double[] scores)
    {
        double[] values = new double[view.Dataset.RowCount];
        Array.Fill(values, double.NaN);
        for (int i = 0; i < scores.Length; i++)
            values[rows[i]] = scores[i];
        return new(name, values);
    }
}
