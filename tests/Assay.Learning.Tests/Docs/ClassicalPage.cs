using Assay.Numerics;

namespace Assay.Learning.Tests;

/// <summary>The code of docs/classical.md, compiled.</summary>
internal static class ClassicalPage
{
    public static double Short(Matrix features, int[] labels)
    {
        // csharpier-ignore-start
        ClassificationData data = new(features, labels, classes: 3);   // checked once: shapes, labels, weights, NaN
        LogisticRegression learner = new(new() { C = 0.1 });
        LogisticModel model = learner.Fit(data);
        double[] probabilities = model.Probabilities(features);        // rows x classes
        double loss = ProbabilityMetrics.LogLoss(probabilities, labels, 3);
        // csharpier-ignore-end

        return loss;
    }

    public static double Valuing(
        ClassificationData data,
        LogisticRegression learner,
        LogisticModel model,
        Matrix features,
        int[] labels,
        double loss
    )
    {
        // csharpier-ignore-start
        double[] weights = new double[data.Rows];
        Array.Fill(weights, 1);
        weights[7] = 0;                                                          // as if row 7 were not there
        LogisticModel without = learner.Fit(data.WithWeights(weights), start: model);
        double worth = ProbabilityMetrics.LogLoss(without.Probabilities(features), labels, 3) - loss;
        // csharpier-ignore-end

        return worth;
    }

    public static double[] Forest(ClassificationData data, Matrix features, Matrix queries, int[] first)
    {
        // csharpier-ignore-start
        RandomForestModel forest = new RandomForest(new() { Trees = 200 }).Fit(data, new RandomStream(7, "forest"));
        double[] unseen = forest.OutOfBagProbabilities(features);                // of each row by trees that did not see it
        new Neighbours(features).Rank(queries, (query, order) => first[query] = order[0]);   // order: all rows, nearest first
        // csharpier-ignore-end

        return unseen;
    }
}
