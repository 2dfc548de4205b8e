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
            pass.Add(X, Rule(X, gradient, targets.Span, ignore, smoothing));
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

    /// <summary>The gradient of the logits as tensor operations: (softmax - target distribution) times the gradient of each row's loss.</summary>
    public static Tensor Rule(Tensor logits, Tensor gradient, ReadOnlySpan<int> targets, int ignore, float smoothing)
    {
        int classes = logits.Shape[^1];
        Tensor target = Tensor.Create(logits.Sizes),
            counted = Tensor.Create([targets.Length]);
        target.Data.Fill(smoothing / classes);
        for (int row = 0; row < targets.Length; row++)
        {
            counted.Data[row] = targets[row] == ignore ? 0 : 1;
            if (targets[row] != ignore)
                target.Data[row * classes + targets[row]] += 1 - smoothing;
        }
        return (logits.Softmax() - target) * gradient.MaskedBy(counted).ReshapeTo([.. logits.Shape[..^1], 1]);
    }
}
