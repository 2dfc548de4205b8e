using Assay.Numerics;

namespace Assay.Learning;

/// <summary>The three products of a convolution, image by image through columns of patches and GEMM.</summary>
/// <remarks>
/// Workers share the images; each image is one fixed sequence of operations. The gradient of the weight is summed within
/// blocks of images of a fixed size, and the blocks in their order.
/// </remarks>
internal static class ConvolutionKernel
{
    private const int ImagesOfPiece = 4;

    /// <summary>y[n] = w columns(x[n]), with w [out, patch] and y [batch, out, places].</summary>
    public static void Forward(in ConvolutionShape shape, int outputs, Tensor x, Tensor w, Tensor y) =>
        Workers.For(shape.Batch, new Products(shape, outputs, x.Data, w.Data, y.Data));

    /// <summary>Adds to dx, or overwrites it: dx[n] = the image of the columns w^T dy[n].</summary>
    public static void InputGradient(
        in ConvolutionShape shape,
        int outputs,
        Tensor dy,
        Tensor w,
        Tensor dx,
        bool accumulate
    )
    {
        if (!accumulate)
            dx.Data.Clear();
        Workers.For(shape.Batch, new InputGradients(shape, outputs, dy.Data, w.Data, dx.Data));
    }

    /// <summary>Adds to dw, or overwrites it: dw = the sum over images of dy[n] columns(x[n])^T.</summary>
    public static void WeightGradient(
        in ConvolutionShape shape,
        int outputs,
        Tensor dy,
        Tensor x,
        Tensor dw,
        bool accumulate
    )
    {
        if (!accumulate)
            dw.Data.Clear();
        int pieces = (shape.Batch + ImagesOfPiece - 1) / ImagesOfPiece;
        if (pieces == 0)
            return;
        using Tensor parts = Tensor.Create([pieces, outputs * shape.Patch]);
        Workers.For(pieces, new WeightGradients(shape, outputs, dy.Data, x.Data, parts.Data));
        SumKernel.Run(parts.Data, 1, pieces, dw.Length, dw.Data, accumulate: true);
    }

    private readonly ref struct Products(
        ConvolutionShape shape,
        int outputs,
        ReadOnlySpan<float> x,
        ReadOnlySpan<float> w,
        Span<float> y
    ) : IPieces
    {
        private readonly ReadOnlySpan<float> _x = x,
            _w = w;
        private readonly Span<float> _y = y;

        public void Run(int piece)
        {
            int patch = shape.Patch,
                places = shape.Places;
            TensorBuffer scratch = TensorPool.Rent(patch * places);
            Span<float> columns = scratch.Array.AsSpan(scratch.Start, patch * places);
            shape.Unfold(_x.Slice(piece * shape.Image, shape.Image), columns);
            Gemm.Multiply(
                false,
                false,
                outputs,
                places,
                patch,
                _w,
                patch,
                columns,
                places,
                _y.Slice(piece * outputs * places, outputs * places),
                places
            );
            scratch.Release();
        }
    }

    private readonly ref struct InputGradients(
        ConvolutionShape shape,
        int outputs,
        ReadOnlySpan<float> dy,
        ReadOnlySpan<float> w,
        Span<float> dx
    ) : IPieces
    {
        private readonly ReadOnlySpan<float> _dy = dy,
            _w = w;
        private readonly Span<float> _dx = dx;

        public void Run(int piece)
        {
            int patch = shape.Patch,
                places = shape.Places;
            TensorBuffer scratch = TensorPool.Rent(patch * places);
            Span<float> columns = scratch.Array.AsSpan(scratch.Start, patch * places);
            Gemm.Multiply(
                true,
                false,
                patch,
                places,
                outputs,
                _w,
                patch,
                _dy.Slice(piece * outputs * places, outputs * places),
                places,
                columns,
                places
            );
            shape.FoldInto(columns, _dx.Slice(piece * shape.Image, shape.Image));
            scratch.Release();
        }
    }

    private readonly ref struct WeightGradients(
        ConvolutionShape shape,
        int outputs,
        ReadOnlySpan<float> dy,
        ReadOnlySpan<float> x,
        Span<float> parts
    ) : IPieces
    {
        private readonly ReadOnlySpan<float> _dy = dy,
            _x = x;
        private readonly Span<float> _parts = parts;

        public void Run(int piece)
        {
            int patch = shape.Patch,
                places = shape.Places,
                first = piece * ImagesOfPiece,
                last = Math.Min(shape.Batch, first + ImagesOfPiece);
            TensorBuffer scratch = TensorPool.Rent(patch * places);
            Span<float> columns = scratch.Array.AsSpan(scratch.Start, patch * places);
            for (int image = first; image < last; image++)
            {
                shape.Unfold(_x.Slice(image * shape.Image, shape.Image), columns);
                Gemm.Multiply(
                    false,
                    true,
                    outputs,
                    patch,
                    places,
                    _dy.Slice(image * outputs * places, outputs * places),
                    places,
                    columns,
                    places,
                    _parts.Slice(piece * outputs * patch, outputs * patch),
                    patch,
                    accumulate: image > first
                );
            }
            scratch.Release();
        }
    }
}
