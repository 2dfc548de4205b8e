using Assay.Data;

namespace Assay.Select;

/// <summary>Reads from anywhere in a piece, past the stream's buffer: reads are short and far apart.</summary>
internal static class PieceReading
{
    /// <summary>Fills <paramref name="bytes"/> from <paramref name="position"/> on.</summary>
    /// <exception cref="AssayException">The piece ends before.</exception>
    public static void ReadAt(this FileStream piece, long position, Span<byte> bytes)
    {
        while (bytes.Length > 0)
        {
            int got = position < 0 ? 0 : RandomAccess.Read(piece.SafeFileHandle, bytes, position);
            if (got == 0)
                throw new AssayException(
                    "a stored piece of work is damaged: it ends early",
                    new(piece.Name, Byte: position),
                    "Delete it and run again."
                );
            bytes = bytes[got..];
            position += got;
        }
    }
}
