namespace Assay.Data;

/// <summary>
/// Where rows start in a stream of bytes: a small automaton. Where <see cref="CanSplit"/> is true it can be started in the
/// middle of a file, so that blocks of it are read independently of each other and yet cut into the same rows.
/// </summary>
internal abstract class Framing
{
    /// <summary>The state in which a new row starts; also that of the beginning of a file.</summary>
    public const int RowStart = 0;

    /// <summary>True if the state at any offset can be had without reading all that comes before, one byte after the other.</summary>
    public abstract bool CanSplit { get; }

    /// <summary>The state behind <paramref name="bytes"/>, which begin with a row.</summary>
    public abstract int After(ReadOnlySpan<byte> bytes);

    /// <summary>How many bytes to read until a row starts, or -1 if none starts at or before the end.</summary>
    public abstract int Next(ReadOnlySpan<byte> bytes, ref int state);

    /// <summary>Hears that bytes will be shown again that begin at an offset of the content, with a row.</summary>
    public virtual void Restart(long offset) { }

    /// <summary>How many of the bytes that <see cref="Next"/> read last it must be shown again, with more behind them.</summary>
    public virtual int Pending => 0;

    /// <summary>The framing of a format, for one reader.</summary>
    public static Framing Of(SourceFormat format, TextRows rows) =>
        format switch
        {
            SourceFormat.Jsonl => new LineFraming(),
            SourceFormat.Csv => new CsvFraming((byte)','),
            SourceFormat.Tsv => new CsvFraming((byte)'\t'),
            SourceFormat.Text when rows == TextRows.Line => new LineFraming(),
            SourceFormat.Text when rows == TextRows.Paragraph => new ParagraphFraming(),
            SourceFormat.Warc => new WarcFraming(),
            SourceFormat.Idx or SourceFormat.Npy => new ArrayFraming(format),
            _ => new WholeFraming(),
        };
}

/// <summary>A row is a line.</summary>
internal sealed class LineFraming : Framing
{
    public override bool CanSplit => true;

    public override int After(ReadOnlySpan<byte> bytes) => bytes[^1] == '\n' ? RowStart : 1;

    public override int Next(ReadOnlySpan<byte> bytes, ref int state)
    {
        int end = bytes.IndexOf((byte)'\n');
        state = end < 0 ? 1 : RowStart;
        return end < 0 ? -1 : end + 1;
    }
}

/// <summary>A row starts behind a blank line.</summary>
internal sealed class ParagraphFraming : Framing
{
    public override bool CanSplit => false;

    private const int Within = 1,
        Blank = 2; // in a line of nothing but white space so far

    public override int After(ReadOnlySpan<byte> bytes) => bytes[^1] == '\n' ? Blank : Within;

    public override int Next(ReadOnlySpan<byte> bytes, ref int state)
    {
        for (int at = 0; at < bytes.Length; at++)
        {
            if (state == Blank)
            {
                int text = bytes[at..].IndexOfAnyExcept(" \t\r"u8);
                if (text < 0)
                    return -1;
                at += text;
                if (bytes[at] == '\n')
                {
                    state = RowStart;
                    return at + 1;
                }
                state = Within;
            }
            int end = bytes[at..].IndexOf((byte)'\n');
            if (end < 0)
                return -1;
            at += end;
            state = Blank;
        }
        return -1;
    }
}

/// <summary>A row is a file.</summary>
internal sealed class WholeFraming : Framing
{
    public override bool CanSplit => false;

    public override int After(ReadOnlySpan<byte> bytes) => 1;

    public override int Next(ReadOnlySpan<byte> bytes, ref int state) => -1;
}

/// <summary>A row ends with a line break outside of quotes (RFC 4180).</summary>
internal sealed class CsvFraming(byte delimiter) : Framing
{
    private const int FieldStart = 1,
        Bare = 2,
        Quoted = 3,
        QuoteSeen = 4; // within quotes, behind a quote: the end of the field or half of a doubled quote

    /// <summary>Number of states.</summary>
    public const int States = 5;

    public override bool CanSplit => true;

    public override int After(ReadOnlySpan<byte> bytes) => Run(bytes, RowStart);

    /// <summary>The state behind <paramref name="bytes"/> when started in <paramref name="state"/>.</summary>
    public int Run(ReadOnlySpan<byte> bytes, int state)
    {
        for (int read; (read = Next(bytes, ref state)) >= 0; )
            bytes = bytes[read..];
        return state;
    }

    /// <summary>For each state, the state behind <paramref name="bytes"/>.</summary>
    public void Run(ReadOnlySpan<byte> bytes, Span<int> states)
    {
        // States soon fall together: few runs remain after the first stretch.
        for (int at = 0; at < bytes.Length; at += 4096)
        {
            ReadOnlySpan<byte> stretch = bytes[at..Math.Min(bytes.Length, at + 4096)];
            Span<int> after = [-1, -1, -1, -1, -1];
            foreach (ref int state in states)
            {
                if (after[state] < 0)
                    after[state] = Run(stretch, state);
                state = after[state];
            }
        }
    }

    public override int Next(ReadOnlySpan<byte> bytes, ref int state)
    {
        for (int at = 0; at < bytes.Length; at++)
        {
            int skip = state switch
            {
                Quoted => bytes[at..].IndexOf((byte)'"'),
                Bare => bytes[at..].IndexOfAny(delimiter, (byte)'\n'),
                _ => 0,
            };
            if (skip < 0)
                return -1;
            at += skip;
            byte b = bytes[at];
            if (state == Quoted)
                state = QuoteSeen;
            else if (b == '\n')
            {
                state = RowStart;
                return at + 1;
            }
            else
                state =
                    b == delimiter ? FieldStart
                    : b == '"' && state != Bare ? Quoted
                    : Bare;
        }
        return -1;
    }
}
