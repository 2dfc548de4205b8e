using System.Runtime.CompilerServices;
using Assay.Numerics;

namespace Assay.Learning;

/// <summary>The sizes of a two-dimensional convolution or pooling: one kernel over images [batch, channels, height, width].</summary>
internal readonly record struct ConvolutionShape(
    int Batch,
    int Channels,
    int Height,
    int Width,
    int KernelHeight,
    int KernelWidth,
    int Stride,
    int Padding
)
{
    public int OutHeight => (Height + 2 * Padding - KernelHeight) / Stride + 1;

    public int OutWidth => (Width + 2 * Padding - KernelWidth) / Stride + 1;

    /// <summary>Elements of an image.</summary>
    public int Image => Channels * Height * Width;

    /// <summary>Places of the kernel on an image.</summary>
    public int Places => OutHeight * OutWidth;

    /// <summary>Elements under the kernel at one place.</summary>
    public int Patch => Channels * KernelHeight * KernelWidth;

    /// <exception cref="ArgumentException">The kernel does not fit the padded image, or a number is out of range.</exception>
    public static ConvolutionShape Of(
        string operation,
        Tensor x,
        int kernelHeight,
        int kernelWidth,
        int stride,
        int padding
    )
    {
        if (x.Rank != 4)
            throw new ArgumentException(
                $"{operation}: {TensorShape.Text(x.Shape)} is not [batch, channels, height, width]."
            );
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(stride);
        ArgumentOutOfRangeException.ThrowIfNegative(padding);
        if (
            kernelHeight < 1
            || kernelWidth < 1
            || kernelHeight > x.Shape[2] + 2L * padding
            || kernelWidth > x.Shape[3] + 2L * padding
        )
            throw new ArgumentException(
                $"{operation}: a kernel of [{kernelHeight}, {kernelWidth}] does not fit {TensorShape.Text(x.Shape)} with padding {padding}."
            );
        return new(x.Shape[0], x.Shape[1], x.Shape[2], x.Shape[3], kernelHeight, kernelWidth, stride, padding);
    }

    // A kernel that leaves the size as it is: an offset moves a whole plane, and only columns at its edges differ.
    private bool KeepsWidth => Stride == 1 && OutWidth == Width;

    /// <summary>The patches of one image as columns [channels kernelHeight kernelWidth, outHeight outWidth].</summary>
    [MethodImpl(Compile.Apart)]
    public void Unfold(ReadOnlySpan<float> image, Span<float> columns)
    {
        for (int row = 0; row < Patch; row++)
        {
            (int channel, int dy, int dx) = Tap(row);
            ReadOnlySpan<float> plane = image.Slice(channel * Height * Width, Height * Width);
            Span<float> target = columns.Slice(row * Places, Places);
            (int first, int last) = Inside(dx);
            if (KeepsWidth)
            {
                (int start, int end, int shift) = Moved(dy, dx);
                target[..start].Clear();
                plane[(start + shift)..(end + shift)].CopyTo(target[start..]);
                target[end..].Clear();
                ClearOutside(target, first, last);
                continue;
            }
            for (int oy = 0; oy < OutHeight; oy++)
            {
                Span<float> line = target.Slice(oy * OutWidth, OutWidth);
                int y = oy * Stride + dy - Padding;
                if ((uint)y >= (uint)Height || last <= first)
                {
                    line.Clear();
                    continue;
                }
                line[..first].Clear();
                line[last..].Clear();
                ReadOnlySpan<float> source = plane[(y * Width + first * Stride + dx - Padding)..];
                if (Stride == 1)
                    source[..(last - first)].CopyTo(line[first..]);
                else
                    for (int ox = first; ox < last; ox++)
                        line[ox] = source[(ox - first) * Stride];
            }
        }
    }

    /// <summary>The transpose of <see cref="Unfold"/>: adds columns to the places of the image that they came from.</summary>
    /// <param name="columns">What came from padding may be overwritten.</param>
    /// <param name="image">Added to.</param>
    [MethodImpl(Compile.Apart)]
    public void FoldInto(Span<float> columns, Span<float> image)
    {
        for (int row = 0; row < Patch; row++)
        {
            (int channel, int dy, int dx) = Tap(row);
            Span<float> plane = image.Slice(channel * Height * Width, Height * Width),
                source = columns.Slice(row * Places, Places);
            (int first, int last) = Inside(dx);
            if (KeepsWidth)
            {
                ClearOutside(source, first, last);
                (int start, int end, int shift) = Moved(dy, dx);
                Elementwise.AddTo(plane[(start + shift)..(end + shift)], source[start..end]);
                continue;
            }
            for (int oy = 0; oy < OutHeight && last > first; oy++)
            {
                int y = oy * Stride + dy - Padding;
                if ((uint)y >= (uint)Height)
                    continue;
                ReadOnlySpan<float> line = source.Slice(oy * OutWidth + first, last - first);
                Span<float> target = plane[(y * Width + first * Stride + dx - Padding)..];
                if (Stride == 1)
                    Elementwise.AddTo(target[..line.Length], line);
                else
                    for (int i = 0; i < line.Length; i++)
                        target[i * Stride] += line[i];
            }
        }
    }

    /// <summary>
    /// The run of places that an offset of the kernel finds on the plane, end exclusive, and how far away it finds them; the
    /// columns at the edges, which wrap around, are among them.
    /// </summary>
    private (int Start, int End, int Shift) Moved(int dy, int dx)
    {
        int shift = (dy - Padding) * Width + dx - Padding,
            start = Math.Clamp(-shift, 0, Places);
        return (start, Math.Clamp(Height * Width - shift, start, Places), shift);
    }

    private void ClearOutside(Span<float> plane, int first, int last)
    {
        if (first == 0 && last == OutWidth)
            return;
        for (int at = 0; at < plane.Length; at += OutWidth)
        {
            for (int i = 0; i < first; i++)
                plane[at + i] = 0;
            for (int i = last; i < OutWidth; i++)
                plane[at + i] = 0;
        }
    }

    /// <summary>Channel and offset of an element of the kernel.</summary>
    private (int Channel, int Dy, int Dx) Tap(int row)
    {
        (int rest, int dx) = Math.DivRem(row, KernelWidth);
        (int channel, int dy) = Math.DivRem(rest, KernelHeight);
        return (channel, dy, dx);
    }

    /// <summary>The output columns, first and one past the last, for which an offset falls within the image.</summary>
    private (int First, int Last) Inside(int dx)
    {
        int first = Math.Max(0, (Padding - dx + Stride - 1) / Stride),
            last = Math.Min(OutWidth, (Width - 1 + Padding - dx + Stride) / Stride);
        return (Math.Min(first, OutWidth), Math.Max(last, Math.Min(first, OutWidth)));
    }
}
