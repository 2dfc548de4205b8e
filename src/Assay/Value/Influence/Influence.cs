using Assay.Data;
using Assay.Learning;
using Assay.Models;

namespace Assay.Value;

/// <summary>How much training on each row lowers the loss on a target, told from gradients: signal <c>influence</c>, larger is better.</summary>
/// <remarks>
/// Sources: Koh and Liang, "Understanding black-box predictions via influence functions" (2017); Pruthi et al. (TracIn, 2020); Grosse et
/// al., arXiv 2308.03296 (EK-FAC); Quad, arXiv 2409.16986, whose paper has the sign the other way round. The library forms are
/// <see cref="GradientInfluence"/>, <see cref="Curvature"/> and <see cref="TextInfluence"/>.
/// </remarks>
[Method("value/influence", Paper = "quad")]
public sealed class Influence(InfluenceOptions options) : IValuer, IModelUser
{
    private const string Name = "influence";

    /// <inheritdoc/>
    public ModelRequest? Model =>
        options.Label is not null ? null
        : options.Method == InfluenceMethod.TracIn ? options.Request
        : options.Request with { Checkpoints = 1 };

    private bool IsInverse =>
        options.Method is InfluenceMethod.Cg or InfluenceMethod.Lissa or InfluenceMethod.KFac or InfluenceMethod.EkFac;

    /// <inheritdoc/>
    /// <exception cref="AssayException">A column, a text or a class is missing, or the curvature cannot be inverted.</exception>
    public IReadOnlyList<Signal> Value(View view, Work work) =>
        [options.Label is null ? Texts(view, work) : Labelled(view, work)];

    private CurvatureOptions CurvatureOf(double defaultDamping, double penalty = 0) =>
        new()
        {
            Damping = options.Damping ?? defaultDamping,
            Penalty = penalty,
            Labels = options.Fisher,
            Iterations = options.Iterations,
        };

    private Signal Texts(View view, Work work)
    {
        TrainedModel trained = TrainedModel.Open(work);
        View target = work.Dataset(options.Target);
        bool traced = options.Method == InfluenceMethod.TracIn,
            layers = options.Method is InfluenceMethod.KFac or InfluenceMethod.EkFac;
        InfluenceUnit unit =
            options.Method == InfluenceMethod.Cosine ? InfluenceUnit.Cosine
            : options.Per == InfluencePer.Row ? InfluenceUnit.Row
            : InfluenceUnit.Token;
        double[] values = new double[view.DistinctRows.Length];
        foreach (long step in traced ? trained.Steps : [trained.Steps[^1]])
        {
            ModelSnapshot snapshot = trained.At(step);
            Transformer model = snapshot.Model;
            TextInfluence texts = new(
                model,
                layers ? TextInfluence.LinearLayers(model) : [.. model.TrainableParameters()],
                new(snapshot.Context, options.MostTokens, options.LeastTokens)
            );
            float[] direction = texts.Kept(
                work,
                $"direction{step}",
                () =>
                {
                    float[] gradient = GradientInfluence.Gradient(
                        texts.Parameters,
                        texts.Read(target, target.DistinctRows.ToArray(), work.Cancellation),
                        work.Cancellation
                    );
                    return IsInverse ? Solve(texts, view, gradient, work) : gradient;
                }
            );
            double[] scores = texts.ScoreAll(view, work, $"scores{step}", direction, unit);
            for (int i = 0; i < values.Length; i++)
                values[i] += (traced ? snapshot.Rate : 1) * scores[i];
        }
        double[] all = new double[view.Dataset.RowCount];
        Array.Fill(all, double.NaN);
        for (int i = 0; i < values.Length; i++)
            all[view.DistinctRows[i]] = values[i];
        return new(Name, all);
    }

    private float[] Solve(TextInfluence texts, View view, float[] gradient, Work work) =>
        new Curvature(
            texts.Parameters,
            texts.Read(view, CurvatureRows(view, work), work.Cancellation),
            CurvatureOf(0.1),
            work.Random
        ).Solve(options.Method, gradient, work.Cancellation);

    private int[] CurvatureRows(View view, Work work) =>
        [
            .. RowSizes
                .Ones(view, work)
                .Draw(new(view.DistinctRows.ToArray()), options.CurvatureRows, work.Random.Child("curvature"))
                .Rows,
        ];

    private Signal Labelled(View view, Work work)
    {
        ValuedTable table = ValuedTable.Read(
            new()
            {
                Label = options.Label!,
                Features = options.Features,
                Standardise = options.Standardise,
            },
            view,
            work.Dataset(options.Target),
            null,
            work
        );
        for (int k = 0; k < table.Classes; k++)
            if (!table.Labels.Contains(k))
                throw new AssayException(
                    $"a class of '{options.Label}' occurs in '{options.Target}' and in no row that is valued",
                    hint: "A classifier trained on the rows cannot learn it; leave such rows out of the target (select/where)."
                );
        using Numerics.Workers.LimitScope limit = Numerics.Workers.Limit(Math.Min(256, work.Threads));
        ClassificationData data = new(table.Features, table.Labels, table.Classes);
        List<InfluenceCheckpoint> checkpoints = [];
        (DifferentiableClassifier classifier, Module? module) = Train(data, work, checkpoints);
        LabelledSamples rows = new(classifier, table.Features, table.Labels),
            target = new(classifier, table.TestFeatures!, table.TestLabels);
        if (options.Method == InfluenceMethod.TracIn)
            return table.Signal(
                Name,
                GradientInfluence.TracIn(module!, checkpoints, classifier.Parameters, rows, target, work.Cancellation)
            );
        float[] gradient = GradientInfluence.Gradient(classifier.Parameters, target, work.Cancellation);
        bool convex = options.Classifier == InfluenceClassifier.Logistic,
            whole = options.Method is InfluenceMethod.Cg or InfluenceMethod.Lissa;
        LabelledSamples some = rows;
        if (!convex && options.CurvatureRows < table.Labels.Length)
        {
            int[] drawn = [.. Enumerable.Range(0, table.Labels.Length)];
            work.Random.Child("curvature").Shuffle(drawn.AsSpan());
            int[] kept = [.. drawn.Take(options.CurvatureRows).Order()];
            some = new(classifier, table.Features.Take(kept), [.. kept.Select(row => table.Labels[row])]);
        }
        float[] direction = new Curvature(
            classifier.Parameters,
            some,
            CurvatureOf(convex && whole ? 0 : 0.1, classifier.Penalty),
            work.Random
        ).Solve(options.Method, gradient, work.Cancellation);
        double[] values = GradientInfluence.Products(
            classifier.Parameters,
            rows,
            direction,
            options.Method == InfluenceMethod.Cosine,
            work.Cancellation
        );
        // Leaving a row out takes 1 / n of the mean loss away.
        for (int i = 0; i < values.Length && IsInverse; i++)
            values[i] /= values.Length;
        return table.Signal(Name, values);
    }

    private (DifferentiableClassifier, Module?) Train(
        ClassificationData data,
        Work work,
        List<InfluenceCheckpoint> checkpoints
    )
    {
        if (options.Classifier == InfluenceClassifier.Logistic)
        {
            if (options.Method == InfluenceMethod.TracIn)
                throw new AssayException(
                    "value/influence: tracin follows a training by steps, and logistic regression has none",
                    hint: "Take 'classifier: mlp', or 'method: cg', which is exact for logistic regression."
                );
            LogisticOptions fit = new();
            return (DifferentiableClassifier.Of(new LogisticRegression(fit).Fit(data), fit.C, data.Rows), null);
        }
        try
        {
            NetworkClassifier learner = new(new())
            {
                Cancellation = work.Cancellation,
                Stepped = step => work.Progress?.Report(new("training", step.Step, step.Steps, "steps")),
                Watch = (model, step) =>
                {
                    // The last of each of as many equal parts of the run.
                    if (
                        step.Step * options.Checkpoints / step.Steps
                        > (step.Step - 1) * options.Checkpoints / step.Steps
                    )
                        checkpoints.Add(new(step.Rate, model.Snapshot()));
                },
            };
            NetworkModel network = (NetworkModel)learner.Fit(data, work.Random);
            return (DifferentiableClassifier.Of(network), network);
        }
        catch (TrainingException failure)
        {
            throw new AssayException(failure.Message, cause: failure);
        }
    }
}
