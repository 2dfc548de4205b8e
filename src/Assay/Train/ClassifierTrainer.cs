using Assay.Data;
using Assay.Models;

namespace Assay.Train;

/// <summary>Trains a classifier on labelled rows, and measures accuracy and log loss on held-out rows.</summary>
/// <remarks>
/// Features of networks are standardised by the training rows. <c>logistic</c> has an L2 penalty with C = 1, as
/// scikit-learn's default; <c>logistic-hashed</c> C = 10 on rows of unit length, 2^18 hashed columns of words and pairs of words.
/// </remarks>
[Method("train/classifier")]
public sealed class ClassifierTrainer(ClassifierOptions options) : ITrainer
{
    private const string Stage = "training";

    /// <inheritdoc/>
    public Trained Train(View view, View? heldOut, Work work)
    {
        ClassifierFit fit = ClassifierFit.Of(
            options,
            view,
            view.Selection.Rows,
            work.Random,
            work.MemoryBytes,
            step => work.Progress?.Report(new(Stage, step.Step, step.Steps, "steps")),
            work.Cancellation
        );
        List<Score> scores = [];
        if (heldOut is not null)
        {
            (double accuracy, double logLoss) = fit.Measure(heldOut, heldOut.Selection.Rows, work.Cancellation);
            scores = [new("accuracy", accuracy), new("log-loss", logLoss)];
        }
        return new($"{options.Model}, {fit.Classes.Count} classes", scores, null, fit.Save);
    }
}
