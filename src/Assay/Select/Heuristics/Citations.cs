using System.Buffers;
using System.Text;

namespace Assay.Select;

/// <summary>Wikipedia's citation marks: <c>[12]</c>, <c>[]</c>, <c>[edit]</c>, <c>[citation needed]</c>.</summary>
internal static class Citations
{
    /// <summary>Copies <paramref name="line"/> without its citation marks; returns the number of bytes written.</summary>
    public static int Remove(ReadOnlySpan<byte> line, Span<byte> to)
    {
        int written = 0;
        while (true)
        {
            int bracket = line.IndexOf((byte)'[');
            int plain = bracket < 0 ? line.Length : bracket;
            line[..plain].CopyTo(to[written..]);
            written += plain;
            if (bracket < 0)
                return written;
            line = line[bracket..];
            int mark = Length(line);
            if (mark == 0)
            {
                to[written++] = (byte)'[';
                mark = 1;
            }
            line = line[mark..];
        }
    }

    // Length of the citation mark at the start, or 0. Digits are those of any script.
    private static int Length(ReadOnlySpan<byte> line)
    {
        if (line.StartsWith("[edit]"u8))
            return "[edit]"u8.Length;
        if (line.StartsWith("[citation needed]"u8))
            return "[citation needed]"u8.Length;
        int at = 1;
        while (
            Rune.DecodeFromUtf8(line[at..], out Rune rune, out int length) == OperationStatus.Done && Rune.IsDigit(rune)
        )
            at += length;
        return at < line.Length && line[at] == ']' ? at + 1 : 0;
    }
}
