using Assay.Numerics;

namespace Assay.Learning;

public static partial class Functional
{
    /// <summary>
    /// <see cref="CrossEntropyRows"/> of <see cref="Linear"/> without storing the logits: they are made block by block of rows, and
    /// again in the backward pass. For vocabularies that are long beside the width.
    /// </summary>
    /// <param name="x">[.., width].</param>
    /// <param name="weight">[classes, width].</param>
    /// <param name="targets">The class of each row, 0 to classes - 1, or <paramref name="ignore"/>; not changed before the backward pass.</param>
    /// <param name="ignore">The target that marks rows to ignore.</param>
    /// <param name="smoothing">Label smoothing, from 0 to 1.</param>
    /// <returns>[rows].</returns>
    /// <exception cref="ArgumentException">The shapes do not fit, or a target is no class.</exception>
    public static Tensor LinearCrossEntropyRows(
        Tensor x,
        Tensor weight,
        ReadOnlyMemory<int> targets,
        int ignore = -100,
        float smoothing = 0
    )
    {
        if (weight.Rank != 2 || weight.Length == 0 || x.Rank == 0 || x.Shape[^1] != weight.Shape[1])
            throw x.ShapeError(
                "LinearCrossEntropy",
                weight,
                "the weight is [classes, width] and the input [.., width]"
            );
        if ((long)targets.Length * weight.Shape[1] != x.Length)
            throw new ArgumentException(
                $"LinearCrossEntropy: {targets.Length} targets for the rows of {TensorShape.Text(x.Shape)}.",
                nameof(targets)
            );
        Tensor losses = Tensor.Create([targets.Length]),
            logSumExp = Tensor.Create([targets.Length]);
        RowBlock block = new(x, weight, targets.Length);
        using (Tensor logits = Tensor.Create([block.Rows, block.Classes]))
            for (int start = 0; start < targets.Length; start += block.Rows)
            {
                int rows = Math.Min(block.Rows, targets.Length - start);
                block.Logits(start, rows, logits);
                CrossEntropyKernel.Forward(
                    logits.Data[..(rows * block.Classes)],
                    block.Classes,
                    targets.Span.Slice(start, rows),
                    losses.Data.Slice(start, rows),
                    logSumExp.Data.Slice(start, rows),
                    ignore,
                    smoothing
                );
            }
        if (Tensor.Records(x, weight))
            return losses.From(new LinearCrossEntropyNode(x, weight, targets, logSumExp, ignore, smoothing));
        logSumExp.Dispose();
        return losses;
    }
}

/// <summary>Logits of as many rows at a time as make a few megabytes, which stay in the last-level cache.</summary>
internal readonly struct RowBlock(Tensor x, Tensor weight, int rows)
{
    private const int Elements = 1 << 20;

    public int Classes => weight.Shape[0];

    public int Width => weight.Shape[1];

    public int Rows => Math.Max(1, Math.Min(rows, Math.Max(16, Elements / Classes)));

    public void Logits(int start, int count, Tensor logits) =>
        Gemm.Multiply(
            false,
            true,
            count,
            Classes,
            Width,
            x.Data.Slice(start * Width, count * Width),
            Width,
            weight.Data,
            Width,
            logits.Data,
            Classes
        );
}

internal sealed class LinearCrossEntropyNode(
    Tensor x,
    Tensor weight,
    ReadOnlyMemory<int> targets,
    Tensor logSumExp,
    int ignore,
    float smoothing
) : BinaryNode(x.Save(), weight.Save())
{
    private readonly Tensor _logSumExp = logSumExp.Save();

    public override void Backward(Tensor gradient, BackwardPass pass)
    {
        // Whoever wants to see the layer's gradients, or differentiate them, gets them in one piece.
        if (pass.CreateGraph || pass.Observer is not null)
        {
            Whole(gradient, pass);
            return;
        }
        bool wantsX = pass.Wants(A),
            wantsWeight = pass.Wants(B);
        bool addsX = false,
            addsWeight = false;
        Tensor? toX = wantsX ? pass.Target(A, out addsX) : null,
            toWeight = wantsWeight ? pass.Target(B, out addsWeight) : null;
        RowBlock block = new(A, B, targets.Length);
        (int classes, int width) = (block.Classes, block.Width);
        using Tensor logits = Tensor.Create([block.Rows, classes]);
        for (int start = 0; start < targets.Length; start += block.Rows)
        {
            int rows = Math.Min(block.Rows, targets.Length - start);
            Span<float> slopes = logits.Data[..(rows * classes)];
            block.Logits(start, rows, logits);
            CrossEntropyKernel.Backward(
                slopes,
                classes,
                targets.Span.Slice(start, rows),
                _logSumExp.Data.Slice(start, rows),
                gradient.Data.Slice(start, rows),
                slopes,
                ignore,
                smoothing
            );
            if (toX is not null)
                Gemm.Multiply(
                    false,
                    false,
                    rows,
                    width,
                    classes,
                    slopes,
                    classes,
                    B.Data,
                    width,
                    toX.Data.Slice(start * width, rows * width),
                    width,
                    addsX
                );
            if (toWeight is not null)
                Gemm.Multiply(
                    true,
                    false,
                    classes,
                    width,
                    rows,
                    slopes,
                    classes,
                    A.Data.Slice(start * width, rows * width),
                    width,
                    toWeight.Data,
                    width,
                    addsWeight || start > 0
                );
        }
        if (targets.Length == 0 && !addsWeight)
            toWeight?.Data.Clear();
    }

    private void Whole(Tensor gradient, BackwardPass pass)
    {
        Tensor slopes = CrossEntropyNode.Rule(Functional.Linear(A, B), gradient, targets.Span, ignore, smoothing);
        bool parameters = pass.Observer?.Linear(B, null, A, slopes) ?? true;
        if (pass.Wants(A))
            pass.Add(A, slopes.MatMul(B));
        if (parameters && pass.Wants(B))
            pass.Add(
                B,
                slopes
                    .ReshapeTo([targets.Length, B.Shape[0]])
                    .MatMul(A.ReshapeTo([targets.Length, B.Shape[1]]), transposeA: true)
            );
    }
}
