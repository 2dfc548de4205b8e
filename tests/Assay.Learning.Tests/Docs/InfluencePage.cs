using Assay.Numerics;

namespace Assay.Learning.Tests;

/// <summary>The code of docs/influence.md, run.</summary>
public sealed class InfluencePage
{
    [Fact]
    public void GradientsProjectionsCurvatureAndInfluence()
    {
        Transformer model = new(ModelSizes.Of("gpt-250k") with { Layers = 1 }, new RandomStream(7, "model"));
        ByteTokenizer tokenizer = new();
        TokenBatch Encode(params string[] texts) => TokenBatch.Of([.. texts.Select(text => tokenizer.Encode(text))]);
        TokenBatch batch = Encode("the river runs to the sea", "a stone lies in the river", "0123456789"),
            validation = Encode("the river runs to the stone");
        float[] validationGradient = new float[model.ParameterCount];
        model.Loss(validation.Inputs, validation.Targets, validation.Batch).Backward();
        new ParameterVector(model.Parameters()).ReadGradients(validationGradient);

        // csharpier-ignore-start
        using TensorScope scope = new();
        Parameter[] parameters = [.. model.TrainableParameters()];
        Tensor losses = Functional
            .CrossEntropyRows(model.Forward(batch.Inputs, batch.Batch), batch.Targets, TokenBatch.NotCounted)
            .Reshape(batch.Batch, batch.Time);                          // [samples, ..]: one sequence a sample

        using GhostGradients gradients = GhostGradients.Of(parameters, losses);
        double[] lengths = gradients.Norms();
        double[] scores = gradients.Products(validationGradient);       // one number a sample
        Matrix similarity = gradients.Products(gradients);              // [samples, samples], or with another batch

        Matrix made = PerSampleGradients.Of(parameters, losses);        // [samples, parameters]
        // csharpier-ignore-end

        Assert.Equal((3, validationGradient.Length), (made.Rows, made.Columns));
        Assert.Equal(lengths[1] * lengths[1], similarity[1, 1], 1e-5 * lengths[1] * lengths[1]);
        double product = 0;
        for (int i = 0; i < made.Columns; i++)
            product += (double)made[0, i] * validationGradient[i];
        Assert.Equal(product, scores[0], 1e-5 * lengths[0] * lengths[0]);

        // csharpier-ignore-start
        ProjectionOptions options = new() { Kind = ProjectionKind.Sparse, Dimension = 1024 };
        GradientProjection projection = new(parameters, options, new RandomStream(7, "projection"));
        Matrix features = projection.Project(gradients);                // [samples, 1024]
        // csharpier-ignore-end

        Assert.Equal((3, 1024), (features.Rows, features.Columns));

        // csharpier-ignore-start
        HessianVector hessian = new(parameters, () => model.Loss(batch.Inputs, batch.Targets, batch.Batch));
        EigenvalueResult sharpest = LargestEigenvalue.Of(hessian, new RandomStream(7, "start"), maximumIterations: 20);

        GaussNewtonVector curvature = new(
            parameters,
            () => model.Forward(batch.Inputs, batch.Batch),
            logits => Functional.CrossEntropy(logits, batch.Targets, TokenBatch.NotCounted)
        );
        ConjugateGradientResult solved = ConjugateGradient.Solve(curvature, validationGradient, new() { Damping = 0.1 });
        // csharpier-ignore-end

        Assert.True(sharpest.Value > 0);
        Assert.False(solved.NegativeCurvature);
        Assert.True(solved.RelativeResidual < 0.1, $"{solved.RelativeResidual}");

        // csharpier-ignore-start
        KroneckerFisher fisher = KroneckerFisher.Of(parameters, batches: 2, SampledLosses, new());
        float[] direction = fisher.Solve(validationGradient);           // damping: 0.1 of each block's mean eigenvalue
        double[] influence = gradients.Products(direction);             // above 0: the validation loss is lower thanks to this row

        Tensor SampledLosses(int number)                                // of batch 0, 1, 2, ...; the same whenever it is asked for
        {
            Tensor logits = model.Forward(batch.Inputs, batch.Batch);
            RandomStream stream = new RandomStream(7, "labels").Child(number);
            int[] labels = SampledLabels.Of(logits, stream, batch.Targets, TokenBatch.NotCounted);
            return Functional.CrossEntropyRows(logits, labels, TokenBatch.NotCounted).Reshape(batch.Batch, batch.Time);
        }
        // csharpier-ignore-end

        Assert.All(influence, value => Assert.True(double.IsFinite(value)));
        Assert.True(influence[0] > influence[2], "a text like the one to predict helps more than digits do");
    }
}
