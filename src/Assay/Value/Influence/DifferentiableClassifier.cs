using Assay.Learning;

namespace Assay.Value;

/// <summary>A fitted classifier as influence sees it: parameters, logits with a graph, and what penalised its weights.</summary>
/// <param name="Parameters">What it was fitted by.</param>
/// <param name="Logits">Logits of rows of a matrix, [rows, classes].</param>
/// <param name="Penalty">
/// The second derivative of what its training added to the mean loss, for each weight; biases have none. 0 for none.
/// </param>
public sealed record DifferentiableClassifier(
    IReadOnlyList<Parameter> Parameters,
    Func<Matrix, int[], Tensor> Logits,
    double Penalty = 0
)
{
    /// <summary>A logistic or softmax regression: at an optimum of a convex loss, so that its influence is exact to first order.</summary>
    /// <param name="model">Every class had a row.</param>
    /// <param name="c">The inverse strength of its penalty.</param>
    /// <param name="rows">Rows that it was fitted on.</param>
    public static DifferentiableClassifier Of(LogisticModel model, double c, int rows)
    {
        int outputs = model.Intercepts.Length;
        Linear layer = new(
            Tensor.Of([.. model.Coefficients.Select(value => (float)value)], outputs, model.Features),
            Tensor.Of([.. model.Intercepts.Select(value => (float)value)], outputs)
        );
        return new(
            [.. layer.Parameters()],
            (features, chosen) =>
            {
                Tensor x = Tensor.Of(features.Take(chosen).Values, chosen.Length, features.Columns),
                    logits = layer.Forward(x);
                // Two classes have one output: the log-odds of the second.
                return outputs > 1 ? logits : Tensor.Concat(1, Tensor.Zeros(chosen.Length, 1), logits);
            },
            1 / (c * rows)
        );
    }

    /// <summary>A network.</summary>
    public static DifferentiableClassifier Of(NetworkModel model) =>
        new([.. model.TrainableParameters()], (features, chosen) => model.Logits(model.Standardised(features, chosen)));
}
