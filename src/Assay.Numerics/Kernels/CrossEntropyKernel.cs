using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Assay.Numerics;

/// <summary>Softmax cross-entropy of rows of logits against integer classes, in one pass each way.</summary>
/// <remarks>
/// With smoothing s and C classes the target distribution is 1 - s + s / C on the class and s / C elsewhere (Szegedy and
/// others, 2016). Natural logarithms: nats. Rows with NaN or +infinity get a NaN loss and gradient, and disturb no other row.
/// </remarks>
public static class CrossEntropyKernel
{
    /// <summary>Loss of each row, 0 for rows to ignore.</summary>
    /// <param name="logits">[rows, classes].</param>
    /// <param name="classes">At least 1.</param>
    /// <param name="targets">[rows]: from 0 to <paramref name="classes"/> - 1, or <paramref name="ignore"/>.</param>
    /// <param name="losses">[rows]: receives the losses in nats, at least 0 up to rounding.</param>
    /// <param name="logSumExp">[rows]: receives the logarithm of the sum of e^logit, which <see cref="Backward"/> takes.</param>
    /// <param name="ignore">The target that marks rows to ignore.</param>
    /// <param name="smoothing">Label smoothing, from 0 to 1.</param>
    /// <exception cref="ArgumentException">The lengths do not fit each other, or a target is no class.</exception>
    public static void Forward(
        ReadOnlySpan<float> logits,
        int classes,
        ReadOnlySpan<int> targets,
        Span<float> losses,
        Span<float> logSumExp,
        int ignore = -100,
        float smoothing = 0
    )
    {
        if (Vector512.IsHardwareAccelerated)
            Forward<Lanes512>(logits, classes, targets, losses, logSumExp, ignore, smoothing);
        else
            Forward<Lanes256>(logits, classes, targets, losses, logSumExp, ignore, smoothing);
    }

    /// <summary>Gradient of the sum of scale times loss: (softmax - target distribution) scale; 0 for rows to ignore.</summary>
    /// <param name="logits">[rows, classes].</param>
    /// <param name="classes">At least 1.</param>
    /// <param name="targets">[rows], as in <see cref="Forward"/>.</param>
    /// <param name="logSumExp">[rows], from <see cref="Forward"/>.</param>
    /// <param name="scales">[rows]: gradient of the loss of each row; for a mean, 1 / rows not ignored.</param>
    /// <param name="gradient">[rows, classes]: receives the gradient; may be <paramref name="logits"/>.</param>
    /// <param name="ignore">The target that marks rows to ignore.</param>
    /// <param name="smoothing">Label smoothing, from 0 to 1.</param>
    /// <exception cref="ArgumentException">The lengths do not fit each other, or a target is no class.</exception>
    public static void Backward(
        ReadOnlySpan<float> logits,
        int classes,
        ReadOnlySpan<int> targets,
        ReadOnlySpan<float> logSumExp,
        ReadOnlySpan<float> scales,
        Span<float> gradient,
        int ignore = -100,
        float smoothing = 0
    )
    {
        if (Vector512.IsHardwareAccelerated)
            Backward<Lanes512>(logits, classes, targets, logSumExp, scales, gradient, ignore, smoothing);
        else
            Backward<Lanes256>(logits, classes, targets, logSumExp, scales, gradient, ignore, smoothing);
    }

    internal static void Forward<V>(
        ReadOnlySpan<float> logits,
        int classes,
        ReadOnlySpan<int> targets,
        Span<float> losses,
        Span<float> logSumExp,
        int ignore,
        float smoothing
    )
        where V : struct, ILanes<V>
    {
        int rows = Check(logits, classes, targets, ignore, smoothing);
        KernelShape.Require(losses.Length, rows, nameof(losses), "row", rows, classes);
        KernelShape.Require(logSumExp.Length, rows, nameof(logSumExp), "row", rows, classes);
        int perPiece = KernelShape.RowsOfPiece(classes);
        Workers.For(
            KernelShape.Pieces(rows, perPiece),
            new Losses<V>
            {
                Logits = logits,
                Classes = classes,
                Targets = targets,
                Result = losses,
                LogSumExp = logSumExp,
                Ignore = ignore,
                Smoothing = smoothing,
                RowsOfPiece = perPiece,
            }
        );
    }

    internal static void Backward<V>(
        ReadOnlySpan<float> logits,
        int classes,
        ReadOnlySpan<int> targets,
        ReadOnlySpan<float> logSumExp,
        ReadOnlySpan<float> scales,
        Span<float> gradient,
        int ignore,
        float smoothing
    )
        where V : struct, ILanes<V>
    {
        int rows = Check(logits, classes, targets, ignore, smoothing);
        KernelShape.Require(logSumExp.Length, rows, nameof(logSumExp), "row", rows, classes);
        KernelShape.Require(scales.Length, rows, nameof(scales), "row", rows, classes);
        KernelShape.Require(gradient.Length, logits.Length, nameof(gradient), "element", rows, classes);
        int perPiece = KernelShape.RowsOfPiece(classes);
        Workers.For(
            KernelShape.Pieces(rows, perPiece),
            new Gradients<V>
            {
                Logits = logits,
                Classes = classes,
                Targets = targets,
                LogSumExp = logSumExp,
                Scales = scales,
                Result = gradient,
                Ignore = ignore,
                Smoothing = smoothing,
                RowsOfPiece = perPiece,
            }
        );
    }

    private static int Check(
        ReadOnlySpan<float> logits,
        int classes,
        ReadOnlySpan<int> targets,
        int ignore,
        float smoothing
    )
    {
        int rows = KernelShape.Rows(logits.Length, classes, nameof(logits));
        KernelShape.Require(targets.Length, rows, nameof(targets), "row", rows, classes);
        if (!(smoothing is >= 0 and <= 1))
            throw new ArgumentOutOfRangeException(nameof(smoothing), smoothing, "Smoothing is from 0 to 1.");
        for (int row = 0; row < rows; row++)
            if ((uint)targets[row] >= (uint)classes && targets[row] != ignore)
                throw new ArgumentException(
                    $"Target {targets[row]} of row {row} is none of {classes} classes.",
                    nameof(targets)
                );
        return rows;
    }

    private ref struct Losses<V> : IPieces
        where V : struct, ILanes<V>
    {
        public ReadOnlySpan<float> Logits;
        public ReadOnlySpan<int> Targets;
        public Span<float> Result,
            LogSumExp;
        public int Classes,
            Ignore,
            RowsOfPiece;
        public float Smoothing;

        [MethodImpl(Compile.Apart)]
        public readonly void Run(int piece)
        {
            int end = (int)Math.Min(Targets.Length, (piece + 1L) * RowsOfPiece);
            for (int row = piece * RowsOfPiece; row < end; row++)
            {
                ReadOnlySpan<float> x = Logits.Slice(row * Classes, Classes);
                float max = Row.Max<V>(x),
                    lse = max + MathF.Log(Row.SumExp<V>(x, max));
                LogSumExp[row] = lse;
                if (Targets[row] == Ignore)
                {
                    Result[row] = 0;
                    continue;
                }
                float loss = lse - x[Targets[row]];
                Result[row] =
                    Smoothing == 0 ? loss : (1 - Smoothing) * loss + Smoothing * (lse - Row.Sum<V>(x) / Classes);
            }
        }
    }

    private ref struct Gradients<V> : IPieces
        where V : struct, ILanes<V>
    {
        public ReadOnlySpan<float> Logits,
            LogSumExp,
            Scales;
        public ReadOnlySpan<int> Targets;
        public Span<float> Result;
        public int Classes,
            Ignore,
            RowsOfPiece;
        public float Smoothing;

        [MethodImpl(Compile.Apart)]
        public readonly void Run(int piece)
        {
            int end = (int)Math.Min(Targets.Length, (piece + 1L) * RowsOfPiece);
            for (int row = piece * RowsOfPiece; row < end; row++)
            {
                Span<float> result = Result.Slice(row * Classes, Classes);
                if (Targets[row] == Ignore)
                {
                    result.Clear();
                    continue;
                }
                Row.Exp<V>(Logits.Slice(row * Classes, Classes), LogSumExp[row], Scales[row], result);
                if (Smoothing != 0)
                    Row.Affine<V>(result, 1, -Smoothing / Classes * Scales[row], result);
                result[Targets[row]] -= (1 - Smoothing) * Scales[row];
            }
        }
    }
}
