namespace Assay.Learning;

/// <summary>Arithmetic of shapes, and the errors about them.</summary>
internal static class TensorShape
{
    /// <summary>Most axes that a tensor has.</summary>
    public const int MaxRank = 8;

    public static readonly int[] Scalar = [];

    /// <summary>Number of elements, after checking that it is one.</summary>
    public static int Length(ReadOnlySpan<int> shape)
    {
        if (shape.Length > MaxRank)
            throw new ArgumentException($"A tensor has at most {MaxRank} axes: {Text(shape)} has {shape.Length}.");
        long length = 1;
        bool empty = false;
        foreach (int size in shape)
        {
            if (size < 0)
                throw new ArgumentException($"{Text(shape)} is not a shape: sizes are at least 0.");
            empty |= size == 0;
            length = empty ? 0 : length * size;
            if (length > Array.MaxLength - 64)
                throw new ArgumentException($"A tensor of {Text(shape)} has too many elements.");
        }
        return (int)length;
    }

    /// <summary>The shape that both are broadcast to, as NumPy does: <paramref name="a"/> itself where it is that already.</summary>
    public static int[] Broadcast(int[] a, int[] b, string operation)
    {
        if (a.AsSpan().SequenceEqual(b))
            return a;
        int[] shape = new int[Math.Max(a.Length, b.Length)];
        for (int i = 1; i <= shape.Length; i++)
        {
            int sizeA = i <= a.Length ? a[^i] : 1,
                sizeB = i <= b.Length ? b[^i] : 1;
            if (sizeA != sizeB && sizeA != 1 && sizeB != 1)
                throw new ArgumentException($"{operation}: {Text(a)} and {Text(b)} cannot be broadcast to one shape.");
            shape[^i] = sizeA == 1 ? sizeB : sizeA;
        }
        return shape.AsSpan().SequenceEqual(a) ? a
            : shape.AsSpan().SequenceEqual(b) ? b
            : shape;
    }

    /// <summary><paramref name="axis"/> counted from the front; negative ones count from the back.</summary>
    public static int Axis(int axis, int rank, ReadOnlySpan<int> shape)
    {
        int counted = axis < 0 ? axis + rank : axis;
        if ((uint)counted >= (uint)rank)
            throw new ArgumentOutOfRangeException(nameof(axis), axis, $"{Text(shape)} has no axis {axis}.");
        return counted;
    }

    public static int Product(ReadOnlySpan<int> sizes)
    {
        int product = 1;
        foreach (int size in sizes)
            product *= size;
        return product;
    }

    public static string Text(ReadOnlySpan<int> shape) => $"[{string.Join(", ", shape.ToArray())}]";
}
