namespace Assay.Numerics;

/// <summary>Checks of what kernels are handed; the messages name the shapes.</summary>
internal static class KernelShape
{
    /// <summary>Number of rows of <paramref name="width"/> in <paramref name="length"/> floats.</summary>
    /// <exception cref="ArgumentException">They are no whole number of rows.</exception>
    public static int Rows(int length, int width, string name)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(width);
        if (length % width != 0)
            throw new ArgumentException($"{length} floats are no whole number of rows of {width}.", name);
        return length / width;
    }

    /// <summary>Asserts that a span holds exactly one number for each <paramref name="unit"/> of [rows, width].</summary>
    public static void Require(int length, long expected, string name, string unit, int rows, int width)
    {
        if (length != expected)
            throw new ArgumentException(
                $"Needs {expected} numbers, one for each {unit} of [{rows}, {width}], not {length}.",
                name
            );
    }

    /// <summary>Rows of one piece of parallel work: about 16,384 floats, so that a piece outweighs its dispatch.</summary>
    public static int RowsOfPiece(int width) => Math.Max(1, 16_384 / width);

    /// <summary>The number of pieces of <paramref name="size"/> that <paramref name="count"/> falls into.</summary>
    public static int Pieces(int count, int size) => (int)((count + size - 1L) / size);
}
