namespace Assay.Numerics;

/// <summary>Windows that slide over the planes of images, [images x channels, height, width].</summary>
/// <param name="Planes">Images x channels, at least 0.</param>
/// <param name="Height">Rows of a plane, at least 1.</param>
/// <param name="Width">Columns of a plane, at least 1.</param>
/// <param name="Window">Rows and columns of a window, at least 1 and within the padded plane.</param>
/// <param name="Stride">Rows and columns from a window to the next, at least 1.</param>
/// <param name="Padding">Rows and columns around a plane, at most half a window.</param>
public readonly record struct PoolingShape(int Planes, int Height, int Width, int Window, int Stride, int Padding = 0)
{
    /// <summary>Rows of a result's plane.</summary>
    public int ResultHeight => (Height + 2 * Padding - Window) / Stride + 1;

    /// <summary>Columns of a result's plane.</summary>
    public int ResultWidth => (Width + 2 * Padding - Window) / Stride + 1;

    internal void Check(int inputs, int outputs, string inputName, string outputName)
    {
        if (
            Planes < 0
            || Height < 1
            || Width < 1
            || Window < 1
            || Stride < 1
            || Padding < 0
            || Padding > Window / 2
            || Window > Math.Min(Height, Width) + 2L * Padding
        )
            throw new ArgumentException($"{this} does not describe windows over planes.", inputName);
        KernelShape.Require(
            inputs,
            (long)Planes * Height * Width,
            inputName,
            "element",
            Planes,
            checked(Height * Width)
        );
        KernelShape.Require(
            outputs,
            (long)Planes * ResultHeight * ResultWidth,
            outputName,
            "element",
            Planes,
            ResultHeight * ResultWidth
        );
    }

    /// <summary>The part of window <paramref name="index"/> that lies within <paramref name="size"/>.</summary>
    internal (int Start, int End) Range(int index, int size)
    {
        int start = index * Stride - Padding;
        return (Math.Max(0, start), Math.Min(size, start + Window));
    }
}
