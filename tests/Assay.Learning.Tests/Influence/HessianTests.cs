using Assay.Numerics;

namespace Assay.Learning.Tests;

public sealed class HessianTests
{
    private static float[] Product(ILinearOperator matrix, float[] vector)
    {
        float[] product = new float[vector.Length];
        matrix.Multiply(vector, product);
        return product;
    }

    private static float[] Vector(int length, string name)
    {
        RandomStream stream = new(9, name);
        return [.. Enumerable.Range(0, length).Select(_ => (float)stream.NextGaussian())];
    }

    private static void Near(float[] expected, float[] actual, double tolerance)
    {
        double scale = Math.Sqrt(expected.Sum(value => (double)value * value)),
            difference = Math.Sqrt(expected.Zip(actual, (a, b) => (double)(a - b) * (a - b)).Sum());
        Assert.True(difference <= tolerance * scale, $"{difference / scale}");
    }

    [Fact]
    public void Exact_products_equal_finite_differences_of_gradients()
    {
        SequenceModel model = new(7, 8, 5);
        (int[] tokens, int[] targets) = SequenceModel.Draw(7, 15, 3);
        HessianVector exact = new(model.Parameters, () => model.Losses(tokens, targets, 3).Mean());
        FiniteDifferenceHessian approximate = new(
            model.Parameters,
            () => model.Losses(tokens, targets, 3).Mean(),
            step: 1e-3
        );
        float[] before = model.Parameters[2].Tensor.ToArray(),
            v = Vector(exact.Length, "v"),
            w = Vector(exact.Length, "w");
        float[] product = Product(exact, v);
        Near(product, Product(approximate, v), 5e-3);
        Assert.Equal(before, model.Parameters[2].Tensor.ToArray());
        // The Hessian is symmetric: w' H v = v' H w.
        double left = product.Zip(w, (a, b) => (double)a * b).Sum(),
            right = Product(exact, w).Zip(v, (a, b) => (double)a * b).Sum(),
            scale = Math.Sqrt(product.Sum(a => (double)a * a) * w.Sum(a => (double)a * a));
        Assert.True(Math.Abs(left - right) < 1e-5 * scale, $"{left} {right}");
    }

    [Fact]
    public void A_linear_model_has_the_Hessian_that_is_worked_by_hand_and_it_is_that_of_Gauss_and_Newton()
    {
        RandomStream stream = new(2, "rows");
        const int rows = 9,
            inputs = 4,
            classes = 3;
        Tensor x = Tensor.Normal(stream, 1, rows, inputs),
            weight = Tensor.Normal(stream, 1, classes, inputs);
        weight.RequiresGrad = true;
        int[] labels = [.. Enumerable.Range(0, rows).Select(i => i % classes)];
        Parameter[] parameters = [new("weight", weight)];
        float[] v = Vector(classes * inputs, "v"),
            expected = new float[v.Length];
        Tensor p = Functional.Linear(x, weight).Softmax();
        // H v = mean over rows of (diag(p) - p p') V x (x) x.
        for (int row = 0; row < rows; row++)
        {
            double[] image = new double[classes];
            for (int c = 0; c < classes; c++)
            for (int i = 0; i < inputs; i++)
                image[c] += v[c * inputs + i] * x.Data[row * inputs + i];
            double mean = Enumerable.Range(0, classes).Sum(c => p.Data[row * classes + c] * image[c]);
            for (int c = 0; c < classes; c++)
            for (int i = 0; i < inputs; i++)
                expected[c * inputs + i] += (float)(
                    p.Data[row * classes + c] * (image[c] - mean) * x.Data[row * inputs + i] / rows
                );
        }
        HessianVector hessian = new(parameters, () => Functional.CrossEntropy(Functional.Linear(x, weight), labels));
        GaussNewtonVector gaussNewton = new(
            parameters,
            () => Functional.Linear(x, weight),
            logits => Functional.CrossEntropy(logits, labels)
        );
        Near(expected, Product(hessian, v), 1e-5);
        Near(expected, Product(gaussNewton, v), 1e-5);
    }

    [Fact]
    public void Gauss_and_Newton_of_a_network_is_the_mean_over_labels_of_squared_gradients()
    {
        RandomStream stream = new(5, "network");
        Tensor x = Tensor.Normal(stream, 1, 6, 4),
            first = Tensor.Normal(stream, 0.7f, 5, 4),
            second = Tensor.Normal(stream, 0.7f, 3, 5);
        first.RequiresGrad = second.RequiresGrad = true;
        Parameter[] parameters = [new("first", first), new("second", second)];
        Tensor Logits() => Functional.Linear(Functional.Linear(x, first).Tanh(), second);
        float[] v = Vector(35, "v"),
            expected = new float[35];
        Tensor p = Logits().Softmax();
        for (int label = 0; label < 3; label++)
        {
            Matrix gradients = PerSampleGradients.Of(
                parameters,
                Functional.CrossEntropyRows(Logits(), Enumerable.Repeat(label, 6).ToArray())
            );
            for (int row = 0; row < 6; row++)
            {
                double along = 0;
                for (int i = 0; i < 35; i++)
                    along += gradients[row, i] * v[i];
                for (int i = 0; i < 35; i++)
                    expected[i] += (float)(p.Data[row * 3 + label] * along * gradients[row, i] / 6);
            }
        }
        GaussNewtonVector matrix = new(parameters, Logits, logits => Functional.CrossEntropy(logits, new int[6]));
        Near(expected, Product(matrix, v), 1e-5);
    }

    [Fact]
    public void Batches_are_averaged_and_no_gradient_is_touched()
    {
        RandomStream stream = new(2, "rows");
        Tensor x = Tensor.Normal(stream, 1, 8, 4),
            w = Tensor.Normal(stream, 1, 2, 4);
        w.RequiresGrad = true;
        Tensor Loss(Tensor rows) => Functional.Linear(rows, w).Tanh().Square().Mean();
        HessianVector whole = new([new("w", w)], () => Loss(x)),
            halves = new([new("w", w)], 2, batch => Loss(x.Slice(0, 4 * batch, 4)));
        float[] v = Vector(8, "v"),
            second = new float[8];
        Near(Product(whole, v), Product(halves, v), 1e-5);
        halves.Multiply(1, v, second);
        Near(Product(new HessianVector([new("w", w)], () => Loss(x.Slice(0, 4, 4))), v), second, 1e-6);
        Assert.Null(w.Grad);
        Assert.Contains("8", Assert.Throws<ArgumentException>(() => Product(whole, new float[3])).Message);
    }
}
