namespace Assay.Data;

/// <summary>The header of an array, then its rows, all of one length; all rows together where they do not lie one after the other.</summary>
/// <remarks>It remembers the header and how much of a row is still to come, so each reader has its own.</remarks>
internal sealed class ArrayFraming(SourceFormat format) : Framing
{
    private const int InHeader = 1,
        InRow = 2,
        Rest = 3;
    private ArrayLayout? _layout;
    private long _left;
    private int _pending;

    public override bool CanSplit => false;

    public override int Pending => _pending;

    public override void Restart(long offset)
    {
        if (offset == 0)
            _layout = null;
    }

    public override int After(ReadOnlySpan<byte> bytes)
    {
        int state = RowStart;
        for (int read; !bytes.IsEmpty && (read = Next(bytes, ref state)) >= 0; )
            bytes = bytes[read..];
        return state;
    }

    public override int Next(ReadOnlySpan<byte> bytes, ref int state)
    {
        _pending = 0;
        if (state is RowStart or InHeader && _layout is null)
        {
            state = InHeader;
            try
            {
                _layout = ArrayLayout.Read(format, bytes);
            }
            catch (DamagedFileException)
            {
                state = Rest; // the parser will say what is wrong
                return -1;
            }
            _pending = _layout is null ? bytes.Length : 0;
            state = _layout is null ? InHeader : RowStart;
            return _layout?.Start ?? -1;
        }
        if (state == RowStart)
        {
            _left = _layout!.RowBytes;
            state = _layout.IsFortran ? Rest : InRow;
        }
        if (state == Rest)
            return -1;
        int read = (int)Math.Min(_left, bytes.Length);
        _left -= read;
        if (_left > 0)
            return -1;
        state = RowStart;
        return read;
    }
}
