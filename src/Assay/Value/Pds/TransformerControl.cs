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
/// <param name="cancellation">Asks to stop; heard between a few rows.</param>
public sealed class TransformerControl(
    Transformer model,
    TokenRows rows,
    TokenRows target,
    int batch,
    RandomStream random,
    CancellationToken cancellation = default
) : IControlledModel
{
    private const int RowsAtOnce = 16;
    private readonly ConcurrentBag<Transformer> _idle = [];
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
        Transformer copy = CopyAt(at);
        gradient.Clear();
        AddGradient(copy, rows, BatchOf(step), 1, gradient);
        _idle.Add(copy);
    }

    /// <inheritdoc/>
    public void BatchHessian(int step, ReadOnlySpan<double> at, ReadOnlySpan<double> vector, Span<double> product)
    {
        Transformer copy = CopyAt(at);
        int[] drawn = BatchOf(step);
        HessianVector hessian = new(copy.Parameters(), () => rows.BatchLoss(copy, drawn));
        float[] result = new float[Parameters];
        hessian.Multiply(Floats(vector), result);
        for (int i = 0; i < result.Length; i++)
            product[i] = result[i];
        _idle.Add(copy);
    }

    /// <inheritdoc/>
    public void TargetGradient(ReadOnlySpan<double> at, Span<double> gradient)
    {
        Transformer copy = CopyAt(at);
        gradient.Clear();
        for (int first = 0; first < target.Count; first += RowsAtOnce)
        {
            cancellation.ThrowIfCancellationRequested();
            int[] some = [.. Enumerable.Range(first, Math.Min(RowsAtOnce, target.Count - first))];
            AddGradient(copy, target, some, some.Length / (double)target.Count, gradient);
        }
        _idle.Add(copy);
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
        Transformer copy = CopyAt(at);
        float[] along = Floats(direction);
        for (int done = 0; done < norms.Length; done += RowsAtOnce)
        {
            cancellation.ThrowIfCancellationRequested();
            using TensorScope scope = new();
            int[] some = [.. Enumerable.Range(first + done, Math.Min(RowsAtOnce, norms.Length - done))];
            using GhostGradients gradients = GhostGradients.Of(copy.Parameters(), rows.Losses(copy, some));
            gradients.Norms().CopyTo(norms[done..]);
            gradients.Products(along).CopyTo(products[done..]);
        }
        _idle.Add(copy);
    }

    private int[] BatchOf(int step)
    {
        int[] drawn = new int[batch];
        _batches.Fill(step, drawn);
        return drawn;
    }

    // A model of its own for every thread.
    private Transformer CopyAt(ReadOnlySpan<double> at)
    {
        Transformer copy = _idle.TryTake(out Transformer? idle) ? idle : model.Copy();
        copy.Restore(Floats(at));
        return copy;
    }

    private static void AddGradient(Transformer at, TokenRows of, int[] some, double scale, Span<double> gradient)
    {
        using TensorScope scope = new();
        Tensor[] parameters = [.. at.Parameters().Select(parameter => parameter.Tensor)];
        int place = 0;
        foreach (Tensor part in Tensor.Gradients(of.BatchLoss(at, some), parameters))
        foreach (float value in part.Data)
            gradient[place++] += scale * value;
    }

    private static float[] Floats(ReadOnlySpan<double> values)
    {
        float[] floats = new float[values.Length];
        for (int i = 0; i < floats.Length; i++)
            floats[i] = (float)values[i];
        return floats;
    }
}
