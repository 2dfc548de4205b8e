using System.Collections.Concurrent;
using Assay.Learning;
using Assay.Models;
using Assay.Numerics;

namespace Assay.Value;

/// <summary>A transformer that is trained on rows, and judged by its mean loss on target rows.</summary>
/// <remarks>
/// A row's loss is the mean cross-entropy of its tokens, a batch's loss the mean of its rows' losses. Gradients and products are
/// computed in float32, products of rows' gradients and their lengths added up in double, without making the gradients.
/// </remarks>
/// <param name="model">The shape; its weights are not changed.</param>
/// <param name="rows">The rows to be scored, which the batches are drawn from.</param>
/// <param name="target">The rows of the target loss.</param>
/// <param name="batch">Rows of a batch.</param>
/// <param name="random">Names the order of rows in batches.</param>
public sealed class TransformerControl(
    Transformer model,
    TokenRows rows,
    TokenRows target,
    int batch,
    RandomStream random
) : IControlledModel
{
    private const int RowsAtOnce = 16;
    private readonly ConcurrentBag<Copy> _copies = [];
    private readonly Batches _batches = new(rows.Count, batch, random);

    /// <inheritdoc/>
    public int Parameters { get; } = checked((int)model.ParameterCount);

    /// <inheritdoc/>
    public int Rows => rows.Count;

    /// <summary>The model's parameters, to start from.</summary>
    public double[] Start() => [.. model.Snapshot()];

    /// <inheritdoc/>
    public void BatchGradient(int step, ReadOnlySpan<double> at, Span<double> gradient)
    {
        int[] drawn = BatchOf(step);
        using Rented copy = Rent(at);
        gradient.Clear();
        copy.Model.AddGradient(scope => rows.BatchLoss(scope, drawn), 1, gradient);
    }

    /// <inheritdoc/>
    public void BatchHessian(int step, ReadOnlySpan<double> at, ReadOnlySpan<double> vector, Span<double> product)
    {
        int[] drawn = BatchOf(step);
        using Rented rented = Rent(at);
        Copy copy = rented.Model;
        HessianVector hessian = new(copy.Model.Parameters(), () => rows.BatchLoss(copy.Model, drawn));
        float[] result = new float[Parameters];
        hessian.Multiply(Floats(vector), result);
        for (int i = 0; i < result.Length; i++)
            product[i] = result[i];
    }

    /// <inheritdoc/>
    public void TargetGradient(ReadOnlySpan<double> at, Span<double> gradient)
    {
        using Rented copy = Rent(at);
        gradient.Clear();
        for (int first = 0; first < target.Count; first += RowsAtOnce)
        {
            int[] some = [.. Enumerable.Range(first, Math.Min(RowsAtOnce, target.Count - first))];
            copy.Model.AddGradient(
                scope => target.BatchLoss(scope, some),
                some.Length / (double)target.Count,
                gradient
            );
        }
    }

    /// <inheritdoc/>
    public void RowGradients(
        int first,
        ReadOnlySpan<double> at,
        ReadOnlySpan<double> direction,
        Span<double> norms,
        Span<double> products
    )
    {
        using Rented copy = Rent(at);
        Transformer of = copy.Model.Model;
        float[] along = Floats(direction);
        for (int done = 0; done < norms.Length; done += RowsAtOnce)
        {
            using TensorScope scope = new();
            int[] some = [.. Enumerable.Range(first + done, Math.Min(RowsAtOnce, norms.Length - done))];
            using GhostGradients gradients = GhostGradients.Of(of.Parameters(), rows.Losses(of, some));
            gradients.Norms().CopyTo(norms[done..]);
            gradients.Products(along).CopyTo(products[done..]);
        }
    }

    private int[] BatchOf(int step)
    {
        int[] drawn = new int[batch];
        lock (_batches)
            _batches.Fill(step, drawn);
        return drawn;
    }

    private Rented Rent(ReadOnlySpan<double> at)
    {
        Copy copy = _copies.TryTake(out Copy? free) ? free : new(model.Copy());
        copy.Model.Restore(Floats(at));
        return new(_copies, copy);
    }

    private static float[] Floats(ReadOnlySpan<double> values)
    {
        float[] floats = new float[values.Length];
        for (int i = 0; i < floats.Length; i++)
            floats[i] = (float)values[i];
        return floats;
    }

    /// <summary>A model of its own for a thread.</summary>
    private sealed class Copy(Transformer model)
    {
        private readonly Tensor[] _tensors = [.. model.Parameters().Select(parameter => parameter.Tensor)];

        public Transformer Model { get; } = model;

        /// <summary>gradient += scale x that of the loss.</summary>
        public void AddGradient(Func<Transformer, Tensor> loss, double scale, Span<double> gradient)
        {
            using TensorScope scope = new();
            int at = 0;
            foreach (Tensor part in Tensor.Gradients(loss(Model), _tensors))
            foreach (float value in part.Data)
                gradient[at++] += scale * value;
        }
    }

    private readonly struct Rented(ConcurrentBag<Copy> copies, Copy model) : IDisposable
    {
        public Copy Model { get; } = model;

        public void Dispose() => copies.Add(Model);
    }
}
