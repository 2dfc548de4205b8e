using Assay.Numerics;

namespace Assay.Learning;

public static partial class Functional
{
    /// <summary>The mean over rows of the cross-entropy of softmax(logits) against classes, in nats; ignored rows do not count.</summary>
    /// <param name="logits">[.., classes].</param>
    /// <param name="targets">The class of each row, 0 to classes - 1, or <paramref name="ignore"/>; not changed before the backward pass.</param>
    /// <param name="ignore">The target that marks rows to ignore.</param>
    /// <param name="smoothing">Label smoothing, from 0 to 1: the share of the target that is spread over all classes.</param>
    /// <returns>Shape []; 0 if every row is ignored.</returns>
    /// <exception cref="ArgumentException">The number of targets is not that of rows, or a target is no class.</exception>
    public static Tensor CrossEntropy(
        Tensor logits,
        ReadOnlyMemory<int> targets,
        int ignore = -100,
        float smoothing = 0
    )
    {
        int counted = targets.Length - targets.Span.Count(ignore);
        return CrossEntropyRows(logits, targets, ignore, smoothing).Sum() * (1f / Math.Max(1, counted));
    }

    /// <summary>The cross-entropy of each row, 0 for ignored ones.</summary>
    /// <returns>[rows].</returns>
    /// <inheritdoc cref="CrossEntropy"/>
    public static Tensor CrossEntropyRows(
        Tensor logits,
        ReadOnlyMemory<int> targets,
        int ignore = -100,
        float smoothing = 0
    )
    {
        if (logits.Rank == 0 || (long)targets.Length * logits.Shape[^1] != logits.Length || logits.Shape[^1] == 0)
            throw new ArgumentException(
                $"CrossEntropy: {targets.Length} targets for the rows of logits {TensorShape.Text(logits.Shape)}.",
                nameof(targets)
            );
        Tensor losses = Tensor.Create([targets.Length]),
            logSumExp = Tensor.Create([targets.Length]);
        CrossEntropyKernel.Forward(
            logits.Data,
            logits.Shape[^1],
            targets.Span,
            losses.Data,
            logSumExp.Data,
            ignore,
            smoothing
        );
        if (Tensor.Records(logits))
            return losses.From(new CrossEntropyNode(logits, targets, logSumExp, ignore, smoothing));
        logSumExp.Dispose();
        return losses;
    }
}

internal sealed class CrossEntropyNode(
    Tensor logits,
    ReadOnlyMemory<int> targets,
    Tensor logSumExp,
    int ignore,
    float smoothing
) : UnaryNode(logits.Save())
{
    private readonly Tensor _logSumExp = logSumExp.Save();

    public override void Backward(Tensor gradient, BackwardPass pass)
    {
        if (pass.CreateGraph)
        {
            Tensor share = (X.Softmax() - Target()) * gradient.MaskedBy(Counted()).ReshapeTo(RowShape());
            pass.Add(X, share);
            return;
        }
        Tensor result = Tensor.Create(X.Sizes);
        CrossEntropyKernel.Backward(
            X.Data,
            X.Shape[^1],
            targets.Span,
            _logSumExp.Data,
            gradient.Data,
            result.Data,
            ignore,
            smoothing
        );
        pass.Add(X, result);
    }

    private int[] RowShape() => [.. X.Shape[..^1], 1];

    private Tensor Counted()
    {
        Tensor counted = Tensor.Create([targets.Length]);
        for (int row = 0; row < targets.Length; row++)
            counted.Data[row] = targets.Span[row] == ignore ? 0 : 1;
        return counted;
    }

    private Tensor Target()
    {
        Tensor target = Tensor.Create(X.Sizes);
        int classes = X.Shape[^1];
        target.Data.Fill(smoothing / classes);
        for (int row = 0; row < targets.Length; row++)
            if (targets.Span[row] != ignore)
                target.Data[row * classes + targets.Span[row]] += 1 - smoothing;
        return target;
    }
}
