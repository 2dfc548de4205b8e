using System.Runtime.CompilerServices;

namespace Assay.Numerics;

/// <summary>Largest and mean of windows over images, forward and backward.</summary>
/// <remarks>Planes are shared by threads, each in one fixed order: threads do not change bits.</remarks>
public static class PoolingKernel
{
    /// <summary>The largest of each window, NaN where it holds one; the first of equals.</summary>
    /// <param name="x">[planes, height, width].</param>
    /// <param name="shape">The windows.</param>
    /// <param name="result">[planes, result height, result width].</param>
    /// <param name="places">As many as results: receives where in its plane each stands, row x width + column.</param>
    /// <exception cref="ArgumentException">The lengths do not fit the shape.</exception>
    public static void MaxForward(ReadOnlySpan<float> x, PoolingShape shape, Span<float> result, Span<int> places)
    {
        shape.Check(x.Length, result.Length, nameof(x), nameof(result));
        shape.Check(x.Length, places.Length, nameof(x), nameof(places));
        Run(Step.Max, x, shape, places, result);
    }

    /// <summary>Each result's gradient goes to the place it came from.</summary>
    /// <param name="outputGradient">[planes, result height, result width].</param>
    /// <param name="shape">The windows.</param>
    /// <param name="places">From <see cref="MaxForward"/>.</param>
    /// <param name="gradient">[planes, height, width]: receives the gradient of x.</param>
    /// <exception cref="ArgumentException">The lengths do not fit the shape.</exception>
    public static void MaxBackward(
        ReadOnlySpan<float> outputGradient,
        PoolingShape shape,
        ReadOnlySpan<int> places,
        Span<float> gradient
    )
    {
        shape.Check(gradient.Length, outputGradient.Length, nameof(gradient), nameof(outputGradient));
        shape.Check(gradient.Length, places.Length, nameof(gradient), nameof(places));
        Workers.For(
            PiecesOf(shape),
            new Scatter
            {
                OutputGradient = outputGradient,
                Shape = shape,
                Places = places,
                Gradient = gradient,
            }
        );
    }

    /// <summary>The sum of each window over window^2: padding counts as zeros.</summary>
    /// <param name="x">[planes, height, width].</param>
    /// <param name="shape">The windows.</param>
    /// <param name="result">[planes, result height, result width].</param>
    /// <exception cref="ArgumentException">The lengths do not fit the shape.</exception>
    public static void AverageForward(ReadOnlySpan<float> x, PoolingShape shape, Span<float> result)
    {
        shape.Check(x.Length, result.Length, nameof(x), nameof(result));
        Run(Step.Average, x, shape, [], result);
    }

    /// <summary>Each result's gradient over window^2 goes to all of its window.</summary>
    /// <param name="outputGradient">[planes, result height, result width].</param>
    /// <param name="shape">The windows.</param>
    /// <param name="gradient">[planes, height, width]: receives the gradient of x.</param>
    /// <exception cref="ArgumentException">The lengths do not fit the shape.</exception>
    public static void AverageBackward(ReadOnlySpan<float> outputGradient, PoolingShape shape, Span<float> gradient)
    {
        shape.Check(gradient.Length, outputGradient.Length, nameof(gradient), nameof(outputGradient));
        Run(Step.AverageGradient, outputGradient, shape, [], gradient);
    }

    private static void Run(
        Step step,
        ReadOnlySpan<float> x,
        PoolingShape shape,
        Span<int> places,
        Span<float> result
    ) =>
        Workers.For(
            PiecesOf(shape),
            new Pieces
            {
                Step = step,
                X = x,
                Shape = shape,
                Places = places,
                Result = result,
            }
        );

    private static int PlanesOfPiece(PoolingShape shape) => KernelShape.RowsOfPiece(shape.Height * shape.Width);

    private static int PiecesOf(PoolingShape shape) => KernelShape.Pieces(shape.Planes, PlanesOfPiece(shape));

    private enum Step
    {
        Max,
        Average,
        AverageGradient,
    }

    private ref struct Pieces : IPieces
    {
        public Step Step;
        public ReadOnlySpan<float> X;
        public PoolingShape Shape;
        public Span<int> Places;
        public Span<float> Result;

        public readonly void Run(int piece)
        {
            int first = piece * PlanesOfPiece(Shape),
                end = (int)Math.Min(Shape.Planes, (long)first + PlanesOfPiece(Shape)),
                inputs = Shape.Height * Shape.Width,
                outputs = Shape.ResultHeight * Shape.ResultWidth;
            for (int plane = first; plane < end; plane++)
                if (Step == Step.Max)
                    Max(
                        X.Slice(plane * inputs, inputs),
                        Places.Slice(plane * outputs, outputs),
                        Result.Slice(plane * outputs, outputs)
                    );
                else if (Step == Step.Average)
                    Average(X.Slice(plane * inputs, inputs), Result.Slice(plane * outputs, outputs));
                else
                    Spread(X.Slice(plane * outputs, outputs), Result.Slice(plane * inputs, inputs));
        }

        private readonly void Max(ReadOnlySpan<float> x, Span<int> places, Span<float> result)
        {
            int at = 0;
            for (int i = 0; i < Shape.ResultHeight; i++)
            for (int j = 0; j < Shape.ResultWidth; j++, at++)
            {
                (int top, int bottom) = Shape.Range(i, Shape.Height);
                (int left, int right) = Shape.Range(j, Shape.Width);
                int place = top * Shape.Width + left;
                float largest = x[place];
                for (int row = top; row < bottom; row++)
                for (int index = row * Shape.Width + left; index < row * Shape.Width + right; index++)
                    if (x[index] > largest || (float.IsNaN(x[index]) && !float.IsNaN(largest)))
                    {
                        largest = x[index];
                        place = index;
                    }
                result[at] = largest;
                places[at] = place;
            }
        }

        // Windows of two by two side by side, as most networks have them.
        private readonly bool IsHalving =>
            Shape is { Window: 2, Stride: 2, Padding: 0 }
            && Shape.Height == 2 * Shape.ResultHeight
            && Shape.Width == 2 * Shape.ResultWidth;

        private readonly void Average(ReadOnlySpan<float> x, Span<float> result)
        {
            if (IsHalving)
            {
                Halve(x, Shape.Width, result);
                return;
            }
            int at = 0;
            float share = 1f / (Shape.Window * Shape.Window);
            for (int i = 0; i < Shape.ResultHeight; i++)
            for (int j = 0; j < Shape.ResultWidth; j++, at++)
            {
                (int top, int bottom) = Shape.Range(i, Shape.Height);
                (int left, int right) = Shape.Range(j, Shape.Width);
                float sum = 0;
                for (int row = top; row < bottom; row++)
                for (int index = row * Shape.Width + left; index < row * Shape.Width + right; index++)
                    sum += x[index];
                result[at] = sum * share;
            }
        }

        [MethodImpl(Compile.Apart)]
        private static void Halve(ReadOnlySpan<float> x, int width, Span<float> result)
        {
            for (; result.Length > 0; x = x[(2 * width)..], result = result[(width / 2)..])
            {
                ReadOnlySpan<float> upper = x[..width],
                    lower = x.Slice(width, width);
                for (int j = 0; j < width - 1; j += 2)
                    result[j / 2] = (upper[j] + upper[j + 1] + lower[j] + lower[j + 1]) * 0.25f;
            }
        }

        [MethodImpl(Compile.Apart)]
        private static void Double(ReadOnlySpan<float> above, int width, Span<float> gradient)
        {
            for (; above.Length > 0; above = above[(width / 2)..], gradient = gradient[(2 * width)..])
            {
                Span<float> upper = gradient[..width];
                for (int j = 0; j < width - 1; j += 2)
                    upper[j] = upper[j + 1] = above[j / 2] * 0.25f;
                upper.CopyTo(gradient[width..]);
            }
        }

        private readonly void Spread(ReadOnlySpan<float> above, Span<float> gradient)
        {
            if (IsHalving)
            {
                Double(above, Shape.Width, gradient);
                return;
            }
            int at = 0;
            float share = 1f / (Shape.Window * Shape.Window);
            gradient.Clear();
            for (int i = 0; i < Shape.ResultHeight; i++)
            for (int j = 0; j < Shape.ResultWidth; j++, at++)
            {
                (int top, int bottom) = Shape.Range(i, Shape.Height);
                (int left, int right) = Shape.Range(j, Shape.Width);
                float value = above[at] * share;
                for (int row = top; row < bottom; row++)
                for (int index = row * Shape.Width + left; index < row * Shape.Width + right; index++)
                    gradient[index] += value;
            }
        }
    }

    private ref struct Scatter : IPieces
    {
        public ReadOnlySpan<float> OutputGradient;
        public PoolingShape Shape;
        public ReadOnlySpan<int> Places;
        public Span<float> Gradient;

        public readonly void Run(int piece)
        {
            int first = piece * PlanesOfPiece(Shape),
                end = (int)Math.Min(Shape.Planes, (long)first + PlanesOfPiece(Shape)),
                inputs = Shape.Height * Shape.Width,
                outputs = Shape.ResultHeight * Shape.ResultWidth;
            for (int plane = first; plane < end; plane++)
            {
                Span<float> gradient = Gradient.Slice(plane * inputs, inputs);
                gradient.Clear();
                for (int i = plane * outputs; i < (plane + 1) * outputs; i++)
                    gradient[Places[i]] += OutputGradient[i];
            }
        }
    }
}
