using System.Diagnostics;
using Assay.Learning;
using Assay.Numerics;

namespace Assay.Bench;

/// <summary>
/// <c>influence [model] [batch] [context]</c>: products of per-sample gradients of a transformer, by ghost products and with gradients
/// made, in rows (sequences) per second of wall-clock time, and the most memory that each took beyond the model.
/// </summary>
internal static class Influence
{
    private const double Seconds = 2;

    public static void Run(string[] args)
    {
        string name = args.Length > 0 ? args[0] : "gpt-1m";
        int batch = args.Length > 1 ? int.Parse(args[1]) : 16,
            context = args.Length > 2 ? int.Parse(args[2]) : 128;
        Transformer model = new(ModelSizes.Of(name), new RandomStream(7, "model"));
        Parameter[] parameters = [.. model.TrainableParameters()];
        RandomStream stream = new(7, "tokens");
        int[] tokens = [.. Enumerable.Range(0, batch * context).Select(_ => stream.NextInt32(256))],
            targets = [.. Enumerable.Range(0, batch * context).Select(_ => stream.NextInt32(256))];
        float[] direction = new float[new ParameterVector(parameters).Length];
        foreach (ref float value in direction.AsSpan())
            value = (float)stream.NextGaussian();
        Console.WriteLine(
            $"{name}, {model.ParameterCount:N0} parameters, batches of {batch} sequences of {context} tokens, {Workers.Threads} thread(s)"
        );
        Console.WriteLine($"{"", -52} {"rows/s", 9} {"MB", 8}");

        Measure(
            "one gradient of the batch (a training step's)",
            batch,
            () =>
            {
                using TensorScope scope = new();
                model.Loss(tokens, targets, batch).Backward();
                model.ZeroGrad();
                return 0;
            }
        );
        GhostGradients Gradients() =>
            GhostGradients.Of(
                parameters,
                Functional.CrossEntropyRows(model.Forward(tokens, batch), targets).Reshape(batch, context)
            );
        long Ghost(Action<GhostGradients> use)
        {
            using TensorScope scope = new();
            using GhostGradients gradients = Gradients();
            use(gradients);
            return 0;
        }
        long Made(Action<Matrix> use)
        {
            using TensorScope scope = new();
            using GhostGradients gradients = Gradients();
            Matrix made = gradients.Make();
            use(made);
            return 4L * made.Rows * made.Columns;
        }
        Measure("ghost: nothing asked", batch, () => Ghost(_ => { }));
        Measure("ghost: products with one gradient", batch, () => Ghost(g => g.Products(direction)));
        Measure("made:  products with one gradient", batch, () => Made(made => Product(made, direction, 1)));
        Measure("ghost: lengths", batch, () => Ghost(g => g.SquaredNorms()));
        Measure("ghost: products of all pairs", batch, () => Ghost(g => g.Products(g)));
        Measure("made:  products of all pairs", batch, () => Made(made => Product(made, made.Values, made.Rows)));
        GradientProjection sparse = new(parameters, new(), new RandomStream(7, "projection")),
            kronecker = new(parameters, new() { Kind = ProjectionKind.Kronecker }, new RandomStream(7, "projection"));
        Measure($"sparse projection to {sparse.Dimension}", batch, () => Ghost(g => sparse.Project(g)));
        Measure($"Kronecker projection to {kronecker.Dimension}", batch, () => Ghost(g => kronecker.Project(g)));
    }

    private static float[] Product(Matrix gradients, ReadOnlySpan<float> vectors, int count)
    {
        float[] products = new float[gradients.Rows * count];
        Gemm.Multiply(
            false,
            true,
            gradients.Rows,
            count,
            gradients.Columns,
            gradients.Values,
            gradients.Columns,
            vectors,
            gradients.Columns,
            products,
            count
        );
        return products;
    }

    /// <summary>Prints the median rate, and the most memory of tensors and of what <paramref name="work"/> says it took besides.</summary>
    private static void Measure(string what, int rows, Func<long> work)
    {
        work();
        long before = TensorPool.BytesInUse;
        TensorPool.ResetPeak();
        long beside = work(),
            peak = TensorPool.PeakBytes - before + beside;
        List<double> rates = [];
        for (long start = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(start).TotalSeconds < Seconds; )
        {
            long one = Stopwatch.GetTimestamp();
            work();
            rates.Add(rows / Stopwatch.GetElapsedTime(one).TotalSeconds);
        }
        rates.Sort();
        Console.WriteLine($"{what, -52} {rates[rates.Count / 2], 9:F1} {peak / 1e6, 8:F0}");
    }
}
