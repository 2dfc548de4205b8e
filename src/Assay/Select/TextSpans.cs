using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Assay.Data;

namespace Assay.Select;

/// <summary>Some bytes of a row's text.</summary>
/// <param name="Row">Ordinal of the row in the dataset.</param>
/// <param name="Start">The first byte.</param>
/// <param name="End">The byte behind the last.</param>
public readonly record struct TextSpan(int Row, int Start, int End);

/// <summary>Spans of many rows, by row and place: their order, their file, their removal.</summary>
internal static class TextSpans
{
    private static readonly int s_size = Unsafe.SizeOf<TextSpan>();

    /// <summary>Sorts spans and joins those that overlap or touch; returns how many are left at the front.</summary>
    public static int Merge(Span<TextSpan> spans)
    {
        spans.Sort((a, b) => a.Row != b.Row ? a.Row.CompareTo(b.Row) : a.Start.CompareTo(b.Start));
        int merged = 0;
        foreach (TextSpan span in spans)
            if (merged > 0 && spans[merged - 1].Row == span.Row && spans[merged - 1].End >= span.Start)
                spans[merged - 1] = spans[merged - 1] with { End = Math.Max(spans[merged - 1].End, span.End) };
            else
                spans[merged++] = span;
        return merged;
    }

    /// <summary>Merges spans and writes them.</summary>
    public static void Write(List<TextSpan> spans, Stream stream)
    {
        Span<TextSpan> all = CollectionsMarshal.AsSpan(spans);
        stream.Write(MemoryMarshal.AsBytes(all[..Merge(all)]));
    }

    /// <summary>Reads, of the spans that the pieces of a stage hold, those of a table's rows; merged.</summary>
    public static TextSpan[] Read(Work work, string stage, int pieces, TableInfo table)
    {
        List<TextSpan> spans = [];
        for (int i = 0; i < pieces; i++)
        {
            using FileStream piece = work.Pieces.Open(stage, i);
            long from = LowerBound(piece, table.FirstRow),
                to = LowerBound(piece, table.FirstRow + table.RowCount);
            TextSpan[] read = new TextSpan[to - from];
            piece.Position = from * s_size;
            piece.ReadExactly(MemoryMarshal.AsBytes(read.AsSpan()));
            spans.AddRange(read);
        }
        Span<TextSpan> all = CollectionsMarshal.AsSpan(spans);
        return all[..Merge(all)].ToArray();
    }

    private static long LowerBound(FileStream stream, int row)
    {
        long low = 0,
            high = stream.Length / s_size;
        Span<byte> bytes = stackalloc byte[sizeof(int)];
        while (low < high)
        {
            long middle = (low + high) / 2;
            stream.Position = middle * s_size;
            stream.ReadExactly(bytes);
            if (BitConverter.ToInt32(bytes) < row)
                low = middle + 1;
            else
                high = middle;
        }
        return low;
    }
}

/// <summary>Cuts spans out of texts, row by row. Instances hold buffers: one per thread.</summary>
/// <param name="spansOf">The merged spans of a table's rows.</param>
internal sealed class SpanCutter(Func<int, TextSpan[]> spansOf)
{
    private int _table = -1;
    private TextSpan[] _spans = [];
    private int _at;
    private byte[] _kept = [];

    /// <summary>The spans of a row; rows come in ascending order within a table.</summary>
    public ReadOnlySpan<TextSpan> SpansOf(Batch batch, int row)
    {
        if (_table != batch.Index)
        {
            _spans = spansOf(batch.Index);
            _table = batch.Index;
            _at = 0;
        }
        while (_at < _spans.Length && _spans[_at].Row < row)
            _at++;
        int end = _at;
        while (end < _spans.Length && _spans[end].Row == row)
            end++;
        return _spans.AsSpan(_at..end);
    }

    /// <summary>The text without some spans, valid until the next call.</summary>
    public ReadOnlySpan<byte> Cut(ReadOnlySpan<byte> text, ReadOnlySpan<TextSpan> spans)
    {
        if (_kept.Length < text.Length)
            _kept = new byte[Math.Max(text.Length, 2 * _kept.Length)];
        int read = 0,
            written = 0;
        foreach (TextSpan span in spans)
        {
            Append(text[read..span.Start]);
            read = span.End;
        }
        Append(text[read..]);
        return _kept.AsSpan(0, written);

        void Append(ReadOnlySpan<byte> bytes)
        {
            bytes.CopyTo(_kept.AsSpan(written));
            written += bytes.Length;
        }
    }
}
